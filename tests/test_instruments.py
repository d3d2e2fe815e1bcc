"""The instrument files: every date sane, every State real, known memberships as published."""

from __future__ import annotations

import csv
import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DIRECTORY = ROOT / "rules" / "instruments"
REGISTER = ROOT / "data" / "states" / "register.csv"

KINDS = {"treaty", "eu_act", "eu_proposal", "custom", "soft_law", "un_decision"}
TOP_KEYS = {
    "id", "kind", "title", "short", "adopted", "in_force", "entered_into_force", "transposition",
    "expired", "identifiers", "url", "official_text_checked", "status_source", "checked", "notes",
    "procedure", "binds_all", "closed", "parties_from", "participation_verified", "except",
    "parties", "non_parties", "unknown",
}  # fmt: skip
PARTY_KEYS = {
    "from", "to", "consent", "how", "verified", "note", "not_party_on", "known_by", "union_law_to",
}  # fmt: skip
NON_PARTY_KEYS = {"as_of", "verified", "signed", "believed_until", "note"}
UNKNOWN_KEYS = {"from", "to", "note"}
WORLD_LISTS = ("UNCLOS", "UNTOC", "SMUGGLING_PROTOCOL", "TRAFFICKING_PROTOCOL", "CAT_1984")
EXPECTED = {
    "UNCLOS", "UNTOC", "SMUGGLING_PROTOCOL", "TRAFFICKING_PROTOCOL", "SUA_1988", "SUA_2005",
    "CAT_1984", "SOLAS", "SAR", "ECHR", "CUSTOM", "EU", "SCHENGEN", "DIR_2002_90", "FD_2002_946",
    "DIR_2011_36", "REG_656_2014", "FD_2009_948", "REG_2018_1727", "REG_2024_3011", "CHARTER",
    "CISA", "COM_2023_755", "ECHR_P7", "UNSC_2240",
}  # fmt: skip

Entry = dict[str, Any]


class UniqueKeys(yaml.SafeLoader):
    """A safe loader that refuses a key given twice, which YAML would silently overwrite."""


def _mapping(loader: UniqueKeys, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise ValueError(f"given twice near line {node.start_mark.line + 1}: {sorted(twice)}")
    return dict(loader.construct_pairs(node))


UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


@cache
def load(name: str) -> Entry:
    # UniqueKeys is a safe loader: it derives from SafeLoader and builds plain values only.
    text = (DIRECTORY / f"{name}.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=UniqueKeys)
    assert isinstance(data, dict)
    return data


NAMES = sorted(path.stem for path in DIRECTORY.glob("*.yaml"))
every_file = pytest.mark.parametrize("name", NAMES)


def states(name: str, table: str) -> dict[str, Entry]:
    return dict(load(name).get(table) or {})


def day(value: object) -> dt.date:
    assert isinstance(value, str), f"not a quoted ISO date: {value!r}"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", value), value
    return dt.date.fromisoformat(value)


def test_every_expected_instrument_is_there() -> None:
    assert set(NAMES) >= EXPECTED


@every_file
def test_head_of_the_file(name: str) -> None:
    data = load(name)
    assert set(data) <= TOP_KEYS
    assert data["id"] == name
    assert data["kind"] in KINDS
    assert len(data["title"]) >= 10
    assert data["short"]
    assert str(data["url"]).startswith("https://")
    assert data["official_text_checked"] in (True, False)
    assert day(data["checked"])
    assert all(isinstance(note, str) for note in data["notes"])
    for key in ("adopted", "in_force", "entered_into_force", "transposition", "expired"):
        if data.get(key) is not None:
            day(data[key])
    if data["adopted"] and data["in_force"]:
        assert day(data["adopted"]) <= day(data["in_force"])
    text = (DIRECTORY / f"{name}.yaml").read_text(encoding="utf-8")
    assert "How to correct this file" in text


@every_file
def test_codes_are_real(name: str) -> None:
    data = load(name)
    codes = {*states(name, "parties"), *states(name, "non_parties"), *states(name, "unknown")}
    codes |= set(data.get("except", []))
    wrong = {code for code in codes if not re.fullmatch(r"[A-Z]{3}", str(code))}
    assert not wrong
    if REGISTER.exists():
        with REGISTER.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(line for line in file if not line.startswith("#")))
        known = {cell for row in rows[1:] for cell in row if re.fullmatch(r"[A-Z]{3}", cell)}
        assert codes <= known, sorted(codes - known)


@every_file
def test_party_entries(name: str) -> None:
    in_force = load(name)["in_force"]
    for code, entry in states(name, "parties").items():
        where = f"{name} {code}"
        assert set(entry) <= PARTY_KEYS, where
        assert entry["verified"] in (True, False), where
        start = entry["from"] and day(entry["from"])
        if start is None:
            assert entry.get("note"), f"{where}: a day that is not known has to be explained"
        else:
            assert in_force, where
            assert start >= day(in_force), where
        if "consent" in entry and start and entry.get("how") != "succession":
            assert start >= day(entry["consent"]), where
        if "to" in entry and start:
            assert start < day(entry["to"]), where
        if "known_by" in entry:
            assert start is None, f"{where}: known_by is for a start that is not known"
            day(entry["known_by"])
        if "not_party_on" in entry:
            latest = entry.get("consent") or entry["from"] or entry.get("known_by")
            if latest:
                assert day(entry["not_party_on"]) < day(latest), where
            else:
                day(entry["not_party_on"])


@every_file
def test_non_party_and_unknown_entries(name: str) -> None:
    for code, entry in states(name, "non_parties").items():
        where = f"{name} {code}"
        assert set(entry) <= NON_PARTY_KEYS, where
        assert entry["verified"] in (True, False), where
        as_of = day(entry["as_of"])
        if "signed" in entry:
            assert day(entry["signed"]) <= as_of, where
        if "believed_until" in entry:
            assert as_of < day(entry["believed_until"]), where
    for code, entry in states(name, "unknown").items():
        assert set(entry) <= UNKNOWN_KEYS, f"{name} {code}"
        assert entry["note"], f"{name} {code}"
        for key in ("from", "to"):
            if entry[key] is not None:
                day(entry[key])


@every_file
def test_no_state_in_two_lists(name: str) -> None:
    parties = set(states(name, "parties"))
    outside = set(states(name, "non_parties"))
    unknown = set(states(name, "unknown"))
    excepted = set(load(name).get("except", []))
    assert not parties & outside
    assert not (parties | outside | excepted) & unknown
    assert not parties & excepted


@every_file
def test_parties_from_points_to_a_list_and_exceptions_are_members(name: str) -> None:
    data = load(name)
    source = data.get("parties_from")
    if source is None:
        assert "except" not in data
        return
    members = states(source, "parties")
    assert load(source)["closed"] is True
    assert set(data["except"]) <= set(members)


@pytest.mark.parametrize("name", WORLD_LISTS)
def test_world_lists_speak_of_every_state(name: str) -> None:
    """Whoever has consented to any world-wide treaty is on one side or the other in each."""
    world = {code for other in WORLD_LISTS for table in ("parties", "non_parties") for code in states(other, table)}
    silent = world - set(states(name, "parties")) - set(states(name, "non_parties"))
    assert len(world) >= 199
    if REGISTER.exists():
        with REGISTER.open(encoding="utf-8", newline="") as file:
            registered = {row["alpha3"] for row in csv.DictReader(file) if row["kind"] == "state"}
        assert registered <= world, sorted(registered - world)
    # Gabon: two published sources contradict each other on the Smuggling Protocol.
    assert silent == ({"GAB"} if name == "SMUGGLING_PROTOCOL" else set())


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("UNCLOS", 30), ("UNTOC", 30), ("SMUGGLING_PROTOCOL", 30), ("TRAFFICKING_PROTOCOL", 30),
        ("CAT_1984", 30), ("SUA_1988", 90), ("SUA_2005", 90),
    ],
)  # fmt: skip
def test_start_follows_from_the_deposit(name: str, days: int) -> None:
    in_force = day(load(name)["in_force"])
    compared = 0
    for code, entry in states(name, "parties").items():
        if entry.get("how") == "succession" or not entry["from"] or "consent" not in entry:
            continue
        expected = max(in_force, day(entry["consent"]) + dt.timedelta(days=days))
        if name.endswith("_PROTOCOL"):
            convention = states("UNTOC", "parties")[code]["from"]
            if convention:
                expected = max(expected, day(convention))
        assert day(entry["from"]) == expected, f"{name} {code}"
        compared += 1
    assert compared > 10


@pytest.mark.parametrize("name", ["SMUGGLING_PROTOCOL", "TRAFFICKING_PROTOCOL"])
def test_only_parties_to_the_convention_join_a_protocol(name: str) -> None:
    assert set(states(name, "parties")) <= set(states("UNTOC", "parties"))


def test_numbers_of_parties_in_the_published_lists() -> None:
    """The depositary's totals, less the European Union, which is no State."""
    totals = {
        "UNCLOS": ("2013-08-07", 165),
        "UNTOC": ("2013-10-17", 178),
        "SMUGGLING_PROTOCOL": ("2013-09-24", 137),
        "TRAFFICKING_PROTOCOL": ("2013-12-13", 158),
    }
    for name, (on, total) in totals.items():
        listed = [entry for entry in states(name, "parties").values() if "not_party_on" not in entry]
        assert load(name)["status_source"]["as_of"] == on
        assert len(listed) == total, name
        assert all(entry["verified"] for entry in listed), name


@pytest.mark.parametrize(
    ("name", "code", "start"),
    [
        ("UNTOC", "ITA", "2006-09-01"),
        ("UNTOC", "GRC", "2011-02-10"),
        ("UNTOC", "ESP", "2003-09-29"),
        ("UNTOC", "FRA", "2003-09-29"),
        ("UNTOC", "DEU", "2006-07-14"),
        ("UNTOC", "NLD", "2004-06-25"),
        ("UNTOC", "GBR", "2006-03-11"),
        ("UNTOC", "TUN", "2003-09-29"),
        ("UNTOC", "DZA", "2003-09-29"),
        ("UNTOC", "LBY", "2004-07-18"),
        ("UNTOC", "BTN", "2023-03-22"),
        ("SMUGGLING_PROTOCOL", "CHE", "2006-11-26"),
        ("SMUGGLING_PROTOCOL", "BRA", "2004-02-28"),
        ("SMUGGLING_PROTOCOL", "LIE", "2008-03-21"),
        ("SMUGGLING_PROTOCOL", "SOM", "2025-04-24"),
        ("TRAFFICKING_PROTOCOL", "CHN", "2010-03-10"),
        ("UNCLOS", "ITA", "1995-02-12"),
        ("UNCLOS", "BEL", "1998-12-13"),
        ("UNCLOS", "AZE", "2016-07-16"),
        ("UNCLOS", "MNE", "2006-06-03"),
        ("SUA_1988", "EGY", "1993-04-08"),
        ("SUA_1988", "CHE", "1993-06-10"),
        ("SUA_2005", "SRB", "2010-10-06"),
        ("SUA_2005", "FRA", "2018-08-07"),
    ],
)
def test_published_days_of_entry_into_force(name: str, code: str, start: str) -> None:
    """Days that official sources print as such, not computed from the deposit."""
    entry = states(name, "parties")[code]
    assert entry["from"] == start
    assert entry["verified"] is True


def test_known_outsiders() -> None:
    unclos = states("UNCLOS", "non_parties")
    assert {"TUR", "ISR", "SYR", "USA", "VEN", "PER", "ERI", "LBY"} <= set(unclos)
    assert unclos["LBY"]["signed"] == "1984-12-03"
    assert "signed" not in unclos["TUR"]
    morocco = states("SMUGGLING_PROTOCOL", "non_parties")["MAR"]
    assert (morocco["as_of"], morocco["verified"]) == ("2013-09-24", True)
    ireland = states("SMUGGLING_PROTOCOL", "non_parties")["IRL"]
    assert ireland["signed"] == "2000-12-13"
    assert states("UNTOC", "parties")["MAR"]["verified"] is True


def test_general_knowledge_never_passes_for_a_source() -> None:
    marked = 0
    for name in NAMES:
        for code, entry in states(name, "parties").items():
            note = entry.get("note", "")
            if re.search(r"(days? from|according to) general knowledge", note) and entry["from"]:
                by_source = "entry into force seen" in note or "confirmed by" in note
                assert entry["verified"] is False or by_source, f"{name} {code}"
                marked += 1
    assert marked > 10


def test_membership_of_the_union() -> None:
    members = states("EU", "parties")
    assert len(members) == 28
    assert members["HRV"]["from"] == "2013-07-01"
    assert members["GBR"]["to"] == "2020-02-01"
    assert members["GBR"]["union_law_to"] == "2021-01-01"
    assert {code for code, entry in members.items() if "to" in entry} == {"GBR"}
    group = states("SCHENGEN", "parties")
    assert set(members) <= set(group)
    assert set(group) - set(members) == {"NOR", "ISL", "CHE", "LIE"}


def test_participation_in_acts_of_the_union() -> None:
    assert load("DIR_2011_36")["except"] == ["DNK"]
    assert load("REG_2018_1727")["except"] == ["DNK"]
    assert load("REG_2024_3011")["except"] == ["DNK"]
    assert set(load("REG_656_2014")["except"]) == {"IRL", "GBR"}
    assert load("FD_2002_946")["except"] == []
    assert load("CISA")["parties_from"] == "SCHENGEN"


def test_acts_that_do_not_apply_yet() -> None:
    assert load("REG_2024_3011")["in_force"] == "2027-02-01"
    proposal = load("COM_2023_755")
    assert (proposal["kind"], proposal["in_force"]) == ("eu_proposal", None)
    assert not proposal.get("parties")
    assert "parties_from" not in proposal


def test_custom_binds_everybody() -> None:
    assert load("CUSTOM")["binds_all"] is True
    assert [name for name in NAMES if load(name).get("binds_all")] == ["CUSTOM", "UNSC_2240"]
    # A decision of the Security Council ends; custom does not.
    assert load("UNSC_2240")["expired"] == "2024-09-29"
    assert "expired" not in load("CUSTOM")
