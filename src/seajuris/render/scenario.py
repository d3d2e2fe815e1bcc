"""Teaching cases as text for a terminal. What gives the answer away stands behind a flag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from seajuris.assessment import DISCLAIMER, Assessment
from seajuris.render import labels
from seajuris.render.facts import pairs
from seajuris.render.page import Page
from seajuris.render.whatif import zone
from seajuris.rules.load import RuleSet
from seajuris.scenarios import Outcome, Scenario, many, position_of
from seajuris.whatif import zone_words

Data = dict[str, Any]


def summary(scenario: Scenario) -> Data:
    """What a list of scenarios shows of one, as plain data; nothing that gives the answer away."""
    case = scenario.data["case"]
    place = case.get("position")
    return {
        "id": scenario.id,
        "title": scenario.title,
        "on": None if case.get("on") is None else str(case["on"]),
        "position": None if place is None else position_of(place),
        "teaches": list(scenario.texts("learning")),
    }


def render_list(found: Iterable[Data], page: Page) -> None:
    """Write a list of scenarios: when, where, and the first thing that each teaches."""
    for entry in found:
        page.text(entry["id"], indent=0, bold=True)
        page.text(entry["title"])
        page.text(f"{entry['on'] or 'no date'}; {entry['position'] or 'no position known'}")
        for point in entry["teaches"][:1]:
            page.text(point, lead="teaches: ")


def render_show(scenario: Scenario, rules: RuleSet, page: Page, *, answers: bool) -> None:
    """Write a scenario.

    Args:
        scenario: The scenario.
        rules: The rules whose facts and grounds it uses.
        page: Where to write.
        answers: Also write what is expected, and what courts did.
    """
    page.title(f"{scenario.id}: {scenario.title}")
    page.text("A case for teaching. It asks what is possible; it decides nothing.", indent=0)
    page.heading("Facts")
    for label, words in pairs(scenario.case(rules), rules.vocabulary):
        page.text(words, lead=f"{label}: ")
    if scenario.data.get("position_note"):
        page.text(str(scenario.data["position_note"]), lead="About the position: ")
    _points(page, "Learning points", scenario.texts("learning"))
    _points(page, "To discuss", scenario.texts("discuss"))
    if answers:
        page.heading("What is expected")
        for line in expected(scenario, rules):
            page.item(line)
        for key, heading in (("authority", "On what that rests"), ("outcome", "What courts did")):
            if scenario.data.get(key):
                page.heading(heading)
                page.text(str(scenario.data[key]))
    else:
        page.space()
        page.text("Add --answers for what is expected and what courts did.", indent=0)
    if scenario.texts("sources"):
        page.heading("Sources")
        for text in scenario.texts("sources"):
            page.source("-", text)
    if scenario.data.get("confidence"):
        page.space()
        page.text(f"How well the facts are documented: {scenario.data['confidence']}.", indent=0)


def _points(page: Page, heading: str, points: Iterable[str]) -> None:
    listed = list(points)
    if listed:
        page.heading(heading)
        for point in listed:
            page.item(point)


def expected(scenario: Scenario, rules: RuleSet) -> Iterator[str]:
    """The expectations of a scenario, each in one line."""
    titles = {ground.id: ground.title for ground in rules.grounds}
    expect = scenario.expect
    for wanted in expect.get("zones", ()):
        word = str(wanted)
        either = " or ".join(zone(one).rstrip() for one in word.removeprefix("!").split("|"))
        yield f"Zone: {'not ' if word.startswith('!') else ''}{either}"
    if "regime" in expect:
        yield labels.REGIMES.get(str(expect["regime"]), str(expect["regime"]))
    for key, lead in (("findings", ""), ("none", "Not: ")):
        for item in expect.get(key, ()):
            yield lead + _finding(item, titles)
    for state, grounds in expect.get("only", {}).items():
        yield f"{_state(state)}: on no other ground than {', '.join(titles.get(g, g) for g in grounds) or 'none'}"
    for bar in expect.get("bars", ()):
        name = titles.get(str(bar.get("bar")), str(bar.get("bar")))
        yield f"Bar: {name}" + (f" ({', '.join(map(str, many(bar['status'])))})" if "status" in bar else "")
    for bar in expect.get("no_bars", ()):
        yield f"No bar: {titles.get(str(bar), bar)}"
    for fact in expect.get("questions", ()):
        yield f"To be asked: {labels.FACTS.get(str(fact), fact)}"


def _finding(item: Data, titles: dict[str, str]) -> str:
    who = " or ".join(_state(code) for code in many(item["state"])) if "state" in item else "Any of the States"
    what = " or ".join(titles.get(str(g), str(g)) for g in many(item.get("ground", []))) or "any ground"
    if "kind" in item:
        what += f" ({'power at sea' if item['kind'] == 'act_at_sea' else 'to prosecute'})"
    status = f": {' or '.join(str(s) for s in many(item['status']))}" if "status" in item else ""
    return f"{who}: {what}{status}"


def _state(code: Any) -> str:
    return labels.state(None if code is None else str(code))


def render_run(scenario: Scenario, result: Assessment, outcome: Outcome, page: Page) -> None:
    """Write what a scenario gives, in short, and whether it is what was expected."""
    page.title(f"{scenario.id}: {scenario.title}")
    page.text("Possible jurisdiction only; this decides nothing.", indent=0)
    render_answer(result, page)
    page.heading("Expectations")
    render_faults(outcome, page)
    page.space()
    page.text(DISCLAIMER, indent=0)


def render_answer(result: Assessment, page: Page) -> None:
    """Write zones, States with their grounds, and bars, without the argument."""
    page.heading("Where")
    for words in zone_words(result.place):
        page.item(zone(words))
    if result.place is None:
        page.text("No position is told.")
    else:
        page.text(labels.REGIMES[result.place.criminal_law_regime])
    page.heading("Who may prosecute")
    by_state: dict[str, list[str]] = {}
    for finding in result.prosecute():
        if finding.state is not None:
            by_state.setdefault(finding.state, []).append(f"{finding.status.upper():<12} {finding.title}")
    for state, lines in by_state.items():
        page.text(labels.state(state), bold=True)
        for line in dict.fromkeys(lines):
            page.text(line, indent=4)
    if not by_state:
        page.text("No basis found on the facts given.")
    if result.bars:
        page.heading("What may stand in the way")
        for bar in dict.fromkeys((b.title, b.status) for b in result.bars):
            page.item(f"{bar[0]}: {'applies' if bar[1] == 'applies' else 'to be checked'}")


def render_faults(outcome: Outcome, page: Page) -> None:
    """Write whether the expectations are met."""
    if not outcome.faults:
        page.text("All met.")
    for fault in outcome.faults:
        page.item(fault)


def render_outcomes(outcomes: Iterable[Outcome], page: Page) -> None:
    """Write which of several scenarios give what was expected."""
    listed = list(outcomes)
    failed = [o for o in listed if o.faults]
    page.text(f"{len(listed)} scenarios, {len(listed) - len(failed)} as expected, {len(failed)} not.", indent=0)
    for outcome in listed:
        page.text(f"{outcome.id}: {outcome.title}", lead="  not met  " if outcome.faults else "  met      ", indent=0)
        for fault in outcome.faults:
            page.item(fault, indent=6)
