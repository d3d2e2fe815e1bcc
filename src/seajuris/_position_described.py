"""Positions told by distance and direction from a place: ``47 nm SW of Pylos``, ``12 M off Lampedusa``.

What was told leaves a sector open, and the circle that comes out holds all of it: the distance is known to half of its
last digit, a point of the compass to half the angle between neighbours, a bearing to half a degree, and the place is
no point. Geodesics on WGS 84 throughout.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from seajuris.errors import PositionError
from seajuris.quantity import METRES_PER_NM, parse_length_m

MAX_DISTANCE_M = 1000 * METRES_PER_NM
"""Farther off, a description says nothing about a zone."""

EXAMPLES = (
    "Accepted, for instance: 47 nm SW of Pylos · 12 M off Lampedusa · 225°T 47 nm from Tripoli, Libya · "
    "47 nm 225 from 36.9, 21.7."
)

_LINK = re.compile(r"(?P<head>.*?)(?:^|(?<=[^\w]))(?:off(?: of)?|of|from)(?= )(?P<place>.*)", re.I)
_FILLER = re.compile(r"\b(distance|bearing|course) of\b", re.I)
_ABOUT = r"about|around|approximately|approx\.?|some|circa|ca\.?|roughly|nearly|almost|~"
_UP_TO = r"within|less than|under|up to|at most|no more than|not more than"
_BEYOND = re.compile(r"\b(?:more than|over|beyond|at least|no less than|not less than)\b", re.I)
_DISTANCE = re.compile(
    rf"(?:\b(?P<about>{_ABOUT})(?: |(?<=~)))?(?:\b(?P<upto>{_UP_TO}) )?(?P<between>\bbetween )?"
    r"(?<![\w.,])(?P<first>[0-9](?:[0-9.,]*[0-9])?)"
    r"(?: ?(?:-|to|and) ?(?P<second>[0-9](?:[0-9.,]*[0-9])?))? ?"
    r"(?P<unit>nautical miles?|statute miles?|sea miles?|[^\W\d_]+)(?![\w])",
    re.I,
)
_MAGNETIC = re.compile(r"[0-9] ?(?:°|deg(?:rees)?)? ?\(?(?:m|mag|magn|c)\b\.?|\b(?:magnetic|mag|compass)\b", re.I)
_BEARING = re.compile(r"(?P<digits>[0-9]{1,3}(?:\.[0-9]+)?) ?(?:°|degrees?|degs?)? ?\(?(?:t|true)?\)?", re.I)
_WORDS = re.compile(r"\b(?:at|a|an|on|in|to|the|due|lying|located|position|bearing|brg|course|azimuth|distance|and)\b")
_NOT_UNITS = {
    "t", "true", "deg", "degs", "degree", "degrees", "to", "and", "on", "at", "bearing", "distance", "c",
    "mag", "magn", "magnetic", "compass",
}  # fmt: skip
_POINTS = ("n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw")
_SPELT = (("north", "n"), ("south", "s"), ("east", "e"), ("west", "w"))
_PLACE_WORDS = re.compile(r"(?:position|point|a point|a position) (?=[0-9NSEW+-])", re.I)


@dataclass(frozen=True, slots=True)
class Span:
    """A value with what its notation leaves open; `low` <= `told` <= `high`."""

    told: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the distance is measured from: degrees, the radius that holds the place, and its name stated back."""

    lat: float
    lon: float
    radius_m: float
    text: str


@dataclass(frozen=True, slots=True)
class Described:
    """The circle that holds everything a description leaves open."""

    lat: float
    lon: float
    radius_m: float
    text: str


def split(text: str) -> tuple[str, str]:
    """Distance and direction, and the place from which they count.

    Raises:
        PositionError: either is missing.
    """
    match = _LINK.fullmatch(_FILLER.sub(r"\1", text))
    head = match["head"].strip(" ,;:") if match is not None else ""
    place = _PLACE_WORDS.sub("", match["place"].strip(" ,;:")) if match is not None else ""
    if not head or not place:
        raise PositionError("the distance or the place is missing", hint=EXAMPLES)
    return head, place


def described(head: str, anchor: Anchor) -> Described:
    """The circle that holds what distance and direction leave open.

    Args:
        head: Distance and direction, as told.
        anchor: The place from which they count.

    Raises:
        PositionError: if they cannot be read with certainty.
    """
    if _MAGNETIC.search(_without_distances(head)):
        raise PositionError(
            "a magnetic or compass bearing is not read: it needs the variation of the place and year",
            hint="Convert it, and give degrees true: 225°T 47 nm from Pylos.",
        )
    distance, rest = _distance(head, anchor)
    direction = _direction(rest)
    if direction is None:
        text = f"{distance.text} off {anchor.text}, direction not told: the circle holds all of the ring"
        return Described(anchor.lat, anchor.lon, distance.high + anchor.radius_m, text)
    lat, lon = destination(anchor.lat, anchor.lon, direction.told, distance.told)
    corners = [
        destination(anchor.lat, anchor.lon, bearing, length)
        for bearing in (direction.low, direction.high)
        for length in (distance.low, distance.high)
    ]
    radius = max(_apart(lat, lon, *corner) for corner in corners)
    radius += _from_elsewhere_in(anchor, distance.high)
    # The corners of the sector are its farthest points to a part in ten thousand.
    return Described(lat, lon, radius * 1.0001 + 1.0, f"{distance.text} {direction.text} of {anchor.text}")


def destination(lat: float, lon: float, bearing: float, distance_m: float) -> tuple[float, float]:
    """Where a geodesic leads: latitude, and longitude from -180 up to but not including 180, in degrees."""
    from geographiclib.geodesic import Geodesic

    end = Geodesic.WGS84.Direct(lat, lon, bearing, distance_m, Geodesic.LATITUDE | Geodesic.LONGITUDE)
    return float(end["lat2"]), -180.0 if end["lon2"] >= 180.0 else float(end["lon2"])


def _apart(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    from geographiclib.geodesic import Geodesic

    return float(Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE)["s12"])


def _from_elsewhere_in(anchor: Anchor, distance_m: float) -> float:
    """How far the end moves if the same bearing and distance count from elsewhere in the place.

    As far as the start moves, and more because north differs between the two: meridians converge by the tangent of the
    latitude. Metres.
    """
    radius_of_earth = 6_335_000.0
    poleward = math.radians(abs(anchor.lat)) + anchor.radius_m / radius_of_earth
    turned = anchor.radius_m / radius_of_earth * math.tan(poleward) if poleward < 1.55 else math.inf
    return anchor.radius_m + min(distance_m * turned, 2 * distance_m)


# --- Distance ------------------------------------------------------------------------------------------------------


def _distances(head: str) -> list[re.Match[str]]:
    return [match for match in _DISTANCE.finditer(head) if not _no_unit(match["unit"])]


def _no_unit(word: str) -> bool:
    low = word.lower()
    return low in _NOT_UNITS or low in _POINTS or low.startswith(("north", "south", "east", "west"))


def _without_distances(head: str) -> str:
    # "47 M" is a distance; "225°M" is none, for the mark stands between the number and the letter.
    for match in reversed(_distances(head)):
        head = f"{head[: match.start()]} {head[match.end() :]}"
    return head


def _distance(head: str, anchor: Anchor) -> tuple[Span, str]:
    """Read the one distance; returns it, and what is left of the text."""
    if _BEYOND.search(head):
        raise PositionError("a distance without an upper end leaves everything open", hint=EXAMPLES)
    found = _distances(head)
    if len(found) != 1:
        what = "no distance with a unit" if not found else "more than one distance"
        raise PositionError(f"{what} in {head!r}", hint=f"Units: nm or M, km, m, cable. {EXAMPLES}")
    (match,) = found
    rest = f"{head[: match.start()]} {head[match.end() :]}"
    unit, first, second = match["unit"], match["first"], match["second"]
    ends = [parse_length_m(f"{number} {unit}") for number in (first, second) if number is not None]
    half = [_half_digit(number) * parse_length_m(f"1 {unit}") for number in (first, second) if number is not None]
    if match["about"]:
        half = [2 * width for width in half]
    if len(ends) == 2 and ends[0] >= ends[1]:
        raise PositionError(f"the distances {first} to {second} {unit} run backwards", hint=EXAMPLES)
    low, high = max(0.0, ends[0] - half[0]), ends[-1] + half[-1]
    if match["upto"]:
        low = 0.0
    if ends[0] == 0 or high > MAX_DISTANCE_M:
        raise PositionError(f"a distance of {match[0].strip()!r} is not read", hint="More than 0 and below 1000 nm.")
    if unit == "m" and high < anchor.radius_m:
        # Whoever writes "12 m off Lampedusa" hardly means the length of a bus.
        raise PositionError(
            f"{match[0].strip()!r} is in metres, which is less than the place itself measures",
            hint=f"For nautical miles write {first} M or {first} nm; for metres write the word: {first} metres.",
        )
    told = (ends[0] + ends[-1]) / 2 if match["upto"] is None else high / 2
    name = "M" if parse_length_m(f"1 {unit}") == METRES_PER_NM else unit
    factor = parse_length_m(f"1 {unit}")
    shown = " ".join(match[0].split()).removesuffix(unit).strip()
    text = f"{shown} {name} (read as {_number(low / factor)} to {_number(high / factor)})"
    return Span(told, low, high, text), rest


def _half_digit(number: str) -> float:
    """Half of the last digit that counts: 0.5 for 47, 0.05 for 4.5; for 50 it is 5, since the nought may not count."""
    whole, point, fraction = number.partition(".")
    if point:
        return 0.5 * 10.0 ** -len(fraction)
    noughts = len(whole) - len(whole.rstrip("0"))
    return 0.5 * 10.0 ** min(noughts, len(whole) - 1)


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


# --- Direction -----------------------------------------------------------------------------------------------------


def _direction(text: str) -> Span | None:
    """Read what is left beside the distance: a point of the compass, a bearing, or nothing."""
    plain = " ".join(_WORDS.sub(" ", text.lower()).replace(",", " ").replace("/", " ").replace(";", " ").split())
    if not plain:
        return None
    bearing = _BEARING.fullmatch(plain)
    if bearing is not None:
        return _bearing(bearing["digits"])
    letters = plain.replace("-", " ")
    for word, letter in _SPELT:
        letters = letters.replace(word, letter)
    letters = letters.replace(" ", "").replace(".", "")
    if letters in _POINTS:
        at = _POINTS.index(letters)
        # Who names one of four points may know no others: the coarsest rose that has the point.
        half = 45.0 if at % 4 == 0 else 22.5 if at % 2 == 0 else 11.25
        told = 22.5 * at
        return Span(told, told - half, told + half, f"{letters.upper()} ({_arc(told - half, told + half)})")
    raise PositionError(
        f"the direction {text.strip()!r} is not read",
        hint=f"One of 16 points of the compass (N, NNE, north-east ...), or degrees true from 000 to 360. {EXAMPLES}",
    )


def _bearing(digits: str) -> Span:
    told = float(digits)
    if told > 360:
        raise PositionError(f"a bearing of {digits} is beyond 360 degrees", hint=EXAMPLES)
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    whole, point, fraction = digits.partition(".")
    shown = f"{whole:0>3}{point}{fraction}°T"
    return Span(told, told - half, told + half, f"{shown} ({_arc(told - half, told + half)})")


def _arc(low: float, high: float) -> str:
    ends = [f"{value % 360:.3f}".rstrip("0").rstrip(".") for value in (low, high)]
    return f"read as {ends[0]}° to {ends[1]}° true"
