"""What an assessment says besides its findings: questions for investigators, warnings, coordination."""

from __future__ import annotations

from collections.abc import Iterable

from seajuris.assessment import ANY_STATE, Bar, Finding, Question, Remark
from seajuris.rules.context import Context
from seajuris.rules.facts import Binding
from seajuris.rules.logic import Truth
from seajuris.rules.model import Ground
from seajuris.rules.timing import in_force
from seajuris.rules.vocabulary import general


def questions(context: Context, findings: Iterable[Finding], bars: Iterable[Bar]) -> tuple[Question, ...]:
    """The missing facts, those that decide most findings first.

    A fact decides a finding if some answer, with the other missing facts, changes its status: the completions have
    left only such facts in `Finding.missing` and `Finding.turns_on`. What bears on the treaty layer alone, or on a bar
    that changes no status, is asked after those.
    """
    decides: dict[str, list[str]] = {}
    bears_on: dict[str, list[str]] = {}
    for finding in findings:
        if finding.status == "excluded":
            continue
        state = finding.state or ""
        deciding = dict.fromkeys(general(f) for f in (*finding.missing, *finding.turns_on))
        for fact in deciding:
            decides.setdefault(fact, []).append(state)
        scope = (general(f) for m in finding.mandate if m.applies == "unknown" for f in m.missing)
        for fact in dict.fromkeys(scope):
            if fact not in deciding:
                bears_on.setdefault(fact, []).append(state)
    for bar in bars:
        for fact in dict.fromkeys(general(f) for f in bar.missing):
            bears_on.setdefault(fact, []).extend(bar.states or ("",))
    vocabulary = context.rules.vocabulary
    asked = []
    for fact in dict.fromkeys((*decides, *bears_on)):
        if fact in vocabulary:
            states = decides.get(fact, [])
            others = tuple(dict.fromkeys(s for s in bears_on.get(fact, ()) if s and s not in states))
            decided = tuple(dict.fromkeys(s for s in states if s))
            asked.append(Question(fact, vocabulary[fact].ask, vocabulary[fact].why, decided, len(states), others))
    return tuple(sorted(asked, key=lambda q: (*_weight(decides.get(q.fact, []), bears_on.get(q.fact, [])), q.fact)))


def _weight(decided: list[str], borne_on: list[str]) -> tuple[int, bool, int]:
    """What decides more comes first; findings of States that are known before those that a fact would only name."""
    named = [state for state in decided if state]
    return -len(named), len(named) == len(decided), -len(borne_on)


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
            value = context.facts.decide(warning.when, Binding()).value
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
        if in_force(item.validity, context.law.days) is Truth.NO or len(bound) < item.at_least:
            continue
        if item.when is not None and context.facts.decide(item.when, Binding()).value is Truth.NO:
            continue
        authority = context.mandates(item.authority, Binding())
        verified = all(a.verified for a in authority)
        named = bound if item.at_least else ()
        shown.append(Remark(item.id, item.text, item.title, verified, None, named, authority))
    return tuple(shown)


def _bound(context: Context, instrument: str, state: str) -> bool:
    return context.facts.bound(instrument, state).truth is Truth.YES
