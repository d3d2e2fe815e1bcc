"""Many positions at once against what other libraries offer, in one run on the same million points.

    python benchmarks/batch.py [--points 1000000] [--only uniform]

Two sets of points: spread evenly over the sea, and close to the lines where zones change. Every way has to find the
same zones; points for which it does not are counted. What takes long only once (reading the file, building trees, the
cell index) is timed apart. The rates go into benchmarks/results/batch.json.

DuckDB takes part if `duckdb` and its packed extension `duckdb-extension-spatial` are installed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import importlib.util
import os
import platform
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from results import record

import seajuris
from seajuris.api import zone_file
from seajuris.batch.locator import FEW, locator_for
from seajuris.zones.locate import answer_throughout, throughout
from seajuris.zones.store import Row, geometries, zones_in

DAY = dt.date(2023, 6, 14)
SPREAD_NM = 5.0
Pairs = tuple[Any, Any]


def uniform(count: int, rng: np.random.Generator) -> Pairs:
    """Points spread evenly over the sea."""
    lon, lat = np.empty(0), np.empty(0)
    while len(lon) < count:
        x, y = rng.uniform(-180, 180, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
        answers = seajuris.locate_many(x, y, on=DAY)
        dry = np.array([any(zone.zone == "land" for zone in answer.zones) for answer in answers.distinct])
        wet = ~dry[answers.number]
        lon, lat = np.append(lon, x[wet]), np.append(lat, y[wet])
    return lon[:count], lat[:count]


def clustered(count: int, rng: np.random.Generator) -> Pairs:
    """Points around coasts, limits and lines between States, normally spread."""
    index = locator_for(zone_file(None))._index
    assert index is not None
    ends = index.ends[rng.integers(0, len(index.ends), count)]
    share = rng.uniform(0, 1, count)
    lat = ends[:, 1] + share * (ends[:, 3] - ends[:, 1]) + rng.normal(0, SPREAD_NM / 60, count)
    lat = np.clip(lat, -89.99, 89.99)
    lon = ends[:, 0] + share * (ends[:, 2] - ends[:, 0])
    lon += rng.normal(0, SPREAD_NM / 60, count) / np.cos(np.radians(lat))
    return (lon + 180) % 360 - 180, lat


class Zones:
    """The shipped zones as the other libraries take them."""

    def __init__(self) -> None:
        self.rows = list(zones_in(zone_file(None)).every("zones"))
        self.pieces = geometries([row.blob for row in self.rows])
        self.frame = gpd.GeoDataFrame(geometry=self.pieces, crs=4326)
        self.tree = shapely.STRtree(self.pieces)
        self.prepared = self.pieces.copy()
        shapely.prepare(self.prepared)


def ways(zones: Zones) -> Iterator[tuple[str, Callable[[Any, Any, Any], Pairs]]]:
    """Ways to find the pieces that contain points: each takes longitudes, latitudes and the points as a frame."""

    def sjoin(predicate: str) -> Callable[[Any, Any, Any], Pairs]:
        def way(lon: Any, lat: Any, points: Any) -> Pairs:
            joined = gpd.sjoin(points, zones.frame, predicate=predicate)
            return joined.index.to_numpy(), joined["index_right"].to_numpy()

        return way

    def turned(lon: Any, lat: Any, points: Any) -> Pairs:
        joined = gpd.sjoin(zones.frame, points, predicate="intersects")
        return joined["index_right"].to_numpy(), joined.index.to_numpy()

    def bulk(lon: Any, lat: Any, points: Any) -> Pairs:
        point, piece = zones.tree.query(points.geometry.array, predicate="intersects")
        return point, piece

    def bulk_turned(lon: Any, lat: Any, points: Any) -> Pairs:
        piece, point = shapely.STRtree(points.geometry.array).query(zones.pieces, predicate="intersects")
        return point, piece

    def prepared(lon: Any, lat: Any, points: Any) -> Pairs:
        point, piece = zones.tree.query(points.geometry.array)
        inside = shapely.intersects_xy(zones.prepared[piece], lon[point], lat[point])
        return point[inside], piece[inside]

    yield "geopandas sjoin, default", sjoin("intersects")
    yield "geopandas sjoin, within", sjoin("within")
    yield "geopandas sjoin, turned round", turned
    yield "shapely STRtree, bulk", bulk
    yield "shapely STRtree, bulk, turned round", bulk_turned
    yield "shapely STRtree and prepared pieces", prepared
    if importlib.util.find_spec("duckdb") and importlib.util.find_spec("duckdb_extension_spatial"):
        yield "DuckDB spatial join", duckdb_way(zones)


def duckdb_way(zones: Zones) -> Callable[[Any, Any, Any], Pairs]:
    """DuckDB's spatial join, with its R-tree over the zones."""
    import duckdb
    import pyarrow as pa
    from duckdb_extensions import import_extension

    import_extension("spatial")
    base = duckdb.connect()
    base.execute("LOAD spatial")
    pieces = pa.table({"piece": np.arange(len(zones.pieces)), "wkb": shapely.to_wkb(zones.pieces)})
    base.register("pieces", pieces)
    base.execute("CREATE TABLE zones AS SELECT piece, ST_GeomFromWKB(wkb) AS geom FROM pieces")

    def way(lon: Any, lat: Any, points: Any) -> Pairs:
        base.register("told", pa.table({"point": np.arange(len(lon)), "lon": lon, "lat": lat}))
        found = base.execute(
            "SELECT point, piece FROM (SELECT point, ST_Point(lon, lat) AS place FROM told) JOIN zones"
            " ON ST_Intersects(zones.geom, place)"
        ).fetchnumpy()
        return found["point"], found["piece"]

    return way


def differences(zones: Zones, answers: seajuris.Answers, point: Any, piece: Any) -> tuple[int, int]:
    """Points whose zones are others than ours, and points within their uncertainty of a line.

    For those we name the zones on both sides of the line; those of the other way have to be among them.
    """
    order = np.lexsort((piece, point))
    point, piece = point[order], piece[order]
    begin = np.searchsorted(point, np.arange(len(answers) + 1))
    seen: dict[tuple[int, ...], frozenset[Any]] = {}
    kind = kinds(zones.rows)
    wrong = close = 0
    for at, answer in enumerate(answers):
        pieces = piece[begin[at] : begin[at + 1]]
        key = tuple(sorted(set(kind[pieces].tolist())))
        if key not in seen:
            rows = [zones.rows[number] for number in sorted(pieces)]
            found = answer_throughout(throughout(rows, DAY), near_line=False)
            seen[key] = frozenset((z.zone, z.state, z.territory, z.claim) for z in found.zones)
        ours = frozenset((z.zone, z.state, z.territory, z.claim) for z in answer.zones)
        if answer.verdict == "undetermined" and seen[key] != ours:
            close += 1
            wrong += not seen[key] <= ours
        else:
            wrong += seen[key] != ours
    return wrong, close


def kinds(rows: list[Row]) -> Any:
    """A number for each row, the same for rows with the same attributes."""
    numbers: dict[tuple[Any, ...], int] = {}
    return np.array([numbers.setdefault(tuple(row.values.values()), len(numbers)) for row in rows])


def timed(run: Callable[[], Any], times: int) -> tuple[float, Any]:
    """The shortest of some runs, seconds, and the outcome of the last."""
    best, result = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        best = min(best, time.perf_counter() - start)
    return best, result


def distances(count: int, rng: np.random.Generator) -> dict[str, float]:
    """Whole places with all distances: at once, and one by one."""
    lon, lat = clustered(max(count, FEW), rng)
    positions = [seajuris.Position.from_degrees(float(y), float(x)) for x, y in zip(lon, lat, strict=True)]
    locator = locator_for(zone_file(None))
    locator.places(positions[:FEW], [DAY] * FEW)  # the lines are read once
    some = positions[: count // 40]
    single, one = timed(lambda: [seajuris.locate(position, on=DAY) for position in some], 1)
    at_once, many = timed(lambda: locator.places(positions, [DAY] * len(positions)), 2)
    wrong = sum(a.to_dict() != b.to_dict() for a, b in zip(one, many, strict=False))
    rates = {"one_by_one_per_s": len(some) / single, "at_once_per_s": len(positions) / at_once}
    ratio = rates["at_once_per_s"] / rates["one_by_one_per_s"]
    print(f"\nwith distances: {rates['at_once_per_s']:,.0f} /s, one by one {rates['one_by_one_per_s']:,.0f} /s: "
          f"{ratio:.1f} times; differences {wrong} of {len(some)}")  # fmt: skip
    return {**rates, "ratio": ratio, "compared": len(some), "differences": wrong}


def main() -> None:
    """Time all ways on the same points."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--distances", type=int, default=20_000, help="positions of which everything is measured")
    parser.add_argument("--only", choices=["uniform", "clustered"])
    told = parser.parse_args()
    rng = np.random.default_rng(20231)
    start = time.perf_counter()
    seajuris.locate_many(np.zeros(FEW), np.zeros(FEW), on=DAY)
    print(f"cell index ready in {time.perf_counter() - start:.1f} s")
    zones = Zones()
    # What was loaded for the others must not be searched for garbage while ours runs, or the other way round.
    gc.collect()
    gc.freeze()
    outcome: dict[str, Any] = {
        "points": told.points,
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "sets": {},
    }
    for name, make in (("uniform", uniform), ("clustered", clustered)):
        if told.only not in (None, name):
            continue
        lon, lat = make(told.points, rng)
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
        seconds, answers = timed(partial(seajuris.locate_many, lon, lat, on=DAY), told.times)
        ours = told.points / seconds
        print(f"\n{name}: {told.points:,} points\n  {'seajuris.locate_many':40} {ours:12,.0f} /s")
        others: dict[str, Any] = {}
        for title, way in ways(zones):
            seconds, (point, piece) = timed(partial(way, lon, lat, points), told.times)
            rate = told.points / seconds
            wrong, close = differences(zones, answers, np.asarray(point), np.asarray(piece))
            others[title] = {"per_s": rate, "ratio": ours / rate, "differences": wrong, "within_uncertainty": close}
            print(f"  {title:40} {rate:12,.0f} /s  {ours / rate:7.1f} times  differences {wrong} ({close} at a line)")
        outcome["sets"][name] = {"ours_per_s": ours, "others": others}
    outcome["distances"] = distances(told.distances, rng)
    record("batch", outcome)


if __name__ == "__main__":
    main()
