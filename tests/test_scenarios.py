"""The teaching cases in `scenarios/`, run on the shipped zones and rules: each says all that is wrong with it at once.

What a case expects comes from what courts decided and from the law, not from what the program prints; the shape of
the files is described in ``scenarios/README.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from seajuris import states
from seajuris.api import assess, locate
from seajuris.assessment import STATUSES, Assessment, Bar, Finding
from seajuris.case import Case
from seajuris.errors import RuleError
from seajuris.paths import shipped
from seajuris.place import ZONES, Place
from seajuris.position import parse_position
from seajuris.rules.load import shipped_rules
from seajuris.rules.model import GRADES, KINDS
from seajuris.yamlio import parse_yaml, read_text

FOLDER = shipped("scenarios")
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

KEYS = {"id", "title", "position_note", "case", "expect", "places", "outcome", "learning", "discuss", "sources"} | {
    "confidence"
}
EXPECT = {"zones", "regime", "verdict", "findings", "none", "only", "bars", "no_bars", "questions", "warnings"}
FINDING = {"state", "ground", "kind", "status", "grade", "offences", "not_offences", "mandate", "barred_by"}
BAR = {"bar", "status", "states", "not_states"}
PLACE = {"what", "position", "accuracy", "on", "zones"}


# --- Reading ----------------------------------------------------------------------------------------------------


@cache
def scenario(name: str) -> dict[str, Any]:
    path = FOLDER / f"{name}.yaml"
    data = parse_yaml(read_text(path, where=path.name, error=RuleError), where=path.name, error=RuleError)
    assert isinstance(data, dict), f"{path.name} is no mapping"
    return data


@cache
def assessment(name: str) -> Assessment:
    return assess(Case.from_dict(scenario(name)["case"], where=name))


def position_of(told: Any) -> str:
    return f"{told['lat']}, {told['lon']}" if isinstance(told, dict) else str(told)


def many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


# --- Checking: each function yields one sentence for each expectation that is not met -----------------------------


def zone_faults(place: Place | None, wanted: list[str]) -> Iterator[str]:
    """A zone that its State had not proclaimed on that day does not count: it is no zone of that State in law."""
    if place is None:
        yield f"zones {wanted}: the case has no position"
        return
    found = {word for z in place.zones if z.claim != "potential" for word in (z.zone, f"{z.zone}:{z.state}")}
    shown = ", ".join(sorted(f"{z.zone}:{z.state} ({z.claim}, {z.certainty})" for z in place.zones))
    for words in wanted:
        hit = bool(found & set(words.removeprefix("!").split("|")))
        if hit == words.startswith("!"):
            yield f"zone {words}: found {shown}"


def fits(finding: Finding, wanted: dict[str, Any]) -> bool:
    """Whether a finding has the wanted state, ground, kind, grade, offences, bars and mandates, whatever its status."""
    for key in ("state", "ground", "kind", "grade"):
        if key in wanted and getattr(finding, key) not in many(wanted[key]):
            return False
    if not set(wanted.get("offences", ())) <= set(finding.offences):
        return False
    if set(wanted.get("not_offences", ())) & set(finding.offences):
        return False
    if not set(wanted.get("barred_by", ())) <= set(finding.barred_by):
        return False
    for instrument, answers in wanted.get("mandate", {}).items():
        applies = {m.applies for m in finding.mandate if m.instrument == instrument} or {"absent"}
        if not applies <= set(many(answers)):
            return False
    return True


def status_fits(finding: Finding, wanted: dict[str, Any]) -> bool:
    """Without a wanted status, anything that is not excluded will do."""
    return finding.status in many(wanted["status"]) if "status" in wanted else finding.status != "excluded"


def words(finding: Finding) -> str:
    reason = f" ({finding.reason})" if finding.reason else ""
    return f"{finding.state} {finding.ground} {','.join(finding.about)} {finding.status}/{finding.grade}{reason}"


def finding_faults(result: Assessment, wanted: dict[str, Any]) -> Iterator[str]:
    loose: dict[str, Any] = {k: wanted[k] for k in ("state", "ground") if k in wanted}
    near = [f for f in result.findings if fits(f, loose)]
    right = [f for f in near if fits(f, wanted) and status_fits(f, wanted)]
    # "Excluded" means that nothing of the kind is left, not that one of several findings fell.
    if not right or (wanted.get("status") == "excluded" and len(right) < len(near)):
        shown = "; ".join(words(f) for f in near) or "no such finding"
        yield f"expected {wanted}: {shown}"


def none_faults(result: Assessment, unwanted: dict[str, Any]) -> Iterator[str]:
    for finding in result.findings:
        if fits(finding, unwanted) and status_fits(finding, unwanted):
            yield f"none {unwanted}: {words(finding)}"


def only_faults(result: Assessment, state: str, grounds: list[str]) -> Iterator[str]:
    for finding in result.prosecute():
        if finding.state == state and finding.ground not in grounds:
            yield f"only {state} {grounds}: {words(finding)}"


def bar_fits(bar: Bar, wanted: dict[str, Any]) -> bool:
    return (
        bar.bar == wanted["bar"]
        and bar.status in many(wanted.get("status", ["applies", "open"]))
        and set(wanted.get("states", ())) <= set(bar.states)
        and not set(wanted.get("not_states", ())) & set(bar.states)
    )


def bar_faults(result: Assessment, expect: dict[str, Any]) -> Iterator[str]:
    shown = "; ".join(f"{b.bar} {b.status} {','.join(b.states)}" for b in result.bars) or "no bars"
    for wanted in expect.get("bars", ()):
        if not any(bar_fits(b, wanted) for b in result.bars):
            yield f"bar {wanted}: {shown}"
    for unwanted in expect.get("no_bars", ()):
        if any(b.bar == unwanted for b in result.bars):
            yield f"no bar {unwanted}: {shown}"


def faults(result: Assessment, expect: dict[str, Any]) -> list[str]:
    """Everything in which an assessment differs from what is expected."""
    found: list[str] = []
    if "zones" in expect:
        found += zone_faults(result.place, expect["zones"])
    if result.place is not None:
        if expect.get("regime", result.place.criminal_law_regime) != result.place.criminal_law_regime:
            found.append(f"regime {expect['regime']}: found {result.place.criminal_law_regime}")
        if expect.get("verdict", result.place.verdict) != result.place.verdict:
            found.append(f"verdict {expect['verdict']}: found {result.place.verdict}")
    for wanted in expect.get("findings", ()):
        found += finding_faults(result, wanted)
    for unwanted in expect.get("none", ()):
        found += none_faults(result, unwanted)
    for state, grounds in expect.get("only", {}).items():
        found += only_faults(result, state, grounds)
    found += bar_faults(result, expect)
    asked = [q.fact for q in result.questions]
    found += [f"question {q}: asked are {asked}" for q in expect.get("questions", ()) if q not in asked]
    warned = [w.id for w in result.warnings]
    found += [f"warning {w}: given are {warned}" for w in expect.get("warnings", ()) if w not in warned]
    return found


# --- The cases --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_the_case_comes_out_as_expected(name: str) -> None:
    found = faults(assessment(name), scenario(name)["expect"])
    for place in scenario(name).get("places", ()):
        there = locate(position_of(place["position"]), accuracy=place.get("accuracy"), on=place["on"])
        found += [f"{place['what']}: {fault}" for fault in zone_faults(there, place["zones"])]
    if found:
        pytest.fail("\n".join(f"{name}: {fault}" for fault in found), pytrace=False)


@pytest.mark.parametrize("name", FILES)
def test_a_case_without_facts_does_not_meet_the_expectations(name: str) -> None:
    assert faults(assess(Case.from_dict({"on": "2023-06-14"})), scenario(name)["expect"])


def test_there_are_enough_cases() -> None:
    assert len(FILES) >= 18


# --- The files: a misspelt id in a negative expectation would never be noticed otherwise --------------------------


@pytest.mark.parametrize("name", FILES)
def test_the_file_has_the_documented_shape(name: str) -> None:
    data = scenario(name)
    assert set(data) <= KEYS
    assert not (KEYS - {"places"}) - set(data)
    assert data["id"] == name
    assert data["confidence"] in ("high", "medium", "low")
    assert data["sources"] and all(str(s).startswith(("http://", "https://")) for s in data["sources"])
    assert all(isinstance(item, str) and item.strip() for key in ("learning", "discuss") for item in data[key])
    assert data["learning"] and data["discuss"] and data["outcome"].strip()
    assert set(data["expect"]) <= EXPECT
    assert data["expect"].get("findings") and data["expect"].get("none")
    assert ("zones" in data["expect"]) == ("position" in data["case"])


@pytest.mark.parametrize("name", FILES)
def test_the_expectations_use_words_that_exist(name: str) -> None:
    data = scenario(name)
    expect = data["expect"]
    grounds = {g.id: g for g in shipped_rules().grounds}
    unknown: list[str] = []

    def check(kind: str, word: Any, known: Any) -> None:
        if word not in known:
            unknown.append(f"{kind} {word!r}")

    alpha3 = {state.alpha3 for state in states.register()} | {"*", None}
    for item in [*expect["findings"], *expect["none"]]:
        unknown += [f"key {key!r}" for key in set(item) - FINDING]
        for key, known in (("state", alpha3), ("kind", KINDS), ("status", STATUSES), ("grade", GRADES)):
            for word in many(item[key]) if key in item else ():
                check(key, word, known)
        for word in many(item.get("ground", [])):
            check("ground", word, [g for g in grounds if grounds[g].kind != "bar"])
        for word in [*item.get("offences", ()), *item.get("not_offences", ())]:
            check("offence", word, shipped_rules().vocabulary["offences"].values)
        for word in item.get("mandate", {}):
            shipped_rules().instrument(word)
    for state, listed in expect.get("only", {}).items():
        check("state", state, alpha3)
        for word in listed:
            check("ground", word, [g for g in grounds if grounds[g].kind == "prosecute"])
    bars = [g for g in grounds if grounds[g].kind == "bar"]
    for word in (w for item in [*expect["findings"], *expect["none"]] for w in item.get("barred_by", ())):
        check("bar", word, bars)
    for item in expect.get("bars", ()):
        unknown += [f"key {key!r}" for key in set(item) - BAR]
        check("bar", item["bar"], bars)
    for word in expect.get("no_bars", ()):
        check("bar", word, bars)
    for word in expect.get("questions", ()):
        check("fact", word, shipped_rules().vocabulary.paths)
    for word in expect.get("warnings", ()):
        check("warning", word, [w.id for w in shipped_rules().warnings])
    wanted_zones = [*expect.get("zones", ()), *(z for p in data.get("places", ()) for z in p["zones"])]
    for alternative in (a for z in wanted_zones for a in z.removeprefix("!").split("|")):
        zone, _, state = alternative.partition(":")
        check("zone", zone, ZONES)
        check("state", state or None, alpha3)
    for place in data.get("places", ()):
        unknown += [f"key {key!r}" for key in set(place) ^ PLACE]
        parse_position(position_of(place["position"]))
    assert not unknown, f"{name}: {', '.join(unknown)}"


def test_every_file_in_the_folder_is_a_case() -> None:
    others = {p.name for p in Path(FOLDER).iterdir() if p.suffix != ".yaml"}
    assert others <= {"README.md"}


# --- The checker itself: it must see what is wrong ----------------------------------------------------------------

WRONG: list[dict[str, Any]] = [
    {"zones": ["territorial_sea:GRC"]},
    {"zones": ["!high_seas"]},
    {"zones": ["land|internal_waters:GRC"]},
    {"regime": "territory"},
    {"verdict": "undetermined"},
    {"findings": [{"state": "EGY", "ground": "active-nationality", "status": "excluded"}]},
    {"findings": [{"state": "EGY", "ground": "active-nationality", "kind": "act_at_sea"}]},
    {"findings": [{"state": "EGY", "ground": "active-nationality", "offences": ["torture"]}]},
    {"findings": [{"state": "EGY", "ground": "active-nationality", "mandate": {"CAT_1984": "yes"}}]},
    {"findings": [{"state": "GRC", "ground": "territory"}]},
    {"none": [{"state": "EGY"}]},
    {"none": [{"ground": "active-nationality", "status": ["open", "conditional", "established"]}]},
    {"only": {"EGY": ["passive-personality"]}},
    {"bars": [{"bar": "passage-crime-before-entry"}]},
    {"questions": ["departure"]},
]


@pytest.mark.parametrize("expect", WRONG, ids=str)
def test_a_wrong_expectation_is_reported(expect: dict[str, Any]) -> None:
    assert len(faults(assessment("pylos-adriana-2023"), expect)) >= 1


def test_all_faults_are_reported_at_once() -> None:
    together: dict[str, Any] = {"zones": ["territorial_sea:GRC", "!high_seas"], "regime": "territory"}
    together |= {"questions": ["departure"], "only": {"EGY": ["passive-personality"]}}
    assert len(faults(assessment("pylos-adriana-2023"), together)) >= 5


def test_a_bar_that_should_not_be_there_is_reported() -> None:
    result = assessment("kater-i-rades")
    assert faults(result, {"no_bars": ["incident-of-navigation"]})
    assert faults(result, {"bars": [{"bar": "incident-of-navigation", "states": ["TUN"]}]})


def test_dates_of_the_cases_lie_in_the_past() -> None:
    days = {name: assessment(name).on for name in FILES}
    assert all(day <= dt.datetime.now(dt.UTC).date() for day in days.values())
    assert all(str(days[name]) == scenario(name)["case"]["on"] for name in FILES)
