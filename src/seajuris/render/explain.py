"""An explanation as a report: the argument from the facts to the articles, for people who check it.

Marks are words (``yes``, ``no``, ``unknown``), so that a black-and-white print says everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seajuris.assessment import ANY_STATE, DISCLAIMER, Bar, Finding, Mandate
from seajuris.explanation import Explanation
from seajuris.render import labels
from seajuris.render.page import Page
from seajuris.render.terminal import Sources, provision, render_provenance, render_sources
from seajuris.rules.vocabulary import general

_STEP = {
    "all of these hold": "all of the following:",
    "at least one of these holds": "at least one of the following:",
    "this does not hold": "it must not be so that:",
    "the ground's conditions hold": "all of the following:",
    "the provision is met": "all of the following:",
    "the bar's conditions hold": "all of the following:",
}
_MARK = {"yes": "[yes] ", "no": "[no]  ", "unknown": "[?]   "}
_INDENT, _STEP_IN = 4, 3
_DUTY = {
    "mandatory": "obliges the State to have this ground",
    "optional": "allows this ground",
    "permits": "permits",
    "limits": "limits",
    "supports": "supports",
}


def render_explanation(result: Explanation, page: Page) -> None:
    """Write an explanation.

    Args:
        result: What to write.
        page: Where to write.
    """
    title = result.result.case.texts.get("title")
    who = labels.state(result.state)
    page.title(f"seajuris: why - {who}{f' - {title}' if title else ''}")
    days = result.result.case.days_of("on")
    day = days.words() if days is not None and days.last == result.result.on else result.result.on.isoformat()
    page.text(f"Law and claims as of {day}. This explains what `seajuris assess` lists; it decides nothing.", indent=0)
    for note in result.result.notes:
        page.text(note, indent=0)
    page.text("[yes] holds on the facts told; [no] does not; [?] hangs on a fact not told.", indent=0)
    page.heading("In short")
    if not result.findings:
        page.text("On the facts told, no ground concerns this State.")
    for number, finding in enumerate(result.findings, 1):
        page.text(f"{_name(finding)}: {finding.status.upper()}", lead=f"{number:>2}. ")
        if finding.reason:
            page.text(_plain(finding.reason), indent=6)
    sources = Sources()
    for number, finding in enumerate(result.findings, 1):
        page.heading(f"{number}  {_name(finding)}: {labels.STATUSES[finding.status]}")
        _finding(finding, result.bars, page, sources)
    _further(result, page)
    if result.findings:
        render_sources(sources, page)
    page.heading("Provenance")
    render_provenance(result.result.provenance, page)
    page.space()
    page.text(DISCLAIMER, indent=0)


def _name(finding: Finding) -> str:
    about = f", {', '.join(finding.about)}" if finding.about else ""
    return f"{finding.title} ({finding.ground}{about})"


def _finding(finding: Finding, bars: tuple[Bar, ...], page: Page, sources: Sources) -> None:
    because = finding.because
    page.text(finding.summary)
    for source in because.get("claimant", ()):
        page.text(f"{source['fact']}: {source['told']}", lead="Why this State: ")
    law = finding.law
    until = "" if law["from"] == law["to"] else f" to {law['to']}"
    note = f"; {law['note']}" if law["note"] else ""
    page.text(f"{law['from']}{until}{note}", lead="Law of: ")
    page.space()
    page.text("A  Conditions of the ground", bold=True)
    _tree(because, page)
    page.text("B  Treaties and EU acts behind it", bold=True)
    _authority(finding, page, sources)
    page.text("C  National law", bold=True)
    _national(finding, page, sources)
    page.text("D  Bars", bold=True)
    _bars(finding, bars, page, sources)
    page.text("E  How the status follows", bold=True)
    for step in because.get("then", ()):
        page.text(f"{_plain(step['step'])} -> {step['status'].upper()}", indent=_INDENT, lead="- ")
    page.text(labels.GRADES[finding.grade], indent=_INDENT, lead="- rank of the ground: ")
    for condition in finding.conditions:
        page.text(condition, indent=_INDENT, lead="to verify: ")
    if finding.missing:
        page.text(", ".join(finding.missing), indent=_INDENT, lead="missing: ")
    if finding.turns_on:
        page.text(", ".join(finding.turns_on), indent=_INDENT, lead="could still change the status: ")


# --- Steps --------------------------------------------------------------------------------------------------------


def _tree(step: Mapping[str, Any], page: Page, depth: int = 0) -> None:
    """A step with all that it combines; nothing is left out."""
    page.text(_words(step), indent=_INDENT + _STEP_IN * depth, lead=_MARK[step["value"]])
    tried = step.get("completions")
    if tried:
        page.text(_completions(tried), indent=_INDENT + _STEP_IN * (depth + 1), lead="= ")
    for child in step.get("of", ()):
        _tree(child, page, depth + 1)


def _words(step: Mapping[str, Any]) -> str:
    test = _plain(str(step["test"]))
    if step.get("of"):
        return _STEP.get(test, f"{test}:")
    told = step.get("told")
    if told is None:
        return test
    if told == "not told":
        return f"{test}; not told"
    # What the zones say of a position, or the data of a membership, was told by nobody.
    source = (
        "here" if step.get("fact") == "position" else "known" if str(step.get("fact")).startswith("party:") else "told"
    )
    return f"{test}; {source}: {told}"


def _completions(tried: Mapping[str, Any]) -> str:
    over = ", ".join(tried["over"])
    if tried["result"] == "too_many":
        return f"not decided: the missing facts ({over}) can be combined in more ways than are tried"
    if not over:
        return f"hangs on: {', '.join(tried['depends_on'])}"
    ways = f"{tried['tried']} combinations of what is missing were tried ({over})"
    if tried["result"] == "decided":
        return f"decided all the same: {ways}, and all give the same answer"
    return f"{ways}; the answer really hangs on: {', '.join(tried['depends_on'])}"


def _deciding(step: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The single tests that carry the answer of a step."""
    children = step.get("of", ())
    if not children or step.get("completions", {}).get("result") == "decided":
        yield step
        return
    same = [child for child in children if child["value"] == step["value"]]
    for child in same or children:
        yield from _deciding(child)


def _short(step: Mapping[str, Any], page: Page, depth: int) -> None:
    """A step that does not apply: only the tests that say so."""
    for leaf in _deciding(step):
        page.text(_words(leaf), indent=_INDENT + _STEP_IN * depth, lead=_MARK[leaf["value"]])


# --- Treaties, national law, bars ---------------------------------------------------------------------------------


def _authority(finding: Finding, page: Page, sources: Sources) -> None:
    steps = finding.because.get("authority", ())
    if not steps:
        page.text("none is encoded for this ground", indent=_INDENT)
    for mandate, step in zip(finding.mandate, steps, strict=True):
        words = f"{provision(mandate, sources)}: {_DUTY[mandate.duty]}"
        page.text(words, indent=_INDENT, lead=_MARK[mandate.applies])
        page.text(_bound(mandate), indent=_INDENT + _STEP_IN)
        if mandate.applies == "no":
            _short({"value": "no", "of": step["of"]}, page, 1)
        else:
            for child in step["of"]:
                _tree(child, page, 1)


def _bound(mandate: Mandate) -> str:
    if mandate.membership_verified is None:
        return "binds on its own terms, or through the flag State"
    if mandate.since is None:
        return f"membership: {mandate.note or 'not established'}"
    known = "seen in a status list or official notice" if mandate.membership_verified else "not verified"
    return f"bound since {mandate.since} ({known})"


def _national(finding: Finding, page: Page, sources: Sources) -> None:
    steps = finding.because.get("national", ())
    entries = {entry.id: entry for entry in finding.national}
    if not steps:
        page.text(_no_national(finding), indent=_INDENT)
    for step in steps:
        entry = entries.get(step["id"])
        if entry is None:
            page.text(f"{step['provision']}: does not concern the offences told", indent=_INDENT, lead="[no]  ")
            continue
        cite = sources.cite(entry.source, verified=entry.verified, checked=entry.checked)
        page.text(f"{entry.provision} {cite}", indent=_INDENT, lead=_MARK[entry.met])
        if step.get("of"):
            _tree(step, page, 1)
        else:
            page.text("has no condition that the facts could answer", indent=_INDENT + _STEP_IN)
        for condition in entry.conditions:
            page.text(condition, indent=_INDENT + _STEP_IN, lead="to verify: ")
    _together(finding, page)


def _together(finding: Finding, page: Page) -> None:
    together = finding.because.get("national_together")
    if together:
        words = "one of these provisions is met" if together["value"] == "yes" else "whether one of these is met"
        page.text(f"{words}: {_completions(together['completions'])}", indent=_INDENT, lead="= ")


def _no_national(finding: Finding) -> str:
    if finding.kind != "prosecute":
        return "none is needed: a power at sea, not a power to try"
    if not finding.national_encoded:
        return "the law of this State is not in the rules"
    if finding.status in ("open", "excluded"):
        return "not looked at: the conditions of the ground come first"
    return "no provision for this ground is in the rules for this State"


def _bars(finding: Finding, bars: tuple[Bar, ...], page: Page, sources: Sources) -> None:
    held = finding.because.get("bars", ())
    if not held:
        reason = "the ground is excluded already" if finding.status == "excluded" else "none concerns this ground"
        page.text(reason, indent=_INDENT)
    for step in held:
        effect = str(step["effect"])
        mark = {"applies": "yes", "does not apply": "no"}.get(effect, "unknown")
        would = f"; it would then be {step['would_be']}" if mark == "unknown" else ""
        page.text(f"{step['title']} ({step['bar']}): {effect}{would}", indent=_INDENT, lead=_MARK[mark])
        for one in step["of"]:
            about = f"{', '.join(one['about'])}: " if one.get("about") else ""
            if about:
                page.text(about, indent=_INDENT + _STEP_IN)
            if one["value"] == "no":
                _short(one, page, 1)
            else:
                _tree(one, page, 1)
        if mark != "no":
            cited = {b.bar: b for b in bars}.get(step["bar"])
            for mandate in cited.authority if cited else ():
                page.text(provision(mandate, sources), indent=_INDENT + _STEP_IN, lead="see ")


def _further(result: Explanation, page: Page) -> None:
    if result.unidentified and result.state != ANY_STATE:
        page.heading("What could still concern this State")
        page.text("Grounds whose State no fact names yet, by the fact that would name it:")
        for title, fact in dict.fromkeys((title, general(fact)) for _, title, fact in result.unidentified):
            page.item(f"{title}: {fact}", indent=4)
        page.text("What every State may do at sea is explained with --state any.")


def _plain(text: str) -> str:
    """A test in words: the claimant of a rule is the State that is explained."""
    return text.replace("claimant", "this State")
