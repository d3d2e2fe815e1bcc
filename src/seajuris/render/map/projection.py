"""Azimuthal equidistant projection of the ellipsoid, and back.

Distances and directions from the origin are true, so that a circle around it is a circle on the map: 0.5 m at 200 M,
13 m at 1,000 km. Further out it serves for drawing only: 0.4 km at 3,000 km.
"""

from __future__ import annotations

import math

import numpy as np

from seajuris.zones.measure import Floats, geocentric

_A = 6378137.0
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)

MAX_RADIUS_M = 9.0e6
"""Beyond this the far side of the earth begins to smear."""


class Azimuthal:
    """The plane of distances and directions from one position.

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
        self._axes = np.array([[-sin_lon, cos_lon, 0.0], [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat]])
        w = 1 - _E2 * sin_lat**2
        self._normal = _A / math.sqrt(w)
        self._meridional = _A * (1 - _E2) / w**1.5

    def forward(self, lonlat: Floats) -> Floats:
        """Metres east and north of the origin.

        Args:
            lonlat: shape (n, 2), degrees.

        Returns:
            Shape (n, 2), metres: length is the distance from the origin, direction its azimuth.
        """
        chord = geocentric(lonlat) - self._centre
        flat = chord @ self._axes.T
        across = np.hypot(flat[:, 0], flat[:, 1])
        safe = np.where(across > 0, across, 1.0)
        east = flat[:, 0] / safe
        # Radius of the normal section in that direction (Euler): the chord becomes an arc of it.
        radius = 1 / (east**2 / self._normal + (1 - east**2) / self._meridional)
        length = np.sqrt(np.einsum("ij,ij->i", chord, chord))
        arc = 2 * radius * np.arcsin(np.clip(length / (2 * radius), 0.0, 1.0))
        result: Floats = flat * (arc / safe)[:, None]
        return result

    def inverse(self, east_m: float, north_m: float) -> tuple[float, float]:
        """The position (lon, lat), degrees, at a place of the plane in metres."""
        from geographiclib.geodesic import Geodesic

        found = Geodesic.WGS84.Direct(
            self.lat, self.lon, math.degrees(math.atan2(east_m, north_m)), math.hypot(east_m, north_m)
        )
        return float(found["lon2"]), float(found["lat2"])
