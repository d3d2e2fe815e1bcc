"""What an assessment says besides its findings: questions for investigators, warnings, coordination."""

from __future__ import annotations

from collections.abc import Iterable

from seajuris.assessment import ANY_STATE, Bar, Finding, Question, Remark
from seajuris.rules.context import Context
from seajuris.rules.facts import Binding
from seajuris.rules.logic import Truth
from seajuris.rules.model import Ground
from seajuris.rules.vocabulary import general


def questions(context: Context, findings: Iterable[Finding], bars: Iterable[Bar]) -> tuple[Question, ...]:
    """The missing facts, those on which most findings hang first."""
    hanging: dict[str, list[str]] = {}
    for finding in findings:
        if finding.status == "excluded":
            continue
        scope = (f for m in finding.mandate if m.applies == "unknown" for f in m.missing)
        for fact in dict.fromkeys(general(f) for f in (*finding.missing, *scope)):
            hanging.setdefault(fact, []).append(finding.state or "")
    for bar in bars:
        for fact in dict.fromkeys(general(f) for f in bar.missing):
            hanging.setdefault(fact, []).extend(bar.states or ("",))
    vocabulary = context.rules.vocabulary
    asked = [
        Question(
            fact=fact,
            ask=vocabulary[fact].ask,
            why=vocabulary[fact].why,
            decides=tuple(dict.fromkeys(s for s in states if s)),
            findings=len(states),
        )
        for fact, states in hanging.items()
        if fact in vocabulary
    ]
    return tuple(sorted(asked, key=lambda q: (-q.findings, q.fact)))


def warnings(
    context: Context, findings: Iterable[Finding], bars: Iterable[Bar], grounds: Iterable[Ground]
) -> tuple[Remark, ...]:
    """Warnings to which a rule that came to bear refers, or whose own condition holds."""
    referred = {w for f in findings if f.status in ("established", "conditional") for w in f.warnings}
    listed = {b.bar for b in bars}
    referred |= {w for g in grounds if g.id in listed for w in g.warnings}
    shown = []
    for warning in context.rules.warnings:
        if warning.when is None:
            show = warning.id in referred
        else:
            value = context.facts.evaluate(warning.when, Binding()).value
            show = value is Truth.YES or (value is Truth.UNKNOWN and warning.id in referred)
        if show:
            shown.append(Remark(warning.id, warning.text, None, warning.verified, warning.source))
    return tuple(shown)


def coordination(context: Context, findings: Iterable[Finding]) -> tuple[Remark, ...]:
    """What to do where several States may prosecute."""
    able = (f.state for f in findings if f.kind == "prosecute" and f.status != "excluded")
    states = tuple(dict.fromkeys(s for s in able if s and s != ANY_STATE))
    shown = []
    for item in context.rules.coordination:
        bound = states
        if item.member:
            bound = tuple(s for s in states if _bound(context, item.member, s))
        if not item.validity.holds(context.on) or len(bound) < item.at_least:
            continue
        if item.when is not None and context.facts.evaluate(item.when, Binding()).value is Truth.NO:
            continue
        authority = context.mandates(item.authority, Binding())
        verified = all(a.verified for a in authority)
        named = bound if item.at_least else ()
        shown.append(Remark(item.id, item.text, item.title, verified, None, named, authority))
    return tuple(shown)


def _bound(context: Context, instrument: str, state: str) -> bool:
    return context.rules.membership(instrument, state, context.on).truth is Truth.YES
