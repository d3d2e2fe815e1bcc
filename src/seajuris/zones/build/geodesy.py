"""Geodesy on the WGS 84 ellipsoid, vectorised.

Longitudes and latitudes are in degrees, lengths in metres. Nearest points are searched by
straight-line (chord) distance in earth-centred coordinates: for a geodesic of length s the chord is
s - s^3/24R^2, and because R differs by at most 0.5 % between azimuths the order of two distances of
200 M is wrong by less than half a metre.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from pyproj import Geod
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NAUTICAL_MILE = 1852.0
SEMI_MAJOR = 6378137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY2 = FLATTENING * (2 - FLATTENING)
MEAN_RADIUS = 6371008.8
GEOD = Geod(ellps="WGS84")


def to_ecef(lon: Floats, lat: Floats) -> Floats:
    """Earth-centred coordinates (n, 3) in metres of points on the ellipsoid."""
    lam, phi = np.radians(lon), np.radians(lat)
    normal = SEMI_MAJOR / np.sqrt(1 - ECCENTRICITY2 * np.sin(phi) ** 2)
    return np.column_stack(
        (
            normal * np.cos(phi) * np.cos(lam),
            normal * np.cos(phi) * np.sin(lam),
            normal * (1 - ECCENTRICITY2) * np.sin(phi),
        )
    )


def from_ecef(xyz: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude of points near the ellipsoid's surface (a few kilometres off at most)."""
    lon = np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0]))
    rho = np.hypot(xyz[:, 0], xyz[:, 1])
    phi = np.arctan2(xyz[:, 2], rho * (1 - ECCENTRICITY2))
    for _ in range(3):
        normal = SEMI_MAJOR / np.sqrt(1 - ECCENTRICITY2 * np.sin(phi) ** 2)
        phi = np.arctan2(xyz[:, 2] + ECCENTRICITY2 * normal * np.sin(phi), rho)
    return lon, np.degrees(phi)


def chord_to_arc(chord: Floats) -> Floats:
    """Length of the geodesic over a chord; good to half a metre at 200 M."""
    half = np.minimum(chord / (2 * MEAN_RADIUS), 1.0)
    return np.asarray(2 * MEAN_RADIUS * np.arcsin(half), dtype=np.float64)


def wrap(lon: Floats) -> Floats:
    """Longitudes brought into [-180, 180)."""
    return (lon + 180.0) % 360.0 - 180.0


def densify(lon: Floats, lat: Floats, step: float) -> tuple[Floats, Floats]:
    """Insert points on the geodesics between consecutive vertices, at most ``step`` metres apart."""
    if len(lon) < 2:
        return lon, lat
    forward, _, length = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    count = np.maximum(1, np.ceil(np.asarray(length) / step)).astype(np.int64)
    if count.max() == 1:
        return lon, lat
    start = np.repeat(np.arange(len(count)), count)
    offset = np.arange(len(start)) - np.repeat(np.cumsum(count) - count, count)
    fraction = offset / count[start]
    new_lon, new_lat, _ = GEOD.fwd(
        lon[start], lat[start], np.asarray(forward)[start], np.asarray(length)[start] * fraction
    )
    new_lon = np.asarray(new_lon)
    # stay on the caller's side of 180 degrees
    new_lon = lon[start] + wrap(new_lon - lon[start])
    keep = offset == 0
    new_lon[keep], new_lat = lon[start][keep], np.where(keep, lat[start], np.asarray(new_lat))
    return np.append(new_lon, lon[-1]), np.append(new_lat, lat[-1])


class LocalPlane:
    """Azimuthal-equidistant plane centred on a point of the ellipsoid.

    Between points at distances r1 and r2 from the centre the scale across the radius is wrong by
    about r1^2 / 6R^2: metres for a tile of one degree.
    """

    def __init__(self, lon: float, lat: float) -> None:
        self.lon = lon
        self.lat = lat

    def forward(self, lonlat: Floats) -> Floats:
        """Degrees to metres east and north of the centre."""
        n = len(lonlat)
        azimuth, _, length = GEOD.inv(np.full(n, self.lon), np.full(n, self.lat), lonlat[:, 0], lonlat[:, 1])
        angle = np.radians(azimuth)
        return np.column_stack((length * np.sin(angle), length * np.cos(angle)))

    def inverse(self, xy: Floats) -> Floats:
        """Metres to degrees; longitudes continue past 180 on the centre's side."""
        n = len(xy)
        azimuth = np.degrees(np.arctan2(xy[:, 0], xy[:, 1]))
        lon, lat, _ = GEOD.fwd(np.full(n, self.lon), np.full(n, self.lat), azimuth, np.hypot(xy[:, 0], xy[:, 1]))
        return np.column_stack((self.lon + wrap(np.asarray(lon) - self.lon), lat))


class Measure(Protocol):
    """Something that distances are measured from."""

    lon: Floats
    lat: Floats
    offset: Floats

    def query(self, lon: Floats, lat: Floats) -> tuple[Floats, Ints]:
        """Distance in metres, and the index of the point it was measured from."""
        ...


class Nearest:
    """Nearest of a set of points, by chord, with geodesic distances."""

    def __init__(self, lon: Floats, lat: Floats) -> None:
        self.lon = lon
        self.lat = lat
        self.offset = np.zeros(len(lon))
        self.xyz = to_ecef(lon, lat)
        self._tree = cKDTree(self.xyz, balanced_tree=False, compact_nodes=True)

    def query(self, lon: Floats, lat: Floats, within: float = np.inf) -> tuple[Floats, Ints]:
        """Distance in metres to the nearest point, and its index; half the earth's girth where none is ``within``."""
        chord, index = self._tree.query(to_ecef(lon, lat), distance_upper_bound=within)
        return chord_to_arc(np.asarray(chord)), np.asarray(index, dtype=np.int64)

    def query_xyz(self, xyz: Floats) -> tuple[Floats, Ints]:
        """Chord in metres to the nearest point, and its index, for earth-centred coordinates."""
        chord, index = self._tree.query(xyz)
        return np.asarray(chord, dtype=np.float64), np.asarray(index, dtype=np.int64)
