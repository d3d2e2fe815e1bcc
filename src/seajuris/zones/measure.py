"""Measuring on the WGS 84 ellipsoid without start-up cost.

Nearest points are found with straight lines through the earth in geocentric coordinates (vectorised, exact for
ordering: a shorter chord is a shorter geodesic to well below a metre at these lengths); the distance that is
reported is the geodesic by Karney's algorithm. Edges of the data are at most 5 km long, so that the chord of an
edge lies at most 0.5 m below the surface.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seajuris.errors import DataError

Floats = NDArray[np.float64]

METRES_PER_NM = 1852.0
_A = 6378137.0
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)


def geocentric(lonlat: Floats) -> Floats:
    """Geocentric coordinates in metres of points on the ellipsoid.

    Args:
        lonlat: shape (n, 2), degrees.

    Returns:
        Shape (n, 3), metres.
    """
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    normal = _A / np.sqrt(1 - _E2 * np.sin(lat) ** 2)
    across = normal * np.cos(lat)
    return np.column_stack((across * np.cos(lon), across * np.sin(lon), normal * (1 - _E2) * np.sin(lat)))


def geodesic_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Geodesic distance in metres (Karney 2013)."""
    from geographiclib.geodesic import Geodesic

    return float(Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE)["s12"])


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest point of a line: its distance in metres, its position in degrees, and which line it is on."""

    distance_m: float
    lon: float
    lat: float
    line: int


class Origin:
    """A position from which to measure.

    Args:
        lon: degrees.
        lat: degrees.
    """

    def __init__(self, lon: float, lat: float) -> None:
        self.lon = lon
        self.lat = lat
        self._centre = geocentric(np.array([[lon, lat]]))[0]
        sin_lon, cos_lon = math.sin(math.radians(lon)), math.cos(math.radians(lon))
        sin_lat, cos_lat = math.sin(math.radians(lat)), math.cos(math.radians(lat))
        w = 1 - _E2 * sin_lat**2
        self._normal, self._meridional = _A / math.sqrt(w), _A * (1 - _E2) / w**1.5
        self._axes = np.array(
            [
                [-sin_lon, cos_lon, 0.0],
                [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
                [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
            ]
        )

    def plane(self, lonlat: Floats) -> Floats:
        """Points on a plane around the origin, metres east and north, at their true distance from it.

        Azimuthal equidistant: the direction is that of the tangent plane; the chord through the earth becomes an arc of
        the normal section in that direction (0.5 m off at 200 M, 13 m at 1,000 km).

        Args:
            lonlat: shape (n, 2), degrees.

        Returns:
            Shape (n, 2), metres: length is the distance from the origin, direction its azimuth.
        """
        local = (geocentric(lonlat) - self._centre) @ self._axes.T
        flat: Floats = local[:, :2]
        across = np.hypot(flat[:, 0], flat[:, 1])
        safe = np.where(across > 0, across, 1.0)
        east = flat[:, 0] / safe
        # Radius of the normal section in that direction (Euler).
        radius = 1 / (east**2 / self._normal + (1 - east**2) / self._meridional)
        half = np.minimum(np.sqrt(np.einsum("ij,ij->i", local, local)) / (2 * radius), 1.0)
        result: Floats = flat * (2 * radius * np.arcsin(half) / safe)[:, None]
        # The antipode has no direction; it must not fall on the origin.
        result[(across < 1.0) & (half > 0.5)] = (2 * _A, 0.0)
        return result

    def nearest(self, lines: list[Floats]) -> Nearest | None:
        """The nearest point on any of the lines.

        Args:
            lines: each of shape (n, 2), degrees, n >= 2.
        """
        if not lines:
            return None
        lonlat = np.vstack(lines)
        ends = np.cumsum([len(line) for line in lines])
        points = geocentric(lonlat) - self._centre
        start, end = points[:-1], points[1:].copy()
        end[ends[:-1] - 1] = start[ends[:-1] - 1]  # no edge from one line to the next
        along, square = feet(start, end)
        best = int(np.argmin(square))
        if math.isnan(square[best]):
            # The smallest of numbers one of which is none is that one: a line that may be near would be lost.
            raise DataError("the zone data hold a coordinate that is no number")
        lon, lat = (float(v) for v in lonlat[best] + (lonlat[best + 1] - lonlat[best]) * along[best])
        line = int(np.searchsorted(ends, best, side="right"))
        return Nearest(geodesic_m(self.lon, self.lat, lon, lat), lon, lat, line)


def feet(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """The point of each edge that is nearest to the origin of the coordinates.

    Args:
        start: Start of each edge, shape (n, 3), metres.
        end: Its end, shape (n, 3), metres.

    Returns:
        Where on the edge it lies, 0 to 1, and the square of its distance; each of shape (n,).
    """
    edge = end - start
    length2 = _dot(edge, edge)
    along = np.clip(-_dot(start, edge) / np.where(length2 > 0, length2, 1.0), 0.0, 1.0)
    foot = start + along[:, None] * edge
    # Edges that share a corner must find it equally near, to the last bit.
    foot[along == 1.0] = end[along == 1.0]
    return along, _dot(foot, foot)


def _dot(a: Floats, b: Floats) -> Floats:
    # Written out: every number of it is the same, however many rows there are.
    return a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]


def window(lon: float, lat: float, radius_m: float) -> list[tuple[float, float, float, float]]:
    """Boxes in degrees (west, south, east, north) that together contain every point within a radius.

    Two boxes where the circle crosses 180°, the whole turn where it contains a pole.
    """
    # A degree of latitude is at least 110.57 km; one of longitude is measured at the edge nearer the pole.
    dlat = radius_m / 110_500.0
    south, north = max(lat - dlat, -90.0), min(lat + dlat, 90.0)
    edge = max(abs(south), abs(north))
    if edge >= 89.9:
        return [(-180.0, south, 180.0, north)]
    # The widest parallel of a circle lies poleward of its centre: sin(dlon) = sin(r) / cos(lat).
    # It stays below 1, since the circle stays clear of the poles.
    ratio = math.sin(radius_m / 6_356_000.0) / math.cos(math.radians(lat))
    dlon = math.degrees(math.asin(ratio)) * 1.01
    west, east = lon - dlon, lon + dlon
    if west < -180.0:
        return [(-180.0, south, east, north), (west + 360.0, south, 180.0, north)]
    if east > 180.0:
        return [(west, south, 180.0, north), (-180.0, south, east - 360.0, north)]
    return [(west, south, east, north)]
