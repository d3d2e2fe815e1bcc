"""What every step of an evaluation needs: the facts, the rules in force, the people, the treaty layer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from seajuris.assessment import ANY_STATE, Mandate
from seajuris.case import Case
from seajuris.days import Days
from seajuris.rules.facts import Binding, FactBase
from seajuris.rules.inputs import PlaceFacts
from seajuris.rules.load import RuleSet
from seajuris.rules.logic import Trace, Truth, all_of
from seajuris.rules.model import Authority, Offence, Party, Remark, Validity
from seajuris.rules.timing import LawDay, in_force, law_day


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
    """A case at a place under a rule set, with the law of one day.

    Args:
        case: The facts told.
        place: The zones in which it may have happened; `None` if no position was told.
        rules: The rule set.
        on: The day of the event; where the case tells it only in part, all days that it can be are looked at.
    """

    def __init__(self, case: Case, place: PlaceFacts | None, rules: RuleSet, on: dt.date) -> None:
        told = case.days_of("on")
        # A caller may ask for the law of another day than the one told.
        event = told if told is not None and told.last == on else Days.of(on)
        self._set(case, place, rules, law_day(case, "event", event), {})

    def _set(
        self, case: Case, place: PlaceFacts | None, rules: RuleSet, law: LawDay, others: dict[str, Context]
    ) -> None:
        self.case = case
        self.rules = rules
        self.law = law
        self.on = law.days.last
        self.facts = FactBase(case, place, rules, law.days, law.fact)
        self._others = others
        others[law.of] = self

    def under(self, law_of: str) -> Context:
        """The same case under the law of the day that counts for a rule."""
        if law_of not in self._others:
            other = Context.__new__(Context)
            law = law_day(self.case, law_of, self._others["event"].law.days)
            other._set(self.case, self.facts.place, self.rules, law, self._others)
        return self._others[law_of]

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
        return self.facts.decide(Offence(offences), Binding())

    def remarks(self, remarks: Iterable[Remark], binding: Binding) -> list[tuple[str, Trace | None]]:
        """Conditions for people, without those that certainly do not arise, each with what decides on it."""
        judged = ((r.text, None if r.when is None else self.facts.decide(r.when, binding)) for r in remarks)
        return [(text, trace) for text, trace in judged if trace is None or trace.value is not Truth.NO]

    def texts(self, remarks: Iterable[Remark], binding: Binding) -> list[str]:
        """Conditions for people, without those that certainly do not arise."""
        return [text for text, _ in self.remarks(remarks, binding)]

    def mandates(self, authorities: Iterable[Authority], binding: Binding) -> tuple[Mandate, ...]:
        """The treaty and EU layer of a rule, for one State on the day that counts."""
        return tuple(mandate for mandate, _ in self.layer(authorities, binding))

    def layer(self, authorities: Iterable[Authority], binding: Binding) -> list[tuple[Mandate, tuple[Trace, ...]]]:
        """The treaty and EU layer of a rule, each provision with the steps that say whether it applies."""
        return [self._mandate(a, binding) for a in authorities if in_force(a.validity, self.law.days) is not Truth.NO]

    def dated(self, validity: Validity) -> list[Trace]:
        """A step that is unknown where a rule was in force on some only of the days that it can have been."""
        step = self.facts.in_force(validity)
        return [step] if step.value is Truth.UNKNOWN else []

    def _mandate(self, item: Authority, binding: Binding) -> tuple[Mandate, tuple[Trace, ...]]:
        instrument = self.rules.instrument(item.instrument)
        since, seen, note = None, None, None
        steps: list[Trace] = []
        if item.party != "none":
            steps.append(self.facts.decide(Party(item.instrument, item.party), binding))
            note = steps[0].told
            state = binding.claimant if item.party == "claimant" else None
            if state not in (None, ANY_STATE):
                found = self.facts.bound(item.instrument, str(state))
                since, seen, note = found.since, found.verified, found.note
        else:
            force = self.facts.in_force(instrument.in_force)
            if not instrument.ever_in_force or force.value is Truth.NO:
                note = "not in force on that day"
                force = replace(force, value=Truth.NO, told=note)
            steps.append(force)
        if not self.law.days.exact:
            steps += self.dated(item.validity)
        if item.when is not None:
            steps.append(self.facts.decide(item.when, binding))
        # Whether the State is bound is no question for investigators; whether the facts are within the scope is.
        scope = [fact for step in (steps[1:] if item.party != "none" else steps) for fact in step.undecided()]
        scope += [fact for fact in steps[0].undecided() if fact == self.law.fact]
        mandate = Mandate(
            instrument=item.instrument,
            title=instrument.short,
            provision=item.provision,
            duty=item.duty,
            applies=all_of(step.value for step in steps).value,
            verified=item.verified,
            source=item.source,
            checked=item.checked,
            since=since,
            membership_verified=seen,
            note=note,
            url=instrument.url,
            missing=tuple(case_facts(scope)),
        )
        return mandate, tuple(steps)


def case_facts(facts: Iterable[str]) -> list[str]:
    """Facts of the case only: party status and the claimant are no questions for investigators."""
    return [f for f in dict.fromkeys(facts) if f and not f.startswith("party:") and f != "claimant"]


def sentence(leaf: Trace) -> str:
    """One step of an argument in words."""
    if leaf.completions is not None and leaf.completions.decided:
        facts = ", ".join(leaf.completions.over)
        answer = "met" if leaf.value is Truth.YES else "not met"
        return f"the condition is {answer} whatever the missing facts are ({facts})"
    return f"{leaf.test}: {leaf.value.value}" + (f" ({leaf.told})" if leaf.told else "")


def plain(offences: Iterable[str]) -> str:
    """Offences in words."""
    return ", ".join(o.replace("_", " ") for o in offences)
