"""Places a position: which zones, whose, how far from the lines, and how sure.

The circle of uncertainty is laid over the zones in the plane that touches the ellipsoid at the position. A zone is
*certain* if it covers the whole circle, *possible* if it covers a part.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from seajuris import states
from seajuris.place import SOVEREIGN_ZONES, ZONES, Baseline, Boundary, Limit, Place, Verdict, Zone
from seajuris.position import Position
from seajuris.zones.measure import METRES_PER_NM, Floats, Nearest, Origin, window
from seajuris.zones.store import Row, ZoneStore, coordinates, geometries

REACH_NM = 200.0
"""Baselines and limits are looked for within this distance: the largest breadth of any zone."""

NEARBY_NM = 24.0
"""Lines between States are listed within this distance."""

MIN_RADIUS_M = 1.0
"""No position is taken for more certain than this."""

_CLOSE_NM = 3.0
_JOINT = "joint-regime"
_CORNERS = 128
# What is looked at around the circle, and how finely its edges are followed.
_AROUND = 1.2
_AROUND_M = 5.0
_STEPS = 24
_MOST_STEPS = 720
# Parts of the circle smaller than this are seams of the data, not zones: a share of the circle where it is small, and a
# metre across it where it is large.
_SEAM = 1e-4
_SEAM_M = 0.5
_PRESENT = 1e-6
_PRESENT_M2 = 1000.0
# A larger part of the circle that no zone covers is a gap in the data.
_GAP = 1e-2
_GAP_M2 = 2e6


def zone_key(row: Row) -> tuple[Any, ...]:
    """What makes two rows of layer ``zones`` one zone of a claimant."""
    return tuple(row[name] for name in ("zone", "state", "territory", "claim", "proclaimed_from", "dispute"))


@dataclass(slots=True)
class _Region:
    """The part of the circle that one claimant's zone covers."""

    row: Row
    zone: str
    claim: str | None
    shape: Any
    before_claim: bool = field(default=False)
    area: float = field(default=0.0)
    at_position: bool = field(default=False)

    @property
    def state(self) -> str | None:
        return self.row["state"]  # type: ignore[no-any-return]

    @property
    def sovereign(self) -> bool:
        """Territory or sovereign waters that other States do not protest against."""
        return self.zone in SOVEREIGN_ZONES and self.claim != "protested"


def locate(position: Position, on: dt.date, store: ZoneStore) -> Place:
    """Place a position on a day.

    Args:
        position: Position with its accuracy.
        on: Day for which claims are applied.
        store: Zone data.

    Returns:
        The place, without provenance.
    """
    origin = Origin(position.lon, position.lat)
    day = on.isoformat()
    regions, circle_area = _regions(origin, uncertainty_m(position), day, store)
    covered = shapely.union_all([r.shape for r in regions]).area if regions else 0.0
    lines = [r for r in store.near("limits", position.lon, position.lat, REACH_NM * METRES_PER_NM) if r.in_force(day)]
    measured = _measure_limits(origin, lines, day)
    return _composed(position, on, store, regions, covered, circle_area, measured, _baselines(origin, store))


def place_throughout(
    position: Position,
    on: dt.date,
    store: ZoneStore,
    zones: Throughout,
    limits: Iterable[tuple[Row, float]],
    baselines: Iterable[tuple[Row, float]],
) -> Place:
    """What `locate` says where the whole circle of uncertainty lies in the same zones.

    Args:
        position: Position with its accuracy.
        on: Day for which claims are applied.
        store: Zone data.
        zones: What covers the circle.
        limits: Of the rows with the same `limit_key`, the one with the nearest point within 200 M, and its distance in
            metres.
        baselines: The same for baselines.
    """
    measured = _in_order(_Measured(row, Nearest(distance, math.nan, math.nan, 0)) for row, distance in limits)
    lines = _by_distance(Baseline(r["state"], r["territory"], d / METRES_PER_NM, r["kind"]) for r, d in baselines)
    return _composed(position, on, store, zones.regions, zones.covered, _CIRCLE.area, measured, lines)


def _composed(
    position: Position,
    on: dt.date,
    store: ZoneStore,
    regions: list[_Region],
    covered: float,
    circle_area: float,
    measured: list[_Measured],
    baselines: tuple[Baseline, ...],
) -> Place:
    uncertainty = uncertainty_m(position)
    origin = Origin(position.lon, position.lat)
    day = on.isoformat()
    zones = _zones(regions, covered, circle_area, measured)
    place = Place(
        position=position,
        on=on,
        uncertainty_m=uncertainty,
        zones=zones,
        criminal_law_regime=_regime(zones),
        limits=_limits(measured, zones),
        baselines=baselines,
        verdict=_verdict(zones, measured, uncertainty),
        reachable=_reachable(origin, uncertainty, day, store, measured),
        boundaries=_boundaries(origin, store, day),
    )
    remarks = _remarks(origin, uncertainty, day, store)
    return replace(place, notes=(*_notes(place, regions, day), *remarks))


@dataclass(frozen=True, slots=True)
class Answer:
    """What can be said of a position without measuring how far the lines are.

    Attributes:
        zones: As in `Place`, but for what bounds each of them (`delimitation`).
        criminal_law_regime: As in `Place`.
        verdict: As in `Place`.
    """

    zones: tuple[Zone, ...]
    criminal_law_regime: str
    verdict: Verdict


def answer_at(lon: float, lat: float, uncertainty: float, on: dt.date, store: ZoneStore) -> Answer:
    """The zones of a position, as `locate` finds them; lines are looked for only where they bear on the verdict.

    Args:
        lon: degrees.
        lat: degrees.
        uncertainty: Radius within which zones are looked for, metres; at least 1.
        on: Day for which claims are applied.
        store: Zone data.
    """
    origin = Origin(lon, lat)
    day = on.isoformat()
    regions, circle_area = _regions(origin, uncertainty, day, store)
    covered = shapely.union_all([r.shape for r in regions]).area if regions else 0.0
    zones = _zones(regions, covered, circle_area, [])
    verdict = _verdict(zones, [], uncertainty)
    if verdict == "robust":
        reach = uncertainty + store.largest_limit_accuracy_m
        lines = [r for r in store.near("limits", lon, lat, reach) if r.in_force(day)]
        verdict = _verdict(zones, _measure_limits(origin, lines, day), uncertainty)
    return Answer(zones, _regime(zones), verdict)


def answer_throughout(throughout: Throughout, *, near_line: bool) -> Answer:
    """What `answer_at` says where the whole circle lies in the same zones.

    Args:
        throughout: What covers the circle.
        near_line: Whether a limit lies within the uncertainty and the accuracy of the limit.
    """
    zones = _zones(throughout.regions, throughout.covered, _CIRCLE.area, [])
    verdict = _verdict(zones, [], 0.0)
    return Answer(zones, _regime(zones), "near_line" if near_line and verdict == "robust" else verdict)


_CIRCLE = shapely.box(0.0, 0.0, 1e3, 1e3)
"""Stands for any circle that lies in the same zones throughout."""


@dataclass(frozen=True, slots=True)
class Throughout:
    """What covers a circle that lies in the same zones throughout."""

    regions: list[_Region]

    @property
    def covered(self) -> float:
        """Its area, in the units of the circle that stands for any."""
        return _CIRCLE.area if self.regions else 0.0


def throughout(rows: list[Row], on: dt.date) -> Throughout:
    """What covers a circle on a day.

    Args:
        rows: The rows of layer ``zones``, in the order of `fid`, whose pieces all contain the circle.
        on: Day for which claims are applied.
    """
    existing = _existing(rows, on.isoformat())
    return Throughout(_completed(existing, [_CIRCLE] * len(existing), _CIRCLE, on.isoformat()))


def uncertainty_m(position: Position) -> float:
    """Radius in metres within which zones are looked for."""
    # Whoever states an accuracy may have rounded the position as well: both count.
    return max((position.accuracy_m or 0.0) + position.precision_m, MIN_RADIUS_M)


# --- Zones ------------------------------------------------------------------------------------------------------


def _regions(origin: Origin, radius: float, day: str, store: ZoneStore) -> tuple[list[_Region], float]:
    rows = _existing(store.near("zones", origin.lon, origin.lat, radius), day)
    # The polygon lies around the circle, not in it: it must not fall short.
    around = radius / math.cos(math.pi / _CORNERS)
    circle = shapely.Point(0.0, 0.0).buffer(around, quad_segs=_CORNERS // 4)
    rows, flat = _in_plane(origin, radius, rows)
    return _completed(rows, shapely.intersection(flat, circle), circle, day), circle.area


def _existing(rows: Iterable[Row], day: str) -> list[Row]:
    """The rows that count on a day."""
    rows = [r for r in rows if r.in_force(day)]
    # A zone that has to be claimed exists only once it is; an EEZ then remains an entitlement.
    return [r for r in rows if r["zone"] != "contiguous_zone" or (r["claim"] == "proclaimed" and r.proclaimed(day))]


def _completed(rows: list[Row], parts: Iterable[Any], circle: Any, day: str) -> list[_Region]:
    """What each claimant's zone covers of the circle, from the parts that the rows cover."""
    grouped: dict[tuple[Any, ...], tuple[Row, list[Any]]] = {}
    for row, part in zip(rows, parts, strict=True):
        if part.area > 0:
            grouped.setdefault(zone_key(row), (row, []))[1].append(part)
    regions = [
        _Region(row, row["zone"], _claim(row, day), shapely.union_all(found), _before_claim(row, day))
        for _, (row, found) in sorted(grouped.items(), key=lambda item: _order(item[0]))
    ]
    regions = _seaward_of_own_territorial_sea(regions)
    regions = _with_high_seas(regions)
    for region in regions:
        region.area = region.shape.area
        # Pieces of one zone meet in seams of millimetres: a point on a seam lies in the zone.
        region.at_position = bool(region.shape.distance(shapely.Point(0.0, 0.0)) < _SEAM_M)
    return [r for r in regions if r.area > min(_PRESENT * circle.area, _PRESENT_M2)]


def _order(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """The order of zones and of what is said of them. It must not hang on which piece comes first in the file."""
    return (ZONES.index(key[0]), *(value or "~" for value in key[1:]))


def _in_plane(origin: Origin, radius: float, rows: list[Row]) -> tuple[list[Row], Any]:
    """The parts of zones near the circle, in the plane around the position; a row for each part."""
    shapes = geometries([r.blob for r in rows])
    kept: list[Row] = []
    found: list[Any] = []
    for west, south, east, north in window(origin.lon, origin.lat, _AROUND * radius + _AROUND_M):
        near = shapely.clip_by_rect(shapes, west, south, east, north)
        # Pieces are cut along meridians and parallels; such an edge is straight in degrees, not in the plane.
        step = max((north - south) / _STEPS, (east - west) / _MOST_STEPS)
        for index in np.flatnonzero(~shapely.is_empty(near)):
            kept.append(rows[index])
            found.append(shapely.segmentize(near[index], step))
    flat = shapely.transform(np.array(found, dtype=object), origin.plane) if found else np.array([], dtype=object)
    return kept, shapely.make_valid(flat)


def _before_claim(row: Row, day: str) -> bool:
    """Whether a territorial sea is drawn at a breadth that was claimed only after that day."""
    start = row["proclaimed_from"]
    return bool(row["zone"] == "territorial_sea" and start is not None and day < start)


def _claim(row: Row, day: str) -> str | None:
    if row["claim"] == "proclaimed" and not row.proclaimed(day):
        return "potential" if row["zone"] == "exclusive_economic_zone" else "proclaimed"
    return row["claim"]  # type: ignore[no-any-return]


def _seaward_of_own_territorial_sea(regions: list[_Region]) -> list[_Region]:
    """A State's contiguous zone and EEZ begin where its territorial sea ends on that day."""
    own: dict[str | None, Any] = {}
    for region in regions:
        if region.zone in ("contiguous_zone", "exclusive_economic_zone"):
            if region.state not in own:
                # Once for each State: in a large circle this takes longer than all else together.
                shapes = [r.shape for r in regions if r.sovereign and r.state == region.state]
                own[region.state] = shapely.union_all(shapes) if shapes else None
            if own[region.state] is not None:
                region.shape = region.shape.difference(own[region.state])
    return regions


def _with_high_seas(regions: list[_Region]) -> list[_Region]:
    """Waters to which a State is entitled but which nobody has claimed on that day are high seas."""
    potential = [r for r in regions if r.zone == "exclusive_economic_zone" and r.claim == "potential"]
    if not potential:
        return regions
    taken = [r.shape for r in regions if r.sovereign]
    taken += [r.shape for r in regions if r.zone == "exclusive_economic_zone" and r.claim == "proclaimed"]
    free = shapely.union_all([r.shape for r in potential]).difference(shapely.union_all(taken))
    existing = next((r for r in regions if r.zone == "high_seas"), None)
    if existing is not None:
        existing.shape = shapely.union_all([existing.shape, free])
        return regions
    empty = dict.fromkeys(potential[0].row.values)
    return [*regions, _Region(Row({**empty, "zone": "high_seas"}, b""), "high_seas", None, free)]


def _zones(regions: list[_Region], covered: float, circle_area: float, measured: list[_Measured]) -> tuple[Zone, ...]:
    missing = circle_area - covered
    seam = min(_SEAM * circle_area, 2 * math.sqrt(circle_area / math.pi))
    gap = min(_GAP * circle_area, _GAP_M2)
    found = [
        Zone(
            zone=region.zone,
            state=region.state,
            territory=region.row["territory"],
            claim=region.claim,
            delimitation=_delimitation(region, measured),
            # Measured against what is covered at all: seams between pieces are nobody's zone.
            certainty="certain"
            if region.area >= covered - seam
            and missing <= gap
            and not region.before_claim
            and region.claim != "protested"
            else "possible",
            at_position=region.at_position,
            instrument=region.row["instrument"],
            dispute=region.row["dispute"],
            source=region.row["source"],
            confidence=region.row["confidence"],
        )
        for region in regions
    ]
    if any(r.before_claim for r in regions) and not any(r.zone == "high_seas" for r in regions):
        # An earlier, narrower breadth would leave these waters outside.
        found.append(Zone("high_seas", None, None, None, None, "possible", at_position=False))
    if missing > gap:
        whole = covered <= seam
        found.append(
            Zone("outside_data", None, None, None, None, "certain" if whole else "possible", at_position=whole)
        )
    # An entitlement that nobody has used comes after the zones that exist.
    found.sort(
        key=lambda z: (
            z.certainty != "certain",
            z.claim == "potential",
            ZONES.index(z.zone),
            z.state or "~",
            z.territory or "~",
        )
    )
    return tuple(found)


def _reachable(
    origin: Origin, uncertainty: float, day: str, store: ZoneStore, measured: list[_Measured]
) -> tuple[Zone, ...]:
    """Zones within the uncertainty widened by the accuracy of the limits that come that near; else nothing."""
    near = [_accuracy_m(m) for m in measured if m.nearest.distance_m <= uncertainty + _accuracy_m(m)]
    if not near:
        return ()
    regions, circle_area = _regions(origin, uncertainty + max(near), day, store)
    covered = shapely.union_all([r.shape for r in regions]).area if regions else 0.0
    return _zones(regions, covered, circle_area, measured)


def _delimitation(region: _Region, measured: list[_Measured]) -> str | None:
    if region.row["dispute"] is not None:
        return "joint" if region.row["dispute"].startswith(_JOINT) else "overlapping"
    own = [
        m
        for m in measured
        if m.row["limit"] == region.zone
        and (m.row["state"], m.row["territory"]) == (region.state, region.row["territory"])
    ]
    if not own:
        return None
    kind = own[0].row["kind"]  # the nearest: they are in order
    return kind if kind in ("agreed", "equidistance") else "limit"


def _regime(zones: Iterable[Zone]) -> str:
    regimes = {
        "unknown" if z.zone == "outside_data" else "territory" if z.zone in SOVEREIGN_ZONES else "high_seas"
        for z in zones
    }
    return regimes.pop() if len(regimes) == 1 else "depends" if regimes else "unknown"


# --- Distances --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Measured:
    row: Row
    nearest: Nearest


def _measure_limits(origin: Origin, rows: list[Row], day: str) -> list[_Measured]:
    """The nearest point of each State's limit of each kind of zone, of each accuracy, nearest first.

    A limit that is known well in one stretch may be known less well in the next: that one is further away, and yet the
    position may lie within its accuracy.
    """
    grouped: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if _limit_exists(row, day):
            grouped.setdefault(limit_key(row), []).append(row)
    found = []
    for group in grouped.values():
        nearest = origin.nearest([coordinates(r.blob) for r in group])
        if nearest is not None and nearest.distance_m <= REACH_NM * METRES_PER_NM:
            found.append(_Measured(group[nearest.line], nearest))
    return _in_order(found)


def limit_key(row: Row) -> tuple[Any, ...]:
    """Of the rows of layer ``limits`` with the same key, the nearest is measured."""
    return row["limit"], row["state"], row["territory"], row["accuracy_m"]


def _in_order(measured: Iterable[_Measured]) -> list[_Measured]:
    """Nearest first; where two lie on one line, in the order of their names, whatever the last bits are."""
    return sorted(
        measured,
        key=lambda m: (round(m.nearest.distance_m, 3), *(name or "" for name in limit_key(m.row)[:3]), _accuracy_m(m)),
    )


def _accuracy_m(item: _Measured) -> float:
    return float(item.row["accuracy_m"] or 0.0)


def limit_counts(row: Row, on: dt.date) -> bool:
    """Whether a row of layer ``limits`` counts on a day."""
    return row.in_force(on.isoformat()) and _limit_exists(row, on.isoformat())


def _limit_exists(row: Row, day: str) -> bool:
    """A contiguous zone has to be claimed."""
    return bool(row["limit"] != "contiguous_zone" or row.proclaimed(day))


_LANDWARD = {
    "territorial_sea": SOVEREIGN_ZONES,
    "contiguous_zone": (*SOVEREIGN_ZONES, "contiguous_zone"),
    "exclusive_economic_zone": (*SOVEREIGN_ZONES, "contiguous_zone", "exclusive_economic_zone"),
}


def _limits(measured: list[_Measured], zones: tuple[Zone, ...]) -> tuple[Limit, ...]:
    """Signed distances: negative where the position lies landward of the limit, inside that State's zone."""
    result: dict[tuple[Any, ...], Limit] = {}
    for item in measured:
        row = item.row
        if limit_key(row)[:3] in result:
            continue
        inside = any(
            z.zone in _LANDWARD[row["limit"]]
            and (z.state, z.territory) == (row["state"], row["territory"])
            and z.at_position
            and z.claim != "protested"
            for z in zones
        )
        sign = -1.0 if inside else 1.0
        result[limit_key(row)[:3]] = Limit(
            limit=row["limit"],
            state=row["state"],
            territory=row["territory"],
            distance_nm=sign * item.nearest.distance_m / METRES_PER_NM,
            kind=row["kind"],
            other_state=row["other_state"],
            boundary=row["boundary"],
        )
    return tuple(result.values())


def _baselines(origin: Origin, store: ZoneStore) -> tuple[Baseline, ...]:
    grouped: dict[tuple[str, str], list[tuple[str, Floats]]] = {}
    for row in store.near("baselines", origin.lon, origin.lat, REACH_NM * METRES_PER_NM):
        if row["state"] is not None:
            key = (row["state"], row["territory"])
            grouped.setdefault(key, []).append((row["kind"], coordinates(row.blob)))
    found = []
    for (state, territory), lines in grouped.items():
        nearest = origin.nearest([line for _, line in lines])
        if nearest is not None and nearest.distance_m <= REACH_NM * METRES_PER_NM:
            kind = lines[nearest.line][0]
            found.append(Baseline(state, territory, nearest.distance_m / METRES_PER_NM, kind))
    return _by_distance(found)


def _by_distance(baselines: Iterable[Baseline]) -> tuple[Baseline, ...]:
    return tuple(sorted(baselines, key=lambda b: (round(b.distance_nm, 6), b.state, b.territory)))


def _boundaries(origin: Origin, store: ZoneStore, day: str) -> tuple[Boundary, ...]:
    """Lines between States near by: a reader must know of them even where they decide nothing."""
    grouped: dict[str, list[Row]] = {}
    for row in store.near("boundaries", origin.lon, origin.lat, NEARBY_NM * METRES_PER_NM):
        grouped.setdefault(row["id"], []).append(row)
    found = []
    for name, rows in grouped.items():
        nearest = origin.nearest([coordinates(row.blob) for row in rows])
        if nearest is None or nearest.distance_m > NEARBY_NM * METRES_PER_NM:
            continue
        row = rows[0]
        dated = row["valid_from"] is not None or row["valid_to"] is not None
        found.append(
            Boundary(
                boundary=name,
                parties=tuple(row["parties"].split(", ")),
                role=row["role"],
                distance_nm=nearest.distance_m / METRES_PER_NM,
                in_force=row.in_force(day) if dated and row["role"] != "not_applied" else None,
                source=row["source"],
                confidence=row["confidence"],
                note=row["note"],
            )
        )
    return tuple(sorted(found, key=lambda b: (b.distance_nm, b.boundary)))


# --- How sure ---------------------------------------------------------------------------------------------------


def _verdict(zones: tuple[Zone, ...], measured: list[_Measured], uncertainty: float) -> Verdict:
    # A protested economic zone beside the others changes nothing for criminal law, and nothing about the position.
    if any(z.certainty == "possible" and (z.claim != "protested" or z.zone in SOVEREIGN_ZONES) for z in zones):
        return "undetermined"
    if any(m.nearest.distance_m <= uncertainty + _accuracy_m(m) for m in measured):
        return "near_line"
    return "robust"


def _notes(place: Place, regions: list[_Region], day: str) -> list[str]:
    notes = []
    if place.position.accuracy_m is None:
        nearest = (
            f"the nearest limit lies {abs(place.limits[0].distance_nm):.1f} M away"
            if place.limits
            else "no limit is near"
        )
        notes.append(f"No accuracy was stated: only what the notation leaves open was allowed for; {nearest}.")
    notes += [note for region in regions for note in _claim_notes(region, day)]
    names = {z.zone for z in place.zones}
    close = bool(place.baselines) and place.baselines[0].distance_nm < _CLOSE_NM
    if "territorial_sea" in names and "internal_waters" not in names and close:
        notes.append(
            "Close to the coast: behind a bay closing line, a straight baseline or a port these may be internal "
            "waters; the State's criminal law applies in both, innocent passage does not."
        )
    if names & {"exclusive_economic_zone", "contiguous_zone"}:
        notes.append(
            "For crimes on board, an exclusive economic zone or contiguous zone is not territory: the rules of the "
            "high seas apply."
        )
    return list(dict.fromkeys(notes))


def _remarks(origin: Origin, uncertainty: float, day: str, store: ZoneStore) -> list[str]:
    """What has to be said of these waters beside their zones."""
    rows = [r for r in store.near("remarks", origin.lon, origin.lat, uncertainty) if r.in_force(day)]
    if not rows:
        return []
    rows, flat = _in_plane(origin, uncertainty, rows)
    near = shapely.distance(flat, shapely.Point(0.0, 0.0)) <= uncertainty
    here = [row for row, hit in zip(rows, near, strict=True) if hit]
    return list(dict.fromkeys(f"{row['text']} ({row['source']}{_unread(row)})" for row in here))


def _unread(row: Row) -> str:
    return "" if row["confidence"] == "verified" else "; unverified"


def _claim_notes(region: _Region, day: str) -> list[str]:
    row = region.row
    start = row["proclaimed_from"]
    name = states.register().state(region.state).name if region.state else ""
    notes = []
    if region.before_claim:
        notes.append(
            f"The territorial sea of {name} is drawn at the breadth claimed since {start}; what applied on {day} "
            "is not in the data."
        )
    if region.zone == "exclusive_economic_zone" and region.claim == "potential":
        when = f" (proclaimed only from {start})" if start is not None and day < start else ""
        notes.append(
            f"{name} is entitled to an exclusive economic zone here but had not proclaimed it on {day}{when}: the "
            "waters are high seas."
        )
    if region.zone == "exclusive_economic_zone" and region.claim == "proclaimed" and start is None:
        notes.append(f"The day on which {name} proclaimed its exclusive economic zone is not in the data.")
    if region.claim == "protested":
        basis = "; ".join(text for text in (row["instrument"], row["source"]) if text)
        notes.append(
            f"{name} claims these waters ({region.zone.replace('_', ' ')}), and other States protest: {basis}. It "
            "moves no line here; which view is right is left open."
        )
    elif row["dispute"] is not None and row["dispute"].startswith(_JOINT):
        notes.append(f"The States listed here administer these waters together ({row['dispute']}).")
    elif row["dispute"] is not None:
        notes.append(f"Claims overlap here ({row['dispute']}): every claimant is listed, none is preferred.")
    return notes
