"""`assess --interactive`: the dialogue is driven by scripts; whatever is answered, nothing told is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seajuris
from conftest import Run
from seajuris.case import Case, read_case_data
from seajuris.dialogue import START, Dialogue, End, case_text, put
from seajuris.render.page import Page
from seajuris.rules.load import shipped_rules
from seajuris.yamlio import parse_yaml

VOCABULARY = shipped_rules().vocabulary


class Script:
    """A console that answers from a list, and keeps what was shown."""

    def __init__(self, *answers: str | type[BaseException], width: int = 80) -> None:
        self.answers = list(answers)
        self.shown: list[str] = []
        self.asked = 0
        self.width = width

    def ask(self, prompt: str) -> str:
        self.asked += 1
        if not self.answers:
            raise EOFError
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            return answer
        raise answer

    def page(self) -> Page:
        return Page(self.width, colour=False)

    def show(self, page: Page) -> None:
        self.shown.append(str(page))

    @property
    def text(self) -> str:
        return "".join(self.shown)


def read(data: dict[str, Any]) -> Case:
    return Case.from_dict(data, vocabulary=VOCABULARY, where="answer")


def dialogue(script: Script, **told: Any) -> Dialogue:
    return Dialogue(read(told), read=read, assess=seajuris.assess, vocabulary=VOCABULARY, console=script)


def talk(*answers: str | type[BaseException], **told: Any) -> tuple[Dialogue, Script, End]:
    script = Script(*answers)
    spoken = dialogue(script, **told)
    return spoken, script, spoken.run()


# --- What is asked --------------------------------------------------------------------------------------------------


def test_it_begins_with_position_day_flag_and_offence() -> None:
    spoken, script, end = talk("36.356 21.010", "1 nm", "2023-06-14", "stateless", "migrant_smuggling", "done")
    assert end == "done"
    assert spoken.case.to_dict() == {
        "position": "36.356 21.010",
        "accuracy": "1852 m",
        "on": "2023-06-14",
        "vessel": {"flag": "none"},
        "offences": "migrant_smuggling",
    }
    asks = [VOCABULARY[path].ask for path in START]
    flat = " ".join(script.text.split())
    assert [flat.index(ask) for ask in asks] == sorted(flat.index(ask) for ask in asks)


def test_facts_that_are_told_are_not_asked_for() -> None:
    told = {"position": "36 21", "accuracy": "1 nm", "on": "2023", "vessel": {"flag": "ITA"}, "offences": "murder"}
    _, script, _ = talk(**told)
    for path in ("position", "vessel.flag", "offences"):
        assert VOCABULARY[path].ask not in script.text
    assert script.asked == 1


def test_it_then_asks_what_decides_most() -> None:
    told = {"on": "2023-06-14", "vessel": {"flag": "stateless"}, "offences": "migrant_smuggling"}
    lists = dict.fromkeys(("suspects", "victims", "other_vessels", "decisions"), "none")
    spoken, script, _ = talk("?", **told, **lists)
    assert spoken.result is not None
    first = next(q for q in spoken.result.questions if q.fact != "position")
    assert VOCABULARY["position"].ask in " ".join(script.shown[1].split())
    # Why it asks, and for whom it decides.
    assert first.ask in " ".join(script.shown[-1].split())
    assert f"why: {first.why}" in " ".join(script.shown[-1].split())


def test_each_answer_is_assessed_and_the_states_are_shown() -> None:
    spoken, script, _ = talk("2023-06-14", "Panama", "migrant_smuggling", position="36.356 21.010", accuracy="1 nm")
    assert spoken.result is not None
    assert spoken.result.case is spoken.case
    assert "Panama: not listed -> " in script.text
    assert "States that may prosecute, so far: Panama" in script.text


def test_people_are_counted_first_and_then_asked_for_one_by_one() -> None:
    class Knows(Script):
        """Knows of two suspects, their nationalities, and nothing else."""

        def ask(self, prompt: str) -> str:
            self.asked += 1
            shown = " ".join(self.shown[-1].split())
            known = {"How many suspects": "2", "Suspect 1: What nationality": "EGY", "Suspect 2: What nat": "Syrian"}
            return next((answer for question, answer in known.items() if shown.startswith(question)), "?")

    script = Knows()
    spoken = dialogue(script, on="2023-06-14", vessel={"flag": "stateless"}, offences="migrant_smuggling")
    assert spoken.run() == "settled"
    assert spoken.case.counts == {"suspects": 2}
    assert spoken.case.told("suspects[0].nationality").values == ("EGY",)
    assert spoken.case.told("suspects[1].nationality").values == ("SYR",)
    # Nothing is asked for twice.
    asks = [" ".join(page.split()) for page in script.shown if "why: " in page or "How many" in page]
    assert len(asks) == len(set(asks))


def test_an_answer_for_all_reaches_all_of_whom_it_is_not_told() -> None:
    script = Script()
    spoken = dialogue(script, suspects=[{"nationality": "EGY"}, {}, {}])
    data = spoken._changed("suspects[1].nationality", "all: SYR, LBY")
    assert [one["nationality"] for one in data["suspects"]] == ["EGY", ["SYR", "LBY"], ["SYR", "LBY"]]


@pytest.mark.parametrize("word", ["", "?", "unknown", "don't know", "  Don't  Know "])
def test_not_known_leaves_the_fact_unknown(word: str) -> None:
    spoken, _, _ = talk(word, "2023-06-14", "done")
    assert spoken.case.position is None
    assert str(spoken.case.on) == "2023-06-14"
    assert "position" in spoken.not_known


def test_not_known_does_not_wipe_what_was_told() -> None:
    told = {"on": "2023", "vessel": {"flag": "ITA"}, "offences": "murder", "departure": ["LBY", "unknown"]}
    spoken, _, _ = talk(*["?"] * 60, **told)
    assert spoken.case.told("departure").values == ("LBY",)
    assert spoken.case.told("vessel.flag").values == ("ITA",)


def test_none_is_told_and_not_unknown() -> None:
    spoken, _, _ = talk("?", "?", "none", "?", "done")
    assert spoken.case.told("vessel.flag").known == "none"


def test_disputed_values_are_both_kept() -> None:
    spoken, _, _ = talk("?", "?", "disputed: Panama, none", "done")
    assert spoken.case.told("vessel.flag").known == "disputed"
    assert spoken.case.told("vessel.flag").values == ("PAN", "none")


def test_choices_can_be_named_by_number() -> None:
    spoken, _, _ = talk("?", "?", "?", "1, death_caused", "done")
    assert spoken.case.told("offences").values == ("migrant_smuggling", "death_caused")


# --- Answers that cannot be used ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "bad", "said"),
    [
        ([], "36.25", "half of the position is missing"),
        ([], "121.06 36.25", "position"),
        (["?"], "14.06.2023", "is not a date"),
        (["?"], "2999-01-01", "lies in the future"),
        (["?", "?"], "Atlantis", "is not a State or territory"),
        (["?", "?"], "ITA, PAN", "takes one value"),
        (["?", "?", "?"], "theft", "is not accepted"),
        (["?", "?", "?"], "15", "is not accepted"),
        (["?", "?", "?"], "none", "is not accepted"),
    ],
)
def test_the_products_own_message_and_the_question_again(before: list[str], bad: str, said: str) -> None:
    spoken, script, _ = talk(*before, bad)
    assert said in " ".join(script.text.split())
    # The end of the answers came at the same question.
    assert script.asked == len(before) + 2
    assert not spoken.case.facts
    assert spoken.case.position is None


def test_contradictions_are_refused_and_what_was_told_stays() -> None:
    told = {"position": "36 21", "accuracy": "1 nm", "on": "2023", "offences": "murder"}
    script = Script("Panama")
    spoken = dialogue(script, vessel={"flag_status": "none"}, **told)
    assert spoken.run() == "ended"
    assert "says no nationality" in " ".join(script.text.split())
    assert spoken.case.told("vessel.flag").known == "unknown"
    assert spoken.case.told("vessel.flag_status").values == ("none",)


def test_back_takes_the_last_answer_back() -> None:
    spoken, script, _ = talk("36.356 21.010", "1 nm", "2022-06-14", "back", "2023-06-14", "done")
    assert str(spoken.case.on) == "2023-06-14"
    assert "taken back" in script.text
    spoken, script, _ = talk("back", "back", "36 21", "done")
    assert "no answer to take back" in script.text
    assert spoken.case.position is not None


@pytest.mark.parametrize("number", ["0", "none"])
def test_no_suspects_is_told(number: str) -> None:
    assert dialogue(Script())._changed("suspects", number) == {"suspects": "none"}


@pytest.mark.parametrize("number", ["21", "-1", "1.5", "many", "\u0661", "9" * 5000])
def test_numbers_of_people_are_plain_and_small(number: str) -> None:
    with pytest.raises(seajuris.SeajurisError, match="is no number of suspects"):
        dialogue(Script())._changed("suspects", number)


# --- Ends -----------------------------------------------------------------------------------------------------------


def test_it_stops_when_nothing_more_decides() -> None:
    spoken, script, end = talk(*["?"] * 200)
    assert end == "settled"
    assert script.answers
    assert spoken.result is not None
    left = {q.fact.partition("[")[0] for q in spoken.result.questions}
    assert left <= {path.partition("[")[0] for path in spoken.not_known}


@pytest.mark.parametrize(("stop", "end"), [(EOFError, "ended"), (KeyboardInterrupt, "interrupted")])
def test_breaking_off_loses_nothing(stop: type[BaseException], end: str) -> None:
    spoken, _, ended = talk("36.356 21.010", "1 nm", stop)
    assert ended == end
    assert spoken.case.position is not None
    assert spoken.case.position.accuracy_m == 1852


def test_breaking_off_while_it_is_assessed_loses_nothing() -> None:
    calls = 0

    def assess(case: Case) -> seajuris.Assessment:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return seajuris.assess(case)

    spoken = Dialogue(read({}), read=read, assess=assess, vocabulary=VOCABULARY, console=Script("36.356 21.010"))
    assert spoken.run() == "interrupted"
    assert spoken.case.position is not None


# --- The file -------------------------------------------------------------------------------------------------------


def every_fact() -> Iterator[tuple[str, str]]:
    """One accepted answer for each fact."""
    kinds = {"state": "ITA", "states": "ITA", "yes_no": "yes", "date": "2023-06-14", "text": "x: #y"}
    for declared in VOCABULARY:
        if declared.path in ("position", "accuracy"):
            continue
        value = next(iter(declared.values), None) or kinds[declared.type]
        yield declared.path, "211000000" if declared.path == "vessel.mmsi" else value


@pytest.mark.parametrize(("path", "answer"), list(every_fact()))
def test_every_fact_can_be_answered_and_is_kept(path: str, answer: str) -> None:
    head, bracket, field = path.partition("[].")
    told: dict[str, Any] = {head: [{}]} if bracket else {}
    concrete = f"{head}[0].{field}" if bracket else path
    case = read(dialogue(Script(), **told)._changed(concrete, answer))
    if path == "on":
        assert str(case.on) == answer
    else:
        assert case.told(concrete).known in ("known", "none")
    again = read(parse_yaml(case_text(case), where="x", error=seajuris.SeajurisError))  # type: ignore[arg-type]
    assert again == case


def test_put_makes_the_groups_that_are_not_there() -> None:
    data: dict[str, Any] = {"suspects": [{}]}
    put(data, "vessel.flag", "ITA")
    put(data, "vessel.type", "fishing")
    put(data, "suspects[0].minor", "no")
    assert data == {"suspects": [{"minor": "no"}], "vessel": {"flag": "ITA", "type": "fishing"}}


@pytest.mark.parametrize("text", ["\u202etxt", "a\x07b", "- x: [", "#", "yes", "12", "é 漢", "'\"", "a\nb"])
def test_texts_come_back_from_the_file(text: str) -> None:
    case = read({"title": text, "vessel": {"name": text}})
    written = case_text(case, ("suspects[3].role",))
    assert read(parse_yaml(written, where="x", error=seajuris.SeajurisError)) == case  # type: ignore[arg-type]
    assert all(c.isprintable() or c == "\n" for c in written)
    assert "suspects[].role" in written.splitlines()[1]


def test_the_command_saves_and_answers(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    answers = b"36.356 21.010\n1 nm\n2023-06-14\nPanama\nmigrant_smuggling\ndone\n"
    answer = run("assess", "--interactive", "--save", str(file), "--json", stdin=answers)
    assert answer.code == 0, answer.err
    result = json.loads(answer.out)
    assert result["case"]["vessel"]["flag"] == "PAN"
    assert any(f["state"] == "PAN" and f["ground"] == "flag" for f in result["findings"])
    # The file gives the same answer.
    assert json.loads(run("assess", str(file), "--json").out) == result
    before = file.read_bytes()
    again = run("assess", "--interactive", "--save", str(file), stdin=answers)
    assert again.code == 2
    assert "exists already" in again.err
    assert "> " not in again.err
    assert file.read_bytes() == before
    assert run("assess", "--flag", "ITA", "--save", str(file), "--force").code == 0
    assert read_case_data(file) == {"vessel": {"flag": "ITA"}}


def test_the_end_of_the_input_ends_politely(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    answer = run("assess", "--interactive", "--save", str(file), stdin=b"36.356 21.010\n")
    assert answer.code == 0
    assert "what was told is kept" in answer.err
    assert "possible jurisdiction" in answer.out
    assert read_case_data(file) == {"position": "36.356 21.010"}
    # Without a file the facts are shown, so that they can be copied.
    answer = run("assess", "--interactive", stdin=b"36.356 21.010\n")
    assert "position: 36.356 21.010" in answer.err


def test_facts_and_answers_cannot_both_come_from_standard_input(run: Run) -> None:
    answer = run("assess", "-", "--interactive", stdin=b"{}")
    assert answer.code == 2
    assert "standard input cannot hold both" in answer.err


def test_a_file_that_cannot_be_written_does_not_swallow_the_facts(run: Run, tmp_path: Path) -> None:
    answer = run("assess", "--interactive", "--save", str(tmp_path / "no" / "case.yaml"), stdin=b"36.356 21.010\n")
    assert answer.code == 2
    assert "cannot be written" in answer.err
    assert "position: 36.356 21.010" in answer.err


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_the_screen(width: int) -> None:
    script = Script("36.356 21.010", "1 nm", "2023-06-14", "Panama", *["?"] * 8, "done", width=width)
    dialogue(script).run()
    assert max(map(len, script.text.splitlines())) <= width


# --- Any answers ----------------------------------------------------------------------------------------------------

_ANSWERS = """ITA|Panama|none|stateless|?||yes|no|back|2023-06-14|2|1|all: SYR|1,2,x|disputed: ITA, PAN|disputed:|,|1 nm
36.356 21.010|other|rescue|\x00|\u202e|[bold]"""
_WORDS = st.sampled_from(re.split(r"[|\n]", _ANSWERS))


@settings(max_examples=12)
@given(st.lists(_WORDS | st.text(max_size=12), max_size=14))
def test_no_answer_breaks_it(answers: list[str]) -> None:
    script = Script(*answers)
    spoken = dialogue(script, on="2023-06-14")
    assert spoken.run() in ("ended", "done", "settled")
    # What is kept is a case, and the file gives the same one.
    text = case_text(spoken.case, spoken.not_known)
    assert read(parse_yaml(text, where="x", error=seajuris.SeajurisError) or {}) == spoken.case  # type: ignore[arg-type]
    assert all(c.isprintable() or c == "\n" for c in script.text)
