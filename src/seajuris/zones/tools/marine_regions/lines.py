"""Limits and baselines of a cell, found as the edges of its zones.

Without limits nothing could be said about distances, and a position beside a line would look as sure as one far from
it. An edge of the sovereign waters on which all waters of the source end is taken for the coast. Every edge is judged
by its middle: edges are at most 5 km long, and neighbours draw the same line with the same corners or nearly so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from seajuris.zones.build.rows import Row
from seajuris.zones.build.tiling import Box
from seajuris.zones.tools.marine_regions.assemble import INNER

Line = tuple[tuple[Any, ...], bytes]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_LINE_VERTICES = 100
_SEAWARD = {
    "territorial_sea": INNER,
    "contiguous_zone": ("contiguous_zone", *INNER),
    "exclusive_economic_zone": ("exclusive_economic_zone", *INNER),
}
_NEAR = 3e-4
"""Degrees (about 30 m) within which lines of two products are the same line."""
_FRAME = 2e-7
"""Degrees within which an edge lies on the edge of its cell."""


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges of an outline in order.

    Attributes:
        start: shape (n, 2), degrees.
        end: shape (n, 2).
        ring: shape (n,), which ring each belongs to.
    """

    start: Floats
    end: Floats
    ring: Ints

    @classmethod
    def of(cls, geometry: BaseGeometry, box: Box) -> _Edges:
        """The outline of polygons, without what lies on the edge of the cell."""
        points, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(geometry)), return_index=True)
        same = ring[:-1] == ring[1:]
        start, end = points[:-1][same], points[1:][same]
        frame = np.zeros(len(start), dtype=bool)
        for axis, value in ((0, box[0]), (1, box[1]), (0, box[2]), (1, box[3])):
            frame |= (np.abs(start[:, axis] - value) < _FRAME) & (np.abs(end[:, axis] - value) < _FRAME)
        return cls(start[~frame], end[~frame], ring[:-1][same][~frame])

    def only(self, chosen: Bools) -> _Edges:
        return _Edges(self.start[chosen], self.end[chosen], self.ring[chosen])

    def near(self, lines: _Edges) -> Bools:
        """Which edges lie on some other edges."""
        found = np.zeros(len(self.start), dtype=bool)
        if len(self.start) and len(lines.start):
            pairs = np.stack((lines.start, lines.end), axis=1)
            tree = shapely.STRtree(np.asarray(shapely.linestrings(pairs), dtype=object))
            middle = shapely.points((self.start + self.end) / 2)
            found[tree.query(middle, predicate="dwithin", distance=_NEAR)[0]] = True
        return found

    def runs(self) -> list[bytes]:
        """Edges that follow each other as lines of few enough corners, as WKB."""
        if not len(self.start):
            return []
        broken = (self.ring[1:] != self.ring[:-1]) | (self.start[1:] != self.end[:-1]).any(axis=1)
        bounds = [0, *(np.flatnonzero(broken) + 1).tolist(), len(self.start)]
        step = MOST_LINE_VERTICES - 1
        result = []
        for first, last in pairwise(bounds):
            for i in range(first, last, step):
                some = slice(i, min(i + step, last))
                line = shapely.LineString(np.vstack((self.start[some], self.end[some][-1:])))
                result.append(shapely.to_wkb(line, byte_order=1))
        return result


def lines_of(box: Box, zones: dict[Row, BaseGeometry]) -> tuple[list[Line], list[Line]]:
    """Limits and baselines of one cell, with their columns in the order of the layers."""
    claimed = {row: g for row, g in zones.items() if row.state is not None and row.territory is not None}
    if not claimed:
        return [], []
    end_of_waters = _Edges.of(shapely.union_all(list(zones.values())), box)
    shore = _Edges.of(_union(claimed, INNER), box)
    coast = shore.only(shore.near(end_of_waters))
    return _limits(claimed, coast, box), _baselines(claimed, coast, box)


def _union(claimed: dict[Row, BaseGeometry], kinds: Iterable[str], state: str | None = None) -> BaseGeometry:
    wanted = set(kinds)
    some = [g for row, g in claimed.items() if row.zone in wanted and state in (None, row.state)]
    return some[0] if len(some) == 1 else shapely.union_all(some)


def _limits(claimed: dict[Row, BaseGeometry], coast: _Edges, box: Box) -> list[Line]:
    result: list[Line] = []
    outlines: dict[tuple[str, str], _Edges] = {}
    for state, zone in sorted({(row.state or "", row.zone) for row in claimed if row.zone in _SEAWARD}):
        edges = _Edges.of(_union(claimed, _SEAWARD[zone], state), box)
        outlines[state, zone] = edges.only(~edges.near(coast))
    for (state, zone), edges in outlines.items():
        rest = edges
        for (other, kind), foreign in outlines.items():
            if kind == zone and other != state:
                shared = rest.near(foreign)
                result += _columns(claimed, state, zone, rest.only(shared), other, box)
                rest = rest.only(~shared)
        result += _columns(claimed, state, zone, rest, None, box)
    return result


def _columns(
    claimed: dict[Row, BaseGeometry], state: str, zone: str, edges: _Edges, other: str | None, box: Box
) -> list[Line]:
    """Rows of the layer ``limits``; each stretch takes its claim from the zone that it bounds."""
    rows = [row for row in claimed if row.state == state and row.zone == zone]
    result: list[Line] = []
    rest = edges
    for row in rows:
        here = np.ones(len(rest.start), dtype=bool) if len(rows) == 1 else rest.near(_Edges.of(claimed[row], box))
        columns = (
            zone,
            state,
            row.territory,
            "mapped",
            other,
            None,
            row.breadth_nm,
            None,
            None,
            row.proclaimed_from,
            row.proclaimed_to,
            row.accuracy_m,
        )
        result += [(columns, wkb) for wkb in rest.only(here).runs()]
        rest = rest.only(~here)
    return result


def _baselines(claimed: dict[Row, BaseGeometry], coast: _Edges, box: Box) -> list[Line]:
    """Where the territorial sea begins: at the coast, or at internal or archipelagic waters (a straight line)."""
    result: list[Line] = []
    owners = {(row.state or "", row.territory or ""): row for row in claimed if row.zone == "territorial_sea"}
    for (state, territory), row in sorted(owners.items()):
        sea = {r: g for r, g in claimed.items() if (r.state, r.territory) == (state, territory)}
        edges = _Edges.of(_union(sea, ("territorial_sea",)), box)
        coastal = edges.near(coast)
        result += [((state, territory, "coast", row.dispute), wkb) for wkb in edges.only(coastal).runs()]
        inner = _Edges.of(_union(claimed, INNER[:2], state), box)
        straight = edges.near(inner) & ~coastal
        result += [((state, territory, "straight", row.dispute), wkb) for wkb in edges.only(straight).runs()]
    return result
