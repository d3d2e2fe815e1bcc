"""Whether zones fit together: no gaps, no overlaps that nobody expects, nothing that contradicts the law of the sea."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from seajuris.place import SOVEREIGN_ZONES
from seajuris.zones.tools.findings import Check
from seajuris.zones.tools.reading import Layer, in_force

Ints = npt.NDArray[np.int64]

CELL = 4.0
"""Side in degrees of the cells in which gaps are looked for, from -180 and -90; pieces never straddle them."""
CORNER = np.array([-180.0, -90.0])
TOLERANCE_M2 = 5_000.0
"""Overlaps and gaps smaller than this are seams of rounding."""
_METRES = 111_200.0
_BATCH = 200_000
_OPEN_START, _OPEN_END = "0000-00-00", "9999-99-99"
_WATERS = SOVEREIGN_ZONES[1:]
_CLAIMED = ("contiguous_zone", "exclusive_economic_zone")
_SAMPLE_DAY = "1994-11-16"
"""A day before every change that the data show."""


@dataclass(frozen=True, slots=True)
class Disputes:
    """Known disputes: who claims, by key."""

    claimants: dict[str, frozenset[str]]


def square_metres(area: float, lat: float) -> float:
    """Area in square degrees near a latitude, roughly, in square metres."""
    return float(area * _METRES**2 * np.cos(np.radians(lat)))


def overlaps(zones: Layer, disputes: Disputes, say: Callable[[str], None]) -> list[Check]:
    """Check every pair of pieces that may overlap."""
    checks = {
        "overlap": Check("overlap", "Zones of one kind exclude each other, but for known disputes"),
        "land": Check("land", "Land and sea exclude each other; high seas and every other zone too"),
        "s101": Check(
            "s101", "A territorial sea over another State's zone needs both marked as in dispute (rule of IHO S-101)"
        ),
        "nesting": Check("nesting", "A State's wider zones begin where its sovereign waters end"),
    }
    pairs = _pairs(zones)
    names = zones.columns
    rules: dict[tuple[Any, ...], str | None] = {}
    candidates: list[tuple[int, int]] = []
    kinds: list[str] = []
    for i, j in pairs.tolist():
        key = (*_key(names, i), *_key(names, j))
        if key not in rules:
            rules[key] = _rule(names, i, j, disputes)
        kind = rules[key]
        if kind is not None:
            candidates.append((i, j))
            kinds.append(kind)
    for check in checks.values():
        check.examined = f"all {len(zones):,} pieces, {len(pairs):,} pairs that come near each other"
    say(f"{len(pairs):,} pairs of pieces come near each other, {len(candidates):,} may not overlap")
    for start in range(0, len(candidates), _BATCH):
        some = np.array(candidates[start : start + _BATCH], dtype=np.int64)
        common = shapely.intersection(zones.shapes[some[:, 0]], zones.shapes[some[:, 1]])
        for k in np.flatnonzero(shapely.area(common) * _METRES**2 > TOLERANCE_M2):
            i, j = (int(v) for v in some[k])
            point = shapely.point_on_surface(common[k])
            area = square_metres(float(common[k].area), point.y)
            if area > TOLERANCE_M2:
                text = f"{_name(names, i)} and {_name(names, j)} overlap by {area / 1e6:,.3f} km²"
                checks[kinds[start + int(k)]].find(text, point.x, point.y)
        if len(candidates) > _BATCH:
            say(f"{min(start + _BATCH, len(candidates)):,} of {len(candidates):,} pairs")
    return list(checks.values())


def _key(names: dict[str, list[Any]], i: int) -> tuple[Any, ...]:
    columns = ("zone", "state", "territory", "claim", "dispute", "valid_from", "valid_to", "proclaimed_from")
    return tuple(names[c][i] for c in columns)


def _pairs(zones: Layer) -> Ints:
    """Pairs (i < j) of pieces whose boxes overlap by more than an edge."""
    tree = shapely.STRtree(zones.shapes)
    found = tree.query(zones.shapes)
    found = found[:, found[0] < found[1]]
    box = shapely.bounds(zones.shapes)
    a, b = box[found[0]], box[found[1]]
    width = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    height = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    order = (width > 1e-6) & (height > 1e-6)
    return np.asarray(found[:, order].T, dtype=np.int64)


def _rule(names: dict[str, list[Any]], i: int, j: int, disputes: Disputes) -> str | None:
    """Which check two pieces would fail if they overlapped; `None` if they may."""
    if not _same_time(names, i, j) or "protested" in (names["claim"][i], names["claim"][j]):
        return None
    zones = (names["zone"][i], names["zone"][j])
    states = (names["state"][i], names["state"][j])
    known = _same_dispute(names, i, j, disputes)
    if "high_seas" in zones or zones.count("land") == 1:
        return "land"
    if known:
        return None
    if states[0] != states[1]:
        if zones[0] == zones[1] or (zones[0] in _WATERS and zones[1] in _WATERS):
            return "overlap"
        return "s101" if any(z in _WATERS for z in zones) else None
    if zones[0] in _CLAIMED and zones[1] in _CLAIMED and zones[0] != zones[1]:
        return None
    if (zones[0] in _CLAIMED) != (zones[1] in _CLAIMED):
        inner = i if zones[1] in _CLAIMED else j
        # A breadth that was once narrower leaves the wider zone beginning further landward.
        dated = names["valid_from"][inner] is not None or names["valid_to"][inner] is not None
        return None if dated else "nesting"
    return "overlap"


def _same_time(names: dict[str, list[Any]], i: int, j: int) -> bool:
    start = max(names["valid_from"][i] or _OPEN_START, names["valid_from"][j] or _OPEN_START)
    end = min(names["valid_to"][i] or _OPEN_END, names["valid_to"][j] or _OPEN_END)
    return start < end


def _same_dispute(names: dict[str, list[Any]], i: int, j: int, disputes: Disputes) -> bool:
    keys = (names["dispute"][i], names["dispute"][j])
    if None in keys:
        return False
    claimants = disputes.claimants.get(keys[0], frozenset()) | disputes.claimants.get(keys[1], frozenset())
    return {names["state"][i], names["state"][j]} <= claimants


def _name(names: dict[str, list[Any]], i: int) -> str:
    zone, state, territory = (names[c][i] for c in ("zone", "state", "territory"))
    whose = "" if state is None else f" of {state}" if state == territory else f" of {territory} ({state})"
    dispute = f" [{names['dispute'][i]}]" if names["dispute"][i] else ""
    since = f" from {names['valid_from'][i]}" if names["valid_from"][i] else ""
    until = f" until {names['valid_to'][i]}" if names["valid_to"][i] else ""
    return f"{zone.replace('_', ' ')}{whose}{since}{until}{dispute}"


def gaps(zones: Layer, excepted: BaseGeometry, say: Callable[[str], None]) -> Check:
    """Check that every place of the world lies in some zone at all times.

    Args:
        zones: The layer.
        excepted: Waters that are left out on purpose.
        say: Takes progress.
    """
    check = Check("gaps", "Every place lies in a zone, at all times")
    if "land" not in zones.columns["zone"]:
        check.examined = "not examined: the data have no land"
        check.notes.append("Without land nobody can tell a gap at sea from the land: a position on land lies outside.")
        return check
    box = shapely.bounds(zones.shapes)
    middle = np.column_stack(((box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2))
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, (column, row) in enumerate(np.floor((middle - CORNER) / CELL).astype(int).tolist()):
        cells[column, row].append(i)
    start, end = zones.columns["valid_from"], zones.columns["valid_to"]
    everything = list(product(range(int(360 / CELL)), range(int(180 / CELL))))
    examined = 0
    for number, (column, row) in enumerate(everything):
        west, south = column * CELL - 180.0, row * CELL - 90.0
        cell = shapely.box(west, south, west + CELL, south + CELL)
        members = cells.get((column, row), [])
        days = sorted({_SAMPLE_DAY} | {d for i in members for d in (start[i], end[i]) if d is not None})
        for day in days:
            examined += 1
            shapes = zones.shapes[[i for i in members if in_force(start[i], end[i], day)]]
            rest = shapely.difference(cell, shapely.union_all([*shapes, excepted]))
            for part in shapely.get_parts(rest):
                if part.area * _METRES**2 <= TOLERANCE_M2:
                    continue
                point = shapely.point_on_surface(part)
                area = square_metres(float(part.area), point.y)
                if area > TOLERANCE_M2:
                    check.find(f"{area / 1e6:,.3f} km² in no zone on {day}", point.x, point.y)
        if number and number % 1000 == 0:
            say(f"{number} of {len(everything)} cells searched for gaps")
    check.examined = (
        f"the whole world in cells of {CELL:g} degrees, on every day on which something changes ({examined})"
    )
    return check
