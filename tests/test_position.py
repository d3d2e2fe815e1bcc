"""Positions and lengths as typed: what is read, what is refused, and with which words."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from pyproj import Geod

from seajuris.errors import InputError, PositionError
from seajuris.position import Position, format_position, parse_length_m, parse_position

WGS84 = Geod(ellps="WGS84")

LAMPEDUSA = (35.5, 12.6)
PYLOS = (36.25, 21.0 + 4 / 60)

# Text, position, and how it is stated back.
ACCEPTED: list[tuple[str, tuple[float, float], str]] = [
    # decimal pairs
    ("35.5 12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5, 12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5,12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5;12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5 / 12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("  35.5\t12.6 \n", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5° 12.6°", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5,12.6°", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35,5° 12,6°", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("-35.5 -12.6", (-35.5, -12.6), "35°30.0'S 012°36.0'W"),
    ("+35.5, +12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35 12", (35.0, 12.0), "35°00.0'N 012°00.0'E"),
    ("35, 12", (35.0, 12.0), "35°00.0'N 012°00.0'E"),
    ("36.2534 21.0667", (36.2534, 21.0667), "36°15.204'N 021°04.002'E"),
    # letters, before or after, either order
    ("E12.6 N35.5", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("N 35.5, E 12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("12.6E 35.5N", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5n 12.6e", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5s 12.6w", (-35.5, -12.6), "35°30.0'S 012°36.0'W"),
    ("35.5N12.6E", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5 North, 12.6 East", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35.5 Nord 12.6 Ouest", (35.5, -12.6), "35°30.0'N 012°36.0'W"),
    ("35.5 sur 12.6 oeste", (-35.5, -12.6), "35°30.0'S 012°36.0'W"),
    ("54.5 Nord 12.6 Ost", (54.5, 12.6), "54°30.0'N 012°36.0'E"),
    # degrees and minutes
    ("35 30.0N 012 36.0E", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("35°30'N 012°36'E", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("36°15.0'N 021°04.0'E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36-15.0N 021-04.0E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36°-15'N 021°-04'E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36°15'N – 021°04'E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36°15′N / 021°04′E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("N36 15 E021 04", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36d15mN 21d4mE", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36 deg 15 min N 21 deg 4 min E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36 degrees 15 mins south, 21 degrees 4 mins west", (-36.25, -PYLOS[1]), "36°15.0'S 021°04.0'W"),
    ("36º15’N 21º4’E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36˚15‘N 21˚4‘E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("35°30,5'N 12°36,25'E", (35 + 30.5 / 60, 12 + 36.25 / 60), "35°30.50'N 012°36.25'E"),
    ("36:15, 21:04", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36°15' 21°04'", PYLOS, "36°15.0'N 021°04.0'E"),
    ("-0°30' -0°06'", (-0.5, -0.1), "00°30.0'S 000°06.0'W"),
    ("-36°15', -21°04'", (-36.25, -PYLOS[1]), "36°15.0'S 021°04.0'W"),
    # degrees, minutes, seconds
    ("36°15'00\"N 021°04'00\"E", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36° 15′ 00″ N, 21° 4′ 0″ E", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36°15'00''N 021°04'00''E", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36°15’00”N 021°04’00”E", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36 15 00 N 021 04 00 E", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36-15-00N 021-04-00E", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36:15:00N 21:04:00E", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36:15:00 21:04:00", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36d15m00sN 21d04m00sE", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36d15m00s 21d04m00s", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36 deg 15 min 0 sec N 21 deg 4 min 0 sec E", PYLOS, "36°15.00'N 021°04.00'E"),
    ("36°15'00S 021°04'00E", (-36.25, PYLOS[1]), "36°15.00'S 021°04.00'E"),
    ("36°15'01\"N 021°04'59.5\"E", (130501 / 3600, 75899.5 / 3600), "36°15.017'N 021°04.992'E"),
    # digits in a row
    ("3530.0N 01236.0E", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("353000N 0123600E", LAMPEDUSA, "35°30.00'N 012°36.00'E"),
    ("353000N0123600E", LAMPEDUSA, "35°30.00'N 012°36.00'E"),
    ("N3530 E01236", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("353000.5S 0123600.5W", (-127800.5 / 3600, -45360.5 / 3600), "35°30.008'S 012°36.008'W"),
    # ISO 6709
    ("+35.5+012.6/", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("+3530+01236/", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("+353000.0+0123600.0/", LAMPEDUSA, "35°30.000'N 012°36.000'E"),
    ("-3530-01236", (-35.5, -12.6), "35°30.0'S 012°36.0'W"),
    ("+35.5+012.6+25.3CRSWGS_84/", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("+35.5-012.6CRSEPSG:4326/", (35.5, -12.6), "35°30.0'N 012°36.0'W"),
    # geo: URI
    ("geo:35.5,12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("GEO:-35.5,-12.6,10;crs=wgs84", (-35.5, -12.6), "35°30.0'S 012°36.0'W"),
    ("geo:35,12", (35.0, 12.0), "35°00.0'N 012°00.0'E"),
    # labels
    ("lat=35.5 lon=12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("lat: 35.5, lon: 12.6", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("lon=12.6;lat=35.5", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("Latitude 35.5 Longitude -12.6", (35.5, -12.6), "35°30.0'N 012°36.0'W"),
    ("Lat. 36°15'N Long. 21°04'E", PYLOS, "36°15.0'N 021°04.0'E"),
    ("lng = 12.6, lat = 35.5", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    # other scripts and typography
    ("−35.5 −12.6", (-35.5, -12.6), "35°30.0'S 012°36.0'W"),
    ("35.5\u00a0N\u200912.6\u202fE", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("３５．５Ｎ　１２．６Ｅ", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("٣٥٫٥ ١٢٫٦", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("٣٥٫٥ شمال، ١٢٫٦ شرق", LAMPEDUSA, "35°30.0'N 012°36.0'E"),
    ("36°15'Β 21°04'Α", PYLOS, "36°15.0'N 021°04.0'E"),
    ("36°15' Βόρεια 21°04' Ανατολικά", PYLOS, "36°15.0'N 021°04.0'E"),
    # u + combining diaeresis is the same as ü
    ("35.5 Su\u0308d 12.6 Ost", (-35.5, 12.6), "35°30.0'S 012°36.0'E"),
    # the ends of the Earth
    ("90N 0E", (90.0, 0.0), "90°00.0'N 000°00.0'E"),
    ("90S 45E", (-90.0, 45.0), "90°00.0'S 045°00.0'E"),
    ("36N 180E", (36.0, -180.0), "36°00.0'N 180°00.0'E"),
    ("36N 180W", (36.0, -180.0), "36°00.0'N 180°00.0'W"),
    ("36.0, -180.0", (36.0, -180.0), "36°00.0'N 180°00.0'W"),
    ("-0.0, -0.0", (0.0, 0.0), "00°00.0'N 000°00.0'E"),
    ("0S 0W", (0.0, 0.0), "00°00.0'N 000°00.0'E"),
    ("00°00.5'S 000°00.5'W", (-0.5 / 60, -0.5 / 60), "00°00.5'S 000°00.5'W"),
]

# Text, and words that the message must hold.
REFUSED: list[tuple[str, list[str]]] = [
    ("", ["empty"]),
    (" \t\u00a0", ["empty"]),
    ("1" * 201, ["201", "200"]),
    ("35.5N\x0012.6E", ["U+0000"]),
    ("35.5N\n12.6E", ["U+000A"]),
    ("35.5N \u202e12.6E", ["U+202E", "invisible"]),
    ("35.5N\u200b 12.6E", ["U+200B"]),
    ("35.5N 12.6\ud800E", ["U+D800"]),
    ("nan, nan", ["nan"]),
    ("inf 12", ["inf"]),
    ("35.5, Infinity", ["Infinity"]),
    ("1e-05, 12", ["scientific"]),
    # halves
    ("35.5", ["half", "missing"]),
    ("35.5N", ["only one", "missing"]),
    ("35°30'", ["half", "missing"]),
    ("35:30", ["half", "missing"]),
    ("35.5 N E", ["longitude has no number"]),
    ("lat=35.5", ["labels"]),
    ("lat=35.5 lon=", ["longitude has no number"]),
    ("35.5 lat 12.6 lon", ["labels"]),
    ("lat=35 lon=12 lat=36", ["labels"]),
    ("lat=35 lat=36", ["two latitudes"]),
    ("35.5N 36N", ["two latitudes"]),
    ("E12.6 W35", ["two longitudes"]),
    ("N35.5N 12.6E", ["more than one hemisphere letter"]),
    ("35.5NS 12.6E", ["NS"]),
    ("lat=N35.5N lon=12.6", ["two letters"]),
    ("lat=12E lon=35N", ["E is no latitude"]),
    ("lat=35N30 lon=12E", ["within"]),
    ("N35.5 12.6E", ["before", "after"]),
    ("35N30 012E36", ["before", "after"]),
    # components
    ("35 75 00 N 12 E", ["minutes", "below 60", "75"]),
    ("35°30'60\"N 12°00'00\"E", ["seconds", "below 60", "60"]),
    ("35°60'N 12°E", ["minutes", "below 60"]),
    ("3560N 01200E", ["minutes", "below 60"]),
    ("+3575+01236/", ["minutes", "below 60"]),
    ("35.5° 30'N 12°E", ["degrees", "fraction"]),
    ("35:30.5:12N 12E", ["minutes", "fraction"]),
    ("35 30 00 00N 12E", ["4 numbers"]),
    ("35°-30N 12 -36E", ["sign"]),
    ("35 -30 N 12 36 E", ["sign"]),
    ("30'N 36'E", ["mark '", "does not fit"]),
    ('35°30"N 12°36"E', ['mark "', "does not fit"]),
    ("35°°N 12°E", ["°"]),
    (": 35.5 12.6", ["':'", "character 1"]),
    ("35 : 30 N 12 E", ["':'", "character 4"]),
    ("95O 100N", ["letter O", "either"]),
    ("35 30 - 12 36", ["dash"]),
    ("35.30.00N 12.36.00E", ["two decimal points"]),
    ("35-30:00N 12E", ["mixes"]),
    (".5, 12", ["'.'", "character 1"]),
    ("lat .5 lon 6", ["'.'"]),
    ("35.5N 12.6E.", ["'.'", "character 12"]),
    ("353N 12E", ["latitude", "beyond 90"]),
    ("35300N 01236E", ["35300", "3530N"]),
    ("3530N 1236E", ["1236", "01236E"]),
    ("3530.0 01236.0", ["beyond 90", "letter"]),
    # signs
    ("-35.5S 12E", ["sign", "letter"]),
    ("+35.5N 12E", ["sign", "letter"]),
    ("35.5N -12.6E", ["sign", "letter"]),
    ("35.5N-12.6E", ["sign", "letter"]),
    ("lat=-35.5S lon=12E", ["sign", "letter"]),
    ("35.5+12.6", ["'+'"]),
    ("lat=35.5 lon= - 12.6", ["'-'", "longitude"]),
    ("35.5N- 12.6E", ["'-'"]),
    ("lat=35.5 -lon=12.6", ["'-'"]),
    # range
    ("90.00000000000000000001N 0E", ["latitude", "beyond 90"]),
    ("95, 100", ["latitude", "beyond 90"]),
    ("200, 10", ["latitude", "beyond 90"]),
    ("35.5, -192.6", ["longitude", "beyond 180"]),
    ("35.5, 400", ["longitude", "beyond 180"]),
    ("geo:0,180.00001", ["longitude", "beyond 180"]),
    # how many numbers
    ("35 30 12", ["3 numbers", "letters"]),
    ("35 30 12 36 5", ["5 numbers", "letters"]),
    ("35.5,12.6,100", ["3 parts"]),
    ("35.5, 12.6,", ["3 parts"]),
    ("35.5, 12,6", ["3 parts", "decimal point"]),
    ("35.5N, , 12.6E", ["','", "longitude"]),
    ("5 35° 12°", ["does not fit"]),
    # words
    ("35.5N 12.6E Lampedusa", ["Lampedusa", "places"]),
    ("Pylos", ["Pylos", "places"]),
    ("47 nm SW Pylos", ["distance", "without the place"]),
    ("12 miles off Crete", ["nautical", "statute"]),
    ("36.5N 12.6Ε", ["U+0395 GREEK CAPITAL LETTER EPSILON"]),
    ("(35.5, 12.6)", ["'('"]),
    ("35.5% 12.6%", ["'%'"]),
    ("35.5² 12.6", ["SUPERSCRIPT TWO"]),
    # other systems
    ("33TVV1234567890", ["MGRS", "no square"]),
    ("33SVV1 23", ["MGRS", "1 and 2 digits"]),
    ("33N 500000 4649776", ["UTM"]),
    ("8FQ5GM2X+2", ["Plus code"]),
    ("FFFFGM2X+2F", ["Plus code", "beyond the pole"]),
    ("GM2X+2F Pylos", ["Plus code"]),
    ("POINT(12.6 35.5)", ["well-known text", "longitude first"]),
    # ISO 6709 and geo:
    ("+35.5+012.6CRSNAD27/", ["NAD27", "WGS 84"]),
    ("+3530+012.6/", ["different numbers of digits"]),
    ("geo:35.5", ["35.5", "pair"]),
    ("geo:35.5,12.6,1,2", ["pair"]),
    ("geo:0,0?q=34,-118", ["pair"]),
    ("geo:nan,0", ["pair"]),
    ("geo:35.5,12.6;crs=nad27", ["nad27", "WGS 84"]),
    ("geo:35.5,12.6;u=-5", ["u=-5"]),
    ("geo:35.5,12.6;u=", ["u="]),
    ("geo:35.5,12.6;u=5;u=6", ["u=6"]),
    ("geo:35.5,12.6;z=15", ["z=15"]),
    ("geo:35.5,12.6;u", ["'u'"]),
]

# Text with several readings, and all the readings that the message must show.
AMBIGUOUS: list[tuple[str, list[str]]] = [
    ("35,5 12,6", ["35°30.0'N 012°36.0'E", "35°05.0'N 012°06.0'E", "4 separate numbers 35, 5, 12, 6"]),
    ("35,5;12,6", ["35°30.0'N 012°36.0'E", "35°05.0'N 012°06.0'E"]),
    ("35,5, 12,6", ["4 separate numbers 35, 5, 12, 6"]),
    ("35,5N 12,6E", ["35°30.0'N 012°36.0'E", "35°05.0'N 012°06.0'E"]),
    ("lat=35,5 lon=12,6", ["35°30.0'N 012°36.0'E", "35°05.0'N 012°06.0'E"]),
    ("35,5 12", ["35°30.0'N 012°00.0'E", "3 separate numbers 35, 5, 12"]),
    ("1,2,3°", ["3 separate numbers 1, 2, 3"]),
    ("35,12", ["35°00.0'N 012°00.0'E", "35.12 alone"]),
    ("35 30 12 36", ["35°30.0'N 012°36.0'E", "35°18.0'N 012°21.6'E", "4 separate numbers"]),
    ("35 30 00 12 36 00", ["35°30.00'N 012°36.00'E", "6 separate numbers"]),
    ("35 30, 12 36", ["35°30.0'N 012°36.0'E", "35°18.0'N 012°21.6'E"]),
    ("lat=35 30 lon=12 36", ["35°30.0'N 012°36.0'E", "35°18.0'N 012°21.6'E"]),
    ("35° 12", ["35° 12 as one half", "35°00.0'N 012°00.0'E"]),
    ("35.5N 12.6", ["35°30.0'N 012°36.0'E", "35°30.0'N 012°36.0'W"]),
    ("35.5 12.6E", ["35°30.0'N 012°36.0'E", "35°30.0'S 012°36.0'E"]),
    ("lat=35.5N lon=12.6", ["35°30.0'N 012°36.0'E", "35°30.0'N 012°36.0'W"]),
    ("N35.5 12.6", ["35°30.0'N 012°36.0'E", "35°30.0'N 012°36.0'W"]),
    ("35.5 - 12.6", ["35°30.0'N 012°36.0'E", "35°30.0'N 012°36.0'W"]),
    ("35.5-12.6", ["35°30.0'N 012°36.0'E", "35°30.0'N 012°36.0'W"]),
    ("- 35.5, 12.6", ["35°30.0'N 012°36.0'E", "35°30.0'S 012°36.0'E"]),
    ("36.5N 12.6O", ["36°30.0'N 012°36.0'W", "36°30.0'N 012°36.0'E"]),
    ("lat=36.5N lon=12.6 o", ["36°30.0'N 012°36.0'W", "36°30.0'N 012°36.0'E"]),
    ("36.5\u039d 12.6E", ["36°30.0'N 012°36.0'E", "36°30.0'S 012°36.0'E"]),
    ("36.5\u039d 12.6O", ["36°30.0'N 012°36.0'E", "36°30.0'S 012°36.0'W"]),
    ("N35 E12 10", ["35°00.0'N 012°10.0'E", "one number is not part of it"]),
    ("10 35N 12E", ["10°35.0'N 012°00.0'E", "one number is not part of it"]),
    ("121.5 35.2", ["swapped", "35°12.0'N 121°30.0'E"]),
    ("121.5N 35.2E", ["swapped", "35°12.0'N 121°30.0'E"]),
    ("geo:121.5,35.2", ["swapped", "35°12.0'N 121°30.0'E"]),
    ("35.5, 192.6", ["0 to 360", "35°30.0'N 167°24.0'W"]),
]


def refusal(text: str, **options: Any) -> str:
    with pytest.raises(PositionError) as caught:
        parse_position(text, **options)
    return str(caught.value)


@pytest.mark.parametrize(("text", "expected", "read_as"), ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_accepted(text: str, expected: tuple[float, float], read_as: str) -> None:
    position = parse_position(text)
    assert (position.lat, position.lon) == expected
    assert position.read_as == read_as
    assert position.source == text
    assert position.accuracy_m is None
    assert math.copysign(1, position.lat + 0.0) == math.copysign(1, expected[0])
    assert not (position.lat == 0 and math.copysign(1, position.lat) < 0), "-0.0 must not survive"
    assert not (position.lon == 0 and math.copysign(1, position.lon) < 0), "-0.0 must not survive"


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[ascii(row[0][:40]) for row in REFUSED])
def test_refused(text: str, words: list[str]) -> None:
    message = refusal(text)
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(("text", "readings"), AMBIGUOUS, ids=[ascii(row[0]) for row in AMBIGUOUS])
def test_ambiguous_text_shows_the_readings(text: str, readings: list[str]) -> None:
    message = refusal(text)
    assert [reading for reading in readings if reading not in message] == []


def test_what_other_parsers_misread() -> None:
    """Strings that well-known parsers read as another place without a word."""
    position = parse_position("35 30.0N 012 36.0E")
    assert (position.lat, position.lon) == (35.5, 12.6)
    assert parse_position("E12.6 N35.5").lat == 35.5
    assert "decimal comma" in refusal("35,5 12,6")
    assert "below 60" in refusal("35 75 00 N 12 E")
    assert "beyond 180" in refusal("35.5, 192.6")
    assert "sign" in refusal("-35.5S 12E")
    assert "nan" in refusal("nan, nan")
    assert parse_position("+35.5+012.6/").lon == 12.6
    assert parse_position("geo:35.5,12.6;u=50").accuracy_m == 50.0


def test_order_counts_for_bare_pairs_only() -> None:
    assert parse_position("12.6 35.5", order="lonlat").read_as == "35°30.0'N 012°36.0'E"
    for text in ("35.5N 12.6E", "E12.6 N35.5", "lat=35.5 lon=12.6", "+35.5+012.6/", "geo:35.5,12.6"):
        assert parse_position(text, order="lonlat").read_as == "35°30.0'N 012°36.0'E"
    assert "012°36.0'E" in refusal("12,6 35,5", order="lonlat"), "readings follow the order asked for"
    assert "swapped" in refusal("35.2 121.5", order="lonlat")
    assert "latlon or lonlat" in refusal("35.5 12.6", order="xy")


@pytest.mark.parametrize("value", [None, 35.5, ("35.5", "12.6"), b"35.5 12.6", True])
def test_only_text_is_parsed(value: Any) -> None:
    assert "text" in refusal(value)


@pytest.mark.parametrize(
    ("text", "half_lat", "half_lon"),
    [
        ("35°30'N 012°36'E", 0.5 / 60, 0.5 / 60),
        ("35.50 12.60", 0.005, 0.005),
        ("35.5 12.600", 0.05, 0.0005),
        ("36 21", 0.5, 0.5),
        ("70°00'00\"N 020°00'00\"E", 0.5 / 3600, 0.5 / 3600),
        ("3530.0N 01236.0E", 0.05 / 60, 0.05 / 60),
        ("-53.123 -73.4", 0.0005, 0.05),
        ("35°30'15\"N 12.5°E", 0.5 / 3600, 0.05),
        ("0.00 0.00", 0.005, 0.005),
        ("89.95 10.0", 0.005, 0.05),
        ("+3530+01236/", 0.5 / 60, 0.5 / 60),
        ("+35.50+012.6/", 0.005, 0.05),
        ("geo:35.50,12.6", 0.005, 0.05),
        ("lat=35.5 lon=12.60", 0.05, 0.005),
        ("36:15:00, 21:04:00", 0.5 / 3600, 0.5 / 3600),
        ("E012 36.25 N35 30.1", 0.05 / 60, 0.005 / 60),
    ],
)
def test_precision_is_the_far_corner_of_the_last_digit(text: str, half_lat: float, half_lon: float) -> None:
    position = parse_position(text)
    corners = [
        WGS84.inv(position.lon, position.lat, position.lon + east * half_lon, position.lat + north * half_lat)[2]
        for north in (-1, 1)
        for east in (-1, 1)
    ]
    assert max(corners) <= position.precision_m * (1 + 1e-9)
    assert position.precision_m <= max(corners) * 1.02


def test_precision_in_round_figures() -> None:
    # Half a minute of latitude is 925 m; of longitude at 35.5 N, 755 m.
    assert parse_position("35°30'N 012°36'E").precision_m == pytest.approx(1194, abs=1)
    assert parse_position("36.2500000 21.0666667").precision_m < 0.01
    assert parse_position("36.25 21.07").precision_m > parse_position("36.250 21.070").precision_m


def test_accuracy() -> None:
    assert parse_position("35.5 12.6").accuracy_m is None
    assert parse_position("35.5 12.6", accuracy="1 nm").accuracy_m == 1852.0
    assert parse_position("35.5 12.6", accuracy=50).accuracy_m == 50.0
    assert parse_position("geo:35.5,12.6;u=50", accuracy="50 m").accuracy_m == 50.0
    assert parse_position("geo:35.5,12.6;U=0.5;CRS=WGS84").accuracy_m == 0.5
    message = refusal("geo:35.5,12.6;u=50", accuracy="1 nm")
    assert "50.0 m" in message
    assert "1852.0 m" in message
    assert "unit" in refusal("35.5 12.6", accuracy="50")


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("1nm", 1852.0),
        ("1 M", 1852.0),
        ("1 m", 1.0),
        ("1852 m", 1852.0),
        ("2 km", 2000.0),
        ("2KM", 2000.0),
        ("0.5 NM", 926.0),
        ("0.5 nmi", 926.0),
        ("3 nautical miles", 5556.0),
        ("1 nautical  mile", 1852.0),
        ("2 cables", 370.4),
        ("300ft", 91.44),
        ("10 metres", 10.0),
        ("±1 nm", 1852.0),
        ("+/- 1 nm", 1852.0),
        ("١٫٥ km", 1500.0),
        ("1\u00a0nm", 1852.0),
        ("0 m", 0.0),
        (50, 50.0),
        (0.5, 0.5),
    ],
)
def test_length(text: str | float, metres: float) -> None:
    assert parse_length_m(text) == pytest.approx(metres, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1", ["no unit", "nm", "km"]),
        ("0.5", ["no unit"]),
        ("", ["empty"]),
        ("nm", ["not a length"]),
        ("-1 nm", ["negative"]),
        ("1 mi", ["mi", "1852", "1609.344"]),
        ("12 miles", ["nautical", "statute"]),
        ("5 sm", ["unclear"]),
        ("1,852 m", ["1.852 m", "1852 m"]),
        ("0,5 nm", ["0.5 nm", "05 nm"]),
        ("1 furlong", ["furlong", "km"]),
        ("1 MM", ["MM"]),
        ("1 nm 2", ["not a length"]),
        ("1e3 m", ["not a length"]),
        ("nan m", ["not a length"]),
        ("99999 km", ["half the way round"]),
        ("9" * 190 + " km", ["half the way round"]),
        ("9" * 201 + " km", ["too long"]),
        ("1\u200bnm", ["U+200B"]),
        (-1, ["negative"]),
        (-0.5, ["negative"]),
        (math.nan, ["NaN"]),
        (math.inf, ["half the way round"]),
        pytest.param(10**5000, ["half the way round"], id="enormous"),
        (True, ["True"]),
        (None, ["None"]),
    ],
)
def test_length_refused(text: Any, words: list[str]) -> None:
    with pytest.raises(PositionError) as caught:
        parse_length_m(text)
    message = str(caught.value)
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    ("lat", "lon", "decimals", "expected"),
    [
        (36.25, 21 + 4 / 60, 1, "36°15.0'N 021°04.0'E"),
        (-36.25, -21.5, 0, "36°15'S 021°30'W"),
        (35.99999, 179.99999, 1, "36°00.0'N 180°00.0'E"),
        (59.9999999, -9.9999999, 3, "60°00.000'N 010°00.000'W"),
        (-0.0, -0.0, 1, "00°00.0'N 000°00.0'E"),
        (-1e-9, -1e-9, 1, "00°00.0'N 000°00.0'E"),
        (90, 0, 2, "90°00.00'N 000°00.00'E"),
        (0, 180, 1, "00°00.0'N 180°00.0'E"),
        (0, -180, 1, "00°00.0'N 180°00.0'W"),
        (0.125, -0.375, 0, "00°08'N 000°23'W"),
    ],
)
def test_format(lat: float, lon: float, decimals: int, expected: str) -> None:
    assert format_position(lat, lon, decimals_of_minute=decimals) == expected


def test_format_refuses() -> None:
    for pair in ((math.nan, 0.0), (0.0, math.inf), (90.1, 0.0), (0.0, 180.1)):
        with pytest.raises(PositionError):
            format_position(*pair)
    for decimals in (-1, 11):
        with pytest.raises(ValueError, match="decimals"):
            format_position(0.0, 0.0, decimals_of_minute=decimals)


def test_from_degrees() -> None:
    position = Position.from_degrees(36.25, 21 + 4 / 60, 1852.0)
    assert position.read_as == "36°15.0'N 021°04.0'E"
    assert (position.accuracy_m, position.precision_m) == (1852.0, 0.0)
    assert Position.from_degrees(36, 180).lon == -180.0
    assert Position.from_degrees(36, -180).lon == -180.0
    assert math.copysign(1, Position.from_degrees(-0.0, -0.0).lat) == 1
    assert Position.from_degrees(36.123456789, 21.0).read_as == "36°07.4074073'N 021°00.0000000'E"
    assert Position.from_degrees(36.25, 21.0).source == "36.25, 21.0"


@pytest.mark.parametrize(
    ("lat", "lon", "word"),
    [
        (math.nan, 0.0, "finite"),
        (0.0, math.nan, "finite"),
        (math.inf, 0.0, "finite"),
        (0.0, -math.inf, "finite"),
        (91.0, 12.0, "swapped"),
        (-90.5, 170.0, "beyond 90"),
        (0.0, 181.0, "beyond 180"),
        (10**400, 0.0, "beyond 90"),
        (True, 0.0, "bool"),
        (0.0, False, "bool"),
        ("35.5", 0.0, "str"),
        (None, 0.0, "NoneType"),
    ],
)
def test_from_degrees_refuses(lat: Any, lon: Any, word: str) -> None:
    with pytest.raises(PositionError, match=word):
        Position.from_degrees(lat, lon)


@pytest.mark.parametrize("accuracy", [-1.0, math.nan, math.inf, "1 nm", True])
def test_from_degrees_refuses_accuracy(accuracy: Any) -> None:
    with pytest.raises(PositionError):
        Position.from_degrees(35.5, 12.6, accuracy)


@pytest.mark.parametrize(
    ("lat", "lon", "accuracy", "precision"),
    [
        (math.nan, 0.0, None, 0.0),
        (0.0, math.nan, None, 0.0),
        (0.0, 180.0, None, 0.0),
        (90.1, 0.0, None, 0.0),
        (0.0, 0.0, -1.0, 0.0),
        (0.0, 0.0, math.nan, 0.0),
        (0.0, 0.0, None, math.inf),
    ],
)
def test_no_position_holds_a_number_off_the_earth(
    lat: float, lon: float, accuracy: float | None, precision: float
) -> None:
    with pytest.raises(PositionError):
        Position(lat, lon, accuracy, precision, "", "")


def test_position_is_a_value() -> None:
    first, second = parse_position("35.5 12.6"), parse_position("35.5 12.6")
    assert first == second
    assert hash(first) == hash(second)
    with pytest.raises(FrozenInstanceError):
        first.lat = 0.0  # type: ignore[misc]


def test_error_is_an_input_error_with_exit_code_2() -> None:
    with pytest.raises(InputError) as caught:
        parse_position("Pylos")
    assert (caught.value.exit_code, caught.value.code) == (2, "SJ110")
    assert caught.value.hint is not None
    assert "36°15.0'N" in caught.value.hint


HOSTILE = [
    "1" * 200,
    "1 " * 99 + "N",
    "1 O " * 50,
    "1," * 100,
    "1,2° " * 40,
    "1-" * 100,
    "- " * 99 + "1",
    "1:" * 99 + "1",
    "'" * 200,
    "°" * 200,
    "+1" * 100,
    "8" * 8 + "+" + "8" * 190,
    "33SVV" + " " * 190 + "1",
    "geo:" + "1" * 195,
    "geo:1,1" + ";u" * 96,
    "lat " * 50,
    "+35" + "." * 190,
    "POINT" + "(" * 190,
    "ν" * 200,
    "٣" * 200,
    "1E" * 99 + "+1",
]


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text[:12]) for text in HOSTILE])
def test_hostile_text_is_refused_in_no_time(text: str) -> None:
    start = time.process_time()
    for _ in range(10):
        refusal(text)
    # Ten refusals take about 5 ms; a backtracking expression would take minutes.
    assert time.process_time() - start < 1.0


def test_import_is_light() -> None:
    heavy = {"shapely", "pyproj", "numpy", "yaml", "typer", "rich", "decimal", "fractions"}
    code = f"import sys, seajuris.position; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
