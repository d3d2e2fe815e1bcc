"""Applies the rules to a case at a place.

For each ground and each State that it may be about: are its conditions met, which treaty or EU provision stands behind
it, what does that State's own law add, what is missing. Bars are then held against the findings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from seajuris.assessment import ANY_STATE, Assessment, Bar, Finding, Mandate
from seajuris.case import Case
from seajuris.place import Place
from seajuris.rules.bars import apply_bar
from seajuris.rules.context import Alike, Context, case_facts, sentence
from seajuris.rules.facts import Binding
from seajuris.rules.load import RuleSet
from seajuris.rules.logic import Trace, Truth, all_of
from seajuris.rules.model import Ground
from seajuris.rules.national import NationalResult, national_layer
from seajuris.rules.remarks import coordination, questions, warnings


def evaluate(case: Case, place: Place | None, rules: RuleSet, on: dt.date) -> Assessment:
    """Evaluate all rules in force on a day.

    Args:
        case: The facts told.
        place: Where it happened; `None` if no position was told.
        rules: The rule set.
        on: The day of the facts.

    Returns:
        The assessment, without provenance.
    """
    context = Context(case, place, rules, on)
    grounds = [g for g in rules.grounds if g.validity.holds(on)]
    findings = [f for g in grounds if g.kind != "bar" for f in _findings(context, g)]
    bars: list[Bar] = []
    for bar in (g for g in grounds if g.kind == "bar"):
        findings, listed = apply_bar(context, bar, findings)
        bars.extend(listed)
    findings.sort(key=_display_order)
    return Assessment(
        case=case,
        place=place,
        on=on,
        findings=tuple(findings),
        questions=questions(context, findings, bars),
        bars=tuple(bars),
        coordination=coordination(context, findings),
        warnings=warnings(context, findings, bars, grounds),
        notes=(),
    )


def _findings(context: Context, ground: Ground) -> Iterator[Finding]:
    for member in context.members(ground.about):
        binding = Binding(
            suspect=member.index if ground.about == "suspect" else None,
            victim=member.index if ground.about == "victim" else None,
            vessel=member.index if ground.about == "other_vessel" else None,
        )
        for state, unknown in context.facts.claimants(ground.claimant, binding):
            finding = _finding(context, ground, member, replace(binding, claimant=state), unknown)
            if finding is not None:
                yield finding


def _finding(context: Context, ground: Ground, member: Alike, binding: Binding, unknown: str | None) -> Finding | None:
    """One ground for one State; `None` where the ground exists only through a national law that has it not."""
    trace = _conditions_of(context, ground, binding)
    mandates = context.mandates(ground.authority, binding)
    status, reason = _met(trace)
    state = binding.claimant
    named = state is not None and state != ANY_STATE
    national: NationalResult | None = None
    if state is None and status != "excluded":
        status, reason = "open", "the State is not identified"
    elif status == "conditional" and ground.national_required and named:
        national = national_layer(context, ground, str(state), binding)
        if national is None:
            return None
        status, reason = national.status, national.reason
    elif ground.only_with_national and named and (status == "excluded" or not _has_basis(context, ground, str(state))):
        return None
    conditions = [*context.texts(ground.conditions, binding), *(national.conditions if national else ())]
    if status == "established" and (conditions or _rests_on_unread(mandates)):
        status = "conditional"
    missing = [*([unknown] if unknown else []), *trace.undecided(), *(national.missing if national else ())]
    covered = national.offences if national and national.offences is not None else ground.offences
    return Finding(
        state=state,
        ground=ground.id,
        title=ground.title,
        basis=ground.basis,
        kind=ground.kind,
        status=status,
        grade=_grade(ground, mandates),
        about=member.paths,
        offences=_offences(context, ground, covered),
        mandate=mandates,
        national=national.entries if national else (),
        national_encoded=not ground.national_required or (named and context.rules.national(str(state)) is not None),
        conditions=tuple(dict.fromkeys(conditions)),
        missing=tuple(case_facts(missing)),
        warnings=ground.warnings,
        barred_by=(),
        reason=reason,
        summary=ground.summary,
        order=ground.order,
        because={"rule": ground.id, **trace.to_dict()},
    )


def _conditions_of(context: Context, ground: Ground, binding: Binding) -> Trace:
    own = context.facts.evaluate(ground.when, binding)
    if ground.offences is None:
        return own
    steps = (own, context.covers(ground.offences))
    return Trace("the ground's conditions hold", all_of(s.value for s in steps), children=steps)


def _has_basis(context: Context, ground: Ground, state: str) -> bool:
    law = context.rules.national(state)
    return law is not None and bool(law.bases_for(ground.id, context.on))


def _offences(context: Context, ground: Ground, covered: tuple[str, ...] | None) -> tuple[str, ...]:
    told = context.case.told("offences").values
    if covered is None:
        return told
    reach = [o for o in covered if ground.offences is None or o in ground.offences]
    return tuple(o for o in told if o in reach) or (tuple(reach) if not told else ())


def _met(trace: Trace) -> tuple[str, str | None]:
    if trace.value is Truth.YES:
        return "conditional", None
    reasons = "; ".join(dict.fromkeys(sentence(leaf) for leaf in trace.deciding()))
    return ("excluded", reasons) if trace.value is Truth.NO else ("open", f"depends on: {reasons}")


def _rests_on_unread(mandates: tuple[Mandate, ...]) -> bool:
    return any(not m.verified for m in mandates if m.duty != "supports" and m.applies == "yes")


def _grade(ground: Ground, mandates: tuple[Mandate, ...]) -> str:
    """A duty or an option that binds the State on that day lifts a ground; without one it rests on national law."""
    duties = {m.duty for m in mandates if m.applies == "yes"}
    if "mandatory" in duties:
        return "mandatory"
    if ground.grade in ("contested", "enforcement"):
        return ground.grade
    return "optional" if "optional" in duties else "national"


def _display_order(finding: Finding) -> tuple[int, bool, int, str, str]:
    kind = 0 if finding.kind == "prosecute" else 1
    return kind, finding.status == "excluded", finding.order, finding.state or "~", finding.ground
