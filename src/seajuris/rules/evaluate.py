"""Applies the rules to a case at a place.

For each ground and each State that it may be about: are its conditions met, which treaty or EU provision stands behind
it, what does that State's own law add, what is missing. Bars are then held against the findings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from seajuris.assessment import ANY_STATE, Assessment, Bar, Finding, Mandate, Question, Remark
from seajuris.case import Case
from seajuris.errors import RuleError
from seajuris.place import Place
from seajuris.rules.bars import apply_bar
from seajuris.rules.completions import complete
from seajuris.rules.context import Alike, Context, case_facts, sentence
from seajuris.rules.facts import Binding, combined
from seajuris.rules.inputs import PlaceFacts, place_facts, told_facts
from seajuris.rules.load import RuleSet
from seajuris.rules.logic import Trace, Truth
from seajuris.rules.model import Ground
from seajuris.rules.national import NationalResult, bases, national_layer
from seajuris.rules.remarks import coordination, questions, warnings
from seajuris.rules.timing import in_force


class Judgement(NamedTuple):
    """What the rules make of facts, zones and a day; the fields are those of `Assessment`."""

    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    bars: tuple[Bar, ...]
    coordination: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


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
    judged = judge(told_facts(case), place_facts(place), rules, on)
    return Assessment(case=case, place=place, on=on, notes=(), **judged._asdict())


def judge(case: Case, place: PlaceFacts | None, rules: RuleSet, on: dt.date) -> Judgement:
    """Evaluate all rules in force on a day, on all that rules may depend on.

    Args:
        case: The facts that rules read (see `told_facts`).
        place: The zones reached; `None` if no position was told.
        rules: The rule set.
        on: The day of the facts.

    Raises:
        RuleError: if rules of others than the shipped ones cannot be used.
    """
    try:
        return _judge(case, place, rules, on)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as fault:
        if rules.shipped:
            raise
        # What the loader does not look at shows here: rules of others, not ours, are at fault.
        raise RuleError(
            f"the rules cannot be used ({type(fault).__name__})",
            where=str(rules.folder),
            hint="`seajuris rules lint` says what is wrong in them.",
        ) from fault


def _judge(case: Case, place: PlaceFacts | None, rules: RuleSet, on: dt.date) -> Judgement:
    context = Context(case, place, rules, on)
    # A rule that was in force on some only of the days that it can have been is looked at: see `_conditions_of`.
    grounds = [g for g in rules.grounds if in_force(g.validity, context.under(g.law_of).law.days) is not Truth.NO]
    findings = [f for g in grounds if g.kind != "bar" for f in _findings(context.under(g.law_of), g)]
    bars: list[Bar] = []
    for bar in (g for g in grounds if g.kind == "bar"):
        findings, listed = apply_bar(context.under(bar.law_of), bar, findings)
        bars.extend(listed)
    findings.sort(key=_display_order)
    return Judgement(
        findings=tuple(findings),
        questions=questions(context, findings, bars),
        bars=tuple(bars),
        coordination=coordination(context, findings),
        warnings=warnings(context, findings, bars, grounds),
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
    layer = context.layer(ground.authority, binding)
    mandates = tuple(mandate for mandate, _ in layer)
    status, reason = _met(trace)
    missing = [*([unknown] if unknown else []), *trace.undecided()]
    then = [_then(status, f"the conditions of the ground: {trace.value.value}", reason)]
    state = binding.claimant
    named = state is not None and state != ANY_STATE
    national: NationalResult | None = None
    if ground.only_with_national and named and (status == "excluded" or not _has_basis(context, ground, str(state))):
        return None
    if state is None and status != "excluded":
        status, reason = "open", "the State is not identified"
        then.append(_then(status, reason))
    elif status == "conditional" and ground.national_required and named:
        national = national_layer(context, ground, str(state), binding)
        if national is None:
            return None
        status, reason = national.status, national.reason
        missing += national.missing
        then.append(_then(status, "national law", reason))
    elif status == "open" and ground.national_required and named and _may_exclude(context, ground, str(state)):
        # Whatever the missing facts are, the State's own law may exclude the ground all the same.
        national = national_layer(context, ground, str(state), binding)
        if national is None:
            return None
        whole = _with_national(ground, trace, national)
        if national.status == "excluded":
            status, reason = national.status, national.reason
        elif whole is not None and whole.value is Truth.NO:
            status, reason = "excluded", f"with national law, {sentence(whole)}"
        elif whole is not None:
            missing = [*([unknown] if unknown else []), *(f for f in trace.undecided() if f in whole.undecided())]
        if status == "excluded":
            then.append(_then(status, "national law, whatever the missing facts are", reason))
        else:
            national = None
    remarks = context.remarks(ground.conditions, binding)
    conditions = [*(text for text, _ in remarks), *(national.conditions if national else ())]
    turns_on: list[str] = []
    if status == "established" and (conditions or _rests_on_unread(mandates)):
        status = "conditional"
        firm = any(t is None or t.value is Truth.YES for _, t in remarks) or (national and national.conditions)
        if not firm and not _rests_on_unread(mandates):
            turns_on = [f for _, t in remarks if t is not None for f in t.undecided()]
        then.append(_then(status, "conditions to verify or treaty provisions not read in an official text remain"))
    elif status == "established":
        turns_on = [f for m in mandates if _would_be_unread(m) for f in m.missing]
    if status == "excluded":
        missing = []
    covered = national.offences if national and national.offences is not None else ground.offences
    because: dict[str, Any] = {"rule": ground.id, **trace.to_dict()}
    if named:
        told = context.facts.named_by(ground.claimant, binding)
        because["claimant"] = [{"fact": fact, "told": words} for fact, words in told]
    if layer:
        because["authority"] = [_authority_step(m, steps) for m, steps in layer]
    if national is not None and national.provisions:
        because["national"] = [p.to_dict() for p in national.provisions]
        if national.together is not None and national.together.completions is not None:
            done = national.together.completions
            because["national_together"] = {"value": national.together.value.value, "completions": done.to_dict()}
    because["then"] = then
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
        because=because,
        law=context.law.to_dict(),
        turns_on=tuple(case_facts(turns_on)),
    )


def _then(status: str, step: str, reason: str | None = None) -> dict[str, str]:
    """One step from the answers to the status; the last one that is recorded is the status of the finding."""
    return {"step": f"{step}: {reason}" if reason else step, "status": status}


def _authority_step(mandate: Mandate, steps: tuple[Trace, ...]) -> dict[str, Any]:
    return {
        "instrument": mandate.instrument,
        "provision": mandate.provision,
        "duty": mandate.duty,
        "value": mandate.applies,
        "of": [step.to_dict() for step in steps],
    }


def _with_national(ground: Ground, trace: Trace, national: NationalResult) -> Trace | None:
    """The ground's conditions together with the national provisions, where not meeting these would exclude it."""
    concerned = tuple(p for p in national.provisions if p.entry is not None)
    if not ground.only_with_national or not concerned or not all(p.base.verified for p in concerned):
        return None
    steps = (trace, combined("at least one provision is met", "any", tuple(p.trace for p in concerned)))
    return complete(combined("the ground's conditions hold, and a national provision is met", "all", steps))


def _conditions_of(context: Context, ground: Ground, binding: Binding) -> Trace:
    steps = [context.facts.evaluate(ground.when, binding)]
    if ground.offences is not None:
        steps.append(context.covers(ground.offences))
    if not context.law.days.exact:
        steps += context.dated(ground.validity)
    if len(steps) == 1:
        return complete(steps[0])
    return complete(combined("the ground's conditions hold", "all", tuple(steps)))


def _may_exclude(context: Context, ground: Ground, state: str) -> bool:
    """Whether the State's own law could exclude a ground: only a cheap first look."""
    law = context.rules.national(state)
    return law is not None and (ground.only_with_national or law.absence_of(ground.id) is not None)


def _has_basis(context: Context, ground: Ground, state: str) -> bool:
    law = context.rules.national(state)
    return law is not None and bool(bases(context, law, ground.id))


def _offences(context: Context, ground: Ground, covered: tuple[str, ...] | None) -> tuple[str, ...]:
    told = context.case.told("offences").values
    if covered is None:
        return told
    reach = [o for o in covered if ground.offences is None or o in ground.offences]
    return tuple(o for o in told if o in reach) or (tuple(reach) if not told else ())


def _met(trace: Trace) -> tuple[str, str | None]:
    if trace.value is Truth.YES:
        return "conditional", None
    leaves = trace.deciding()
    if trace.value is Truth.UNKNOWN:
        # Tests whose facts do not matter are part of the record, but no reason.
        relevant = set(trace.undecided())
        leaves = tuple(leaf for leaf in leaves if leaf.fact is None or leaf.fact in relevant) or leaves
    reasons = "; ".join(dict.fromkeys(sentence(leaf) for leaf in leaves))
    return ("excluded", reasons) if trace.value is Truth.NO else ("open", f"depends on: {reasons}")


def _rests_on_unread(mandates: tuple[Mandate, ...]) -> bool:
    return any(not m.verified for m in mandates if m.duty != "supports" and m.applies == "yes")


def _would_be_unread(mandate: Mandate) -> bool:
    return not mandate.verified and mandate.duty != "supports" and mandate.applies == "unknown"


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
