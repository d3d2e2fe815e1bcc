"""Handouts for the training room: facts, map, questions with space to write; the answers as a part of their own.

The same scenario, rules and zone data give the same bytes. Everything that comes from a scenario is text: the template
engine escapes it for HTML, `escape` for Markdown.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seajuris.assessment import DISCLAIMER, Assessment
from seajuris.errors import InputError
from seajuris.render import labels
from seajuris.render.facts import pairs
from seajuris.render.memo import people
from seajuris.render.memo.html import policy
from seajuris.render.memo.markdown import escape
from seajuris.render.page import safe
from seajuris.render.whatif import zone
from seajuris.render.words import Words
from seajuris.rules.load import RuleSet
from seajuris.scenarios import Scenario
from seajuris.whatif import zone_words

FORMATS = {".html": "html", ".htm": "html", ".md": "md"}
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+")
_POLICY = "@@policy@@"
_LINES = 4
_QUESTIONS = (
    ("In which maritime zone did it happen, whose is it, and how sure is that?", 3),
    ("What does this zone mean for criminal law: territory of a State, or the rules of the high seas?", 2),
    ("Which States may prosecute? Name the basis for each.", 8),
    ("What could keep one of them from prosecuting?", 3),
    ("Which missing fact would you find out first, and what hangs on it?", 3),
)

Data = dict[str, Any]


def format_of(target: str) -> str:
    """The format that a file's ending names.

    Raises:
        InputError: for another ending.
    """
    kind = FORMATS.get(Path(target).suffix.lower())
    if kind is None:
        raise InputError("the ending names no format of a handout", where=target, hint="Accepted: .html, .md.")
    return kind


def handout(
    scenario: Scenario,
    result: Assessment,
    rules: RuleSet,
    *,
    kind: str,
    answers: bool = False,
    with_map: bool = True,
    zones: str | Path | None = None,
) -> str:
    """Write a handout.

    Args:
        scenario: The teaching case.
        result: What the program answers to it.
        rules: The rules under which it was assessed.
        kind: ``html`` or ``md``.
        answers: Add the part with the answers.
        with_map: Put the map among the facts. It shows the zones, and so answers the first question; without it, it
            stands among the answers.
        zones: The zone data with which it was assessed, for the map.
    """
    data = _content(scenario, result, rules, answers=answers)
    if kind == "md":
        return "\n".join(_markdown(data)) + "\n"
    data["with_map"] = with_map
    data["map"] = _map(result, zones) if with_map or answers else None
    return _html(data)


def _content(scenario: Scenario, result: Assessment, rules: RuleSet, *, answers: bool) -> Data:
    note = scenario.data.get("position_note")
    facts = [(safe(label), safe(words)) for label, words in pairs(result.case, rules.vocabulary)]
    discuss = [(safe(text), _LINES) for text in scenario.texts("discuss")]
    return {
        "title": safe(scenario.title),
        "id": safe(scenario.id),
        "facts": facts,
        "note": None if note is None else safe(str(note)),
        "questions": [*_QUESTIONS, *discuss],
        "answers": _answers(scenario, result, rules) if answers else None,
        "disclaimer": DISCLAIMER,
    }


def _answers(scenario: Scenario, result: Assessment, rules: RuleSet) -> Data:
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for f in result.prosecute():
        if f.state is not None:
            key = (labels.state(f.state), f.title, f.status.upper(), labels.SHORT_GRADES[f.grade])
            rows.setdefault(key, []).extend(f.about)
    words = Words()
    place = result.place
    provenance = result.provenance
    return {
        "zones": [zone(text) for text in zone_words(place)] or ["No position is told."],
        "regime": None if place is None else labels.REGIMES[place.criminal_law_regime],
        "sure": None if place is None else labels.VERDICTS[place.verdict],
        "findings": [
            (state, f"{title} ({people.persons(dict.fromkeys(about), words)})" if about else title, status, grade)
            for (state, title, status, grade), about in rows.items()
        ],
        "bars": list(
            dict.fromkeys(
                f"{b.title}: {'applies' if b.status == 'applies' else 'to be checked'}. {b.summary}"
                for b in result.bars
            )
        ),
        "ask": [f"{q.ask} ({q.why})" for q in result.questions[:5]],
        "outcome": _text(scenario, "outcome"),
        "authority": _text(scenario, "authority"),
        "learning": [safe(text) for text in scenario.texts("learning")],
        "sources": [safe(text) for text in scenario.texts("sources")],
        "provenance": f"seajuris {provenance.get('software')}, rules {rules.version} ({rules.sha256[:12]}), law as of "
        f"{provenance.get('law_as_of')}",
    }


def _text(scenario: Scenario, key: str) -> str | None:
    value = scenario.data.get(key)
    return None if value is None else safe(str(value))


def _map(result: Assessment, zones: str | Path | None) -> str | None:
    """The map as an image of its own, so that nothing in it can reach the page; `None` without a position."""
    if result.place is None:
        return None
    from seajuris.render.map.make import svg_map

    svg = svg_map(result.place, zones=zones)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _html(data: Data) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("seajuris.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["address"] = lambda text: _ADDRESS.fullmatch(text) is not None
    page = environment.get_template("handout.html").render({**data, "policy": _POLICY})
    # The first occurrence is ours: nothing of the scenario stands before it.
    return page.replace(_POLICY, policy(page), 1)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is; readers that link bare addresses find none."""
    return re.sub(r"(?i)(?<=[a-z]):(?=//)", "&#58;", re.sub(r"(?i)www\.", "www&#46;", escape(text)))


def _markdown(data: Data) -> Iterator[str]:
    yield f"# {_plain(data['title'])}"
    yield ""
    yield "Name: ........................................ Date: ...................."
    yield ""
    yield "## Facts"
    yield ""
    yield "| Fact | As told |"
    yield "|---|---|"
    for label, words in data["facts"]:
        yield f"| {_plain(label)} | {_plain(words)} |"
    yield ""
    if data["note"]:
        yield f"About the position: {_plain(data['note'])}"
        yield ""
    yield "What is not told is not known. Name what is possible; nobody decides the case here."
    yield ""
    yield "## Questions"
    for number, (text, lines) in enumerate(data["questions"], 1):
        yield ""
        yield f"{number}. {_plain(text)}"
        for _ in range(lines):
            yield ""
            yield "   " + "." * 70
    if data["answers"] is not None:
        yield from _markdown_answers(data["answers"], data["disclaimer"])


def _markdown_answers(answers: Data, disclaimer: str) -> Iterator[str]:
    yield from ("", "---", "", "## Answers (for the trainer)", "", "### Where", "")
    for text in answers["zones"]:
        yield f"- {_plain(text)}"
    for text in (answers["regime"], answers["sure"]):
        if text:
            yield f"- {_plain(text)}"
    yield from ("", "### Who may prosecute: possible, not decided", "")
    yield "| State | Ground | Status | Grade |"
    yield "|---|---|---|---|"
    for row in answers["findings"]:
        yield "| " + " | ".join(_plain(cell) for cell in row) + " |"
    for heading, key in (
        ("What may stand in the way", "bars"),
        ("What to find out first", "ask"),
        ("Learning points", "learning"),
    ):
        if answers[key]:
            yield from ("", f"### {heading}", "")
            yield from (f"- {_plain(text)}" for text in answers[key])
    for heading, key in (("What courts did", "outcome"), ("On what the expectation rests", "authority")):
        if answers[key]:
            yield from ("", f"### {heading}", "", _plain(answers[key]))
    if answers["sources"]:
        yield from ("", "### Sources", "")
        yield from (f"- <{text}>" if _ADDRESS.fullmatch(text) else f"- {_plain(text)}" for text in answers["sources"])
    yield from ("", _plain(answers["provenance"]), "", _plain(disclaimer))
