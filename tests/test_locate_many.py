"""Many positions at once get the answers that each alone would get, on the shipped zones."""

from __future__ import annotations

import datetime as dt
import json
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import seajuris
from seajuris import Position, locate_frame, locate_many
from seajuris.api import zone_file
from seajuris.batch.locator import FEW, Locator, locator_for
from seajuris.batch.many import Answers
from seajuris.errors import InputError, PositionError
from seajuris.place import Place
from seajuris.zones.cells import cache
from seajuris.zones.cells import index as cells
from seajuris.zones.cells.index import MARGIN_M, NO_CLASS, CellIndex, look_up
from seajuris.zones.locate import Answer, answer_at
from seajuris.zones.store import geometries, zones_in

DAY = dt.date(2023, 6, 14)
DAYS = np.array(["2023-06-14", "1975-03-03", "1994-11-16", "2005-05-05", "2011-01-01", "2026-01-01"], "datetime64[D]")


@pytest.fixture(scope="module")
def index() -> CellIndex:
    locator_for(zone_file(None)).answers(np.zeros(FEW), np.zeros(FEW), 1.0, DAY)
    kept = locator_for(zone_file(None))._index
    assert kept is not None
    return kept


def anywhere(count: int, seed: int) -> tuple[Any, Any]:
    """Positions spread evenly over the globe."""
    rng = np.random.default_rng(seed)
    return rng.uniform(-180, 180, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))


def near_lines(index: CellIndex, count: int, seed: int, spread_m: float = 3000.0) -> tuple[Any, Any]:
    """Positions close to lines where zones change: coasts, limits, lines between States."""
    rng = np.random.default_rng(seed)
    ends = index.ends[rng.integers(0, len(index.ends), count)]
    share = rng.uniform(0, 1, count)
    # From a metre to some kilometres, every order of magnitude alike.
    away = np.exp(rng.uniform(0, np.log(spread_m), count)) * rng.choice([-1, 1], count) / 111_000
    turn = rng.uniform(0, 2 * np.pi, count)
    lat = ends[:, 1] + share * (ends[:, 3] - ends[:, 1]) + away * np.sin(turn)
    lat = np.clip(lat, -89.99, 89.99)
    lon = ends[:, 0] + share * (ends[:, 2] - ends[:, 0]) + away * np.cos(turn) / np.cos(np.radians(lat))
    return (lon + 180) % 360 - 180, lat


def alone(lon: float, lat: float, radius: float, day: dt.date) -> Answer:
    return answer_at(lon, lat, radius, day, zones_in(zone_file(None)))


def said(place: Place) -> Answer:
    """What an answer says of a place: all but what bounds the zones, which needs distances."""
    zones = tuple(replace(z, delimitation=None) for z in place.zones)
    return Answer(zones, place.criminal_law_regime, place.verdict)


def plain(answer: Answer) -> Answer:
    return replace(answer, zones=tuple(replace(z, delimitation=None) for z in answer.zones))


# --- The same answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spread", ["anywhere", "near lines"])
def test_answers_are_those_of_locate(index: CellIndex, spread: str) -> None:
    lon, lat = anywhere(40, 1) if spread == "anywhere" else near_lines(index, 60, 2)
    found = locate_many(lon, lat, on=DAY)
    for at in range(len(lon)):
        place = seajuris.locate(Position.from_degrees(float(lat[at]), float(lon[at])), on=DAY)
        assert plain(found[at]) == said(place), (lon[at], lat[at])


def test_answers_on_many_days_with_many_radii(index: CellIndex) -> None:
    rng = np.random.default_rng(3)
    lon, lat = near_lines(index, 1200, 3)
    on = rng.choice(DAYS, 1200)
    radius = np.exp(rng.uniform(0, np.log(30_000), 1200))
    found = locate_many(lon, lat, on=on, accuracy_m=radius)
    for at in range(1200):
        expected = alone(float(lon[at]), float(lat[at]), float(radius[at]), on[at].item())
        assert found[at] == expected, (lon[at], lat[at], radius[at], on[at])


def test_limits_at_the_edge_of_their_accuracy(index: CellIndex) -> None:
    """Positions that a limit comes as near to as its accuracy and the uncertainty allow, give or take a metre."""
    from geographiclib.geodesic import Geodesic

    rng = np.random.default_rng(11)
    accuracy = [float(row["accuracy_m"] or 0.0) for row in zones_in(zone_file(None)).every("limits", geometry=False)]
    lon, lat = np.empty(400), np.empty(400)
    for at, edge in enumerate(rng.integers(0, len(index.limit_ends), 400)):
        x1, y1, x2, y2 = index.limit_ends[edge]
        line = Geodesic.WGS84.Inverse(y1, x1, y2, x2)
        middle = Geodesic.WGS84.Direct(y1, x1, line["azi1"], line["s12"] / 2)
        away = accuracy[index.limit_row[edge]] + 1.0 + rng.normal(0, 0.3)
        there = Geodesic.WGS84.Direct(middle["lat2"], middle["lon2"], middle["azi2"] + rng.choice([-90, 90]), away)
        lon[at], lat[at] = there["lon2"], there["lat2"]
    found = locate_many(lon, lat, on=DAY)
    verdicts = set()
    for at in range(400):
        assert found[at] == alone(float(lon[at]), float(lat[at]), 1.0, DAY), (lon[at], lat[at])
        verdicts.add(found[at].verdict)
    assert {"near_line", "robust"} <= verdicts


def test_the_index_knows_most_positions(index: CellIndex) -> None:
    limits = locator_for(zone_file(None))._limits_on(DAY)
    lon, lat = anywhere(100_000, 4)
    assert np.mean(look_up(index, lon, lat, 1.0, limits).classes == NO_CLASS) < 2e-4
    lon, lat = near_lines(index, 100_000, 4, spread_m=20_000)
    assert np.mean(look_up(index, lon, lat, 1.0, limits).classes == NO_CLASS) < 0.08
    # A circle wider than the margin has to fit into the cells around it, but far from lines it does.
    lon, lat = anywhere(100_000, 5)
    assert np.mean(look_up(index, lon, lat, 10 * MARGIN_M, limits).classes == NO_CLASS) < 0.05


def test_classes_are_the_pieces_that_contain_the_position(index: CellIndex) -> None:
    """Against the polygons themselves, by a library's index and predicate."""
    rows = list(zones_in(zone_file(None)).every("zones"))
    pieces = geometries([row.blob for row in rows])
    numbers: dict[tuple[Any, ...], int] = {}
    kinds = np.array([numbers.setdefault(tuple(row.values.values()), len(numbers)) for row in rows])
    tree = shapely.STRtree(pieces)
    limits = locator_for(zone_file(None))._limits_on(DAY)
    for lon, lat in (anywhere(20_000, 6), near_lines(index, 30_000, 7)):
        classes = look_up(index, lon, lat, 1.0, limits).classes
        point, piece = tree.query(shapely.points(lon, lat), predicate="intersects")
        inside: list[set[int]] = [set() for _ in lon]
        for at, kind in zip(point.tolist(), kinds[piece].tolist(), strict=True):
            inside[at].add(kind)
        known = np.flatnonzero(classes != NO_CLASS)
        assert len(known) > 0.9 * len(lon)
        for at in known.tolist():
            number = classes[at]
            members = index.class_kind[index.class_start[number] : index.class_start[number + 1]]
            assert inside[at] == set(members.tolist()), (lon[at], lat[at])


@pytest.mark.parametrize("radius_m", [20.0, 2000.0])
def test_crowds_where_a_coast_has_most_edges(
    index: CellIndex, radius_m: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crowd in one harbour takes no more memory than positions all over the world, and is answered alike."""
    cell = int(np.diff(index.limit_start).argmax())
    edges = index.limit_edge[index.limit_start[cell] : index.limit_start[cell + 1]]
    assert len(edges) > 300
    rng = np.random.default_rng(5)
    lon, lat = (index.limit_ends[edges, axis].mean() + rng.normal(0, 0.01, 8000) for axis in (0, 1))
    limits = locator_for(zone_file(None))._limits_on(DAY)
    tracemalloc.start()
    found = look_up(index, lon, lat, radius_m, limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 150e6
    for most in (1, 5_000):
        monkeypatch.setattr(cells, "_MOST_PAIRS", most)
        again = look_up(index, lon[:300], lat[:300], radius_m, limits)
        assert (again.classes == found.classes[:300]).all() and (again.near == found.near[:300]).all()


def test_rare_places(index: CellIndex) -> None:
    places = [(-180.0, 0.0), (179.9999999, -17.0), (-179.9999999, 66.0), (0.0, 90.0), (13.0, -90.0), (77.0, 89.95)]
    places += [(-180.0, 71.0), (25.0, 36.25), (50.0, 42.0), (12.0, 35.5), (0.0, 0.0), (-25.0, -75.0)]
    for radius in (1.0, 90.0, 2_000.0, 50_000.0):
        found = locate_many(*zip(*places, strict=True), on=DAY, accuracy_m=radius)
        for at, (x, y) in enumerate(places):
            assert found[at] == alone(x, y, radius, DAY), (x, y, radius)


def test_longitude_180_is_the_same_meridian_from_both_sides(index: CellIndex) -> None:
    lat = np.linspace(-80, 80, FEW)
    east = locate_many(np.full(FEW, 180.0), lat, on=DAY)
    west = locate_many(np.full(FEW, -180.0), lat, on=DAY)
    assert list(east) == list(west)


# --- Whole places ---------------------------------------------------------------------------------------------------


def test_places_are_those_of_locate_to_the_byte(index: CellIndex) -> None:
    rng = np.random.default_rng(8)
    far, close = anywhere(40, 9), near_lines(index, 80, 10)
    lon, lat = np.concatenate((far[0], close[0])), np.concatenate((far[1], close[1]))
    accuracies = [None, 30.0, 500.0, 1852.0]
    positions = [
        Position.from_degrees(float(y), float(x), accuracies[rng.integers(4)]) for x, y in zip(lon, lat, strict=True)
    ]
    days = [None if at % 7 == 0 else rng.choice(DAYS).item() for at in range(len(positions))]
    for place, position, day in zip(locator_for(zone_file(None)).places(positions, days), positions, days, strict=True):
        one = seajuris.locate(position, on=day)
        assert json.dumps(place.to_dict()) == json.dumps(one.to_dict()), position
        assert place.reachable == one.reachable


# --- What is handed in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lon", "lat", "told", "fault"),
    [
        ([21.0, 36.0], [36.0, 121.0], {}, "position 1: latitude 121.0"),
        ([21.0, np.nan], [36.0, 36.0], {}, "position 1: latitude 36.0, longitude nan"),
        ([21.0, 181.0], [36.0, 36.0], {}, "longitude 181.0"),
        ([21.0, np.inf], [36.0, 36.0], {}, "longitude inf"),
        ([21.0], [36.0, 36.0], {}, "have the shape"),
        ([21.0], [36.0], {"accuracy_m": [-1.0]}, "accuracy of position 0"),
        ([21.0], [36.0], {"accuracy_m": np.nan}, "accuracy of position 0"),
        ([21.0], [36.0], {"accuracy_m": [1.0, 2.0]}, "accuracies have the shape"),
        ([21.0], [36.0], {"on": "14.06.2023"}, "is not a day"),
        ([21.0], [36.0], {"on": "2199-01-01"}, "lies in the future"),
        ([21.0], [36.0], {"on": ["2199-01-01"]}, "lies in the future"),
        ([21.0], [36.0], {"on": ["NaT"]}, "position 0 has no day"),
        ([21.0], [36.0], {"on": ["yesterday"]}, "a day cannot be read"),
        ([21.0], [36.0], {"on": ["2023-01-01", "2023-01-01"]}, "days have the shape"),
    ],
)
def test_what_cannot_be_used_is_refused(lon: Any, lat: Any, told: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        locate_many(lon, lat, **{"on": DAY, **told})


def test_a_swapped_latitude_is_named() -> None:
    with pytest.raises(PositionError) as caught:
        locate_many([36.0], [121.0], on=DAY)
    assert "swapped" in str(caught.value.hint)


def test_nothing_in_nothing_out() -> None:
    found = locate_many([], [], on=DAY)
    assert len(found) == 0
    assert list(found) == []
    assert len(locate_many([], [], on=np.array([], dtype="datetime64[D]"))) == 0


def test_answers_can_be_read_one_by_one_or_as_a_whole() -> None:
    found: Answers = locate_many([21.06, 12.6, 21.06], [36.25, 35.5, 36.25], on=DAY)
    assert [answer.criminal_law_regime for answer in found] == found.each(lambda answer: answer.criminal_law_regime)
    assert found[0] is found[2]
    assert found.provenance["zones"]["sha256"]


def test_frame(index: CellIndex) -> None:
    import geopandas as gpd

    points = gpd.points_from_xy([21.0667, 12.6, 2.0], [36.25, 35.5, 51.0])
    frame = gpd.GeoDataFrame({"name": ["Pylos", "Lampedusa", "Calais"]}, geometry=points, crs=4326)
    found = locate_frame(frame, on=DAY)
    assert list(found["name"]) == list(frame["name"])
    assert "sj_zones" not in frame
    assert found["sj_states"].tolist() == ["", "ITA", "FRA"]
    assert found["sj_zones"].dtype == "category"
    other = locate_frame(frame.to_crs(3035), on=DAY)
    assert other["sj_zones"].tolist() == found["sj_zones"].tolist()
    assert other.crs == 3035
    with pytest.raises(InputError, match="no coordinate reference system"):
        locate_frame(frame.set_crs(None, allow_override=True), on=DAY)
    with pytest.raises(InputError, match="is no point"):
        locate_frame(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326), on=DAY)
    assert len(locate_frame(frame.iloc[:0], on=DAY)) == 0


# --- The index on disk ----------------------------------------------------------------------------------------------


def test_a_damaged_index_is_not_used(index: CellIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAJURIS_CACHE", str(tmp_path))
    path = cache._kept("0" * 64)
    assert path is not None
    assert cache.kept_index("0" * 64) is None
    cache._write(path, index)
    kept = cache.kept_index("0" * 64)
    assert kept is not None
    assert all(np.array_equal(getattr(kept, name), getattr(index, name)) for name in CellIndex.__slots__)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    assert cache.kept_index("0" * 64) is None
    path.write_bytes(whole[:middle])
    assert cache.kept_index("0" * 64) is None
    assert cache.kept_index("1" * 64) is None, "the index of other data"


def test_old_indexes_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAJURIS_CACHE", str(tmp_path))
    nothing: list[Any] = [np.zeros(1)] * len(CellIndex.__slots__)
    small = CellIndex(*nothing)
    for number in range(5):
        path = cache._kept(str(number) * 64)
        assert path is not None
        cache._write(path, small)
        os.utime(path, (number, number))
    assert sorted(file.name[6] for file in tmp_path.iterdir()) == ["2", "3", "4"]
    assert cache.kept_index("4" * 64) is not None


def test_nothing_is_kept_where_that_is_not_wanted(
    index: CellIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAJURIS_CACHE", "")
    assert cache._kept("0" * 64) is None
    # A folder that cannot be made is no fault: the index is built again the next time.
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEAJURIS_CACHE", str(tmp_path / "file"))
    path = cache._kept("0" * 64)
    assert path is not None
    cache._write(path, index)
    assert not path.exists()


def test_few_positions_do_without_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAJURIS_CACHE", str(tmp_path))
    locator = Locator(zone_file(None))
    number, distinct = locator.answers(np.array([21.0667]), np.array([36.25]), 1.0, DAY)
    assert distinct[number[0]].criminal_law_regime == "high_seas"
    assert locator._index is None
    assert not list(tmp_path.iterdir())
