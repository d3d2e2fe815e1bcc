"""Bars: what keeps States from prosecuting a person or an offence. They exclude, and stay visible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from seajuris.assessment import ANY_STATE, Bar, Finding
from seajuris.rules.context import WHOLE_CASE, Alike, Context, case_facts, plain
from seajuris.rules.facts import Binding
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
        traces = []
        for member in _members(context, bar, finding):
            binding = _binding(bar, member, finding.state)
            trace = context.facts.evaluate(bar.when, binding)
            traces.append(trace)
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


def _barred(context: Context, bar: Ground, finding: Finding, traces: list[Trace]) -> Finding:
    certain = [t.value is Truth.YES for t in traces]
    # One decision is enough; but a finding on the whole case stays for the suspects to whom the bar does not apply.
    if not (any(certain) if bar.about == "decision" else certain and all(certain)):
        return finding
    status = "conditional" if finding.status == "established" else finding.status
    barred_by = (*finding.barred_by, bar.id)
    left = [o for o in finding.offences if bar.bars_offences is not None and o not in bar.bars_offences]
    all_told = bool(finding.offences) and not context.case.told("offences").partial
    if not bar.bars_excludes:
        text = f"{bar.title}: check whether it bars this case"
    elif bar.bars_offences is None or (all_told and not left):
        return replace(finding, status="excluded", barred_by=barred_by, reason=f"barred: {bar.title}")
    else:
        text = f"not for {plain(bar.bars_offences)}: {bar.title} bars it"
    return replace(finding, status=status, barred_by=barred_by, conditions=(*finding.conditions, text))


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
