"""Positions: what must hold for every position and every text."""

from __future__ import annotations

import math
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st
from pyproj import Geod

from seajuris.errors import PositionError
from seajuris.position import Position, format_position, parse_length_m, parse_position

WGS84 = Geod(ellps="WGS84")

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180, exclude_max=True)
DECIMALS = st.integers(0, 7)

# What positions are made of, so that random text often comes near to one.
PIECES = st.sampled_from(
    [
        *("0123456789", "12", "35.5", "012", "3530", "59.99", "90", "180", "360"),
        *" .,;:/+-−–°º'′\"″|=",
        *("''", "\u00a0", ", ", " - "),
        *"0123456789NSEWnsewOodmDMνΒΑ",
        *("North", "Ost", "lat", "lon=", "deg", "min", "sec", "geo:", ";u=5", "CRS", "e-5"),
        *("٣", "٫", "５", "²", "nan", "nm", "\t", "\u200b"),
    ]
)


def sexagesimal(value: float, parts: int, decimals: int) -> tuple[list[str], float]:
    """Digits of |value| in 1 to 3 parts, rounded, and the size of the last digit in degrees."""
    per_degree = 60 ** (parts - 1) * 10**decimals
    total = round(abs(value) * per_degree)
    whole, fraction = divmod(total, 10**decimals)
    numbers: list[int] = []
    for _ in range(parts - 1):
        whole, part = divmod(whole, 60)
        numbers.insert(0, part)
    texts = [str(whole), *(f"{number:02d}" for number in numbers)]
    if decimals:
        texts[-1] += f".{fraction:0{decimals}d}"
    return texts, 1 / per_degree


Notation = Callable[[list[str], str, bool], str]


def joined(*marks: str, glue: str = "") -> Notation:
    def write(parts: list[str], letter: str, lon: bool) -> str:
        pairs = zip(parts, marks, strict=False)
        return glue.join(part + mark for part, mark in pairs) + letter

    return write


def between(joint: str) -> Notation:
    return lambda parts, letter, lon: joint.join(parts) + letter


def prefixed(parts: list[str], letter: str, lon: bool) -> str:
    return f"{letter} {' '.join(parts)}"


def in_a_row(parts: list[str], letter: str, lon: bool) -> str:
    whole, *rest = parts
    if not rest:
        whole, _, fraction = whole.partition(".")
        return f"{whole.zfill(3 if lon else 2)}{'.' if fraction else ''}{fraction}{letter}"
    return whole.zfill(3 if lon else 2) + "".join(rest) + letter


LETTERED: list[Notation] = [
    joined("°", "'", '"'),
    joined("°", "′", "″", glue=" "),
    joined("º", "’", "”"),
    joined("°", "'", "''"),
    joined("d", "m", "s"),
    joined(" deg ", " min ", " sec "),
    joined(" degrees ", " minutes ", " seconds "),
    joined("˚\u00a0", "`\u00a0", "“\u2009"),
    between(" "),
    between("-"),
    between(":"),
    prefixed,
    in_a_row,
]


def same(first: Position, lat: float, lon: float, tolerance: float) -> bool:
    """Within a tolerance in degrees; either side of the 180th meridian is the same place."""
    turn = abs(first.lon - lon) % 360
    return abs(first.lat - lat) <= tolerance and min(turn, 360 - turn) <= tolerance


@given(
    LATITUDES,
    LONGITUDES,
    st.sampled_from(LETTERED),
    st.integers(1, 3),
    DECIMALS,
    st.sampled_from([" ", ", ", "; ", " / ", " - ", "  "]),
    st.booleans(),
)
def test_every_lettered_notation_comes_back(
    lat: float, lon: float, notation: Notation, parts: int, decimals: int, between_halves: str, lon_first: bool
) -> None:
    lat_parts, unit = sexagesimal(lat, parts, decimals)
    lon_parts, _ = sexagesimal(lon, parts, decimals)
    north = notation(lat_parts, "N" if lat >= 0 else "S", False)
    east = notation(lon_parts, "E" if lon >= 0 else "W", True)
    position = parse_position(between_halves.join([east, north] if lon_first else [north, east]))
    assert same(position, lat, lon, unit / 2 + 1e-12)


@given(LATITUDES, LONGITUDES, DECIMALS, st.sampled_from([" ", ", ", "; ", "/"]))
def test_decimal_degrees_come_back(lat: float, lon: float, decimals: int, separator: str) -> None:
    texts = [f"{lat:.{decimals}f}", f"{lon:.{decimals}f}"]
    position = parse_position(separator.join(texts))
    assert (position.lat, position.lon % 360) == (float(texts[0]), float(texts[1]) % 360)
    assert parse_position(separator.join(reversed(texts)), order="lonlat").lat == position.lat
    assert parse_position(f"lat={texts[0]}{separator}lon={texts[1]}").lon == position.lon
    uri = parse_position(f"geo:{texts[0]},{texts[1]};u=25")
    assert (uri.lat, uri.lon, uri.accuracy_m) == (position.lat, position.lon, 25.0)


@given(LATITUDES, LONGITUDES, st.integers(1, 3), DECIMALS, st.sampled_from(["", "/", "+12.5CRSWGS_84/"]))
def test_iso_6709_comes_back(lat: float, lon: float, parts: int, decimals: int, ending: str) -> None:
    lat_parts, unit = sexagesimal(lat, parts, decimals)
    lon_parts, _ = sexagesimal(lon, parts, decimals)
    text = "".join(
        ("-" if value < 0 else "+") + in_a_row(digits, "", width == 3)
        for value, digits, width in ((lat, lat_parts, 2), (lon, lon_parts, 3))
    )
    assert same(parse_position(text + ending), lat, lon, unit / 2 + 1e-12)


@given(LATITUDES, LONGITUDES, st.integers(0, 10))
def test_format_comes_back(lat: float, lon: float, decimals: int) -> None:
    text = format_position(lat, lon, decimals_of_minute=decimals)
    assert same(parse_position(text), lat, lon, 0.5 / (60 * 10**decimals) + 1e-12)
    again = parse_position(text)
    assert format_position(again.lat, again.lon, decimals_of_minute=decimals)[:-1] == text[:-1]


@given(LATITUDES, LONGITUDES)
def test_numbers_are_stated_back(lat: float, lon: float) -> None:
    position = Position.from_degrees(lat, lon)
    assert (position.lat, position.lon) == (lat, lon)
    assert same(parse_position(position.read_as), lat, lon, 1e-9)


@given(LATITUDES, LONGITUDES, st.integers(1, 3), st.integers(0, 4), st.integers(1, 3), st.integers(0, 4))
def test_precision_covers_what_the_digits_leave_open(
    lat: float, lon: float, lat_places: int, lat_decimals: int, lon_places: int, lon_decimals: int
) -> None:
    write = joined("°", "'", '"')
    lat_parts, lat_unit = sexagesimal(lat, lat_places, lat_decimals)
    lon_parts, lon_unit = sexagesimal(lon, lon_places, lon_decimals)
    letters = "NS"[lat < 0], "EW"[lon < 0]
    position = parse_position(f"{write(lat_parts, letters[0], False)} {write(lon_parts, letters[1], True)}")
    corners = [
        WGS84.inv(
            position.lon,
            position.lat,
            position.lon + east * lon_unit / 2,
            max(-90.0, min(90.0, position.lat + north * lat_unit / 2)),
        )[2]
        for north in (-1, 1)
        for east in (-1, 1)
    ]
    assert max(corners) <= position.precision_m * (1 + 1e-6) + 1e-6


def refusal(text: str) -> str | None:
    try:
        parse_position(text)
    except PositionError as fault:
        return fault.message
    return None


def check_any_text(text: str) -> None:
    """Either an error of our own, or a position that states itself back."""
    try:
        position = parse_position(text)
    except PositionError as fault:
        assert fault.message == refusal(text)
        return
    assert parse_position(text) == position
    assert -90 <= position.lat <= 90
    assert -180 <= position.lon < 180
    assert 0 < position.precision_m < math.inf
    again = parse_position(position.read_as)
    decimals = len(position.read_as.split("'")[0].partition(".")[2])
    assert same(again, position.lat, position.lon, 0.5 / (60 * 10**decimals) + 1e-12)
    # Every digit is stated back: the statement leaves no more open than the text did.
    assert decimals == 10 or again.precision_m <= position.precision_m * (1 + 1e-6)


@given(st.text(max_size=210))
@example("")
@example("\ud800")
def test_any_text(text: str) -> None:
    check_any_text(text)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_that_looks_like_a_position(text: str) -> None:
    check_any_text(text)


VALID = [
    "36°15.0'N 021°04.0'E",
    "36-15-00N 021-04-00E",
    "3615.0N 02104.0E",
    "36.25, -21.0667",
    "+36.25+021.0667/",
    "geo:36.25,21.0667;u=50",
    "lat=36.25 lon=21.0667",
    "36d15m00sS 21d04m00sW",
]


@given(st.sampled_from(VALID), st.data())
def test_damaged_positions(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(PIECES | st.just("")) + text[at + data.draw(st.integers(0, 2)) :]
    check_any_text(text)


SCRIPTS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "०१२३४५६७८९"]


@given(LATITUDES, LONGITUDES, st.sampled_from(SCRIPTS), st.sampled_from("−–‐﹣－"), st.sampled_from(".٫．"))
def test_script_and_typography_change_nothing(lat: float, lon: float, digits: str, minus: str, point: str) -> None:
    plain = f"{lat:.4f}; {lon:.4f}"
    table = str.maketrans({"-": minus, ".": point, " ": "\u202f"} | dict(zip("0123456789", digits, strict=True)))
    first, second = parse_position(plain), parse_position(plain.translate(table))
    assert (first.lat, first.lon, first.precision_m, first.read_as) == (
        second.lat,
        second.lon,
        second.precision_m,
        second.read_as,
    )


@given(st.floats(0, 1000), st.integers(0, 6), st.sampled_from([("nm", 1852.0), ("M", 1852.0), ("m", 1.0), ("km", 1e3)]))
def test_lengths_come_back(value: float, decimals: int, unit: tuple[str, float]) -> None:
    text = f"{value:.{decimals}f}"
    assert parse_length_m(f"{text} {unit[0]}") == round(float(text) * unit[1], 6)


@given(st.text(max_size=210) | st.lists(PIECES, max_size=12).map("".join))
def test_any_text_as_length(text: str) -> None:
    try:
        metres = parse_length_m(text)
    except PositionError as fault:
        assert str(fault)
    else:
        assert 0 <= metres <= 20_000_000
        assert parse_length_m(text) == metres
