"""Plus codes of every length, against the specification's own examples and against an encoder of its own."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from seajuris.errors import PositionError
from seajuris.position import parse_position

ALPHABET = "23456789CFGHJMPQRVWX"

# Code; south, west, north and east of its cell, as the specification's test data give them.
PUBLISHED = [
    ("7FG49Q00+", 20.35, 2.75, 20.4, 2.8),
    ("7FG49QCJ+2V", 20.37, 2.782125, 20.370125, 2.78225),
    ("7FG49QCJ+2VX", 20.3701, 2.78221875, 20.370125, 2.78225),
    ("7FG49QCJ+2VXGJ", 20.370113, 2.782234375, 20.370114, 2.78223632813),
    ("4VCPPQGP+Q9", -41.273125, 174.785875, -41.273, 174.786),
    ("62G20000+", 0.0, -180.0, 1.0, -179.0),
    ("22222222+22", -90.0, -180.0, -89.999875, -179.999875),
    ("6VGX0000+", 0.0, 179.0, 1.0, 180.0),
    ("6FH32222+222", 1.0, 1.0, 1.000025, 1.00003125),
    ("CFX3X2X2+X2", 89.999875, 1.0, 90.0, 1.000125),
    ("84000000+", 30.0, -140.0, 50.0, -120.0),
    ("849VGJQF+VX7QR3J", 37.53966912, -122.3750698242, 37.53966916, -122.3750697021),
]


def corners(south: float, west: float, north: float, east: float) -> list[tuple[float, float]]:
    return [(lat, lon) for lat in (south, north) for lon in (west, east)]


@pytest.mark.parametrize(("code", "south", "west", "north", "east"), PUBLISHED)
def test_the_published_examples(code: str, south: float, west: float, north: float, east: float) -> None:
    for text in (code, code.lower()):
        position = parse_position(text)
        assert position.lat == pytest.approx((south + north) / 2, abs=1e-9)
        assert position.lon == pytest.approx((west + east) / 2, abs=1e-9)
        # The radius holds the cell, and not much more: its diagonal is a straight line only where the cell is small.
        reach = max(
            Geodesic.WGS84.Inverse(position.lat, position.lon, lat, lon)["s12"]
            for lat, lon in corners(south, west, north, east)
        )
        assert reach <= position.precision_m * 1.001 + 0.001
        if north - south <= 1 and abs(position.lat) < 89:
            assert position.precision_m <= reach * 1.02 + 0.001


def encode(lat: Fraction, lon: Fraction, length: int) -> tuple[str, Fraction, Fraction]:
    """A code of 10 to 15 characters for a position, and height and width of its cell, from the specification."""
    lat, lon = lat + 90, lon + 180
    high, wide = Fraction(400), Fraction(400)
    digits = ""
    for _ in range(5):
        high, wide = high / 20, wide / 20
        digits += ALPHABET[lat // high] + ALPHABET[lon // wide]
        lat, lon = lat % high, lon % wide
    for _ in range(length - 10):
        high, wide = high / 5, wide / 4
        digits += ALPHABET[4 * (lat // high) + lon // wide]
        lat, lon = lat % high, lon % wide
    return f"{digits[:8]}+{digits[8:]}", high, wide


@given(
    st.fractions(-90, 90, max_denominator=10**9).filter(lambda v: v < 90),
    st.fractions(-180, 180, max_denominator=10**9).filter(lambda v: v < 180),
    st.integers(10, 15),
)
def test_a_code_is_read_as_the_cell_from_which_it_was_made(lat: Fraction, lon: Fraction, length: int) -> None:
    code, high, wide = encode(lat, lon, length)
    position = parse_position(code)
    # The middle, to a nanometre; for the longest codes a float ends there.
    assert abs(Fraction(position.lat) - lat) <= high / 2 + Fraction(1, 10**13)
    assert abs(Fraction(position.lon) - lon) <= wide / 2 + Fraction(1, 10**13)
    tall = float(high) / 2 * 111_320
    assert tall * 0.99 <= position.precision_m <= math.hypot(tall, float(wide) / 2 * 111_320) * 1.01


@pytest.mark.parametrize("text", ["33I VV 12345 67890", "33O VV 1234 5678", "33Y VV 12 34", "8FQ5GM2X+IO"])
def test_what_only_looks_like_a_code_is_refused_as_no_position(text: str) -> None:
    with pytest.raises(PositionError) as caught:
        parse_position(text)
    assert "Accepted" in f"{caught.value.hint}"


@pytest.mark.parametrize("text", ["8FQ5GM2X+2", "8FQ5GM2X+2FXXXXXX", "8FQ50000+2F", "8F0QGM2X+2F", "00000000+"])
def test_a_code_of_a_length_that_does_not_exist(text: str) -> None:
    with pytest.raises(PositionError, match="no such Plus code"):
        parse_position(text)
