"""Measuring on the ellipsoid, against pyproj and brute force."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from seajuris.zones.measure import METRES_PER_NM, Origin, geocentric, geodesic_m, window

GEOD = Geod(ellps="WGS84")

lons = st.floats(-180, 179.999999)
lats = st.floats(-89.5, 89.5)


def test_one_nautical_mile_is_1852_metres() -> None:
    assert METRES_PER_NM == 1852.0


@settings(max_examples=200, deadline=None)
@given(lons, lats, lons, lats)
def test_geodesic_agrees_with_pyproj(lon1: float, lat1: float, lon2: float, lat2: float) -> None:
    assert geodesic_m(lon1, lat1, lon2, lat2) == pytest.approx(GEOD.inv(lon1, lat1, lon2, lat2)[2], abs=1e-3)


def test_not_the_sphere() -> None:
    # 200 M north from the equator: a sphere of mean radius would be 0.56 % off.
    lon, lat, _ = GEOD.fwd(10.0, 0.0, 0.0, 200 * METRES_PER_NM)
    assert geodesic_m(10.0, 0.0, lon, lat) == pytest.approx(200 * METRES_PER_NM, abs=1e-3)


@settings(max_examples=150, deadline=None)
@given(
    lon=lons,
    lat=st.floats(-85, 85),
    bearing=st.floats(0, 360),
    distance=st.floats(10, 370_000),
    course=st.floats(0, 360),
)
def test_nearest_point_of_a_line_against_brute_force(
    lon: float, lat: float, bearing: float, distance: float, course: float
) -> None:
    start = GEOD.fwd(lon, lat, bearing, distance)
    steps = np.arange(6) * 4000.0
    line = np.array([GEOD.fwd(start[0], start[1], course, float(s))[:2] for s in steps])
    if np.abs(np.diff(line[:, 0])).max() > 180:
        return  # the data never cross 180° unsplit
    if np.abs(line[:, 1]).max() > 86:
        return
    nearest = Origin(lon, lat).nearest([line])
    assert nearest is not None
    fine = np.vstack([a + (b - a) * np.linspace(0, 1, 400)[:, None] for a, b in pairwise(line)])
    brute = GEOD.inv(np.full(len(fine), lon), np.full(len(fine), lat), fine[:, 0], fine[:, 1])[2].min()
    assert nearest.distance_m == pytest.approx(brute, abs=15.0, rel=1e-4)
    assert nearest.distance_m >= brute - 15.0


def test_nearest_says_which_line_and_does_not_bridge_lines() -> None:
    # Two lines whose ends, joined, would pass through the origin.
    west = np.array([[-2.0, 0.0], [-1.99, 0.0]])
    east = np.array([[1.0, 0.0], [1.01, 0.0]])
    nearest = Origin(0.0, 0.0).nearest([west, east])
    assert nearest is not None
    assert nearest.line == 1
    assert nearest.distance_m == pytest.approx(GEOD.inv(0, 0, 1, 0)[2], abs=0.01)
    reverse = Origin(0.0, 0.0).nearest([east, west])
    assert reverse is not None
    assert reverse.line == 0


def test_nearest_of_nothing() -> None:
    assert Origin(0.0, 0.0).nearest([]) is None


@settings(max_examples=200, deadline=None)
@given(lon=lons, lat=st.floats(-84, 84), bearing=st.floats(0, 360), distance=st.floats(1, 400_000))
def test_plane_keeps_distances_from_its_origin(lon: float, lat: float, bearing: float, distance: float) -> None:
    there = GEOD.fwd(lon, lat, bearing, distance)
    x, y = Origin(lon, lat).plane(np.array([there[:2]]))[0]
    assert np.hypot(x, y) == pytest.approx(distance, abs=1.0)
    turn = (np.degrees(np.arctan2(x, y)) - bearing + 180) % 360 - 180
    assert abs(turn) * np.pi / 180 * distance < 1.5


def test_plane_does_not_fold_the_far_side_over_the_near_side() -> None:
    antipode = Origin(10.0, 40.0).plane(np.array([[-170.0, -40.0], [-169.0, -39.0], [100.0, -40.0]]))
    assert np.hypot(antipode[:, 0], antipode[:, 1]).min() > 5e6


@settings(max_examples=300, deadline=None)
@given(
    lon=lons,
    lat=st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, 90.0, 89.0, -89.0, 0.0])),
    bearing=st.floats(0, 360),
    share=st.floats(0, 1),
    radius=st.sampled_from([1.0, 1852.0, 50_000.0, 370_400.0, 1_000_000.0]),
)
def test_window_contains_every_point_of_the_circle(
    lon: float, lat: float, bearing: float, share: float, radius: float
) -> None:
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, bearing, radius * share)
    there_lon = (there_lon + 180) % 360 - 180
    assert any(
        w - 1e-9 <= there_lon <= e + 1e-9 and s - 1e-9 <= there_lat <= n + 1e-9
        for w, s, e, n in window(lon, lat, radius)
    ) or (there_lon == -180.0 and any(e == 180.0 for _, _, e, _ in window(lon, lat, radius)))


def test_geocentric_at_known_points() -> None:
    points = geocentric(np.array([[0.0, 0.0], [90.0, 0.0], [0.0, 90.0]]))
    assert points[0] == pytest.approx([6378137.0, 0, 0])
    assert points[1] == pytest.approx([0, 6378137.0, 0], abs=1e-6)
    assert points[2] == pytest.approx([0, 0, 6356752.314245], abs=1e-6)
