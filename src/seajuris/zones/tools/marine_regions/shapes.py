"""Polygons that stay within ±180°, are valid, and have short edges along what the source means.

The source stores corners only. Its limits are arcs in short steps; a long edge is a boundary between two turning
points. What such an edge means is taken from agreements: an edge along a meridian or a parallel follows it, every
other edge is a geodesic. Neighbours share corners, so both sides of a boundary get the same points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from seajuris.zones.build.tiling import polygonal, unwrapped_to_world

Floats = npt.NDArray[np.float64]

STEP_M = 5_000.0
"""Longest edge: a straight edge in degrees then lies less than 2 m from the geodesic."""
ROUNDING = 1e-6
"""Degrees beyond ±180 that are rounding of the source."""
SAME_DEGREE = 1e-9
POLAR_LATITUDE = 89.9
_SEARCH_DEGREES = 0.02


class UnusableShapeError(Exception):
    """A geometry that cannot be made into polygons on the sphere."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A feature's polygons, and what had to be done.

    Attributes:
        polygons: Valid polygons within ±180°, edges at most `STEP_M` long.
        repaired: Whether rings crossed themselves or overlapped.
        turned: Whether a ring ran across 180° or past it.
        divided: Number of edges that were divided.
        longest_m: Length of the longest of them, metres.
    """

    polygons: list[BaseGeometry]
    repaired: bool
    turned: bool
    divided: int
    longest_m: float


@cache
def ellipsoid() -> Any:
    """WGS 84."""
    import pyproj

    return pyproj.Geod(ellps="WGS84")


def mend(shape: BaseGeometry, *, geodesic: bool = True) -> Mended:
    """Make usable polygons of a feature's geometry.

    Args:
        shape: Polygon or multipolygon, degrees; longitudes may run past ±180 or jump across it.
        geodesic: Divide long edges along the geodesic; otherwise straight in degrees, as drawn.

    Raises:
        UnusableShapeError: if it is no polygon, or a ring goes around a pole.
    """
    parts: list[BaseGeometry] = []
    turned = repaired = False
    divided, longest = 0, 0.0
    for part in shapely.get_parts(shapely.force_2d(shape)):
        if not isinstance(part, shapely.Polygon):
            raise UnusableShapeError(f"holds a {part.geom_type}")
        if part.is_empty:
            continue
        rings, jumped = _unrolled(part)
        turned |= jumped
        dense = []
        for ring in rings:
            points, count, length = densify(ring, geodesic=geodesic)
            dense.append(points)
            divided, longest = divided + count, max(longest, length)
        polygon: BaseGeometry = shapely.Polygon(dense[0], dense[1:])
        if not polygon.is_valid:
            repaired = True
            polygon = polygonal(polygon)
        if polygon.bounds and (polygon.bounds[0] < -180 or polygon.bounds[2] > 180):
            turned = True
            for piece in unwrapped_to_world(polygon):
                parts += [p for p in shapely.get_parts(polygonal(piece)) if not p.is_empty]
        else:
            parts += [p for p in shapely.get_parts(polygon) if not p.is_empty]
    if not parts:
        raise UnusableShapeError("is empty")
    return Mended(parts, repaired, turned, divided, longest)


def _unrolled(polygon: shapely.Polygon) -> tuple[list[Floats], bool]:
    """Rings with continuous longitudes; those of holes on the side of the outer ring."""
    outer, jumped = _ring(shapely.get_coordinates(polygon.exterior))
    rings = [outer]
    west, east = float(outer[:, 0].min()), float(outer[:, 0].max())
    for interior in polygon.interiors:
        ring, jump = _ring(shapely.get_coordinates(interior))
        jumped |= jump
        middle = (float(ring[:, 0].min()) + float(ring[:, 0].max())) / 2
        for turn in (0.0, 360.0, -360.0):
            if west <= middle + turn <= east:
                ring[:, 0] += turn
                break
        rings.append(ring)
    return rings, jumped


def _ring(points: Floats) -> tuple[Floats, bool]:
    points = points.copy()
    points[:, 1] = np.clip(points[:, 1], -90.0, 90.0)
    near = (np.abs(np.abs(points[:, 0]) - 180.0) > 0) & (np.abs(np.abs(points[:, 0]) - 180.0) < ROUNDING)
    points[near, 0] = np.sign(points[near, 0]) * 180.0
    step = np.diff(points[:, 0])
    # An edge from -180 to 180 at a pole is the frame of a map of the world, not a crossing.
    whole = np.abs(step) == 360.0
    jump = (np.abs(step) > 180.0) & ~(whole & (np.abs(points[:-1, 1]) > POLAR_LATITUDE))
    turns = _turns(step, jump)
    if not (jump & ~whole).any() and (turns[-1] != 0.0 or np.ptp(points[:, 0] + turns) == 0.0):
        # Elsewhere such an edge is a crossing, unless the ring closes, or has an area, only as a map of the world.
        jump &= False
    if not jump.any():
        return points, False
    if turns[-1] != 0.0:
        raise UnusableShapeError("has a ring around a pole, which is no polygon in longitude and latitude")
    points[:, 0] += turns
    middle = (float(points[:, 0].min()) + float(points[:, 0].max())) / 2
    if abs(middle) > 180.0:
        points[:, 0] -= np.sign(middle) * 360.0
    return points, True


def _turns(step: Floats, jump: npt.NDArray[np.bool_]) -> Floats:
    """Degrees to add to each point so that longitudes go on where they jumped."""
    return np.concatenate(([0.0], np.cumsum(np.where(jump, -np.sign(step) * 360.0, 0.0))))


def densify(points: Floats, *, geodesic: bool = True) -> tuple[Floats, int, float]:
    """Divide the long edges of a ring.

    Args:
        points: shape (n, 2), degrees, longitudes continuous.
        geodesic: Whether an edge that follows neither meridian nor parallel is a geodesic.

    Returns:
        The points, how many edges were divided, and the length of the longest of them in metres.
    """
    start, end = points[:-1], points[1:]
    # An edge shorter than this in degrees is shorter than the step everywhere.
    suspect = np.flatnonzero(np.abs(end - start).max(axis=1) > _SEARCH_DEGREES)
    if not len(suspect):
        return points, 0, 0.0
    geod = ellipsoid()
    a, b = start[suspect], end[suspect]
    flat = np.abs(a[:, 1] - b[:, 1]) < SAME_DEGREE
    # Both sides of a boundary have to get the same points, whichever way they go round.
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    first, last = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    azimuth, _, length = geod.inv(first[:, 0], first[:, 1], last[:, 0], last[:, 1])
    length = np.asarray(length)
    # Along a parallel the way is longer than the geodesic.
    span = np.abs(last[:, 0] - first[:, 0])
    along = np.radians(span) * 6_378_137.0 * np.cos(np.radians(first[:, 1])) * 1.0034
    length = np.where(flat | ~np.bool_(geodesic), np.maximum(length, along), length)
    count = np.maximum(1, np.ceil(length / STEP_M)).astype(np.int64)
    pieces: list[Floats] = []
    done = 0
    for i in np.flatnonzero(count > 1):
        fractions = np.arange(1, count[i]) / count[i]
        if geodesic and not flat[i]:
            lon, lat, _ = geod.fwd(
                np.full(len(fractions), first[i, 0]),
                np.full(len(fractions), first[i, 1]),
                np.full(len(fractions), azimuth[i]),
                length[i] * fractions,
            )
            lon = first[i, 0] + (np.asarray(lon) - first[i, 0] + 180.0) % 360.0 - 180.0
            between = np.column_stack((lon, np.asarray(lat)))
        else:
            between = first[i] + fractions[:, None] * (last[i] - first[i])
        at = int(suspect[i]) + 1
        pieces += [points[done:at], between[::-1] if swap[i] else between]
        done = at
    pieces.append(points[done:])
    long = count > 1
    return np.vstack(pieces), int(long.sum()), float(length[long].max()) if long.any() else 0.0
