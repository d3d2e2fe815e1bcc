"""The part of the sea that a map shows: chosen from what has to be seen, in map units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seajuris.errors import InputError
from seajuris.quantity import parse_length_m
from seajuris.render.map.projection import MAX_RADIUS_M, Azimuthal
from seajuris.zones.measure import METRES_PER_NM, Floats

WIDTH, HEIGHT = 736.0, 540.0
"""Size of the drawn sea in map units; 800 units are the width of a page of text, so that 13 units are 8 points."""

_MIN_HALF_M = 6 * METRES_PER_NM
_MAX_HALF_M = 5.0e6
_BOX = re.compile(r"\s*,\s*".join([r"([+-]?\d{1,3}(?:\.\d{1,9})?)"] * 4))


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of the plane around an origin.

    Attributes:
        plane: The projection; its origin is the position, if there is one.
        west_m, north_m: The window's upper left corner, metres from the origin.
        units_per_m: Map units per metre; the same in all directions.
        width, height: Size in map units.
    """

    plane: Azimuthal
    west_m: float
    north_m: float
    units_per_m: float
    width: float = WIDTH
    height: float = HEIGHT

    def units(self, lonlat: Floats) -> Floats:
        """Positions in degrees, shape (n, 2), as map units: right and down from the upper left corner."""
        metres = self.plane.forward(lonlat)
        return np.column_stack(
            ((metres[:, 0] - self.west_m) * self.units_per_m, (self.north_m - metres[:, 1]) * self.units_per_m)
        )

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """One position in map units."""
        x, y = self.units(np.array([[lon, lat]]))[0]
        return float(x), float(y)

    def position(self, x: float, y: float) -> tuple[float, float]:
        """The position (lon, lat) of a place in map units."""
        return self.plane.inverse(self.west_m + x / self.units_per_m, self.north_m - y / self.units_per_m)

    @property
    def centre(self) -> tuple[float, float]:
        """The position (lon, lat) in the middle of the window."""
        return self.position(self.width / 2, self.height / 2)

    @property
    def radius_m(self) -> float:
        """Metres from the middle to a corner."""
        return math.hypot(self.width, self.height) / 2 / self.units_per_m

    def enlarged(self, factor: float) -> Frame:
        """The same scale and middle, `factor` times as wide and high."""
        grow_x, grow_y = (self.width * (factor - 1) / 2, self.height * (factor - 1) / 2)
        return Frame(
            self.plane,
            self.west_m - grow_x / self.units_per_m,
            self.north_m + grow_y / self.units_per_m,
            self.units_per_m,
            self.width * factor,
            self.height * factor,
        )


def around(lon: float, lat: float, reach: Iterable[tuple[float, float]], radius_m: float) -> Frame:
    """A window with the position in its middle that shows some places and the circle of uncertainty.

    Args:
        lon: degrees.
        lat: degrees.
        reach: Positions (lon, lat) that have to be seen.
        radius_m: Radius of uncertainty, metres.
    """
    plane = Azimuthal(lon, lat)
    half = max(_MIN_HALF_M, 1.6 * radius_m)
    places = np.array(list(reach), dtype=np.float64).reshape(-1, 2)
    if len(places):
        metres = np.abs(plane.forward(places))
        half = max(half, 1.25 * float(max(metres[:, 1].max(), metres[:, 0].max() * HEIGHT / WIDTH)))
    return _centred(plane, min(half, _MAX_HALF_M))


def _centred(plane: Azimuthal, half_height_m: float) -> Frame:
    units = HEIGHT / 2 / half_height_m
    return Frame(plane, -WIDTH / 2 / units, HEIGHT / 2 / units, units)


def of_text(text: str, position: tuple[float, float] | None) -> Frame:
    """The window that a user asks for.

    Args:
        text: A length (half the height of the map, around the position), or ``west,south,east,north`` in degrees.
        position: The position (lon, lat), if there is one.

    Raises:
        InputError: if the text is neither, or the window is empty or larger than can be drawn truly.
    """
    match = _BOX.fullmatch(text.strip())
    if match is None:
        return _of_length(text, position)
    west, south, east, north = (float(v) for v in match.groups())
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90 and west != east):
        raise InputError(
            f"{text!r} is no window",
            where="--extent",
            hint="Write west,south,east,north in degrees, e.g. 11,34,15,37; across 180°: 177,-20,-177,-15.",
        )
    if east < west:
        east += 360
    middle = (((west + east) / 2 + 180) % 360 - 180, (south + north) / 2)
    plane = Azimuthal(*(position or middle))
    along = np.linspace(0.0, 1.0, 41)
    lons, lats = west + (east - west) * along, south + (north - south) * along
    edge = np.vstack(
        [np.column_stack((lons, np.full(41, lat))) for lat in (south, north)]
        + [np.column_stack((np.full(41, lon), lats)) for lon in (west, east)]
    )
    metres = plane.forward(edge)
    if np.hypot(metres[:, 0], metres[:, 1]).max() > MAX_RADIUS_M:
        raise InputError(
            f"the window {text!r} is too large to be drawn truly, or too far from the position",
            where="--extent",
            hint="A map shows at most a quarter of the way around the earth from its centre.",
        )
    low, high = metres.min(axis=0), metres.max(axis=0)
    units = min(WIDTH / (high[0] - low[0]), HEIGHT / (high[1] - low[1]))
    centre = (low + high) / 2
    return Frame(plane, float(centre[0] - WIDTH / 2 / units), float(centre[1] + HEIGHT / 2 / units), float(units))


def _of_length(text: str, position: tuple[float, float] | None) -> Frame:
    hint = "Write a length, e.g. 40nm (from the position to the upper edge), or west,south,east,north in degrees."
    if position is None:
        raise InputError(f"{text!r} needs a position to be measured from", where="--extent", hint=hint)
    try:
        half = parse_length_m(text)
    except InputError:
        raise InputError(f"{text!r} is neither a length nor a window", where="--extent", hint=hint) from None
    if not 100 <= half <= _MAX_HALF_M:
        raise InputError(
            f"{text!r} cannot be drawn", where="--extent", hint="Accepted are 100 m to 2,700 M (5,000 km)."
        )
    return _centred(Azimuthal(*position), half)
