"""Placing positions against a plain search through every polygon, without index; differences are listed.

    python benchmarks/differential.py            # 10,000 points
    python benchmarks/differential.py -n 2000

Exit code 1 if a point differs. A point within a millimetre of a seam may lie in two pieces; both ways count it in both.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import seajuris
from seajuris.position import Position
from test_locate_differential import DAYS, Layer, holds, layer, zones_of


def points(count: int, zones: Layer) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Half of the points anywhere, half near the corners of zones, where limits are."""
    random = np.random.default_rng(1982)
    half = count // 2
    lon = random.uniform(-180, 180, half)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, half)))
    corners = shapely.get_coordinates(zones.shapes)
    near = corners[random.integers(0, len(corners), count - half)] + random.normal(0, 0.05, (count - half, 2))
    found = np.vstack((np.column_stack((lon, lat)), near))
    return np.asarray(np.clip(found, (-180, -90), (180, 90)), dtype=np.float64)


def plain(zones: Layer, where: np.ndarray[Any, np.dtype[np.float64]]) -> list[list[int]]:
    """For each point the rows of all polygons that contain it: every polygon is asked."""
    here: list[list[int]] = [[] for _ in where]
    bounds = shapely.bounds(zones.shapes)
    x, y = where.T
    for index, (west, south, east, north) in enumerate(bounds):
        candidates = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        if len(candidates):
            hit = shapely.intersects_xy(zones.shapes[index], x[candidates], y[candidates])
            for point in candidates[hit]:
                here[int(point)].append(index)
    return here


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-n", type=int, default=10_000, help="points (default 10000)")
    options = parser.parse_args()
    zones = layer("zones")
    where = points(options.n, zones)
    began = time.monotonic()
    rows = plain(zones, where)
    searched = time.monotonic() - began
    different = 0
    began = time.monotonic()
    for number, ((lon, lat), hits) in enumerate(zip(where, rows, strict=True)):
        day = DAYS[number % len(DAYS)]
        place = seajuris.locate(Position.from_degrees(lat, lon, 0.0), on=day)
        told = {(z.zone, z.state, z.territory, z.claim, z.dispute) for z in place.zones if z.at_position}
        expected = zones_of([zones.rows[i] for i in hits if holds(zones.rows[i], day, "valid")], day)
        if told != expected:
            different += 1
            print(f"{lat:.6f} {lon:.6f} {day}: {sorted(map(str, told ^ expected))}")
    print(
        f"{options.n} points, {different} differences ({searched:.0f} s plain, {time.monotonic() - began:.0f} s locate)"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
