"""Rule files that are not as described: refused by the reader, and pointed to by lint, each mistake once."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import pytest

import small_rules
from conftest import Run
from seajuris.case import Case
from seajuris.days import Days
from seajuris.errors import RuleError
from seajuris.rules.evaluate import evaluate
from seajuris.rules.instruments import instrument
from seajuris.rules.lint import lint
from seajuris.rules.load import RuleSet, shipped_rules
from seajuris.rules.logic import Truth
from seajuris.rules.model import All, FactIs, Fields, condition
from seajuris.rules.timing import bound
from seajuris.rules.vocabulary import Vocabulary
from seajuris.rules.words import in_words, leaf_words

DEP, CONSULT, WARNINGS = "grounds/departure.yaml", "coordination/consult.yaml", "warnings.yaml"
CLAUSE, FLAG, NAT, BAR = "grounds/clause.yaml", "grounds/flag.yaml", "grounds/nationality.yaml", "grounds/immunity.yaml"
ITA = "states/ITA.yaml"
ROLE = "    - {fact: suspect.role, is: [skipper, organiser]}\n"


# --- The reader ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"place": ["high_seas"], "of": "somebody"}, "somebody"),
        ({"fact": "custody"}, "not a condition"),
        ({"all": {"fact": "custody", "is": "ITA"}}, "list"),
        ([], "condition"),
    ],
)
def test_a_condition_of_another_form(data: Any, says: str) -> None:
    with pytest.raises(RuleError, match=says) as caught:
        condition(data, "grounds/x.yaml: when")
    assert "grounds/x.yaml: when" in str(caught.value.where)


def test_fields_of_another_form() -> None:
    for wrong in ("text", 1, None):
        with pytest.raises(RuleError, match="must be a mapping"):
            Fields(wrong, "x.yaml")
    fields = Fields({"id": True, "grade": "best", "bars": [], "more": 1}, "x.yaml")
    with pytest.raises(RuleError, match="`title` is missing"):
        fields.take("title")
    with pytest.raises(RuleError, match="`id` must be text"):
        fields.text("id")
    with pytest.raises(RuleError, match="best"):
        fields.choice("grade", ("optional", "national"))
    with pytest.raises(RuleError, match="`bars` must be a mapping"):
        fields.mapping("bars")
    assert fields.optional("leaflet") is None
    with pytest.raises(RuleError, match="more"):
        fields.finish()


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (FLAG, "warnings: [W-FLAG]", "warnings: [[W-FLAG]]", "list of texts"),
        (FLAG, "warnings: [W-FLAG]", "warnings: [true]", "list of texts"),
        (ITA, "  - provision: 'Code art. 100'\n", "  - smuggling\n  - provision: 'Code art. 100'\n", "a mapping"),
    ],
)
def test_lists_of_something_else(file: str, old: str, new: str, says: str, tmp_path: Path) -> None:
    text = small_rules.FILES[file]
    assert old in text
    rules = RuleSet(small_rules.write(tmp_path, {file: text.replace(old, new, 1)}))
    with pytest.raises(RuleError, match=says):
        assert rules.grounds and rules.national("ITA")


def test_a_folder_whose_name_no_system_can_hold(tmp_path: Path) -> None:
    # From Python 3.14 on, a file that no system can hold is one that is not there.
    says = "cannot be read" if sys.version_info < (3, 14) else r"facts\.yaml is missing"
    with pytest.raises(RuleError, match=says):
        RuleSet(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- UNTOC\n", "must be a mapping"),
        ("id: X\nkind: treaty\n", "`title` is missing"),
        ("title: T\n", "`id`"),
        ("id: X\nkind: treaty\ntitle: T\nurl: [a]\n", "must be text"),
        ("id: X\nkind: treaty\ntitle: T\nparties_from: 5\n", "must be text"),
    ],
)
def test_an_instrument_of_another_form(text: str, says: str) -> None:
    with pytest.raises(RuleError, match=says) as caught:
        instrument(text, "instruments/X.yaml")
    assert caught.value.where == "instruments/X.yaml"


FLAG_FACT: dict[str, Any] = {"type": "state", "ask": "Which flag?", "none": "stateless"}


@pytest.mark.parametrize(
    ("data", "says", "where"),
    [
        ([], "needs a mapping", "facts.yaml"),
        ({"facts": ["vessel.flag"]}, "needs a mapping", "facts.yaml"),
        ({"facts": {"vessel.flag": "state"}}, "`type` must be one of", "vessel.flag"),
        ({"facts": {"vessel.flag": {**FLAG_FACT, "type": "country"}}}, "`type` must be one of state", "vessel.flag"),
        ({"facts": {"vessel.flag": {**FLAG_FACT, "since": "2020"}}}, "unknown key 'since'", "vessel.flag"),
        ({"facts": {"entry": {"type": "choice", "ask": "How?"}}}, "needs `values`", "entry"),
        ({"facts": {"entry": {"type": "choices", "ask": "How?", "values": ["a"]}}}, "needs `values`", "entry"),
        ({"facts": {"vessel.flag": {**FLAG_FACT, "none": ["stateless"]}}}, "`none` must be a word", "vessel.flag"),
        ({"facts": {"vessel.flag": {"type": "state"}}}, "needs `ask`", "vessel.flag"),
    ],
)
def test_a_list_of_facts_of_another_form(data: Any, says: str, where: str) -> None:
    with pytest.raises(RuleError, match=says) as caught:
        Vocabulary.from_data(data, where="facts.yaml")
    assert where in str(caught.value.where)


def test_a_fact_as_declared() -> None:
    read = Vocabulary.from_data({"facts": {"vessel.flag": FLAG_FACT, "suspects[].role": FLAG_FACT}}, where="x")
    assert read["vessel.flag"].none == "stateless"
    assert "suspects[3].role" in read
    assert "suspects[3].rank" not in read
    assert 3 not in read
    with pytest.raises(RuleError, match=r"no fact is called 'suspects\[3\]\.rank'"):
        read["suspects[3].rank"]
    assert [fact.path for fact in read] == list(read.paths) == ["vessel.flag", "suspects[].role"]


# --- Lint ---------------------------------------------------------------------------------------------------------


CUSTOM = """\
id: CUSTOM
kind: custom
title: 'What binds everybody'
url: 'https://example.org/c'
checked: '2026-01-02'
binds_all: true
"""


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        # One impossible part within a condition, and within that part the part itself.
        (NAT, ROLE, "    - all:\n        - {fact: suspect.role, is: skipper}\n"
                    "        - {not: {fact: suspect.role, is: skipper}}\n", ("R401", NAT, "when.all[1]")),
        (NAT, ROLE, ROLE + "    - any: [{place: [high_seas], of: claimant}]\n", ("R401", NAT, "when.all[2].any[0]")),
        # What is negated can never be: the test says nothing.
        (NAT, ROLE, ROLE + "    - {not: {place: [high_seas], of: claimant}}\n", ("R401", NAT, "when.all[2].not")),
        # Custom binds everybody.
        (NAT, ROLE, ROLE + "    - {not: {party: CUSTOM, state: claimant}}\n", ("R401", NAT, "when.all[2]")),
        (FLAG, 'source: "https://example.org/treaty"', 'source: "a book"', ("R503", FLAG, "authority[0].verified")),
        (FLAG, 'source: "https://example.org/treaty"', 'source: " "', ("R501", FLAG, "authority[0].source")),
        (FLAG, "warnings: [W-FLAG]", "warnings: [W-FLAG, W-FLAG]", ("R204", FLAG, "warnings")),
        (BAR, "grounds: [flag, departure]", "grounds: [flag, immunity]", ("R305", BAR, "bars.grounds[1]")),
        (ITA, "{fact: custody, is: claimant}", "{fact: custody, is: vessel.flags}", ("R301", ITA, "bases[1].when.is")),
        (ITA, "{fact: custody, is: claimant}", "{fact: custody, is: entry.way}", ("R301", ITA, "bases[1].when.is")),
        (ITA, "{fact: custody, is: claimant}", "{fact: vessel.name, is: Adriana}", ("R302", ITA, "bases[1].when.is")),
        (FLAG, "authority:\n", "authority:\n  - TREATY\n", ("R203", FLAG, "authority[0]")),
        (ITA, "bases:\n", "bases:\n  - ITA-old\n", ("R203", ITA, "bases[0]")),
        (ITA, "  - id: ITA-flag\n", "  - id: [ITA-flag]\n", ("R203", ITA, "bases[0].id")),
        (ITA, "{fact: custody, is: claimant}", "{all: [{fact: entry, is: rescue}, {not: {fact: entry, is: rescue}}]}",
         ("R401", ITA, "bases[1].when")),
        (CONSULT, "when: {not: {fact: organised_group, is: false}}", "when: 5", ("R205", CONSULT, "[0].when")),
        (CONSULT, "- id: consult\n", "- consult\n- id: consult\n", ("R203", CONSULT, "[0]")),
        (CONSULT, "- id: transfer\n", "- id: [transfer]\n", ("R203", CONSULT, "[1].id")),
        (DEP, "id: departure\n", "id: [departure]\n", ("R203", DEP, "id")),
        (ITA, "grounds: [flag]", "grounds: [flag, [clause]]", ("R203", ITA, "bases[0].grounds[1]")),
        (FLAG, 'source: "https://example.org/treaty"', "source: null", ("R501", FLAG, "authority[0].source")),
        (BAR, "kind: prosecute, ", "kind: act_at_sea, ", ("R204", BAR, "bars.kind")),
        (FLAG, "  - {text: ", "  - {? [text] : x, text: ", ("R101", FLAG, "conditions[0].?")),
        (ITA, "name: Italy", "name: It\u202ealy", ("R101", ITA, "")),
    ],
)  # fmt: skip
def test_a_mistake_is_found_once_and_where_it_is(
    file: str, old: str, new: str, expected: tuple[str, str, str], tmp_path: Path
) -> None:
    text = small_rules.FILES[file]
    assert old in text
    small_rules.write(tmp_path, {file: text.replace(old, new, 1), "instruments/CUSTOM.yaml": CUSTOM})
    assert [(f.code, f.file, f.path) for f in lint(tmp_path).faults] == [expected]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (WARNINGS, small_rules.WARNINGS, "warnings: {W-FLAG: null}\n", ("R203", "warnings.W-FLAG")),
        (WARNINGS, small_rules.WARNINGS, "warnings: {W-FLAG: {}}\n", ("R201", "warnings.W-FLAG.text")),
        (WARNINGS, small_rules.WARNINGS, "warnings: []\n", ("R203", "warnings")),
        (WARNINGS, small_rules.WARNINGS, "- W-FLAG\n", ("R203", "")),
        (WARNINGS, small_rules.WARNINGS, "\n", ("R101", "")),
        (FLAG, "warnings: [W-FLAG]", "warnings: &w [W-FLAG]\nleaflets: *w", ("R101", "leaflets")),
        (ITA, "name: Italy", "na\u202eme: Italy\nname: Italy", ("R101", "?")),
        (ITA, "name: Italy", f"name: {'[' * 21}Italy{']' * 21}", ("R101", "")),
        (ITA, "notes: ['A note.']", f"notes: [{'1,' * 50_001}1]", ("R101", "")),
    ],
    ids=["entry", "empty entry", "list", "no mapping", "empty", "alias", "key", "too deep", "too many"],
)
def test_what_makes_others_point_into_the_void(
    file: str, old: str, new: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    """Such a mistake has consequences elsewhere; it is among what is found."""
    assert old in small_rules.FILES[file]
    small_rules.write(tmp_path, {file: small_rules.FILES[file].replace(old, new, 1)})
    faults = lint(tmp_path).faults
    assert (expected[0], file, expected[1]) in [(f.code, f.file, f.path) for f in faults], faults[:3]


def test_a_fact_that_names_states_may_be_compared_with_another(tmp_path: Path) -> None:
    law = small_rules.ITALY.replace("{fact: custody, is: claimant}", "{fact: custody, is: vessel.flag}")
    assert lint(small_rules.write(tmp_path, {ITA: law})).faults == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "says", "hint"),
    [
        (FLAG, "when: {fact: vessel.flag, is: claimant}", "when: {fact: vessel.flagg, is: claimant}",
         "'vessel.flagg' is not a declared fact", "Did you mean vessel.flag"),
        (FLAG, "claimant: {fact: vessel.flag}", "claimant: {fact: vesel.flag}", "'vesel.flag' is not a declared fact",
         "Did you mean vessel.flag"),
        (FLAG, "offences: any", "offences: [murdr]", "'murdr' is not an offence", "murder?"),
        (FLAG, "when: {offence: [murder]}", "when: {offence: [murdr]}", "'murdr' is not an offence", "murder?"),
        (FLAG, "when: {fact: organised_group, is: true}", "when: {fact: organised_group, is: maybe}",
         "'maybe' is not a value of organised_group", "Accepted: true, false."),
        (FLAG, "when: {fact: organised_group, is: true}", "when: {fact: organised_group, is: none}",
         "'none' is not a value of organised_group", "Accepted: true, false."),
        (FLAG, "when: {fact: organised_group, is: true}", "when: {fact: vessel.name, is: Rosa}",
         "'Rosa' is not a value of vessel.name", "Accepted: known."),
        (FLAG, "when: {fact: vessel.flag, is: claimant}", "when: {fact: vessel.flag, is: ITL}",
         "'ITL' is not a State in the register", "register of States"),
        (FLAG, "when: {fact: vessel.flag, is: claimant}", "when: {fact: vessel.flag, is: suspect.nation}",
         "'suspect.nation' is not a declared fact", "suspect.nationality"),
        (FLAG, "when: {fact: vessel.flag, is: claimant}", "when: {not: {place: [high_see]}}",
         "'high_see' is not a zone", "high_seas?"),
        (FLAG, "warnings: [W-FLAG]", "warnings: [W-FLAGS]", "'W-FLAGS' is not a remark in warnings.yaml", "W-FLAG"),
        (BAR, "grounds: [flag, departure]", "grounds: [flag, departur]", "'departur' is not a ground", "departure?"),
        (CLAUSE, "party: TREATY, state: claimant", "party: TREATY, state: custodi", "'custodi' is not a declared fact",
         "custody?"),
        (NAT, "is: [skipper, organiser]", "is: [skiper, organiser]", "'skiper' is not a value of suspect.role",
         "skipper?"),
        (WARNINGS, "fact: vessel.flag", "fact: vessel.flog", "'vessel.flog' is not a declared fact",
         "Did you mean vessel.flag"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_an_error_and_no_fact_that_nobody_tells(
    file: str, old: str, new: str, says: str, hint: str, tmp_path: Path
) -> None:
    text = small_rules.FILES[file]
    assert old in text
    rules = RuleSet(small_rules.write(tmp_path, {file: text.replace(old, new, 1)}))
    with pytest.raises(RuleError) as caught:
        _ = rules.grounds, rules.warnings, rules.coordination
    assert caught.value.message.startswith(says)
    assert str(caught.value.where).startswith(("rules/grounds: immunity", f"rules/{file}"))
    assert hint in str(caught.value.hint)


def test_names_in_the_law_of_a_state_and_in_rules_of_coordination(tmp_path: Path) -> None:
    rules = RuleSet(
        small_rules.write(tmp_path / "a", {ITA: small_rules.FILES[ITA].replace("[piracy, murder]", "[pirac]")})
    )
    with pytest.raises(RuleError, match="'pirac' is not an offence"):
        rules.national("ITA")
    rules = RuleSet(
        small_rules.write(tmp_path / "b", {ITA: small_rules.FILES[ITA].replace("fact: custody", "fact: x")})
    )
    with pytest.raises(RuleError, match="'x' is not a declared fact"):
        rules.national("ITA")
    text = small_rules.FILES[ITA].replace("grounds: [clause]", "grounds: [clauses]")
    with pytest.raises(RuleError, match="'clauses' is not a ground"):
        RuleSet(small_rules.write(tmp_path / "d", {ITA: text})).national("ITA")
    text = small_rules.FILES[CONSULT].replace("fact: organised_group", "fact: organized_group")
    with pytest.raises(RuleError, match="'organized_group' is not a declared fact") as caught:
        _ = RuleSet(small_rules.write(tmp_path / "c", {CONSULT: text})).coordination
    assert "organised_group?" in str(caught.value.hint)


def test_notes_of_the_author_are_no_rules(tmp_path: Path) -> None:
    small_rules.write(tmp_path, {"README.md": "# Notes\n", "grounds/.draft.yaml": "id: draft\n"})
    assert lint(tmp_path).faults == ()
    assert len(RuleSet(tmp_path).grounds) == 5


def test_a_choice_that_is_called_like_a_date_is_none(tmp_path: Path) -> None:
    facts = small_rules.FACTS.replace("own_means:", "from: 'on a ferry', to: 'from a bus', own_means:")
    assert lint(small_rules.write(tmp_path, {"facts.yaml": facts})).faults == ()


# --- Words --------------------------------------------------------------------------------------------------------


def test_a_combination_in_words_wherever_a_test_stands() -> None:
    words = shipped_rules().vocabulary
    both = All((FactIs("vessel.flag", ("none",)), FactIs("departure", ("LBY",))))
    assert leaf_words(both, words) == in_words(both, words)
    assert " and " in leaf_words(both, words)


def test_a_provision_that_a_state_does_not_have(run: Run) -> None:
    answer = run("rules", "show", "ITA-nothing")
    assert answer.code == 2
    assert "ITA-nothing" in answer.err


# --- Days ---------------------------------------------------------------------------------------------------------


def test_membership_by_succession_changes_on_its_day_only() -> None:
    """Of an entry only the days count; that a word in it has as many letters as a day changes nothing."""
    rules = shipped_rules()
    item = rules.instrument("UNTOC")
    state, entry = next((s, e) for s, e in item.parties.items() if e.get("how") == "succession")
    start = dt.date.fromisoformat(entry["from"])
    week = dt.timedelta(days=7)
    after, open_after = bound(rules, "UNTOC", state, Days(start, start + week, ""))
    assert (after.truth, open_after) == (Truth.YES, False)
    across, open_across = bound(rules, "UNTOC", state, Days(start - week, start + week, ""))
    assert (across.truth, open_across) == (Truth.UNKNOWN, True)


# --- Bars ---------------------------------------------------------------------------------------------------------


def test_a_bar_on_one_of_two_suspects_leaves_a_finding_on_the_whole_case(tmp_path: Path) -> None:
    """The flag State's finding is about all of them: immunity of one is said, and excludes nothing."""
    bar = small_rules.IMMUNITY.replace("kind: bar\n", "kind: bar\nabout: suspect\n").replace("any_suspect", "suspect")
    rules = RuleSet(small_rules.write(tmp_path, {BAR: bar}))
    day = dt.date(2023, 6, 14)

    def finding(*roles: str) -> Any:
        told = {"on": day.isoformat(), "vessel": {"flag": "GRC"}, "suspects": [{"role": role} for role in roles]}
        found = evaluate(Case.from_dict(told, vocabulary=rules.vocabulary), None, rules, day).findings
        return next(f for f in found if f.ground == "flag" and f.state == "GRC")

    some = finding("skipper", "organiser")
    assert [step["effect"] for step in some.because["bars"]] == ["applies to some of those concerned"]
    assert some.status == finding("organiser", "organiser").status != "excluded"
    assert some.barred_by == ()
    every = finding("skipper", "skipper")
    assert [step["effect"] for step in every.because["bars"]] == ["applies"]
    assert (every.status, every.barred_by) == ("excluded", ("immunity",))
