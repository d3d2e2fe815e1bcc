"""Values exactly at the edges of what is read as a position or a length, and how they are stated back."""

from __future__ import annotations

import math

import pytest
from geographiclib.geodesic import Geodesic

from seajuris.errors import PositionError
from seajuris.position import Position, _metres, parse_position
from seajuris.quantity import MAX_LENGTH_M, clean, parse_length_m, plural


def refused(text: str) -> str:
    with pytest.raises(PositionError) as caught:
        parse_position(text)
    return f"{caught.value.message} {caught.value.hint}"


def test_two_hundred_characters_are_read_and_one_more_is_not() -> None:
    text = "36.25 21.0667".rjust(200)
    assert parse_position(text).lat == 36.25
    assert "201 characters" in refused(" " + text)


@pytest.mark.parametrize(
    ("units", "metres"),
    [
        (("m", "metre", "metres", "meter", "meters"), 1.0),
        (("km", "kilometre", "kilometres", "kilometer", "kilometers"), 1000.0),
        (("M", "nm", "NM", "nmi", "nautical mile", "nautical miles"), 1852.0),
        (("cable", "cables"), 185.2),
        (("ft", "foot", "feet"), 0.3048),
    ],
)
def test_every_unit_has_its_length(units: tuple[str, ...], metres: float) -> None:
    for unit in units:
        assert parse_length_m(f"1 {unit}") == pytest.approx(metres, rel=1e-12), unit


def test_the_longest_length_and_one_beyond() -> None:
    assert parse_length_m(MAX_LENGTH_M) == MAX_LENGTH_M
    assert parse_length_m(0) == 0.0
    for metres in (math.nextafter(MAX_LENGTH_M, math.inf), -1e-9, math.nan, math.inf):
        with pytest.raises(PositionError):
            parse_length_m(metres)


def test_full_width_characters_are_the_plain_ones() -> None:
    plain = "".join(map(chr, range(0x21, 0x7F))).replace("'", "x").replace('"', "y")
    wide = "".join(chr(ord(char) + 0xFEE0) for char in plain)
    assert clean(wide, "text") == plain


def test_one_of_a_thing() -> None:
    assert [plural(n, "number") for n in (0, 1, 2)] == ["0 numbers", "1 number", "2 numbers"]


# --- Grammar ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("36 15 10 5 N 21 4 10 5 E", "4 numbers, at most 3"),
        ("36-15-10-5N 21-04-10-5E", "4 numbers, at most 3"),
        # A decimal comma before a mark of minutes: the mark is still there to be judged.
        ("36,5'N 21,5'E", "the mark ' after 36.5 does not fit"),
        ("36°15.2,5'N 021°04.0'E", ""),
        ("36°15,2.5'N 021°04.0'E", ""),
        ("lat.5 lon.6", ""),
    ],
)
def test_what_has_one_part_too_many(text: str, says: str) -> None:
    assert says in refused(text)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("36.25 359.5", "036°15.0'N 000°30.0'W".replace("036", "36")),
        ("36.25 360", "36°15.0'N 000°00.0'E"),
        ("36.25 180.5", "36°15.0'N 179°30.0'W"),
        ("36.25 360.5", None),
        ("36.25 -180.5", None),
    ],
)
def test_a_longitude_that_may_count_from_0_to_360(text: str, offered: str | None) -> None:
    said = refused(text)
    assert "the longitude is beyond 180 degrees" in said
    assert ("0 to 360" in said) is (offered is not None)
    assert offered is None or offered in said


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("121.06 36.25", "36°15.00'N 121°03.60'E"),
        ("180 90", "90°00.0'N 180°00.0'E"),
        ("180.5 36.25", None),
        ("120 90.5", None),
        ("-120 -90", "90°00.0'S 120°00.0'W"),
    ],
)
def test_a_latitude_that_may_be_a_longitude(text: str, offered: str | None) -> None:
    said = refused(text)
    assert "the latitude is beyond 90 degrees" in said
    assert ("swapped" in said) is (offered is not None)


def test_the_edges_of_the_world_are_read() -> None:
    assert (parse_position("90N 180E").lat, parse_position("90N 180E").lon) == (90.0, -180.0)
    assert (parse_position("90S 180W").lat, parse_position("90S 180W").lon) == (-90.0, -180.0)
    assert "beyond 90" in refused("90.00000000000000001N 21E")
    assert "beyond 180" in refused("36N 180.00000000000000001E")


# --- Stated back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "decimals"),
    [("33STV8231531141", 4), ("33STV82313114", 3), ("33STV823311", 2), ("33STV8231", 1), ("33STV83", 1)],
)
def test_a_reference_is_stated_back_as_finely_as_it_was_given(code: str, decimals: int) -> None:
    minutes = parse_position(code).read_as.split("°")[1].split("'")[0]
    assert len(minutes.partition(".")[2]) == decimals


def test_numbers_are_stated_back_as_far_as_they_go() -> None:
    def stated(lat: float) -> str:
        return Position.from_degrees(lat, 21.0).read_as.split(" ")[0]

    assert stated(36.25) == "36°15.0'N"
    # A billionth of a degree is what counts as the same.
    assert stated(36 + 15.123 / 60 + 5e-10) == "36°15.123'N"
    assert stated(36 + 15.123 / 60 + 2e-9) == "36°15.1230001'N"
    assert stated(36 + 1 / 7) == "36°08.5714286'N"
    assert not Position.from_degrees(36.0, 21.0).described


@pytest.mark.parametrize(
    ("text", "lat", "half"),
    [
        ("0.000000 21.000000", 0.0, 0.5e-6),
        ("45.000000 21.000000", 45.0, 0.5e-6),
        ("-36.250000 21.000000", 36.25, 0.5e-6),
        ("89.9 21.1", 89.9, 0.05),
        ("89.9995 21.0005", 89.9995, 0.00005),
        ("0.1 21.1", 0.1, 0.05),
    ],
)
def test_the_radius_is_that_of_the_ellipsoid(text: str, lat: float, half: float) -> None:
    """Arcs of meridian and parallel where the cell is largest, with the constants of another library."""
    axis, flattening = Geodesic.WGS84.a, Geodesic.WGS84.f
    e2 = flattening * (2 - flattening)
    north, south = math.radians(min(90.0, lat + half)), math.radians(max(0.0, lat - half))
    meridian = axis * (1 - e2) / (1 - e2 * math.sin(north) ** 2) ** 1.5
    parallel = axis * math.cos(south) / math.sqrt(1 - e2 * math.sin(south) ** 2)
    expected = math.radians(half) * math.hypot(meridian, parallel)
    assert parse_position(text).precision_m == pytest.approx(expected, rel=1e-9)


def test_a_place_is_described_in_metres_or_kilometres() -> None:
    near = parse_position("5 nm N of 36°15.0000'N 021°04.0000'E").read_as
    assert "(± 1 m)" in near
    assert "(± 715 m)" in parse_position("5 nm N of 36.25 21.06").read_as
    assert "(± 1.2 km)" in parse_position("5 nm N of 36°15'N 021°04'E").read_as


@pytest.mark.parametrize(
    ("lat", "lon"), [("36.25", "21.0667"), ("-36", "+180"), ("+0.5", "-0.0"), ("89.9", "-179.99"), ("0", "0.000001")]
)
def test_decimals_are_read_alone_as_in_a_pair(lat: str, lon: str) -> None:
    alone, pair = Position.from_decimals(lat, lon), parse_position(f"{lat} {lon}")
    assert (alone.lat, alone.lon, alone.read_as) == (pair.lat, pair.lon, pair.read_as)
    assert alone.precision_m == pair.precision_m > 0
    assert Position.from_decimals(lat, lon, 50.0).accuracy_m == 50.0


def test_half_a_position_with_marks_is_half_a_position() -> None:
    assert "half of the position is missing" in refused("36°15'")
    assert "half of the position, or its marks, are missing" in refused("36° 21")


def test_numbers_within_a_labelled_half_belong_to_it() -> None:
    """Between letters a number without a mark could belong to either half; behind a label it cannot."""
    assert parse_position("lat=36°15 30 lon=21°").lat == pytest.approx(36 + 15 / 60 + 30 / 3600, abs=1e-12)
    assert "could mean" in refused("36°15 30N 21°E")


def test_metres_become_kilometres_at_a_thousand() -> None:
    assert [_metres(length) for length in (0.2, 999.0, 999.5, 1000.0, 1250.0)] == [
        "1 m", "999 m", "1000 m", "1.0 km", "1.2 km",
    ]  # fmt: skip
