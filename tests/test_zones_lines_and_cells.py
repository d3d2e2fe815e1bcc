"""Nearest lines and the index of cells where there is nothing, nothing near, or nowhere to keep it."""

from __future__ import annotations

import sqlite3
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import shapely

from seajuris.zones import database
from seajuris.zones.cells import build, cache, edges
from seajuris.zones.cells.index import COARSE, FINE, NO_CLASS, PER_COARSE, CellIndex, LimitRows, look_up
from seajuris.zones.lines import Lines
from seajuris.zones.store import Row, ZoneStore, geometries

NOTHING = np.empty(0)
LINE = np.array([[20.029, 36.5], [20.03, 36.5], [20.031, 36.5]])


def nearest(lon: list[float], lat: list[float], reach_m: float) -> list[int]:
    found = Lines([LINE], [0]).nearest(np.array(lon), np.array(lat), np.array([True]), reach_m)
    assert len(found.point) == len(found.line) == len(found.distance_m)
    return [int(point) for point in found.point]


def test_no_position_and_no_line_within_reach() -> None:
    assert nearest([], [], 1000.0) == []
    assert nearest([-40.0], [10.0], 1000.0) == []
    assert nearest([20.03], [36.5], 1000.0) == [0]
    assert nearest([19.8, 20.03], [36.4, 36.4], 20_000.0) == [1]
    # Two positions that are looked at together: the line is nearer to the middle of both than either of them is.
    assert nearest([20.005, 20.055], [36.485, 36.485], 500.0) == []
    assert nearest([20.005, 20.055], [36.485, 36.485], 3000.0) == [0, 1]


def test_edges_of_nothing() -> None:
    ends, gain = np.empty((0, 4)), np.empty(0, dtype=np.uint64)
    for left, of in (edges._netted(ends, gain), edges._cut_at_corners(ends, gain, 0)):
        assert (len(left), len(of)) == (0, 0)
    left, numbers = build._limit_edges([])
    assert (left.shape, len(numbers)) == ((0, 4), 0)


def test_a_cell_in_two_rows_of_one_zone_has_no_class() -> None:
    """Which of the two would speak for the zone depends on the position."""
    cell = np.array([130 * FINE * 360 * FINE + 200 * FINE])
    pieces = np.array([shapely.box(10, 30, 30, 50), shapely.box(15, 35, 25, 45)])
    token = np.array([3, 5], dtype=np.uint64)
    sums = np.array([np.sum(np.append(token, edges.NOWHERE), dtype=np.uint64)])
    for keys, known in (([("a",), ("a",)], 1), ([("a",), ("b",)], 2)):
        classes, start, kinds = build._classes(sums, cell, pieces, np.array([0, 1]), token, keys)
        assert len(classes) == known
        assert len(start) == known + 1
        assert kinds.tolist() == [0, 1][: 2 * (known - 1)]
    # A sum that is not that of what lies there means nothing.
    classes, _, kinds = build._classes(sums + np.uint64(1), cell, pieces, np.array([0, 1]), token, [("a",), ("b",)])
    assert (len(classes), len(kinds)) == (1, 0)


def index(**given: Any) -> CellIndex:
    arrays: dict[str, Any] = {field.name: np.empty(0, dtype=np.int32) for field in fields(CellIndex)}
    arrays["coarse"] = np.full((180 * COARSE + 1, 360 * COARSE + 1), -1, dtype=np.int32)
    arrays["fine"] = np.full((1, PER_COARSE, PER_COARSE), 7, dtype=np.int32)
    return CellIndex(**{**arrays, **given})


def test_a_fine_cell_that_no_line_crosses() -> None:
    found = look_up(index(), np.array([20.0]), np.array([36.0]), 10.0, LimitRows(NOTHING, np.empty(0, dtype=np.bool_)))
    assert (found.classes.tolist(), found.near.tolist()) == ([7], [False])


# --- Where the index is kept --------------------------------------------------------------------------------------


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> CellIndex:
    one = index()
    monkeypatch.setattr(build, "build", lambda store: one)
    return one


def test_it_is_kept_where_the_system_keeps_such_things(
    built: CellIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    monkeypatch.delenv("SEAJURIS_CACHE", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    store: Any = None
    assert cache.new_index(store, "0" * 64) is built
    (file,) = (tmp_path / "cache").iterdir()
    assert file.suffix == ".npz"
    assert cache.kept_index("0" * 64) is not None


def test_it_is_kept_nowhere_if_that_is_wanted(
    built: CellIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEAJURIS_CACHE", "")
    store: Any = None
    assert cache.new_index(store, "0" * 64) is built
    assert cache.kept_index("0" * 64) is None
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_leaves_nothing_behind(
    built: CellIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAJURIS_CACHE", str(tmp_path))
    path = cache._kept("0" * 64)
    assert path is not None
    path.mkdir()
    store: Any = None
    assert cache.new_index(store, "0" * 64) is built
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


# --- Databases ----------------------------------------------------------------------------------------------------


def test_a_table_whose_name_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "zones.gpkg"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA application_id = 0x47504B47")
        made.execute("CREATE TABLE zzzzzzzz (a)")
    made.close()
    named = path.read_bytes().replace(b"zzzzzzzz", b"zz\xff\xfe\xffzzz")
    path.write_bytes(named)
    with pytest.raises(sqlite3.Error, match="UTF-8"):
        database.connect(path)
    # SQLite repeats the name in a message of its own, which then is no text either.
    path.write_bytes(named.replace(b"CREATE TABLE", b"CREATE TXBLE"))
    with pytest.raises(database.UnsafeDatabaseError, match="not UTF-8"):
        database.connect(path)


# --- An index of a few zones --------------------------------------------------------------------------------------

HEADER = b"GP\x00\x01\x00\x00\x00\x00"
NULLS = dict.fromkeys(
    ("dispute", "instrument", "proclaimed_from", "proclaimed_to", "valid_from", "valid_to", "other_state", "boundary")
)


def _blob(shape: shapely.Geometry) -> bytes:
    return HEADER + bytes(shapely.to_wkb(shape))


def piece(zone: str, state: str | None, west: float, south: float, east: float, north: float) -> Row:
    values = {**NULLS, "zone": zone, "state": state, "territory": state, "claim": "proclaimed", "accuracy_m": 150.0}
    return Row({**values, "source": "s", "confidence": "verified"}, _blob(shapely.box(west, south, east, north)))


def limit(lon: float) -> Row:
    values = {**NULLS, "limit": "territorial_sea", "state": "GRC", "territory": "GRC", "kind": "envelope"}
    line = shapely.LineString([(lon, 0.0), (lon, 0.3), (lon, 1.0)])
    return Row({**values, "accuracy_m": 150.0}, _blob(line))


class Store:
    """A store that holds what it is given."""

    def __init__(self, **layers: list[Row]) -> None:
        self.layers = layers

    def every(self, layer: str) -> list[Row]:
        return self.layers.get(layer, [])


ZONES = [
    piece("territorial_sea", "GRC", 0.0, 0.0, 1.01, 1.0),
    piece("exclusive_economic_zone", "GRC", 1.01, 0.0, 1.5, 1.0),
    piece("exclusive_economic_zone", "GRC", 1.5, 0.0, 2.0, 1.0),
    piece("exclusive_economic_zone", "ITA", 1.3, 0.4, 1.8, 0.9),
    piece("high_seas", None, -1.0, 0.0, 0.0, 1.0),
]


@pytest.mark.parametrize("limits", [[limit(1.01)], []], ids=["with a limit", "without limits"])
def test_the_class_of_a_position_is_what_lies_around_it(limits: list[Row]) -> None:
    made = build.build(cast(ZoneStore, Store(zones=ZONES, limits=limits)))
    chance = np.random.default_rng(5)
    lon, lat = chance.uniform(-1.2, 2.2, 3000), chance.uniform(-0.2, 1.2, 3000)
    on = LimitRows(np.full(len(limits), 150.0), np.full(len(limits), True))
    found = look_up(made, lon, lat, 10.0, on)
    pieces = geometries([row.blob for row in ZONES])
    known = 0
    for x, y, number, near in zip(lon, lat, found.classes.tolist(), found.near.tolist(), strict=True):
        point = shapely.Point(x, y)
        if number != NO_CLASS:
            known += 1
            kinds = made.class_kind[made.class_start[number] : made.class_start[number + 1]]
            told = {tuple(ZONES[row].values.items()) for row in made.kind_row[kinds]}
            assert told == {tuple(ZONES[at].values.items()) for at in np.flatnonzero(shapely.intersects(pieces, point))}
            metres = 111_195 * abs(x - 1.01)
            if 0 < y < 1 and abs(metres - 160) > 5:
                assert near is bool(limits and metres < 160)
    assert known > 2500
