"""Positions: what was typed, what it was read as, and how far the notation leaves it open.

`parse_position` reads the notations that people use for positions at sea, and refuses whatever has more
than one reading. The result is a position on WGS 84 with the radius that its last digit leaves open: a
position given in whole minutes of arc is known to about a mile, whatever the receiver displayed.

Sources: ISO 6709:2008 for ``+36.25+021.0667/``; RFC 5870 for ``geo:`` URIs; WGS 84 defining
parameters (NGA.STND.0036) for the ellipsoid.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from seajuris._position_grammar import (
    Angle,
    Order,
    angle,
    canonical,
    checked,
    packed,
    read_pair,
)
from seajuris._position_tokens import ACCEPTED
from seajuris.errors import PositionError
from seajuris.quantity import clean
from seajuris.quantity import parse_length_m as parse_length_m

if TYPE_CHECKING:
    from seajuris._position_described import Anchor

_AXIS_M = 6378137.0
_FLATTENING = 1 / 298.257223563
_E2 = _FLATTENING * (2 - _FLATTENING)

_ISO6709 = re.compile(
    r"([+-])([0-9]{2}|[0-9]{4}|[0-9]{6})(\.[0-9]+)?([+-])([0-9]{3}|[0-9]{5}|[0-9]{7})(\.[0-9]+)?"
    r"([+-][0-9]+(?:\.[0-9]+)?)?(?:CRS([A-Za-z0-9_:]+))?/?"
)
_WGS84_NAMES = {"WGS84", "WGS_84", "EPSG:4326", "EPSG:4979"}
_NUMBER = re.compile(r"(-?)([0-9]+(?:\.[0-9]+)?)")

# Cheap tests for the rarer notations: what reads them is imported only then.
_LINKED = re.compile(r"(?<!\w)(?:of|off|from) ", re.IGNORECASE)
_CODE = re.compile(r"[0-9]{1,2} ?[A-Z] ?[A-Z]{2}[0-9 ]*|[0-9A-Z]{2,8}\+.*", re.IGNORECASE)

_OTHER_SYSTEMS = (
    (re.compile(r".*[0-9]E[+-][0-9].*"), "a number in scientific notation"),
    (re.compile(r"(?:UTM )?[0-9]{1,2} ?[C-HJ-NP-X],? [0-9]{6}[0-9.mE]*,? [0-9]{7}[0-9.mN]*"), "a UTM position"),
    (re.compile(r"(?:SRID=[0-9]+;)?POINT ?[ZM(].*"), "well-known text, which has the longitude first,"),
)


@dataclass(frozen=True, slots=True)
class Position:
    """A position on WGS 84.

    Args:
        lat: Latitude in degrees, -90 to 90, positive north.
        lon: Longitude in degrees, from -180 up to but not including 180, positive east.
        accuracy_m: Radius of uncertainty in metres as stated by the user; None if none was stated.
        precision_m: Radius in metres that the notation leaves open: half of the last digit written, in
            latitude and longitude together. 0 for a position given as numbers.
        read_as: The position stated back, in degrees and minutes, with every digit that was typed.
        source: The text as typed.
        described: Whether it was told by distance and direction from a place. Then latitude and longitude are no
            more than the centre of the circle; of a distance all around a place, they are the place itself.

    Raises:
        PositionError: if a number is not finite or out of range.
    """

    lat: float
    lon: float
    accuracy_m: float | None
    precision_m: float
    read_as: str
    source: str
    described: bool = False

    def __post_init__(self) -> None:
        # A NaN passes through every geometric test as "not inside": it must never get that far.
        if not (-90 <= self.lat <= 90 and -180 <= self.lon < 180):
            raise PositionError(f"latitude {self.lat!r}, longitude {self.lon!r} is no position on Earth")
        for name, radius in (("accuracy", self.accuracy_m), ("precision", self.precision_m)):
            if radius is not None and not 0 <= radius < math.inf:
                raise PositionError(f"the {name} of a position cannot be {radius!r} m")

    @classmethod
    def from_degrees(cls, lat: float, lon: float, accuracy_m: float | None = None) -> Self:
        """Make a position from numbers.

        Numbers do not tell how many digits were meant, so the precision is 0: state an accuracy.

        Args:
            lat: Latitude in degrees, -90 to 90.
            lon: Longitude in degrees, -180 to 180; 180 becomes -180, the same meridian.
            accuracy_m: Radius of uncertainty in metres.

        Raises:
            PositionError: for NaN, infinity, values out of range, and what is no `int` or `float`.
        """
        pair = checked(_exact(lat, "latitude"), _exact(lon, "longitude"))
        accuracy = None if accuracy_m is None else parse_length_m(_number(accuracy_m, "accuracy"))
        # Seven decimals of a minute are 0.2 mm: far below any fix.
        decimals = next((n for n in range(1, 7) if _is_short(lat, n) and _is_short(lon, n)), 7)
        read_as = canonical(*pair, decimals)
        return cls(*_degrees(pair), accuracy, 0.0, read_as, f"{lat!r}, {lon!r}")

    @classmethod
    def from_decimals(cls, lat: str, lon: str, accuracy_m: float | None = None) -> Self:
        """Make a position from two decimal numbers as typed: what `parse_position` makes of both, but faster.

        Args:
            lat: Latitude in degrees, ASCII digits with at most a sign and a decimal point.
            lon: Longitude, in the same way.
            accuracy_m: Radius of uncertainty in metres.

        Raises:
            PositionError: for values out of range.
        """
        pair = checked(*(angle([text.lstrip("+-")], negative=text[:1] == "-") for text in (lat, lon)))
        precision = _precision_m(pair[0].degrees, 0.5 / pair[0].den, 0.5 / pair[1].den)
        return cls(*_degrees(pair), accuracy_m, precision, canonical(*pair), f"{lat}, {lon}")


def parse_position(text: str, *, accuracy: str | float | None = None, order: Order = "latlon") -> Position:
    """Read a position.

    Accepted are decimal degrees, degrees and minutes, degrees, minutes and seconds with hemisphere letters
    before or after; digits in a row (``3530.0N 01236.0E``); ISO 6709; ``geo:`` URIs, whose ``u`` is the
    accuracy; labelled pairs; MGRS references and full Plus codes; and distance and direction from a place
    (``47 nm SW of Pylos``). A height is skipped. UTM is recognised, but not read.

    Args:
        text: The position, at most 200 characters.
        accuracy: Radius of uncertainty: text with a unit (``1 nm``) or a number of metres.
        order: What comes first in a pair that has neither letters nor labels.

    Raises:
        PositionError: if there is not exactly one reading; all readings are shown. Also if the
            accuracy cannot be read, or contradicts the one in a ``geo:`` URI.
    """
    if not isinstance(text, str):
        raise PositionError(f"a position is text, not {type(text).__name__}", hint=ACCEPTED)
    if order not in ("latlon", "lonlat"):
        raise PositionError(f"the order {order!r} is not known", hint="latlon or lonlat")
    plain = clean(text, "position")
    accuracy_m = None if accuracy is None else parse_length_m(accuracy)
    if plain[:4].lower() == "geo:":
        pair, stated = _read_geo(plain)
        if None not in (stated, accuracy_m) and stated != accuracy_m:
            raise PositionError(
                f"the geo: URI states an accuracy of {stated} m, beside it stands {accuracy_m} m",
                hint="Give one of them.",
            )
        accuracy_m = accuracy_m if stated is None else stated
    elif (iso := _ISO6709.fullmatch(plain)) is not None:
        pair = _read_iso6709(iso)
    elif _LINKED.search(plain) is not None:
        return _read_described(plain, text, accuracy_m, order)
    elif _CODE.fullmatch(plain) is not None and (coded := _read_code(plain, text, accuracy_m)) is not None:
        return coded
    else:
        _refuse_other_systems(plain)
        pair = read_pair(plain, order)
    lat, lon = pair
    precision = _precision_m(lat.degrees, 0.5 / lat.den, 0.5 / lon.den)
    return Position(*_degrees(pair), accuracy_m, precision, canonical(lat, lon), text)


def _read_code(plain: str, text: str, accuracy_m: float | None) -> Position | None:
    """The middle of the cell that a code names, and the radius that reaches its corners; None if it is no code."""
    from seajuris._position_codes import read_code

    cell = read_code(plain)
    if cell is None:
        return None
    radius = cell.radius_m
    if radius is None:
        radius = _precision_m(cell.lat.degrees, cell.half_lat, cell.half_lon)
    read_as = canonical(cell.lat, cell.lon, cell.decimals)
    return Position(*_degrees((cell.lat, cell.lon)), accuracy_m, radius, read_as, text)


def _read_described(plain: str, text: str, accuracy_m: float | None, order: Order) -> Position:
    """Read ``47 nm SW of Pylos``: the centre of the circle that holds what this leaves open, and its radius."""
    from seajuris._position_described import described, split

    head, place = split(plain)
    if _LINKED.search(place) is not None and any(char.isdigit() for char in place):
        raise PositionError(
            "a distance from a distance is not read", hint="Plot the first one, and measure from its coordinates."
        )
    told = described(head, _anchor(place, order))
    read_as = f"{format_position(told.lat, told.lon)}: {told.text}"
    return Position(told.lat, told.lon, accuracy_m, told.radius_m, read_as, text, described=True)


def _anchor(place: str, order: Order) -> Anchor:
    """The place from which a distance counts: coordinates if it has digits, else a name of the gazetteer."""
    from seajuris._position_described import Anchor

    if any(char.isdigit() for char in place):
        point = parse_position(place, order=order)
        return Anchor(point.lat, point.lon, point.precision_m, f"{point.read_as} (± {_metres(point.precision_m)})")
    # Only now is the file needed: coordinates never read it.
    from seajuris.gazetteer import gazetteer

    named = gazetteer().find(place)
    where = format_position(named.lat, named.lon)
    text = f"{named.label}, {named.kind} at {where} (± {_metres(named.uncertainty_m)})"
    return Anchor(named.lat, named.lon, named.uncertainty_m, text)


def _metres(length: float) -> str:
    return f"{length / 1000:.1f} km" if length >= 1000 else f"{math.ceil(length)} m"


def format_position(lat: float, lon: float, *, decimals_of_minute: int = 1) -> str:
    """Write a position as ``36°15.0'N 021°04.0'E``.

    Args:
        lat: Latitude in degrees.
        lon: Longitude in degrees, -180 to 180.
        decimals_of_minute: 0 to 10.

    Raises:
        PositionError: if the position is out of range or not finite.
        ValueError: if the number of decimals is out of range.
    """
    if not 0 <= decimals_of_minute <= 10:
        raise ValueError(f"decimals_of_minute must be 0 to 10, not {decimals_of_minute}")
    pair = checked(_exact(lat, "latitude"), _exact(lon, "longitude"))
    return canonical(*pair, decimals_of_minute)


def _degrees(pair: tuple[Angle, Angle]) -> tuple[float, float]:
    """Latitude and longitude in degrees; 180 becomes -180, so that one meridian has one number."""
    lat, lon = (item.degrees for item in pair)
    return lat, -180.0 if lon == 180.0 else lon


def _number(value: float, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PositionError(f"the {name} must be a number, not {type(value).__name__}")
    return value


def _exact(value: float, name: str) -> Angle:
    if not -math.inf < _number(value, name) < math.inf:
        raise PositionError(f"the {name} must be a finite number, not {value!r}")
    return Angle(*value.as_integer_ratio())


def _is_short(degrees: float, decimals: int) -> bool:
    """Whether so many decimals of a minute state the value to a billionth of a degree."""
    scaled = degrees * 60 * 10.0**decimals
    return abs(scaled - round(scaled)) <= 60e-9 * 10.0**decimals


def _precision_m(lat: float, half_lat: float, half_lon: float) -> float:
    """Half-diagonal in metres of the cell that the last digits leave open.

    Radii of curvature of the ellipsoid stand in for the geodesic. They are taken where the cell is
    largest (the meridian arc at its poleward edge, the parallel at its equatorward edge), so that the
    radius covers all four corners.

    Args:
        lat: Latitude in degrees.
        half_lat: Half of the last digit of the latitude, in degrees.
        half_lon: Half of the last digit of the longitude, in degrees.
    """
    poleward = math.radians(min(90.0, abs(lat) + half_lat))
    equatorward = math.radians(max(0.0, abs(lat) - half_lat))
    meridian = _AXIS_M * (1 - _E2) / (1 - _E2 * math.sin(poleward) ** 2) ** 1.5
    parallel = _AXIS_M * math.cos(equatorward) / math.sqrt(1 - _E2 * math.sin(equatorward) ** 2)
    return math.hypot(meridian * math.radians(half_lat), parallel * math.radians(half_lon))


def _read_iso6709(match: re.Match[str]) -> tuple[Angle, Angle]:
    lat_sign, lat, lat_part, lon_sign, lon, lon_part, _height, crs = match.groups(default="")
    if len(lat) + 1 != len(lon):
        raise PositionError(
            "the latitude and the longitude have different numbers of digits",
            hint="ISO 6709: +36.25+021.0667/ or +3615.0+02104.0/ or +361500.0+0210400.0/",
        )
    if crs and crs.upper() not in _WGS84_NAMES:
        raise PositionError(f"the reference system {crs} is not WGS 84", hint="Convert it first.")
    pairs = ((lat_sign, lat + lat_part, 2), (lon_sign, lon + lon_part, 3))
    angles = []
    for sign, digits, width in pairs:
        found = packed(digits, width)
        assert found is not None, "the expression admits these numbers of digits only"  # noqa: S101
        angles.append(Angle(-found.num if sign == "-" else found.num, found.den))
    return checked(angles[0], angles[1])


def _read_geo(text: str) -> tuple[tuple[Angle, Angle], float | None]:
    """Read a ``geo:`` URI: latitude, longitude, perhaps height; then ``crs`` and ``u`` (RFC 5870)."""
    coordinates, *parameters = text[4:].split(";")
    numbers = [_NUMBER.fullmatch(part) for part in coordinates.split(",")]
    found = [match.groups() for match in numbers if match is not None]
    if len(found) != len(numbers) or len(found) not in (2, 3):
        raise PositionError(f"{coordinates!r} is no pair of decimal degrees", hint="geo:36.25,21.0667;u=50")
    told: dict[str, str] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        name = name.lower()
        if name in told or name not in ("crs", "u") or not equals:
            raise PositionError(f"the parameter {parameter!r} is not read", hint="crs and u, each once")
        told[name] = value
    if told.get("crs", "wgs84").lower() != "wgs84":
        raise PositionError(f"the reference system {told['crs']} is not WGS 84", hint="Convert it first.")
    lat, lon = (angle([digits], negative=sign == "-") for sign, digits in found[:2])
    pair = checked(lat, lon)
    if "u" not in told:
        return pair, None
    radius = _NUMBER.fullmatch(told["u"])
    if radius is None or radius.group(1):
        raise PositionError(f"the uncertainty u={told['u']} is no number of metres", hint="u=50")
    return pair, parse_length_m(f"{radius.group(2)} m")


def _refuse_other_systems(text: str) -> None:
    for shape, name in _OTHER_SYSTEMS:
        if shape.fullmatch(text.upper()):
            raise PositionError(
                f"this looks like {name} and is not supported",
                hint=f"Write latitude and longitude instead. {ACCEPTED}",
            )
