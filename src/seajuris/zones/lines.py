"""The nearest lines of many positions at once, with the distances that `Origin.nearest` measures for each alone.

Lines are cut into short runs of edges, each in a ball. A run can hold the nearest point of its group only if its ball
comes nearer than the far side of every other ball of the group: few runs are left, and only their edges are measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seajuris.zones.measure import feet, geocentric

if TYPE_CHECKING:
    from seajuris.zones.measure import Floats

Ints = NDArray[np.int64]

_RUN = 8
"""Edges in a run."""
_SLACK_M = 2.0
"""More than the error of distances between balls."""
_CUBE_M = 200_000.0
"""Runs are kept by cubes of space of this side."""
_TILE = 2.0
"""Positions in a tile of so many degrees are measured together."""
_TOGETHER = 256


@dataclass(frozen=True, slots=True)
class NearestMany:
    """The nearest point of each group of lines within reach of each position, by position, then by group.

    Attributes:
        point: Number of the position, shape (n,), ascending.
        line: Number of the line that has the nearest point, shape (n,).
        distance_m: Geodesic distance, shape (n,), metres.
    """

    point: Ints
    line: Ints
    distance_m: Floats


class Lines:
    """Lines to which many positions are measured.

    Args:
        lines: Each of shape (n, 2), degrees, n >= 2.
        groups: The group of each line, counted from 0: of each group the nearest point is looked for.
    """

    def __init__(self, lines: Sequence[Floats], groups: Sequence[int]) -> None:
        edges = np.array([len(line) - 1 for line in lines], dtype=np.int64)
        runs = (edges + _RUN - 1) // _RUN
        line = np.repeat(np.arange(len(lines)), runs)
        part = np.arange(len(line)) - np.repeat(np.cumsum(runs) - runs, runs)
        offset = np.cumsum(edges + 1) - (edges + 1)
        self._lonlat = np.vstack(lines) if lines else np.empty((0, 2))
        self._xyz = geocentric(self._lonlat)
        # By group, and in a group in the order of the lines: of equally near points the first is taken.
        order = np.argsort(np.asarray(groups, dtype=np.int64)[line], kind="stable")
        self._line = line[order]
        self._group = np.asarray(groups, dtype=np.int64)[self._line]
        self._first = (offset[line] + part * _RUN)[order]
        self._edges = np.minimum(edges[line] - part * _RUN, _RUN)[order]
        corners = np.minimum(np.arange(_RUN + 1), self._edges[:, None]) + self._first[:, None]
        self._centre = (self._xyz[self._first] + self._xyz[self._first + self._edges]) / 2
        self._radius = (
            np.sqrt(((self._xyz[corners] - self._centre[:, None]) ** 2).sum(axis=2).max(axis=1))
            if len(self._line)
            else np.empty(0)
        )

        self._largest = float(self._radius.max(initial=0.0))
        self._cubes = _cubes(self._centre)

    def _around(self, middle: Floats, within_m: float) -> Ints:
        """Numbers of the runs whose balls come within so many metres of a point, ascending."""
        far = within_m + self._largest
        low, high = (np.floor((middle + way * far) / _CUBE_M).astype(int).tolist() for way in (-1, 1))
        spans = (range(first, last + 1) for first, last in zip(low, high, strict=True))
        parts = [self._cubes[cube] for cube in product(*spans) if cube in self._cubes]
        if not parts:
            return np.empty(0, dtype=np.int64)
        runs = np.concatenate(parts)
        away = self._centre[runs] - middle
        square = away[:, 0] ** 2 + away[:, 1] ** 2 + away[:, 2] ** 2
        return np.sort(runs[square <= (self._radius[runs] + within_m) ** 2])

    def nearest(self, lon: Floats, lat: Floats, counts: NDArray[np.bool_], reach_m: float) -> NearestMany:
        """The nearest point of each group for each position.

        Args:
            lon: degrees, shape (n,).
            lat: degrees, shape (n,).
            counts: Which lines count, shape (lines,).
            reach_m: Lines further away than this are left out.
        """
        found = [self._together(at, lon[at], lat[at], counts, reach_m) for at in _tiles(lon, lat)]
        if not found:
            return NearestMany(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        point, line, group, foot = (np.concatenate(part) for part in zip(*found, strict=True))
        distance = _geodesics(lon[point], lat[point], foot)
        kept = np.flatnonzero(distance <= reach_m)
        kept = kept[np.lexsort((group[kept], point[kept]))]
        return NearestMany(point[kept], line[kept], distance[kept])

    def _together(
        self, at: Ints, lon: Floats, lat: Floats, counts: NDArray[np.bool_], reach_m: float
    ) -> tuple[Ints, Ints, Ints, Floats]:
        """Position, line, group and nearest point (degrees) of positions that lie close together."""
        nothing = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 2)))
        origin = geocentric(np.column_stack((lon, lat)))
        middle = origin.mean(axis=0)
        around = float(np.sqrt(((origin - middle) ** 2).sum(axis=1).max())) + reach_m + _SLACK_M
        near = self._around(middle, around)
        near = near[counts[self._line[near]]]
        if not len(near):
            return nothing
        # Relative to the middle, so that no digits are lost.
        here, there = origin - middle, self._centre[near] - middle
        square = (here**2).sum(axis=1)[:, None] + (there**2).sum(axis=1) - 2 * here @ there.T
        distance, radius = np.sqrt(np.maximum(square, 0.0)), self._radius[near]
        group = self._group[near]
        begins = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
        far = np.minimum.reduceat(distance + radius, begins, axis=1)
        which = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(group))))
        closest = distance - radius
        point, run = np.nonzero((closest <= far[:, which] + _SLACK_M) & (closest <= reach_m + _SLACK_M))
        if not len(run):
            return nothing
        count = self._edges[near[run]]
        pair = np.repeat(np.arange(len(run)), count)
        start = self._first[near[run]]
        corner = np.arange(len(pair)) + np.repeat(start - (np.cumsum(count) - count), count)
        seen_from = origin[point[pair]]
        along, square = feet(self._xyz[corner] - seen_from, self._xyz[corner + 1] - seen_from)
        # Pairs stand by position, and for one position by group.
        of = which[run[pair]] + len(begins) * point[pair]
        starts = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
        least = np.repeat(np.minimum.reduceat(square, starts), np.diff(np.append(starts, len(of))))
        best = np.flatnonzero(square == least)
        best = best[np.append(True, of[best][1:] != of[best][:-1])]
        corner, along = corner[best], along[best]
        foot = self._lonlat[corner] + (self._lonlat[corner + 1] - self._lonlat[corner]) * along[:, None]
        chosen = near[run[pair[best]]]
        return at[point[pair[best]]], self._line[chosen], self._group[chosen], foot


def _cubes(centres: Floats) -> dict[tuple[int, ...], Ints]:
    """The runs in each cube of space."""
    cubes, which = np.unique(np.floor(centres / _CUBE_M).astype(int), axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(which.ravel(), minlength=len(cubes)))[:-1]) if len(cubes) else []
    return {tuple(cube): part for cube, part in zip(cubes.tolist(), parts, strict=True)}


def _tiles(lon: Floats, lat: Floats) -> Iterator[Ints]:
    """Numbers of positions that lie close together, some at a time."""
    tile = np.floor((lat + 90.0) / _TILE).astype(np.int64) * 1000 + np.floor((lon + 180.0) / _TILE).astype(np.int64)
    order = np.argsort(tile, kind="stable")
    tile = tile[order]
    ends: list[int] = (np.flatnonzero(np.append(tile[1:] != tile[:-1], len(tile) > 0)) + 1).tolist()
    start = 0
    for end in ends:
        for first in range(start, end, _TOGETHER):
            yield order[first : min(first + _TOGETHER, end)]
        start = end


def _geodesics(lon: Floats, lat: Floats, to: Floats) -> Floats:
    from pyproj import Geod

    distance: Floats = Geod(ellps="WGS84").inv(lon, lat, to[:, 0], to[:, 1])[2]
    return distance
