"""The ground, warning and coordination files: complete, consistent, and honest about their sources."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from seajuris.api import assess
from seajuris.case import Case
from seajuris.errors import RuleError
from seajuris.yamlio import parse_yaml

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "rules"
FILES = sorted((RULES / "grounds").glob("*.yaml"))
COORDINATION = sorted((RULES / "coordination").glob("*.yaml"))

ZONES = {
    "land", "internal_waters", "archipelagic_waters", "territorial_sea", "contiguous_zone",
    "exclusive_economic_zone", "high_seas",
}  # fmt: skip
REQUIRED = {
    "id", "title", "basis", "kind", "offences", "when", "order", "authority", "conditions",
    "warnings", "summary", "national_required", "valid", "leaflet_ref",
}  # fmt: skip
BY_KIND = {
    "prosecute": {"claimant", "grade"},
    "act_at_sea": {"claimant", "grade"},
    "bar": {"bars"},
}
OPTIONAL = {"about", "only_with_national", "law_of"}
AUTHORITY_KEYS = {"instrument", "provision", "duty", "party", "verified", "source", "checked"}
AUTHORITY_OPTIONAL = {"when", "valid"}
REMARK_KEYS = {"text", "source", "verified"}
GRADES = {"mandatory", "optional", "national", "contested", "enforcement"}
DUTIES = {"mandatory", "optional", "permits", "limits", "supports"}
PEOPLE = {
    "suspect": "suspects[]", "victim": "victims[]", "any_suspect": "suspects[]",
    "any_victim": "victims[]", "any_vessel": "other_vessels[]", "any_decision": "decisions[]",
    "other_vessel": "other_vessels[]", "decision": "decisions[]",
}  # fmt: skip
NOT_SEEN = re.compile(r"from memory|secondary|in part")

Data = dict[str, Any]


@cache
def read(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return parse_yaml(text, where=str(path.relative_to(ROOT)), error=RuleError)


BOUND = {"suspect", "victim", "other_vessel", "decision"}


@cache
def vocabulary() -> Data:
    facts: Data = read(RULES / "facts.yaml")["facts"]
    return facts


@cache
def warnings() -> Data:
    found: Data = read(RULES / "warnings.yaml")["warnings"]
    return found


@cache
def listed() -> dict[str, str]:
    """The grounds that ARCHITECTURE.md lists, with their kind."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("### The grounds")[1]
    paragraph = re.split(r"\n#", text)[0]
    parts = re.split(r"\b(prosecute|act_at_sea|bar): ", paragraph)
    return {
        name: kind
        for kind, names in zip(parts[1::2], parts[2::2], strict=True)
        for name in re.findall(r"`([a-z-]+)`", names)
    }


def fact_of(path: str) -> Data | None:
    head, _, rest = path.partition(".")
    general = f"{PEOPLE[head]}.{rest}" if head in PEOPLE else path
    entry: Data | None = vocabulary().get(general)
    return entry


def check(test: Any, where: str, about: str | None = None, *, claimant: bool = True) -> None:
    """Assert that a condition is well formed and speaks only of what exists."""
    assert isinstance(test, dict) and test, where
    keys = set(test)
    if keys in ({"all"}, {"any"}):
        (parts,) = test.values()
        assert isinstance(parts, list) and len(parts) > 1, f"{where}: one part needs no `all` or `any`"
        for part in parts:
            check(part, where, about, claimant=claimant)
    elif keys == {"not"}:
        check(test["not"], where, about, claimant=claimant)
    elif keys == {"fact", "is"}:
        check_fact(test["fact"], test["is"], where, about, claimant=claimant)
    elif keys == {"place", "of"}:
        assert set(test["place"]) <= ZONES, where
        assert test["of"] in {"claimant", "anyone", "other", "flag"}, where
        assert claimant or test["of"] in {"anyone", "flag"}, f"{where}: no claimant here"
    elif keys == {"beyond_territorial_sea"}:
        assert test["beyond_territorial_sea"] is True, where
    elif keys == {"party", "state"}:
        assert (RULES / "instruments" / f"{test['party']}.yaml").is_file(), f"{where}: {test['party']}"
        assert "." in test["state"] or test["state"] in ({"claimant", "flag"} if claimant else {"flag"}), where
    else:
        assert keys == {"offence"}, f"{where}: {sorted(keys)}"
        assert set(test["offence"]) <= set(vocabulary()["offences"]["values"]), where


def check_fact(path: str, wanted: Any, where: str, about: str | None, *, claimant: bool) -> None:
    entry = fact_of(path)
    assert entry is not None, f"{where}: no fact {path}"
    head = path.partition(".")[0]
    assert head not in BOUND or head == about, f"{where}: {path} is not bound"
    for value in wanted if isinstance(wanted, list) else [wanted]:
        if value == "claimant":
            assert claimant and entry["type"] in {"state", "states"}, f"{where}: {path}"
        elif value == "known":
            continue
        elif entry["type"] in {"choice", "choices"}:
            assert value in entry["values"] or value == entry.get("none"), f"{where}: {path} is {value}"
        elif entry["type"] == "yes_no":
            assert isinstance(value, bool), f"{where}: {path} is {value}"
        else:
            assert entry["type"] in {"state", "states"}, f"{where}: {path}"
            is_none = value == "none" and entry.get("none") is not None
            assert is_none or value in states(), f"{where}: {path} is {value}"


@cache
def states() -> frozenset[str]:
    with (ROOT / "data" / "states" / "register.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["alpha3"] for row in csv.DictReader(file))


def check_source(item: Data, where: str) -> None:
    source = item["source"]
    assert isinstance(source, str) and source, f"{where}: no source"
    assert isinstance(item["verified"], bool), where
    seen = source.startswith(("http://", "https://")) and not NOT_SEEN.search(source)
    assert item["verified"] == seen, f"{where}: verified is {item['verified']}, source is {source}"


def check_authority(item: Data, where: str, about: str | None, *, claimant: bool = True) -> None:
    assert set(item) - AUTHORITY_OPTIONAL == AUTHORITY_KEYS, where
    assert item["duty"] in DUTIES, where
    assert item["party"] in {"claimant", "flag", "none"}, where
    assert claimant or item["party"] == "none", f"{where}: no claimant here"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", item["checked"]), where
    assert (RULES / "instruments" / f"{item['instrument']}.yaml").is_file(), where
    check_source(item, where)
    if "when" in item:
        check(item["when"], where, about, claimant=claimant)


def grounds() -> Iterator[tuple[str, Data]]:
    for path in FILES:
        yield path.stem, read(path)


def test_every_listed_ground_has_a_file_of_its_kind() -> None:
    kinds = {name: entry["kind"] for name, entry in grounds()}
    assert len(listed()) >= 36
    assert {name: kinds.get(name) for name in listed()} == listed()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_ground_has_all_keys_and_no_other(path: Path) -> None:
    entry = read(path)
    assert entry["id"] == path.stem
    assert set(entry) - OPTIONAL == REQUIRED | BY_KIND[entry["kind"]]
    assert entry["authority"], "a ground rests on something"
    assert entry["national_required"] is (entry["kind"] == "prosecute")
    assert set(entry["valid"]) == {"from", "to"}
    assert entry["title"].strip() and entry["summary"].strip()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_ground_cites_only_what_exists(path: Path) -> None:
    entry = read(path)
    about = entry.get("about")
    assert about in {None, *BOUND}
    check(entry["when"], "when", about)
    for index, item in enumerate(entry["authority"]):
        check_authority(item, f"authority[{index}]", about)
    for index, item in enumerate(entry["conditions"]):
        assert set(item) - {"when"} == REMARK_KEYS, f"conditions[{index}]"
        check_source(item, f"conditions[{index}]")
        if "when" in item:
            check(item["when"], f"conditions[{index}]", about)
    assert set(entry["warnings"]) <= set(warnings())
    assert len(set(entry["warnings"])) == len(entry["warnings"])
    known = set(vocabulary()["offences"]["values"])
    assert entry["offences"] == "any" or set(entry["offences"]) <= known


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_claimant_or_bars_is_well_formed(path: Path) -> None:
    entry = read(path)
    if entry["kind"] == "bar":
        bars = entry["bars"]
        assert set(bars) - {"excludes"} == {"kind", "grounds", "offences"} and bars["kind"] == "prosecute"
        prosecute = {name for name, other in grounds() if other["kind"] == "prosecute"}
        assert bars["grounds"] == "any" or set(bars["grounds"]) <= prosecute
        known = set(vocabulary()["offences"]["values"])
        assert bars["offences"] == "any" or set(bars["offences"]) <= known
        return
    assert entry["grade"] in GRADES
    assert (entry["grade"] == "enforcement") is (entry["kind"] == "act_at_sea")
    ((form, value),) = entry["claimant"].items()
    if form == "place":
        assert set(value) <= ZONES
    elif form == "any":
        assert value is True
        assert entry["kind"] == "act_at_sea", "no State prosecutes merely for being a State"
    else:
        assert form in {"fact", "facts"}
        for fact in value if form == "facts" else [value]:
            declared = fact_of(fact)
            assert declared is not None and declared["type"] in {"state", "states"}
            head = fact.partition(".")[0]
            assert head not in BOUND or head == entry.get("about")


def test_each_basis_is_declared_under_its_kind_and_used() -> None:
    declared = {(kind, basis) for kind, group in read(RULES / "bases.yaml").items() for basis in group}
    assert {(entry["kind"], entry["basis"]) for _, entry in grounds()} == declared


def test_order_of_display_is_unique() -> None:
    orders = [entry["order"] for _, entry in grounds()]
    assert len(set(orders)) == len(orders)


@pytest.mark.parametrize("key", sorted(warnings()))
def test_warning(key: str) -> None:
    entry = warnings()[key]
    assert re.fullmatch(r"W-[A-Z0-9]+(-[A-Z0-9]+)*", key)
    assert set(entry) == {"text", "when", "source", "verified"}
    check_source(entry, key)
    if entry["when"] is not None:
        check(entry["when"], key, claimant=False)
    else:
        used = any(key in g["warnings"] for _, g in grounds())
        assert used, "nothing would ever show this warning"


@pytest.mark.parametrize("path", COORDINATION, ids=lambda p: p.stem)
def test_coordination(path: Path) -> None:
    for entry in read(path):
        assert set(entry) == {"id", "title", "text", "when", "states", "authority", "valid"}
        # An entry without authority would count as verified.
        assert entry["authority"], entry["id"]
        for item in entry["authority"]:
            check_authority(item, entry["id"], None, claimant=False)
        if entry["when"] is not None:
            check(entry["when"], entry["id"], claimant=False)
        if entry["states"] is not None:
            assert set(entry["states"]) == {"member", "at_least"}
            assert (RULES / "instruments" / f"{entry['states']['member']}.yaml").is_file()
            assert entry["states"]["at_least"] >= 1


def test_coordination_ids_are_unique() -> None:
    ids = [entry["id"] for path in COORDINATION for entry in read(path)]
    assert len(ids) > 5
    assert len(set(ids)) == len(ids)


def test_a_proposal_is_never_more_than_support() -> None:
    cited = [a for _, g in grounds() for a in g["authority"] if a["instrument"] == "COM_2023_755"]
    assert cited
    assert {a["duty"] for a in cited} == {"supports"}
    for name, entry in grounds():
        if any(a["instrument"] == "COM_2023_755" for a in entry["authority"]):
            assert any("not in force" in c["text"] for c in entry["conditions"]), name


def test_zones_beyond_the_territorial_sea_are_no_territory() -> None:
    when = read(RULES / "grounds" / "territory.yaml")["when"]
    assert set(when["place"]) == {"land", "internal_waters", "archipelagic_waters", "territorial_sea"}
    for name, entry in grounds():
        if entry["kind"] == "prosecute" and name != "installation":
            assert "exclusive_economic_zone" not in str(entry["when"]), name
            assert "contiguous_zone" not in str(entry["when"]), name


def test_universality_never_reaches_smuggling() -> None:
    reached = {
        offence
        for _, entry in grounds()
        if entry["kind"] == "prosecute" and entry["basis"] == "universality"
        for offence in entry["offences"]
    }
    assert reached == {"piracy"}


def test_texts_promise_nothing() -> None:
    """Jurisdiction is possible at most: no text for people says that a State has it."""
    promise = re.compile(r"\b(?:has|have) (?:criminal )?jurisdiction\b", re.IGNORECASE)
    for name, entry in grounds():
        for text in (entry["title"], entry["summary"], *(c["text"] for c in entry["conditions"])):
            for match in promise.finditer(text):
                before = text[: match.start()].rstrip()
                assert before.endswith(("may", "must", "party must")), f"{name}: {text}"
    for key, warning in warnings().items():
        assert not re.search(r"\bhas jurisdiction\b", warning["text"]), key


# --- Contested questions and dated powers ---------------------------------------------------------------------


def conditions_of(name: str) -> str:
    return " ".join(str(c["text"]) for c in read(RULES / "grounds" / f"{name}.yaml")["conditions"])


def test_contested_questions_are_shown_with_each_position() -> None:
    stateless = conditions_of("stateless-vessel")
    assert read(RULES / "grounds" / "stateless-vessel.yaml")["grade"] == "contested"
    assert [word in stateless for word in ("first position", "second position", "third position")] == [True] * 3
    assert read(RULES / "grounds" / "landing-through-rescue.yaml")["grade"] == "contested"
    assert [court in conditions_of("landing-through-rescue") for court in ("14510", "5583", "Kalamata")] == [True] * 3
    for key in ("W-STATELESS-POSITIONS", "W-STATELESS-WRECK", "W-RESCUE-CONTESTED", "W-97-STATELESS"):
        assert key in warnings()


def test_resolutions_of_the_security_council_follow_each_other_without_gap_or_overlap() -> None:
    entry = read(RULES / "grounds" / "security-council-authorisation.yaml")
    periods = [(a["valid"]["from"], a["valid"]["to"]) for a in entry["authority"]]
    assert periods == sorted(periods)
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(periods))
    assert (periods[0][0], periods[-1][1]) == (entry["valid"]["from"], entry["valid"]["to"])
    instrument = read(RULES / "instruments" / "UNSC_2240.yaml")
    assert (instrument["in_force"], instrument["expired"]) == (periods[0][0], periods[-1][1])


# --- Who may act at sea: zone by power ------------------------------------------------------------------------
# A Spanish patrol boat on 14 June 2023. Nothing else is found beside the duty to help people in danger.

PLACES = {
    "internal waters": "39.50 N 0.25 W",
    "territorial sea": "39.40 N 0.10 W",
    "contiguous zone": "39.40 N 0.12 E",
    "exclusive economic zone": "39.35 N 0.45 E",
    "high seas": "30.0 N 40.0 W",
    "territorial sea of France": "43.10 N 5.00 E",
}
COAST, BELT, CONSENT = "territorial-sea-enforcement", "contiguous-zone-control", "flag-state-authorisation"
VISIT, SMUGGLING, OWN = "right-of-visit", "stateless-smuggling-vessel", "own-flag-enforcement"
PANAMA = {"flag": "PAN", "flag_status": "confirmed", "type": "merchant"}
Row = tuple[str, dict[str, str], str, list[set[str]]]
POWERS: list[Row] = [
    ("foreign flag", PANAMA, "refused", [{COAST}, {COAST}, {BELT}, set(), set(), set()]),
    ("foreign flag, consent", PANAMA, "given", [{COAST}, {COAST}, {BELT, CONSENT}, {CONSENT}, {CONSENT}, set()]),
    (
        "no nationality",
        {"flag": "stateless", "type": "small_craft"},
        "not_sought",
        [{COAST}, {COAST}, {BELT, VISIT, SMUGGLING}, {VISIT, SMUGGLING}, {VISIT, SMUGGLING}, set()],
    ),
    (
        "several flags",
        {**PANAMA, "flag_status": "multiple"},
        "refused",
        [{COAST}, {COAST}, {BELT, VISIT, SMUGGLING}, {VISIT, SMUGGLING}, {VISIT, SMUGGLING}, set()],
    ),
    ("foreign warship", {**PANAMA, "type": "warship"}, "refused", [set()] * 6),
    (
        "own flag",
        {**PANAMA, "flag": "ESP"},
        "not_sought",
        [{COAST, OWN}, {COAST, OWN}, {BELT, OWN}, {OWN}, {OWN}, set()],
    ),
]


@pytest.mark.parametrize(("ship", "vessel", "consent", "expected"), POWERS, ids=[row[0] for row in POWERS])
def test_powers_at_sea_by_zone_and_ship(
    ship: str, vessel: dict[str, str], consent: str, expected: list[set[str]]
) -> None:
    facts = {
        "on": "2023-06-14",
        "accuracy": "100 m",
        "offences": ["migrant_smuggling"],
        "vessel": vessel,
        "departure": "DZA",
        "passage": "inbound",
        "frontex_operation": False,
        "intervention": {"by": "ESP", "flag_consent": consent, "pursuit_began": "none"},
    }
    for (place, position), powers in zip(PLACES.items(), expected, strict=True):
        found = {
            finding.ground
            for finding in assess(Case.from_dict({**facts, "position": position})).findings
            if finding.kind == "act_at_sea" and finding.status != "excluded" and finding.state in ("*", "ESP")
        }
        assert found - {"safety-of-life"} == powers, f"{ship}: {place}"
