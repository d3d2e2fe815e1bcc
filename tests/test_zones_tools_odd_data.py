"""Zone tools on data and sources that are odd but possible: old files, missing files, slivers, unused disputes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import yaml

import marine_regions_files as files
from conftest import ROOT
from marine_regions_files import LAMPEDUSA, Feature
from seajuris import states
from seajuris.errors import DataError, InputError
from seajuris.zones.build.geopackage import blob
from seajuris.zones.build.rows import high_seas
from seajuris.zones.build.tables import Claim
from seajuris.zones.tools import history, topology
from seajuris.zones.tools import verify as checks
from seajuris.zones.tools.diff import Key, diff
from seajuris.zones.tools.findings import KEPT, Check
from seajuris.zones.tools.history import history as history_of
from seajuris.zones.tools.marine_regions import archive as archive_of_maps
from seajuris.zones.tools.marine_regions import importer, reader, shapes
from seajuris.zones.tools.marine_regions.assemble import CellZones, Source, _claimed, _row, pieces, tile
from seajuris.zones.tools.marine_regions.claimants import Claimant, claimants_of
from seajuris.zones.tools.marine_regions.claims import Known, known_claims
from seajuris.zones.tools.marine_regions.importer import Imported, import_files
from seajuris.zones.tools.marine_regions.products import BY_KEY
from seajuris.zones.tools.marine_regions.reader import Feature as Read
from seajuris.zones.tools.marine_regions.report import SHOWN, Report
from seajuris.zones.tools.reading import Layer, opened, read_claims, read_layer, read_manifest
from seajuris.zones.tools.topology import Disputes, gaps, overlaps

DAY = dt.date(2026, 2, 1)
SOURCE = ROOT / "data" / "maritime_zones" / "source"
BOX = (0.0, 34.0, 4.0, 38.0)


def quiet(text: str) -> None:
    """Progress that nobody wants to see."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small zone file without faults."""
    folder = tmp_path_factory.mktemp("small")
    return import_files(files.write_world(folder), folder / "out" / "mr.gpkg", say=quiet).path


def changed(small: Path, folder: Path, *statements: str) -> Path:
    """A copy with something changed in it, and a manifest to fit."""
    folder.mkdir(exist_ok=True)
    path = folder / small.name
    shutil.copy(small, path)
    database = sqlite3.connect(path)
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()
    manifest = yaml.safe_load(small.with_name("manifest.yaml").read_text(encoding="utf-8"))
    manifest["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("manifest.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")
    return path


def layer(rows: list[dict[str, Any]], polygons: list[Any]) -> Layer:
    names = ["zone", "state", "territory", "claim", "dispute", "valid_from", "valid_to", "proclaimed_from"]
    columns = {name: [row.get(name) for row in rows] for name in [*names, "proclaimed_to", "breadth_nm"]}
    array = np.array(polygons, dtype=object)
    return Layer(columns, [shapely.to_wkb(s) for s in polygons], array, list(range(len(rows))))


# --- verify -------------------------------------------------------------------------------------------------------


def test_a_file_of_an_older_version_is_checked_without_boundaries(small: Path, tmp_path: Path) -> None:
    old = changed(small, tmp_path, "DROP TABLE boundaries", "DROP TABLE rtree_boundaries_geom")
    found = {check.name: check for check in checks.verify(old, quiet).checks}
    whole = {check.name: check for check in checks.verify(small, quiet).checks}
    assert found["geometry"].count == 0 and found["index"].count == 0
    assert found["index"].examined != whole["index"].examined, "there are fewer features"


def test_a_database_that_is_not_marked_as_a_geopackage(small: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no GeoPackage"):
        checks.verify(changed(small, tmp_path / "none", "PRAGMA application_id = 0"), quiet)
    # The number of the first edition: readable, but not what the build or the import writes.
    first = changed(small, tmp_path / "first", "PRAGMA application_id = 1196437808")
    (identity,) = [check for check in checks.verify(first, quiet).checks if check.name == "identity"]
    assert [f.text for f in identity.findings] == ["the file does not say that it is a GeoPackage"]


@pytest.mark.parametrize(
    ("shape", "text"), [(shapely.Polygon(), "is empty"), (shapely.LineString([(3, 38), (3.01, 38)]), "is no Polygon")]
)
def test_a_zone_that_is_no_area(shape: Any, text: str, small: Path, tmp_path: Path) -> None:
    wkb = blob(shapely.to_wkb(shape, byte_order=1)).hex()
    path = changed(small, tmp_path, f"UPDATE zones SET geom = x'{wkb}' WHERE fid = 1")
    (geometry,) = [check for check in checks.verify(path, quiet).checks if check.name == "geometry"]
    assert [f.text for f in geometry.findings] == [f"zones: feature 1 {text}"]


@pytest.mark.parametrize("read", [lambda: checks.known_disputes({}), checks.left_out], ids=["disputes", "areas"])
def test_the_lists_that_come_with_the_program_are_missing(
    read: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read()
    monkeypatch.setattr(checks, "shipped", tmp_path.joinpath)
    with pytest.raises(DataError, match="cannot be read"):
        read()


def test_disputes_that_the_data_do_not_have_are_named() -> None:
    rows = [{"zone": "territorial_sea", "state": s, "dispute": "here"} for s in ("AAA", "BBB")]
    here = Disputes({"here": frozenset({"AAA", "BBB"})})
    some = layer(rows, [shapely.box(0, 0, 1, 1)] * 2)
    assert checks._disputes(some, here).notes == []
    more = Disputes({**here.claimants, "elsewhere": frozenset({"AAA", "CCC"})})
    assert checks._disputes(some, more).notes == ["known, but not in these data: elsewhere"]


def test_a_territorial_sea_of_unknown_breadth_is_not_measured(small: Path) -> None:
    some = layer([{"zone": "territorial_sea", "state": "AAA", "claim": "proclaimed"}], [shapely.box(0, 0, 1, 1)])
    assert checks._breadth(some, small).examined.startswith("a corner of each of 0 pieces")


def test_findings_are_counted_all_and_kept_some() -> None:
    check = Check("x", "y")
    for i in range(KEPT + 5):
        check.find(str(i))
    assert check.count == KEPT + 5 and len(check.findings) == KEPT and check.findings[-1].text == str(KEPT - 1)


def test_slivers_near_the_poles_are_smaller_than_they_look() -> None:
    """A tenth of a degree of longitude is 11 km on the equator and 200 m at 89 degrees north."""
    sea = {"zone": "territorial_sea", "claim": "proclaimed"}
    rows = [{**sea, "state": s, "territory": s} for s in ("AAA", "BBB")]
    for lat, count in ((0.0, 1), (89.0, 0)):
        a, b = shapely.box(0, lat, 1, lat + 0.1), shapely.box(1 - 8e-6, lat, 2, lat + 0.1)
        assert (1 - 8e-6 < 1) and sum(c.count for c in overlaps(layer(rows, [a, b]), Disputes({}), quiet)) == count
    far = shapely.Polygon()
    world = [shapely.box(x, y, x + 4, y + 4) for x in range(-180, 180, 4) for y in range(-90, 90, 4)]
    narrow = {i: shapely.box(w, s, e - 3e-7, n) for i in (22, 44) for w, s, e, n in [world[i].bounds]}
    found = gaps(layer([{"zone": "land"}] * len(world), [narrow.get(i, s) for i, s in enumerate(world)]), far, quiet)
    (gap,) = found.findings
    assert gap.lat is not None and -2 <= gap.lat <= 2, "the other is as wide in degrees, but lies at 86 degrees north"


def test_progress_of_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topology, "_BATCH", 2)
    sea = {"zone": "territorial_sea", "claim": "proclaimed"}
    rows = [{**sea, "state": s, "territory": s} for s in ("AAA", "BBB", "CCC")]
    said: list[str] = []
    found = overlaps(layer(rows, [shapely.box(0, 0, 1, 1)] * 3), Disputes({}), said.append)
    assert sum(check.count for check in found) == 3
    assert said[1:] == ["2 of 3 pairs", "3 of 3 pairs"]


# --- history ------------------------------------------------------------------------------------------------------


def test_agreed_lines_of_a_file_without_boundaries(small: Path, tmp_path: Path) -> None:
    """Which lines there are is then told by the limits; when they were agreed is not."""
    agreed = "UPDATE limits SET kind = 'agreed', boundary = 'ITA-TUN', other_state = 'TUN' WHERE state = 'ITA'"
    old = changed(small, tmp_path, "DROP TABLE boundaries", "DROP TABLE rtree_boundaries_geom", agreed)
    told = history_of(old, states.register().state("ITA"))
    assert not told.lines_dated
    (line,) = told.lines
    assert (line["id"], line["parties"], line["role"], line["valid_from"]) == ("ITA-TUN", "ITA, TUN", "decides", None)
    assert line["divides"] == "territorial_sea, exclusive_economic_zone"
    assert history_of(old, states.register().state("DZA")).lines == []


def test_history_without_the_source_file_of_claims(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "shipped", tmp_path.joinpath)
    with pytest.raises(DataError, match="the claims cannot be read"):
        history_of(small, states.register().state("ITA"))


# --- diff ---------------------------------------------------------------------------------------------------------


def test_a_zone_that_is_cut_into_other_pieces_does_not_differ(small: Path, tmp_path: Path) -> None:
    database = sqlite3.connect(small)
    fid, raw = database.execute("SELECT fid, geom FROM zones WHERE zone = 'high_seas' LIMIT 1").fetchone()
    database.close()
    shape = shapely.from_wkb(raw[8:])
    middle = shapely.point_on_surface(shape)
    part = shapely.normalize(shapely.box(middle.x - 0.01, middle.y - 0.01, middle.x + 0.01, middle.y + 0.01))
    rest = shapely.normalize(shapely.difference(shape, part))
    wkb = [blob(shapely.to_wkb(s, byte_order=1)).hex() for s in (part, rest)]
    names = "zone, state, territory, claim, source"
    other = changed(
        small,
        tmp_path,
        f"UPDATE zones SET geom = x'{wkb[0]}' WHERE fid = {fid}",
        f"INSERT INTO zones ({names}, geom) SELECT {names}, x'{wkb[1]}' FROM zones WHERE fid = {fid}",
    )
    found = diff(small, other, DAY, quiet, None)
    assert found.same and found.cells[1] == 0


def test_polygons_that_cannot_be_compared(small: Path, tmp_path: Path) -> None:
    tie = shapely.Polygon([(3, 38), (3.1, 38.1), (3.1, 38), (3, 38.1)])
    wkb = blob(shapely.to_wkb(tie, byte_order=1)).hex()
    other = changed(small, tmp_path, f"UPDATE zones SET geom = x'{wkb}' WHERE fid = 1")
    with pytest.raises(DataError, match="polygons that cannot be compared"):
        diff(small, other, DAY, quiet, None)


def test_a_contiguous_zone_is_nothing_before_it_is_proclaimed(small: Path, tmp_path: Path) -> None:
    """On the day before the claim only the other zones are compared; what was never dated stays what it is."""
    dated = (
        "UPDATE zones SET proclaimed_from = '2020-01-01'"
        " WHERE state = 'DZA' AND zone IN ('contiguous_zone', 'territorial_sea')"
    )
    other = changed(small, tmp_path / "dated", dated)
    gone = changed(small, tmp_path / "gone", dated, "DELETE FROM zones WHERE state = 'DZA'")
    before = {z.key for z in diff(other, gone, dt.date(2019, 12, 31), quiet, None).zones}
    after = {z.key for z in diff(other, gone, dt.date(2020, 1, 1), quiet, None).zones}
    assert Key("territorial_sea", "DZA", None) in before
    assert after - before == {Key("contiguous_zone", "DZA", "proclaimed")}


def test_places_of_teaching_cases(small: Path, tmp_path: Path) -> None:
    """A case may have no position; a place that differs is told, one that does not is counted."""
    lat, lon = LAMPEDUSA.at(6)
    other = changed(small, tmp_path / "other", "DELETE FROM zones WHERE zone = 'territorial_sea' AND state = 'ITA'")
    cases = tmp_path / "cases"
    cases.mkdir()
    told: dict[str, Any] = {
        "id": "nowhere",
        "title": "Nowhere",
        "case": {"on": str(DAY), "offences": ["migrant_smuggling"]},
        "places": [{"position": f"{lat:.5f}, {lon:.5f}", "accuracy": "100 m", "on": str(DAY)}],
        "expect": {"none": []},
    }
    somewhere: dict[str, Any] = {"lat": round(lat, 5), "lon": round(lon + 40, 5)}
    (cases / "nowhere.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    elsewhere = {**told, "id": "elsewhere", "places": [], "case": {**told["case"], "position": somewhere}}
    (cases / "elsewhere.yaml").write_text(yaml.safe_dump(elsewhere), encoding="utf-8")
    found = diff(small, other, DAY, quiet, cases)
    assert found.positions == 2
    (place,) = found.to_dict()["scenarios"]
    assert (place["scenario"], place["what"]) == ("nowhere", told["places"][0]["position"])
    assert "territorial sea ITA" in place["a"] and "territorial sea" not in place["b"] and place["findings"] == []


# --- import: claims and claimants ---------------------------------------------------------------------------------


def test_claims_where_the_table_has_none() -> None:
    """The usual zones for a territory that nobody entered, marked so; nothing for one that belongs to nobody."""
    known = Known({}, frozenset({"ATA"}), frozenset({"ATA"}), {})
    (usual,) = known.claims_of("XXX", "XXX", "exclusive_economic_zone")
    assert (usual.claim, usual.breadth_nm, usual.confidence) == ("potential", 200.0, "not in the claims table")
    assert known.claims_of("XXX", "XXX", "contiguous_zone") == ()
    assert known.claims_of("ATA", "ATA", "territorial_sea") == ()
    report, source = Report(), Source(BY_KEY["eez"], [], (Claimant("XXX", "XXX"),), None, "x", "1")
    row = _row(source, Claimant("XXX", "XXX"), "exclusive_economic_zone", usual, report)
    assert row is not None and row.claim == "potential"
    assert report["not_in_claims"] == ["XXX"] and report["potential"] == ["XXX"]


def test_a_contiguous_zone_that_is_only_claimed_in_protest_is_left_out() -> None:
    report, source = Report(), Source(BY_KEY["24nm"], [], (Claimant("AAA", "BBB"),), None, "x", "1")
    claim = Claim("AAA", "contiguous_zone", 24.0, None, "potential", None, None, None, None, "c")
    assert _row(source, Claimant("AAA", "BBB"), "contiguous_zone", claim, report) is None
    assert report["no_claim"] == ["contiguous zone of AAA (BBB)"]


def test_the_areas_of_claims_have_to_be_there(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text("areas: {}\n", encoding="utf-8")
    with pytest.raises(DataError, match="no polygon for the area"):
        known_claims(small, path)
    path.write_text("areas: [\n", encoding="utf-8")
    with pytest.raises(DataError, match="the areas of claims cannot be read"):
        known_claims(small, path)


def test_a_state_named_twice_is_one_claimant_and_two_states_overlap() -> None:
    twice = {"ISO_SOV1": "FRA", "TERRITORY1": "France", "ISO_SOV2": "FRA", "TERRITORY2": "France", "GEONAME": "x"}
    found = claimants_of(Read(twice, None), Report())
    assert [c.state for c in found.all] == ["FRA"] and found.shared is None and found.complete
    two = {**twice, "ISO_SOV2": "ITA", "TERRITORY2": "Italy"}
    found = claimants_of(Read(two, None), Report())
    assert [c.state for c in found.all] == ["FRA", "ITA"] and found.shared == "overlapping" and found.complete


# --- import: geometry ---------------------------------------------------------------------------------------------


def test_shapes_that_are_no_area() -> None:
    square = shapely.box(0, 0, 0.01, 0.01)
    with pytest.raises(shapes.UnusableShapeError, match="holds a LineString"):
        shapes.mend(shapely.GeometryCollection([square, shapely.LineString([(0, 0), (1, 1)])]))
    with pytest.raises(shapes.UnusableShapeError, match="is empty"):
        shapes.mend(shapely.Polygon())
    (found,) = shapes.mend(shapely.GeometryCollection([shapely.Polygon(), square])).polygons
    assert shapely.equals(found, square)


def test_a_hole_that_lies_beside_its_polygon_is_left_where_it_is() -> None:
    """No turn of the map brings it inside: it takes nothing away."""
    outer = shapely.box(0, 0, 0.02, 0.02).exterior
    beside = shapely.box(50, 0, 50.01, 0.01).exterior
    mended = shapes.mend(shapely.Polygon(outer, [beside]))
    assert mended.repaired
    assert shapely.intersects_xy(shapely.union_all(mended.polygons), 0.01, 0.01)


def test_water_thinner_than_a_piece_is_left() -> None:
    cell = CellZones(BOX)
    cell.add(high_seas(), shapely.box(1, 35, 1 + 1e-6, 35 + 1e-6))
    assert cell.merged() == {}
    cell.add(high_seas(), shapely.box(1, 35, 1.1, 35.1))
    assert len(cell.merged()) == 1


def test_a_polygon_that_touches_a_cell_in_a_line_has_no_part_there() -> None:
    notch = shapely.Polygon([(2, 35), (4, 35), (4, 36), (3, 35.5), (4, 37), (2, 37)])
    source = Source(BY_KEY["eez"], [notch], (Claimant("AAA", "AAA"),), None, "x", "1")
    assert list(tile([source])) == [BOX]
    cell = CellZones(BOX)
    known = Known({}, frozenset(), frozenset(), {})
    _claimed(cell, source, Claimant("AAA", "AAA"), "exclusive_economic_zone", shapely.Polygon(), known, Report())
    assert cell.merged() == {}


# --- import: the whole ---------------------------------------------------------------------------------------------


def run_import(folder: Path, change: Callable[[dict[str, list[Feature]]], None], **more: Any) -> Imported:
    world = files.world()
    change(world)
    return import_files(files.write_world(folder, world), folder / "out" / "mr.gpkg", say=quiet, **more)


def test_claims_from_a_file_of_an_older_version(small: Path, tmp_path: Path) -> None:
    old = changed(small, tmp_path / "old", "DROP TABLE boundaries")
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match="no layer boundaries"):
        run_import(tmp_path / "a", lambda world: None, claims=old)
    without = changed(small, tmp_path / "without", "DROP TABLE remarks")
    (tmp_path / "b").mkdir()
    result = run_import(tmp_path / "b", lambda world: None, claims=without)
    assert result.counts["remarks"] == 0 and result.counts["boundaries"] > 0


def test_where_it_is_written(small: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ending \.gpkg"):
        import_files(["x"], tmp_path / "zones.sqlite", say=quiet)
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        import_files(["x"], tmp_path / "folder.gpkg", say=quiet)
    (tmp_path / "manifest.yaml").write_text("- no manifest\n", encoding="utf-8")
    with pytest.raises(InputError, match="manifest of another zone file"):
        import_files(["x"], tmp_path / "new.gpkg", say=quiet, force=True)


def test_territorial_seas_that_fit_nothing(tmp_path: Path) -> None:
    """Without a claim to any of the waters there is no limit, and such data would answer wrongly."""

    def only_antarctica(world: dict[str, list[Feature]]) -> None:
        open_sea = files.disc(-40.0, -60.0, 5)
        for product in ("eez", "12nm", "24nm", "internal", "archipelagic"):
            values = {**LAMPEDUSA.values(product), "ISO_SOV1": "ATA", "ISO_TER1": "ATA"}
            world[product] = [({**values, "TERRITORY1": "Antarctica", "SOVEREIGN1": "Antarctica"}, open_sea)]

    with pytest.raises(InputError, match=r"no (limits|baselines) were found"):
        run_import(tmp_path, only_antarctica)
    assert not (tmp_path / "out").exists()


def test_remarks_on_odd_features(tmp_path: Path) -> None:
    """A ring around a pole, one that crosses itself, a stranger in a dispute, an overlap, a file without a name."""

    def change(world: dict[str, list[Feature]]) -> None:
        values = LAMPEDUSA.values("eez")
        pole = shapely.Polygon([(lon, 85.0) for lon in (-170, -90, 0, 90, 170)])
        tie = shapely.Polygon([(-150.0, 0.0), (-149.9, 0.1), (-149.9, 0.0), (-150.0, 0.1)])
        two = {"ISO_SOV2": "DZA", "SOVEREIGN2": "Algeria", "TERRITORY2": "Algeria", "GEONAME": "Overlapping claim"}
        world["eez"] += [
            ({**values, "MRGID": 1, "GEONAME": "Polar"}, pole),
            ({**values, "MRGID": 2, "GEONAME": "Crossed", "MRGID_EEZ": 2}, tie),
            ({**values, **two, "MRGID": 77, "MRGID_EEZ": 77}, files.disc(8, 38, 3)),
        ]
        # Its zone is disputed between two others: it stays its own.
        stranger = {**LAMPEDUSA.values("12nm"), "MRGID": 3, "MRGID_EEZ": 8389, "GEONAME": "Stranger"}
        world["12nm"].append((stranger, files.disc(-150.0, 5.0, 3)))

    world = files.world()
    change(world)
    paths = files.write_world(tmp_path, world)
    # The layer in the one still has its name; of the other nobody knows which edition it is.
    (tmp_path / "eez_12nm_v4.gpkg").rename(tmp_path / "territorial.gpkg")
    (tmp_path / "eez_24nm_v4.geojson").rename(tmp_path / "outer.geojson")
    renamed = {"eez_12nm_v4.gpkg": "12nm=territorial.gpkg", "eez_24nm_v4.geojson": "24nm=outer.geojson"}
    told = [renamed.get(Path(p).name, p).replace("=", f"={tmp_path}/") for p in paths]
    result = import_files(told, tmp_path / "out" / "mr.gpkg", say=quiet)
    assert any("Polar" in line and "around a pole" in line for line in result.report["not_used"])
    assert any("Crossed" in line for line in result.report["repaired"])
    assert not any("Stranger" in line for line in result.report["overlaps"])
    assert result.report["version"] == ["outer.geojson: no version in its name, taken for 4"]
    assert "24nm.vunknown" in result.head["version"]
    manifest = yaml.safe_load(result.path.with_name("manifest.yaml").read_text(encoding="utf-8"))
    assert manifest["disputes"]["marine-regions-77"] == ["DZA", "ITA"], "an overlap that no list has"


def test_a_territorial_sea_without_a_coast_is_not_measured() -> None:
    """Lines of baselines may be missing for a State: then nothing is known of the breadth that is drawn."""
    wkb = shapely.to_wkb(shapely.LineString([(0, 0), (0.01, 0)]), byte_order=1)
    limit = ("territorial_sea", "AAA", "AAA", "mapped", None, None, 12.0, None, None, None, None, 500.0)
    sea = high_seas()._replace(
        zone="territorial_sea", state="AAA", territory="AAA", claim="proclaimed", breadth_nm=12.0
    )
    layers: importer.Features = {"limits": [(limit, wkb)], "baselines": [], "zones": [(sea, wkb)]}
    importer._measure(layers, report := Report())
    assert report["breadth"] == [] and layers["limits"][0][0] == limit
    layers["baselines"] = [(("AAA", "AAA", "coast", None), wkb)]
    importer._measure(layers, report)
    assert report["breadth"] == ["territorial sea of AAA: drawn at 0.0 M, claimed 12 M"]


def test_progress_over_many_cells() -> None:
    said: list[str] = []
    cells: dict[Any, Any] = {(float(i), 0.0, float(i + 1), 1.0): {} for i in range(801)}
    importer._layers([], cells, Known({}, frozenset(), frozenset(), {}), Report(), said.append)
    assert said == ["400 of 801 cells", "800 of 801 cells"]


# --- import: reading ----------------------------------------------------------------------------------------------


def refused(path: Path, match: str, product: str | None = None) -> None:
    with pytest.raises(InputError, match=match):
        reader.read(path, product, Report())


def collection(path: Path, *features: dict[str, Any], **more: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def feature(**values: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": values, "geometry": SQUARE}


def test_a_product_that_is_another_than_told(tmp_path: Path) -> None:
    path = files.write_geojson(tmp_path, "12nm", files.world()["12nm"])
    refused(path, "holds .*, not Maritime Boundaries and Exclusive", "eez")


def test_files_that_hold_none_of_the_products(tmp_path: Path) -> None:
    refused(collection(tmp_path / "lakes.geojson", feature(NAME="Lake")), "holds no product of Marine Regions")


def test_a_shapefile_that_is_none(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "eez_v12.zip", "w") as archive:
        archive.writestr("eez_v12.shp", b"something else")
    refused(tmp_path / "eez_v12.zip", "no shapefile")


def test_geopackages_that_are_not_finished_or_not_usable(tmp_path: Path) -> None:
    path = files.write_gpkg(tmp_path, "12nm", files.world()["12nm"])
    journal = path.with_name(path.name + "-journal")
    journal.write_bytes(b"x")
    refused(path, "an unfinished change lies beside it")
    journal.unlink()
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE VIEW harmless AS SELECT 1")
    database.close()
    refused(path, "not a GeoPackage that can be used: holds a view")


def test_geopackages_with_very_many_layers_or_damaged_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.write_gpkg(tmp_path, "12nm", files.world()["12nm"])
    with monkeypatch.context() as patch:
        patch.setattr(reader, "MAX_LAYERS", 0)
        refused(path, "1 layers, more than 0")
    database = sqlite3.connect(path)
    with database:
        database.execute("DROP TABLE gpkg_geometry_columns")
        database.execute("UPDATE gpkg_contents SET table_name = 'gone'")
    database.close()
    refused(path, "cannot be read|holds no product")


def test_geojson_that_cannot_be_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "eez_v12.geojson"
    refused(collection(path, feature(MRGID=1, mrgid=2)), "two columns MRGID")
    refused(collection(path, crs="EPSG:3857"), "the reference system is None")
    stated = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    (table,) = reader.read(collection(path, feature(MRGID=1, FLAG=True, NAME=" "), crs=stated), None, Report())
    assert table.features[0].values == {"MRGID": 1, "FLAG": "True", "NAME": None}
    wide = {"type": "Polygon", "coordinates": [[[0, 0], [1e999, 0], [1, 1], [0, 0]]]}
    refused(collection(path, {**feature(), "geometry": wide}), "not valid GeoJSON|no number")
    with monkeypatch.context() as patch:
        patch.setattr(reader, "MAX_FEATURES", 1)
        refused(collection(path, feature(), feature()), "2 features, more than 1")
    with monkeypatch.context() as patch:
        patch.setattr(reader, "JSON_LIMITS", replace(reader.JSON_LIMITS, size=10))
        refused(collection(path, feature()), "larger than 10 bytes")


def test_degrees_of_nobody_knows_what_and_of_nothing(tmp_path: Path) -> None:
    rows = files.world()["internal"]
    path = files.write_zip(tmp_path, "internal", rows)
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(tmp_path / "eez_internal_waters_v4.zip", "w") as bare:
        for member in given.namelist():
            bare.writestr(member, b"" if member.endswith(".prj") else given.read(member))
    refused(tmp_path / "eez_internal_waters_v4.zip", "the reference system is not stated")
    with np.errstate(invalid="ignore"):
        hole = shapely.Polygon([(0, 0), (float("nan"), 0), (1, 1)])
    refused(files.write_gpkg(tmp_path, "internal", [(rows[0][0], hole)]), "a coordinate that is no number")


def test_an_archive_that_counts_its_members_wrongly(tmp_path: Path) -> None:
    path = tmp_path / "eez_v12.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(archive_of_maps.MAX_MEMBERS + 1):
            archive.writestr(f"{i}.txt", b"")
    raw = bytearray(path.read_bytes())
    end = raw.rindex(b"PK\x05\x06")
    raw[end + 8 : end + 12] = (1).to_bytes(2, "little") * 2
    path.write_bytes(bytes(raw))
    refused(path, f"{archive_of_maps.MAX_MEMBERS + 1} members, more than")


def test_names_that_are_too_long_are_no_files(tmp_path: Path) -> None:
    refused(tmp_path / ("x" * 300 + ".gpkg"), "cannot be read|no such file")


def test_one_enormous_member_among_others(tmp_path: Path) -> None:
    """The archive as a whole is packed as maps are; one of its members is not."""
    path = tmp_path / "eez_v12.zip"
    noise = np.random.default_rng(1).bytes(2 * archive_of_maps.RATIO_FROM_BYTES // archive_of_maps.MAX_RATIO)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("noise.txt", noise)
        archive.writestr("eez.shp", bytes(archive_of_maps.RATIO_FROM_BYTES + 1), zipfile.ZIP_DEFLATED)
    refused(path, "packed more than")


def test_an_archive_packed_by_a_method_that_is_not_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "eez_v12.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("eez.shp", b"x" * 100)
    refused(tmp_path / "eez_v12.zip", "packed by a method that is not read")


def test_a_ring_that_runs_west_over_180() -> None:
    """Longitudes go on beyond -180; the polygon ends up on both sides of the map all the same."""
    ring = [(-179.9, 0.0), (179.9, 0.0), (179.9, 0.01), (-179.9, 0.01)]
    west = [(-179.9, 0.0), (179.0, 0.0), (179.0, 0.01), (-179.9, 0.01)]
    for points, width in ((ring, 0.2), (west, 1.1)):
        mended = shapes.mend(shapely.Polygon(points))
        assert mended.turned and sum(p.area for p in mended.polygons) == pytest.approx(width * 0.01, rel=1e-3)
        assert all(p.bounds[0] >= -180 and p.bounds[2] <= 180 for p in mended.polygons)


def test_polygons_without_area_have_no_parts() -> None:
    line = shapely.Polygon([(1, 35), (2, 36), (3, 37), (1, 35)])
    source = Source(BY_KEY["eez"], [line], (Claimant("AAA", "AAA"),), None, "x", "1")
    assert tile([source]) == {}
    assert pieces(shapely.box(1, 35, 1 + 1e-6, 35 + 1e-6), BOX) == []


# --- reading zone files -------------------------------------------------------------------------------------------


def test_a_file_that_is_replaced_while_it_is_read(small: Path, tmp_path: Path) -> None:
    path = changed(small, tmp_path)
    with pytest.raises(DataError, match="replaced or written to while they were read"), opened(path) as database:
        assert read_claims(database)
        os.utime(path, (1, 1))


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("ALTER TABLE remarks RENAME COLUMN geom TO shape", "the layer remarks has no fid or no geom"),
        ("ALTER TABLE remarks RENAME COLUMN text TO words", "the layer remarks lacks text"),
    ],
)
def test_a_layer_without_its_columns(statement: str, match: str, small: Path, tmp_path: Path) -> None:
    with opened(changed(small, tmp_path, statement)) as database, pytest.raises(DataError, match=match):
        read_layer(database, "remarks")


def test_a_table_of_claims_without_its_columns(small: Path, tmp_path: Path) -> None:
    path = changed(small, tmp_path, "ALTER TABLE claims RENAME COLUMN area TO place")
    with opened(path) as database, pytest.raises(DataError, match="the table claims lacks area"):
        read_claims(database)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("- a list\n", "no table of keys"),
        ("counts: many\n", "counts is not what a manifest has there"),
        ("sources: [one]\n", "sources is not what a manifest has there"),
        ("disputes: {here: AAA}\n", "disputes: 'here' is no list of States"),
    ],
)
def test_a_manifest_that_is_none(text: str, match: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=match):
        read_manifest(tmp_path / "zones.gpkg")


def test_a_report_shows_some_and_takes_only_what_it_knows() -> None:
    report = Report()
    for i in range(SHOWN + 3):
        report.note("area", str(i))
    assert report.lines()[-1] == "  - and 3 more, see the manifest" and len(report.lines()) == SHOWN + 2
    with pytest.raises(KeyError):
        report.note("weather", "fine")
