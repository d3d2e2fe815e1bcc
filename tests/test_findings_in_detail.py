"""What a finding says beside its status: is national law encoded, does the treaty bind that day, what it hangs on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import small_rules
from seajuris.assessment import Finding
from seajuris.case import Case
from seajuris.rules.evaluate import evaluate
from seajuris.rules.load import RuleSet

FLAG, ITA = "grounds/flag.yaml", "states/ITA.yaml"
UNCONDITIONAL = small_rules.ITALY.replace("    conditions: ['The ship must be registered.']\n", "")
VISIT = """\
id: visit
title: "Visit"
basis: right_of_visit
kind: act_at_sea
claimant: {fact: vessel.flag}
offences: any
when: {fact: vessel.flag, is: claimant}
grade: enforcement
order: 100
summary: "The flag State may visit."
"""


def findings(folder: Path, files: dict[str, str], day: str = "2023-06-14", **told: Any) -> dict[str, Finding]:
    rules = RuleSet(small_rules.write(folder, files))
    case = Case.from_dict({"on": day, **told}, vocabulary=rules.vocabulary)
    return {f.ground: f for f in evaluate(case, None, rules, dt.date.fromisoformat(day)).findings}


def test_whether_the_law_of_the_state_is_encoded(tmp_path: Path) -> None:
    files = {"grounds/visit.yaml": VISIT}
    italy = findings(tmp_path, files, vessel={"flag": "ITA"})
    assert italy["flag"].national_encoded
    panama = findings(tmp_path, files, vessel={"flag": "PAN"})
    assert not panama["flag"].national_encoded
    # A power at sea needs no national provision: nothing is missing.
    assert panama["visit"].national_encoded
    assert panama["visit"].national == ()


REMARK = '  - {{text: "{text}", source: "https://example.org", verified: true, when: {when}}}\n'
OPEN = REMARK.format(text="Ask for the group.", when="{fact: organised_group, is: true}")
MET = REMARK.format(text="Ask the rescuers.", when="{fact: entry, is: rescue}")


@pytest.mark.parametrize(
    ("remarks", "status", "turns_on"),
    [
        (OPEN, "conditional", ("organised_group",)),
        # One remark certainly stands: the other one decides nothing.
        (MET + OPEN, "conditional", ()),
        (OPEN + MET, "conditional", ()),
        (MET, "conditional", ()),
    ],
)
def test_a_fact_decides_only_if_no_remark_stands_anyway(
    remarks: str, status: str, turns_on: tuple[str, ...], tmp_path: Path
) -> None:
    old = small_rules.FLAG[small_rules.FLAG.index("conditions:\n") : small_rules.FLAG.index("warnings:")]
    files = {FLAG: small_rules.FLAG.replace(old, f"conditions:\n{remarks}"), ITA: UNCONDITIONAL}
    # No skipper: the bar of these rules does not apply.
    case: dict[str, Any] = {"vessel": {"flag": "ITA"}, "offences": ["murder"], "suspects": [{"role": "organiser"}]}
    found = findings(tmp_path, files, entry="rescue", **case)["flag"]
    assert (found.status, found.turns_on) == (status, turns_on)
    told = findings(tmp_path, files, entry="own_means", organised_group=False, **case)
    assert told["flag"].status == "established"


@pytest.mark.parametrize(
    ("instrument", "day", "applies"),
    [
        ("TREATY", "2023-06-14", "yes"),
        ("TREATY", "1992-01-01", "yes"),
        ("TREATY", "1991-12-31", "no"),
        ("PROPOSAL", "2023-06-14", "no"),
    ],
)
def test_a_provision_that_needs_no_party_needs_an_instrument_in_force(
    instrument: str, day: str, applies: str, tmp_path: Path
) -> None:
    flag = small_rules.FLAG.replace("party: claimant", "party: none").replace(
        "- instrument: TREATY", f"- instrument: {instrument}"
    )
    (mandate,) = findings(tmp_path, {FLAG: flag}, day, vessel={"flag": "ITA"}, offences=["murder"])["flag"].mandate
    assert mandate.applies == applies
    assert (mandate.note == "not in force on that day") is (applies == "no")


def test_a_day_told_in_part_is_missing_where_the_treaty_came_to_bind_in_that_time(tmp_path: Path) -> None:
    treaty = small_rules.TREATY.replace("GRC: {from: '1995-01-01'", "GRC: {from: '1995-06-15'")
    rules = RuleSet(small_rules.write(tmp_path, {"instruments/TREATY.yaml": treaty}))

    def mandate(on: str) -> Any:
        told = {"on": on, "vessel": {"flag": "GRC"}, "offences": ["murder"]}
        case = Case.from_dict(told, vocabulary=rules.vocabulary)
        assert case.on is not None
        found = {f.ground: f for f in evaluate(case, None, rules, case.on).findings}
        return found["flag"].mandate[0]

    assert [mandate(day).applies for day in ("1995-06-14", "1995-06-15", "1995-07")] == ["no", "yes", "yes"]
    across = mandate("1995-06")
    assert (across.applies, across.missing) == ("unknown", ("on",))


@pytest.mark.parametrize(("verified", "turns_on"), [("false", ("organised_group",)), ("true", ())])
def test_a_treaty_provision_that_was_not_read_matters_only_if_it_applies(
    verified: str, turns_on: tuple[str, ...], tmp_path: Path
) -> None:
    """Established as long as nothing is told; if the provision does apply, the finding rests on a text nobody read."""
    flag = small_rules.FLAG.replace("when: {offence: [murder]}\n    verified: true",
                                    f"when: {{fact: organised_group, is: true}}\n    verified: {verified}")  # fmt: skip
    old = flag[flag.index("conditions:\n") : flag.index("warnings:")]
    files = {FLAG: flag.replace(old, ""), ITA: UNCONDITIONAL}
    case: dict[str, Any] = {"vessel": {"flag": "ITA"}, "offences": ["murder"], "suspects": [{"role": "organiser"}]}
    found = findings(tmp_path, files, **case)["flag"]
    assert (found.status, found.turns_on) == ("established", turns_on)
    applied = findings(tmp_path, files, organised_group=True, **case)["flag"]
    assert applied.status == ("established" if verified == "true" else "conditional")


def test_each_step_to_the_status_says_why(tmp_path: Path) -> None:
    excluded = findings(tmp_path, {}, vessel={"flag": "GRC"}, suspects=[{"nationality": "ITA", "role": "organiser"}])
    steps = [(step["step"], step["status"]) for step in excluded["nationality"].because["then"]]
    assert steps[0] == ("the conditions of the ground: yes", "conditional")
    assert steps[1][0].startswith("national law: ")
    flag = small_rules.FLAG.replace(
        "when: {fact: vessel.flag, is: claimant}", "when: {fact: organised_group, is: true}"
    )
    open_ = findings(tmp_path, {FLAG: flag}, vessel={"flag": "GRC"})["flag"]
    first = open_.because["then"][0]
    assert first["step"].startswith("the conditions of the ground: unknown: depends on: ")
    assert first["status"] == open_.status == "open"
