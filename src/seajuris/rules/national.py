"""What a State's own law makes of a ground whose own conditions are met."""

from __future__ import annotations

from dataclasses import dataclass

from seajuris.assessment import National
from seajuris.rules.context import Context, case_facts, plain, sentence
from seajuris.rules.facts import Binding
from seajuris.rules.logic import Truth, all_of
from seajuris.rules.model import Absence, Ground, NationalBasis

NOT_ENCODED = "possible, national basis not encoded"
NO_PROVISION = "no provision for this ground is encoded for this State; check its law as of the day of the facts"
UNREAD = "check the text of the national provision: it rests on an unverified source"


@dataclass(frozen=True, slots=True)
class NationalResult:
    """The national layer of a finding.

    Attributes:
        status: Status of the finding as far as national law decides it.
        offences: Offences to which the provisions that carry the finding extend; `None`: all that the ground covers.
    """

    status: str
    reason: str | None = None
    entries: tuple[National, ...] = ()
    conditions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    offences: tuple[str, ...] | None = None


def national_layer(context: Context, ground: Ground, state: str, binding: Binding) -> NationalResult | None:
    """Look a ground up in a State's own law.

    Returns:
        The result; `None` if the ground exists only through national law and that State's law has none encoded.
    """
    law = context.rules.national(state)
    if law is None:
        return None if ground.only_with_national else _conditional(NOT_ENCODED)
    found = (_entry(context, base, binding) for base in law.bases_for(ground.id, context.on))
    entries = tuple(entry for entry in found if entry is not None)
    if entries:
        return _combine(context, ground, entries)
    if ground.only_with_national:
        return None
    absence = law.absence_of(ground.id)
    return _conditional(NO_PROVISION) if absence is None else _absent(context, absence)


def _absent(context: Context, absence: Absence) -> NationalResult:
    # Without a first day, a text read today says nothing sure about the law of an earlier day.
    dated = absence.validity.start is not None and absence.validity.holds(context.on)
    if absence.verified and dated:
        return NationalResult("excluded", f"looked for in national law and not found: {absence.note}")
    doubt = "in the text as read lately" if absence.verified else "not verified"
    return _conditional(f"not found in national law ({doubt}): {absence.note}")


def _conditional(text: str) -> NationalResult:
    return NationalResult("conditional", text, conditions=(text,))


def _entry(context: Context, base: NationalBasis, binding: Binding) -> National | None:
    """A provision with what the facts say of it; `None` if it does not concern the offences told."""
    steps = [context.facts.evaluate(base.when, binding)] if base.when is not None else []
    if base.offences is not None:
        steps.append(context.covers(base.offences))
        if steps[-1].value is Truth.NO:
            return None
    met = all_of(s.value for s in steps)
    deciding = [leaf for s in steps if s.value is met for leaf in s.deciding()]
    return National(
        id=base.id,
        provision=base.provision,
        offences=base.offences or (),
        met=met.value,
        conditions=base.conditions,
        verified=base.verified,
        confidence=base.confidence,
        source=base.source,
        checked=base.checked,
        note=base.note,
        missing=tuple(case_facts(f for s in steps for f in s.undecided())),
        because=tuple(sentence(leaf) for leaf in deciding) if met is not Truth.YES else (),
    )


def _combine(context: Context, ground: Ground, entries: tuple[National, ...]) -> NationalResult:
    met = tuple(e for e in entries if e.met == "yes")
    unknown = tuple(e for e in entries if e.met == "unknown")
    if met:
        return _carried(context, ground, entries, met)
    if unknown:
        return NationalResult(
            "open",
            "national law hangs on a fact not told",
            entries,
            _unread(unknown),
            tuple(f for e in unknown for f in e.missing),
            _reach(unknown) if ground.only_with_national else None,
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
