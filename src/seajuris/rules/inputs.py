"""What the evaluation of rules depends on, and nothing besides: the facts told, the zones reached, the day.

A case and a place hold much that no rule reads: the position itself, distances, the name of the case. `evaluate` leaves
it out before it looks at the rules. So two incidents that agree in what is left have the same findings, and a batch
needs to compute them once.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from seajuris.case import Case
from seajuris.place import Place


class Reached(NamedTuple):
    """A zone within the uncertainty, and within the accuracy of the data near a limit.

    Attributes:
        zone: One of `place.ZONES`.
        state: Alpha-3 of the State that claims it, or could; `None` where there is none.
        certain: Whether it is certain, not only possible.
        claimed: Whether it exists on that day; false for an economic zone that the State is only entitled to.
    """

    zone: str
    state: str | None
    certain: bool
    claimed: bool

    @property
    def certainty(self) -> str:
        """In the word that reports use."""
        return "certain" if self.certain else "possible"


PlaceFacts: TypeAlias = tuple[Reached, ...]
"""All that rules read of a place: its zones, in the order in which they are reported."""


def place_facts(place: Place | None) -> PlaceFacts | None:
    """What rules read of a place; `None` if no position was told."""
    if place is None:
        return None
    # A limit within the accuracy of the data decides nothing: what lies across it counts as possible too.
    reachable = place.reachable or place.zones
    return tuple(
        Reached(
            z.zone,
            z.state,
            z.certainty == "certain",
            not (z.zone == "exclusive_economic_zone" and z.claim == "potential"),
        )
        for z in reachable
    )


def told_facts(case: Case) -> Case:
    """The case without what no rule reads: position, identifier, title and notes; facts in the order of their paths."""
    return Case(
        facts=MappingProxyType(dict(sorted(case.facts.items()))),
        counts=MappingProxyType(dict(sorted(case.counts.items()))),
        on=case.on,
        on_days=case.on_days,
    )
