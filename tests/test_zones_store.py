"""Reading zone data row by row: what cannot be understood is refused before it is taken for something else."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

import marine_regions_files as files
from conftest import ROOT
from seajuris.errors import DataError, InputError
from seajuris.position import parse_position
from seajuris.zones import database
from seajuris.zones.build.geopackage import blob
from seajuris.zones.cells.build import build
from seajuris.zones.integrity import Integrity, declared_identity, intact
from seajuris.zones.locate import locate
from seajuris.zones.measure import Origin, window
from seajuris.zones.store import Row, ZoneStore, check_values, coordinates, geometries, zones_in
from seajuris.zones.tools.marine_regions.importer import import_files

GEOD = Geod(ellps="WGS84")
SHIPPED = ROOT / "data" / "maritime_zones" / "zones.gpkg"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small zone file without faults."""
    folder = tmp_path_factory.mktemp("small")
    return import_files(files.write_world(folder), folder / "out" / "mr.gpkg", say=lambda text: None).path


def changed(small: Path, folder: Path, *statements: str) -> Path:
    """A copy with something changed in it."""
    path = folder / small.name
    shutil.copy(small, path)
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


# --- The store ----------------------------------------------------------------------------------------------------


def test_a_file_that_is_missing_or_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the zone data are missing"):
        ZoneStore(tmp_path / "no.gpkg")
    (tmp_path / "text.gpkg").write_text("no database", encoding="utf-8")
    with pytest.raises(DataError, match="not a zone GeoPackage"):
        ZoneStore(tmp_path / "text.gpkg")


def test_layers_that_decide_nothing_may_be_missing(small: Path, tmp_path: Path) -> None:
    store = ZoneStore(changed(small, tmp_path, "DROP TABLE boundaries", "DROP TABLE remarks"))
    assert list(store.near("boundaries", 12.6, 35.5, 1e5)) == [] == list(store.every("boundaries"))
    assert list(store.near("zones", 12.6, 35.5, 1e5))


def test_all_rows_of_a_layer_with_and_without_geometry(small: Path) -> None:
    store = ZoneStore(small)
    rows, bare = list(store.every("limits")), list(store.every("limits", geometry=False))
    assert [r.values for r in rows] == [r.values for r in bare]
    assert all(len(r.blob) > 40 for r in rows) and {r.blob for r in bare} == {b""}
    near = {r.blob for r in store.near("limits", 12.6, 35.5, 50_000)}
    assert 0 < len(near) < len(rows) and near <= {r.blob for r in rows}


def test_layers_in_memory_give_what_the_file_gives(small: Path, tmp_path: Path) -> None:
    kept, plain = ZoneStore(small), ZoneStore(small)
    kept.keep("limits", "boundaries")
    for lon, lat, radius in ((12.6, 35.5, 5e4), (179.99, -17.0, 2e5), (-100.0, 60.0, 1e5)):
        for layer in ("limits", "boundaries"):
            assert [(r.values, r.blob) for r in kept.near(layer, lon, lat, radius)] == [
                (r.values, r.blob) for r in plain.near(layer, lon, lat, radius)
            ]
    old = ZoneStore(changed(small, tmp_path, "DROP TABLE boundaries", "DROP TABLE rtree_limits_geom"))
    old.keep("boundaries")
    assert list(old.near("boundaries", 12.6, 35.5, 1e5)) == []
    with pytest.raises(DataError, match="the zone data cannot be read"):
        old.keep("limits")


def test_a_coast_of_which_the_data_do_not_say_whose_it_is(small: Path, tmp_path: Path) -> None:
    """It is nobody's baseline; the zones of the position are told all the same."""
    position, day = parse_position("35.5, 12.8", accuracy="100 m"), dt.date(2026, 2, 1)
    whole = locate(position, day, ZoneStore(small))
    path = changed(small, tmp_path, "UPDATE baselines SET state = NULL, territory = NULL WHERE state = 'ITA'")
    without = locate(position, day, ZoneStore(path))
    assert [b.state for b in whole.baselines] == ["ITA"] and without.baselines == ()
    assert without.zones == whole.zones and without.zones[0].state == "ITA"


def test_days_on_which_something_changes(small: Path, tmp_path: Path) -> None:
    days = ZoneStore(SHIPPED).days_of_change()
    assert days == sorted(set(days)) and {"2021-01-21", "2026-01-03"} <= set(days)
    with pytest.raises(DataError, match="the zone data cannot be read"):
        ZoneStore(changed(small, tmp_path, "DROP TABLE limits")).days_of_change()


def test_what_ships_is_read_the_same_way() -> None:
    """Its rows are not looked at one by one: its hash is compared instead."""
    store = zones_in(SHIPPED)
    assert store is zones_in(SHIPPED)
    near = {row["id"] for row in store.near("boundaries", 18.5, 38.0, 200_000)}
    assert "GRC-ITA-1977-2020" in near < {row["id"] for row in store.every("boundaries")}


@pytest.mark.parametrize(
    "read",
    [
        lambda store: list(store.near("limits", 12.6, 35.5, 1e5)),
        lambda store: list(store.every("limits")),
        lambda store: store.largest_limit_accuracy_m,
    ],
    ids=["near", "every", "accuracy"],
)
def test_a_layer_that_is_gone(read: Callable[[ZoneStore], Any], small: Path, tmp_path: Path) -> None:
    store = ZoneStore(changed(small, tmp_path, "DROP TABLE limits"))
    with pytest.raises(DataError, match="the zone data cannot be read"):
        read(store)


@pytest.mark.parametrize("layer", ["zones", "limits", "baselines", "boundaries"])
def test_a_feature_that_no_search_would_find(layer: str, small: Path, tmp_path: Path) -> None:
    """A zone that is silently missing would be a wrong answer."""
    store = ZoneStore(changed(small, tmp_path, f"DELETE FROM rtree_{layer}_geom WHERE id = 1"))
    for read in (lambda: list(store.near(layer, 12.6, 35.5, 1e5)), lambda: store.keep(layer)):
        with pytest.raises(DataError, match=f"index of the layer {layer} lacks features [(]1[)]") as refused:
            read()
        assert "zones verify" in str(refused.value.hint)
    if layer != "zones":
        assert list(store.near("zones", 12.6, 35.5, 1e5))


def test_an_index_with_a_feature_twice(small: Path, tmp_path: Path) -> None:
    """No statement of SQL makes one, but bytes can: each box must be that of its feature."""
    path = changed(small, tmp_path)
    connection = sqlite3.connect(path)
    with connection:
        query = "SELECT data FROM rtree_limits_geom_node WHERE nodeno = 1"
        (node,) = connection.execute(query).fetchone()
        # A node is its depth, the number of its cells, and cells of 24 bytes.
        count = int.from_bytes(node[2:4], "big")
        end = 4 + 24 * count
        twice = node[:2] + (count + 1).to_bytes(2, "big") + node[4:end] + node[4:28] + node[end + 24 :]
        connection.execute("UPDATE rtree_limits_geom_node SET data = ? WHERE nodeno = 1", (twice,))
    connection.close()
    store, whole = ZoneStore(path), ZoneStore(small)
    try:
        store.keep("limits")
    except DataError as refused:
        assert "the zone data cannot be read" in refused.message
    else:
        # Some versions of SQLite look each feature up in the index, and see it once.
        for lon, lat in ((12.6, 35.5), (3.0, 38.0)):
            assert list(store.near("limits", lon, lat, 1e5)) == list(whole.near("limits", lon, lat, 1e5))


@pytest.mark.parametrize("value", [500.0, -1e9, 1e300, float("nan"), float("inf")])
@pytest.mark.parametrize("layer", ["limits", "baselines"])
def test_a_line_that_lies_nowhere(layer: str, value: float, small: Path, tmp_path: Path) -> None:
    """One with a coordinate that is no number would be left out of every comparison of distances."""
    path = changed(small, tmp_path)
    connection = sqlite3.connect(path)
    with connection:
        (raw,) = connection.execute(f"SELECT geom FROM {layer} WHERE fid = 1").fetchone()
        moved = raw[:-16] + struct.pack("<dd", value, 36.0)
        connection.execute(f"UPDATE {layer} SET geom = ? WHERE fid = 1", (moved,))
    connection.close()
    store = ZoneStore(path)
    with pytest.raises(DataError, match="no place on Earth"):
        list(store.every(layer))
    assert len(list(store.every(layer, geometry=False))) == len(list(ZoneStore(small).every(layer)))


@pytest.mark.parametrize("accuracy", ["5e6", "1e300"])
def test_lines_that_would_fill_the_world_have_no_index(accuracy: str, small: Path, tmp_path: Path) -> None:
    store = ZoneStore(changed(small, tmp_path, f"UPDATE limits SET accuracy_m = {accuracy}"))
    with pytest.raises(DataError, match="the zone data cannot be indexed") as refused:
        build(store)
    assert "accepted are 30,000,000" in str(refused.value.hint)


def test_the_accuracy_of_the_worst_limit(small: Path, tmp_path: Path) -> None:
    path = changed(small, tmp_path, "UPDATE limits SET accuracy_m = 90000 WHERE fid = 3")
    assert ZoneStore(path).largest_limit_accuracy_m == 90_000.0
    (tmp_path / "none").mkdir()
    assert (
        ZoneStore(changed(small, tmp_path / "none", "UPDATE limits SET accuracy_m = NULL")).largest_limit_accuracy_m
        == 0
    )


def test_claims_of_a_state(small: Path, tmp_path: Path) -> None:
    (sea,) = [c for c in ZoneStore(SHIPPED).claims("MLT") if c["zone"] == "territorial_sea" and c["valid_to"] is None]
    assert (sea["territory"], sea["breadth_nm"], sea["claim"]) == ("MLT", 12.0, "proclaimed")
    assert ZoneStore(SHIPPED).claims("CHE") == []
    with pytest.raises(DataError, match="the zone data cannot be read"):
        ZoneStore(changed(small, tmp_path, "DROP TABLE claims")).claims("MLT")


def test_rows_of_other_files_are_looked_at(small: Path, tmp_path: Path) -> None:
    store = ZoneStore(changed(small, tmp_path, "UPDATE limits SET state = 'Italy' WHERE state = 'ITA'"))
    with pytest.raises(DataError, match="has a row whose state is 'Italy'"):
        list(store.near("limits", 12.6, 35.5, 1e5))
    with pytest.raises(DataError, match="has a row whose state is 'Italy'"):
        list(store.every("limits"))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("breadth_nm", [None, 12, 12.0, 0], ["12", -1.0, float("nan"), float("inf")]),
        ("state", [None, "ITA"], ["Italy", "ita", "IT", 39, "ÄÖÜ", b"ITA"]),
        ("zone", ["land", "high_seas"], [None, "sea", "outside_data", 1]),
        ("limit", ["territorial_sea"], [None, "high_seas", 1]),
        ("claim", [None, "proclaimed", "protested"], ["none", 1]),
        ("instrument", [None, "x"], [1, b"x"]),
        ("parties", ["AAA, BBB"], [None, 1]),
    ],
)
def test_values_of_each_kind(name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        check_values("zones", {name: value}, "here")
    for value in bad:
        with pytest.raises(DataError, match=f"the layer zones has a row whose {name} is"):
            check_values("zones", {name: value}, "here")


def test_rows_in_time() -> None:
    row = Row(
        {"valid_from": "2000-01-01", "valid_to": "2010-01-01", "proclaimed_from": None, "proclaimed_to": None}, b""
    )
    assert [row.in_force(day) for day in ("1999-12-31", "2000-01-01", "2009-12-31", "2010-01-01")] == [
        *(False, True, True, False)
    ]
    assert row.proclaimed("1900-01-01") and row["valid_to"] == "2010-01-01"


# --- Geometries ---------------------------------------------------------------------------------------------------

LINE = shapely.LineString([(1, 2), (3, 4)])
HEADER = struct.pack("<4d", 1, 3, 2, 4)


def test_geometries_with_and_without_an_envelope_and_in_either_byte_order() -> None:
    plain = blob(shapely.to_wkb(LINE, byte_order=1))
    boxed = plain[:3] + bytes([plain[3] | 1 << 1]) + plain[4:8] + HEADER + plain[8:]
    big = plain[:8] + shapely.to_wkb(LINE, byte_order=0)
    for some in (plain, boxed, big):
        assert coordinates(some).tolist() == [[1, 2], [3, 4]]
        assert shapely.equals_exact(geometries([some])[0], LINE)


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        "text",
        b"",
        b"XX" + blob(shapely.to_wkb(LINE, byte_order=1))[2:],
        blob(shapely.to_wkb(LINE, byte_order=1))[:12],
        blob(b"\x07" + shapely.to_wkb(LINE, byte_order=1)[1:]),
        blob(shapely.to_wkb(shapely.GeometryCollection([LINE]), byte_order=1)),
        b"GP\x00\x0b" + bytes(100),
    ],
    ids=["nothing", "text", "empty", "no header", "cut", "byte order", "collection", "envelope"],
)
def test_what_is_no_geometry(damaged: Any) -> None:
    with pytest.raises(DataError, match="neither a polygon nor a line"):
        geometries([damaged])
    with pytest.raises(DataError, match="neither a polygon nor a line"):
        coordinates(damaged)


def test_geometries_that_are_damaged_inside() -> None:
    wkb = shapely.to_wkb(shapely.box(0, 0, 1, 1), byte_order=1)
    with pytest.raises(DataError, match="a damaged geometry"):
        geometries([blob(wkb[:-8])])
    with pytest.raises(DataError, match="a damaged line"):
        coordinates(blob(wkb))
    with pytest.raises(DataError, match="a damaged line"):
        coordinates(blob(shapely.to_wkb(LINE, byte_order=1)[:-8]))


@pytest.mark.parametrize("value", [181.0, float("nan"), float("inf")])
def test_coordinates_that_are_no_place_on_earth(value: float) -> None:
    raw = shapely.to_wkb(LINE, byte_order=1)
    raw = raw[:9] + struct.pack("<d", value) + raw[17:]
    with np.errstate(invalid="ignore"):
        with pytest.raises(DataError, match="no place on Earth"):
            geometries([blob(raw)])
        assert len(geometries([blob(raw)], anywhere=True)) == 1


def test_a_line_with_a_coordinate_that_is_no_number_is_never_lost() -> None:
    good, bad = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, np.nan], [1.0, 2.0]])
    with pytest.raises(DataError, match="a coordinate that is no number"):
        Origin(1.0, 2.0).nearest([good, bad])


def test_windows_around_poles_and_across_180() -> None:
    """Every point within the radius lies in one of the boxes; a circle around a pole takes the whole turn."""
    assert window(10.0, 89.95, 1000.0)[0][0::2] == (-180.0, 180.0)
    assert window(10.0, 89.0, 200_000.0)[0][0::2] == (-180.0, 180.0)
    # The widest parallel of a circle lies poleward of its centre: the box is wider than the circle at its own latitude.
    ((west, south, east, north),) = window(10.0, 85.0, 400_000.0)
    azimuth = np.arange(0.0, 360.0, 0.5)
    lon, lat, _ = GEOD.fwd(np.full(720, 10.0), np.full(720, 85.0), azimuth, np.full(720, 400_000.0))
    assert west < np.min(lon) < west + 1 and east - 1 < np.max(lon) < east
    assert south < np.min(lat) and np.max(lat) < north
    for lon in (179.99, -179.99):
        (a, b) = window(lon, -17.0, 10_000.0)
        assert {a[0], b[0]} | {a[2], b[2]} >= {-180.0, 180.0}
        assert sum(box[2] - box[0] for box in (a, b)) == pytest.approx(2 * 0.095, rel=0.03)
    assert len(window(0.0, 0.0, 10_000.0)) == 1


# --- Databases of strangers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "match"),
    [
        (["PRAGMA application_id = 7"], "no GeoPackage"),
        (["CREATE VIEW harmless AS SELECT 1"], "holds a view"),
        (["CREATE VIRTUAL TABLE words USING fts5(text)"], "holds a virtual table"),
        (["CREATE TABLE sums (a, b AS (a + 1))"], "holds a computed column"),
    ],
    ids=["number", "view", "virtual table", "computed column"],
)
def test_databases_in_which_something_would_run(statements: list[str], match: str, small: Path, tmp_path: Path) -> None:
    path = changed(small, tmp_path, *statements)
    with pytest.raises(database.UnsafeDatabaseError, match=match):
        database.connect(path)
    with pytest.raises(DataError, match=match):
        ZoneStore(path)


def test_databases_with_very_many_tables(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MAX_SCHEMA", 5)
    with pytest.raises(database.UnsafeDatabaseError, match="more than 5 tables"):
        database.connect(small)


# --- Whether the file is what its manifest declares ---------------------------------------------------------------


def copy_of(small: Path, folder: Path) -> Path:
    path = folder / small.name
    shutil.copy(small, path)
    shutil.copy(small.with_name("manifest.yaml"), folder)
    return path


def test_a_file_as_declared(small: Path) -> None:
    found = Integrity(small).result()
    assert found == declared_identity(small.with_name("manifest.yaml"))


def test_a_file_that_is_gone_or_no_file(small: Path, tmp_path: Path) -> None:
    path = copy_of(small, tmp_path)
    path.unlink()
    with pytest.raises(DataError, match="the zone data cannot be read: No such file"):
        Integrity(path).result()
    os.mkfifo(path) if hasattr(os, "mkfifo") else path.mkdir()
    if hasattr(os, "mkfifo"):
        # Somebody has to hold the other end, or opening it would wait.
        end = os.open(path, os.O_RDWR)
        with pytest.raises(DataError, match="not a file"):
            Integrity(path).result()
        os.close(end)


def test_a_file_that_is_written_to_while_it_is_hashed(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy_of(small, tmp_path)
    plain = os.fstat
    seen: list[int] = []

    def fstat(number: int) -> os.stat_result:
        status = plain(number)
        seen.append(number)
        if len(seen) == 1:
            os.utime(path, (1, 1))
        return status

    monkeypatch.setattr(os, "fstat", fstat)
    with pytest.raises(DataError, match="written to while they were read"):
        Integrity(path).result()


def test_a_file_that_is_replaced_or_removed_after_it_was_hashed(small: Path, tmp_path: Path) -> None:
    path = copy_of(small, tmp_path)
    running = Integrity(path)
    running.result()
    os.utime(path, (1, 1))
    with pytest.raises(DataError, match="were replaced or written to while they were in use"):
        running.result()
    path.unlink()
    with pytest.raises(DataError, match="the zone data cannot be read: No such file"):
        running.result()


def test_a_damaged_file(small: Path, tmp_path: Path) -> None:
    path = copy_of(small, tmp_path)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(DataError, match="not what their manifest declares"):
        Integrity(path).result()


GOOD = "version: 2026.1\nsha256: " + "a" * 64 + "\ncontent_sha256: " + "b" * 64 + "\n"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b"version: 2026.1\n", "the manifest lacks sha256, content_sha256"),
        (GOOD.replace("a" * 64, "a" * 63).encode(), "the manifest is damaged: sha256"),
        (b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_manifests_that_declare_nothing(text: bytes, match: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_bytes(text)
    with pytest.raises(DataError, match=match):
        declared_identity(path)


def test_the_first_word_of_a_manifest_counts(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    with pytest.raises(DataError, match="the manifest cannot be read"):
        declared_identity(path)
    path.write_text("# head\nversion: '2026.1'\nversion: 2027.1\n" + GOOD, encoding="utf-8")
    assert declared_identity(path)["version"] == "2026.1"


def test_no_answer_leaves_a_block_over_damaged_data(small: Path, tmp_path: Path) -> None:
    """Damage can make the block fail in any way; what is told is the damage, and errors of ours as they are."""
    with intact(small) as running:
        assert running.result()["sha256"]
    with pytest.raises(ZeroDivisionError), intact(small):
        raise ZeroDivisionError
    with pytest.raises(InputError, match="mine"), intact(small):
        raise InputError("mine")
    path = copy_of(small, tmp_path)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DataError, match="not what their manifest declares"), intact(path):
        pass
    with pytest.raises(DataError, match="not what their manifest declares"), intact(path):
        raise ZeroDivisionError
