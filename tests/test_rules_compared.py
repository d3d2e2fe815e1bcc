"""What a change of the rules does to a case: each kind of difference is said in its own words."""

from __future__ import annotations

from pathlib import Path

import pytest

import small_rules
from seajuris.rules.compare import Change, compare
from seajuris.rules.load import RuleSet, rules_in
from seajuris.rules.model import FactIs, Not
from seajuris.rules.satisfy import DEPENDS, Solver
from seajuris.rules.vocabulary import Vocabulary
from seajuris.scenarios import Scenario

TOLD = {"on": "2023-06-14", "offences": ["murder"], "vessel": {"flag": "ITA"}, "departure": "GRC"}
FLAG, ITA, TREATY, BAR = "grounds/flag.yaml", "states/ITA.yaml", "instruments/TREATY.yaml", "grounds/immunity.yaml"
SECOND = """\
  - id: ITA-second
    grounds: [flag]
    provision: 'Code art. 5'
    verified: true
    confidence: high
    source: 'https://example.org/ita/5'
    checked: '2026-01-02'
absent:
"""


@pytest.fixture
def old(tmp_path: Path) -> RuleSet:
    return rules_in(small_rules.write(tmp_path / "old"))


def changes(old: RuleSet, folder: Path, files: dict[str, str], **told: object) -> dict[tuple[str | None, str], Change]:
    new = rules_in(small_rules.write(folder, files))
    found = compare(old, new, [Scenario("one", {"title": "One", "case": {**TOLD, **told}, "expect": {}})])
    return {(c.state, c.rule): c for _, listed in found.scenarios.values() for c in listed}


def test_a_duty_that_is_gone_changes_the_grade(old: RuleSet, tmp_path: Path) -> None:
    flag = small_rules.FLAG.replace("duty: mandatory", "duty: optional")
    assert "grade: mandatory -> optional" in changes(old, tmp_path / "new", {FLAG: flag})["ITA", "flag"].details


def test_a_treaty_that_binds_no_longer(old: RuleSet, tmp_path: Path) -> None:
    treaty = small_rules.TREATY.replace("{from: '1993-01-01', consent: '1992-12-01', verified: true}",
                                        "{from: '2024-01-01', verified: true}")  # fmt: skip
    details = changes(old, tmp_path / "new", {TREATY: treaty})["ITA", "flag"].details
    assert "treaty or EU provision TREATY art. 1: applies: yes, verified -> applies: no, verified" in details


def test_a_provision_that_is_new_and_one_from_another_source(old: RuleSet, tmp_path: Path) -> None:
    law = small_rules.ITALY.replace("absent:\n", SECOND, 1).replace(
        "https://example.org/ita/4", "https://example.org/x"
    )
    details = changes(old, tmp_path / "new", {ITA: law})["ITA", "flag"].details
    assert "ITA-flag, source: https://example.org/ita/4 -> https://example.org/x" in details
    assert "national provision new: ITA-second (Code art. 5) (applies: yes, verified)" in details


def test_a_provision_for_other_offences(old: RuleSet, tmp_path: Path) -> None:
    law = small_rules.ITALY.replace("    offences: any\n", "    offences: [murder]\n", 1)
    details = changes(old, tmp_path / "new", {ITA: law})["ITA", "flag"].details
    assert "ITA-flag, offence new: murder" in details


def test_another_reason_for_the_same_status(old: RuleSet, tmp_path: Path) -> None:
    flag = small_rules.FLAG.replace("when: {fact: vessel.flag, is: claimant}",
                                    "when: {fact: organised_group, is: true}")  # fmt: skip
    party = small_rules.FLAG.replace("when: {fact: vessel.flag, is: claimant}",
                                     "when: {fact: entry, is: rescue}")  # fmt: skip
    before = rules_in(small_rules.write(tmp_path / "before", {FLAG: flag}))
    change = changes(before, tmp_path / "after", {FLAG: party})["ITA", "flag"]
    assert change.old == change.new == "open"
    assert any(text.startswith("reason: depends on: ") and " -> depends on: " in text for text in change.details)
    assert {"missing gone: organised_group", "missing new: entry"} <= set(change.details)


def test_a_rule_and_a_file_that_are_gone(old: RuleSet, tmp_path: Path) -> None:
    folder = small_rules.write(tmp_path / "new")
    (folder / FLAG).unlink()
    (folder / BAR).unlink()
    (folder / ITA).write_text(small_rules.ITALY.replace("grounds: [flag]", "grounds: [departure]"), encoding="utf-8")
    # Nothing may serve a ground that is gone.
    greece = small_rules.FILES["states/GRC.yaml"].replace("grounds: [flag]", "grounds: [departure]")
    (folder / "states" / "GRC.yaml").write_text(greece, encoding="utf-8")
    case = {**TOLD, "suspects": [{"role": "skipper"}]}
    found = compare(old, RuleSet(folder), [Scenario("one", {"title": "One", "case": case, "expect": {}})])
    assert {FLAG: "removed", BAR: "removed", ITA: "changed"}.items() <= dict(found.files).items()
    listed = {(c.state, c.rule): c for c in found.scenarios["one"][1]}
    assert (listed["ITA", "flag"].old, listed["ITA", "flag"].new) == ("excluded", None)
    assert (listed["ITA", "immunity"].old, listed["ITA", "immunity"].new) == ("applies", None)


def test_a_bar_with_another_condition_to_verify(old: RuleSet, tmp_path: Path) -> None:
    remark = 'conditions:\n  - {text: "Read the papers.", source: "from memory", verified: false}\n'
    found = changes(old, tmp_path / "new", {BAR: small_rules.IMMUNITY + remark}, suspects=[{"role": "skipper"}])
    assert found["ITA", "immunity"].details == ("to verify new: Read the papers.",)


def test_what_is_not_declared_may_have_any_value() -> None:
    solver = Solver(Vocabulary({}), lambda _: DEPENDS)
    test = FactIs("cargo.kind", ("drugs",))
    assert solver.possible(test, Not(test))
