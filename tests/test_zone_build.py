"""The geometry of the zone builder, on small made-up coasts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from seajuris.errors import DataError
from seajuris.zones.build import envelope
from seajuris.zones.build.coast import resolve_dependencies
from seajuris.zones.build.equidistance import partition
from seajuris.zones.build.geodesy import (
    LocalPlane,
    Nearest,
    chord_to_arc,
    densify,
    from_ecef,
    to_ecef,
)
from seajuris.zones.build.geopackage import LAYERS, order, write
from seajuris.zones.build.pieces import split_line, split_piece
from seajuris.zones.build.sources import Package, obtain
from seajuris.zones.build.tables import Claim, timeline
from seajuris.zones.build.tiling import Tiled, tile_sea, unwrapped_to_world

GEOD = Geod(ellps="WGS84")
TWELVE = 12 * 1852.0


def test_ecef_there_and_back() -> None:
    lon, lat = np.array([-179.9, 0.0, 21.0]), np.array([-78.0, 0.0, 36.25])
    back = from_ecef(to_ecef(lon, lat))
    assert np.allclose(back, (lon, lat), atol=1e-10)


@pytest.mark.parametrize("azimuth", [0, 45, 90])
@pytest.mark.parametrize("lat", [0.0, 36.0, 70.0])
def test_chord_gives_the_geodesic_within_a_metre(azimuth: float, lat: float) -> None:
    far = 200 * 1852.0
    lon2, lat2, _ = GEOD.fwd(10.0, lat, azimuth, far)
    ends = to_ecef(np.array([10.0, lon2]), np.array([lat, lat2]))
    chord = np.linalg.norm(ends[0] - ends[1])
    assert abs(float(chord_to_arc(np.array([chord]))[0]) - far) < 1.0


def test_local_plane_keeps_distances_from_its_centre() -> None:
    plane = LocalPlane(179.5, 60.0)
    there = plane.forward(np.array([[-179.5, 60.2]]))
    assert np.hypot(*there[0]) == pytest.approx(GEOD.inv(179.5, 60.0, -179.5, 60.2)[2])
    assert plane.inverse(there)[0] == pytest.approx([180.5, 60.2])


def test_densify_follows_the_geodesic() -> None:
    lon, lat = densify(np.array([0.0, 4.0]), np.array([50.0, 50.0]), 5000.0)
    assert np.max(GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]) <= 5000.1
    assert lat.max() > 50.015, "the geodesic bulges towards the pole"


@pytest.mark.parametrize(("lon", "lat"), [(25.0, 36.0), (179.95, -17.0), (10.0, 75.0)])
def test_envelope_of_an_islet_is_a_geodesic_circle(lon: float, lat: float) -> None:
    islet = shapely.LineString([(lon, lat), (lon + 0.001, lat), (lon, lat + 0.001), (lon, lat)])
    box = (np.floor(lon), np.floor(lat), np.floor(lon) + 1, np.floor(lat) + 1)
    c = shapely.get_coordinates(islet)
    cut = envelope.frame_cut(c[:, 0])
    raw = envelope.raw_envelope({box: islet}, TWELVE, 1200.0, cut)
    exact, miss = envelope.settle(raw, Nearest(c[:, 0], c[:, 1]), TWELVE)
    ring = shapely.get_coordinates(exact)
    away = np.min([GEOD.inv(*np.broadcast_to(p, ring.shape).T, *ring.T)[2] for p in c], axis=0)
    assert np.max(np.abs(away - TWELVE)) < 1.0
    assert np.max(miss) < 9.0
    assert exact.geom_type == "Polygon" and exact.is_valid


def test_envelope_fills_the_shallow_bay_that_a_buffer_cuts_off() -> None:
    x = np.linspace(20.0, 20.4, 81)
    y = 35.0 + 0.004 * np.abs(np.sin(x * 40))
    coast = shapely.LineString(np.column_stack((x, y)))
    raw = envelope.raw_envelope({(20.0, 35.0, 21.0, 36.0): coast}, TWELVE, 1200.0, 0.0)
    lon, lat = densify(x, y, 200.0)
    exact, miss = envelope.settle(raw, Nearest(lon, lat), TWELVE)
    assert np.quantile(miss, 0.95) < 9.0
    assert exact.is_valid


def test_tiles_of_a_sea_with_an_island() -> None:
    hole = shapely.box(0.5, 0.5, 2.5, 1.5).exterior.coords
    sea = shapely.Polygon(shapely.box(0, 0, 3, 2).exterior.coords, [hole])
    tiles = tile_sea([sea])
    assert sum(t.area for t in tiles.values()) == pytest.approx(sea.area)
    assert set(tiles) == {(float(x), float(y), float(x + 1), float(y + 1)) for x in range(3) for y in range(2)}


def test_polygon_across_180_is_cut_there() -> None:
    parts = unwrapped_to_world(shapely.box(178, -1, 183, 1))
    assert sorted(p.bounds for p in parts) == [(-180.0, -1.0, -177.0, 1.0), (178.0, -1.0, 180.0, 1.0)]


def test_tiled_polygon_clips_to_a_small_cell() -> None:
    tiled = Tiled.of([shapely.box(-3, -3, 5, 5)])
    assert tiled.clip((0.0, 0.0, 1.0, 1.0)).area == pytest.approx(1.0)
    assert tiled.clip((8.0, 8.0, 9.0, 9.0)).is_empty


def test_dependency_displaces_its_sovereign() -> None:
    sovereign = {"PYF": "FRA", "FRA": "FRA", "UKR": "UKR", "RUS": "RUS"}
    assert resolve_dependencies({"FRA", "PYF"}, sovereign) == ("PYF",)
    assert resolve_dependencies({"RUS", "UKR"}, sovereign) == ("RUS", "UKR")


def test_equidistance_holds_on_the_ellipsoid() -> None:
    west = densify(np.array([10.0, 10.3]), np.array([40.0, 43.0]), 1000.0)
    east = densify(np.array([13.0, 12.4]), np.array([40.5, 43.0]), 1000.0)
    away = (np.array([-60.0, -120.0, 100.0, 0.0]), np.array([-40.0, 30.0, -10.0, -80.0]))
    points = [west, east, away]
    lon = np.concatenate([p[0] for p in points])
    lat = np.concatenate([p[1] for p in points])
    label = np.repeat(np.arange(3), [len(p[0]) for p in points])
    found = partition(lon, lat, label, {i: Nearest(*p) for i, p in enumerate(points)})
    between = [line for line, s in zip(found.lines, found.sides, strict=True) if set(s) == {0, 1}]
    c = shapely.get_coordinates(between)
    c = c[(c[:, 1] > 40.2) & (c[:, 1] < 42.8)]
    assert len(c) > 50
    gap = Nearest(*west).query(c[:, 0], c[:, 1])[0] - Nearest(*east).query(c[:, 0], c[:, 1])[0]
    assert np.quantile(np.abs(gap), 0.95) < 5.0


def test_pieces_are_small_and_lose_nothing() -> None:
    angle = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    radius = 0.4 + 0.05 * np.sin(angle * 40)
    star = shapely.Polygon(np.column_stack((0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle))))
    pieces = split_piece(star, (0.0, 0.0, 1.0, 1.0))
    assert max(shapely.get_num_coordinates(p) for p in pieces) <= 250
    assert sum(p.area for p in pieces) == pytest.approx(star.area, rel=1e-6)


def test_lines_are_cut_without_gaps() -> None:
    line = shapely.LineString(np.column_stack((np.arange(350.0), np.zeros(350))))
    parts = split_line(line)
    assert sum(p.length for p in parts) == line.length
    assert max(len(p.coords) for p in parts) <= 100


def _claim(breadth: float, area: str | None, start: str | None, end: str | None) -> Claim:
    return Claim("XXX", "territorial_sea", breadth, area, "proclaimed", start, end, None, "s", "c")


def test_area_claim_displaces_the_general_one_while_valid() -> None:
    claims = (_claim(6, None, None, None), _claim(12, "ionian", "2021-01-21", None))
    here = timeline(claims, frozenset({"ionian"}))
    assert [(v.start, v.end, v.claim.breadth_nm) for v in here] == [
        (None, "2021-01-21", 6),
        ("2021-01-21", None, 12),
    ]
    assert [v.claim.breadth_nm for v in timeline(claims, frozenset())] == [6]


def test_first_version_reaches_back() -> None:
    only = timeline((_claim(12, None, "1990-01-01", None),), frozenset())
    assert [(v.start, v.end, v.claim.start) for v in only] == [(None, None, "1990-01-01")]


def test_geopackage_is_the_same_every_time(tmp_path: Path) -> None:
    square = shapely.to_wkb(shapely.box(0, 0, 1, 1), byte_order=1)
    line = shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)]), byte_order=1)
    rows = {name: len(columns) for name, (_, columns) in LAYERS.items()}
    layers = {
        "zones": order([(("land", *[None] * (rows["zones"] - 1)), square)]),
        "limits": order([(("territorial_sea", *[None] * (rows["limits"] - 1)), line)]),
        "baselines": order([((None,) * rows["baselines"], line)]),
        "boundaries": order([(("A-B", "AAA, BBB", "decides", *[None] * (rows["boundaries"] - 3)), line)]),
        "remarks": order([(("key", "text", *[None] * (rows["remarks"] - 2)), square)]),
    }
    hashes = [write(tmp_path / f"{i}.gpkg", layers, []) for i in range(2)]
    assert hashes[0] == hashes[1]
    assert (tmp_path / "0.gpkg").read_bytes() == (tmp_path / "1.gpkg").read_bytes()


def test_altered_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tgz").write_bytes(b"something else")
    package = Package("a", "a", "1", "a.tgz", "0" * 128, "m", "ODbL-1.0", "x", "t")
    with pytest.raises(DataError, match="not the pinned content"):
        obtain(package, tmp_path, fetch=False)


def test_missing_source_is_named(tmp_path: Path) -> None:
    package = Package("a", "a", "1", "a.tgz", "0" * 128, "m", "ODbL-1.0", "x", "t")
    with pytest.raises(DataError, match=r"a\.tgz not found"):
        obtain(package, tmp_path, fetch=False)
