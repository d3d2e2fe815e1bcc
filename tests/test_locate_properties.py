"""What must hold of every position, on the shipped zones: tried on random ones."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

import seajuris
from seajuris.place import SOVEREIGN_ZONES, Place
from seajuris.position import Position
from seajuris.zones.store import ZoneStore, coordinates

pytestmark = pytest.mark.slow

WGS84 = Geod(ellps="WGS84")
MILE = 1852.0
DAY = dt.date(2026, 11, 1)
CASPIAN = (46.0, 36.0, 55.0, 48.0)
# Distances are good to a few metres; a point nearer to a line than this may lie on either side of it.
SLACK_M = 30.0

lons = st.floats(-180, 180, allow_nan=False)
lats = st.floats(-89.9, 89.9, allow_nan=False)
bearings = st.floats(0, 360, allow_nan=False)


def at(lon: float, lat: float, accuracy: float = 0.0) -> Place:
    return seajuris.locate(Position.from_degrees(lat, lon, accuracy), on=DAY)


def undisputed(place: Place) -> set[tuple[str, str | None, str | None]]:
    """The zones of the stated point itself, without claims that decide nothing."""
    return {(z.zone, z.state, z.claim) for z in place.zones if z.at_position and z.claim != "protested"}


@pytest.fixture(scope="module")
def middles() -> list[tuple[float, float, float, str, str, str]]:
    """Middles of edges of limits all over the world, with the bearing of the edge, the limit, State and territory."""
    from seajuris.api import zone_file

    store = ZoneStore(zone_file(None))
    found = []
    for lon in range(-175, 180, 10):
        for lat in range(-60, 75, 10):
            rows = [r for r in store.near("limits", lon, lat, 60 * MILE) if r.in_force(DAY.isoformat())]
            for row in rows[:3]:
                if row["limit"] == "contiguous_zone" and not row.proclaimed(DAY.isoformat()):
                    continue
                if row["kind"] == "claim":
                    continue  # the zone lies on both sides of it
                line = coordinates(row.blob)
                (x0, y0), (x1, y1) = line[len(line) // 2 - 1], line[len(line) // 2]
                bearing, _, length = WGS84.inv(x0, y0, x1, y1)
                if length < 10 * SLACK_M:
                    continue
                found.append(((x0 + x1) / 2, (y0 + y1) / 2, bearing, row["limit"], row["state"], row["territory"]))
    assert len(found) > 100
    return found


@settings(max_examples=150)
@given(lons, lats)
def test_every_position_has_a_regime(lon: float, lat: float) -> None:
    west, south, east, north = CASPIAN
    assume(not (west < lon < east and south < lat < north))
    place = at(lon, lat)
    assert undisputed(place)
    assert not any(z.zone == "outside_data" for z in place.zones)
    assert place.criminal_law_regime in ("territory", "high_seas", "depends")


@settings(max_examples=150)
@given(lons, lats)
def test_zones_of_one_state_exclude_each_other_where_they_must(lon: float, lat: float) -> None:
    """Nesting: a contiguous zone lies within the economic zone, both seaward of the territorial sea."""
    zones = undisputed(at(lon, lat))
    for state in {s for _, s, _ in zones if s}:
        mine = {zone for zone, s, _ in zones if s == state}
        assert len(mine & set(SOVEREIGN_ZONES)) <= 1
        if mine & set(SOVEREIGN_ZONES):
            assert not mine & {"contiguous_zone", "exclusive_economic_zone"}
    if ("high_seas", None, None) in zones:
        assert not any(z in SOVEREIGN_ZONES for z, _, _ in zones)
        assert not any(z == "exclusive_economic_zone" and claim == "proclaimed" for z, _, claim in zones)


@settings(max_examples=60)
@given(lats)
def test_both_names_of_the_180th_meridian(lat: float) -> None:
    assert undisputed(at(180.0, lat)) == undisputed(at(-180.0, lat))


@settings(max_examples=60)
@given(st.integers(-179, 179), st.integers(0, 59), st.integers(-89, 89), st.integers(0, 59))
def test_the_notation_does_not_matter(x: int, xm: int, y: int, ym: int) -> None:
    lon, lat = abs(x) + xm / 60, abs(y) + ym / 60
    ns, ew = "N" if y >= 0 else "S", "E" if x >= 0 else "W"
    minutes = f"{abs(y):02d}°{ym:02d}'{ns} {abs(x):03d}°{xm:02d}'{ew}"
    seconds = f"{abs(y)} {ym} 0 {ns} {abs(x)} {xm} 0 {ew}"
    places = [
        seajuris.locate(text, accuracy="10 m", on=DAY) for text in (minutes, seconds, f"{lat:.9f} {ns} {lon:.9f} {ew}")
    ]
    # The notation leaves more or less open; the point is the same.
    assert undisputed(places[0]) == undisputed(places[1]) == undisputed(places[2])


@settings(max_examples=100)
@given(lons, lats, st.floats(1, 20_000), st.floats(1.01, 4))
def test_more_uncertainty_never_removes_a_zone(lon: float, lat: float, radius: float, times: float) -> None:
    small, large = at(lon, lat, radius), at(lon, lat, radius * times)
    found = {(z.zone, z.state, z.territory, z.claim) for z in large.zones}
    # A part of the circle smaller than one in ten thousand is a seam of the data.
    for zone in small.zones:
        if zone.certainty == "certain" or zone.at_position:
            assert (zone.zone, zone.state, zone.territory, zone.claim) in found
    certain = {(z.zone, z.state, z.claim) for z in large.zones if z.certainty == "certain"}
    assert certain <= {(z.zone, z.state, z.claim) for z in small.zones if z.certainty == "certain"}


@settings(max_examples=150)
@given(lons, lats, bearings, st.floats(0, 0.98))
def test_moving_less_than_the_distance_changes_no_zone(lon: float, lat: float, bearing: float, share: float) -> None:
    """Every zone ends at a limit, at a baseline, or at a neighbour's limit, and their distances are told."""
    here = at(lon, lat)
    assume(not any(z.zone == "land" for z in here.zones))
    away = [abs(limit.distance_nm) for limit in here.limits] + [line.distance_nm for line in here.baselines]
    reach = min([*away, 200.0]) * MILE - SLACK_M
    assume(reach > SLACK_M)
    lon2, lat2, _ = WGS84.fwd(lon, lat, bearing, reach * share)
    assert undisputed(at(lon2, lat2)) == undisputed(here)


@settings(max_examples=100)
@given(st.data())
def test_a_distance_is_zero_on_the_line_and_changes_its_sign_across_it(
    middles: list[tuple[float, float, float, str, str, str]], data: st.DataObject
) -> None:
    lon, lat, bearing, limit, state, territory = data.draw(st.sampled_from(middles))

    def distance(turn: float, metres: float) -> float:
        x, y, _ = WGS84.fwd(lon, lat, bearing + turn, metres)
        found = [
            n.distance_nm * MILE
            for n in at(x, y).limits
            if (n.limit, n.state, n.territory) == (limit, state, territory)
        ]
        assert len(found) == 1
        return found[0]

    assert abs(distance(0, 0)) < 5
    left, right = distance(-90, SLACK_M), distance(90, SLACK_M)
    assert left * right < 0
    assert abs(abs(left) - SLACK_M) < 5
    assert abs(abs(right) - SLACK_M) < 5
