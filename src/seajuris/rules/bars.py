"""Bars: what keeps States from prosecuting a person or an offence. They exclude, and stay visible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from seajuris.assessment import ANY_STATE, Bar, Finding
from seajuris.rules.completions import complete
from seajuris.rules.context import WHOLE_CASE, Alike, Context, case_facts, plain
from seajuris.rules.facts import Binding, combined
from seajuris.rules.logic import Trace, Truth
from seajuris.rules.model import Ground


@dataclass(slots=True)
class _Hit:
    """A bar that applies, or may apply, to some members for some States."""

    binding: Binding
    trace: Trace
    states: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def apply_bar(context: Context, bar: Ground, findings: Iterable[Finding]) -> tuple[list[Finding], list[Bar]]:
    """Hold a bar against each finding.

    Returns:
        The findings, as the bar leaves them, and the bar itself once for each kind of member that it concerns.
    """
    result: list[Finding] = []
    hits: dict[tuple[str, tuple[str, ...]], _Hit] = {}
    for finding in findings:
        if not _concerns(bar, finding):
            result.append(finding)
            continue
        traces: list[tuple[Alike, Trace]] = []
        for member in _members(context, bar, finding):
            binding = _binding(bar, member, finding.state)
            trace = _conditions_of(context, bar, binding)
            traces.append((member, trace))
            if trace.value is not Truth.NO:
                key = ("applies" if trace.value is Truth.YES else "open", member.paths)
                hit = hits.setdefault(key, _Hit(binding, trace))
                hit.states.append(str(finding.state))
                hit.missing.extend(trace.undecided())
        result.append(_barred(context, bar, finding, traces))
    return result, [_entry(context, bar, status, paths, hit) for (status, paths), hit in hits.items()]


def _concerns(bar: Ground, finding: Finding) -> bool:
    if finding.kind != "prosecute" or finding.status == "excluded" or finding.state in (None, ANY_STATE):
        return False
    if bar.bars_grounds is not None and finding.ground not in bar.bars_grounds:
        return False
    return bar.bars_offences is None or not finding.offences or bool(set(bar.bars_offences) & set(finding.offences))


def _members(context: Context, bar: Ground, finding: Finding) -> list[Alike]:
    """The members whom the bar may concern; a finding about one suspect is barred for that suspect alone."""
    members = context.members(bar.about)
    named = [m for m in members if set(m.paths) & set(finding.about)]
    if not members and bar.about == "suspect":
        return [WHOLE_CASE]
    return named or members


def _binding(bar: Ground, member: Alike, state: str | None) -> Binding:
    return Binding(
        claimant=state,
        suspect=member.index if bar.about == "suspect" else None,
        decision=member.index if bar.about == "decision" else None,
    )


def _conditions_of(context: Context, bar: Ground, binding: Binding) -> Trace:
    if context.law.days.exact:
        return context.facts.decide(bar.when, binding)
    steps = (context.facts.evaluate(bar.when, binding), *context.dated(bar.validity))
    return complete(combined("the bar's conditions hold", "all", steps))


def _barred(context: Context, bar: Ground, finding: Finding, traces: list[tuple[Alike, Trace]]) -> Finding:
    certain = [t.value is Truth.YES for _, t in traces]
    # One decision is enough; but a finding on the whole case stays for the suspects to whom the bar does not apply.
    applies = any(certain) if bar.about == "decision" else bool(certain) and all(certain)
    after = _applied(context, bar, finding)
    changes = after.status != finding.status
    open_ = [t for _, t in traces if t.value is Truth.UNKNOWN]
    effect = "applies" if applies else "open" if open_ else "does not apply"
    if any(certain) and not applies:
        effect = "applies to some of those concerned"
    step = {
        "bar": bar.id,
        "title": bar.title,
        "effect": effect,
        "would_be": after.status,
        "of": [_step(member, trace) for member, trace in traces],
    }
    result = after if applies else finding
    because = {**finding.because, "bars": [*finding.because.get("bars", ()), step]}
    if applies:
        because["then"] = [*because.get("then", ()), {"step": f"bar: {bar.title}", "status": after.status}]
    turns_on = finding.turns_on
    if open_ and changes and not applies:
        turns_on = tuple(dict.fromkeys((*turns_on, *case_facts(f for t in open_ for f in t.undecided()))))
    return replace(result, because=because, turns_on=turns_on)


def _step(member: Alike, trace: Trace) -> dict[str, Any]:
    """A bar that does not apply is recorded with the tests that say so; any other with every test."""
    about = {"about": list(member.paths)} if member.paths else {}
    if trace.value is not Truth.NO:
        return {**about, **trace.to_dict()}
    return {**about, "test": trace.test, "value": trace.value.value, "of": [t.to_dict() for t in trace.deciding()]}


def _applied(context: Context, bar: Ground, finding: Finding) -> Finding:
    """The finding as the bar leaves it where it applies."""
    status = "conditional" if finding.status == "established" else finding.status
    changed = replace(
        finding, barred_by=(*finding.barred_by, bar.id), without_bar=finding.without_bar or finding.status
    )
    left = [o for o in finding.offences if bar.bars_offences is not None and o not in bar.bars_offences]
    all_told = bool(finding.offences) and not context.case.told("offences").partial
    if not bar.bars_excludes:
        text = f"{bar.title}: check whether it bars this case"
    elif bar.bars_offences is None or (all_told and not left):
        return replace(changed, status="excluded", reason=f"barred: {bar.title}", missing=(), turns_on=())
    else:
        text = f"not for {plain(bar.bars_offences)}: {bar.title} bars it"
    return replace(changed, status=status, conditions=(*finding.conditions, text))


def _entry(context: Context, bar: Ground, status: str, paths: tuple[str, ...], hit: _Hit) -> Bar:
    return Bar(
        bar=bar.id,
        title=bar.title,
        status=status,
        states=tuple(dict.fromkeys(hit.states)),
        about=paths,
        offences=bar.bars_offences or (),
        authority=context.mandates(bar.authority, hit.binding),
        missing=tuple(sorted(case_facts(hit.missing))),
        summary=bar.summary,
        conditions=tuple(context.texts(bar.conditions, hit.binding)),
        because={"rule": bar.id, **hit.trace.to_dict()},
    )
