"""Quizzes: what is right, missing and wrong is what the assessment says, and nothing open is held against a trainee."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Run
from seajuris import scenarios
from seajuris.assessment import Assessment
from seajuris.errors import InputError
from seajuris.quiz import (
    Answers,
    Part,
    Score,
    interrogate,
    prosecuting_bases,
    read_basis,
    read_regime,
    read_state,
    read_zone,
    score,
)
from seajuris.rules.load import shipped_rules
from test_interactive import Script

BASES = prosecuting_bases(shipped_rules())
FOLDER = scenarios.scenario_folder(None)


@pytest.fixture(scope="module")
def pylos() -> Assessment:
    return scenarios.assess(scenarios.find(FOLDER, "pylos-adriana-2023"))


def part(found: Score, name: str) -> Part:
    return next(one for one in found.parts if one.name == name)


def perfect(result: Assessment) -> Answers:
    """The answers of somebody who read the report."""
    place = result.place
    zones = (
        ()
        if place is None
        else tuple(
            f"{z.zone}:{z.state}" if z.state else z.zone
            for z in place.zones
            if z.claim not in ("potential", "protested")
        )
    )
    named: dict[str, tuple[str, ...]] = {}
    for finding in result.prosecute():
        if finding.state is not None:
            named[finding.state] = (*named.get(finding.state, ()), finding.basis)
    return Answers(zones, "unknown" if place is None else place.criminal_law_regime, named)


def test_the_report_itself_gets_every_point(pylos: Assessment) -> None:
    found = score("pylos", perfect(pylos), pylos)
    reached, possible = found.points
    assert reached == possible > 10
    for one in found.parts:
        assert one.precision == one.recall == 1.0


def test_nothing_answered_gets_no_point_and_misses_what_stands(pylos: Assessment) -> None:
    found = score("pylos", Answers(), pylos)
    assert found.points[0] == 0
    assert part(found, "states").precision is None
    assert {"LBY", "EGY", "ITA", "PAK", "SYR"} <= set(part(found, "states").missing)


def test_what_is_open_is_right_if_named_and_no_fault_if_not(pylos: Assessment) -> None:
    # Greece has open grounds alone: what hangs on a fact nobody told of may be named.
    assert {f.status for f in pylos.prosecute() if f.state == "GRC"} == {"open"}
    without = part(score("pylos", Answers(states={"LBY": ()}), pylos), "states")
    assert "GRC" in without.open
    assert "GRC" not in without.missing
    named = part(score("pylos", Answers(states={"LBY": (), "GRC": ()}), pylos), "states")
    assert "GRC" in named.right
    assert named.points[0] == without.points[0] + 1


def test_what_is_wrong_costs_and_is_explained(pylos: Assessment) -> None:
    answers = Answers(("territorial_sea:GRC",), "territory", {"GRC": ("territoriality",), "TUR": ("flag",)})
    found = score("pylos", answers, pylos)
    assert part(found, "zones").wrong == ("territorial_sea:GRC",)
    assert part(found, "regime").wrong == ("territory",)
    assert part(found, "states").wrong == ("TUR",)
    assert set(part(found, "bases").wrong) == {"GRC territoriality", "TUR flag"}
    why = {(e.state, e.basis): e for e in found.explanations}
    assert why["GRC", "territoriality"].status == "excluded"
    assert "no ground concerns this State" in why["TUR", ""].text


def test_a_zone_that_was_not_proclaimed_is_none(pylos: Assessment) -> None:
    found = part(score("pylos", Answers(("high_seas", "exclusive_economic_zone:GRC")), pylos), "zones")
    assert found.right == ("high_seas",)
    assert found.wrong == ("exclusive_economic_zone:GRC",)


def test_bases_are_not_scored_where_they_were_not_asked_for(pylos: Assessment) -> None:
    found = score("pylos", Answers(states={"LBY": ()}, bases_asked=False), pylos)
    assert [one.name for one in found.parts] == ["zones", "regime", "states"]


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["high_seas", "territorial_sea", "territorial_sea:GRC", "land:ITA"]), unique=True),
    st.dictionaries(st.sampled_from(["LBY", "GRC", "TUR", "*"]), st.lists(st.sampled_from(list(BASES)), unique=True)),
)
def test_every_answer_is_either_right_or_wrong(zones: list[str], named: dict[str, list[str]]) -> None:
    result = _cached()
    answers = Answers(tuple(zones), "high_seas", {state: tuple(bases) for state, bases in named.items()})
    found = score("pylos", answers, result)
    states = part(found, "states")
    assert set(states.right) | set(states.wrong) == set(named)
    assert not set(states.right) & set(states.wrong)
    assert not set(states.missing) & (set(states.right) | set(states.open))
    bases = part(found, "bases")
    assert len(bases.right) + len(bases.wrong) == sum(map(len, named.values()))
    for one in found.parts:
        assert 0 <= one.points[0] <= one.points[1]
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()


_held: list[Assessment] = []


def _cached() -> Assessment:
    if not _held:
        _held.append(scenarios.assess(scenarios.find(FOLDER, "pylos-adriana-2023")))
    return _held[0]


# --- Reading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("high seas", "high_seas"),
        ("The High Seas", "high_seas"),
        ("territorial sea of Italy", "territorial_sea:ITA"),
        ("territorial_sea:ITA", "territorial_sea:ITA"),
        ("EEZ of Malta", "exclusive_economic_zone:MLT"),
        ("contiguous-zone", "contiguous_zone"),
        ("high seas of Italy", "high_seas"),
    ],
)
def test_zones_are_read(text: str, zone: str) -> None:
    assert read_zone(text, where="x") == zone


def test_words_that_are_none_are_refused_with_what_is_accepted() -> None:
    for bad in ("", "sea", "zone of Italy", "territorial sea of Atlantis"):
        with pytest.raises(InputError):
            read_zone(bad, where="x")
    with pytest.raises(InputError, match="territory, high_seas"):
        read_regime("sea", where="x")
    with pytest.raises(InputError, match="active_personality"):
        read_basis("because", BASES, where="x")
    assert read_basis("nationality of the suspect", BASES, where="x") == "active_personality"
    assert read_basis("Active personality", BASES, where="x") == "active_personality"
    assert read_state("any", where="x") == "*"


def test_only_bases_to_prosecute_can_be_named() -> None:
    assert "hot_pursuit" not in BASES
    assert "ne_bis_in_idem" not in BASES
    assert "territoriality" in BASES


# --- Asking ---------------------------------------------------------------------------------------------------------


def test_asking_reads_every_part() -> None:
    script = Script("high seas", "high_seas", "Libya, Egypt", "2", "6, passive personality")
    answers = interrogate(script, BASES)
    keys = list(BASES)
    assert answers.zones == ("high_seas",)
    assert answers.regime == "high_seas"
    assert answers.states == {"LBY": (keys[1],), "EGY": (keys[5], "passive_personality")}
    assert "possible, not decided" in script.text


def test_asking_asks_again_and_ends_with_the_answers() -> None:
    script = Script("the sea", "high seas", "what?", "high_seas", "Atlantis", "Libya")
    answers = interrogate(script, BASES)
    assert "'the sea' is no zone" in script.text
    assert "'Atlantis'" in script.text
    assert answers == Answers(("high_seas",), "high_seas", {"LBY": ()})
    assert interrogate(Script(), BASES) == Answers()


@settings(max_examples=60)
@given(st.lists(st.text(max_size=20), max_size=8))
def test_no_answer_breaks_it(lines: list[str]) -> None:
    script = Script(*lines)
    interrogate(script, BASES)
    assert all(c.isprintable() or c == "\n" for c in script.text)


# --- The command ----------------------------------------------------------------------------------------------------

ANSWERS = """\
scenario: pylos-adriana-2023
zones: [high seas]
regime: high_seas
states:
  Libya: [partial_territoriality]
  EGY: [nationality of the suspect]
  Greece: [territoriality]
"""


def test_the_command_scores_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(ANSWERS, encoding="utf-8")
    data = json.loads(run("quiz", "--answers", str(file), "--json").out)
    assert data["format"] == "seajuris.quiz.v1"
    assert data["scenario"] == "pylos-adriana-2023"
    parts = {one["part"]: one for one in data["parts"]}
    assert parts["states"]["right"] == ["LBY", "EGY", "GRC"]
    assert parts["bases"]["wrong"] == ["GRC territoriality"]
    assert parts["bases"]["precision"] == round(2 / 3, 4)
    assert data["learning"]
    answer = run("quiz", "--answers", str(file))
    assert answer.code == 0
    assert "Learning points" in answer.out
    assert "Possible, not decided" in answer.out


def test_the_command_asks_without_giving_the_answer_away(run: Run) -> None:
    answer = run("quiz", "pylos-adriana-2023", stdin=b"high seas\nhigh_seas\nLibya\n2\n")
    assert answer.code == 0, answer.err
    # What stands before the first answer is on standard error.
    asked = answer.err.partition("> ")[0]
    found = scenarios.find(FOLDER, "pylos-adriana-2023")
    for secret in (*found.texts("learning"), *found.texts("discuss"), str(found.data["outcome"])):
        assert secret[:40] not in " ".join(asked.split())
    assert "CONDITIONAL" not in asked
    assert "right:   Libya (LBY)" in answer.out


def test_a_seed_chooses_the_same_scenario_and_never_a_check(run: Run) -> None:
    heads = {run("quiz", "--seed", "7").out.splitlines()[0] for _ in range(2)}
    assert len(heads) == 1
    assert not heads.pop().startswith("law-")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "a mapping"),
        ("points: 20", "no such key"),
        ("zones: [sea]", "is no zone"),
        ("regime: sea", "is no answer here"),
        ("states: {Atlantis: [flag]}", "Atlantis"),
        ("states: {ITA: [because]}", "is no basis"),
        ("states: {ITA: {flag: yes}}", "is no text"),
        ("zones: [high seas", "not valid YAML"),
        ("scenario: lotus\nzones: []", "the answers are for"),
    ],
)
def test_bad_answers_are_explained(run: Run, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    answer = run("quiz", "pylos-adriana-2023", "--answers", str(file))
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_states_alone_can_be_answered(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("states: [LBY, Egyptian]", encoding="utf-8")
    data = json.loads(run("quiz", "pylos-adriana-2023", "--answers", str(file), "--json").out)
    assert [one["part"] for one in data["parts"]] == ["zones", "regime", "states"]
    file.write_text("states: [LBY]", encoding="utf-8")
    assert run("quiz", "--answers", str(file)).code == 2


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_screen(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    file = tmp_path / "a.yaml"
    file.write_text(ANSWERS, encoding="utf-8")
    answer = run("quiz", "--answers", str(file), terminal=True)
    assert max(map(len, answer.out.splitlines())) <= columns
