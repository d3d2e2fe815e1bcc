"""The gazetteer: what is in the file, where its places lie, and how a name is found or refused."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from conftest import ROOT
from seajuris.api import zone_file
from seajuris.errors import DataError, PositionError
from seajuris.gazetteer import COLUMNS, KINDS, ONE_PLACE_M, Gazetteer, NamedPlace, gazetteer, key_of
from seajuris.states import register
from seajuris.yamlio import parse_yaml, read_text
from seajuris.zones.measure import Origin
from seajuris.zones.store import coordinates, zones_in

WGS84 = Geod(ellps="WGS84")
FILE = ROOT / "data" / "gazetteer" / "places.csv"
PLACES = tuple(gazetteer())
BY_HAND = tuple(place for place in PLACES if place.source in ("osm", "hand"))

# Name, State, kind, and where it lies to a few minutes of arc: written down before the file was looked at.
EXPECTED: list[tuple[str, str, str, float, float]] = [
    ("Lampedusa", "ITA", "island", 35.51, 12.60),
    ("Lampione", "ITA", "island", 35.55, 12.32),
    ("Linosa", "ITA", "island", 35.87, 12.87),
    ("Pantelleria", "ITA", "island", 36.79, 11.99),
    ("Capo Passero", "ITA", "cape", 36.69, 15.14),
    ("Cape Passero", "ITA", "cape", 36.69, 15.14),
    ("Crotone", "ITA", "town", 39.08, 17.12),
    ("Cutro", "ITA", "town", 39.03, 16.98),
    ("Steccato di Cutro", "ITA", "town", 38.93, 16.91),
    ("Roccella Ionica", "ITA", "town", 38.32, 16.40),
    ("Porto Empedocle", "ITA", "town", 37.29, 13.53),
    ("Malta", "MLT", "island", 35.88, 14.45),
    ("Pylos", "GRC", "town", 36.91, 21.70),
    ("Kalamata", "GRC", "town", 37.04, 22.11),
    ("Kythira", "GRC", "island", 36.25, 23.00),
    ("Gavdos", "GRC", "island", 34.84, 24.09),
    ("Kastellorizo", "GRC", "island", 36.14, 29.58),
    ("Lesbos", "GRC", "island", 39.17, 26.25),
    ("Samos", "GRC", "island", 37.75, 26.83),
    ("Farmakonisi", "GRC", "island", 37.29, 27.09),
    ("Cape Tainaron", "GRC", "cape", 36.39, 22.48),
    ("Cape Matapan", "GRC", "cape", 36.39, 22.48),
    ("Cape Malea", "GRC", "cape", 36.44, 23.20),
    ("Bodrum", "TUR", "town", 37.03, 27.43),
    ("Cape Greco", "CYP", "cape", 34.96, 34.08),
    ("Arwad", "SYR", "island", 34.86, 35.86),
    ("Tartus", "SYR", "town", 34.89, 35.89),
    ("Tripoli (LBN)", "LBN", "town", 34.44, 35.84),
    ("Alexandria, Egypt", "EGY", "town", 31.20, 29.91),
    ("Tobruk", "LBY", "town", 32.08, 23.96),
    ("Garabulli", "LBY", "town", 32.75, 13.72),
    ("Benghazi", "LBY", "town", 32.11, 20.07),
    ("Tripoli (LBY)", "LBY", "town", 32.89, 13.18),
    ("Zawiya", "LBY", "town", 32.76, 12.73),
    ("Sabratha", "LBY", "town", 32.79, 12.49),
    ("Zuwara", "LBY", "town", 32.93, 12.08),
    ("Zarzis", "TUN", "town", 33.50, 11.11),
    ("Sfax", "TUN", "town", 34.74, 10.76),
    ("Kerkennah", "TUN", "island", 34.70, 11.17),
    ("Cap Bon", "TUN", "cape", 37.08, 11.04),
    ("Annaba", "DZA", "town", 36.90, 7.76),
    ("Ceuta", "ESP", "town", 35.89, -5.31),
    ("Tarifa", "ESP", "town", 36.01, -5.60),
    ("Cap Spartel", "MAR", "cape", 35.79, -5.93),
    ("El Hierro", "ESP", "island", 27.74, -18.02),
    ("Arguineguín", "ESP", "town", 27.76, -15.68),
    ("La Restinga", "ESP", "town", 27.64, -17.98),
    ("Dakhla, Western Sahara", "ESH", "town", 23.70, -15.93),
    ("Nouadhibou", "MRT", "town", 20.93, -17.03),
    ("Mbour", "SEN", "town", 14.42, -16.97),
    ("Dungeness", "GBR", "cape", 50.91, 0.98),
    ("Dover, UK", "GBR", "town", 51.13, 1.31),
    ("Cap Gris-Nez", "FRA", "cape", 50.87, 1.58),
    ("Calais, France", "FRA", "town", 50.95, 1.86),
    ("Snake Island", "UKR", "island", 45.26, 30.20),
    ("Anjouan", "COM", "island", -12.21, 44.43),
    ("Christmas Island", "CXR", "island", -10.48, 105.63),
]


@pytest.mark.parametrize(("name", "state", "kind", "lat", "lon"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_the_places_of_known_cases_are_there(name: str, state: str, kind: str, lat: float, lon: float) -> None:
    place = gazetteer().find(name)
    assert place.state == state
    assert kind in place.kind
    # The table is to a few minutes, a large island's middle is where its circle has it.
    assert WGS84.inv(place.lon, place.lat, lon, lat)[2] < 6000 + place.uncertainty_m / 2
    assert 0 < place.uncertainty_m < 60_000


# --- The file ------------------------------------------------------------------------------------------------------


def test_every_row_is_sound() -> None:
    assert FILE.stat().st_size < 2_000_000
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == len(PLACES) > 10_000
    assert not [id_ for id_, count in Counter(row["id"] for row in rows).items() if count > 1]
    for row, place in zip(rows, PLACES, strict=True):
        assert place.kind in KINDS, row
        register().state(place.state)
        assert row["ascii"].isascii() or not any(char.isascii() and char.isalpha() for char in row["name"]), row
        assert -90 <= place.lat <= 90 and -180 <= place.lon < 180, row
        # The largest island in it is Madagascar.
        assert 250 <= place.uncertainty_m < 850_000, row
        assert place.source in ("geonames", "wpi", "osm", "hand"), row
        names = [row["name"], *filter(None, row["alternates"].split("|"))]
        keys = row["keys"].split("|")
        assert keys[0] == keys[-1] == "" and all(keys[1:-1]), row
        assert {key_of(name) for name in names} - {""} <= set(keys), row
    assert {kind: sum(p.kind == kind for p in PLACES) > 100 for kind in KINDS} == dict.fromkeys(KINDS, True)


def test_lines_are_in_order_so_that_changes_can_be_read() -> None:
    order = [(key_of(place.name), place.state, place.kind, place.id) for place in PLACES]
    assert order == sorted(order)


def test_the_notice_names_the_sources() -> None:
    where = "data/gazetteer/source/packages.yaml"
    data = parse_yaml(read_text(ROOT / where, where=where, error=DataError), where=where, error=DataError)
    assert isinstance(data, dict)
    packages = data["packages"]
    assert isinstance(packages, dict)
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for package in packages.values():
        assert isinstance(package, dict)
        assert f"{package['name']} {package['version']}" in notice
        assert len(str(package["sha512"])) == 128
    assert "GeoNames" in notice
    assert "World Port Index" in notice


def test_lists_by_hand_are_in_the_file() -> None:
    found = {place.name for place in BY_HAND}
    for name in ("islands.csv", "capes.csv", "points.csv"):
        text = (ROOT / "data" / "gazetteer" / "source" / name).read_text(encoding="utf-8")
        rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
        assert rows
        assert [row["names"] for row in rows if row["names"].split("|")[0] not in found] == []


# --- Where the places lie, told by the zones ------------------------------------------------------------------------

SAMPLE = (*BY_HAND, *(place for place in PLACES[::40] if place.source not in ("osm", "hand")))


def _states_around(place: NamedPlace) -> set[str]:
    """Whose land or territorial sea lies within the circle of the place."""
    store = zones_in(zone_file(None))
    rows = store.near("zones", place.lon, place.lat, place.uncertainty_m + 3000)
    return {row[column] for row in rows for column in ("state", "territory") if row[column] is not None}


def test_places_lie_in_their_states_neighbourhood() -> None:
    assert len(SAMPLE) > 600
    wrong = []
    for place in SAMPLE:
        sovereign = register().sovereign_of(place.state).alpha3
        if not {place.state, sovereign} & _states_around(place):
            wrong.append(place.label)
    assert wrong == []


def test_places_lie_at_the_coast() -> None:
    store, far = zones_in(zone_file(None)), []
    for place in SAMPLE:
        # A town of 20,000 may lie 8 km and its own radius inland; islets may be missing from the coast.
        reach = place.uncertainty_m + {"town": 9000, "port": 5500}.get(place.kind, 1000)
        reach = 40_000 if place.source == "hand" else reach
        lines = [coordinates(row.blob) for row in store.near("baselines", place.lon, place.lat, reach)]
        nearest = Origin(place.lon, place.lat).nearest(lines)
        if nearest is None or nearest.distance_m > reach:
            far.append((place.label, nearest and round(nearest.distance_m)))
    assert far == []


def test_a_cape_is_on_the_coast_and_an_island_reaches_it() -> None:
    store = zones_in(zone_file(None))
    for place in BY_HAND:
        if place.source == "osm" and place.kind == "cape":
            lines = [coordinates(row.blob) for row in store.near("baselines", place.lon, place.lat, 2000)]
            nearest = Origin(place.lon, place.lat).nearest(lines)
            assert nearest is not None and nearest.distance_m < 400, place


# --- Looking up ----------------------------------------------------------------------------------------------------


def refusal(name: str) -> str:
    with pytest.raises(PositionError) as caught:
        gazetteer().find(name)
    return str(caught.value)


def test_case_accents_and_hyphens_do_not_count() -> None:
    want = gazetteer().find("Cap Gris-Nez")
    for name in ("cap gris nez", "CAP GRIS-NEZ", "Cap  Gris‐Nez", "Cape Gris-Nez", "Gris-Nez"):
        assert gazetteer().find(name) == want
    assert gazetteer().find("Πύλος") == gazetteer().find("Pýlos") == gazetteer().find("navarino")
    assert gazetteer().find("زوارة") == gazetteer().find("Zuwarah")


def test_a_name_of_several_places_lists_them() -> None:
    message = refusal("Tripoli")
    assert "Tripoli (LBY)" in message
    assert "Tripoli (LBN)" in message
    for name in ("Tripoli, Libya", "Tripoli (LBY)", "Tripoli (Libya)", "Tripoli (port, LBY)", "Tripoli, LY"):
        assert gazetteer().find(name).state == "LBY"
    assert "port" in gazetteer().find("Tripoli (port, LBY)").kind
    # Two places of one State: no State can tell them apart, and the message does not pretend so.
    message = refusal("Capo Spartivento")
    assert "Add the State" not in message
    assert gazetteer().find("Capo Spartivento (Sardinia)").lon < 10
    assert gazetteer().find("Capo Spartivento (Calabria)").lon > 15


def test_places_that_lie_together_are_one_as_wide_as_all() -> None:
    every = [place for place in PLACES if place.name in ("Lampedusa",)]
    assert {place.kind for place in every} == {"island", "port", "town"}
    place = gazetteer().find("Lampedusa")
    assert place.kind == "island, port and town"
    for part in every:
        assert WGS84.inv(place.lon, place.lat, part.lon, part.lat)[2] + part.uncertainty_m <= place.uncertainty_m + 1
    assert gazetteer().find("Lampedusa Island").kind == "island"
    assert gazetteer().find("island of Lampedusa") == gazetteer().find("Lampedusa (island)")
    assert gazetteer().find("port of Lampedusa").kind == "port"
    assert gazetteer().find("the coast of Lampedusa") == place


def test_what_is_not_there_gets_suggestions_and_no_guess() -> None:
    assert "Lampedusa (ITA)" in refusal("Lampedusia")
    assert "Did you mean" not in refusal("Qqqqqqqq")
    assert "State" in refusal("Italy")
    assert "'Narnia'" in refusal("Pylos, Narnia")
    assert "Pýlos (GRC)" in refusal("Pylos, Italy")
    for name in ("", "   ", "|", "\n", "-", "pylos|pilos", "id", "town", "grc"):
        assert refusal(name)


@given(st.text(max_size=40))
def test_folding_is_stable(name: str) -> None:
    key = key_of(name)
    assert key_of(key) == key
    assert key_of(f"  {name.upper()} ") == key_of(name.upper())
    assert "|" not in key


@given(st.sampled_from(PLACES))
def test_every_place_is_found_by_its_name(place: NamedPlace) -> None:
    found = gazetteer().named(place.name)
    assert place in found
    try:
        one = gazetteer().find(f"{place.name} ({place.state})")
    except PositionError as fault:
        # Only where another place of that State has the name.
        assert "more than one place" in str(fault)
        assert len(gazetteer().named(place.name)) > 1
    else:
        assert one.state == place.state
        assert WGS84.inv(one.lon, one.lat, place.lon, place.lat)[2] <= max(ONE_PLACE_M, one.uncertainty_m) + 1


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read"):
        Gazetteer.load(tmp_path / "places.csv")
    with pytest.raises(DataError, match="columns"):
        Gazetteer(b"name,lat,lon\nPylos,36.9,21.7\n", "places.csv")
    head = ",".join(COLUMNS).encode()
    with pytest.raises(DataError, match=r"places\.csv"):
        Gazetteer(head + b"\nx,Pylos,Pylos,,|pylos|,town,GRC,north,21.7,1,hand\n", "places.csv").find("Pylos")
