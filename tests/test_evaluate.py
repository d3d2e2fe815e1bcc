"""The status of a finding, from small rule sets written for the purpose (the shipped law has its own tests)."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from seajuris.assessment import Assessment, Finding
from seajuris.case import Case
from seajuris.errors import RuleError
from seajuris.paths import shipped
from seajuris.rules.evaluate import evaluate
from seajuris.rules.load import RuleSet

DAY = "2023-06-14"
Run = Callable[..., Assessment]


def ground(**changes: Any) -> dict[str, Any]:
    return {
        "id": "nationality",
        "title": "Nationality of the suspect",
        "basis": "active_personality",
        "kind": "prosecute",
        "about": "suspect",
        "claimant": {"fact": "suspect.nationality"},
        "offences": "any",
        "when": {"fact": "suspect.nationality", "is": "claimant"},
        "grade": "national",
        "order": 20,
        "authority": [],
        "conditions": [],
        "warnings": [],
        "summary": "A State may try its own nationals.",
        **changes,
    }


def law(state: str, *bases: dict[str, Any], absent: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"state": state, "checked": "2026-11-23", "summary": "-", "bases": list(bases), "absent": absent or []}


def basis(**changes: Any) -> dict[str, Any]:
    return {
        "id": "EGY-1",
        "grounds": ["nationality"],
        "provision": "Code art. 3",
        "conditions": [],
        "verified": True,
        "confidence": "high",
        "source": "https://example.org/code",
        "checked": "2026-11-23",
        **changes,
    }


def authority(**changes: Any) -> dict[str, Any]:
    return {
        "instrument": "UNTOC",
        "provision": "art. 0",
        "duty": "mandatory",
        "party": "claimant",
        "verified": True,
        "source": "https://example.org/treaty",
        "checked": "2026-11-23",
        **changes,
    }


def written(item: dict[str, Any]) -> str:
    """As YAML without aliases, which the reader refuses."""
    return yaml.safe_dump(json.loads(json.dumps(item)))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def _run(grounds: list[dict[str, Any]], laws: list[dict[str, Any]], **case: Any) -> Assessment:
        folder = tmp_path / "rules"
        if folder.exists():
            shutil.rmtree(folder)
        for part in ("grounds", "states", "coordination"):
            (folder / part).mkdir(parents=True)
        shutil.copy(shipped("rules", "facts.yaml"), folder)
        shutil.copytree(shipped("rules", "instruments"), folder / "instruments")
        (folder / "warnings.yaml").write_text("warnings: {}\n")
        for item in grounds:
            (folder / "grounds" / f"{item['id']}.yaml").write_text(written(item))
        for item in laws:
            (folder / "states" / f"{item['state']}.yaml").write_text(written(item))
        rules = RuleSet(folder)
        told = Case.from_dict({"on": DAY, **case}, vocabulary=rules.vocabulary)
        return evaluate(told, None, rules, dt.date.fromisoformat(DAY))

    return _run


def only(result: Assessment) -> Finding:
    assert len(result.findings) == 1, [f.to_dict() for f in result.findings]
    return result.findings[0]


EGYPTIAN = [{"nationality": "EGY"}]


def test_established_needs_a_verified_provision_without_open_conditions(run: Run) -> None:
    assert only(run([ground()], [law("EGY", basis())], suspects=EGYPTIAN)).status == "established"
    unverified = only(run([ground()], [law("EGY", basis(verified=False, source="from memory"))], suspects=EGYPTIAN))
    assert unverified.status == "conditional"
    assert any("unverified" in c for c in unverified.conditions)
    assert unverified.rests_on_unverified
    conditions = basis(conditions=["The act must be punishable where it was done."])
    assert only(run([ground()], [law("EGY", conditions)], suspects=EGYPTIAN)).status == "conditional"


def test_an_unverified_treaty_provision_keeps_it_conditional(run: Run) -> None:
    item = ground(authority=[authority(verified=False, source="from memory")])
    assert only(run([item], [law("EGY", basis())], suspects=EGYPTIAN)).status == "conditional"


def test_a_condition_of_the_ground_keeps_it_conditional_unless_certainly_not_so(run: Run) -> None:
    remark = {"text": "Verify.", "source": "x", "verified": True, "when": {"fact": "benefit", "is": True}}
    item = ground(conditions=[remark])
    assert only(run([item], [law("EGY", basis())], suspects=EGYPTIAN)).conditions == ("Verify.",)
    told = only(run([item], [law("EGY", basis())], suspects=EGYPTIAN, benefit=False))
    assert (told.status, told.conditions) == ("established", ())


def test_national_law_not_encoded(run: Run) -> None:
    finding = only(run([ground()], [], suspects=EGYPTIAN))
    assert finding.status == "conditional"
    assert not finding.national_encoded
    assert "possible, national basis not encoded" in finding.conditions
    assert not run([ground(only_with_national=True)], [], suspects=EGYPTIAN).findings


def test_looked_for_and_not_found(run: Run) -> None:
    valid = {"from": "2000-01-01", "to": None}
    absent = {"grounds": ["nationality"], "note": "Code read.", "verified": True, "source": "https://example.org"}
    undated = only(run([ground()], [law("EGY", absent=[absent])], suspects=EGYPTIAN))
    assert undated.status == "conditional"
    absent["valid"] = valid
    finding = only(run([ground()], [law("EGY", absent=[absent])], suspects=EGYPTIAN))
    assert finding.status == "excluded"
    assert "not found" in str(finding.reason)
    unsure = {**absent, "verified": False}
    assert only(run([ground()], [law("EGY", absent=[unsure])], suspects=EGYPTIAN)).status == "conditional"


def test_open_names_the_fact_that_would_settle_it(run: Run) -> None:
    present = basis(when={"fact": "suspect.present_in", "is": "claimant"})
    finding = only(run([ground()], [law("EGY", present)], suspects=EGYPTIAN))
    assert (finding.status, finding.missing) == ("open", ("suspects[0].present_in",))
    there = [{"nationality": "EGY", "present_in": "EGY"}]
    assert only(run([ground()], [law("EGY", present)], suspects=there)).status == "established"


ELSEWHERE = [{"nationality": "EGY", "present_in": "GRC"}]


def test_a_provision_not_met_excludes_only_what_exists_through_it_alone(run: Run) -> None:
    present = law("EGY", basis(when={"fact": "suspect.present_in", "is": "claimant"}))
    usual = only(run([ground()], [present], suspects=ELSEWHERE))
    assert usual.status == "conditional"
    assert any("is not met on the facts told" in c for c in usual.conditions)
    special = only(run([ground(only_with_national=True)], [present], suspects=ELSEWHERE))
    assert special.status == "excluded"


def test_an_unverified_provision_never_excludes(run: Run) -> None:
    present = basis(when={"fact": "suspect.present_in", "is": "claimant"}, verified=False, source="from memory")
    finding = only(run([ground(only_with_national=True)], [law("EGY", present)], suspects=ELSEWHERE))
    assert finding.status == "conditional"
    assert any("unverified" in c for c in finding.conditions)


def test_custody_speaks_for_presence(run: Run) -> None:
    present = basis(when={"fact": "suspect.present_in", "is": "claimant"})
    assert only(run([ground()], [law("EGY", present)], suspects=EGYPTIAN, custody="EGY")).status == "established"


def test_an_unidentified_state_is_open(run: Run) -> None:
    finding = only(run([ground()], []))
    assert (finding.state, finding.status) == (None, "open")
    assert finding.missing == ("suspects[0].nationality",)


def test_no_suspects_told_is_not_unknown_suspects(run: Run) -> None:
    assert not run([ground()], [], suspects="none").findings


def test_people_alike_are_judged_once_and_listed_together(run: Run) -> None:
    nine = [{"nationality": "EGY"}] * 8 + [{"nationality": "EGY", "minor": True}]
    result = run([ground()], [], suspects=nine)
    assert [len(f.about) for f in result.findings] == [8, 1]


def test_several_nationalities_each_count(run: Run) -> None:
    result = run([ground()], [], suspects=[{"nationality": ["EGY", "SYR"]}])
    assert {f.state for f in result.findings} == {"EGY", "SYR"}


def test_a_dependent_territory_counts_for_its_sovereign(run: Run) -> None:
    item = ground(
        id="flag", about=None, claimant={"fact": "vessel.flag"}, when={"fact": "vessel.flag", "is": "claimant"}
    )
    assert only(run([item], [], vessel={"flag": "Gibraltar"})).state == "GBR"


def test_grade_follows_the_duty_that_binds_on_the_day(run: Run) -> None:
    item = ground(authority=[authority()])
    assert only(run([item], [law("EGY", basis())], suspects=EGYPTIAN)).grade == "mandatory"
    scope = ground(authority=[authority(when={"fact": "organised_group", "is": True})])
    unknown = only(run([scope], [law("EGY", basis())], suspects=EGYPTIAN))
    assert unknown.grade == "national"
    assert unknown.mandate[0].applies == "unknown"
    assert unknown.mandate[0].missing == ("organised_group",)
    # Somalia was no party in 2023.
    somali = only(run([item], [], suspects=[{"nationality": "SOM"}]))
    assert somali.mandate[0].applies != "yes"
    assert somali.grade == "national"


def test_only_optional_duty(run: Run) -> None:
    item = ground(authority=[authority(duty="optional")])
    assert only(run([item], [law("EGY", basis())], suspects=EGYPTIAN)).grade == "optional"


def test_offences_not_covered_exclude_and_untold_ones_leave_open(run: Run) -> None:
    item = ground(offences=["murder"])
    assert only(run([item], [], suspects=EGYPTIAN, offences=["migrant_smuggling"])).status == "excluded"
    assert only(run([item], [], suspects=EGYPTIAN)).missing == ("offences",)
    both = only(run([item], [], suspects=EGYPTIAN, offences=["migrant_smuggling", "murder"]))
    assert both.offences == ("murder",)


def test_rules_and_provisions_out_of_force_are_silent(run: Run) -> None:
    assert not run([ground(valid={"from": "2024-01-01", "to": None})], [], suspects=EGYPTIAN).findings
    later = law("EGY", basis(valid={"from": "2024-01-01", "to": None}))
    finding = only(run([ground()], [later], suspects=EGYPTIAN))
    assert finding.national == ()
    assert any("no provision for this ground" in c for c in finding.conditions)


BAR: dict[str, Any] = {
    "id": "ne-bis",
    "title": "Final decision elsewhere",
    "basis": "bar",
    "kind": "bar",
    "bars": {"kind": "prosecute", "grounds": "any", "offences": "any"},
    "when": {
        "all": [
            {"fact": "any_decision.merits", "is": "yes"},
            {"not": {"fact": "any_decision.state", "is": "claimant"}},
        ]
    },
    "authority": [],
    "conditions": [],
    "warnings": [],
    "summary": "No second trial.",
}


def test_a_bar_excludes_and_stays_visible(run: Run) -> None:
    decided = [{"state": "GRC", "merits": "yes"}]
    result = run([ground(), BAR], [law("EGY", basis())], suspects=EGYPTIAN, decisions=decided)
    finding = only(result)
    assert (finding.status, finding.barred_by) == ("excluded", ("ne-bis",))
    assert [(b.bar, b.status, b.states) for b in result.bars] == [("ne-bis", "applies", ("EGY",))]


def test_a_bar_that_needs_a_reader_makes_it_conditional(run: Run) -> None:
    bar = {**BAR, "bars": {"kind": "prosecute", "grounds": "any", "offences": "any", "excludes": False}}
    decided = [{"state": "GRC", "merits": "yes"}]
    finding = only(run([ground(), bar], [law("EGY", basis())], suspects=EGYPTIAN, decisions=decided))
    assert (finding.status, finding.barred_by) == ("conditional", ("ne-bis",))


def test_a_possible_bar_is_a_question_not_an_exclusion(run: Run) -> None:
    result = run([ground(), BAR], [law("EGY", basis())], suspects=EGYPTIAN)
    assert only(result).status == "established"
    assert result.bars[0].status == "open"
    assert "decisions[].merits" in {q.fact for q in result.questions}


def test_a_bar_on_one_offence_leaves_the_others(run: Run) -> None:
    bar = {**BAR, "bars": {"kind": "prosecute", "grounds": "any", "offences": ["navigation_offence"]}}
    decided = [{"state": "GRC", "merits": "yes"}]
    both = ["navigation_offence", "murder"]
    finding = only(run([ground(), bar], [law("EGY", basis())], suspects=EGYPTIAN, decisions=decided, offences=both))
    assert finding.status != "excluded"
    assert any("navigation offence" in c for c in finding.conditions)
    alone = ["navigation_offence"]
    barred = only(run([ground(), bar], [law("EGY", basis())], suspects=EGYPTIAN, decisions=decided, offences=alone))
    assert barred.status == "excluded"


def test_questions_are_ordered_by_how_much_hangs_on_them(run: Run) -> None:
    flag = ground(
        id="flag", about=None, claimant={"fact": "vessel.flag"}, when={"fact": "vessel.flag", "is": "claimant"}
    )
    result = run([ground(), flag], [], suspects=[{"nationality": "unknown"}, {"role": "skipper"}])
    assert [(q.fact, q.findings) for q in result.questions] == [("suspects[].nationality", 2), ("vessel.flag", 1)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"grade": "maybe"}, "grade"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"when": {"fact": "departure"}}, "not a condition"),
        ({"when": {"all": "x"}}, "list"),
        ({"kind": "judge"}, "kind"),
        ({"valid": {"from": "2024"}}, "YYYY-MM-DD"),
    ],
)
def test_a_faulty_ground_is_refused_with_its_file(run: Run, change: dict[str, Any], words: str) -> None:
    with pytest.raises(RuleError, match=words) as caught:
        run([ground(**change)], [], suspects=EGYPTIAN)
    assert "rules/grounds/nationality.yaml" in str(caught.value.where)


# --- Completions: unknown only where the answer really hangs on it --------------------------------------------------


LIBYA = {"fact": "departure", "is": "LBY"}
SKIPPER = {"fact": "suspect.role", "is": "skipper"}


def test_what_holds_whatever_the_missing_fact_is_is_decided(run: Run) -> None:
    finding = only(run([ground(when={"any": [LIBYA, {"not": LIBYA}]})], [law("EGY", basis())], suspects=EGYPTIAN))
    assert (finding.status, finding.missing) == ("established", ())
    assert finding.because["value"] == "yes"
    assert finding.because["completions"] == {
        "result": "decided",
        "over": ["departure"],
        "tried": 2,
        "depends_on": [],
    }
    # The record stays complete: what three-valued logic alone says of each step is there.
    assert [step["value"] for step in finding.because["of"]] == ["unknown", "unknown"]


def test_what_cannot_be_whatever_the_missing_fact_is_is_excluded_and_says_why(run: Run) -> None:
    both = {"all": [{"fact": "entry", "is": "rescue"}, {"fact": "entry", "is": "own_means"}]}
    result = run([ground(when=both)], [law("EGY", basis())], suspects=EGYPTIAN)
    finding = only(result)
    assert (finding.status, finding.missing) == ("excluded", ())
    assert finding.reason == "the condition is not met whatever the missing facts are (entry)"
    assert result.questions == ()


def test_a_fact_that_does_not_matter_is_not_missing(run: Run) -> None:
    either = {"any": [{"all": [SKIPPER, LIBYA]}, {"all": [SKIPPER, {"not": LIBYA}]}]}
    result = run([ground(when=either)], [law("EGY", basis())], suspects=EGYPTIAN)
    assert only(result).missing == ("suspects[0].role",)
    assert [q.fact for q in result.questions] == ["suspects[].role"]
    assert "departure" not in str(only(result).reason)


def test_disputed_facts_are_completed_with_the_alleged_values(run: Run) -> None:
    flags = {"any": [{"fact": "vessel.flag", "is": "PAN"}, {"fact": "vessel.flag", "is": "TGO"}]}
    alleged = {"flag": {"disputed": ["PAN", "TGO"]}}
    finding = only(run([ground(when=flags)], [law("EGY", basis())], suspects=EGYPTIAN, vessel=alleged))
    assert finding.status == "established"
    three = {"flag": {"disputed": ["PAN", "TGO", "none"]}}
    finding = only(run([ground(when=flags)], [law("EGY", basis())], suspects=EGYPTIAN, vessel=three))
    assert (finding.status, finding.missing) == ("open", ("vessel.flag",))


def test_an_alleged_absence_does_not_bind_a_state(run: Run) -> None:
    item = ground(when={"party": "EU", "state": "departure"})
    alleged = {"disputed": ["ITA", "GRC", "none"]}
    finding = only(run([item], [law("EGY", basis())], suspects=EGYPTIAN, departure=alleged))
    assert (finding.status, finding.missing) == ("open", ("departure",))
    both = {"disputed": ["ITA", "GRC"]}
    assert only(run([item], [law("EGY", basis())], suspects=EGYPTIAN, departure=both)).status == "established"


def test_one_of_several_provisions_is_met_whatever_the_missing_fact_is(run: Run) -> None:
    there, elsewhere = basis(id="EGY-1", when=LIBYA), basis(id="EGY-2", when={"not": LIBYA})
    finding = only(run([ground()], [law("EGY", there, elsewhere)], suspects=EGYPTIAN))
    assert (finding.status, finding.missing) == ("conditional", ())
    assert any("one of them is, whatever the facts are" in c for c in finding.conditions)
    assert only(run([ground()], [law("EGY", there)], suspects=EGYPTIAN)).status == "open"


def test_national_law_excludes_whatever_the_missing_facts_are(run: Run) -> None:
    item = ground(when=SKIPPER, only_with_national=True)
    impossible = law("EGY", basis(when={"all": [LIBYA, {"not": SKIPPER}]}))
    finding = only(run([item], [impossible], suspects=EGYPTIAN))
    assert (finding.status, finding.missing) == ("excluded", ())
    unread = law("EGY", basis(when={"all": [LIBYA, {"not": SKIPPER}]}, verified=False, source="from memory"))
    assert only(run([item], [unread], suspects=EGYPTIAN)).status == "open"


def test_facts_of_the_ground_that_national_law_makes_idle_are_not_missing(run: Run) -> None:
    item = ground(when={"any": [SKIPPER, LIBYA]}, only_with_national=True)
    finding = only(run([item], [law("EGY", basis(when=SKIPPER))], suspects=EGYPTIAN))
    assert (finding.status, finding.missing) == ("open", ("suspects[0].role",))


def test_too_many_combinations_stay_unknown_and_say_so(run: Run) -> None:
    facts = ["entry", "event", "passage", "vessel.type", "vessel.flag_status", "intervention.flag_consent"]
    words = {
        "entry": ["own_means", "rescue"], "event": ["collision", "landing", "rescue"],
        "passage": ["lateral", "inbound"], "vessel.type": ["fishing", "merchant", "ngo"],
        "vessel.flag_status": ["none", "multiple", "refused"],
        "intervention.flag_consent": ["given", "waived", "refused"],
    }  # fmt: skip
    tests = [{"fact": fact, "is": word} for fact in facts for word in words[fact]]
    finding = only(
        run(
            [ground(when={"any": [{"all": tests[::2]}, {"all": tests[1::2]}, {"all": tests[::3]}]})],
            [law("EGY", basis())],
            suspects=EGYPTIAN,
        )
    )
    assert finding.status == "open"
    assert finding.because["completions"]["result"] == "too_many"
    assert set(finding.missing) == set(facts)


def test_a_fact_that_would_settle_a_remark_decides_the_finding(run: Run) -> None:
    remark = {"text": "Verify.", "source": "x", "verified": True, "when": {"fact": "benefit", "is": True}}
    result = run([ground(conditions=[remark])], [law("EGY", basis())], suspects=EGYPTIAN)
    assert (only(result).status, only(result).turns_on) == ("conditional", ("benefit",))
    assert [(q.fact, q.findings) for q in result.questions] == [("benefit", 1)]


def test_what_bears_on_the_treaty_layer_alone_is_asked_last(run: Run) -> None:
    item = ground(authority=[authority(when={"fact": "organised_group", "is": True})], when=SKIPPER)
    result = run([item], [law("EGY", basis())], suspects=EGYPTIAN)
    asked = [(q.fact, q.findings, q.decides, q.bears_on) for q in result.questions]
    assert asked == [("suspects[].role", 1, ("EGY",), ()), ("organised_group", 0, (), ("EGY",))]


def test_a_conflict_keeps_what_the_bar_takes_away(run: Run) -> None:
    decided = [{"state": "GRC", "merits": "yes"}]
    finding = only(run([ground(), BAR], [law("EGY", basis())], suspects=EGYPTIAN, decisions=decided))
    assert (finding.status, finding.without_bar, finding.barred_by) == ("excluded", "established", ("ne-bis",))
    assert [step["status"] for step in finding.because["then"]] == ["conditional", "established", "excluded"]


@pytest.mark.parametrize("day", ["day", "on", 3, None])
def test_a_faulty_law_of_is_refused(run: Run, day: Any) -> None:
    with pytest.raises(RuleError, match="law_of"):
        run([ground(law_of=day)], [], suspects=EGYPTIAN)


def test_what_national_law_says_of_other_offences_leaves_no_finding(run: Run) -> None:
    item = ground(when=SKIPPER, only_with_national=True)
    other = law("EGY", basis(offences=["murder"]))
    assert not run([item], [other], suspects=EGYPTIAN, offences=["migrant_smuggling"]).findings
    assert only(run([item], [other], suspects=EGYPTIAN, offences=["murder"])).status == "open"


def test_looked_for_and_not_found_excludes_whatever_the_missing_facts_are(run: Run) -> None:
    absent = {
        "grounds": ["nationality"],
        "note": "Code read.",
        "verified": True,
        "source": "https://example.org",
        "valid": {"from": "2000-01-01", "to": None},
    }
    finding = only(run([ground(when=SKIPPER)], [law("EGY", absent=[absent])], suspects=EGYPTIAN))
    assert (finding.status, finding.missing) == ("excluded", ())
    assert "not found" in str(finding.reason)
    absent["verified"] = False
    finding = only(run([ground(when=SKIPPER)], [law("EGY", absent=[absent])], suspects=EGYPTIAN))
    assert (finding.status, finding.missing) == ("open", ("suspects[0].role",))


def test_offences_told_in_part_may_go_beyond_the_provision(run: Run) -> None:
    laws = [law("EGY", basis(offences=["migrant_smuggling"]))]
    told = only(run([ground()], laws, suspects=EGYPTIAN, offences=["migrant_smuggling"]))
    partly = only(run([ground()], laws, suspects=EGYPTIAN, offences=["migrant_smuggling", "unknown"]))
    assert (told.status, partly.status) == ("established", "conditional")


@pytest.mark.parametrize(("suspects", "turns_on"), [(None, ("suspects[0].role",)), ("none", ("suspects[0].role",))])
def test_a_bar_for_each_suspect_where_no_suspect_is_told(
    suspects: str | None, turns_on: tuple[str, ...], run: Run
) -> None:
    """The bar is then asked once, of the whole case, and stays open."""
    item = ground(claimant={"fact": "vessel.flag"}, when={"fact": "vessel.flag", "is": "claimant"}, about=None)
    bar = ground(id="immunity", kind="bar", claimant=None, when=SKIPPER, bars={"kind": "prosecute", "grounds": "any"})
    told = {"vessel": {"flag": "EGY"}} if suspects is None else {"vessel": {"flag": "EGY"}, "suspects": suspects}
    result = run([_without_none(item), _without_none(bar)], [law("EGY", basis())], **told)
    assert [b.status for b in result.bars] == ["open"]
    assert only(result).status == "established"
    assert only(result).turns_on == turns_on


def _without_none(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value is not None}


def test_the_fact_that_would_name_the_state_is_missing(run: Run) -> None:
    item = ground(claimant={"fact": "departure"}, when={"fact": "benefit", "is": True}, about=None)
    finding = only(run([_without_none(item)], [], benefit=True))
    assert (finding.state, finding.status, finding.missing) == (None, "open", ("departure",))


def test_an_unverified_clause_of_national_law_says_so(run: Run) -> None:
    item = ground(only_with_national=True)
    firm = only(run([item], [law("EGY", basis())], suspects=EGYPTIAN))
    assert (firm.status, firm.conditions) == ("established", ())
    unread = only(run([item], [law("EGY", basis(verified=False, source="from memory"))], suspects=EGYPTIAN))
    assert unread.status == "conditional"
    assert any("unverified" in text for text in unread.conditions)


def test_a_fault_in_rules_of_others_is_theirs_and_in_ours_is_ours(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    from seajuris.rules import evaluate as module
    from seajuris.rules.load import shipped_rules

    result = run([ground()], [law("EGY", basis())], suspects=EGYPTIAN)

    def broken(*_: object) -> None:
        raise KeyError("grounds")

    monkeypatch.setattr(module, "_judge", broken)
    with pytest.raises(KeyError):
        evaluate(result.case, None, shipped_rules(), dt.date.fromisoformat(DAY))
    with pytest.raises(RuleError, match="KeyError"):
        run([ground()], [law("EGY", basis())], suspects=EGYPTIAN)
