"""docs/assurance.md is what the tests and the records say, and each promise leads to its test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import assurance_page
from assurance_page import PAGE, PROMISES, RECORDS, link, page, properties

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_is_that_of_today() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make assurance"


def test_each_promise_leads_to_the_line_of_its_test() -> None:
    links = re.findall(r"\[([^]]+)\]\(\.\./(tests/test_\w+\.py)#L(\d+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(links) == sum(len(p.tests) for promises in PROMISES.values() for p in promises)
    for words, file, line in links:
        text = (ROOT / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert text.startswith(f"def test_{words.replace(' ', '_')}("), (file, line)
    assert all(p.tests for promises in PROMISES.values() for p in promises)


def test_a_promise_without_a_test_is_refused() -> None:
    with pytest.raises(LookupError, match=r"no test test_logic\.py::test_everything"):
        link("test_logic.py::test_everything")


def test_a_record_that_is_not_there_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assurance_page, "RESULTS", tmp_path)
    written = page()
    for name in RECORDS:
        assert f"writes `benchmarks/results/{name}.json`)" in written
    assert written.count("Not recorded") == len(RECORDS)


def test_examples_are_counted_as_they_are_stated() -> None:
    counted = {f.name: assurance_page._examples(f) for f in properties()}
    assert counted["test_sound_against_every_completion"] == 300
    assert counted["test_any_text"] == assurance_page.EXAMPLES
    (told,) = ast.parse("@several(60)\n@given(x)\ndef test_x(): ...").body
    assert isinstance(told, ast.FunctionDef)
    assert assurance_page._examples(told) == 60


def test_a_file_that_was_changed_since_its_mutants_were_tried_is_said_to_be() -> None:
    known = {"src/seajuris/rules/logic.py": "0" * 64}
    assert assurance_page._changed_since(known) == "; since then 1 of 1 files were changed"
    assert assurance_page._changed_since({}) == ""
