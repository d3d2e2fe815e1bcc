"""Positions as codes: MGRS references and Plus codes. A code names a cell; the position is its middle.

Sources: NGA.STND.0037 (Universal Grids) for MGRS; the Open Location Code specification for Plus codes.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from seajuris._position_grammar import Angle
from seajuris.errors import PositionError

_MGRS = re.compile(
    r"(?P<zone>[0-9]{1,2}) ?(?P<band>[C-HJ-NP-X]) ?(?P<square>[A-HJ-NP-Z]{2})(?P<digits>(?: ?[0-9]{1,10}){0,2})"
)
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_SQUARE_M = 100_000
_ROW_CYCLE_M = 2_000_000
# Zones 31 to 37 are wider than 6 degrees off Norway and around Svalbard.
_REACH_DEG = 6.0

_PLUS = re.compile(r"(?P<area>[02-9CFGHJMPQRVWX]{8})\+(?P<rest>[2-9CFGHJMPQRVWX]*)")
_SHORT_PLUS = re.compile(r"[2-9CFGHJMPQRVWX]{2,6}\+[2-9CFGHJMPQRVWX]{0,7}(?: .*)?")
_ALPHABET = "23456789CFGHJMPQRVWX"
_PLUS_HINT = "A full code has eight characters before the plus sign: 8FQ5GM2X+2F."


@dataclass(frozen=True, slots=True)
class Cell:
    """The cell that a code names.

    Attributes:
        lat: Middle, exact or as near as a float.
        lon: Middle.
        half_lat: Half its height in degrees; 0 where `radius_m` is known.
        half_lon: Half its width in degrees.
        radius_m: Half its diagonal in metres, for cells of a metric grid; else `None`.
        decimals: Decimals of a minute that state it.
    """

    lat: Angle
    lon: Angle
    half_lat: float
    half_lon: float
    radius_m: float | None
    decimals: int


def read_code(text: str) -> Cell | None:
    """Read an MGRS reference or a full Plus code; None if the text is neither.

    Raises:
        PositionError: it looks like one, and there is no such cell.
    """
    plain = text.upper()
    mgrs = _MGRS.fullmatch(plain)
    if mgrs is not None:
        return _mgrs(mgrs, text)
    plus = _PLUS.fullmatch(plain)
    if plus is not None:
        return _plus_code(plus["area"], plus["rest"])
    if _SHORT_PLUS.fullmatch(plain):
        raise PositionError("a shortened Plus code needs a place near by and is not read", hint=_PLUS_HINT)
    return None


def _plus_code(area: str, rest: str) -> Cell:
    digits = area.rstrip("0")
    if "0" in digits or len(digits) % 2 or not digits or (len(digits) < 8 and rest) or len(rest) == 1 or len(rest) > 7:
        raise PositionError("there is no such Plus code", hint=_PLUS_HINT)
    digits += rest
    # Degrees as fractions: every pair divides by 20, every further character by 5 in latitude and by 4 in longitude.
    lat = lon = 0
    lat_den = lon_den = 1
    for at in range(0, min(len(digits), 10), 2):
        lat, lon = lat * 20 + _ALPHABET.index(digits[at]), lon * 20 + _ALPHABET.index(digits[at + 1])
        if at:
            lat_den, lon_den = lat_den * 20, lon_den * 20
    for char in digits[10:]:
        row, column = divmod(_ALPHABET.index(char), 4)
        lat, lon, lat_den, lon_den = lat * 5 + row, lon * 4 + column, lat_den * 5, lon_den * 4
    # The first pair counts in steps of 20 degrees from the south pole and the antimeridian.
    half_lat, half_lon = 10 / lat_den, 10 / lon_den
    middle_lat = Angle((2 * lat + 1) * 10 - 90 * lat_den, lat_den)
    middle_lon = Angle((2 * lon + 1) * 10 - 180 * lon_den, lon_den)
    if abs(middle_lat.degrees) > 90 or abs(middle_lon.degrees) > 180:
        raise PositionError("there is no such Plus code: it lies beyond the pole or 180 degrees", hint=_PLUS_HINT)
    decimals = min(7, max(1, math.ceil(math.log10(1 / (60 * half_lat)))))
    return Cell(middle_lat, middle_lon, half_lat, half_lon, None, decimals)


def _mgrs(match: re.Match[str], text: str) -> Cell:
    zone, band, square = int(match["zone"]), match["band"], match["square"]
    groups = match["digits"].split()
    digits = "".join(groups)
    if len(digits) % 2 or len(digits) > 10 or (len(groups) == 2 and len(groups[0]) != len(groups[1])):
        raise PositionError(
            f"the MGRS reference {text!r} has {' and '.join(str(len(g)) for g in groups)} digits",
            hint="Easting and northing have the same number of digits, at most 5 each: 33S VV 12345 67890.",
        )
    column = _COLUMNS[(zone - 1) % 3].find(square[0])
    row = _ROWS.find(square[1])
    if not 1 <= zone <= 60 or column < 0 or row < 0:
        raise PositionError(f"there is no square {square} in zone {zone} of MGRS", hint="Check zone and letters.")
    size = _SQUARE_M / 10 ** (len(digits) // 2)
    half = len(digits) // 2
    east = (column + 1) * _SQUARE_M + (int(digits[:half]) if half else 0) * size + size / 2
    north = ((row - (0 if zone % 2 else 5)) % len(_ROWS)) * _SQUARE_M
    north += (int(digits[half:]) if half else 0) * size + size / 2
    lat, lon = _from_utm(zone, band, east, north, size, text)
    exact = [Angle(*value.as_integer_ratio()) for value in (lat, lon)]
    decimals = min(5, max(1, math.ceil(math.log10(1852 / size))))
    # The grid is at most a twentieth of a per cent smaller than the ground.
    return Cell(exact[0], exact[1], 0.0, 0.0, size * math.sqrt(0.5) * 1.0005, decimals)


def _from_utm(zone: int, band: str, east: float, north: float, size: float, text: str) -> tuple[float, float]:
    """Latitude and longitude in degrees; rows repeat every 2,000 km, and the band tells which is meant."""
    # 0.1 s to import, and nobody else needs it.
    from pyproj import Proj

    south = band < "N"
    grid = Proj(proj="utm", zone=zone, south=south, ellps="WGS84")
    bottom = -80.0 + 8.0 * _BANDS.index(band)
    top = 84.0 if band == "X" else bottom + 8.0
    middle = 6.0 * zone - 183.0
    points = []
    for cycle in range(5):
        # Up to 10,000 km north of the equator the projection has a point for every easting.
        lon, lat = grid(east, north + cycle * _ROW_CYCLE_M, inverse=True)
        points.append((max(bottom - lat, lat - top, 0.0), float(lat), float(lon)))
    outside, lat, lon = min(points)
    # A square that a line of the grid cuts belongs to both bands.
    slack = size / 111_000
    aside = abs((lon - middle + 180.0) % 360.0 - 180.0)
    if outside > slack or aside > _REACH_DEG + slack / math.cos(math.radians(lat)):
        raise PositionError(f"MGRS has no square {text!r} in that zone and band", hint="Check zone and letters.")
    return lat, -180.0 if lon >= 180.0 else lon
