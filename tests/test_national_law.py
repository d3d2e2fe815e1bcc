"""The States' own law: complete, readable, consistent with the vocabulary, and honest about its sources."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from seajuris.errors import RuleError
from seajuris.rules.model import NationalBasis, NationalLaw, national_law
from seajuris.yamlio import parse_yaml

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "rules"
FILES = sorted((RULES / "states").glob("*.yaml"))

# Provisions that the research had found for each State: conversion may split them, never lose one.
PROVISIONS = {
    "ITA": 12, "GRC": 9, "MLT": 6, "ESP": 9, "FRA": 11, "CYP": 6, "DEU": 10, "NLD": 8, "BEL": 8, "PRT": 9,
    "HRV": 8, "SVN": 7, "BGR": 7, "ROU": 8, "POL": 8, "DNK": 8, "SWE": 7, "FIN": 7, "IRL": 8, "EST": 8,
    "LVA": 5, "LTU": 5, "AUT": 7, "CZE": 7, "HUN": 6, "SVK": 7, "LUX": 6, "GBR": 9, "NOR": 7, "ISL": 4,
    "ALB": 4, "MNE": 6, "TUR": 8, "LBY": 5, "TUN": 5, "DZA": 6, "MAR": 6, "EGY": 8, "LBN": 5, "ISR": 6,
    "SYR": 5, "UKR": 5, "GEO": 4, "SEN": 4, "MRT": 3, "GMB": 2, "PAN": 3, "LBR": 2, "MHL": 2, "BHS": 2,
    "COM": 2, "CMR": 4, "TGO": 2, "BLZ": 2, "KNA": 2, "PAK": 3, "BGD": 4, "AFG": 2, "IRQ": 5, "IRN": 6,
    "ERI": 3, "SDN": 3, "SOM": 3, "ETH": 5, "NGA": 3, "CIV": 3, "MLI": 2, "GIN": 3, "MDA": 4, "RUS": 4,
    "BLR": 3, "USA": 5,
}  # fmt: skip
OFFENCE_PROVISIONS = 98
SEVERAL_OFFENCES = {
    "ITA": 4, "GRC": 3, "MLT": 2, "ESP": 2, "FRA": 4, "CYP": 3, "DEU": 3, "PRT": 2, "BGR": 2, "ROU": 2,
    "POL": 2, "DNK": 2, "LUX": 2, "GBR": 2, "TUR": 2, "LBY": 2, "TUN": 3, "EGY": 2,
}  # fmt: skip

FILE_KEYS = {"state", "name", "checked", "summary", "member", "bases", "absent", "offences", "notes"}
BASE_KEYS = {
    "id", "grounds", "kind", "provision", "offences", "conditions", "valid", "verified", "confidence",
    "source", "checked",
}  # fmt: skip
BASE_OPTIONAL = {"when", "note", "applied"}
ABSENT_KEYS = {"grounds", "note", "verified", "source", "checked"}
OFFENCE_KEYS = {"provision", "offence", "covers", "penalty", "verified", "source", "confidence"}
MEMBER_KEYS = {"eu", "schengen", "eurojust"}
KINDS = {
    "territoriality", "ubiquity", "flag", "active_nationality", "passive_personality", "representation",
    "treaty_obligation", "universality", "specific_smuggling", "specific_maritime", "organised_crime",
    "protective",
}  # fmt: skip
CONFIDENCE = {"high", "medium", "low"}
PEOPLE = {"suspect": "suspects[]", "any_suspect": "suspects[]", "victim": "victims[]", "any_victim": "victims[]"}
ZONES = {
    "land", "internal_waters", "archipelagic_waters", "territorial_sea", "contiguous_zone",
    "exclusive_economic_zone", "high_seas",
}  # fmt: skip
MEMORY = "from memory"
# What a sentence for a lawyer never contains: token spelling, comparison signs, leftovers of notation.
RAW = re.compile(r"\w_\w|[<>|]=?|\bverified:|\[|\]|\byes_|\b[a-z]+:[a-z]+")
ADDRESS = re.compile(r"https?://\S+")

Data = dict[str, Any]


@cache
def read(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return parse_yaml(text, where=str(path.relative_to(ROOT)), error=RuleError)


@cache
def law(state: str) -> NationalLaw:
    path = RULES / "states" / f"{state}.yaml"
    return national_law(read(path), str(path.relative_to(ROOT)))


@cache
def vocabulary() -> Data:
    facts: Data = read(RULES / "facts.yaml")["facts"]
    return facts


@cache
def grounds() -> frozenset[str]:
    found = re.search(r"### The grounds\n(.*?)\n## ", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.S)
    assert found
    listed = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", found.group(1)))
    return frozenset(listed | {path.stem for path in (RULES / "grounds").glob("*.yaml")})


def raw_bases() -> Iterator[tuple[str, Data]]:
    for path in FILES:
        for base in read(path)["bases"]:
            yield path.stem, base


def basis(identifier: str) -> NationalBasis:
    (one,) = [b for b in law(identifier[:3]).bases if b.id == identifier]
    return one


def ids_for(state: str, ground: str, day: str) -> set[str]:
    return {b.id for b in law(state).bases_for(ground, dt.date.fromisoformat(day))}


def leaves(node: Any) -> Iterator[Data]:
    """All simple conditions inside a condition."""
    if "all" in node or "any" in node:
        for part in node.get("all", node.get("any")):
            yield from leaves(part)
    elif "not" in node:
        yield from leaves(node["not"])
    else:
        yield node


def sentences(state: str) -> Iterator[tuple[str, str]]:
    data = read(RULES / "states" / f"{state}.yaml")
    yield "summary", data["summary"]
    for text in data["notes"]:
        yield "notes", text
    for base in data["bases"]:
        for text in base["conditions"]:
            yield f"{base['id']}: conditions", text
        if "note" in base:
            yield f"{base['id']}: note", base["note"]
    for item in data["absent"]:
        yield "absent", item["note"]


def test_there_is_a_file_for_every_state_of_the_research() -> None:
    assert {path.stem for path in FILES} == set(PROVISIONS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_file_has_the_agreed_form(path: Path) -> None:
    data = read(path)
    assert set(data) == FILE_KEYS
    assert data["state"] == path.stem
    assert data["name"]
    assert len(data["summary"]) > 20
    dt.date.fromisoformat(data["checked"])
    assert set(data["member"]) - {"liaison_prosecutor"} == MEMBER_KEYS
    assert isinstance(data["member"]["eu"], bool)
    for base in data["bases"]:
        assert set(base) - BASE_OPTIONAL == BASE_KEYS, base.get("id")
        assert base["kind"] in KINDS
    for item in data["absent"]:
        assert set(item) == ABSENT_KEYS
    for offence in data["offences"]:
        assert set(offence) == OFFENCE_KEYS
    assert law(path.stem).state == path.stem


def test_no_provision_was_lost() -> None:
    short = {state: len(law(state).bases) for state, least in PROVISIONS.items() if len(law(state).bases) < least}
    assert not short
    assert sum(len(law(state).bases) for state in PROVISIONS) >= sum(PROVISIONS.values()) == 391


def test_no_offence_provision_was_lost() -> None:
    counted = {state: len(law(state).offences) for state in PROVISIONS}
    assert {state: n for state, n in counted.items() if n > 1} == SEVERAL_OFFENCES
    assert sum(counted.values()) == OFFENCE_PROVISIONS
    assert min(counted.values()) == 1


def test_ids_are_unique_and_begin_with_the_state() -> None:
    pairs = [(state, base["id"]) for state, base in raw_bases()]
    ids = [identifier for _, identifier in pairs]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(rf"{state}(-[A-Za-z0-9]+)+", identifier) for state, identifier in pairs)


def test_grounds_exist() -> None:
    assert len(grounds()) > 30
    for _, base in raw_bases():
        assert set(base["grounds"]) <= grounds(), base["id"]
        assert len(base["grounds"]) == len(set(base["grounds"])), base["id"]
    for state in PROVISIONS:
        for item in law(state).absent:
            assert set(item.grounds) <= grounds()


def test_offences_exist() -> None:
    known = set(vocabulary()["offences"]["values"])
    for _, base in raw_bases():
        if base["offences"] != "any":
            assert base["offences"], base["id"]
            assert set(base["offences"]) <= known, base["id"]
    for state in PROVISIONS:
        for offence in law(state).offences:
            assert offence["covers"]
            assert set(offence["covers"]) <= known, (state, offence["provision"])


def test_conditions_ask_for_facts_that_exist_and_values_they_can_have() -> None:
    asked = 0
    for _, base in raw_bases():
        for leaf in leaves(base["when"]) if "when" in base else ():
            asked += 1
            if "fact" in leaf:
                check_fact(base["id"], leaf)
            elif "place" in leaf:
                assert set(leaf["place"]) <= ZONES, base["id"]
            elif "offence" in leaf:
                assert set(leaf["offence"]) <= set(vocabulary()["offences"]["values"]), base["id"]
            elif "party" in leaf:
                assert list((RULES / "instruments").glob("*.yaml"))
                assert any(f"id: {leaf['party']}\n" in text for text in instruments()), base["id"]
            else:
                assert set(leaf) == {"beyond_territorial_sea"}, base["id"]
    assert asked > 150


@cache
def instruments() -> tuple[str, ...]:
    return tuple(p.read_text(encoding="utf-8") for p in sorted((RULES / "instruments").glob("*.yaml")))


def check_fact(identifier: str, leaf: Data) -> None:
    name = leaf["fact"]
    head, _, tail = name.partition(".")
    entry = vocabulary().get(f"{PEOPLE[head]}.{tail}" if head in PEOPLE else name)
    assert entry, f"{identifier}: no fact {name}"
    values = leaf["is"] if isinstance(leaf["is"], list) else [leaf["is"]]
    if entry["type"] in ("choice", "choices"):
        assert set(values) <= set(entry["values"]), identifier
    elif entry["type"] == "yes_no":
        assert set(values) <= {True, False}, identifier
    else:
        assert entry["type"] in ("state", "states"), identifier
        assert set(values) <= {"claimant", "known", "none"}, identifier


@pytest.mark.parametrize("state", PROVISIONS)
def test_what_a_person_reads_is_plain_english(state: str) -> None:
    for where, text in sentences(state):
        plain = ADDRESS.sub("", text)
        assert not RAW.search(plain), f"{state} {where}: {text}"
        assert plain[0].isupper() or plain[0].isdigit() or re.match(r"\w+\.\w", plain), f"{state} {where}: {text}"
        assert text.endswith((".", ")", "!")), f"{state} {where}: {text}"


def test_a_condition_is_a_sentence_and_is_said_once() -> None:
    assert sum(len(base["conditions"]) for _, base in raw_bases()) > 520
    for _, base in raw_bases():
        assert all(len(text.split()) >= 4 and text.endswith(".") for text in base["conditions"]), base["id"]
        assert len(base["conditions"]) == len(set(base["conditions"])), base["id"]


def test_sources_are_stated_and_nothing_unseen_is_called_verified() -> None:
    for state, base in raw_bases():
        assert base["confidence"] in CONFIDENCE, base["id"]
        assert base["source"] == MEMORY or base["source"].startswith(("http://", "https://")), base["id"]
        dt.date.fromisoformat(base["checked"])
        assert base["checked"] <= law(state).checked
        if base["verified"]:
            assert base["source"].startswith("http"), base["id"]
            assert base["confidence"] in {"high", "medium"}, base["id"]
            assert "not established" not in base["provision"], base["id"]
    for state in PROVISIONS:
        for offence in law(state).offences:
            assert offence["confidence"] in CONFIDENCE
            assert not offence["verified"] or offence["source"].startswith("http"), (state, offence["provision"])
        for item in law(state).absent:
            assert not item.verified or item.source.startswith("http"), state


def test_a_provision_that_was_not_found_says_so() -> None:
    unknown = [b for _, b in raw_bases() if "article not established" in b["provision"]]
    assert len(unknown) > 20
    for base in unknown:
        assert any("still to be found and read" in text for text in base["conditions"]), base["id"]


def test_intervals_have_a_beginning_before_their_end() -> None:
    dated = 0
    for _, base in raw_bases():
        assert set(base["valid"]) == {"from", "to"}, base["id"]
        days = [dt.date.fromisoformat(day) for day in base["valid"].values() if day is not None]
        dated += bool(days)
        assert days == sorted(set(days)), base["id"]
    assert dated > 60


def test_what_is_not_applied_gives_no_ground_and_says_why() -> None:
    idle = [b for _, b in raw_bases() if b.get("applied") is False]
    assert {b["id"] for b in idle} >= {"NLD-bill-36414", "MAR-specific-smuggling", "GBR-ia1971-24-E1A"}
    for base in idle:
        assert base["grounds"] == [], base["id"]
        assert "Not applied" in base["note"], base["id"]


def test_provisions_that_protect_the_state_itself_do_not_reach_smuggling() -> None:
    protective = [b for _, b in raw_bases() if b["kind"] == "protective"]
    assert len(protective) > 30
    assert [b["id"] for b in protective if b["grounds"]] == ["POL-kk-112-5"]


def test_every_prosecuting_base_without_a_note_names_a_ground() -> None:
    silent = [b["id"] for _, b in raw_bases() if not b["grounds"] and "note" not in b]
    assert silent == []


@pytest.mark.parametrize("state", PROVISIONS)
def test_every_state_has_a_territorial_rule(state: str) -> None:
    # Open registries of which only the flag rule was researched are the exception.
    has = any("territory" in b.grounds for b in law(state).bases)
    assert has or state in FLAG_ONLY


FLAG_ONLY: frozenset[str] = frozenset()


# --- Statements of law that must stay true ---------------------------------------------------------------


def test_italy_reaches_deadly_smuggling_bound_for_it_since_march_2023() -> None:
    one = basis("ITA-tui-12-bis")
    assert one.verified
    assert one.validity.start == dt.date(2023, 3, 11)
    assert "ITA-tui-12-bis" not in ids_for("ITA", "special-clause", "2023-02-26")
    assert "ITA-tui-12-bis" in ids_for("ITA", "special-clause", "2023-06-14")
    assert {"fact": "destination", "is": "claimant"} in list(leaves(when("ITA-tui-12-bis")))


def when(identifier: str) -> Data:
    (one,) = [b["when"] for _, b in raw_bases() if b["id"] == identifier]
    assert isinstance(one, dict)
    return one


def test_italy_reaches_boats_without_nationality_on_the_high_seas() -> None:
    found = list(leaves(when("ITA-cp-7-5-stateless")))
    assert {"fact": "vessel.flag", "is": "none"} in found
    assert {"beyond_territorial_sea": True} in found
    assert {"landing-through-rescue", "stateless-vessel"} <= set(basis("ITA-cp-7-5-stateless").grounds)


def test_greek_smuggling_clause_needs_greece_as_destination_at_any_time() -> None:
    assert ids_for("GRC", "special-clause", "2023-06-14") == {"GRC-law-4251-2014-30-11"}
    assert ids_for("GRC", "special-clause", "2025-06-14") == {"GRC-mc-25-11"}
    for identifier in ("GRC-law-4251-2014-30-11", "GRC-mc-25-11"):
        assert when(identifier) == {"fact": "destination", "is": "claimant"}


def test_greek_flag_rule_changed_in_may_2024() -> None:
    assert ids_for("GRC", "flag", "2023-06-14") == {"GRC-pc-5-2-2019", "GRC-pc-5-2-2019-foreign-waters"}
    assert ids_for("GRC", "flag", "2024-05-01") == {"GRC-pc-5-2"}


def test_states_whose_text_knows_no_passive_personality() -> None:
    for state in ("ESP", "CYP"):
        absence = law(state).absence_of("passive-personality")
        assert absence is not None
        assert absence.verified
    for state in ("EGY", "LBY", "GBR", "IRL"):
        assert law(state).absence_of("passive-personality") is not None
    general = [b.id for b in law("ESP").bases if "passive-personality" in b.grounds and b.offences is None]
    assert general == []


def test_germany_counts_the_place_where_the_result_was_intended() -> None:
    assert any("§ 9" in b.provision for b in law("DEU").bases if "attempt-directed-at" in b.grounds)


def test_ireland_needs_a_ship_without_registration_for_its_stateless_limb() -> None:
    assert when("IRL-2021-act-7-4-f") == {"fact": "vessel.flag", "is": "none"}
    assert basis("IRL-2021-act-7-4-f").grounds == ("stateless-vessel",)


def test_spain_asks_for_treaty_support_not_for_destination() -> None:
    one = basis("ESP-lopj-23-4-d")
    assert "stateless-vessel" in one.grounds
    assert not any("destination" in str(leaf.get("fact")) for leaf in leaves(when("ESP-lopj-23-4-d")))
    assert any("treaty" in text or "treaties" in text for text in one.conditions)


def test_dutch_nationals_answer_for_smuggling_whatever_the_law_of_the_place() -> None:
    one = basis("NLD-sr-7-2")
    assert one.offences == ("migrant_smuggling", "aggravated_smuggling")
    assert one.conditions == ()
    assert "residence" in one.grounds


def test_moroccan_partial_commission_needs_the_main_act_in_morocco() -> None:
    assert any("principal act" in text for text in basis("MAR-cpp-704").conditions)


def test_british_homicide_abroad_is_homicide_on_land() -> None:
    for identifier in ("GBR-oapa1861-9", "IRL-oapa1861-9"):
        assert when(identifier) == {"place": ["land"], "of": "anyone"}


def test_german_and_polish_nationals_need_no_foreign_law_where_no_state_rules() -> None:
    for identifier in ("DEU-stgb-7-2-1", "POL-kk-109-111-1-3"):
        first, second = basis(identifier).conditions[:2]
        assert "also be an offence" in first
        assert "not needed" in second


def test_swedish_territory_rule_is_the_first_section_of_the_chapter() -> None:
    assert basis("SWE-brb-2-1").provision.endswith("2 kap. 1 §")
    assert ids_for("SWE", "territory", "2021-12-31") == set()


def test_loading_the_law_of_all_states_keeps_the_split_between_territory_and_partial_commission() -> None:
    partial = {"part-of-conduct-departure", "part-of-conduct-planning", "entry-or-landing"}
    mixed = [b["id"] for _, b in raw_bases() if "territory" in b["grounds"] and partial & set(b["grounds"])]
    assert mixed == []


def test_israeli_ships_are_territory_and_section_17_is_something_else() -> None:
    assert ids_for("ISR", "flag", "2025-06-01") == {"ISR-penal-law-7-c"}
    assert basis("ISR-penal-law-7-c").verified
    assert basis("ISR-penal-law-17").grounds == ("representation",)


def test_denmark_asks_for_punishability_elsewhere_only_on_foreign_territory() -> None:
    (text,) = [c for c in basis("DNK-strfl-8-6").conditions if "punishable there" in c]
    assert "outside every State" in text


def test_senegalese_article_669_does_not_reach_smuggling() -> None:
    assert basis("SEN-cpp-669").offences == ("torture",)


def test_united_states_reach_places_outside_any_jurisdiction_only_through_their_nationals() -> None:
    one = basis("USA-18-usc-7-7-8")
    assert one.verified
    assert {"passive-personality", "active-nationality"} == set(one.grounds)
    assert not basis("USA-8-usc-1324-a").verified
