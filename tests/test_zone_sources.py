"""The normalised claims and agreed lines from which the zone data is built."""

from __future__ import annotations

import csv
import datetime as dt
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyproj import Geod
from shapely.geometry import Point, Polygon

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "data" / "maritime_zones" / "source"
GEOD = Geod(ellps="WGS84")
NM = 1852.0

TS, CZ, EEZ = "territorial_sea", "contiguous_zone", "exclusive_economic_zone"
ZONES = {TS, CZ, EEZ}
CONFIDENCE = {"verified", "from memory"}
PRECISION = {"day", "month", "year"}
LANDLOCKED = set(
    re.findall(
        "[A-Z]{3}",
        "AFG AND ARM AUT BDI BFA BLR BOL BTN BWA CAF CHE CZE ETH HUN KGZ LAO LIE LSO LUX MDA MKD "
        "MLI MNG MWI NER NPL PRY RWA SMR SRB SSD SVK SWZ TCD TJK UGA UZB VAT XKX ZMB ZWE",
    )
)
CASPIAN = {"AZE", "KAZ", "TKM"}


def _yaml(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((SOURCE / name).read_text(encoding="utf-8"))
    return content


CLAIMS = _yaml("claims.yaml")
LINES = _yaml("boundaries.yaml")
AREAS = {name: Polygon(area["polygon"]) for name, area in CLAIMS["areas"].items()}
TERRITORIES: dict[str, dict[str, Any]] = {t["territory"]: t for t in CLAIMS["territories"]}
ENTRIES = [(code, claim) for code, t in TERRITORIES.items() for claim in t["claims"]]
BOUNDARIES: dict[str, dict[str, Any]] = {b["id"]: b for b in LINES["boundaries"]}

with (ROOT / "data" / "states" / "register.csv").open(encoding="utf-8", newline="") as _stream:
    REGISTER = {row["alpha3"]: row for row in csv.DictReader(_stream)}


def words(text: str) -> set[str]:
    return set(text.split())


def label(item: object) -> str:
    """Short name of a parametrised claim."""
    if isinstance(item, dict):
        return f"{item['zone']}-{item['area']}-{item['valid']['from']}"
    return str(item)


def day(text: str | None, default: dt.date) -> dt.date:
    return default if text is None else dt.date.fromisoformat(text)


def span(valid: dict[str, str | None]) -> tuple[dt.date, dt.date]:
    return day(valid["from"], dt.date.min), day(valid["to"], dt.date.max)


def claims_at(code: str, zone: str, lon: float, lat: float, on: str) -> list[dict[str, Any]]:
    """Claims of a territory at a position on a day: those of an area before the default."""
    when = dt.date.fromisoformat(on)
    held = []
    for claim in TERRITORIES[code]["claims"]:
        begin, end = span(claim["valid"])
        if claim["zone"] == zone and begin <= when < end:
            held.append(claim)
    here = [c for c in held if c["area"] and AREAS[c["area"]].contains(Point(lon, lat))]
    return here or [c for c in held if c["area"] is None]


def the_claim(code: str, zone: str, lon: float, lat: float, on: str) -> dict[str, Any]:
    found = claims_at(code, zone, lon, lat, on)
    assert len(found) == 1, (code, zone, lon, lat, on, found)
    return found[0]


# --- schema ---


def test_every_territory_with_a_coast_is_there_once_and_no_other() -> None:
    codes = [t["territory"] for t in CLAIMS["territories"]]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(REGISTER) - LANDLOCKED


@pytest.mark.parametrize("code", sorted(TERRITORIES))
def test_territory_is_well_formed(code: str) -> None:
    territory = TERRITORIES[code]
    required = words("territory name sovereign straight_baselines archipelagic claims")
    assert required <= set(territory) <= required | {"note", "claimants"}
    assert type(territory["straight_baselines"]) is bool
    assert type(territory["archipelagic"]) is bool
    assert set(territory.get("claimants", [])) <= set(REGISTER)
    assert {c["zone"] for c in territory["claims"]} >= {TS, EEZ}
    if code == "ATA":
        assert territory["sovereign"] is None
    else:
        assert territory["sovereign"] in TERRITORIES


@pytest.mark.parametrize("code", sorted(set(TERRITORIES) - {"ATA", "ESH"}))
def test_sovereign_agrees_with_the_register(code: str) -> None:
    assert TERRITORIES[code]["sovereign"] == REGISTER[code]["sovereign"]


@pytest.mark.parametrize(("code", "claim"), ENTRIES, ids=label)
def test_claim_is_well_formed(code: str, claim: dict[str, Any]) -> None:
    required = words("zone breadth_nm area claim valid instrument source confidence note")
    optional = words("from_precision to_precision date_confidence narrower_as_mapped purposes")
    assert required <= set(claim) <= required | optional
    assert claim["zone"] in ZONES
    assert claim["claim"] in {"proclaimed", "potential", "none"}
    assert claim["confidence"] in CONFIDENCE
    assert claim.get("date_confidence", "from memory") == "from memory"
    assert isinstance(claim["source"], str) and claim["source"].strip()
    assert claim["instrument"] is None or claim["instrument"].strip()
    assert claim["area"] is None or claim["area"] in AREAS
    assert claim.get("narrower_as_mapped", True) is True
    if claim["claim"] == "none":
        assert claim["breadth_nm"] is None and claim["note"]
    else:
        limit = {TS: 15 if claim["claim"] == "potential" else 12, CZ: 24, EEZ: 200}[claim["zone"]]
        assert 3 <= claim["breadth_nm"] <= limit
    if claim["zone"] == EEZ and claim["claim"] != "none":
        assert claim["breadth_nm"] == 200
    if claim["zone"] == CZ:
        assert claim["claim"] != "potential", "a contiguous zone exists only where it is claimed"


@pytest.mark.parametrize(("code", "claim"), ENTRIES, ids=label)
def test_dates_are_calendar_dates_in_order(code: str, claim: dict[str, Any]) -> None:
    for end in ("from", "to"):
        value = claim["valid"][end]
        precision = claim.get(f"{end}_precision")
        assert (value is None) == (precision is None)
        if value is not None:
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
            assert precision in PRECISION
            filled = {"day": r"", "month": r"-01$", "year": r"-01-01$"}[precision]
            assert re.search(filled, value)
            assert dt.date(1900, 1, 1) <= dt.date.fromisoformat(value) <= dt.date(2026, 12, 31)
    begin, end_ = span(claim["valid"])
    assert begin < end_


@pytest.mark.parametrize("code", sorted(TERRITORIES))
def test_no_two_claims_hold_for_the_same_place_and_day(code: str) -> None:
    claims = TERRITORIES[code]["claims"]
    for i, one in enumerate(claims):
        for other in claims[i + 1 :]:
            if one["zone"] != other["zone"]:
                continue
            (a, b), (c, d) = span(one["valid"]), span(other["valid"])
            if max(a, c) >= min(b, d):
                continue
            assert one["area"] != other["area"]
            if one["area"] and other["area"]:
                shared = AREAS[one["area"]].intersection(AREAS[other["area"]]).area
                assert shared < 0.01, (one["area"], other["area"])


@pytest.mark.parametrize("code", sorted(TERRITORIES))
def test_the_territorial_sea_has_no_gap_in_time(code: str) -> None:
    claims = [c for c in TERRITORIES[code]["claims"] if c["zone"] == TS]
    for area in {c["area"] for c in claims} | {None}:
        spans = sorted(span(c["valid"]) for c in claims if c["area"] == area)
        assert spans[0][0] == dt.date.min and spans[-1][1] == dt.date.max
        assert all(one[1] == following[0] for one, following in pairwise(spans))


def test_an_area_of_an_economic_zone_never_inherits_an_older_default() -> None:
    """Before an area's zone is proclaimed the default holds, so it must not be proclaimed."""
    for code, claim in ENTRIES:
        if claim["zone"] == EEZ and claim["area"] and claim["claim"] == "proclaimed":
            default = [c for c in TERRITORIES[code]["claims"] if c["zone"] == EEZ and c["area"] is None]
            assert [c["claim"] for c in default] == ["potential"], code


# --- areas ---


@pytest.mark.parametrize("name", sorted(AREAS))
def test_area_is_a_valid_polygon_with_a_note_and_is_used(name: str) -> None:
    polygon = AREAS[name]
    assert polygon.is_valid and polygon.area > 0.01
    west, south, east, north = polygon.bounds
    assert -180 < west < east < 180 and -90 < south < north < 90
    assert east - west < 40, "coordinates mixed up, or across 180"
    assert CLAIMS["areas"][name]["polygon"][0] != CLAIMS["areas"][name]["polygon"][-1]
    assert CLAIMS["areas"][name]["note"].strip()
    assert any(claim["area"] == name for _, claim in ENTRIES)


IONIAN = [(21.50, 36.85), (22.28, 36.41), (19.20, 39.85), (20.50, 37.60), (22.05, 36.80)]
"""Off Pylos, 10 M west of Cape Tainaron, off Othonoi, off Zakynthos, Messinian Gulf."""
OTHER_GREEK = [(22.75, 36.55), (22.80, 36.20), (24.50, 34.75), (26.40, 38.85), (23.40, 37.80)]
"""Laconian Gulf, west of Kythira, south of Crete, off Lesvos, Saronic Gulf."""


@pytest.mark.parametrize(("lon", "lat"), IONIAN)
def test_greece_claims_6_then_12_miles_in_the_ionian(lon: float, lat: float) -> None:
    assert the_claim("GRC", TS, lon, lat, "2021-01-20")["breadth_nm"] == 6
    assert the_claim("GRC", TS, lon, lat, "2021-01-21")["breadth_nm"] == 12


@pytest.mark.parametrize(("lon", "lat"), OTHER_GREEK)
def test_greece_claims_6_miles_elsewhere(lon: float, lat: float) -> None:
    assert the_claim("GRC", TS, lon, lat, "2026-06-01")["breadth_nm"] == 6


TURKISH_AEGEAN = [(26.5, 40.50), (26.6, 38.6), (27.2, 37.0), (27.9, 37.0), (28.0, 36.6)]
"""Gulf of Saros, off Izmir, off Bodrum, Gulf of Gokova, west of Marmaris."""
OTHER_TURKISH = [(29.0, 36.3), (30.7, 36.6), (34.5, 36.4), (29.1, 41.4), (39.7, 41.1)]
"""Off Fethiye, Gulf of Antalya, off Mersin, Black Sea off the Bosporus, off Trabzon."""


def test_turkey_claims_6_miles_in_the_aegean_and_12_elsewhere() -> None:
    def breadths(places: list[tuple[float, float]]) -> set[int]:
        return {the_claim("TUR", TS, lon, lat, "2024-01-01")["breadth_nm"] for lon, lat in places}

    assert breadths(TURKISH_AEGEAN) == {6}
    assert breadths(OTHER_TURKISH) == {12}


@pytest.mark.parametrize(
    ("code", "lon", "lat", "on", "claim"),
    [
        ("GRC", 21.0667, 36.25, "2023-06-14", "potential"),
        ("GRC", 21.0667, 36.25, "2025-04-17", "proclaimed"),
        ("GRC", 27.0, 34.5, "2020-09-01", "potential"),
        ("GRC", 27.0, 34.5, "2020-09-02", "proclaimed"),
        ("GRC", 25.0, 38.5, "2026-06-01", "potential"),  # Aegean
        ("GRC", 24.0, 34.5, "2026-06-01", "potential"),  # south-west of Crete
        ("GRC", 29.5, 35.9, "2026-06-01", "potential"),  # off Kastellorizo
        ("TUR", 31.0, 42.0, "2024-01-01", "proclaimed"),
        ("TUR", 41.2, 41.6, "2024-01-01", "proclaimed"),
        ("TUR", 28.3, 40.75, "2024-01-01", "potential"),  # Marmara
        ("TUR", 31.5, 35.8, "2024-01-01", "potential"),
        ("ESP", -9.9, 43.0, "2000-01-01", "proclaimed"),
        ("ESP", -14.5, 29.0, "2000-01-01", "proclaimed"),  # Canary Islands
        ("ESP", -6.8, 36.3, "2000-01-01", "proclaimed"),  # Gulf of Cadiz
        ("ESP", 1.8, 38.2, "2013-04-16", "potential"),
        ("ESP", 1.8, 38.2, "2013-04-17", "proclaimed"),
        ("ESP", -3.5, 36.2, "2024-01-01", "potential"),  # Alboran Sea
        ("ESP", -2.9, 35.5, "2024-01-01", "potential"),  # Melilla
        ("FRA", -3.0, 46.5, "2000-01-01", "proclaimed"),
        ("FRA", 1.9, 51.0, "2000-01-01", "proclaimed"),
        ("FRA", 5.0, 42.5, "2012-10-13", "potential"),
        ("FRA", 5.0, 42.5, "2012-10-14", "proclaimed"),
        ("ITA", 15.0, 43.3, "2026-01-02", "potential"),
        ("ITA", 15.0, 43.3, "2026-01-03", "proclaimed"),
        ("ITA", 12.0, 40.0, "2026-01-03", "proclaimed"),
        ("ITA", 17.5, 38.5, "2026-01-03", "proclaimed"),
        ("ITA", 12.5, 36.0, "2026-06-01", "potential"),  # Sicily Channel
        ("ITA", 7.5, 40.0, "2026-06-01", "potential"),  # west of Sardinia
        ("IRN", 51.0, 27.5, "2024-01-01", "proclaimed"),
        ("IRN", 51.0, 38.0, "2024-01-01", "none"),  # Caspian Sea
        ("RUS", 48.5, 43.5, "2024-01-01", "none"),  # Caspian Sea
        ("MLT", 14.5, 35.2, "2024-01-01", "potential"),
        ("SVN", 13.5, 45.5, "2024-01-01", "none"),
    ],
)
def test_economic_zone_by_place_and_day(code: str, lon: float, lat: float, on: str, claim: str) -> None:
    assert the_claim(code, EEZ, lon, lat, on)["claim"] == claim


def test_start_of_economic_zones() -> None:
    starts = {
        code: claim["valid"]["from"]
        for code, claim in ENTRIES
        if claim["zone"] == EEZ and claim["area"] is None and claim["claim"] == "proclaimed"
    }
    assert (starts["HRV"], starts["DZA"], starts["TUN"]) == (
        "2021-02-05",
        "2018-03-21",
        "2005-06-27",
    )
    assert (starts["LBY"], starts["CYP"], starts["GBR"]) == (
        "2009-05-27",
        "2003-03-21",
        "2014-03-31",
    )
    assert not {"ALB", "MNE", "MLT", "SVN", "GIB", "JEY", "GGY", "ITA", "GRC", "TUR"} & set(starts)


@pytest.mark.parametrize("code", ["GRC", "TUR", "ITA", "GBR", "DEU", "HRV", "ALB", "SVN", "ISR", "JOR", "NGA"])
def test_no_contiguous_zone_where_none_is_claimed(code: str) -> None:
    assert not [c for c in TERRITORIES[code]["claims"] if c["zone"] == CZ and c["claim"] != "none"]


def test_contiguous_zones_and_breadths_that_differ() -> None:
    def breadth(code: str, zone: str, on: str) -> object:
        return the_claim(code, zone, 0.0, 0.0, on)["breadth_nm"]

    assert claims_at("LBY", CZ, 18.0, 33.0, "2022-12-31") == []
    assert breadth("LBY", CZ, "2024-01-01") == 24
    assert breadth("ESP", CZ, "2024-01-01") == breadth("CYP", CZ, "2024-01-01") == 24
    assert (breadth("SAU", CZ, "2010-01-01"), breadth("SAU", CZ, "2015-01-01")) == (18, 24)
    assert breadth("GMB", CZ, "2015-01-01") == 18
    assert {breadth(code, TS, "2024-01-01") for code in ("GIB", "JOR", "GRL", "SGP")} == {3}
    assert (breadth("NOR", TS, "2003-12-31"), breadth("NOR", TS, "2004-01-01")) == (4, 12)
    assert (breadth("DNK", TS, "1999-04-30"), breadth("DNK", TS, "1999-05-01")) == (3, 12)
    assert breadth("PER", TS, "2024-01-01") == 12
    assert the_claim("BLZ", TS, -88.6, 16.1, "2018-01-01")["breadth_nm"] == 3
    assert the_claim("BLZ", TS, -88.6, 16.1, "2020-01-01")["breadth_nm"] == 12


def test_caspian_claims_are_not_in_force() -> None:
    for code in CASPIAN:
        assert {(c["zone"], c["claim"]) for c in TERRITORIES[code]["claims"]} == {
            (TS, "potential"), (EEZ, "none"),
        }  # fmt: skip
    assert the_claim("IRN", TS, 51.0, 38.0, "2024-01-01")["claim"] == "potential"
    assert the_claim("IRN", TS, 51.0, 28.0, "2024-01-01")["claim"] == "proclaimed"


def test_narrowed_seas_are_marked() -> None:
    marked = {code for code, c in ENTRIES if c.get("narrower_as_mapped")}
    assert marked == {"DNK", "SWE", "EST", "FIN", "DEU", "JPN", "KOR"}


# --- agreed lines ---


def test_ids_are_unique_over_all_lists() -> None:
    ids = [e["id"] for key in ("boundaries", "unilateral", "shelf_only", "not_applied") for e in LINES[key]]
    assert len(ids) == len(set(ids)) and len(LINES["boundaries"]) > 25


@pytest.mark.parametrize("key", sorted(BOUNDARIES))
def test_boundary_is_well_formed(key: str) -> None:
    line = BOUNDARIES[key]
    required = words(
        "id parties divides status valid from_precision edges line datum_original accuracy_m source confidence note"
    )
    assert required <= set(line) <= required | {"territories", "date_confidence"}
    assert len(set(line["parties"])) == 2
    for state in line["parties"]:
        assert TERRITORIES[state]["sovereign"] == state
    if "territories" in line:
        assert {TERRITORIES[code]["sovereign"] for code in line["territories"]} == set(line["parties"])
    assert line["divides"] and set(line["divides"]) <= ZONES
    assert line["status"] == "in_force"
    assert line["edges"] in {"geodesic", "loxodrome"}
    assert line["confidence"] in CONFIDENCE and line["source"].strip()
    assert 0 < line["accuracy_m"] <= 2000
    begin, end = span(line["valid"])
    assert line["valid"]["from"] is not None and dt.date(1950, 1, 1) < begin < end
    assert line["from_precision"] in PRECISION


@pytest.mark.parametrize("key", sorted(BOUNDARIES))
def test_boundary_runs_from_point_to_point_at_sea_scale(key: str) -> None:
    line = BOUNDARIES[key]["line"]
    assert len(line) >= 2
    for (lon, lat), (lon2, lat2) in pairwise(line):
        assert -180 < lon < 180 and -80 < lat < 85 and abs(lon2 - lon) < 40
        assert 200 < GEOD.inv(lon, lat, lon2, lat2)[2] < 260 * NM, "a point repeated, or far astray"


MEETING_POINTS = [
    ("FRA-GBR-DOVER-1988", -1, "FRA-GBR-NORTHSEA-1991", 0),
    ("FRA-GBR-CHANNEL", -1, "FRA-GBR-DOVER-1988", 0),
    ("FRA-GBR-NORTHSEA-1991", -1, "BEL-GBR-1991", 0),
    ("BEL-FRA-1990", -1, "BEL-GBR-1991", 0),
    ("BEL-NLD-1996", -1, "BEL-GBR-1991", -1),
    ("BEL-GBR-1991", -1, "GBR-NLD-1965-2013", 0),
    ("GBR-NLD-1965-2013", -1, "DEU-GBR-1971", 0),
    ("DEU-NLD-1971", -1, "DEU-GBR-1971", 0),
    ("DEU-DNK-NS-1971", -1, "DEU-GBR-1971", -1),
    ("DNK-GBR-1971-2009", 0, "DEU-GBR-1971", -1),
    ("DNK-NOR-1965", -1, "GBR-NOR-1965", 0),
    ("DNK-GBR-1971-2009", -1, "GBR-NOR-1965", 0),
    ("FRO-GBR-1999", 0, "GBR-NOR-1965", -1),
    ("BGR-TUR-1997", -1, "TUR-UKR-1978", 0),
    ("ITA-SVN-1975", -1, "HRV-ITA-1975", 0),
    ("FIN-RUS-1965-1985", -1, "EST-FIN-1996", 0),
]


@pytest.mark.parametrize(("one", "i", "other", "j"), MEETING_POINTS)
def test_lines_meet_where_three_states_meet(one: str, i: int, other: str, j: int) -> None:
    """A wrong datum shift (about 120 m in these waters) or a slipped digit shows here."""
    lon, lat = BOUNDARIES[one]["line"][i]
    lon2, lat2 = BOUNDARIES[other]["line"][j]
    assert GEOD.inv(lon, lat, lon2, lat2)[2] < 30.0


def test_channel_line_divides_the_economic_zones_since_2014_only() -> None:
    for key in ("FRA-GBR-CHANNEL", "FRA-GBR-NORTHSEA-1991", "BEL-GBR-1991", "GBR-NLD-1965-2013"):
        assert BOUNDARIES[key]["divides"] == [EEZ]
        assert BOUNDARIES[key]["valid"]["from"] == "2014-03-31"
    assert BOUNDARIES["FRA-GBR-DOVER-1988"]["divides"] == [TS]


def test_greek_economic_zone_of_2025_ends_at_the_italian_line() -> None:
    area = {tuple(p) for p in CLAIMS["areas"]["grc_eez_ionian_2025"]["polygon"]}
    assert {tuple(p) for p in BOUNDARIES["GRC-ITA-1977-2020"]["line"]} <= area


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("not_applied", "LBY-TUR-2019"),
        ("not_applied", "TUR-TRNC-2011"),
        ("not_applied", "ALB-GRC-2009"),
        ("not_applied", "FRA-ITA-2015"),
        ("not_applied", "HRV-SVN-2017"),
        ("shelf_only", "ALB-ITA-1992"),
        ("shelf_only", "ITA-TUN-1971"),
        ("shelf_only", "LBY-MLT-1986"),
        ("shelf_only", "ESP-ITA-1974"),
    ],
)
def test_contested_and_shelf_lines_never_decide(kind: str, key: str) -> None:
    assert key not in BOUNDARIES
    entry = next(e for e in LINES[kind] if e["id"] == key)
    assert entry["reason"].strip()
    assert entry.get("cause", "contested") in {"contested", "annulled", "not_ratified"}


# --- lines that do not decide ---

OTHER_LINES = [
    (kind, entry) for kind in ("unilateral", "shelf_only", "not_applied") for entry in LINES[kind] if "line" in entry
]


@pytest.mark.parametrize(("kind", "entry"), OTHER_LINES, ids=lambda x: x["id"] if isinstance(x, dict) else x)
def test_line_that_does_not_decide_can_be_drawn(kind: str, entry: dict[str, Any]) -> None:
    assert {"line", "edges", "datum_original", "valid", "accuracy_m", "source", "confidence"} <= set(entry)
    assert entry["edges"] in {"geodesic", "loxodrome"} and entry["accuracy_m"] > 0
    assert entry["confidence"] in CONFIDENCE
    begin, end = span(entry["valid"])
    assert begin < end
    assert len(entry["line"]) >= 2
    for (lon, lat), (lon2, lat2) in pairwise(entry["line"]):
        assert -180 < lon < 180 and -80 < lat < 85
        assert 200 < GEOD.inv(lon, lat, lon2, lat2)[2] < 300 * NM


def test_every_agreed_line_of_the_reference_that_has_two_points_is_there() -> None:
    """Lines once found with coordinates must not be lost between the lists."""
    drawn = {b["id"] for b in LINES["boundaries"]} | {entry["id"] for _, entry in OTHER_LINES}
    assert {"CYP-LBN-2007", "LBY-TUR-2019", "ALB-ITA-1992", "ESP-ITA-1974", "LBY-MLT-1986", "ITA-MLT-1970"} <= drawn
    assert {"FRA-ITA-1986", "ITA-SVN-1975", "DNK-POL-2018", "EST-FIN-1996"} <= set(BOUNDARIES)


# --- closing lines ---

CLOSING: dict[str, dict[str, Any]] = {c["id"]: c for c in _yaml("baselines.yaml")["closing_lines"]}


def test_ids_of_closing_lines_are_unique() -> None:
    assert len(CLOSING) == len(_yaml("baselines.yaml")["closing_lines"]) > 40


@pytest.mark.parametrize("key", sorted(CLOSING))
def test_closing_line_is_well_formed(key: str) -> None:
    line = CLOSING[key]
    required = words(
        "id territory state title line inside within status valid instrument kind length_nm longest_nm semicircle "
        "accuracy_m source confidence note"
    )
    protested = line["status"] == "protested"
    assert set(line) == required | ({"protested_by"} if protested else set())
    assert line["status"] in {"recognised", "protested"}
    assert line["kind"] in {"bay", "historic", "straight_baseline"}
    assert line["confidence"] in CONFIDENCE and line["source"].strip() and line["note"].strip()
    assert TERRITORIES[line["territory"]]["sovereign"] == line["state"]
    assert set(line.get("protested_by", [])) <= set(REGISTER) - {line["state"]}
    assert 0 < line["accuracy_m"] <= 5000
    begin, end = span(line["valid"])
    assert line["valid"]["from"] is not None and dt.date(1900, 1, 1) < begin < end
    assert type(line["semicircle"]) is bool


@pytest.mark.parametrize("key", sorted(CLOSING))
def test_closing_line_lies_in_its_box_with_the_water_that_it_closes(key: str) -> None:
    line = CLOSING[key]
    west, south, east, north = line["within"]
    assert west < east and south < north
    for lon, lat in [*line["line"], line["inside"]]:
        assert west < lon < east and south < lat < north
    legs = [GEOD.inv(*a, *b)[2] / NM for a, b in pairwise(line["line"])]
    assert min(legs) > 0.01
    assert 0 < line["longest_nm"] <= line["length_nm"] <= sum(legs) + 0.02


def test_a_recognised_bay_meets_the_rules_for_bays() -> None:
    """Art. 10: at least the semicircle, no mouth wider than 24 M; other lines need another title."""
    for line in CLOSING.values():
        if line["kind"] == "bay" and line["status"] == "recognised":
            assert line["semicircle"], line["id"]
            assert line["longest_nm"] <= 24.1, line["id"]  # Hel to the Vistula Spit is drawn as 24.05 M
        elif line["longest_nm"] > 100:
            assert line["status"] == "protested", line["id"]


@pytest.mark.parametrize(
    ("key", "low", "high", "semicircle"),
    [
        ("ITA-TARANTO", 59.0, 61.0, True),  # about 60 M in the literature
        ("LBY-SIDRA", 298.0, 304.0, False),  # about 300 M in the literature
        ("RUS-PETER-THE-GREAT", 106.0, 108.0, False),
        ("IRL-09-10", 23.5, 24.0, True),  # Donegal Bay, drawn to stay below 24 M
    ],
)
def test_known_widths_of_bays(key: str, low: float, high: float, semicircle: bool) -> None:
    assert low < CLOSING[key]["length_nm"] < high
    assert CLOSING[key]["semicircle"] is semicircle


def test_the_line_of_sidra_follows_its_parallel() -> None:
    """Joined by geodesics the parallel needs points close together: never more than 50 m off."""
    line = CLOSING["LBY-SIDRA"]["line"]
    assert {lat for _, lat in line} == {32.5}
    for a, b in pairwise(line):
        middle = GEOD.npts(a[0], a[1], b[0], b[1], 1)[0]
        assert GEOD.inv(middle[0], middle[1], middle[0], 32.5)[2] < 50


# --- claims of further States ---

FURTHER: dict[str, dict[str, Any]] = {c["id"]: c for c in _yaml("additional_claims.yaml")["additional_claims"]}
DISPUTES: dict[str, dict[str, Any]] = {
    o["key"]: o
    for o in yaml.safe_load((SOURCE.parent / "expected_overlaps.yaml").read_text(encoding="utf-8"))["overlaps"]
}


@pytest.mark.parametrize("key", sorted(FURTHER))
def test_further_claim_is_well_formed(key: str) -> None:
    claim = FURTHER[key]
    assert set(claim) == words(
        "id state territory zone claim polygon against key valid instrument accuracy_m source confidence note"
    )
    assert claim["zone"] in {"internal_waters", TS, EEZ}
    assert claim["claim"] == "protested"
    assert TERRITORIES[claim["territory"]]["sovereign"] == claim["state"]
    assert claim["against"] and set(claim["against"]) <= set(REGISTER) - {claim["state"]}
    assert claim["confidence"] in CONFIDENCE and claim["source"].strip() and claim["note"].strip()
    assert claim["accuracy_m"] > 0
    begin, end = span(claim["valid"])
    assert claim["valid"]["from"] is not None and begin < end


@pytest.mark.parametrize("key", sorted(FURTHER))
def test_further_claim_is_an_area_within_its_dispute(key: str) -> None:
    claim = FURTHER[key]
    polygon = Polygon(claim["polygon"])
    assert polygon.is_valid and polygon.area > 1e-4
    dispute = DISPUTES[claim["key"]]
    assert claim["state"] in dispute["claimants"]
    west, south, east, north = polygon.bounds
    assert any(w <= west and s <= south and east <= e and north <= n for w, s, e, n in dispute["bounds"])


def test_gulf_of_lion_is_claimed_from_both_sides_along_published_limits() -> None:
    france, spain = FURTHER["FRA-GULF-OF-LION"], FURTHER["ESP-GULF-OF-LION"]
    assert france["polygon"] == spain["polygon"]
    drawn = {tuple(p) for entry in LINES["unilateral"] for p in entry.get("line", [])}
    off = [p for p in france["polygon"] if tuple(p) not in drawn]
    assert len(off) == 0


def test_the_award_on_piran_bay_ends_on_the_line_with_italy() -> None:
    lon, lat = FURTHER["SVN-TERRITORIAL-SEA-2017"]["polygon"][2]
    lon2, lat2 = BOUNDARIES["ITA-SVN-1975"]["line"][-1]
    assert GEOD.inv(lon, lat, lon2, lat2)[2] < 150
