"""Where two zone files differ, by how much, and which teaching cases come out differently.

Both files are compared cell by cell. Cells whose pieces are the same to the byte are passed over, so that a file
compared with itself takes little more than reading it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from seajuris.errors import DataError
from seajuris.place import SOVEREIGN_ZONES, Place
from seajuris.zones.tools.area import area_km2
from seajuris.zones.tools.reading import Layer, identity, in_force, opened, read_layer
from seajuris.zones.tools.topology import CELL, CORNER

Say = Callable[[str], None]

FORMAT = "seajuris.zones-diff.v1"
_WIDER = ("contiguous_zone", "exclusive_economic_zone")
_SPECK_KM2 = 1e-6


class Key(NamedTuple):
    """What is compared: a zone of a State, as it stands on the day."""

    zone: str
    state: str | None
    claim: str | None

    def order(self) -> tuple[str, str, str]:
        """For sorting; `None` last."""
        return (self.state or "~", self.zone, self.claim or "")


@dataclass(frozen=True, slots=True)
class ZoneDifference:
    """A zone of a State that differs.

    Attributes:
        key: Which.
        a_km2: Its area in the first file.
        b_km2: Its area in the second.
        only_a_km2: Waters that only the first file gives to it.
        only_b_km2: Waters that only the second file gives to it.
    """

    key: Key
    a_km2: float
    b_km2: float
    only_a_km2: float
    only_b_km2: float

    def to_dict(self) -> dict[str, Any]:
        """For scripts; areas to 0.001 square kilometres."""
        areas = {name: round(getattr(self, name), 3) for name in ("a_km2", "b_km2", "only_a_km2", "only_b_km2")}
        return {**self.key._asdict(), **areas}


@dataclass(frozen=True, slots=True)
class PlaceDifference:
    """A position of a teaching case that comes out differently.

    Attributes:
        scenario: Its id.
        what: Which position: ``case``, or what the scenario says of another place.
        a: What the first file answers, in words.
        b: What the second file answers.
        findings: For the position of the case: findings that change, in words.
    """

    scenario: str
    what: str
    a: str
    b: str
    findings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "scenario": self.scenario,
            "what": self.what,
            "a": self.a,
            "b": self.b,
            "findings": list(self.findings),
        }


@dataclass(slots=True)
class Difference:
    """All that differs between two zone files.

    Attributes:
        a: Version and hashes of the first.
        b: Version and hashes of the second.
        on: The day on which they were compared.
        zones: Zones that differ, largest difference first.
        places: Positions of teaching cases that come out differently.
        positions: Number of positions that were compared.
        cells: Number of cells, and how many of them differ.
    """

    a: dict[str, str]
    b: dict[str, str]
    on: dt.date
    zones: list[ZoneDifference] = field(default_factory=list)
    places: list[PlaceDifference] = field(default_factory=list)
    positions: int = 0
    cells: tuple[int, int] = (0, 0)

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.zones and not self.places

    def to_dict(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "format": FORMAT,
            "a": self.a,
            "b": self.b,
            "on": self.on.isoformat(),
            "cells": {"all": self.cells[0], "different": self.cells[1]},
            "zones": [z.to_dict() for z in self.zones],
            "positions": self.positions,
            "scenarios": [p.to_dict() for p in self.places],
        }


def diff(a: Path, b: Path, on: dt.date, say: Say, scenarios: Path | None) -> Difference:
    """Compare two zone files.

    Args:
        a: The first GeoPackage, its manifest beside it.
        b: The second.
        on: The day for which claims and geometries are compared.
        say: Takes progress.
        scenarios: Folder of teaching cases; `None` to leave them out.

    Raises:
        DataError: if a file is missing, damaged, or not what its manifest declares.
    """
    result = Difference(identity(a), identity(b), on)
    sides = []
    for path in (a, b):
        say(f"reading {path}")
        with opened(path) as database:
            layer = read_layer(database, "zones")
            # An empty polygon has no bounds, and what lies beyond the world no cell.
            inside = (np.abs(shapely.bounds(layer.shapes)) <= (180.0, 90.0, 180.0, 90.0)).all()
            if not (inside and shapely.is_valid(layer.shapes).all()):
                raise DataError(
                    "holds polygons that cannot be compared (a ring that crosses itself, or lies beyond 180°)",
                    where=str(path),
                    hint="`seajuris zones verify` says which.",
                )
            sides.append(_Side(layer, on.isoformat()))
    first, second = sides
    only: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
    cells = sorted(set(first.cells) | set(second.cells))
    different = 0
    for number, cell in enumerate(cells):
        found = _compare(first, second, cell)
        different += bool(found)
        for key, (left, right) in found.items():
            only[key][0] += left
            only[key][1] += right
        if number and number % 1000 == 0:
            say(f"{number} of {len(cells)} cells, {different} differ")
    result.cells = (len(cells), different)
    result.zones = [
        ZoneDifference(key, first.area(key), second.area(key), left, right) for key, (left, right) in only.items()
    ]
    result.zones.sort(key=lambda z: (-(z.only_a_km2 + z.only_b_km2), z.key.order()))
    if scenarios is not None:
        say("comparing the teaching cases")
        _scenarios(result, a, b, scenarios)
    return result


class _Side:
    """One file on a day: its pieces by cell and key."""

    def __init__(self, layer: Layer, day: str) -> None:
        self.layer = layer
        names = layer.columns
        self.keys: list[Key | None] = [
            _key(zone, state, claim, start, end, day) if in_force(since, until, day) else None
            for zone, state, claim, start, end, since, until in zip(
                *(
                    names[c]
                    for c in (
                        "zone",
                        "state",
                        "claim",
                        "proclaimed_from",
                        "proclaimed_to",
                        "valid_from",
                        "valid_to",
                    )
                ),
                strict=True,
            )
        ]
        box = shapely.bounds(layer.shapes)
        at = np.floor(((box[:, :2] + box[:, 2:]) / 2 - CORNER) / CELL).astype(int).tolist()
        self.cells: dict[tuple[int, int], dict[Key, list[int]]] = defaultdict(lambda: defaultdict(list))
        for i, (column, row) in enumerate(at):
            key = self.keys[i]
            if key is not None:
                self.cells[column, row][key].append(i)

    def members(self, cell: tuple[int, int]) -> dict[Key, list[int]]:
        return self.cells.get(cell, {})

    def shape(self, cell: tuple[int, int], key: Key) -> BaseGeometry:
        """A zone of a State in a cell, without the State's own sovereign waters where it lies beyond them."""
        members = self.members(cell)
        whole = shapely.union_all(self.layer.shapes[members.get(key, [])])
        if key.zone in _WIDER:
            inner = [
                i for k, some in members.items() if k.zone in SOVEREIGN_ZONES and k.state == key.state for i in some
            ]
            if inner:
                whole = shapely.difference(whole, shapely.union_all(self.layer.shapes[inner]))
        return whole

    def area(self, key: Key) -> float:
        """Area of a zone of a State everywhere, square kilometres."""
        return area_km2([self.shape(cell, key) for cell, members in self.cells.items() if key in members])


def _key(zone: str, state: str | None, claim: str | None, start: str | None, end: str | None, day: str) -> Key | None:
    """What a piece is on a day; `None` if it is nothing then."""
    if claim == "proclaimed" and not in_force(start, end, day):
        if zone == "contiguous_zone":
            return None
        if zone == "exclusive_economic_zone":
            claim = "potential"
    return Key(zone, state, claim if zone in _WIDER or claim == "protested" else None)


def _compare(first: _Side, second: _Side, cell: tuple[int, int]) -> dict[Key, tuple[float, float]]:
    a, b = first.members(cell), second.members(cell)
    changed = [
        key
        for key in sorted(set(a) | set(b), key=Key.order)
        if sorted(first.layer.wkb[i] for i in a.get(key, [])) != sorted(second.layer.wkb[i] for i in b.get(key, []))
    ]
    found = {}
    for key in changed:
        left, right = first.shape(cell, key), second.shape(cell, key)
        only_left = area_km2(shapely.difference(left, right))
        only_right = area_km2(shapely.difference(right, left))
        if only_left + only_right > _SPECK_KM2:
            found[key] = (only_left, only_right)
    return found


# --- Teaching cases -----------------------------------------------------------------------------------------------


def _scenarios(result: Difference, a: Path, b: Path, folder: Path) -> None:
    from seajuris import api
    from seajuris.position import parse_position
    from seajuris.scenarios import load_all, position_of

    for scenario in load_all(folder):
        case = scenario.case()
        if case.position is not None:
            result.positions += 1
            left, right = (api.locate(case.position, on=case.on, zones=path) for path in (a, b))
            if _answer(left) != _answer(right):
                findings = tuple(_findings(case, a, b))
                result.places.append(PlaceDifference(scenario.id, "case", _words(left), _words(right), findings))
        for place in scenario.data.get("places") or []:
            result.positions += 1
            position = parse_position(position_of(place["position"]), accuracy=place.get("accuracy"))
            left, right = (api.locate(position, on=place.get("on"), zones=path) for path in (a, b))
            if _answer(left) != _answer(right):
                what = str(place.get("what") or place["position"])
                result.places.append(PlaceDifference(scenario.id, what, _words(left), _words(right)))


def _answer(place: Place) -> tuple[Any, ...]:
    zones = {(z.zone, z.state, z.claim, z.certainty) for z in place.zones}
    return (frozenset(zones), place.criminal_law_regime, place.verdict)


def _words(place: Place) -> str:
    zones = []
    for zone in place.zones:
        state = f" {zone.state}" if zone.state else ""
        claim = f" ({zone.claim})" if zone.claim not in (None, "proclaimed") else ""
        zones.append(f"{zone.zone.replace('_', ' ')}{state}{claim} {zone.certainty}")
    return f"{', '.join(zones)}; {place.verdict.replace('_', ' ')}"


def _findings(case: Any, a: Path, b: Path) -> list[str]:
    """Findings whose status changes between the two files, in words."""
    from seajuris import api

    sides = []
    for path in (a, b):
        found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for finding in api.assess(case, zones=path).findings:
            found[finding.state or "?", finding.ground, finding.kind].add(finding.status)
        sides.append(found)
    first, second = sides
    lines = []
    for key in sorted(set(first) | set(second)):
        before, after = (", ".join(sorted(side.get(key, {"absent"}))) for side in (first, second))
        if before != after:
            lines.append(f"{key[0]} {key[1]}: {before} / {after}")
    return lines
