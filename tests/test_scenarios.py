"""The teaching cases in `scenarios/`, run on the shipped zones and rules: each says all that is wrong with it at once.

What a case expects comes from what courts decided and from the law, not from what the program prints; the shape of
the files is described in ``scenarios/README.md``.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from seajuris import api, scenarios
from seajuris.assessment import Assessment
from seajuris.case import Case
from seajuris.paths import shipped
from seajuris.rules.load import shipped_rules
from seajuris.scenarios import EXPECT, Scenario, faults, place_faults, word_faults

FOLDER = shipped("scenarios")
FILES = scenarios.names(FOLDER)

KEYS = {"id", "title", "position_note", "authority", "case", "expect", "sources", "confidence"}
TEACHING = {"outcome", "learning", "discuss"}


@cache
def scenario(name: str) -> Scenario:
    return scenarios.load(FOLDER / f"{name}.yaml")


@cache
def assessment(name: str) -> Assessment:
    return scenarios.assess(scenario(name))


# --- The cases --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_the_case_comes_out_as_expected(name: str) -> None:
    found = [*faults(assessment(name), scenario(name).expect), *place_faults(scenario(name))]
    if found:
        pytest.fail("\n".join(f"{name}: {fault}" for fault in found), pytrace=False)


@pytest.mark.parametrize("name", FILES)
def test_a_case_without_facts_does_not_meet_the_expectations(name: str) -> None:
    assert faults(api.assess(Case.from_dict({"on": "2023-06-14"})), scenario(name).expect)


def test_there_are_enough_cases() -> None:
    assert len(FILES) >= 18


# --- The files: a misspelt id in a negative expectation would never be noticed otherwise --------------------------


@pytest.mark.parametrize("name", FILES)
def test_the_file_has_the_documented_shape(name: str) -> None:
    data = scenario(name).data
    teaching: set[str] = set() if name.startswith("law-") else TEACHING
    assert set(data) <= KEYS | TEACHING | {"places"}
    assert not (KEYS | teaching) - set(data)
    assert str(data["authority"]).strip()
    assert data["id"] == name
    assert data["confidence"] in ("high", "medium", "low")
    assert data["sources"] and all(str(s).startswith(("http://", "https://")) for s in data["sources"])
    assert all(isinstance(item, str) and item.strip() for key in ("learning", "discuss") for item in data.get(key, ()))
    if teaching:
        assert data["learning"] and data["discuss"] and data["outcome"].strip()
    assert set(data["expect"]) <= EXPECT
    assert data["expect"].get("findings") and data["expect"].get("none")
    assert ("zones" in data["expect"]) == ("position" in data["case"])


@pytest.mark.parametrize("name", FILES)
def test_the_expectations_use_words_that_exist(name: str) -> None:
    data = scenario(name).data
    assert {"findings", "none"} <= set(data["expect"])
    unknown = word_faults(data, shipped_rules())
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
    assert all(str(days[name]) == scenario(name).data["case"]["on"] for name in FILES)


PROVISIONS: list[tuple[dict[str, Any], bool]] = [
    ({"about": "suspects[0]"}, True),
    ({"about": "suspects[1]"}, False),
    ({"mandate": {"UNTOC": ["yes", "unknown"]}}, True),
    ({"mandate": {"UNTOC": "no"}}, False),
    ({"mandate": {"UNTOC art. 15(2)(b)": ["yes", "unknown"]}}, True),
    ({"mandate": {"UNTOC art. 15(2)(b)": "absent"}}, False),
    ({"mandate": {"CISA": "absent"}}, True),
    ({"national": {"ITA-cp-6-1": "absent"}}, True),
    ({"national": {"ITA-cp-6-1": "yes"}}, False),
    ({"not_conditions": ["no lawyer ever wrote this"]}, True),
    ({"conditions": ["no lawyer ever wrote this"]}, False),
]


@pytest.mark.parametrize(("wanted", "met"), PROVISIONS, ids=str)
def test_an_expectation_may_name_provisions_conditions_and_persons(wanted: dict[str, Any], met: bool) -> None:
    case = {"on": "2023-06-14", "offences": ["murder", "organised_group"], "suspects": [{"nationality": "EGY"}]}
    expect = {"findings": [{"state": "EGY", "ground": "active-nationality", **wanted}]}
    assert (not faults(api.assess(Case.from_dict(case)), expect)) is met


# --- Words that do not exist ---------------------------------------------------------------------------------------

MISSPELT: list[tuple[dict[str, Any], str]] = [
    ({"finding": []}, "key"),
    ({"none": [{"ground": "flags"}]}, "ground"),
    ({"none": [{"ground": "ne-bis-in-idem"}]}, "ground"),
    ({"none": [{"states": "GRC"}]}, "key"),
    ({"none": [{"state": "XYZ"}]}, "state"),
    ({"none": [{"status": "exclude"}]}, "status"),
    ({"none": [{"grade": "must"}]}, "grade"),
    ({"none": [{"kind": "judge"}]}, "kind"),
    ({"none": [{"offences": ["smuggling"]}]}, "offence"),
    ({"none": [{"mandate": {"UNTOCK": "yes"}}]}, "UNTOCK"),
    ({"none": [{"mandate": {"UNTOC art. 999": "yes"}}]}, "art. 999"),
    ({"none": [{"national": {"ITA-cp-999": "yes"}}]}, "ITA-cp-999"),
    ({"bars": [{"bar": "ne-bis-in-idem", "mandate": {"CISSA": "yes"}}]}, "CISSA"),
    ({"none": [{"barred_by": ["flag"]}]}, "bar"),
    ({"only": {"GRE": []}}, "state"),
    ({"only": {"GRC": ["right-of-visit"]}}, "ground"),
    ({"bars": [{"bar": "flag"}]}, "bar"),
    ({"bars": [{"bar": "ne-bis-in-idem", "state": "GRC"}]}, "key"),
    ({"no_bars": ["navigation"]}, "bar"),
    ({"questions": ["suspects[].colour"]}, "fact"),
    ({"warnings": ["W-NONE"]}, "warning"),
    ({"zones": ["!territorial"]}, "zone"),
    ({"zones": ["high_seas|land:GRE"]}, "state"),
]


@pytest.mark.parametrize(("expect", "kind"), MISSPELT, ids=str)
def test_a_word_that_does_not_exist_is_reported(expect: dict[str, Any], kind: str) -> None:
    (found,) = word_faults({"case": {}, "expect": expect}, shipped_rules())
    assert kind in found


def test_a_place_needs_its_keys() -> None:
    place = {"what": "port", "position": "36.25, 21.06", "on": "2023-06-14", "zones": ["land"], "day": "x"}
    found = word_faults({"case": {}, "expect": {}, "places": [place]}, shipped_rules())
    assert len(found) == 2


def test_a_scenario_that_cannot_be_run_fails_with_the_reason() -> None:
    broken = Scenario("broken", {"case": {"departure": "Atlantis"}, "expect": {}})
    (fault,) = scenarios.run(broken).faults
    assert "Atlantis" in fault


def test_a_run_says_what_is_not_met() -> None:
    case = {"on": "2023-06-14", "offences": ["murder"], "suspects": [{"nationality": "EGY"}]}
    expect = {"findings": [{"state": "EGY", "ground": "active-nationality"}], "none": [{"state": "ITA"}]}
    assert scenarios.run(Scenario("x", {"case": case, "expect": expect})).faults == ()
    expect["none"].append({"state": "EGY", "ground": "active-nationality"})
    (fault,) = scenarios.run(Scenario("x", {"case": case, "expect": expect})).faults
    assert "EGY active-nationality" in fault
