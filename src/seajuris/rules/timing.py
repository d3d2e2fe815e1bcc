"""Which day's law counts for a rule, and what the law was if that day is known only in part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seajuris.days import Days
from seajuris.rules.instruments import Membership
from seajuris.rules.logic import Truth
from seajuris.rules.model import Validity

if TYPE_CHECKING:
    from seajuris.case import Case
    from seajuris.rules.load import RuleSet

DAY_FACTS = {"event": "on", "departure": "departed_on", "landing": "landed_on"}
"""For each word of the field `law_of`, the fact that tells the day."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LawDay:
    """The day whose law is applied to a rule.

    Attributes:
        of: ``event``, ``departure`` or ``landing``.
        days: The day; several days where it was told only in part.
        fact: The fact that tells the day that was used.
        told: Whether the day that counts was told; if not, another stands in for it.
        note: What to say about it; `None` where the day of the event was told and is used.
    """

    of: str
    days: Days
    fact: str
    told: bool
    note: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        return {
            "law_of": self.of,
            "from": self.days.first.isoformat(),
            "to": self.days.last.isoformat(),
            "fact": self.fact,
            "told": self.told,
            "note": self.note,
        }


def law_day(case: Case, of: str, event: Days) -> LawDay:
    """The day whose law counts.

    Args:
        case: The facts told.
        of: The field `law_of` of the rule.
        event: The day of the event: as told, or the day assumed for it.
    """
    told = case.on is not None
    partly = "" if event.exact else "; what changed within those days is left open"
    if of == "event":
        note = f"the day of the event is told as {event.words()}{partly}" if partly else None
        if not told:
            note = "the day of the event was not told; the law of today is used"
        return LawDay("event", event, "on", told, note)
    fact = DAY_FACTS[of]
    days = case.days_of(fact)
    if days is not None:
        partly = "" if days.exact else "; what changed within those days is left open"
        return LawDay(of, days, fact, True, f"the day of the {of} counts: {days.words()}{partly}")
    used = f"that of the event is used ({event.words()})" if told else "neither was that of the event; today is used"
    return LawDay(of, event, "on", False, f"the day of the {of} counts but was not told; {used}{partly}")


def in_force(validity: Validity, days: Days) -> Truth:
    """Whether a rule was in force: UNKNOWN if on some of the possible days only."""
    if (validity.start is not None and validity.start > days.last) or (
        validity.end is not None and validity.end <= days.first
    ):
        return Truth.NO
    return Truth.YES if validity.holds(days.first) and validity.holds(days.last) else Truth.UNKNOWN


def bound(rules: RuleSet, key: str, state: str, days: Days) -> tuple[Membership, bool]:
    """Whether an instrument binds a State, and whether that hangs on which of the possible days it was."""
    if days.exact:
        return rules.membership(key, state, days.first), False
    found = [rules.membership(key, state, day) for day in _turning_points(rules, key, state, days)]
    if len({m.truth for m in found}) == 1:
        return found[-1], False
    notes = "; ".join(dict.fromkeys(m.note for m in found if m.note))
    changed = f"changed between {days.first.isoformat()} and {days.last.isoformat()}"
    return Membership(Truth.UNKNOWN, None, False, f"{changed}: {notes}" if notes else changed), True


def _turning_points(rules: RuleSet, key: str, state: str, days: Days) -> list[dt.date]:
    """Every day on which the answer can change, as far as the data give days: exact, without trying each day."""
    item = rules.instrument(key)
    items = [item, *([rules.instrument(item.parties_from)] if item.parties_from else [])]
    found = {days.first, days.last}
    for one in items:
        for day in (one.in_force.start, one.in_force.end):
            if day is not None:
                found.add(day)
        for entries in (one.parties, one.non_parties, one.unknown):
            if state in entries:
                found.update(_dates(entries[state]))
    # Some entries hold up to a day, others from a day: the day after is looked at too.
    found |= {day + dt.timedelta(days=1) for day in found}
    return sorted(day for day in found if days.first <= day <= days.last)


def _dates(entry: Mapping[str, Any]) -> Iterator[dt.date]:
    for value in entry.values():
        if isinstance(value, str) and len(value) == len("YYYY-MM-DD"):
            try:
                yield dt.date.fromisoformat(value)
            except ValueError:
                continue
