"""A short run of the fuzzer, the same on every machine; ``make fuzz`` runs it at length.

What a long run found stands here as a test of its own, or beside the reader that it was found in.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import fuzz_targets as fuzz
from conftest import ROOT
from seajuris.errors import CaseError, PositionError
from seajuris.jsonio import parse_json
from seajuris.position import parse_position
from seajuris.yamlio import parse_yaml

SEED = "short"
COUNTS = {"position": 2_000, "case": 250, "rules": 60, "zones": 25, "verify": 25, "cli": 20, "batch": 40, "server": 120}


@pytest.mark.parametrize("name", list(fuzz.TARGETS))
def test_a_short_run_finds_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Writing a PDF takes as long as all the rest.
    monkeypatch.setattr(fuzz.Memos, "forms", ("md", "docx"))
    target = fuzz.TARGETS[name](tmp_path)
    outcomes: Counter[str] = Counter()
    for number in range(COUNTS[name]):
        given_: Any = target.make(random.Random(f"{SEED}:{name}:{number}"))
        try:
            outcomes[target.check(given_)] += 1
        except Exception as fault:
            raise AssertionError(f"{name}:{number} {given_!r}"[:2_000]) from fault
    # A fuzzer whose inputs are all refused at the door tests the door.
    assert len(outcomes) > 1, outcomes


def test_an_input_comes_from_its_number_alone(tmp_path: Path) -> None:
    for name in ("position", "case", "server"):
        target = fuzz.TARGETS[name](tmp_path)
        first, again = (target.make(random.Random(f"1:{name}:7")) for _ in range(2))
        assert first == again


def test_the_same_downloads_whenever_they_are_made(tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        made.append(fuzz.Zones(tmp_path / name))
        time.sleep(1.1)
    assert made[0].downloads == made[1].downloads
    changed = [target.make(random.Random("1:zones:7")) for target in made]
    assert changed[0] == changed[1]


def test_values_of_the_fuzzer_stay_as_they_are() -> None:
    # A value put into an input twice and then changed could end up inside itself.
    before = json.dumps(fuzz.JUNK)
    for number in range(2_000):
        json.dumps(fuzz.changed_data(random.Random(number), {"a": [1, {"b": {"c": 2}}], "d": "e"}))
    assert json.dumps(fuzz.JUNK) == before


def test_the_fuzzer_reports_what_it_finds() -> None:
    with pytest.raises(fuzz.FindingError):
        fuzz.refused(CaseError("x" * 10, hint="h" * 5_000), CaseError)
    with pytest.raises(fuzz.FindingError):
        fuzz.refused(CaseError("a case"), PositionError)
    assert fuzz.refused(CaseError("a case"), CaseError) == "refused SJ130"


def test_the_record_of_the_long_run_is_whole() -> None:
    record = json.loads((ROOT / "benchmarks" / "results" / "fuzz.json").read_text(encoding="utf-8"))
    assert set(record["targets"]) == set(fuzz.TARGETS)
    for result in record["targets"].values():
        assert sum(result["outcomes"].values()) + result["findings"] >= result["inputs"]
    assert record["inputs"] == sum(result["inputs"] for result in record["targets"].values())


# --- The two readers of text --------------------------------------------------------------------------------------

PLAIN: Any = (
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(codec="utf-8"), max_size=20)
)
KEYS = st.text(st.characters(codec="ascii", exclude_characters="\x00"), max_size=10)
DATA = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@settings(max_examples=150)
@given(DATA)
def test_what_json_wrote_is_read_back(data: Any) -> None:
    text = json.dumps(data)
    try:
        assert parse_json(text, where="f", error=CaseError) == data
    except CaseError as fault:
        assert "U+0000" in fault.message and "\\u0000" in text


@settings(max_examples=150)
@given(
    st.text(
        st.sampled_from("{}[]\",:\\ \n\t-?&*!|>'%@`#~<=0123456789.eENaulrtfs\u2028\u202e\x85\ud800\x00"), max_size=60
    )
)
@example("[" * 60)
@example('"\\ud800"')
@example("&a [*a]")
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_yaml, parse_json):
        try:
            data = parse(text, where="f", error=CaseError)
        except CaseError as fault:
            assert len(str(fault)) < 1_000
        else:
            # Nothing comes out that could not be written to a file.
            json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8")


@settings(max_examples=60)
@given(DATA)
def test_yaml_reads_json_as_json_does(data: Any) -> None:
    # Where both accept a text they agree: nobody can show one case to a reader of YAML and another to one of JSON.
    text = json.dumps(data, ensure_ascii=False)
    try:
        first = parse_json(text, where="f", error=CaseError)
        second = parse_yaml(text, where="f", error=CaseError)
    except CaseError:
        return
    assert first == second


def test_the_targets_read_what_ships(tmp_path: Path) -> None:
    # Unchanged inputs are answered: what the fuzzer changes was good before.
    cases = fuzz.Cases(tmp_path)
    for text in cases.texts[:20]:
        assert cases.check(("yaml", text.encode())) == "read"
    rules = fuzz.Rules(tmp_path)
    for name in rules.names[::10]:
        assert rules.check((name, rules.files[name], "load")) == "loaded"


# --- Found by long runs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["+²9-74.116476", "+²1.477873-108", "+²20M71.6/", "-²5 12", "36-²5 12", "36 N²5 12"])
def test_a_superscript_is_no_digit(text: str) -> None:
    # `str.isdigit` is true of it, `int` refuses it: this ended in an internal fault.
    with pytest.raises(PositionError):
        parse_position(text)
