"""Kleene's strong three-valued logic, with a trace.

Nothing is cut short: every branch of a condition is evaluated and recorded, because the reasons for an
answer matter as much as the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seajuris.rules.completions import Ask


class Truth(Enum):
    """Whether a condition holds on the facts told."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __invert__(self) -> Truth:
        return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(self, Truth.UNKNOWN)


def all_of(values: Iterable[Truth]) -> Truth:
    """NO if any is NO, else UNKNOWN if any is UNKNOWN, else YES (also for none)."""
    found = set(values)
    if Truth.NO in found:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.YES


def any_of(values: Iterable[Truth]) -> Truth:
    """YES if any is YES, else UNKNOWN if any is UNKNOWN, else NO (also for none)."""
    found = set(values)
    if Truth.YES in found:
        return Truth.YES
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.NO


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Completions:
    """What trying every completion of the missing facts together showed about a step (see `completions`).

    Attributes:
        facts: The missing facts on which the step really depends; empty if it is decided whatever they are.
        over: The facts that were varied together; empty where it was clear without trying.
        tried: How many combinations were tried.
        decided: Whether all of them gave the same answer.
        too_many: Whether there were more than may be tried; the step then stays unknown.
    """

    facts: tuple[str, ...]
    over: tuple[str, ...] = ()
    tried: int = 0
    decided: bool = False
    too_many: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON contract."""
        result = "too_many" if self.too_many else "decided" if self.decided else "depends"
        return {"result": result, "over": list(self.over), "tried": self.tried, "depends_on": list(self.facts)}


@dataclass(frozen=True, slots=True)
class Trace:
    """One step of an argument.

    Attributes:
        test: What was asked, in words.
        value: The result.
        fact: Path of the fact asked for, e.g. ``suspects[0].nationality``; `None` for a combination.
        told: What the case (or the place) says about it, in words.
        children: The steps that this one combines.
        op: How it combines them: ``all``, ``any`` or ``not``; `None` for a single test.
        ask: For a test that is unknown, how to answer it under a completion of the facts.
        completions: What completions of the missing facts showed; `None` if nobody asked for them.
    """

    test: str
    value: Truth
    fact: str | None = None
    told: str | None = None
    children: tuple[Trace, ...] = ()
    op: str | None = None
    ask: Ask | None = field(default=None, compare=False, repr=False)
    completions: Completions | None = None

    def to_dict(self) -> dict[str, Any]:
        """The trace as plain data, without empty fields."""
        data: dict[str, Any] = {"test": self.test, "value": self.value.value}
        if self.fact is not None:
            data["fact"] = self.fact
        if self.told is not None:
            data["told"] = self.told
        if self.completions is not None and (self.completions.over or self.completions.too_many):
            data["completions"] = self.completions.to_dict()
        if self.children:
            data["of"] = [child.to_dict() for child in self.children]
        return data

    def asking(self, ask: Ask) -> Trace:
        """The same step with how to answer it under a completion."""
        return Trace(self.test, self.value, self.fact, self.told, self.children, self.op, ask)

    def completed(self, value: Truth, completions: Completions) -> Trace:
        """The same step with what completions of the missing facts showed."""
        return Trace(self.test, value, self.fact, self.told, self.children, self.op, self.ask, completions)

    def undecided(self) -> tuple[str, ...]:
        """Facts that keep this step unknown, in the order in which they are asked; empty if decided."""
        if self.value is not Truth.UNKNOWN:
            return ()
        if self.completions is not None:
            return self.completions.facts
        if not self.children:
            return (self.fact,) if self.fact else ()
        found = [fact for child in self.children for fact in child.undecided()]
        return tuple(dict.fromkeys(found))

    def deciding(self) -> tuple[Trace, ...]:
        """The leaves that carry the same value as the whole: the reasons to show first.

        A whole that is decided only by completions has no such leaf; it is its own reason.
        """
        if not self.children or (self.completions is not None and self.completions.decided):
            return (self,)
        same = [child for child in self.children if child.value is self.value]
        # A negation carries the opposite value; its operand is then the reason.
        return tuple(leaf for child in same or self.children for leaf in child.deciding())
