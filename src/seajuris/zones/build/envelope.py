"""Lines at a given distance from the coast: geodesic envelopes.

Per tile of at most one degree the coast is projected to a local azimuthal-equidistant plane and
buffered there; the buffers are brought back to degrees and united. That is good to some metres,
except that GEOS leaves out shallow concavities (up to 1 % of the distance: more than 200 m at
12 M). Therefore every vertex is then moved onto the exact envelope: the nearest coast point is
looked up and the vertex is put on the geodesic from it, at exactly the distance wanted.

Longitudes are unwrapped per group of territories, so that nothing is torn at 180 degrees.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .geodesy import GEOD, Floats, Ints, LocalPlane, Measure, wrap
from .tiling import Box, polygonal, shifted

MAX_EDGE = 4500.0
"""Longest edge left on a limit, metres."""
SPECK = 4e-5
"""Parts and holes of an envelope below this many square degrees are noise of the construction."""


def frame_cut(longitudes: Floats) -> float:
    """The middle of the widest gap in longitude: where unwrapping may start."""
    lon = np.sort(np.unique(np.round(wrap(longitudes), 2)))
    gaps = np.diff(np.append(lon, lon[0] + 360.0))
    widest = int(np.argmax(gaps))
    return float(wrap(np.array([lon[widest] + gaps[widest] / 2]))[0])


def unwrap(lon: Floats, cut: float) -> Floats:
    """Longitudes as [cut, cut + 360)."""
    return (lon - cut) % 360.0 + cut


def edge_length(distance: float, sagitta: float) -> float:
    """Edge in metres whose chord leaves an arc of radius ``distance`` by at most ``sagitta``."""
    return min(MAX_EDGE, 2 * math.sqrt(2 * distance * sagitta))


def buffer_tile(lines: BaseGeometry, distance: float, edge: float) -> BaseGeometry:
    """Roughly everything within ``distance`` metres of the lines of one tile, in degrees.

    Coarse arcs (0.12 % inside the circle) are enough here, and ten times as fast as fine ones,
    because :func:`settle` moves every vertex onto the exact line afterwards.
    """
    west, south, east, north = lines.bounds
    plane = LocalPlane((west + east) / 2, (south + north) / 2)
    flat = shapely.transform(lines, plane.forward)
    # Discs around thinned points, then the rest of the way: buffering hundreds of islets at the
    # full distance at once takes time quadratic in their number.
    mesh = 0.0225 * distance
    points = shapely.get_coordinates(shapely.segmentize(flat, mesh))
    points = np.unique(np.round(points / mesh), axis=0) * mesh
    near = shapely.union_all(shapely.buffer(shapely.points(points), 0.15 * distance, quad_segs=4))
    near = shapely.simplify(near, 0.005 * distance)
    around = shapely.buffer(near, 0.85 * distance, quad_segs=16)
    return polygonal(shapely.transform(shapely.segmentize(around, edge), plane.inverse))


def raw_envelope(tiles: dict[Box, BaseGeometry], distance: float, edge: float, cut: float) -> BaseGeometry:
    """Union of the buffers of all tiles, in longitudes unwrapped from ``cut``."""
    parts = []
    for box in sorted(tiles):
        part = buffer_tile(tiles[box], distance, edge)
        middle = (box[0] + box[2]) / 2
        shift = float(unwrap(np.array([middle]), cut)[0]) - middle
        if shift:
            part = shifted(part, shift)
        parts.append(part)
    return polygonal(shapely.union_all(parts))


def widened(geometry: BaseGeometry, extra: float, edge: float) -> BaseGeometry:
    """Roughly everything within ``extra`` metres of a polygon, in unwrapped degrees."""
    return polygonal(shapely.union_all([geometry, *strips(geometry, extra, edge, 0.003 * extra)]))


def strips(geometry: BaseGeometry, extra: float, edge: float, tolerance: float) -> list[BaseGeometry]:
    """Strips of ``extra`` metres on both sides of a polygon's edge, in unwrapped degrees.

    The edge is simplified by ``tolerance`` metres and taken in short runs, each buffered in its own plane.
    """
    parts: list[BaseGeometry] = []
    for ring in shapely.get_rings(shapely.get_parts(geometry)):
        lat = float(np.mean(shapely.get_coordinates(ring)[:, 1]))
        degrees = tolerance / 111_000.0 * max(0.1, math.cos(math.radians(lat)))
        coordinates = shapely.get_coordinates(
            shapely.simplify(shapely.LineString(ring), degrees, preserve_topology=True)
        )
        start = 0
        while start < len(coordinates) - 1:
            end = start + 1
            while end < len(coordinates) - 1 and end - start < 40:
                if np.abs(coordinates[end + 1] - coordinates[start]).max() > 1.5:
                    break
                end += 1
            run = shapely.LineString(coordinates[start : end + 1])
            plane = LocalPlane(float(coordinates[start, 0]), float(coordinates[start, 1]))
            flat = shapely.transform(run, plane.forward)
            around = shapely.segmentize(shapely.buffer(flat, extra, quad_segs=16), edge)
            parts.append(polygonal(shapely.transform(around, plane.inverse)))
            start = end
    return parts


def _on_envelope(lon: Floats, lat: Floats, nearest: Measure, distance: float, rounds: int) -> tuple[Floats, Floats]:
    """Points moved along the geodesic from the nearest coast point to exactly ``distance``."""
    lon, lat = lon.copy(), lat.copy()
    for _ in range(rounds):
        found, index = nearest.query(lon, lat)
        # far-off vertices belong to holes of the coarse union; leave those alone
        movable = np.abs(found - distance) < 0.1 * distance
        origin = index[movable]
        azimuth, _, _ = GEOD.inv(nearest.lon[origin], nearest.lat[origin], lon[movable], lat[movable])
        new_lon, new_lat, _ = GEOD.fwd(
            nearest.lon[origin], nearest.lat[origin], azimuth, distance - nearest.offset[origin]
        )
        lon[movable] += wrap(np.asarray(new_lon) - lon[movable])
        lat[movable] = new_lat
    return lon, lat


def settle(
    geometry: BaseGeometry, nearest: Measure, distance: float, tolerance: float = 8.0
) -> tuple[BaseGeometry, Floats]:
    """Move each vertex onto the exact envelope, and add vertices where edges leave it.

    Where two arcs meet, an edge can cut across the notch between them; such edges are halved, and
    the new vertex moved onto the envelope, until their middle is within ``tolerance``.

    Args:
        geometry: Approximate envelope (polygons).
        nearest: Points of the coast, dense enough to stand for it.
        distance: Metres.
        tolerance: Metres by which the middle of an edge may miss the envelope.

    Returns:
        The envelope, and the deviation of the middles of its edges, metres (absolute).
    """
    _, xy, (offsets, parts) = shapely.to_ragged_array(shapely.get_parts(geometry))
    rings = np.asarray(offsets, dtype=np.int64)
    lon, lat = _on_envelope(xy[:, 0], xy[:, 1], nearest, distance, 3)
    lon, lat, rings = _without_strays(lon, lat, rings, nearest, distance)
    miss = np.empty(0)
    for _ in range(5):
        inner = np.ones(len(lon) - 1, dtype=bool)
        inner[rings[1:-1] - 1] = False
        x, y = (lon[:-1] + lon[1:]) / 2, (lat[:-1] + lat[1:]) / 2
        found, _ = nearest.query(x, y)
        miss = np.abs(found - distance)
        span = np.hypot((lon[1:] - lon[:-1]) * np.cos(np.radians(y)), lat[1:] - lat[:-1])
        bad = np.flatnonzero(inner & (miss > tolerance) & (miss < 0.1 * distance) & (span > 4 * tolerance / 111_200))
        miss = miss[inner]
        if not len(bad):
            break
        new_lon, new_lat = _on_envelope(x[bad], y[bad], nearest, distance, 3)
        good = np.abs(nearest.query(new_lon, new_lat)[0] - distance) < tolerance
        if not good.any():
            break
        at = bad[good] + 1
        lon, lat = np.insert(lon, at, new_lon[good]), np.insert(lat, at, new_lat[good])
        rings = rings + np.searchsorted(at, rings, side="left")
    polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, np.column_stack((lon, lat)), (rings, parts))
    merged = polygonal(shapely.union_all([polygonal(p) for p in polygons]))
    return _without_specks(merged), miss


def _without_strays(
    lon: Floats, lat: Floats, rings: Ints, nearest: Measure, distance: float
) -> tuple[Floats, Floats, Ints]:
    """Drop vertices for which there is no envelope near, as long as their ring survives."""
    found, _ = nearest.query(lon, lat)
    stray = np.abs(found - distance) > 15.0
    starts, ends = rings[:-1], rings[1:]
    stray[starts] = stray[ends - 1] = False
    dropped = np.concatenate(([0], np.cumsum(stray)))
    left = (ends - starts) - (dropped[ends] - dropped[starts])
    stray &= np.repeat(left >= 4, ends - starts)
    dropped = np.concatenate(([0], np.cumsum(stray)))
    return lon[~stray], lat[~stray], rings - dropped[rings]


def _without_specks(polygons: BaseGeometry) -> BaseGeometry:
    """Polygons without parts and holes smaller than about half a square kilometre."""
    kept = []
    for part in shapely.get_parts(polygons):
        if part.area < SPECK:
            continue
        kept.append(shapely.Polygon(part.exterior, [h for h in part.interiors if shapely.Polygon(h).area > SPECK]))
    return polygonal(shapely.union_all(kept))
