"""What every step of an evaluation needs: the facts, the rules in force, the people, the treaty layer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from seajuris.assessment import ANY_STATE, Mandate
from seajuris.case import Case
from seajuris.place import Place
from seajuris.rules.facts import Binding, FactBase
from seajuris.rules.load import RuleSet
from seajuris.rules.logic import Trace, Truth, all_of
from seajuris.rules.model import Authority, Offence, Party, Remark


@dataclass(frozen=True, slots=True)
class Alike:
    """Members of a list of whom exactly the same is told: evaluated once, listed together.

    Attributes:
        index: One of them; 0 where the list was not told; `None` where a rule is about the whole case.
        paths: All of them, e.g. ``("suspects[0]", "suspects[2]")``; empty where none was told.
    """

    index: int | None
    paths: tuple[str, ...]


WHOLE_CASE = Alike(None, ())


class Context:
    """A case at a place on a day, under a rule set."""

    def __init__(self, case: Case, place: Place | None, rules: RuleSet, on: dt.date) -> None:
        self.case = case
        self.rules = rules
        self.on = on
        self.facts = FactBase(case, place, rules, on)

    def members(self, about: str | None) -> list[Alike]:
        """Those whom a rule is about: one for the whole case, or one for each kind of member of a list."""
        if about is None:
            return [WHOLE_CASE]
        group = f"{about}s"
        count = self.case.counts.get(group)
        if count is None:
            return [Alike(0, ())]
        alike: dict[tuple[Any, ...], list[int]] = {}
        for index in range(count):
            prefix = f"{group}[{index}]."
            told = ((p[len(prefix) :], t) for p, t in self.case.facts.items() if p.startswith(prefix))
            key = tuple(sorted((p, t.known, tuple(sorted(t.values)), t.partial) for p, t in told))
            alike.setdefault(key, []).append(index)
        return [Alike(same[0], tuple(f"{group}[{i}]" for i in same)) for same in alike.values()]

    def covers(self, offences: tuple[str, ...]) -> Trace:
        """Whether one of the offences is investigated."""
        return self.facts.evaluate(Offence(offences), Binding())

    def texts(self, remarks: Iterable[Remark], binding: Binding) -> list[str]:
        """Conditions for people, without those that certainly do not arise."""
        return [r.text for r in remarks if r.when is None or self.facts.evaluate(r.when, binding).value is not Truth.NO]

    def mandates(self, authorities: Iterable[Authority], binding: Binding) -> tuple[Mandate, ...]:
        """The treaty and EU layer of a rule, for one State on the day of the facts."""
        return tuple(self._mandate(a, binding) for a in authorities if a.validity.holds(self.on))

    def _mandate(self, item: Authority, binding: Binding) -> Mandate:
        instrument = self.rules.instrument(item.instrument)
        applies, since, seen, note = Truth.YES, None, None, None
        missing: tuple[str, ...] = ()
        if item.party != "none":
            trace = self.facts.evaluate(Party(item.instrument, item.party), binding)
            applies, note = trace.value, trace.told
            state = binding.claimant if item.party == "claimant" else None
            if state not in (None, ANY_STATE):
                found = self.rules.membership(item.instrument, str(state), self.on)
                since, seen, note = found.since, found.verified, found.note
        elif not (instrument.ever_in_force and instrument.in_force.holds(self.on)):
            applies, note = Truth.NO, "not in force on that day"
        if item.when is not None:
            scope = self.facts.evaluate(item.when, binding)
            applies = all_of((applies, scope.value))
            missing = tuple(case_facts(scope.undecided()))
        return Mandate(
            instrument=item.instrument,
            title=instrument.short,
            provision=item.provision,
            duty=item.duty,
            applies=applies.value,
            verified=item.verified,
            source=item.source,
            checked=item.checked,
            since=since,
            membership_verified=seen,
            note=note,
            url=instrument.url,
            missing=missing,
        )


def case_facts(facts: Iterable[str]) -> list[str]:
    """Facts of the case only: party status and the claimant are no questions for investigators."""
    return [f for f in dict.fromkeys(facts) if f and not f.startswith("party:") and f != "claimant"]


def sentence(leaf: Trace) -> str:
    """One step of an argument in words."""
    return f"{leaf.test}: {leaf.value.value}" + (f" ({leaf.told})" if leaf.told else "")


def plain(offences: Iterable[str]) -> str:
    """Offences in words."""
    return ", ".join(o.replace("_", " ") for o in offences)
