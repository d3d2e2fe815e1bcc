"""``seajuris explain``: the argument from facts to articles, complete, and the same as the answer."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import seajuris
from conftest import ROOT, Run
from seajuris.assessment import Assessment
from seajuris.case import Case
from seajuris.errors import InputError
from seajuris.explanation import explain
from seajuris.render.explain import render_explanation
from seajuris.render.page import Page
from seajuris.rules.load import shipped_rules
from seajuris.schema import schema

PYLOS = ROOT / "docs" / "examples" / "pylos.yaml"
CASE = "docs/examples/pylos.yaml"
COLLISION = {
    "title": "Two ships",
    "position": "36.25 21.06",
    "accuracy": "1 nm",
    "on": "2023-06-14",
    "event": "collision",
    "offences": ["navigation_offence"],
    "vessel": {"flag": "PAN", "type": "merchant", "flag_status": "confirmed"},
    "suspects": [{"nationality": "SYR", "role": "skipper", "present_in": "FRA"}],
    "victims": [{"nationality": "FRA", "outcome": "dead"}],
}


@cache
def pylos() -> Assessment:
    return seajuris.assess(Case.load(PYLOS))


def text(result: Assessment, state: str, width: int = 100, ground: str | None = None) -> str:
    page = Page(width, colour=False)
    render_explanation(explain(result, state, ground), page)
    return str(page)


def squeezed(report: str) -> str:
    """The report without line breaks and indentation, for looking up sentences."""
    return re.sub(r"\s+", " ", report)


def steps(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("of", ()):
        yield from steps(child)


@pytest.mark.parametrize("state", ["ITA", "GRC", "LBY", "EGY", "PAK", "*"])
def test_every_ground_considered_is_explained(state: str) -> None:
    result = explain(pylos(), state)
    assert result.findings == tuple(f for f in pylos().findings if f.state == state)
    document = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert [e.message[:200] for e in Draft202012Validator(schema("explanation")).iter_errors(document)] == []
    report = squeezed(text(pylos(), state))
    for finding in result.findings:
        assert f"({finding.ground}" in report
        assert finding.because["then"][-1]["status"] == finding.status
        for mandate in finding.mandate:
            assert mandate.provision in report
        for national in finding.national:
            assert squeezed(national.provision) in report
        for fact in finding.missing:
            assert fact in report


def test_the_argument_is_complete() -> None:
    """No branch is cut short: each step of the rule file's condition stands in the record, with an answer."""
    grounds = {g.id: g for g in shipped_rules().grounds}
    for finding in pylos().findings:
        assert len(finding.because.get("authority", ())) == len(finding.mandate)
        for step in steps(finding.because):
            assert step["value"] in ("yes", "no", "unknown")
            assert step["test"]
        ground = grounds[finding.ground]
        wanted = (ground.offences is not None) + _size(ground.when)
        assert sum(1 for _ in steps(finding.because)) >= wanted
        concerned = [b for b in grounds.values() if b.kind == "bar" and finding.kind == "prosecute"]
        if finding.status != "excluded" and finding.state not in (None, "*"):
            held = {step["bar"] for step in finding.because.get("bars", ())}
            assert {b.id for b in concerned if b.bars_grounds is None and b.bars_offences is None} <= held


def _size(condition: Any) -> int:
    parts = getattr(condition, "parts", None) or ([condition.part] if hasattr(condition, "part") else [])
    return 1 + sum(_size(part) for part in parts)


@pytest.mark.parametrize("width", [80, 120])
def test_readable_in_black_and_white(width: int) -> None:
    report = text(pylos(), "GRC", width)
    prose = [line for line in report.splitlines() if "://" not in line]
    assert max(len(line) for line in prose) <= width
    assert "\x1b" not in report
    for mark in ("[yes]", "[no]", "[?]"):
        assert mark in report


def test_what_excludes_is_named() -> None:
    report = squeezed(text(pylos(), "GRC", ground="entry-or-landing"))
    assert "entry is own means; told: rescue" in report
    assert "EXCLUDED" in report


def test_which_treaty_binds_since_when_and_how_it_is_known() -> None:
    report = squeezed(text(pylos(), "ITA"))
    assert "bound since 2006-09-01 (seen in a status list or official notice)" in report
    assert "(not verified)" in report


def test_completions_are_shown() -> None:
    """Italy has a provision for offences in its territory and others for those outside: one is met, wherever it was."""
    data = {"on": "2023-06-14", "vessel": {"flag": "ITA"}, "offences": ["murder"], "suspects": "none"}
    result = seajuris.assess(Case.from_dict(data))
    found = next(f for f in result.findings if (f.state, f.ground) == ("ITA", "flag"))
    assert {n.met for n in found.national} == {"unknown"}
    assert (found.status, found.missing) == ("conditional", ())
    together = found.because["national_together"]
    assert (together["value"], together["completions"]["over"]) == ("yes", ["position"])
    assert "all give the same answer" in squeezed(text(result, "ITA", ground="flag"))


def test_a_conflict_shows_both_sides() -> None:
    result = seajuris.assess(Case.from_dict(COLLISION))
    barred = [f for f in result.findings if f.state == "FRA" and f.barred_by]
    assert barred
    for finding in barred:
        assert finding.status == "excluded"
        assert finding.without_bar in ("conditional", "established", "open")
        document = finding.to_dict()
        assert document["without_bar"] == finding.without_bar
        assert document["because"]["then"][-2]["status"] != "excluded"
        applied = [b for b in document["because"]["bars"] if b["bar"] in finding.barred_by]
        assert [b["effect"] for b in applied] == ["applies"] * len(applied)
    assert any("FRA" in b.states and b.status == "applies" for b in result.bars)
    report = squeezed(text(result, "FRA"))
    assert "Collision or other incident of navigation (incident-of-navigation): applies" in report


def test_a_conflict_stands_in_the_report_too(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(COLLISION), encoding="utf-8")
    report = run("assess", str(file)).out
    who = squeezed(report[report.index("2  Who may prosecute") : report.index("3  Who may act at sea")])
    assert re.search(r"France \(FRA\) EXCLUDED .*?\(a bar applies, without it conditional; see 4\)", who)
    # A State stands once, with all its grounds.
    lines = report[report.index("2  Who may prosecute") : report.index("3  Who may act at sea")].splitlines()
    heads = [line for line in lines if re.fullmatch(r"  \S.* \([A-Z]{3}\)", line)]
    assert len(heads) == len(set(heads))


@pytest.mark.parametrize("name", ["ITA", "Italy", "Italian"])
def test_the_command(run: Run, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    answer = run("explain", CASE, "--state", name)
    assert answer.code == 0
    assert "why - Italy (ITA)" in answer.out
    assert json.loads(run("explain", CASE, "--state", name, "--json").out)["state"] == "ITA"


def test_a_territory_is_explained_as_its_sovereign(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert "United Kingdom" in run("explain", CASE, "--state", "Gibraltar").out.splitlines()[0]


def test_what_every_state_may_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert "right-of-visit" in run("explain", CASE, "--state", "any").out


def test_a_state_that_nothing_concerns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    answer = run("explain", CASE, "--state", "JPN")
    assert answer.code == 0
    assert "no ground concerns this State" in answer.out
    assert "planned_in" in answer.out


def test_a_ground_not_considered_is_refused_with_those_that_were(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    answer = run("explain", CASE, "--state", "ITA", "--ground", "flag")
    assert answer.code == 2
    assert "attempt-directed-at" in answer.err
    with pytest.raises(InputError):
        explain(pylos(), "ITA", "no-such-ground")


def test_one_more_fact_from_an_option(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    answer = run(
        "explain", CASE, "--state", "GRC", "--ground", "landing-through-rescue", "--set", "rescue_foreseeable=true"
    )
    assert "rescue_foreseeable is true; told: true" in squeezed(answer.out)


def test_from_standard_input(run: Run) -> None:
    answer = run("explain", "-", "--state", "EGY", stdin=b"suspects: [EGY]\n")
    assert "active-nationality" in answer.out
    assert io.StringIO(answer.out).readline().startswith("seajuris: why - Egypt (EGY)")
