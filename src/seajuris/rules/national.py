"""What a State's own law makes of a ground whose own conditions are met."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from seajuris.assessment import National
from seajuris.rules.completions import complete
from seajuris.rules.context import Context, case_facts, plain, sentence
from seajuris.rules.facts import Binding, combined
from seajuris.rules.logic import Trace, Truth
from seajuris.rules.model import Absence, Ground, NationalBasis, NationalLaw
from seajuris.rules.timing import in_force

NOT_ENCODED = "possible, national basis not encoded"
NO_PROVISION = "no provision for this ground is encoded for this State; check its law as of the day of the facts"
EITHER = "which of these provisions is met hangs on facts not told; one of them is, whatever the facts are"
UNREAD = "check the text of the national provision: it rests on an unverified source"


@dataclass(frozen=True, slots=True)
class NationalResult:
    """The national layer of a finding.

    Attributes:
        status: Status of the finding as far as national law decides it.
        offences: Offences to which the provisions that carry the finding extend; `None`: all that the ground covers.
        provisions: All provisions that were looked at, also those that do not concern the offences told.
        together: Whether one of them is met, where each hangs on facts not told.
    """

    status: str
    reason: str | None = None
    entries: tuple[National, ...] = ()
    conditions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    offences: tuple[str, ...] | None = None
    provisions: tuple[Provision, ...] = ()
    together: Trace | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Provision:
    """A provision of national law with the record of how it was judged.

    Attributes:
        entry: As it is reported; `None` if it does not concern the offences told.
        trace: Every step.
    """

    base: NationalBasis
    entry: National | None
    trace: Trace

    def to_dict(self) -> dict[str, Any]:
        """The entry under ``because`` of the JSON contract."""
        return {"id": self.base.id, "provision": self.base.provision, **self.trace.to_dict()}


def national_layer(context: Context, ground: Ground, state: str, binding: Binding) -> NationalResult | None:
    """Look a ground up in a State's own law.

    Returns:
        The result; `None` if the ground exists only through national law and that State's law has none encoded.
    """
    law = context.rules.national(state)
    if law is None:
        return None if ground.only_with_national else _conditional(NOT_ENCODED)
    provisions = tuple(_provision(context, base, binding) for base in bases(context, law, ground.id))
    concerned = tuple(p for p in provisions if p.entry is not None)
    if concerned:
        return replace(_combine(context, ground, concerned), provisions=provisions)
    if ground.only_with_national:
        return None
    absence = law.absence_of(ground.id)
    result = _conditional(NO_PROVISION) if absence is None else _absent(context, absence)
    return replace(result, provisions=provisions)


def bases(context: Context, law: NationalLaw, ground: str) -> list[NationalBasis]:
    """Applied provisions for a ground that were in force on the day that counts, or may have been."""
    found = (b for b in law.bases if b.applied and ground in b.grounds)
    return [b for b in found if in_force(b.validity, context.law.days) is not Truth.NO]


def _absent(context: Context, absence: Absence) -> NationalResult:
    # Without a first day, a text read today says nothing sure about the law of an earlier day.
    dated = absence.validity.start is not None and in_force(absence.validity, context.law.days) is Truth.YES
    if absence.verified and dated:
        return NationalResult("excluded", f"looked for in national law and not found: {absence.note}")
    doubt = "in the text as read lately" if absence.verified else "not verified"
    return _conditional(f"not found in national law ({doubt}): {absence.note}")


def _conditional(text: str) -> NationalResult:
    return NationalResult("conditional", text, conditions=(text,))


def _provision(context: Context, base: NationalBasis, binding: Binding) -> Provision:
    """A provision with what the facts say of it."""
    steps = [context.facts.evaluate(base.when, binding)] if base.when is not None else []
    covered = context.covers(base.offences) if base.offences is not None else None
    if covered is not None:
        steps.append(covered)
    if not context.law.days.exact:
        steps += context.dated(base.validity)
    trace = complete(combined("the provision is met", "all", tuple(steps)))
    if covered is not None and covered.value is Truth.NO:
        return Provision(base, None, trace)
    if trace.value is Truth.YES:
        because: tuple[str, ...] = ()
    else:
        because = tuple(sentence(leaf) for leaf in trace.deciding())
    entry = National(
        id=base.id,
        provision=base.provision,
        offences=base.offences or (),
        met=trace.value.value,
        conditions=base.conditions,
        verified=base.verified,
        confidence=base.confidence,
        source=base.source,
        checked=base.checked,
        note=base.note,
        missing=tuple(case_facts(trace.undecided())),
        because=because,
    )
    return Provision(base, entry, trace)


def any_provision(provisions: tuple[Provision, ...]) -> Trace:
    """Whether at least one provision is met, also where each hangs on a fact but all of them together do not."""
    return complete(combined("at least one provision is met", "any", tuple(p.trace for p in provisions)))


def _combine(context: Context, ground: Ground, provisions: tuple[Provision, ...]) -> NationalResult:
    entries = tuple(p.entry for p in provisions if p.entry is not None)
    met = tuple(e for e in entries if e.met == "yes")
    if met:
        return _carried(context, ground, entries, met)
    unknown = tuple(e for e in entries if e.met == "unknown")
    together = any_provision(provisions)
    if together.value is Truth.YES:
        text = f"{EITHER}: {'; '.join(dict.fromkeys(e.provision for e in unknown))}"
        conditions = (text, *_unread(unknown))
        return NationalResult("conditional", None, entries, conditions, offences=_reach(unknown), together=together)
    if together.value is Truth.UNKNOWN:
        return NationalResult(
            "open",
            "national law hangs on a fact not told",
            entries,
            _unread(unknown),
            tuple(case_facts(together.undecided())),
            _reach(unknown) if ground.only_with_national else None,
            together=together,
        )
    why = "; ".join(dict.fromkeys(b for e in entries for b in e.because))
    if ground.only_with_national and all(e.verified for e in entries):
        return NationalResult("excluded", f"national law requires more: {why}", entries)
    # Another provision, not encoded, may serve a ground that international law knows: never exclude on this alone.
    text = f"the national provision encoded for this ground is not met on the facts told: {why}"
    return NationalResult("conditional", text, entries, (text, *_unread(entries)))


def _carried(
    context: Context, ground: Ground, entries: tuple[National, ...], met: tuple[National, ...]
) -> NationalResult:
    """At least one provision is met."""
    sure = tuple(e for e in met if e.verified and not e.conditions)
    if ground.only_with_national:
        status = "established" if sure else "conditional"
        return NationalResult(status, None, entries, () if sure else _unread(met), offences=_reach(sure or met))
    told = context.case.told("offences")
    covered = [o for o in told.values if ground.offences is None or o in ground.offences]
    reach = _reach(sure or met)
    outside = [o for o in covered if reach is not None and o not in reach]
    if outside:
        text = f"for {plain(outside)}: no provision that is met is encoded for this ground"
        return NationalResult("conditional", None, entries, (text, *_unread(met)))
    if told.partial and reach is not None:
        sure = ()
    return NationalResult("established" if sure else "conditional", None, entries, () if sure else _unread(met))


def _reach(entries: tuple[National, ...]) -> tuple[str, ...] | None:
    """The offences to which provisions extend together; `None` is any offence."""
    if any(not e.offences for e in entries):
        return None
    return tuple(dict.fromkeys(o for e in entries for o in e.offences))


def _unread(entries: tuple[National, ...]) -> tuple[str, ...]:
    return () if any(e.verified for e in entries) else (UNREAD,)
