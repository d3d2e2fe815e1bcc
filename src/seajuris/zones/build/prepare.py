"""From the sources to the model of the arrangement: coast, envelopes, dividing lines."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from . import envelope
from .coast import Coast, Group, lines_by_tile, resolve_dependencies
from .equidistance import Partition, partition
from .geodesy import GEOD, NAUTICAL_MILE, Floats, Ints, Nearest
from .islets import Drawn, add_islets, find_islets
from .tables import HISTORY_FROM, Tables
from .tiling import Box, Tiled, polygonal, unwrapped_to_world
from .trust import Baselines, believe, landward_of_baselines

LINE_TOLERANCE = 2.5e-4
"""Simplification of computed limits up to 12 M, degrees (28 m)."""
FAR_TOLERANCE = 5e-4
"""The same of limits further out (56 m)."""
REMOTE_NM = 200.0
KNOWN_BASELINES = 4
"""Closing lines from which on a territory's straight baselines count as known."""
COAST_STEP = 400.0
SITE_STEP = 2000.0


@dataclass(frozen=True, slots=True)
class GroupEnvelopes:
    """Envelopes of one group in unwrapped longitudes, by breadth in M, with deviations in metres."""

    label: int
    polygons: dict[float, BaseGeometry]
    deviation: dict[float, Floats]
    coast_alone: BaseGeometry | None = None
    inner: BaseGeometry | None = None
    excess: BaseGeometry | None = None


def breadths_of(group: Group, tables: Tables, zone: str) -> set[float]:
    """Breadths that any member claims or claimed for a zone."""
    return {
        c.breadth_nm
        for code in group
        for c in tables.territory(code).claims_to(zone)
        if c.breadth_nm is not None and c.claim != "none" and (c.end is None or c.end > HISTORY_FROM)
    }


def entitled(group: Group, tables: Tables) -> bool:
    """Whether any member of a group may have an exclusive economic zone."""
    for code in group:
        claims = [c for c in tables.territory(code).claims_to("exclusive_economic_zone") if c.area is None]
        if not claims or any(c.claim != "none" for c in claims):
            return True
    return False


def coast_points(coast: Coast, label: int, step: float) -> tuple[Floats, Floats]:
    """Points along a group's coast, at most ``step`` metres apart, without repetition."""
    s = coast.segments[coast.label == label]
    if not len(s):
        return np.empty(0), np.empty(0)
    length = np.asarray(GEOD.inv(s[:, 0], s[:, 1], s[:, 2], s[:, 3])[2])
    count = np.maximum(1, np.ceil(length / step)).astype(np.int64)
    start = np.repeat(np.arange(len(count)), count)
    offset = np.arange(len(start)) - np.repeat(np.cumsum(count) - count, count)
    fraction = (offset / count[start])[:, None]
    points = s[start, :2] + (s[start, 2:] - s[start, :2]) * fraction
    points = np.vstack((points, s[:, 2:]))
    points = np.unique(np.round(points, 9), axis=0)
    return points[:, 0], points[:, 1]


def thin(lon: Floats, lat: Floats, spacing: float) -> tuple[Floats, Floats]:
    """One point per mesh of about ``spacing`` metres: sites for the Voronoi diagram."""
    degrees = spacing / 111_200.0
    row = np.round(lat / degrees)
    squeeze = np.maximum(0.01, np.cos(np.radians(row * degrees)))
    column = np.round(lon * squeeze / degrees)
    _, first = np.unique(np.column_stack((row, column)), axis=0, return_index=True)
    first.sort()
    return lon[first], lat[first]


_SHARED: dict[str, Any] = {}


def _envelopes(label: int) -> GroupEnvelopes:
    coast: Coast = _SHARED["coast"]
    tables: Tables = _SHARED["tables"]
    group = coast.groups[label]
    lon, lat = coast_points(coast, label, COAST_STEP)
    nearest = Nearest(lon, lat)
    cut = envelope.frame_cut(lon)
    wanted = sorted(
        breadths_of(group, tables, "territorial_sea")
        | breadths_of(group, tables, "contiguous_zone")
        | ({12.0, REMOTE_NM} if entitled(group, tables) else {12.0})
    )
    polygons: dict[float, BaseGeometry] = {}
    deviation: dict[float, Floats] = {}
    tiles = lines_by_tile(coast, label)
    for index, breadth in enumerate(wanted):
        distance = breadth * NAUTICAL_MILE
        edge = envelope.edge_length(distance, 8.0)
        if index == 0 or breadth <= 24:
            raw = envelope.raw_envelope(tiles, distance, edge, cut)
        else:
            before = wanted[index - 1]
            raw = envelope.widened(polygons[before], (breadth - before) * NAUTICAL_MILE, edge)
        polygons[breadth], deviation[breadth] = envelope.settle(raw, nearest, distance)
    if len(group) == 1 and 12.0 in polygons:
        return _with_mapped(label, polygons, deviation, nearest, cut)
    return GroupEnvelopes(label, polygons, deviation)


def _islets(label: int) -> Floats:
    coast: Coast = _SHARED["coast"]
    code = coast.groups[label][0]
    lon, lat = coast_points(coast, label, 2 * COAST_STEP)
    drawn = Drawn(6.0, True) if code in _SHARED["tables"].mercator else Drawn(12.0, False)
    cut = envelope.frame_cut(lon)
    return find_islets(_SHARED["mapped"][code], Nearest(lon, lat), _SHARED["shore"], drawn, cut)


def _shore(coast: Coast) -> Nearest:
    points = [coast_points(coast, i, COAST_STEP) for i in (-1, *range(len(coast.groups)))]
    return Nearest(np.concatenate([p[0] for p in points]), np.concatenate([p[1] for p in points]))


def with_islets(
    coast: Coast,
    tables: Tables,
    mapped: dict[str, Tiled],
    sea: dict[Box, BaseGeometry],
    workers: int,
) -> tuple[Coast, list[tuple[str, float, float]]]:
    """The coast with the islets that only the mapped limits know."""
    labels = [i for i, g in enumerate(coast.groups) if len(g) == 1 and tables.territory(g[0]).states]
    labels = [i for i in labels if (coast.label == i).any() and coast.groups[i][0] in mapped]
    # arcs around another territory's coast are explained too: a State's polygon holds its dependencies
    shared = {"coast": coast, "tables": tables, "mapped": mapped, "shore": _shore(coast)}
    found = in_parallel(_islets, labels, shared, workers)
    sovereign = {c: t.sovereign or c for c, t in tables.territories.items()}

    def owner(lon: float, lat: float) -> Group:
        tiny = (lon - 1e-6, lat - 1e-6, lon + 1e-6, lat + 1e-6)
        inside = {c for c, t in mapped.items() if not t.clip(tiny).is_empty}
        return resolve_dependencies(inside, sovereign)

    return add_islets(coast, found, sea, owner, tables.rejected_islets, tables.added_islets)


def _with_mapped(
    label: int,
    polygons: dict[float, BaseGeometry],
    deviation: dict[float, Floats],
    nearest: Nearest,
    cut: float,
) -> GroupEnvelopes:
    """Envelopes widened by the mapped limit where it is believed."""
    tables: Tables = _SHARED["tables"]
    code = _SHARED["coast"].groups[label][0]
    computed = polygons[12.0]
    trusted = believe(
        tables.trust.get(code, tables.trust_default),
        _SHARED["mapped"].get(code, Tiled({})),
        _SHARED["sea"],
        computed,
        nearest,
        cut,
    )
    if trusted is None:
        return GroupEnvelopes(label, polygons, deviation)
    known = sum(line.recognised and line.territory == code for line in tables.closing_lines)
    # Where the baselines themselves are known, nothing need be inferred from the limit.
    inner = None
    if known < KNOWN_BASELINES:
        inner = landward_of_baselines(trusted, computed, tables.territory(code).archipelagic)
    wider = {breadth: polygonal(shapely.union(polygon, trusted.enclosed)) for breadth, polygon in polygons.items()}
    wider[12.0] = polygonal(shapely.union(computed, trusted.excess))
    if not len(trusted.lon):
        return GroupEnvelopes(label, wider, deviation, computed, inner)
    baselines = Baselines(nearest, trusted)
    for breadth in sorted(b for b in polygons if b > 12):
        extra = (breadth - 12.0) * NAUTICAL_MILE
        edge = envelope.edge_length(breadth * NAUTICAL_MILE, 8.0)
        raw = shapely.union(polygons[breadth], envelope.widened(trusted.excess, extra, edge))
        wider[breadth], deviation[breadth] = envelope.settle(polygonal(raw), baselines, breadth * NAUTICAL_MILE)
    return GroupEnvelopes(label, wider, deviation, computed, inner, trusted.excess)


def in_parallel(function: Callable[[Any], Any], jobs: list[Any], shared: dict[str, Any], workers: int) -> list[Any]:
    """Run a function over jobs in forked processes that share data read-only; results in order."""
    _SHARED.update(shared)
    if workers < 2:
        return [function(job) for job in jobs]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        return pool.map(function, jobs, chunksize=1)


def compute_envelopes(
    coast: Coast,
    tables: Tables,
    mapped: dict[str, Tiled],
    sea: dict[Box, BaseGeometry],
    workers: int,
) -> dict[int, GroupEnvelopes]:
    """Envelopes of every group that has claims."""
    size = np.bincount(coast.label[coast.label >= 0], minlength=len(coast.groups))
    labels = [int(i) for i in np.argsort(-size) if size[i] and any(tables.territory(c).states for c in coast.groups[i])]
    found = in_parallel(_envelopes, labels, {"coast": coast, "tables": tables, "mapped": mapped, "sea": sea}, workers)
    return {e.label: e for e in found}


def tiled(polygon: BaseGeometry, tolerance: float = LINE_TOLERANCE) -> Tiled:
    """An unwrapped envelope, slightly simplified and cut along the coarse grid."""
    smooth = shapely.simplify(polygon, tolerance, preserve_topology=True)
    return Tiled.of(unwrapped_to_world(smooth))


def divide(points: dict[int, tuple[Floats, Floats]], labels: list[int]) -> tuple[Partition, Nearest, Ints]:
    """Equidistance between the given groups, and the nearest-group lookup."""
    lon = np.concatenate([points[i][0] for i in labels])
    lat = np.concatenate([points[i][1] for i in labels])
    label = np.concatenate([np.full(len(points[i][0]), i, dtype=np.int64) for i in labels])
    trees = {i: Nearest(*points[i]) for i in labels}
    sites = [thin(*points[i], 500.0) for i in labels]
    site_label = np.concatenate([np.full(len(s[0]), i, dtype=np.int64) for i, s in zip(labels, sites, strict=True)])
    lines = partition(
        np.concatenate([s[0] for s in sites]),
        np.concatenate([s[1] for s in sites]),
        site_label,
        trees,
    )
    return lines, Nearest(lon, lat), label
