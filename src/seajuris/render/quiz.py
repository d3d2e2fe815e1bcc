"""A quiz on a terminal: what is told before the questions, and the score with its explanations after them."""

from __future__ import annotations

from seajuris.assessment import DISCLAIMER
from seajuris.quiz import Part, Score
from seajuris.render import labels
from seajuris.render.facts import pairs
from seajuris.render.memo import people
from seajuris.render.page import Page
from seajuris.render.whatif import zone
from seajuris.render.words import Words
from seajuris.rules.load import RuleSet
from seajuris.scenarios import Scenario

_REGIMES = {
    "territory": "territory of the coastal State",
    "high_seas": "the rules of the high seas",
    "depends": "depends on the exact position or on a contested claim",
    "unknown": "cannot be told",
}
_PARTS = {"zones": "Zones", "regime": "Criminal law", "states": "States that may prosecute", "bases": "Bases"}


def render_facts(scenario: Scenario, rules: RuleSet, page: Page) -> None:
    """Write the facts of a scenario, and nothing that gives an answer away."""
    page.title(f"{scenario.id}: {scenario.title}")
    for label, words in pairs(scenario.case(rules), rules.vocabulary):
        page.text(words, lead=f"{label}: ")
    page.space()
    page.text("Name what is possible on these facts. Possible, not decided: nobody decides the case here.", indent=0)


def render_score(found: Score, scenario: Scenario, bases: dict[str, str], page: Page) -> None:
    """Write a score with its explanations and the learning points."""
    reached, possible = found.points
    page.title(f"{found.scenario}: {reached} of {possible} points")
    page.text("What is named and not possible costs as much as what is missing. Possible, not decided.", indent=0)
    for part in found.parts:
        _part(part, bases, page)
    page.heading("Why")
    last = None
    told: set[str] = set()
    for one in found.explanations:
        if one.state != last:
            page.text(labels.state(one.state), bold=True)
            last = one.state
        # What a ground is about is said once; why it is excluded is of that State alone.
        text = "as explained above" if one.text in told else one.text.replace("claimant", "this State")
        if one.status != "excluded":
            told.add(one.text)
        hangs = f" Missing: {people.facts(one.missing, Words())}." if one.missing else ""
        page.text(f"{one.title}: {text}{hangs}", indent=4, lead=f"{one.status.upper():<12} ")
    if not found.explanations:
        page.text("No State has a basis on the facts told.")
    for heading, points in (
        ("Learning points", scenario.texts("learning")),
        ("To discuss", scenario.texts("discuss")),
    ):
        if points:
            page.heading(heading)
            for point in points:
                page.item(point)
    page.space()
    page.text(DISCLAIMER, indent=0)


def _part(part: Part, bases: dict[str, str], page: Page) -> None:
    reached, possible = part.points
    shares = [
        f"{name} {share:.0%}"
        for name, share in (("precision", part.precision), ("found", part.recall))
        if share is not None
    ]
    page.heading(f"{_PARTS[part.name]}: {reached} of {possible}" + (f" ({', '.join(shares)})" if shares else ""))
    for label, keys in (
        ("right:   ", part.right),
        ("missing: ", part.missing),
        ("wrong:   ", part.wrong),
        ("open:    ", part.open),
    ):
        if keys:
            page.text("; ".join(_word(part.name, key, bases) for key in keys), lead=label)
    if part.open:
        page.text("(open: hangs on a fact not told; to name it is right, not to name it costs nothing)")


def _word(part: str, key: str, bases: dict[str, str]) -> str:
    if part == "zones":
        return zone(key).rstrip()
    if part == "regime":
        return _REGIMES[key]
    if part == "states":
        return labels.state(key)
    state, _, basis = key.partition(" ")
    return f"{labels.name(state) if state != '*' else 'Any State'}: {bases.get(basis, basis)}"
