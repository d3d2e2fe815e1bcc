"""Positions told by distance and direction from a place, and as codes: what is read, and how wide the circle is."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from conftest import ROOT, Run
from seajuris.api import assess, locate
from seajuris.case import Case
from seajuris.errors import PositionError
from seajuris.gazetteer import gazetteer
from seajuris.position import Position, parse_position

WGS84 = Geod(ellps="WGS84")
NM = 1852.0


def refusal(text: str) -> str:
    with pytest.raises(PositionError) as caught:
        parse_position(text)
    return str(caught.value)


def apart(a: Position, lat: float, lon: float) -> float:
    return float(WGS84.inv(a.lon, a.lat, lon, lat)[2])


# Text; place in the gazetteer; bearing and distance of the centre (None: the place itself); words of the read-back.
ACCEPTED: list[tuple[str, str, float | None, float, list[str]]] = [
    ("47 nm SW of Pylos", "Pylos", 225, 47 * NM, ["47 M", "46.5 to 47.5", "SW", "202.5° to 247.5° true", "(GRC)"]),
    ("47nm SW of Pylos", "Pylos", 225, 47 * NM, ["47 M"]),
    ("47 M south-west of Pylos", "Pylos", 225, 47 * NM, ["47 M", "SW"]),
    ("47 nautical miles south west of Pylos", "Pylos", 225, 47 * NM, ["47 M", "SW"]),
    ("47 nm SSW of pylos", "Pylos", 202.5, 47 * NM, ["SSW", "191.25° to 213.75° true"]),
    ("47 nm north-northeast of PYLOS", "Pylos", 22.5, 47 * NM, ["NNE"]),
    ("225°T 47 nm from Pylos", "Pylos", 225, 47 * NM, ["225°T", "224.5° to 225.5° true"]),
    ("47 nm 225 from Pylos", "Pylos", 225, 47 * NM, ["225°T"]),
    ("47 nm, 225.5° from Pylos", "Pylos", 225.5, 47 * NM, ["225.5°T", "225.45° to 225.55°"]),
    ("225/47nm from Pylos", "Pylos", 225, 47 * NM, ["225°T"]),
    ("bearing 225 degrees true, distance 47 nm from Pylos", "Pylos", 225, 47 * NM, ["225°T"]),
    ("bearing of 045, distance of 12 nm from Linosa", "Linosa", 45, 12 * NM, ["045°T"]),
    ("20 km north of Zuwara", "Zuwara", 0, 20_000, ["15 to 25", "N (read as 315° to 45° true)", "(LBY)"]),
    ("12 M to the south of Lampedusa Island", "Lampedusa Island", 180, 12 * NM, ["Lampedusa (ITA), island"]),
    ("0.5 nm W of Cape Tainaron", "Cape Tainaron", 270, 0.5 * NM, ["0.45 to 0.55"]),
    ("900 metres W of Cape Tainaron", "Cape Tainaron", 270, 900, ["850 to 950"]),
    ("5 cables W of Cape Tainaron", "Cape Tainaron", 270, 926, ["4.5 to 5.5"]),
    ("40-50 nm SW of Pylos", "Pylos", 225, 45 * NM, ["35 to 55"]),
    ("between 41 and 52 nm SW of Pylos", "Pylos", 225, 46.5 * NM, ["40.5 to 52.5"]),
    ("about 47 nm SW of Pylos", "Pylos", 225, 47 * NM, ["about 47 M", "46 to 48"]),
    ("12 M off Lampedusa", "Lampedusa", None, 12 * NM, ["direction not told", "all of the ring", "11.5 to 12.5"]),
    ("12 nm off the coast of Lampedusa", "Lampedusa", None, 12 * NM, ["direction not told"]),
    ("12 nm from the port of Dover", "port of Dover", None, 12 * NM, ["port"]),
    ("within 24 nm of Kythira", "Kythira", None, 12 * NM, ["0 to 24.5"]),
    ("at a distance of 12 nm from Linosa", "Linosa", None, 12 * NM, ["Linosa"]),
    ("31 nm N of Tripoli, Libya", "Tripoli (LBY)", 0, 31 * NM, ["Tripoli (LBY)"]),
    ("31 nm W of Tripoli (Lebanon)", "Tripoli (LBN)", 270, 31 * NM, ["Tripoli (LBN)"]),
    ("10 nm SE of Isle of Wight", "Isle of Wight", 135, 10 * NM, ["(GBR)"]),
    ("٤٧ nm SW of Πύλος", "Pylos", 225, 47 * NM, ["46.5 to 47.5"]),
    ("360° 12 nm from Gavdos", "Gavdos", 0, 12 * NM, ["359.5° to 0.5°"]),
]

REFUSED: list[tuple[str, list[str]]] = [
    ("12 m off Lampedusa", ["metres", "12 M", "12 nm", "12 metres"]),
    ("12 miles off Crete", ["nautical", "statute"]),
    ("12 mi S of Crete", ["nautical", "statute"]),
    ("45,5 nm off Gavdos", ["45.5", "455"]),
    ("12 leagues off Gavdos", ["leagues"]),
    ("12 off Gavdos", ["no distance with a unit"]),
    ("off Gavdos", ["missing"]),
    ("SW of Pylos", ["no distance"]),
    ("47 nm SW of", ["of"]),
    ("47 nm SW Pylos", ["without the place"]),
    ("47 nm 12 km SW of Pylos", ["more than one distance"]),
    ("more than 12 nm off Gavdos", ["upper end"]),
    ("at least 12 nm off Gavdos", ["upper end"]),
    ("0 nm off Gavdos", ["not read"]),
    ("5000 nm SW of Pylos", ["1000 nm"]),
    ("50-40 nm SW of Pylos", ["backwards"]),
    ("47 nm 225°M from Pylos", ["magnetic", "true"]),
    ("47 nm 225 magnetic from Pylos", ["magnetic"]),
    ("47 nm 225° (mag) from Pylos", ["magnetic"]),
    ("47 nm compass 225 from Pylos", ["compass"]),
    ("47 nm 361 from Pylos", ["beyond 360"]),
    ("47 nm N45E of Pylos", ["N45E", "16 points"]),
    ("47 nm SW by S of Pylos", ["direction"]),
    ("47 nm SW 225 of Pylos", ["direction"]),
    ("47 nm upwind of Pylos", ["upwind"]),
    ("5 nm W of 12 nm N of 36.9, 21.7", ["distance from a distance"]),
    ("5 nm W of 95.5, 100.2", ["beyond 90"]),
    ("5 nm W of 35,5 12,6", ["decimal comma"]),
    ("12 nm off Lampedusia", ["Lampedusia", "Did you mean Lampedusa (ITA)?"]),
    ("12 nm off Xyzzyqq", ["Xyzzyqq", "coordinates"]),
    ("12 nm off Libya", ["State", "LBY", "cape"]),
    ("12 nm N of Tripoli", ["Tripoli (LBY)", "Tripoli (LBN)", "more than one place"]),
    ("12 nm N of Tripoli, Italy", ["Italy", "Tripoli (LBY)"]),
    ("12 nm N of Tripoli, Narnia", ["Narnia"]),
    ("30 nm S of Capo Spartivento", ["Capo Spartivento (Calabria)", "Capo Spartivento (Sardinia)", "full name"]),
    ("Pylos", ["Pylos", "distance"]),
    ("35.5N 12.6E off Lampedusa", ["no distance with a unit"]),
]


@pytest.mark.parametrize(("text", "place", "bearing", "distance", "words"), ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_accepted(text: str, place: str, bearing: float | None, distance: float, words: list[str]) -> None:
    position, start = parse_position(text), gazetteer().find(place)
    lon, lat = start.lon, start.lat
    if bearing is not None:
        lon, lat, _ = WGS84.fwd(lon, lat, bearing, distance)
        assert abs(float(WGS84.inv(start.lon, start.lat, position.lon, position.lat)[2]) - distance) < 1
    assert apart(position, lat, lon) < 1
    assert [word for word in words if word not in position.read_as] == []
    assert position.source == text
    assert position.accuracy_m is None
    assert position.described and not parse_position("36.9, 21.7").described
    # The place's own coordinates, to check against a chart.
    assert len(re.findall(r"\d\d°\d\d\.\d'[NS] \d{3}°\d\d\.\d'[EW]", position.read_as)) == 2


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(text: str, words: list[str]) -> None:
    message = refusal(text)
    assert [word for word in words if word not in message] == []


def test_the_circle_of_a_compass_point_reaches_the_corners_of_its_sector() -> None:
    # Coordinates to a metre stand for a place that is nearly a point.
    place = "36.900000, 21.700000"
    for direction, half in (("SW", 22.5), ("SSW", 11.25), ("S", 45.0), ("225", 0.5), ("225.0", 0.05)):
        radius = parse_position(f"47 nm {direction} of {place}").precision_m
        corner = math.sqrt(47**2 + 47.5**2 - 2 * 47 * 47.5 * math.cos(math.radians(half))) * NM
        assert corner * 0.998 < radius < corner * 1.002 + 3, direction


def test_a_ring_is_inside_its_circle_with_the_place() -> None:
    island = gazetteer().find("Lampedusa")
    position = parse_position("12 M off Lampedusa")
    assert position.precision_m == pytest.approx(12.5 * NM + island.uncertainty_m)
    assert apart(position, island.lat, island.lon) < 0.01


def test_a_larger_place_makes_a_larger_circle() -> None:
    radii = [parse_position(f"47 nm 225 from {place}").precision_m for place in ("36.9000, 21.7000", "36.9, 21.7")]
    assert radii[1] - radii[0] == pytest.approx(7100, rel=0.05)


@pytest.mark.parametrize(
    ("written", "half"),
    [("47", 0.5), ("50", 5), ("100", 50), ("120", 5), ("105", 0.5), ("4.5", 0.05), ("50.0", 0.05), ("9", 0.5)],
)
def test_a_distance_is_known_to_half_of_its_last_digit(written: str, half: float) -> None:
    shown = re.search(r"read as ([\d.]+) to ([\d.]+)\)", parse_position(f"{written} nm off 36.9, 21.7").read_as)
    assert shown is not None
    assert (float(shown[1]), float(shown[2])) == pytest.approx((float(written) - half, float(written) + half))


POINTS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
UNITS = {"nm": NM, "km": 1000.0, "M": NM}


@st.composite
def descriptions(draw: st.DrawFn) -> tuple[str, float, float, tuple[float, float], tuple[float, float] | None]:
    """Text, latitude and longitude of the anchor, and the intervals of distance (metres) and bearing that it leaves."""
    lat = draw(st.integers(-80_000, 80_000)) / 1000
    lon = draw(st.integers(-179_999, 179_999)) / 1000
    unit = draw(st.sampled_from(sorted(UNITS)))
    whole = draw(st.integers(1, 350))
    tenths = draw(st.none() | st.integers(0, 9))
    number, half = str(whole), 0.5
    if tenths is not None:
        number, half = f"{whole}.{tenths}", 0.05
    elif number.endswith("0"):
        half = 50.0 if number.endswith("00") else 5.0
    about = draw(st.booleans())
    half *= 2 if about else 1
    low, high = max(0.0, float(number) - half) * UNITS[unit], (float(number) + half) * UNITS[unit]
    kind = draw(st.sampled_from(["point", "degrees", "none"]))
    bearing, direction = None, ""
    if kind == "point":
        at = draw(st.integers(0, 15))
        direction, width = POINTS[at], (45.0, 11.25, 22.5, 11.25)[at % 4]
        bearing = (at * 22.5 - width, at * 22.5 + width)
    elif kind == "degrees":
        degrees = draw(st.integers(0, 360))
        direction, bearing = f"{degrees:03d}°T", (degrees - 0.5, degrees + 0.5)
    link = "off" if kind == "none" else "from"
    words = ["about"] * about + [f"{number} {unit}", direction, link, f"{lat:.3f}, {lon:.3f}"]
    return " ".join(word for word in words if word), lat, lon, (low, high), bearing


@given(descriptions(), st.data())
def test_every_reading_inside_the_intervals_lies_in_the_circle(
    told: tuple[str, float, float, tuple[float, float], tuple[float, float] | None], data: st.DataObject
) -> None:
    text, lat, lon, distance, bearing = told
    position = parse_position(text)
    # The ends of the intervals are where a circle fails.
    share = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)
    # The anchor is known to half of its last digit, 0.0005 degrees.
    true_lat = lat + 0.0005 * (2 * data.draw(share) - 1)
    true_lon = lon + 0.0005 * (2 * data.draw(share) - 1)
    true_distance = distance[0] + data.draw(share) * (distance[1] - distance[0])
    low, high = bearing or (0.0, 360.0)
    true_bearing = low + data.draw(share) * (high - low)
    end_lon, end_lat, _ = WGS84.fwd(true_lon, true_lat, true_bearing, true_distance)
    assert apart(position, end_lat, end_lon) <= position.precision_m


PLACES = ["Lampedusa", "Crete", "Isle of Man", "Pylos", "Iceland", "Tripoli, Libya", "Cape Horn", "Cap Bon"]


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(("point", "width"), [("NNE", 11.25), ("E", 45.0), ("SW", 22.5), ("270", 0.5)])
@pytest.mark.parametrize(("miles", "half"), [(7, 0.5), (98, 0.5), (300, 50)])
def test_anywhere_in_the_place_may_be_meant(name: str, point: str, width: float, miles: int, half: float) -> None:
    place = gazetteer().find(name)
    position = parse_position(f"{miles} nm {point} of {name}")
    told = float(point) if point.isdigit() else POINTS.index(point) * 22.5
    worst = 0.0
    for around in range(0, 360, 5):
        start_lon, start_lat, _ = WGS84.fwd(place.lon, place.lat, around, place.uncertainty_m)
        for bearing in (told - width, told, told + width):
            for distance in (miles - half, miles + half):
                lon, lat, _ = WGS84.fwd(start_lon, start_lat, bearing, distance * NM)
                worst = max(worst, apart(position, lat, lon))
    assert worst <= position.precision_m
    # Nor much larger than it has to be.
    assert worst > 0.8 * position.precision_m


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_is_more_than_refused(head: str, place: str) -> None:
    for text in (f"{head} of {place}", f"12 nm {head} of {place}", f"12 nm off {place}"):
        try:
            parse_position(text)
        except PositionError as fault:
            assert fault.exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        "1 nm " + "off " * 48,
        "1-" * 90 + " nm off X",
        "about " * 30 + "of X",
        "9" * 190 + " nm of",
        "°" * 150 + " nm off X",
    ],
)
def test_hostile_text_is_refused(text: str) -> None:
    refusal(text)


# --- Codes ---------------------------------------------------------------------------------------------------------

# Position, MGRS to a metre and to a kilometre, Plus code: as independent programs encode it.
CODED = [
    (35.5, 12.6, "33STV8231531141", "33STV8231", "8F7JGJ22+22"),
    (36.25, 21.0667, "34SEF0599211679", "34SEF0511", "8G837328+2M"),
    (-12.82, 45.15, "38LNL1627782764", "38LNL1682", "5HV755J2+22"),
    (27.64, -17.98, "28RBR0595460873", "28RBR0560", "7CV4J2RC+22"),
    (64.5, 5.5, "31WFM2006655097", "31WFM2055", "9FP7GG22+22"),
    (78.2, 15.6, "33XWG1369680760", "33XWG1380", "CFCQ6J22+22"),
]


@pytest.mark.parametrize(("lat", "lon", "metre", "kilometre", "plus"), CODED)
def test_codes_name_the_cell_that_holds_the_position(
    lat: float, lon: float, metre: str, kilometre: str, plus: str
) -> None:
    spaced = f"{kilometre[:3]} {kilometre[3:5]} {kilometre[5:7]} {kilometre[7:]}"
    # Half the diagonal of a cell of 1 m, of 1 km, and of 1/8000 degree.
    tall = 111_200 / 16_000
    for code, radius in ((metre, 0.71), (kilometre, 707.5), (spaced.lower(), 707.5), (plus, 2**0.5 * tall)):
        position = parse_position(code)
        assert apart(position, lat, lon) <= position.precision_m + 0.01, code
        assert 0.3 * radius < position.precision_m < 1.01 * radius, code
        # What is stated back is the position read, to less than the cell.
        assert apart(position, *_degrees(position.read_as)) < max(0.5, 0.3 * position.precision_m), code


def _degrees(text: str) -> tuple[float, float]:
    found = re.findall(r"(\d+)°([\d.]+)'([NSEW])", text)
    lat, lon = ((int(d) + float(m) / 60) * (-1 if letter in "SW" else 1) for d, m, letter in found)
    return lat, lon


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("61SVV1234", ["zone 61"]),
        ("00SVV1234", ["zone 0"]),
        ("33SAV1234", ["AV", "zone 33"]),
        ("33SVW1234", ["VW"]),
        ("33TVV1234", ["no square"]),
        ("33SVV123", ["3 digits"]),
        ("33SVV12 345", ["2 and 3 digits"]),
        ("33SVV123456789012", ["12 digits"]),
        ("8FQ5GM2X+2", ["no such Plus code"]),
        ("8FQ5GM2X+2FXXXXXXX", ["no such Plus code"]),
        ("8FQ50000+2F", ["no such Plus code"]),
        ("8F0QGM2X+2F", ["no such Plus code"]),
        ("FFFFGM2X+2F", ["beyond the pole"]),
        ("GM2X+2F", ["shortened"]),
        ("GM2X+2F Pylos", ["shortened"]),
    ],
)
def test_codes_refused(text: str, words: list[str]) -> None:
    message = refusal(text)
    assert [word for word in words if word not in message] == []


# --- In the program ------------------------------------------------------------------------------------------------


def test_zones_are_looked_for_in_the_whole_circle() -> None:
    place = locate("12 M off Lampedusa", on="2023-06-14")
    assert place.uncertainty_m == pytest.approx(place.position.precision_m)
    assert {"territorial_sea", "high_seas"} <= {zone.zone for zone in place.zones}
    assert place.criminal_law_regime == "depends"
    assert place.verdict == "undetermined"
    assert locate("47 nm 225 from Pylos", on="2023-06-14").criminal_law_regime == "high_seas"


def test_a_stated_accuracy_never_makes_the_circle_smaller() -> None:
    assert locate("47 nm SW of Pylos", accuracy="1 nm", on="2023-06-14").uncertainty_m > 15 * NM
    assert locate("47 nm SW of Pylos", accuracy="60 nm", on="2023-06-14").uncertainty_m >= 60 * NM


def test_case_files_and_options_read_the_same(run: Run, tmp_path: Any) -> None:
    text = "47 nm SW of Pylos"
    file = tmp_path / "case.yaml"
    file.write_text(f"position: {text}\non: 2023-06-14\noffences: [migrant_smuggling]\n", encoding="utf-8")
    case = Case.load(file)
    assert case.position == parse_position(text)
    assert Case.from_dict(case.to_dict()).position == case.position
    told = assess(case).to_dict()["place"]["position"]
    by_file = run("assess", str(file), "--json")
    by_option = run("assess", "--at", text, "--on", "2023-06-14", "--offence", "migrant_smuggling", "--json")
    assert (by_file.code, by_option.code) == (0, 0)
    assert json.loads(by_file.out)["place"]["position"] == json.loads(by_option.out)["place"]["position"] == told
    assert "of Pýlos (GRC)" in told["read_as"]


def test_the_report_states_what_was_understood(run: Run) -> None:
    answer = run("locate", "--at", "47 nm SW of Pylos", "--on", "2023-06-14")
    assert answer.code == 0
    shown = " ".join(answer.out.split())
    assert "47 M (read as 46.5 to 47.5) SW (read as 202.5° to 247.5° true) of Pýlos (GRC), town at 36°54.8'N" in shown
    refused = run("locate", "--at", "12 nm N of Tripoli", "--on", "2023-06-14")
    assert (refused.code, refused.out) == (2, "")
    assert "SJ110" in refused.err


# Prints what the program opened and imported, after its own output.
_DRIVER = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
sys.argv[0] = "seajuris"
from seajuris.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
found = [name for name in opened if name.endswith("places.csv")]
sys.stderr.write("\\n" + json.dumps({"opened": found, "modules": sorted(sys.modules)}))
"""


@pytest.mark.parametrize(
    ("at", "reads"), [("36.25 21.06", False), ("47 nm SW of Pylos", True), ("5 nm N of 36 21", False)]
)
def test_only_a_name_reads_the_gazetteer(at: str, reads: bool) -> None:
    command = [sys.executable, "-c", _DRIVER, "locate", "--at", at, "--on", "2023-06-14"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, cwd=ROOT, check=True)
    seen = json.loads(done.stderr.splitlines()[-1])
    assert bool(seen["opened"]) is reads
    assert ("seajuris.gazetteer" in seen["modules"]) is reads
    assert not {"pandas", "geopandas", "scipy", "pyarrow"} & {name.partition(".")[0] for name in seen["modules"]}
    if at == "36.25 21.06":
        assert "seajuris._position_described" not in seen["modules"]
