"""Reads whole columns of plain decimal degrees at once, with the outcome of `parse_position` for each row.

Whatever is written in any other way is left to `parse_position`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

    from seajuris.batch.answered import Columns
    from seajuris.zones.measure import Floats

_PLAIN = r"^-?[0-9]{1,3}(\.[0-9]{1,12})?$"
_AXIS_M = 6378137.0
_FLATTENING = 1 / 298.257223563
_E2 = _FLATTENING * (2 - _FLATTENING)


@dataclass(frozen=True, slots=True)
class Plain:
    """Positions read at once.

    Attributes:
        read: shape (rows,): which rows were read; the rest of the arrays means something for these alone.
        lat: degrees, shape (rows,).
        lon: degrees, -180 up to but not including 180, shape (rows,).
        precision_m: Radius that the last digits leave open, shape (rows,).
    """

    read: NDArray[np.bool_]
    lat: Floats
    lon: Floats
    precision_m: Floats


def plain_of(batch: pa.RecordBatch, columns: Columns) -> Plain | None:
    """Read the rows of a batch that tell plain degrees; `None` if it has no columns of latitude and longitude."""
    if columns.lat is None or columns.lon is None:
        return None
    return read_plain(*(batch.column(batch.schema.get_field_index(name)) for name in (columns.lat, columns.lon)))


def read_plain(lat: pa.Array, lon: pa.Array) -> Plain:
    """Read two columns of latitudes and longitudes, text or numbers.

    Args:
        lat: Latitudes.
        lon: Longitudes, as many.
    """
    import pyarrow as pa

    if all(pa.types.is_string(column.type) for column in (lat, lon)):
        latitude, lat_half = _text(lat)
        longitude, lon_half = _text(lon)
    elif all(pa.types.is_float64(column.type) for column in (lat, lon)):
        latitude, longitude = (column.to_numpy(zero_copy_only=False) for column in (lat, lon))
        lat_half = lon_half = np.zeros(len(lat))
    else:
        # Arrays of their own: whoever reads the rows in another way fills them in.
        count = len(lat)
        return Plain(np.zeros(count, dtype=np.bool_), np.zeros(count), np.zeros(count), np.zeros(count))
    read = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    latitude = np.where(read, latitude, 0.0) + 0.0  # no minus zero
    longitude = np.where(read & (longitude != 180.0), longitude, -180.0) + 0.0
    return Plain(read, latitude, longitude, _precision_m(latitude, lat_half, lon_half))


def _text(column: pa.Array) -> tuple[Floats, Floats]:
    """Degrees, NaN where something else is written, and half of the last digit."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(column)
    plain = pc.if_else(pc.match_substring_regex(trimmed, _PLAIN), trimmed, pa.scalar(None, pa.string()))
    degrees = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)
    point = pc.find_substring(plain, ".").to_numpy(zero_copy_only=False)
    length = pc.utf8_length(plain).to_numpy(zero_copy_only=False)
    decimals = np.where(point >= 0, length - point - 1, 0)
    return degrees, 0.5 / 10.0 ** np.nan_to_num(decimals)


def _precision_m(lat: Floats, half_lat: Floats, half_lon: Floats) -> Floats:
    """The formula of `seajuris.position`, for arrays."""
    poleward = np.radians(np.minimum(90.0, np.abs(lat) + half_lat))
    equatorward = np.radians(np.maximum(0.0, np.abs(lat) - half_lat))
    meridian = _AXIS_M * (1 - _E2) / (1 - _E2 * np.sin(poleward) ** 2) ** 1.5
    parallel = _AXIS_M * np.cos(equatorward) / np.sqrt(1 - _E2 * np.sin(equatorward) ** 2)
    found: Floats = np.hypot(meridian * np.radians(half_lat), parallel * np.radians(half_lon))
    return found
