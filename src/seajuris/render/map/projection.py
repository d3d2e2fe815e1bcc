"""Azimuthal equidistant projection of the ellipsoid, and back.

Distances and directions from the origin are true, so that a circle around it is a circle on the map: 0.5 m at 200 M,
13 m at 1,000 km. Further out it serves for drawing only: 0.4 km at 3,000 km.
"""

from __future__ import annotations

import math

from seajuris.zones.measure import Floats, Origin

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
        self._origin = Origin(lon, lat)

    def forward(self, lonlat: Floats) -> Floats:
        """Metres east and north of the origin: see `Origin.plane`."""
        return self._origin.plane(lonlat)

    def inverse(self, east_m: float, north_m: float) -> tuple[float, float]:
        """The position (lon, lat), degrees, at a place of the plane in metres."""
        from geographiclib.geodesic import Geodesic

        found = Geodesic.WGS84.Direct(
            self.lat, self.lon, math.degrees(math.atan2(east_m, north_m)), math.hypot(east_m, north_m)
        )
        return float(found["lon2"]), float(found["lat2"])
