"""Areas on the WGS 84 ellipsoid, vectorised.

The plane is the cylindrical equal-area projection of the ellipsoid (by way of the authalic latitude). Meridians and
parallels stay straight in it; any other edge of the zone data is so short that it makes no difference.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]

_A = 6378137.0
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)
_E = _E2**0.5


def equal_area(lonlat: Floats) -> Floats:
    """Degrees to metres in a plane in which areas are those on the ellipsoid.

    Args:
        lonlat: shape (n, 2), degrees.
    """
    sine = np.sin(np.radians(lonlat[:, 1]))
    part = _E * sine
    q = (1 - _E2) * (sine / (1 - part**2) + np.arctanh(part) / _E)
    return np.column_stack((_A * np.radians(lonlat[:, 0]), _A * q / 2))


def area_km2(shapes: BaseGeometry | npt.NDArray[np.object_] | list[BaseGeometry]) -> float:
    """The area of polygons together, square kilometres.

    Args:
        shapes: Polygons in degrees, edges of 5 km at most unless they follow a meridian or a parallel.
    """
    flat = shapely.transform(np.asarray(shapes, dtype=object), equal_area)
    return float(np.sum(shapely.area(flat))) / 1e6
