"""Maps: what the pictures say is what `locate` says, and nothing that comes from a case gets out of its place."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import math
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from shapely.geometry import shape

import seajuris
from conftest import ROOT, Run
from seajuris.api import zone_file
from seajuris.errors import InputError
from seajuris.place import Place
from seajuris.position import Position
from seajuris.render.map import frame as frames
from seajuris.render.map import style, words
from seajuris.render.map.geojson import circle, cut
from seajuris.render.map.interactive import SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH, interactive_fragment, page
from seajuris.render.map.make import document, scene_of
from seajuris.render.map.placing import Label, place_labels
from seajuris.render.map.projection import Azimuthal
from seajuris.render.map.scene import Scene
from seajuris.render.map.svg import PAGE_WIDTH, heading, path_data, svg
from seajuris.zones.locate import locate as place_position
from seajuris.zones.store import zones_in

NM = 1852.0
ON = "2023-06-14"
PLACES = {
    "Lampedusa": ("35°30.0'N 12°36.0'E", "2nm"),
    "Dover": ("51°00.0'N 1°26.0'E", "1nm"),
    "Aegean": ("39°09.5'N 26°38.0'E", "1nm"),
    "Gibraltar": ("36°02.0'N 5°20.0'W", "1nm"),
    "El Hierro": ("27°35.0'N 18°10.0'W", "1nm"),
    "180": ("16°30.0'S 179°58.0'W", "2nm"),
    "Arctic": ("79°30.0'N 9°00.0'E", "1nm"),
    "pole": ("89°50.0'N 10°00.0'E", "30nm"),
    "Crimea": ("44°25.0'N 34°20.0'E", "1nm"),
    "Kastellorizo": ("36°08.0'N 29°30.0'E", "1nm"),
    "Sardinia": ("38°30.0'N 7°30.0'E", "1nm"),
    "mid-ocean": ("10°00.0'N 35°00.0'W", "5nm"),
}
HOSTILE = (
    "<script>alert(1)</script> [bold] =HYPERLINK(\"x\") #read('/etc') ]]> & \" ' \x00\x07\x1b[31m \u202egpj.exe\u2066"
)


@cache
def place_at(name: str) -> Place:
    at, accuracy = PLACES[name]
    return seajuris.locate(at, accuracy=accuracy, on=ON)


@cache
def scene_at(name: str) -> Scene:
    return scene_of(place_at(name))


@cache
def drawn(name: str) -> str:
    return svg(scene_at(name))


def tags(document: str) -> list[ET.Element]:
    return list(ET.fromstring(document.encode()).iter())


def named(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


# --- The projection ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [(12.6, 35.5), (0.0, 0.0), (-179.99, -16.5), (10.0, 89.8), (-68.0, -54.0)])
def test_distances_and_directions_from_the_origin_are_true(origin: tuple[float, float]) -> None:
    plane = Azimuthal(*origin)
    for metres, tolerance in ((1000.0, 0.01), (50_000.0, 0.01), (200 * NM, 1.0), (1e6, 20.0)):
        azimuths = np.arange(0.0, 360.0, 7.0)
        ends = [Geodesic.WGS84.Direct(origin[1], origin[0], a, metres) for a in azimuths]
        flat = plane.forward(np.array([[e["lon2"], e["lat2"]] for e in ends]))
        wanted = metres * np.column_stack((np.sin(np.radians(azimuths)), np.cos(np.radians(azimuths))))
        assert np.hypot(*(flat - wanted).T).max() < tolerance


def test_the_way_back_meets_the_way_out() -> None:
    plane = Azimuthal(179.9, 60.0)
    lon, lat = plane.inverse(40_000.0, -30_000.0)
    assert -180 <= lon < -179
    assert plane.forward(np.array([[lon, lat]]))[0] == pytest.approx([40_000.0, -30_000.0], abs=0.01)


# --- The picture ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_the_svg_is_plain_small_and_complete(name: str) -> None:
    document = drawn(name)
    assert len(document.encode()) < 400_000
    elements = tags(document)
    allowed = {"svg", "title", "desc", "defs", "pattern", "clipPath", "rect", "g", "path", "circle", "text"}
    assert {named(e) for e in elements} == allowed
    for element in elements:
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            assert key not in ("style", "href", "{http://www.w3.org/1999/xlink}href")
            assert "url(" not in value or re.fullmatch(r"url\(#[a-z_-]+\)", value), value
    # Nothing refers to what is not there.
    ids = {e.get("id") for e in elements if e.get("id")}
    assert set(re.findall(r"url\(#([^)]+)\)", document)) <= ids
    assert elements[0].get("role") == "img"
    assert set(str(elements[0].get("aria-labelledby")).split()) <= ids
    assert "NaN" not in document
    assert "inf" not in re.sub(r"<(text|desc|title).*?</\1>", "", document)
    for wanted in (words.NO_CHART.split(".", maxsplit=1)[0], "OpenStreetMap contributors", "ODbL"):
        assert wanted.replace(" ", "") in re.sub(r"[\s\u00a0]", "", "".join(e.text or "" for e in elements))


@pytest.mark.parametrize("name", PLACES)
def test_the_position_is_in_the_middle_and_its_circle_is_to_scale(name: str) -> None:
    scene = scene_at(name)
    (ring,) = [e for e in tags(drawn(name)) if e.get("class") == "uncertainty"]
    assert float(ring.attrib["cx"]) == pytest.approx(scene.frame.width / 2, abs=0.06)
    assert float(ring.attrib["cy"]) == pytest.approx(scene.frame.height / 2, abs=0.06)
    assert float(ring.attrib["r"]) == pytest.approx(place_at(name).uncertainty_m * scene.frame.units_per_m, abs=0.001)
    # The scale is that of the sea: a geodesic of the radius ends on the ring.
    for azimuth in (0.0, 77.0, 200.0):
        position = place_at(name).position
        end = Geodesic.WGS84.Direct(position.lat, position.lon, azimuth, place_at(name).uncertainty_m)
        x, y = scene.frame.point(end["lon2"], end["lat2"])
        assert math.hypot(x - scene.x, y - scene.y) == pytest.approx(scene.radius, rel=1e-5, abs=1e-3)


@pytest.mark.parametrize("name", PLACES)
def test_distances_are_those_of_locate(name: str) -> None:
    scene, place = scene_at(name), place_at(name)
    known = [*place.limits, *place.baselines]
    texts = [e.text for e in tags(drawn(name)) if named(e) == "text"]
    for measure in scene.measures:
        for item in measure.of:
            assert item in known
            assert measure.label == f"{abs(item.distance_nm):.2f} M"
        assert measure.label in texts
        drawn_nm = math.hypot(measure.x - scene.x, measure.y - scene.y) / scene.frame.units_per_m / NM
        assert drawn_nm == pytest.approx(abs(measure.nautical_miles), abs=0.002)
        # Whatever has to be seen is inside the window.
        assert 0 < measure.x < scene.frame.width
        assert 0 < measure.y < scene.frame.height
    if place.limits:
        assert any(place.limits[0] in measure.of for measure in scene.measures)


@pytest.mark.parametrize("name", PLACES)
def test_what_is_painted_where_the_position_lies_is_what_locate_says(name: str) -> None:
    scene, place = scene_at(name), place_at(name)
    point = shapely.Point(scene.x, scene.y)
    painted = {(a.zone, state) for a in scene.areas if a.shape.contains(point) for state in a.states or (None,)}
    said = {(z.zone, z.state) for z in place.zones if z.at_position}
    if any(z.claim == "potential" for z in place.zones):
        # On the map these are one area: high seas in which a State may yet proclaim an EEZ.
        said.discard(("high_seas", None))
    near_a_line = any(abs(limit.distance_nm) * NM * scene.frame.units_per_m < 1 for limit in place.limits)
    assert near_a_line or painted == said


@pytest.mark.parametrize("name", ["Lampedusa", "Kastellorizo", "Gibraltar", "Sardinia", "Crimea", "180"])
def test_every_place_on_the_map_is_painted_as_locate_places_it(name: str) -> None:
    scene, store = scene_at(name), zones_in(zone_file(None))
    frame = scene.frame
    compared = 0
    for x in np.linspace(20, frame.width - 20, 5):
        for y in np.linspace(20, frame.height - 20, 4):
            point = shapely.Point(x, y)
            # At a line, drawing and data may differ by the width of a stroke.
            if any(area.shape.boundary.distance(point) < 1.0 for area in scene.areas):
                continue
            lon, lat = frame.position(float(x), float(y))
            place = place_position(Position.from_degrees(lat, (lon + 180) % 360 - 180), scene.on, store)
            said = {(z.zone, z.state, z.claim) for z in place.zones if z.at_position and z.state is not None}
            painted = {(a.zone, state, a.claim) for a in scene.areas if a.shape.contains(point) for state in a.states}
            assert painted == said, (lat, lon)
            compared += 1
    assert compared > 8


@pytest.mark.parametrize("name", PLACES)
def test_labels_touch_neither_each_other_nor_the_edge(name: str) -> None:
    labels = place_labels(scene_at(name))
    boxes = []
    for label in labels:
        wide, high = label.box
        box = shapely.box(label.x - wide / 2, label.y - high / 2, label.x + wide / 2, label.y + high / 2)
        assert shapely.box(0, 0, scene_at(name).frame.width, scene_at(name).frame.height).contains(box)
        boxes.append(box)
    for i, one in enumerate(boxes):
        assert not any(one.intersects(other) for other in boxes[i + 1 :])
    assert len({label.kind for label in labels} & {"area", "measure"}) == 2 or name == "mid-ocean"


def test_a_label_stands_in_the_waters_that_it_names() -> None:
    scene = scene_at("Lampedusa")
    (label,) = [x for x in place_labels(scene) if x.lines == ("Italy", "territorial sea")]
    (area,) = [a for a in scene.areas if a.name == "Territorial sea of Italy"]
    wide, high = label.box
    box = shapely.box(label.x - wide / 2, label.y - high / 2, label.x + wide / 2, label.y + high / 2)
    assert area.visible.contains(box)


def test_disputed_waters_name_every_claimant_and_are_hatched() -> None:
    scene = scene_at("Crimea")
    point = shapely.Point(scene.x, scene.y)
    contested = [a for a in scene.areas if a.shape.contains(point)]
    assert [(a.zone, a.dispute, a.states) for a in contested] == [("territorial_sea", "crimea", ("RUS", "UKR"))]
    assert "Territorial sea: claimed by Russia and Ukraine: certain" in "".join(
        f"{e.text} " for e in tags(drawn("Crimea")) if named(e) == "text"
    )
    fills = [e.get("fill") for e in tags(drawn("Crimea")) if named(e) == "path"]
    assert "url(#map-dispute)" in fills
    assert "url(#map-dispute)" not in [e.get("fill") for e in tags(drawn("Lampedusa"))]
    measured = [{item.state for item in m.of} for m in scene.measures if "territorial sea" in m.text]
    assert measured[0] == {"RUS", "UKR"}


def test_agreed_and_equidistant_lines_are_drawn_differently() -> None:
    assert {line.kind for line in scene_at("Dover").lines} >= {"agreed"}
    assert {line.kind for line in scene_at("Lampedusa").lines} >= {"equidistance", "territorial_sea"}
    strokes = list(style.STROKES.values())
    looks = {(s.dashes, s.core, s.width) for s in strokes}
    assert len(looks) == len(strokes), "without colour, two kinds of line would look the same"


def test_the_two_coasts_of_a_strait_are_measured() -> None:
    coasts = [m.of[0].state for m in scene_at("Dover").measures if m.text.startswith("from the")]
    assert coasts == ["GBR", "FRA"]


def test_waters_without_a_position_can_be_drawn() -> None:
    scene = scene_of(None, on=dt.date(2024, 1, 1), extent="17,36,19,38", title="Ionian")
    document = svg(scene)
    assert heading(scene, 100) == "Ionian"
    assert "uncertainty" not in document
    assert "Distances" not in document


@pytest.mark.parametrize(
    "extent",
    ["", "x", "1,2,3", "10,40,12", "10,42,12,40", "10,40,10,42", "190,1,191,2", "-180,-90,180,90", "1m", "9000nm"],
)
def test_a_window_that_is_none_is_refused(extent: str) -> None:
    with pytest.raises(InputError):
        frames.of_text(extent, (12.6, 35.5))


@pytest.mark.parametrize("extent", ["11,34,15,37", "20nm", "500 km"])
def test_a_window_is_what_was_asked_for(extent: str) -> None:
    frame = frames.of_text(extent, (12.6, 35.5))
    if "," in extent:
        corners = [frame.point(lon, lat) for lon in (11, 15) for lat in (34, 37)]
        assert all(-0.5 <= x <= frame.width + 0.5 and -0.5 <= y <= frame.height + 0.5 for x, y in corners)
    else:
        half = {"20nm": 20 * NM, "500 km": 500e3}[extent]
        assert frame.height / 2 / frame.units_per_m == pytest.approx(half)


def test_a_window_across_180_degrees() -> None:
    frame = frames.of_text("177,-20,-177,-15", None)
    assert frame.centre[0] == pytest.approx(-180.0, abs=0.01) or frame.centre[0] == pytest.approx(180.0, abs=0.01)
    assert frame.width / frame.units_per_m < 1.2e6


def test_path_data_says_the_same_coordinates() -> None:
    ring = [(0.0, 0.0), (10.04, 0.0), (10.0, -3.55), (0.04, 0.96), (0.0, 0.0)]
    data = path_data(shapely.MultiPolygon([shapely.Polygon(ring)]))
    numbers = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", data.replace("M0 0l", ""))]
    points = np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)
    assert data.startswith("M0 0l")
    assert data.endswith("z")
    assert points == pytest.approx(np.array(ring[1:-1]), abs=0.051)


# --- Colours ----------------------------------------------------------------------------------------------------

# Linear RGB as dichromats see it (Viénot, Brettel, Mollon 1999).
_PROTAN = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])
_DEUTAN = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])


def _linear(colour: str) -> Any:
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _lab(linear: Any) -> Any:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen", [np.eye(3), _PROTAN, _DEUTAN], ids=["all colours", "protanopia", "deuteranopia"])
def test_zones_can_be_told_apart_without_red_or_green(seen: Any) -> None:
    labs = {zone: _lab(seen @ _linear(colour)) for zone, colour in style.FILLS.items()}
    zones = list(labs)
    for i, one in enumerate(zones):
        for other in zones[i + 1 :]:
            patterned = one in style.PATTERNS or other in style.PATTERNS
            assert np.linalg.norm(labs[one] - labs[other]) > (4 if patterned else 5.5), (one, other)
    # What lies on the waters stands out from them.
    for colour in (style.POSITION, style.DISPUTE, style.PROTEST, style.SEA_LINE, style.INK):
        mark = _lab(seen @ _linear(colour))
        assert all(np.linalg.norm(mark - lab) > 20 for lab in labs.values())


def test_waters_get_lighter_from_the_shore_to_the_high_seas() -> None:
    order = ["internal_waters", "archipelagic_waters", "territorial_sea", "contiguous_zone", "exclusive_economic_zone"]
    lightness = [_lab(_linear(style.FILLS[zone]))[0] for zone in [*order, "high_seas"]]
    assert all(b - a > 3.5 for a, b in itertools.pairwise(lightness))


def test_text_has_contrast() -> None:
    def luminance(colour: str) -> float:
        return float(np.array([0.2126, 0.7152, 0.0722]) @ _linear(colour))

    for ink in (style.INK, style.QUIET, style.COAST):
        assert (1.05) / (luminance(ink) + 0.05) > 4.5


# --- Text that comes from outside -------------------------------------------------------------------------------

TITLES = [
    HOSTILE,
    "x" * 10_000,
    "word " * 2_000,
    "\u202e\u2066\u200f",
    "'\"><svg onload=alert(1)>",
    "]]><!--",
    "\ud800",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_stays_text_in_every_format(title: str) -> None:
    place = place_at("Aegean")
    picture = document("svg", place, title=title).decode()
    elements = tags(picture)
    assert "script" not in {named(e) for e in elements}
    assert not any(c in picture for c in "\x00\x07\x1b\u202e\u2066\u200f")
    data = json.loads(document("geojson", place, title=title))
    assert len(data["seajuris"]["title"] or "") <= 200
    html = document("html", place, title=title).decode()
    assert html.count("<script>") == 1
    assert html.count("<svg") == html.count("</svg>")
    assert "onload=alert" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert not any(c in html for c in "\x00\x07\x1b\u202e\u2066\u200f")


def test_what_a_title_says_can_be_read() -> None:
    texts = [e.text for e in tags(document("svg", place_at("Aegean"), title="A <b>& 'c' \u0416\u03a9é").decode())]
    assert "A <b>& 'c' \u0416\u03a9é" in texts
    long = svg(scene_of(place_at("Aegean"), title="y" * 10_000))
    widths = [
        len(e.text or "") for e in tags(long) if e.get("font-weight") == "bold" and (e.text or "").startswith("yy")
    ]
    assert 1 <= len(widths) <= 2
    assert max(widths) < 100


def test_the_note_of_a_hostile_case_file_stays_text(run: Run, tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_text(
        json.dumps({"title": HOSTILE.replace("\x00", ""), "position": "39°09.5'N 26°38.0'E", "on": ON}),
        encoding="utf-8",
    )
    answer = run("map", str(case), "-o", str(tmp_path / "m.svg"))
    assert answer.code == 0, answer.err
    content = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [bold]" in content
    assert "<script" not in content


# --- The same bytes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["svg", "png", "geojson", "html"])
def test_the_same_question_gives_the_same_bytes_in_another_process(kind: str) -> None:
    code = (
        "import sys, hashlib, seajuris\n"
        "from seajuris.render.map.make import document\n"
        f"place = seajuris.locate({PLACES['Aegean'][0]!r}, accuracy='1nm', on={ON!r})\n"
        f"sys.stdout.write(hashlib.sha256(document({kind!r}, place, title='T')).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop()) == 64


def test_a_png_is_as_wide_as_asked_and_has_its_text() -> None:
    place = place_at("Aegean")
    with_text = document("png", place, title="T" * 20, pixels=600)
    assert with_text[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(with_text[16:20], "big") == 600
    # Without its fonts resvg draws no text and says nothing: another title must give another picture.
    assert with_text != document("png", place, title="M" * 20, pixels=600)
    # A script that the fonts beside the product do not hold is drawn with those of the system, or as empty boxes.
    assert document("png", place, title="غرق قارب", pixels=600) != document("png", place, title="T", pixels=600)


# --- GeoJSON ----------------------------------------------------------------------------------------------------


def _rings(geometry: dict[str, Any]) -> list[Any]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    return [coordinates] if kind == "Polygon" else list(coordinates) if kind == "MultiPolygon" else []


def _positions(value: Any) -> list[list[float]]:
    return [value] if isinstance(value[0], (int, float)) else [p for part in value for p in _positions(part)]


@pytest.mark.parametrize("name", ["Lampedusa", "180", "pole", "Crimea"])
def test_geojson_is_valid_rfc_7946(name: str) -> None:
    place = place_at(name)
    data = json.loads(document("geojson", place))
    assert data["type"] == "FeatureCollection"
    assert "crs" not in data
    kinds = [f["properties"]["kind"] for f in data["features"]]
    assert kinds[:2] == ["position", "uncertainty"]
    assert {"zone", "limit", "nearest_limit"} <= set(kinds)
    for feature in data["features"]:
        geometry = feature["geometry"]
        assert shape(geometry).is_valid, feature["properties"]
        for lon, lat in _positions(geometry["coordinates"]):
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90
        for outer, *holes in _rings(geometry):
            assert outer[0] == outer[-1]
            assert shapely.LinearRing(outer).is_ccw
            assert not any(shapely.LinearRing(hole).is_ccw for hole in holes)
        # Cut at 180°: no step runs around the earth.
        for line in shapely.get_parts(shape(geometry).boundary if _rings(geometry) else shape(geometry)):
            if line.geom_type in ("LineString", "LinearRing"):
                steps = np.abs(np.diff(shapely.get_coordinates(line)[:, 0]))
                poleward = np.abs(shapely.get_coordinates(line)[1:, 1]) > 89.99
                assert np.all((steps < 180) | poleward)


def test_geojson_zones_are_those_of_locate() -> None:
    place = place_at("Lampedusa")
    data = json.loads(document("geojson", place))
    point = shapely.Point(place.position.lon, place.position.lat)
    here = {
        (f["properties"]["zone"], f["properties"]["state"])
        for f in data["features"]
        if f["properties"]["kind"] == "zone" and shape(f["geometry"]).contains(point)
    }
    assert here == {(z.zone, z.state) for z in place.zones if z.at_position}
    nearest = [f for f in data["features"] if f["properties"]["kind"] == "nearest_limit"]
    for feature in nearest:
        lon, lat = feature["geometry"]["coordinates"]
        metres = Geodesic.WGS84.Inverse(place.position.lat, place.position.lon, lat, lon)["s12"]
        assert metres / NM == pytest.approx(feature["properties"]["distance_nm"], abs=0.001)


@pytest.mark.parametrize(
    ("lon", "lat", "radius_nm"), [(12.6, 35.5, 2), (-179.99, -16.5, 30), (10, 89.8, 60), (0, -90, 5)]
)
def test_a_circle_holds_its_radius(lon: float, lat: float, radius_nm: float) -> None:
    ring = circle(lon, lat, radius_nm * NM)
    assert ring.is_valid
    area = abs(_geodesic_area(ring))
    assert area == pytest.approx(math.pi * (radius_nm * NM) ** 2, rel=2e-3)


def _geodesic_area(ring: Any) -> float:
    total = 0.0
    for part in shapely.get_parts(ring):
        points = shapely.get_coordinates(shapely.segmentize(part.exterior, 1.0))
        polygon = Geodesic.WGS84.Polygon()
        for x, y in points[:-1]:
            polygon.AddPoint(y, x)
        total += abs(polygon.Compute()[2])
    return total


def test_a_line_across_180_is_cut() -> None:
    parts = shapely.get_parts(cut(shapely.LineString([(179.0, 0.0), (182.0, 1.0)])))
    assert [p.bounds for p in parts] == [
        (179.0, 0.0, 180.0, pytest.approx(1 / 3)),
        (-180.0, pytest.approx(1 / 3), -178.0, 1.0),
    ]


# --- The fragment -----------------------------------------------------------------------------------------------


def test_the_fragment_asks_for_nothing_and_obeys_a_strict_policy() -> None:
    fragment = interactive_fragment(place_at("Lampedusa"), title=HOSTILE, map_id="m1")
    assert not re.search(r"\s(style|on[a-z]+)=", fragment.replace(SCRIPT, ""))
    bare = fragment.replace(SCRIPT, "").replace(STYLE, "").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//[a-z]|\b(src|href)=|@import|url\((?!#)", bare)
    for word in ("eval", "Function(", "fetch", "XMLHttpRequest", "innerHTML", "document.write", "http", "import"):
        assert word not in SCRIPT
    assert "url(" not in STYLE
    assert fragment.startswith('<section class="sjmap" id="m1"')
    ids = re.findall(r'\bid="([^"]+)"', fragment)
    assert len(ids) == len(set(ids))
    assert all(i.startswith("m1") for i in ids)
    assert len(fragment) < 500_000


def test_a_nonce_is_carried_and_hashes_are_those_of_the_content() -> None:
    fragment = interactive_fragment(place_at("Aegean"), nonce='abc"><script>')
    assert '<script nonce="abc&quot;&gt;&lt;script&gt;">' in fragment
    assert '<style nonce="abc&quot;' in fragment
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page(place_at("Aegean")))
    assert policy is not None
    assert STYLE_HASH in policy[1]
    assert SCRIPT_HASH in policy[1]
    assert "unsafe" not in policy[1]
    with pytest.raises(ValueError, match="cannot begin ids"):
        interactive_fragment(place_at("Aegean"), map_id='x" onclick="')


# --- The command ------------------------------------------------------------------------------------------------

AT = ("--at", PLACES["Aegean"][0], "--accuracy", "1nm", "--on", ON)


def test_the_command_writes_what_it_says(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "map.svg"
    answer = run("map", *AT, "-o", str(target), "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    import hashlib

    content = target.read_bytes()
    assert told == {
        "format": "seajuris.map-written.v1",
        "file": str(target),
        "media_type": "image/svg+xml",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert answer.err == ""
    assert [p.name for p in tmp_path.iterdir()] == ["map.svg"]


def test_a_file_is_never_replaced_unless_told(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "map.svg"
    target.write_text("evidence")
    answer = run("map", *AT, "-o", str(target))
    assert (answer.code, target.read_text()) == (2, "evidence")
    assert "exists already" in answer.err
    answer = run("map", *AT, "-o", str(target), "--force")
    assert answer.code == 0
    assert answer.out == ""
    assert target.read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((*AT,), "no file was named"),
        ((*AT, "-o", "map.pdf"), "names no format"),
        ((*AT, "-o", "map.svg", "--format", "pdf"), "is no format of a map"),
        ((*AT, "-o", "map.svg", "--width", "10"), "pixels wide"),
        ((*AT, "-o", "nowhere/map.svg"), "nowhere"),
        ((*AT, "-o", "map.svg", "--extent", "far"), "neither a length nor a window"),
        (("-o", "map.svg"), "needs a position or a window"),
        (("-o", "map.svg", "--extent", "40nm"), "needs a position"),
        (("-o", "map.svg", "--accuracy", "1nm", "--extent", "1,2,3,4"), "an accuracy needs a position"),
        (("--at", "121.06 36.25", "-o", "map.svg"), "SJ110"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    args: tuple[str, ...], said: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("map", *args)
    assert answer.code == 2
    assert said in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_map_can_be_piped(run: Run) -> None:
    answer = run("map", *AT, "--format", "geojson", "-o", "-")
    assert (answer.code, answer.err) == (0, "")
    assert json.loads(answer.out)["type"] == "FeatureCollection"
    assert run("map", *AT, "--format", "svg", "-o", "-", "--json").code == 2
    assert run("map", *AT, "-o", "-").code == 2


def test_a_case_file_gives_position_day_and_title(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "map.geojson"
    assert run("map", "docs/examples/pylos.yaml", "-o", str(target)).code == 0
    data = json.loads(target.read_text(encoding="utf-8"))
    assert data["seajuris"]["on"] == ON
    assert "Adriana" in data["seajuris"]["title"]


def test_a_map_loads_nothing_heavy(tmp_path: Path) -> None:
    from test_startup import _DRIVER, NEVER

    command = [sys.executable, "-c", _DRIVER, "map", *AT, "-o", str(tmp_path / "m.svg"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, cwd=ROOT, check=False)
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["code"] == 0, done.stderr
    assert not set(told["modules"]) & (NEVER | {"pyproj", "resvg_py", "PIL"})


def _documented() -> list[list[str]]:
    text = (ROOT / "docs" / "maps.md").read_text(encoding="utf-8")
    block = "".join(re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)).replace("\\\n", "")
    return [shlex.split(line)[1:] for line in block.splitlines() if line.startswith("seajuris map")]


@pytest.mark.parametrize("args", [pytest.param(a, id=Path(a[a.index("-o") + 1]).name) for a in _documented()])
def test_documented_commands_draw_the_documented_pictures(args: list[str], run: Run, tmp_path: Path) -> None:
    picture = Path(args[args.index("-o") + 1])
    target = tmp_path / picture.name
    if picture.parent.name == "images":
        assert (ROOT / picture).stat().st_size < 300_000
    if "europe" in picture.name:
        # The whole sea takes half a minute: here only a corner of it.
        args = [*args, "--extent", "14,35,15,36"]
    args = [str(target) if Path(a) == picture else a for a in args if a != "--force"]
    assert run(*args).code == 0
    assert target.stat().st_size > 1000


def test_protested_claims_are_hatched_apart_on_top_and_explained() -> None:
    scene = scene_at("Lampedusa")
    sea = next(a for a in scene.areas if a.zone == "territorial_sea")
    name = words.area("internal_waters", ("TUN",), "TUN", "protested", disputed=False)
    claimed = dataclasses.replace(
        sea, zone="internal_waters", states=("TUN",), territory="TUN", claim="protested", name=name
    )
    document = svg(dataclasses.replace(scene, areas=(claimed, *scene.areas)))
    fills = [e.get("fill") for e in tags(document) if named(e) == "path" and "z" in str(e.get("d"))]
    assert fills.count("url(#map-protested)") == 1
    hatched = fills.index("url(#map-protested)")
    assert not any(str(fill) in style.FILLS.values() for fill in fills[hatched:])
    texts = [e.text for e in tags(document)]
    assert style.CONTESTED["protested"] in texts
    assert "(protested)" in texts


def test_zone_rows_of_the_map_are_read_from_the_data_of_the_place() -> None:
    store = zones_in(zone_file(None))
    assert scene_at("Lampedusa").provenance == place_at("Lampedusa").provenance["zones"]
    assert any(True for _ in store.near("zones", 12.6, 35.5, 1000.0))


def test_labels_are_measured_with_the_metrics_of_the_font() -> None:
    assert Label("measure", ("A 12.26 M",), 11.0, 0, 0).box[0] == pytest.approx(50.1, abs=1.0)
    assert PAGE_WIDTH == 800
