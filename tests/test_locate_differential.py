"""Placing a position, against a plain reading of the same data that shares none of its shortcuts.

Here: every row of the layer, no R*Tree; point in polygon in longitude and latitude, no tangent plane; distances by
PROJ's geodesic to points put densely on the lines, no chords. What a row means follows ARCHITECTURE.md.
"""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

import seajuris
from seajuris.api import zone_file
from seajuris.place import Place
from seajuris.position import Position

pytestmark = pytest.mark.slow

WGS84 = Geod(ellps="WGS84")
REACH_M = 200 * 1852.0
TOLERANCE_M = 5.0
SOVEREIGN = {"land", "internal_waters", "archipelagic_waters", "territorial_sea"}
DAYS = ("2023-06-14", "2018-01-01", "1994-01-01")

Floats = np.ndarray[Any, np.dtype[np.float64]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """All rows of a layer in memory."""

    rows: list[Row]
    shapes: Any


@dataclass(frozen=True, slots=True)
class Edges:
    """All edges of the lines of a layer: both ends in degrees, length in metres, and the row each belongs to."""

    rows: list[Row]
    start: Floats
    end: Floats
    length: Floats
    row: np.ndarray[Any, np.dtype[np.int64]]


def layer(name: str) -> Layer:
    database = sqlite3.connect(f"{zone_file(None).resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    cursor = database.execute(f"SELECT * FROM {name}")
    columns = [column[0] for column in cursor.description]
    rows = [dict(zip(columns, values, strict=True)) for values in cursor]
    database.close()
    # Bits 1 to 3 of the flags say how long the envelope is that precedes the geometry (OGC 12-128).
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
    blobs = [row.pop("geom") for row in rows]
    return Layer(rows, shapely.from_wkb([blob[8 + envelope[blob[3] >> 1 & 7] :] for blob in blobs]))


def edges(lines: Layer) -> Edges:
    points, owner = shapely.get_coordinates(lines.shapes, return_index=True)
    same = owner[:-1] == owner[1:]
    start, end = points[:-1][same], points[1:][same]
    length = WGS84.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[2]
    return Edges(lines.rows, start, end, length, owner[:-1][same])


@pytest.fixture(scope="module")
def zones() -> Layer:
    return layer("zones")


@pytest.fixture(scope="module")
def limits() -> Edges:
    return edges(layer("limits"))


@pytest.fixture(scope="module")
def baselines() -> Edges:
    return edges(layer("baselines"))


@pytest.fixture(scope="module")
def positions(baselines: Edges, zones: Layer) -> list[tuple[float, float, str]]:
    """300 positions at sea: half of them anywhere, half of them within 30 M of a coast; some close to 180°."""
    chance = random.Random(1982)

    def anywhere() -> Iterator[tuple[float, float]]:
        while True:
            yield chance.uniform(-180, 180), float(np.degrees(np.arcsin(chance.uniform(-1, 1))))

    def off_a_coast() -> Iterator[tuple[float, float]]:
        while True:
            lon, lat = baselines.start[chance.randrange(len(baselines.start))]
            away = chance.uniform(0, 30 * 1852.0)
            yield WGS84.fwd(lon, lat, chance.uniform(0, 360), away)[:2]

    def close_to_180() -> Iterator[tuple[float, float]]:
        while True:
            yield chance.choice([179.9995, -179.9995]), chance.uniform(-78, 75)

    land = zones.shapes[[row["zone"] == "land" for row in zones.rows]]
    found: list[tuple[float, float, str]] = []
    for source, wanted in ((anywhere(), 140), (off_a_coast(), 150), (close_to_180(), 10)):
        taken = 0
        while taken < wanted:
            lon, lat = next(source)
            if not shapely.intersects_xy(land, lon, lat).any():
                found.append((lon, lat, DAYS[len(found) % len(DAYS)]))
                taken += 1
    return found


@pytest.fixture(scope="module")
def places(positions: list[tuple[float, float, str]]) -> list[Place]:
    return [seajuris.locate(Position.from_degrees(lat, lon, 0.0), on=day) for lon, lat, day in positions]


def holds(row: Row, day: str, what: str) -> bool:
    """Whether a half-open interval of dates contains a day."""
    start, end = row[f"{what}_from"], row[f"{what}_to"]
    return (start is None or start <= day) and (end is None or day < end)


Key = tuple[str, str | None, str | None, str | None, str | None]


def zones_at(zones: Layer, lon: float, lat: float, day: str) -> set[Key]:
    """Zone, State, territory, claim and dispute of everything that the data say of a point on a day."""
    here = [zones.rows[i] for i in np.flatnonzero(shapely.intersects_xy(zones.shapes, lon, lat))]
    return zones_of([row for row in here if holds(row, day, "valid")], day)


def zones_of(here: list[Row], day: str) -> set[Key]:
    """What the rows that contain a point say together."""
    sovereign = {row["state"] for row in here if row["zone"] in SOVEREIGN and row["claim"] != "protested"}
    found: set[Key] = set()
    exclusive = False
    for row in here:
        zone, claim = row["zone"], row["claim"]
        in_use = claim == "proclaimed" and holds(row, day, "proclaimed")
        if claim == "protested":
            # It stands beside the zones, from its day on.
            found.add((zone, row["state"], row["territory"], claim, row["dispute"]))
            continue
        if zone in ("contiguous_zone", "exclusive_economic_zone") and row["state"] in sovereign:
            continue
        if zone == "contiguous_zone" and not in_use:
            continue
        if zone == "exclusive_economic_zone" and not in_use:
            claim = "potential"
        exclusive = exclusive or (zone == "exclusive_economic_zone" and in_use)
        found.add((zone, row["state"], row["territory"], claim, row["dispute"]))
    entitled = any(key[0] == "exclusive_economic_zone" and key[3] == "potential" for key in found)
    if entitled and not exclusive and not sovereign:
        found.add(("high_seas", None, None, None, None))
    return found or {("outside_data", None, None, None, None)}


def test_the_same_zones(zones: Layer, positions: list[tuple[float, float, str]], places: list[Place]) -> None:
    different = []
    for (lon, lat, day), place in zip(positions, places, strict=True):
        told = {(z.zone, z.state, z.territory, z.claim, z.dispute) for z in place.zones if z.at_position}
        plain = zones_at(zones, lon, lat, day)
        if told != plain:
            different.append((lat, lon, day, told ^ plain))
    assert not different


def test_the_positions_are_worth_it(places: list[Place]) -> None:
    """Otherwise the comparison would say little."""
    seen = {(z.zone, z.claim) for place in places for z in place.zones}
    assert {("territorial_sea", "proclaimed"), ("contiguous_zone", "proclaimed"), ("high_seas", None)} <= seen
    assert {("exclusive_economic_zone", "proclaimed"), ("exclusive_economic_zone", "potential")} <= seen
    assert len({z.state for place in places for z in place.zones}) > 40


def test_on_the_180th_meridian() -> None:
    """The line belongs to the pieces on both sides: north of Fiji and of New Zealand all of them say the same."""
    for lat, day in ((-15.3817, "1994-01-01"), (-36.2909, "2018-01-01")):
        place = seajuris.locate(Position.from_degrees(lat, -180.0, 0.0), on=day)
        assert all(zone.at_position for zone in place.zones)


def distances(of: Edges, lon: float, lat: float, keep: Any, key: Any) -> dict[Any, float]:
    """Geodesic distance in metres to the nearest edge of each group of rows, for groups within reach."""
    # Nothing further than this in latitude is within reach; the shortest degree of latitude has 110.57 km.
    near = np.flatnonzero(np.abs(of.start[:, 1] - lat) < (REACH_M + 10_000) / 110_570)
    # On a sphere first, with room for the flattening (0.6 %) and for the longest edge.
    a, b = np.radians(of.start[near]), np.radians([lon, lat])
    half = np.sin((a - b) / 2) ** 2
    rough = 2 * 6_371_000.0 * np.arcsin(np.sqrt(half[:, 1] + np.cos(a[:, 1]) * np.cos(b[1]) * half[:, 0]))
    near = near[rough < REACH_M * 1.006 + 10_000]
    groups: dict[Any, list[int]] = {}
    for index in near:
        row = of.rows[of.row[index]]
        if keep(row):
            groups.setdefault(key(row), []).append(int(index))
    found = {}
    for name, members in groups.items():
        nearest = _nearest(of, np.array(members), lon, lat)
        if nearest <= REACH_M:
            found[name] = nearest
    return found


def _nearest(of: Edges, members: Any, lon: float, lat: float) -> float:
    start, end = of.start[members], of.end[members]
    first, last = _geodesic(start, lon, lat), _geodesic(end, lon, lat)
    # A point of an edge is no further from one of its ends than half its length.
    lower = np.minimum(first, last) - of.length[members] / 2
    may_hold_it = lower <= np.minimum(first, last).min()
    start, end = start[may_hold_it], end[may_hold_it]
    # Densely on each edge, then more densely about the nearest point: 5 km / 20 / 10 / 10 is 2.5 m.
    low, high = np.zeros(len(start)), np.ones(len(start))
    best = np.inf
    for count in (21, 21, 21):
        share = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, count)
        points = start[:, None, :] + (end - start)[:, None, :] * share[:, :, None]
        metres = _geodesic(points.reshape(-1, 2), lon, lat).reshape(share.shape)
        at = metres.argmin(axis=1)
        best = min(best, float(metres.min()))
        step = (high - low) / (count - 1)
        middle = share[np.arange(len(share)), at]
        low, high = np.maximum(middle - step, 0), np.minimum(middle + step, 1)
    return best


def _geodesic(points: Floats, lon: float, lat: float) -> Floats:
    here = np.full(len(points), lon), np.full(len(points), lat)
    metres: Floats = np.asarray(WGS84.inv(*here, points[:, 0], points[:, 1])[2])
    return metres


def compare(told: dict[Any, float], plain: dict[Any, float]) -> list[Any]:
    """Groups whose distance differs; one at the very edge of reach may be missing."""
    return [
        (name, told.get(name), plain.get(name))
        for name in told.keys() | plain.keys()
        if abs(told.get(name, REACH_M) - plain.get(name, REACH_M)) > TOLERANCE_M
    ]


def test_the_same_limits(limits: Edges, positions: list[tuple[float, float, str]], places: list[Place]) -> None:
    different = []
    for (lon, lat, day), place in zip(positions, places, strict=True):
        plain = distances(
            limits,
            lon,
            lat,
            lambda row, day=day: (
                holds(row, day, "valid") and (row["limit"] != "contiguous_zone" or holds(row, day, "proclaimed"))
            ),
            lambda row: (row["limit"], row["state"], row["territory"]),
        )
        told = {(n.limit, n.state, n.territory): abs(n.distance_nm) * 1852.0 for n in place.limits}
        different += [(lat, lon, day, *found) for found in compare(told, plain)]
    assert not different


def test_the_same_baselines(baselines: Edges, positions: list[tuple[float, float, str]], places: list[Place]) -> None:
    different = []
    for (lon, lat, _), place in zip(positions, places, strict=True):
        plain = distances(
            baselines, lon, lat, lambda row: row["state"] is not None, lambda row: (row["state"], row["territory"])
        )
        told = {(b.state, b.territory): b.distance_nm * 1852.0 for b in place.baselines}
        different += [(lat, lon, *found) for found in compare(told, plain)]
    assert not different


def test_the_day_counts(positions: list[tuple[float, float, str]]) -> None:
    assert {dt.date.fromisoformat(day) for _, _, day in positions} == {dt.date.fromisoformat(day) for day in DAYS}
