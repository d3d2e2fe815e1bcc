"""What the arrangement needs to know: everything prepared, cut into coarse cells."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .closing import Enclosed
from .coast import Group
from .geodesy import Floats, Ints, Nearest
from .tables import FurtherClaim, Tables
from .tiling import Box, Tiled


@dataclass(frozen=True, slots=True)
class Override:
    """An area between an agreed line and equidistance that changes hands."""

    polygon: BaseGeometry
    take_from: str
    give_to: str
    boundary: str
    divides: frozenset[str]
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class Lines:
    """Polylines of the whole world with a spatial index."""

    lines: list[BaseGeometry]
    tree: shapely.STRtree
    sides: Ints

    @classmethod
    def of(cls, lines: list[BaseGeometry], sides: Ints) -> Lines:
        """Index some lines."""
        return cls(lines, shapely.STRtree(lines), sides)

    def clip(self, box: Box) -> list[BaseGeometry]:
        """Their parts in a box."""
        found = []
        for i in np.sort(self.tree.query(shapely.box(*box))):
            part = shapely.clip_by_rect(self.lines[int(i)], *box)
            if not part.is_empty:
                found.append(part)
        return found


@dataclass(slots=True)
class Model:
    """Prepared inputs of the arrangement.

    Attributes:
        tables: Claims, areas, known disputes.
        sea: Sea per one-degree tile.
        mapped: Mapped polygon per territory.
        groups: Sets of territories that share a stretch of coast.
        territorial: Outer limit of the territorial sea per group and breadth (M).
        computed: The part of it that the coast alone explains.
        contiguous: Envelope of the contiguous zone per group and breadth.
        economic: 200 M envelope per group.
        equidistance: Lines between all groups, and between those entitled to an EEZ.
        owner: Nearest coast points of all groups; ``owner_label`` their groups.
        owner_economic: The same without groups that have no EEZ.
        overrides: Areas that agreed lines give to the other side.
        internal: Waters landward of implied straight baselines per territory.
        closing: Closing lines with the water that they enclose.
        closing_trees: Points along the recognised ones.
        further: Claims of further States that are shown beside the zones.
    """

    tables: Tables
    sea: dict[Box, BaseGeometry]
    mapped: dict[str, Tiled]
    groups: list[Group]
    territorial: dict[tuple[int, float], Tiled]
    computed: dict[tuple[int, float], Tiled]
    contiguous: dict[tuple[int, float], Tiled]
    economic: dict[int, Tiled]
    equidistance: Lines
    equidistance_economic: Lines
    owner: Nearest
    owner_label: Ints
    owner_economic: Nearest
    owner_economic_label: Ints
    trees: dict[int, Nearest] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)
    internal: dict[str, Tiled] = field(default_factory=dict)
    islets: list[tuple[str, float, float]] = field(default_factory=list)
    agreed: list[tuple[str, BaseGeometry]] = field(default_factory=list)
    closing: list[Enclosed] = field(default_factory=list)
    closing_trees: dict[str, Nearest] = field(default_factory=dict)
    further: list[FurtherClaim] = field(default_factory=list)

    def states_of(self, group: int) -> tuple[str, ...]:
        """States that claim a group's coast."""
        found: list[str] = []
        for code in self.groups[group]:
            for state in self.tables.territory(code).states:
                if state not in found:
                    found.append(state)
        return tuple(found)

    def by_cell(self) -> dict[Box, list[str]]:
        """Territories mapped in each coarse cell."""
        cells: dict[Box, list[str]] = {}
        for code in sorted(self.mapped):
            for cell in self.mapped[code].cells:
                cells.setdefault(cell, []).append(code)
        return cells


def nearest_group(tree: Nearest, label: Ints, x: Floats, y: Floats) -> Ints:
    """Group of the nearest coast point."""
    _, index = tree.query(x, y)
    return label[index]
