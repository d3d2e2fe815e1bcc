"""The shipped zone data: intact, valid, without gaps, and where it says it is."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
import yaml
from pyproj import Geod, Transformer
from scipy.spatial import cKDTree

ROOT = Path(__file__).parents[1] / "data" / "maritime_zones"
FILE = ROOT / "zones.gpkg"
GEOD = Geod(ellps="WGS84")
MILE = 1852.0
TODAY = "2026-11-01"
AEGEAN = (24.0, 36.0, 27.0, 40.2)
MEDITERRANEAN = (-5.0, 32.0, 36.0, 45.0)

Floats = npt.NDArray[np.float64]
Table = tuple[list[str], list[tuple[Any, ...]], npt.NDArray[np.object_]]


def _wkb(blob: bytes) -> bytes:
    return blob[8:]


@cache
def layer(name: str) -> Table:
    """Column names, rows without geometry, and geometries of one layer."""
    with closing(sqlite3.connect(f"{FILE.as_uri()}?mode=ro", uri=True)) as database:
        cursor = database.execute(f"SELECT * FROM {name} ORDER BY fid")
        columns = [d[0] for d in cursor.description][2:]
        rows, shapes = [], []
        for row in cursor:
            shapes.append(_wkb(row[1]))
            rows.append(row[2:])
    return columns, rows, shapely.from_wkb(np.array(shapes, dtype=object))


@cache
def column(name: str, field: str) -> npt.NDArray[np.object_]:
    columns, rows, _ = layer(name)
    at = columns.index(field)
    return np.array([row[at] for row in rows], dtype=object)


@cache
def zone_tree() -> shapely.STRtree:
    return shapely.STRtree(layer("zones")[2])


def rows_at(lon: float, lat: float, on: str | None = None) -> list[dict[str, Any]]:
    """Rows that contain a point; those valid on a day, or all."""
    columns, rows, shapes = layer("zones")
    point = shapely.Point(lon, lat)
    hits = [i for i in zone_tree().query(point) if shapely.intersects(shapes[i], point)]
    found = [dict(zip(columns, rows[i], strict=True)) for i in hits]
    return [row for row in found if on is None or valid(row, on)]


def valid(row: dict[str, Any], on: str) -> bool:
    start, end = row["valid_from"], row["valid_to"]
    return (start is None or start <= on) and (end is None or on < end)


def found_at(lon: float, lat: float) -> set[tuple[str, str | None]]:
    return {(r["zone"], r["state"]) for r in rows_at(lon, lat, TODAY)}


@cache
def sample() -> tuple[Floats, list[list[dict[str, Any]]]]:
    """Points spread evenly over the sphere, and more of them in the Mediterranean."""
    random = np.random.default_rng(20261101)
    lon = random.uniform(-180, 180, 6000)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, 6000)))
    west, south, east, north = MEDITERRANEAN
    lon = np.append(lon, random.uniform(west, east, 3000))
    lat = np.append(lat, random.uniform(south, north, 3000))
    points = np.column_stack((lon, lat))
    columns, rows, shapes = layer("zones")
    pairs = zone_tree().query(shapely.points(points), predicate="intersects")
    found: list[list[dict[str, Any]]] = [[] for _ in points]
    for p, z in pairs.T:
        row = dict(zip(columns, rows[z], strict=True))
        if valid(row, TODAY):
            found[p].append(row)
    del shapes
    return points, found


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))
    return loaded


def overlaps() -> dict[str, dict[str, Any]]:
    text = (ROOT / "expected_overlaps.yaml").read_text(encoding="utf-8")
    return {o["key"]: o for o in yaml.safe_load(text)["overlaps"]}


def ecef(lon: Floats, lat: Floats) -> Floats:
    convert = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    return np.column_stack(convert.transform(lon, lat, np.zeros(len(lon))))


@cache
def baseline_points(bounds: tuple[float, float, float, float], state: str | None) -> Floats:
    """Points at most 300 m apart along the baselines in a window, as (lon, lat)."""
    shapes = layer("baselines")[2]
    inside = shapely.STRtree(shapes).query(shapely.box(*bounds))
    if state is not None:
        owners = column("baselines", "state")
        inside = np.array([i for i in inside if owners[i] == state])
    dense = shapely.segmentize(shapes[inside], 0.003)
    return np.asarray(shapely.get_coordinates(dense))


def distance_to(points: Floats, baseline: Floats) -> Floats:
    """Geodesic distance to the nearest baseline point, metres."""
    _, index = cKDTree(ecef(*baseline.T)).query(ecef(*points.T))
    nearest = baseline[index]
    return np.asarray(GEOD.inv(*points.T, *nearest.T)[2])


def middles(shapes: npt.NDArray[np.object_]) -> Floats:
    """The middle vertex of each line."""
    return np.array([shapely.get_coordinates(s)[len(s.coords) // 2] for s in shapes])


def envelope_limits(
    limit: str, bounds: tuple[float, float, float, float], state: str | None, breadth: float
) -> npt.NDArray[np.object_]:
    shapes = layer("limits")[2]
    chosen = (column("limits", "limit") == limit) & (column("limits", "kind") == "envelope")
    chosen &= column("limits", "breadth_nm") == breadth
    if state is not None:
        chosen &= column("limits", "state") == state
    box = shapely.bounds(shapes)
    chosen &= (box[:, 0] > bounds[0]) & (box[:, 1] > bounds[1])
    chosen &= (box[:, 2] < bounds[2]) & (box[:, 3] < bounds[3])
    return np.asarray(shapes[chosen], dtype=object)


# -- the file ---------------------------------------------------------------------------------------


def test_file_is_what_the_manifest_declares() -> None:
    declared = manifest()
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == declared["sha256"]
    assert FILE.stat().st_size == declared["bytes"]


def test_content_hash() -> None:
    from seajuris.zones.build.geopackage import LAYERS, content_hash

    layers: dict[str, list[tuple[Sequence[Any], bytes]]] = {
        name: [
            (row, shapely.to_wkb(shape, byte_order=1))
            for row, shape in zip(layer(name)[1], layer(name)[2], strict=True)
        ]
        for name in LAYERS
    }
    with closing(sqlite3.connect(f"{FILE.as_uri()}?mode=ro", uri=True)) as database:
        claims = [row[1:] for row in database.execute("SELECT * FROM claims ORDER BY fid")]
    assert content_hash(layers, claims) == manifest()["content_sha256"]


def test_geopackage_identity() -> None:
    with closing(sqlite3.connect(f"{FILE.as_uri()}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA application_id").fetchone()[0] == 0x47504B47
        for name in ("zones", "limits", "baselines"):
            count = database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            indexed = database.execute(f"SELECT count(*) FROM rtree_{name}_geom").fetchone()[0]
            assert count == indexed > 1000


def test_manifest_counts_and_licence() -> None:
    declared = manifest()
    zones, counts = np.unique(column("zones", "zone").astype(str), return_counts=True)
    assert dict(zip(zones.tolist(), counts.tolist(), strict=True)) == declared["counts"]["zones"]
    assert declared["licence"] == "ODbL-1.0"
    assert "OpenStreetMap contributors" in declared["attribution"]


# -- geometry ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zones", "limits", "baselines"])
def test_shapes_are_valid_and_within_the_world(name: str) -> None:
    shapes = layer(name)[2]
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()
    box = shapely.bounds(shapes)
    assert box[:, 0].min() >= -180 and box[:, 2].max() <= 180
    assert box[:, 1].min() >= -90 and box[:, 3].max() <= 90
    assert (box[:, 2] - box[:, 0]).max() <= 4 + 1e-6, "a piece wider than a cell crosses 180"


@pytest.mark.parametrize("name", ["zones", "limits", "baselines"])
def test_no_edge_longer_than_five_kilometres(name: str) -> None:
    shapes = layer(name)[2]
    if name == "zones":
        shapes = shapely.get_rings(shapes)
    c, which = shapely.get_coordinates(shapes, return_index=True)
    a, b = c[:-1], c[1:]
    same = which[:-1] == which[1:]
    # Edges of the cutting grid run along meridians and parallels and are shared by both pieces.
    grid = np.abs(a - b).min(axis=1) < 1e-9
    suspect = same & (np.abs(a - b).max(axis=1) > 0.03)
    if name == "zones":
        suspect &= ~grid
    length = GEOD.inv(*a[suspect].T, *b[suspect].T)[2]
    assert len(length) > 0
    assert np.max(length) < 5050


def test_pieces_are_small_and_no_slivers() -> None:
    shapes = layer("zones")[2]
    assert np.quantile(shapely.get_num_coordinates(shapes), 0.999) <= 260
    box = shapely.bounds(shapes)
    squeeze = np.cos(np.radians((box[:, 1] + box[:, 3]) / 2))
    metres2 = shapely.area(shapes) * 111_200.0**2 * squeeze
    assert (metres2 < 1.0).sum() == 0


# -- coverage ---------------------------------------------------------------------------------------


def _caspian(lon: float, lat: float) -> bool:
    return 46 < lon < 55 and 36 < lat < 48


def test_every_point_of_the_world_is_in_a_zone() -> None:
    points, found = sample()
    gaps = [p for p, rows in zip(points, found, strict=True) if not rows and not _caspian(*p)]
    assert gaps == []


def test_land_and_sea_exclude_each_other() -> None:
    points, found = sample()
    both = [p for p, rows in zip(points, found, strict=True) if len({r["zone"] == "land" for r in rows}) == 2]
    assert both == []


def test_high_seas_exclude_every_other_zone() -> None:
    _, found = sample()
    kinds = [{r["zone"] for r in rows} for rows in found]
    assert sum(k == {"high_seas"} for k in kinds) > 1500
    assert not [k for k in kinds if "high_seas" in k and len(k) > 1]


def test_overlapping_claims_are_listed() -> None:
    listed = overlaps()
    seen = 0
    for _, rows in zip(*sample(), strict=True):
        for zone in {r["zone"] for r in rows}:
            here = [r for r in rows if r["zone"] == zone]
            states = {r["state"] for r in here}
            if len(states) > 1:
                seen += 1
                keys = {r["dispute"] for r in here}
                assert len(keys) == 1 and keys <= set(listed), (zone, states, keys)
                assert states <= set(listed[keys.pop()]["claimants"])
    assert seen > 0


def test_every_dispute_key_is_listed_and_has_all_its_claimants() -> None:
    listed = overlaps()
    columns, rows, _ = layer("zones")
    state, dispute = columns.index("state"), columns.index("dispute")
    claimants: dict[str, set[str]] = {}
    for row in rows:
        if row[dispute] is not None:
            claimants.setdefault(row[dispute], set()).add(row[state])
    assert claimants
    text = (ROOT / "source" / "additional_claims.yaml").read_text(encoding="utf-8")
    partial = {claim["key"] for claim in yaml.safe_load(text)["additional_claims"]}
    for key, states in claimants.items():
        named = set(listed[key]["claimants"])
        # An area that one State claims is not divided among those who protest.
        assert states == named or (key in partial and states <= named), key


# -- places -----------------------------------------------------------------------------------------

PLACES = [
    ("mid Atlantic", -35.0, 35.0, {("high_seas", None)}),
    ("Dover strait, English side", 1.38, 51.05, {("territorial_sea", "GBR")}),
    ("Dover strait, French side", 1.60, 50.97, {("territorial_sea", "FRA")}),
    ("Java Sea", 112.0, -5.0, {("archipelagic_waters", "IDN")}),
    ("Koro Sea west of 180", 179.5, -17.9, {("archipelagic_waters", "FJI")}),
    ("Libyan coast", 13.2, 33.0, {("territorial_sea", "LBY")}),
    ("Athens", 23.73, 37.98, {("land", "GRC")}),
    ("Simferopol", 34.1, 44.95, {("land", "RUS"), ("land", "UKR")}),
    ("off Crimea", 33.35, 44.55, {("territorial_sea", "RUS"), ("territorial_sea", "UKR")}),
    ("South Pole", 0.0, -89.9, {("land", None)}),
    ("North Pole", 10.0, 89.9, {("high_seas", None)}),
]


@pytest.mark.parametrize(("name", "lon", "lat", "expected"), PLACES, ids=[p[0] for p in PLACES])
def test_places(name: str, lon: float, lat: float, expected: set[tuple[str, str | None]]) -> None:
    assert found_at(lon, lat) == expected, name


def test_ionian_breadth_changed_in_2021() -> None:
    """South-west of Kefalonia the sea between 6 and 12 M became territorial in 2021."""
    outer = [r for r in rows_at(20.15, 38.05) if r["zone"] == "territorial_sea"]
    assert [(r["state"], r["valid_from"], r["breadth_nm"]) for r in outer] == [("GRC", "2021-01-21", 12.0)]


# -- distances --------------------------------------------------------------------------------------


def test_aegean_limit_is_six_miles_from_the_coast() -> None:
    lines = envelope_limits("territorial_sea", AEGEAN, "GRC", 6.0)
    assert len(lines) > 25
    away = distance_to(middles(lines), baseline_points((22.0, 34.5, 28.5, 41.0), "GRC"))
    miss = np.abs(away - 6 * MILE)
    assert np.median(miss) < 20
    assert np.quantile(miss, 0.95) < 150


@pytest.mark.parametrize("state", ["ITA", "LBY", "TUN", "ESP", "MLT", "CYP"])
def test_mediterranean_limits_are_twelve_miles_from_the_coast(state: str) -> None:
    lines = envelope_limits("territorial_sea", MEDITERRANEAN, state, 12.0)
    assert len(lines) >= 4
    away = distance_to(middles(lines), baseline_points((-7.0, 30.0, 38.0, 46.0), state))
    assert np.quantile(np.abs(away - 12 * MILE), 0.9) < 150


def test_contiguous_zone_of_algeria_is_twenty_four_miles_from_the_coast() -> None:
    lines = envelope_limits("contiguous_zone", MEDITERRANEAN, "DZA", 24.0)
    assert len(lines) >= 4
    away = distance_to(middles(lines), baseline_points((-7.0, 30.0, 12.0, 40.0), "DZA"))
    assert np.quantile(np.abs(away - 24 * MILE), 0.9) < 200


def test_equidistance_in_the_aegean_is_equidistant() -> None:
    shapes = layer("limits")[2]
    chosen = (column("limits", "kind") == "equidistance") & (column("limits", "state") == "GRC")
    chosen &= column("limits", "other_state") == "TUR"
    points = middles(np.asarray(shapes[chosen], dtype=object))
    assert len(points) > 20
    window = (19.0, 33.0, 37.0, 42.5)
    ours = distance_to(points, baseline_points(window, "GRC"))
    theirs = distance_to(points, baseline_points(window, "TUR"))
    assert np.quantile(np.abs(ours - theirs), 0.9) < 250


def test_agreed_line_between_greece_and_italy() -> None:
    text = (ROOT / "source" / "boundaries.yaml").read_text(encoding="utf-8")
    line = next(b["line"] for b in yaml.safe_load(text)["boundaries"] if b["id"] == "GRC-ITA-1977-2020")
    start, end = line[4], line[5]
    middle = GEOD.npts(start[0], start[1], end[0], end[1], 1)[0]
    azimuth = GEOD.inv(start[0], start[1], end[0], end[1])[0]
    for turn, state in ((-90, "GRC"), (90, "ITA")):
        lon, lat, _ = GEOD.fwd(middle[0], middle[1], azimuth + turn, 1000)
        states = {r["state"] for r in rows_at(lon, lat, TODAY) if r["zone"] == "exclusive_economic_zone"}
        assert states == {state}
        # Before the agreement of 2020 was in force nothing but equidistance divided these waters.
        earlier = {r["state"] for r in rows_at(lon, lat, "2020-01-01") if r["zone"] == "exclusive_economic_zone"}
        assert len(earlier) == 1


def test_dates_are_iso() -> None:
    for name in ("valid_from", "valid_to", "proclaimed_from", "proclaimed_to"):
        values = {v for v in column("zones", name) if v is not None}
        assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", v) for v in values), values
