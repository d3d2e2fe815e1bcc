"""Importing Marine Regions: files in exactly the published schema, with the oddities that break a naive reader."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import yaml
from pyproj import Geod

import marine_regions_files as files
from conftest import Run
from marine_regions_files import (
    ALGERIA,
    AZORES,
    BISCAY,
    CEUTA,
    FALKLANDS,
    FIJI,
    LAMPEDUSA,
    LEMNOS,
    NORFOLK,
    OCEAN,
    SUDAN,
    Feature,
)
from seajuris import Place, locate
from seajuris.errors import DataError, InputError
from seajuris.zones.tools.area import area_km2
from seajuris.zones.tools.marine_regions import archive, reader, shapes
from seajuris.zones.tools.marine_regions.importer import Imported, import_files
from seajuris.zones.tools.marine_regions.products import recognise, version_of
from seajuris.zones.tools.marine_regions.report import Report
from seajuris.zones.tools.verify import verify

DAY = "2026-02-01"
GEOD = Geod(ellps="WGS84")
Position = tuple[float, float]
Answer = set[tuple[str, str | None, str | None]]


def quiet(text: str) -> None:
    """Progress that nobody wants to see."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("marine-regions")
    return import_files(files.write_world(folder), folder / "out" / "mr.gpkg", say=quiet)


def at(imported: Imported, position: Position, on: str = DAY, accuracy: str = "50 m") -> Place:
    return locate(f"{position[0]:.6f}, {position[1]:.6f}", accuracy=accuracy, on=on, zones=imported.path)


def found(place: Place) -> Answer:
    return {(z.zone, z.state, z.claim) for z in place.zones}


# --- What comes out -----------------------------------------------------------------------------------------------

HIGH_SEAS = ("high_seas", None, None)


def ts(state: str) -> tuple[str, str, str]:
    return ("territorial_sea", state, "proclaimed")


def eez(state: str, claim: str = "proclaimed") -> tuple[str, str, str]:
    return ("exclusive_economic_zone", state, claim)


PLACES: list[tuple[str, Position, Answer]] = [
    ("territorial sea", LAMPEDUSA.at(5, 200), {ts("ITA")}),
    (
        "internal waters, which the economic zone of the source includes",
        LAMPEDUSA.at(0.4, 45),
        {("internal_waters", "ITA", "proclaimed")},
    ),
    (
        "24 M drawn for a State that claims none; economic zone never proclaimed here",
        LAMPEDUSA.at(20),
        {HIGH_SEAS, eez("ITA", "potential")},
    ),
    ("contiguous zone that is claimed", ALGERIA.at(20), {("contiguous_zone", "DZA", "proclaimed"), eez("DZA")}),
    ("beyond it", ALGERIA.at(30), {eez("DZA")}),
    ("an island group without a code of its own", AZORES.at(30), {eez("PRT")}),
    ("overlapping claim, told by a product with columns for one State", FALKLANDS.at(5), {ts("GBR"), ts("ARG")}),
    ("overlapping claim without any code", CEUTA.at(5), {ts("ESP"), ts("MAR")}),
    ("joint regime told by names alone", (BISCAY[1], BISCAY[0]), {eez("ESP"), eez("FRA")}),
    ("west of 180", FIJI.at(5, 270), {ts("FJI")}),
    ("east of 180", FIJI.at(9, 90), {ts("FJI")}),
    ("beyond it, east of 180", FIJI.at(20, 90), {eez("FJI")}),
    ("beyond it, west of 180", FIJI.at(20, 270), {eez("FJI")}),
    ("archipelagic waters", (-17.0, -179.2), {("archipelagic_waters", "FJI", "proclaimed")}),
    ("high seas", (OCEAN[1], OCEAN[0]), {HIGH_SEAS}),
    ("land, which the source does not have", (35.5, 12.6), {("outside_data", None, None)}),
    ("nowhere in the files", (0.0, 0.0), {("outside_data", None, None)}),
]


@pytest.mark.parametrize(("position", "expected"), [p[1:] for p in PLACES], ids=[p[0] for p in PLACES])
def test_places(imported: Imported, position: Position, expected: Answer) -> None:
    assert found(at(imported, position)) == expected


def test_regimes(imported: Imported) -> None:
    assert at(imported, LAMPEDUSA.at(5, 200)).criminal_law_regime == "territory"
    assert at(imported, LAMPEDUSA.at(20)).criminal_law_regime == "high_seas"
    assert at(imported, (0.0, 0.0)).criminal_law_regime == "unknown"


def test_a_zone_counts_from_the_day_on_which_it_was_proclaimed(imported: Imported) -> None:
    assert found(at(imported, ALGERIA.at(30), on="2015-01-01")) == {HIGH_SEAS, eez("DZA", "potential")}


def test_territory_and_state_are_kept_apart(imported: Imported) -> None:
    (zone,) = at(imported, NORFOLK.at(5)).zones
    assert (zone.state, zone.territory) == ("AUS", "NFK")
    assert {(z.state, z.territory) for z in at(imported, FALKLANDS.at(5)).zones} == {("GBR", "FLK"), ("ARG", "FLK")}


def test_disputes_that_are_known_keep_their_name(imported: Imported) -> None:
    assert {z.dispute for z in at(imported, FALKLANDS.at(5)).zones} == {"falkland-islands"}
    assert {z.dispute for z in at(imported, CEUTA.at(5)).zones} == {"ceuta-melilla"}
    assert {z.dispute for z in at(imported, (BISCAY[1], BISCAY[0])).zones} == {"joint-regime-marine-regions-48964"}


@pytest.mark.parametrize(("nm", "sign"), [(11.9, -1), (12.1, 1)])
def test_distances_to_limits(imported: Imported, nm: float, sign: int) -> None:
    limits = {limit.limit: limit.distance_nm for limit in at(imported, ALGERIA.at(nm), accuracy="10 m").limits}
    assert limits["territorial_sea"] == pytest.approx(sign * 0.1, abs=0.01)
    assert limits["contiguous_zone"] == pytest.approx(nm - 24, abs=0.02)
    assert limits["exclusive_economic_zone"] == pytest.approx(nm - 40, abs=0.03)


def test_baselines(imported: Imported) -> None:
    (baseline,) = at(imported, ALGERIA.at(10)).baselines
    assert (baseline.state, baseline.kind) == ("DZA", "coast")
    assert baseline.distance_nm == pytest.approx(10, abs=0.01)
    # Off the bay the baseline is its closing line, not the shore behind it.
    straight = at(imported, LAMPEDUSA.at(5, 45)).baselines[0]
    assert straight.kind == "straight"
    assert straight.distance_nm == pytest.approx(5 - 0.8, abs=0.02)


def test_a_position_beside_a_line_is_not_sure(imported: Imported) -> None:
    assert at(imported, ALGERIA.at(11.9), accuracy="10 m").verdict == "near_line"
    assert at(imported, ALGERIA.at(30)).verdict == "robust"


def test_another_breadth_than_claimed_is_not_sure(imported: Imported) -> None:
    """The source draws 12 M where Greece claims 6, and 24 M where Sudan claims 18."""
    place = at(imported, LEMNOS.at(7))
    assert place.verdict == "near_line"
    assert eez("GRC", "potential") in {(z.zone, z.state, z.claim) for z in place.reachable}
    assert at(imported, SUDAN.at(20)).verdict == "near_line"
    assert any("GRC: drawn at 12.0 M, claimed 6 M" in line for line in imported.report["breadth"])
    assert any("SDN: drawn at 24 M, claimed 18 M" in line for line in imported.report["breadth"])


def test_the_report_says_what_was_done(imported: Imported) -> None:
    report = imported.report
    assert {"contiguous zone of ITA", "contiguous zone of GRC"} <= set(report["no_claim"])
    assert not [line for line in report["no_claim"] if "DZA" in line]
    assert "ITA" in report["potential"] and "DZA" not in report["potential"]
    assert len(report["by_name"]) == 2
    assert any("Ceuta" in line and "ESP, MAR" in line for line in report["by_name"])
    assert any("Fijian 12 NM" in line for line in report["antimeridian"])
    assert any("no legal value" in line for line in report["caution"])
    assert not report["not_used"] and not report["no_claimant"]
    assert report.lines()


def test_the_manifest(imported: Imported) -> None:
    manifest = yaml.safe_load(imported.path.with_name("manifest.yaml").read_text(encoding="utf-8"))
    assert manifest["sha256"] == hashlib.sha256(imported.path.read_bytes()).hexdigest()
    assert manifest["licence"] == "CC-BY-4.0" and "Flanders Marine Institute" in manifest["attribution"]
    sources = {s["product"]: s for s in manifest["sources"]}
    assert sources["eez"]["version"] == "12" and sources["eez"]["doi"] == "10.14284/632"
    assert sources["eez"]["file"] == "World_EEZ_v12_20231025.zip" and len(sources["eez"]["sha256"]) == 64
    assert manifest["disputes"]["falkland-islands"] == ["ARG", "GBR"]
    assert manifest["report"] == imported.report.to_dict()


def test_the_result_passes_the_check(imported: Imported) -> None:
    result = verify(imported.path, quiet)
    assert [f for check in result.checks for f in check.findings] == []


def test_the_same_files_give_the_same_bytes(imported: Imported, tmp_path: Path) -> None:
    again = import_files(
        [str(p) for p in sorted(imported.path.parents[1].iterdir()) if p.suffix in (".gpkg", ".zip", ".geojson")],
        tmp_path / "out" / "mr.gpkg",
        say=quiet,
    )
    assert again.head == imported.head
    assert again.path.with_name("manifest.yaml").read_bytes() == imported.path.with_name("manifest.yaml").read_bytes()


@pytest.mark.parametrize("product", ["eez", "12nm"])
@pytest.mark.parametrize("form", ["gpkg", "zip", "gpkg in zip", "geojson"])
def test_every_format_gives_the_same(form: str, product: str, tmp_path: Path) -> None:
    write: dict[str, Callable[[Path, str, Sequence[Feature]], Path]] = {
        "gpkg": files.write_gpkg,
        "zip": files.write_zip,
        "gpkg in zip": lambda folder, key, rows: files.write_zip(folder, key, rows, suffix=".gpkg"),
        "geojson": files.write_geojson,
    }
    rows = files.world()[product]
    (table,) = reader.read(write[form](tmp_path, product, rows), None, Report())
    assert table.product.key == product
    assert [f.text("GEONAME") for f in table.features] == [values["GEONAME"] for values, _ in rows]
    assert [f.text("ISO_SOV1") for f in table.features] == [values.get("ISO_SOV1", None) for values, _ in rows]
    for feature, (_, shape) in zip(table.features, rows, strict=True):
        assert shape is not None
        assert np.allclose(sorted(feature.shape.bounds), sorted(shape.bounds))


# --- Round trip: our own zones of a sea, in the form of the source -------------------------------------------------

WINDOW = (8.0, 32.0, 20.0, 44.0)


def ours_as_theirs() -> dict[str, list[Feature]]:
    """The shipped zones of the central Mediterranean as features of Marine Regions."""
    from seajuris.api import zone_file
    from seajuris.zones.tools.reading import in_force, opened, read_layer

    with opened(zone_file(None)) as database:
        layer = read_layer(database, "zones")
    box = shapely.bounds(layer.shapes)
    inside = (box[:, 0] < WINDOW[2]) & (box[:, 2] > WINDOW[0]) & (box[:, 1] < WINDOW[3]) & (box[:, 3] > WINDOW[1])
    parts: dict[tuple[str, str], list[Any]] = {}
    for row, shape, here in zip(layer.rows(), layer.shapes, inside, strict=True):
        usable = row["claim"] != "protested" and in_force(row["valid_from"], row["valid_to"], DAY)
        if here and usable and row["state"] is not None and row["zone"] != "land":
            parts.setdefault((row["zone"], row["state"]), []).append(shape)
    product = {
        "exclusive_economic_zone": "eez",
        "territorial_sea": "12nm",
        "contiguous_zone": "24nm",
        "internal_waters": "internal",
        "archipelagic_waters": "archipelagic",
    }
    inner = ("territorial_sea", "internal_waters")
    world: dict[str, list[Feature]] = {key: [] for key in product.values()}
    for number, ((zone, state), shapes_) in enumerate(sorted(parts.items())):
        if zone == "exclusive_economic_zone":
            shapes_ = [*shapes_, *(s for z in inner for s in parts.get((z, state), []))]
        shape = shapely.union_all(np.array(shapes_, dtype=object))
        values = {
            "MRGID": 1000 + number,
            "GEONAME": f"{state} {zone}",
            "POL_TYPE": files.POL_TYPES[product[zone]],
            "TERRITORY1": state,
            "ISO_TER1": state,
            "SOVEREIGN1": state,
            "ISO_SOV1": state,
        }
        world[product[zone]].append((values, shape))
    if not world["archipelagic"]:
        world["archipelagic"] = files.world()["archipelagic"]
    return world


def test_our_own_zones_come_back_as_they_were(tmp_path: Path) -> None:
    """Zones of the central Mediterranean, written in the form of the source and imported, answer as before."""
    paths = [str(files.write_gpkg(tmp_path, key, rows)) for key, rows in ours_as_theirs().items() if rows]
    result = import_files(paths, tmp_path / "out" / "mr.gpkg", say=quiet)
    random = np.random.default_rng(7)
    compared = lines = 0
    for lon, lat in zip(random.uniform(8.5, 19.5, 260), random.uniform(32.5, 43.5, 260), strict=True):
        before = locate(f"{lat:.5f}, {lon:.5f}", accuracy="10 m", on=DAY)
        after = at(result, (lat, lon), accuracy="10 m")
        kinds = {z.zone for z in before.zones}
        if (
            kinds & {"land"}
            or before.verdict != "robust"
            or any(z.dispute or z.claim == "protested" for z in before.zones)
        ):
            continue
        compared += 1
        assert found(after) == found(before), (lat, lon)
        theirs = {(line.limit, line.state): line.distance_nm for line in after.limits}
        for line in before.limits:
            if line.limit == "territorial_sea" and abs(line.distance_nm) < 20:
                # To 0.2 M: the source has no land, and limits near it are cut a little earlier.
                assert theirs[line.limit, line.state] == pytest.approx(line.distance_nm, abs=0.2), (lat, lon, line)
                lines += 1
    assert compared > 100 and lines > 40


# --- Geometry -----------------------------------------------------------------------------------------------------


def test_long_edges_follow_geodesics_parallels_and_meridians() -> None:
    ring = np.array([[0.0, 40.0], [8.0, 42.0], [8.0, 48.0], [0.0, 48.0], [0.0, 40.0]])
    dense, divided, longest = shapes.densify(ring)
    assert divided == 4
    length = GEOD.inv(dense[:-1, 0], dense[:-1, 1], dense[1:, 0], dense[1:, 1])[2]
    assert max(length) < 5_001 and longest == pytest.approx(GEOD.inv(0, 40, 0, 48)[2])
    slanted = dense[: int(np.flatnonzero((dense == ring[1]).all(axis=1))[0]) + 1]
    azimuth, _, total = GEOD.inv(0.0, 40.0, 8.0, 42.0)
    for lon, lat in slanted[1:-1]:
        forward, _, distance = GEOD.inv(0.0, 40.0, lon, lat)
        assert abs(np.sin(np.radians(forward - azimuth)) * distance) < 0.01
        assert distance < total
    on_parallel = dense[(dense[:, 1] > 47.99) & (dense[:, 0] < 8.0) & (dense[:, 0] > 0.0)]
    assert len(on_parallel) > 100 and set(on_parallel[:, 1]) == {48.0}


def test_both_sides_of_a_boundary_get_the_same_points() -> None:
    edge = np.array([[10.0, 35.0], [13.0, 37.5]])
    there, back = shapes.densify(edge)[0], shapes.densify(edge[::-1])[0]
    assert np.array_equal(there, back[::-1])


def test_as_drawn_edges_stay_straight_in_degrees() -> None:
    points = shapes.densify(np.array([[0.0, 40.0], [8.0, 42.0]]), geodesic=False)[0]
    assert len(points) > 100
    assert np.allclose(points[:, 1], 40.0 + points[:, 0] / 4)


def test_a_ring_that_jumps_across_180_is_not_the_rest_of_the_world() -> None:
    shape = files.disc(179.9, -17.0, 20)
    wanted = files.area_km2(shape)
    for form in (shape, files.jumping(shape), files.split_at_180(shape)):
        mended = shapes.mend(form)
        assert area_km2(mended.polygons) == pytest.approx(wanted, rel=1e-4)
        assert all(p.bounds[0] >= -180 and p.bounds[2] <= 180 for p in mended.polygons)
        assert len(mended.polygons) == 2


def test_corners_on_180_itself() -> None:
    """Both ends of a crossing may lie exactly on the line, on the two sides of the map."""
    ring = [(178, -17), (180, -17), (-180, -17), (-178, -17), (-178, -18), (-180, -18), (180, -18), (178, -18)]
    mended = shapes.mend(shapely.Polygon(ring))
    assert area_km2(mended.polygons) == pytest.approx(area_km2([shapely.box(-2, -18, 2, -17)]), rel=1e-6)


def test_the_frame_of_a_map_of_the_world_is_no_crossing() -> None:
    for frame in (shapely.box(-180, 60, 180, 90), shapely.box(-180, -10, 180, 20)):
        mended = shapes.mend(frame)
        assert not mended.turned
        assert area_km2(mended.polygons) == pytest.approx(area_km2([frame]))


def test_a_hole_across_180_stays_a_hole() -> None:
    ring = shapely.Polygon(files.disc(179.9, -17, 30).exterior, [files.disc(179.9, -17, 10).exterior])
    assert area_km2(shapes.mend(files.jumping(ring)).polygons) == pytest.approx(files.area_km2(ring), rel=1e-4)


def test_a_ring_around_a_pole_is_refused() -> None:
    around = shapely.Polygon([(0, -70), (120, -70), (-120, -70)])
    with pytest.raises(shapes.UnusableShapeError, match="pole"):
        shapes.mend(around)


def test_a_crossed_ring_is_repaired_and_told() -> None:
    mended = shapes.mend(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))
    assert mended.repaired and all(p.is_valid for p in mended.polygons)
    # Two triangles; the naive reading of the ring has no area at all.
    assert area_km2(mended.polygons) == pytest.approx(files.area_km2(shapely.box(0, 0, 1, 1)) / 2, rel=0.01)


def test_areas_are_those_on_the_ellipsoid() -> None:
    for lon, lat in ((12.6, 35.5), (-28.0, 70.0), (100.0, -5.0)):
        shape = files.disc(lon, lat, 60, corners=720)
        assert area_km2([shape]) == pytest.approx(files.area_km2(shape), rel=1e-6)


# --- What cannot be used, and what is told about it ----------------------------------------------------------------


def write_with(folder: Path, change: Callable[[dict[str, list[Feature]]], None]) -> list[str]:
    world = files.world()
    change(world)
    return files.write_world(folder, world)


def run_import(folder: Path, change: Callable[[dict[str, list[Feature]]], None]) -> Imported:
    return import_files(write_with(folder, change), folder / "out" / "mr.gpkg", say=quiet)


def test_features_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    values = LAMPEDUSA.values("eez")

    def change(world: dict[str, list[Feature]]) -> None:
        sea = files.disc(-150.0, 0.0, 10)
        world["eez"] += [
            ({**values, "MRGID": 1, "GEONAME": "New kind", "POL_TYPE": "Fishing zone"}, sea),
            ({**values, "MRGID": 2, "GEONAME": "No shape"}, None),
            ({"MRGID": 3, "GEONAME": "Nobody", "POL_TYPE": "200NM", "TERRITORY1": "Atlantis"}, sea),
        ]

    result = run_import(tmp_path, change)
    told = "\n".join(result.report["not_used"])
    assert "New kind" in told and "'Fishing zone' is not known" in told
    assert "No shape (MRGID 2): no geometry" in told
    assert "Nobody (MRGID 3): nobody who claims it" in told
    assert found(at(result, (0.0, -150.0))) == {("outside_data", None, None)}


def test_a_claimant_that_is_not_known_is_never_dropped_in_silence(tmp_path: Path) -> None:
    def change(world: dict[str, list[Feature]]) -> None:
        two = {"TERRITORY2": "Atlantis", "SOVEREIGN2": "Atlantis", "POL_TYPE": "Overlapping claim"}
        sea = files.disc(-150.0, 0.0, 10)
        world["eez"].append(({**LAMPEDUSA.values("eez"), **two, "MRGID": 4, "GEONAME": "Overlapping claim X"}, sea))

    result = run_import(tmp_path, change)
    assert any("Overlapping claim X" in line and "only ITA" in line for line in result.report["no_claimant"])
    place = at(result, (0.0, -150.0))
    assert all("more claimants" in str(z.dispute) for z in place.zones if z.state)


def test_two_products_that_draw_the_shore_differently(tmp_path: Path) -> None:
    """What is left of the economic zone between shore and territorial sea is no economic zone off the beach."""

    def change(world: dict[str, list[Feature]]) -> None:
        values, _ = world["12nm"][1]
        world["12nm"][1] = (values, ALGERIA.ring(0.002, 12))

    result = run_import(tmp_path, change)
    assert any("Algerian" in line for line in result.report["slivers"])
    assert eez("DZA") not in found(at(result, ALGERIA.at(0.01), accuracy="30 m"))


def test_three_claimants(tmp_path: Path) -> None:
    def change(world: dict[str, list[Feature]]) -> None:
        three = {"ISO_SOV1": "JPN", "ISO_SOV2": "CHN", "ISO_SOV3": "TWN", "POL_TYPE": "Overlapping claim"}
        three |= {"TERRITORY1": "Senkaku Islands", "TERRITORY2": "Senkaku Islands", "TERRITORY3": "Senkaku Islands"}
        sea = files.disc(124.0, 26.0, 10)
        name = "Overlapping claim Senkaku Islands: Japan / China / Taiwan"
        world["eez"].append(({**three, "MRGID": 48950, "GEONAME": name}, sea))

    zones = at(run_import(tmp_path, change), (26.0, 124.0)).zones
    assert {z.state for z in zones if z.zone == "exclusive_economic_zone"} == {"JPN", "CHN", "TWN"}
    assert {z.dispute for z in zones if z.state} == {"senkaku"}


def test_a_declared_area_that_does_not_fit_is_told(tmp_path: Path) -> None:
    def change(world: dict[str, list[Feature]]) -> None:
        values, shape = world["eez"][0]
        world["eez"][0] = ({**values, "AREA_KM2": 3 * values["AREA_KM2"]}, shape)

    (line,) = [a for a in run_import(tmp_path, change).report["area"] if a.startswith("eez")]
    assert "Italian" in line and "km² declared" in line


def test_a_territorial_sea_over_a_foreign_zone_is_told_and_found(tmp_path: Path) -> None:
    def change(world: dict[str, list[Feature]]) -> None:
        world["12nm"].append(({**ALGERIA.values("12nm"), "MRGID": 5}, files.disc(13.1, 35.5, 5)))

    result = run_import(tmp_path, change)
    assert any(line.startswith("DZA, in Italian") for line in result.report["over_foreign"])
    checks = {check.name: check for check in verify(result.path, quiet).checks}
    assert checks["s101"].count > 0


@pytest.mark.parametrize("lacking", ["eez", "12nm", "internal", "archipelagic"])
def test_products_that_are_needed(lacking: str, tmp_path: Path) -> None:
    world = files.world()
    del world[lacking]
    with pytest.raises(InputError, match=f"missing: .*{lacking}"):
        import_files(files.write_world(tmp_path, world), tmp_path / "out" / "mr.gpkg", say=quiet)
    assert not (tmp_path / "out").exists()


def test_a_coast_that_no_state_claims(tmp_path: Path) -> None:
    """The source draws 200 M around Antarctica too."""

    def change(world: dict[str, list[Feature]]) -> None:
        values = {"MRGID": 8496, "GEONAME": "Antarctic 200NM zone", "POL_TYPE": "200NM", "TERRITORY1": "Antarctica"}
        world["eez"].append(({**values, "ISO_TER1": "ATA", "ISO_SOV1": "ATA"}, files.disc(0.0, -65.0, 20)))

    result = run_import(tmp_path, change)
    assert found(at(result, (-65.0, 0.0))) == {HIGH_SEAS}
    assert "exclusive economic zone of ATA" in result.report["no_claim"]


def test_products_that_are_missed_are_told(tmp_path: Path) -> None:
    world = files.world()
    del world["24nm"], world["high_seas"]
    result = import_files(files.write_world(tmp_path, world), tmp_path / "out" / "mr.gpkg", say=quiet)
    assert len(result.report["missing"]) == 2
    assert found(at(result, (OCEAN[1], OCEAN[0]))) == {("outside_data", None, None)}


def test_names_of_products() -> None:
    def key(name: str, *pol_types: str) -> str | None:
        product = recognise(name, set(pol_types))
        return product.key if product else None

    assert [key(layer) for _, layer in files.NAMES.values()] == list(files.NAMES)
    assert [key(base) for base, _ in files.NAMES.values()] == list(files.NAMES)
    assert key("renamed", "24nm") == "24nm" and key("renamed", "200nm", "overlappingclaim") == "eez"
    assert key("renamed", "overlappingclaim") is None
    # Lines, unions with land, simplified copies.
    assert {key("eez_boundaries_v12"), key("EEZ_land_union_v4_202410", "200nm"), key("eez_v12_lowres")} == {None}
    with pytest.raises(InputError, match="its name says"):
        recognise("eez_12nm_v4", {"24nm"})
    assert [version_of(base) for base, _ in files.NAMES.values()] == ["12", "4", "4", "4", "4", "2"]


def test_a_renamed_file_needs_its_product(tmp_path: Path) -> None:
    path = files.write_gpkg(tmp_path, "high_seas", files.world()["high_seas"])
    import geopandas

    other = tmp_path / "sea.gpkg"
    geopandas.read_file(path).to_file(other, layer="sea")
    with pytest.raises(InputError, match="holds no product"):
        reader.read(other, None, Report())
    (table,) = reader.read(other, "high_seas", Report())
    assert table.product.key == "high_seas"


def test_an_older_version_is_told(tmp_path: Path) -> None:
    paths = files.write_world(tmp_path)
    old = tmp_path / "World_12NM_v3_20191118.geojson"
    old.write_text(files.write_geojson(tmp_path, "12nm", files.world()["12nm"]).read_text(encoding="utf-8"), "utf-8")
    paths = [str(old) if "12nm" in p else p for p in paths]
    result = import_files(paths, tmp_path / "out" / "mr.gpkg", say=quiet)
    assert any("is version 3" in line for line in result.report["version"])


# --- Files that are not what they should be ------------------------------------------------------------------------


def refused(path: Path, match: str) -> None:
    with pytest.raises(InputError, match=match):
        reader.read(path, None, Report())


def test_other_reference_systems(tmp_path: Path) -> None:
    rows = files.world()["internal"]
    refused(files.write_gpkg(tmp_path, "internal", rows, crs="EPSG:4230"), "ED50, not WGS 84")
    mercator = [(values, shapely.transform(s, lambda c: c * 111_000)) for values, s in rows if s is not None]
    refused(files.write_zip(tmp_path, "internal", mercator, crs="EPSG:3857"), "not WGS 84")
    path = files.write_geojson(tmp_path, "12nm", rows)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    path.write_text(json.dumps(content), encoding="utf-8")
    refused(path, "3857")


def test_a_shapefile_without_prj(tmp_path: Path) -> None:
    path = files.write_zip(tmp_path, "internal", files.world()["internal"])
    bare = tmp_path / "eez_internal_waters_v4.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as sink:
        for member in source.namelist():
            if not member.endswith(".prj"):
                sink.writestr(member, source.read(member))
    refused(bare, "no .prj")


def test_degrees_in_the_wrong_order(tmp_path: Path) -> None:
    rows = [(v, shapely.transform(s, lambda c: c[:, ::-1])) for v, s in files.world()["24nm"] if s is not None]
    refused(files.write_gpkg(tmp_path, "24nm", rows), "Longitude and latitude")


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("eez_v12.gpkg", b"<OGRVRTDataSource></OGRVRTDataSource>", "no GeoPackage"),
        ("eez_v12.gpkg", b"", "empty"),
        ("eez_v12.geojson", b"<OGRVRTDataSource></OGRVRTDataSource>", "not valid GeoJSON"),
        ("eez_v12.geojson", b'{"type": "Topology"}', "FeatureCollection"),
        ("eez_v12.geojson", b'{"type": "FeatureCollection"}', "without features"),
        ("eez_v12.geojson", b'{"type": "FeatureCollection", "features": [NaN]}', "NaN is not a value"),
        ("eez_v12.geojson", b'{"type": "FeatureCollection", "features": [7]}', "not a feature"),
        ("eez_v12.geojson", b"[" * 100_000, "not valid GeoJSON"),
        ("eez_v12.kml", b"<kml/>", "are not read"),
        ("eez_v12.zip", b"PK\x03\x04 damaged", "cannot be unpacked"),
    ],
)
def test_not_what_the_name_says(name: str, content: bytes, match: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, match)


@pytest.mark.parametrize("far", [541.0, 1e52, -1e97])
def test_a_hole_that_lies_nowhere(far: float, tmp_path: Path) -> None:
    # Found by fuzzing: cut at every turn around the world, it took for ever.
    shore = [[10, 30], [14, 30], [14, 34], [10, 34], [10, 30]]
    hole = [[11, 31], [far, 31.5], [11, 32], [11, 31]]
    shape = {"type": "Polygon", "coordinates": [shore, hole]}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    path = tmp_path / "eez_12nm_v4.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    refused(path, "east")


def test_points_are_no_zones(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    path = tmp_path / "eez_v12.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    refused(path, "a Point, not a polygon")


@pytest.mark.parametrize(
    "name", ["/vsicurl/https://example.org/eez_v12.gpkg", "https://example.org/eez_v12.gpkg", "no.gpkg"]
)
def test_addresses_are_no_files(name: str) -> None:
    refused(Path(name), "not a file on this machine|no such file")


def test_limits_on_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.write_gpkg(tmp_path, "12nm", files.world()["12nm"])
    with monkeypatch.context() as patch:
        patch.setattr(reader, "MAX_FEATURES", 5)
        refused(path, "9 features, more than 5")
    with monkeypatch.context() as patch:
        patch.setattr(reader, "MAX_VERTICES", 100)
        refused(path, "vertices, more than 100")
    with monkeypatch.context() as patch:
        patch.setattr(archive, "MAX_FILE_BYTES", 1000)
        refused(path, "more than 1000")


def archive_of(path: Path, members: dict[str, bytes], *, links: tuple[str, ...] = ()) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if name in links:
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(entry, content)
    return path


@pytest.mark.parametrize("name", ["../evil.shp", "a/../../evil.shp", "/etc/evil.shp", "..\\evil.shp", "C:evil.shp"])
def test_members_that_would_land_elsewhere(name: str, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    path = archive_of(inner / "eez_v12.zip", {name: b"x"})
    refused(path, "outside its folder")
    assert list(tmp_path.rglob("evil*")) == []


def test_links_in_an_archive(tmp_path: Path) -> None:
    refused(archive_of(tmp_path / "eez_v12.zip", {"eez.shp": b"/etc/passwd"}, links=("eez.shp",)), "a link")


def test_an_archive_that_unpacks_to_something_enormous(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "eez_v12.zip", {"eez_v12.gpkg": bytes(archive.RATIO_FROM_BYTES + 1)})
    assert path.stat().st_size < 100_000
    refused(path, "times smaller")


def test_a_member_that_is_longer_than_it_declares(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "eez_v12.zip", {"eez_v12.gpkg": bytes(5000)})
    raw = bytearray(path.read_bytes())
    # The central directory says 10 bytes; a reader that trusts it would stop checking there.
    central = raw.rindex(b"PK\x01\x02")
    raw[central + 24 : central + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    with pytest.raises(InputError):
        reader.read(path, None, Report())


def test_a_member_without_a_name(tmp_path: Path) -> None:
    # Found by fuzzing: the library looks at the last character of a name.
    path = archive_of(tmp_path / "eez_v12.zip", {"eez.shp": b"x"})
    path.write_bytes(path.read_bytes().replace(b"eez.shp", b"\x00ez.shp"))
    refused(path, "a member without a name")


def test_a_ring_that_does_not_close(tmp_path: Path) -> None:
    # Found by fuzzing: the libraries raise errors of their own for damaged coordinates and reference systems.
    source = files.write_zip(tmp_path, "12nm", files.world()["12nm"])
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    shp = next(name for name in members if name.endswith(".shp"))
    # The last point of the last ring.
    damaged = {**members, shp: members[shp][:-16] + struct.pack("<dd", 1.5, 1.5)}
    refused(archive_of(tmp_path / source.name, damaged), "cannot be read: .*closed")


def test_a_reference_system_that_is_no_text(tmp_path: Path) -> None:
    source = files.write_zip(tmp_path, "internal", files.world()["internal"])
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    prj = next(name for name in members if name.endswith(".prj"))
    assert b"D_WGS_1984" in members[prj]
    damaged = {**members, prj: members[prj].replace(b"WGS_19", b"WG\x99\xe2\xaa\x8f", 1)}
    refused(archive_of(tmp_path / source.name, damaged), "cannot be read|reference system")


def test_too_little_memory_is_no_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: Any, **__: Any) -> None:
        raise MemoryError

    path = files.write_gpkg(tmp_path, "12nm", files.world()["12nm"])
    monkeypatch.setattr("geopandas.read_file", lacking)
    with pytest.raises(MemoryError):
        reader.read(path, None, Report())


def test_too_many_members_and_twice_the_same(tmp_path: Path) -> None:
    refused(archive_of(tmp_path / "a.zip", {f"{i}.txt": b"" for i in range(archive.MAX_MEMBERS + 1)}), "members")
    refused(archive_of(tmp_path / "b.zip", {"a/eez.shp": b"1", "b/EEZ.SHP": b"2"}), "same name")


def test_total_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 10)
    refused(archive_of(tmp_path / "a.zip", {"eez.shp": b"01234567890"}), "unpacks to 11 bytes")


def test_an_encrypted_archive(tmp_path: Path) -> None:
    raw = bytearray(archive_of(tmp_path / "a.zip", {"eez.shp": b"x"}).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    path = tmp_path / "b.zip"
    path.write_bytes(bytes(raw))
    refused(path, "encrypted")


# --- The command --------------------------------------------------------------------------------------------------


def test_the_command(run: Run, tmp_path: Path) -> None:
    paths = files.write_world(tmp_path)
    out = tmp_path / "out" / "mr.gpkg"
    answer = run("zones", "import", *paths, "-o", str(out))
    assert answer.code == 0, answer.err
    assert "Overlapping claims and joint regimes" in answer.err and "contiguous zone of ITA" in answer.err
    assert str(out) in answer.out and "Territorial sea" in answer.out
    place = run("locate", "--at", "35.42 12.6", "--on", DAY, "--zones", str(out), "--json")
    assert json.loads(place.out)["zones"][0]["state"] == "ITA"
    assert "marine-regions" in json.loads(place.out)["provenance"]["zones"]["version"]

    again = run("zones", "import", *paths, "-o", str(out))
    assert (again.code, again.out) == (2, "")
    assert "--force" in again.err
    before = out.read_bytes()
    forced = run("zones", "import", *paths, "-o", str(out), "--force", "--json")
    assert forced.code == 0 and out.read_bytes() == before
    assert json.loads(forced.out)["format"] == "seajuris.zones-import.v1"

    drawn = run("zones", "import", *paths, "-o", str(tmp_path / "drawn" / "mr.gpkg"), "--as-drawn")
    assert drawn.code == 0
    manifest = (tmp_path / "drawn" / "manifest.yaml").read_text(encoding="utf-8")
    assert "divided straight in degrees" in " ".join(manifest.split())


def test_the_manifest_of_another_file_is_never_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("file: other.gpkg\n", encoding="utf-8")
    answer = run("zones", "import", "x.gpkg", "-o", str(tmp_path / "mr.gpkg"), "--force")
    assert answer.code == 2 and "another zone file" in answer.err
    assert (tmp_path / "manifest.yaml").read_text(encoding="utf-8") == "file: other.gpkg\n"


def test_the_same_product_twice(run: Run, tmp_path: Path) -> None:
    path = str(files.write_gpkg(tmp_path, "12nm", files.world()["12nm"]))
    answer = run("zones", "import", path, path, "-o", str(tmp_path / "out" / "mr.gpkg"))
    assert answer.code == 2 and "given twice" in answer.err


def test_damaged_claims_are_not_used(tmp_path: Path) -> None:
    broken = tmp_path / "zones.gpkg"
    broken.write_bytes(b"nothing")
    broken.with_name("manifest.yaml").write_text("version: 1\nsha256: 0\ncontent_sha256: 0\n", encoding="utf-8")
    with pytest.raises(DataError):
        import_files(["x"], tmp_path / "out" / "mr.gpkg", say=quiet, claims=broken)


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    reader.read(files.write_zip(tmp_path, "12nm", files.world()["12nm"]), None, Report())
    refused(archive_of(tmp_path / "eez_v12.zip", {"eez_v12.gpkg": io.BytesIO(b"x" * 100).getvalue()}), "GeoPackage")
    assert list(scratch.iterdir()) == []
