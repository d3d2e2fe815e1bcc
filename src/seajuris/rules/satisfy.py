"""Whether conditions can be true together, for some facts whatever: what can never be is a mistake in a rule.

A search over the ways in which a condition can hold. Each way is a list of simple tests that must hold or fail; it
is dropped when two of them contradict each other: two values of a fact that has one, a value that a fact cannot have,
zones that no position can lie in together. What cannot be shown to be impossible counts as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from seajuris.place import SOVEREIGN_ZONES
from seajuris.rules.model import All, Any_, Condition, FactIs, Not, Offence, Party, PlaceIn
from seajuris.rules.schemas import ANY_OF, declared
from seajuris.rules.vocabulary import Vocabulary

MAX_STEPS = 20_000
"""After so many steps the question is left open: possible."""

Literal: TypeAlias = tuple[Condition, bool]
"""A simple test, and whether it must hold or must not."""
World: TypeAlias = frozenset[tuple[str, str]]
"""What zones a point may lie in: pairs of whose (`claimant`, `other`, `flag`, `nobody`) and which."""

NEVER, ALWAYS, DEPENDS = "never", "always", "depends"


@dataclass(slots=True)
class Solver:
    """Answers for one vocabulary.

    Attributes:
        vocabulary: The declared facts.
        binding: For an instrument, whether it can bind a State: `NEVER`, `ALWAYS` or `DEPENDS`.
    """

    vocabulary: Vocabulary
    binding: Callable[[str], str]
    _steps: int = field(default=0)

    def possible(self, *conditions: Condition) -> bool:
        """Whether all conditions can hold together."""
        self._steps = 0
        return self._search([(c, True) for c in conditions], [])

    def _search(self, goals: list[Literal], held: list[Literal]) -> bool:
        self._steps += 1
        if not goals or self._steps > MAX_STEPS:
            return True
        (test, wanted), rest = goals[0], goals[1:]
        match test:
            case Not(part):
                return self._search([(part, not wanted), *rest], held)
            case All(parts) | Any_(parts):
                if isinstance(test, All) is wanted:
                    return self._search([*((p, wanted) for p in parts), *rest], held)
                return any(self._search([(p, wanted), *rest], held) for p in parts)
            case _:
                now = [*held, (test, wanted)]
                return self._consistent(now) and self._search(rest, now)

    # --- Simple tests together --------------------------------------------------------------------------------------

    def _consistent(self, held: Sequence[Literal]) -> bool:
        facts: dict[str, tuple[list[frozenset[str]], set[str]]] = {}
        parties: dict[tuple[str, str], bool] = {}
        places: list[Literal] = []
        for test, wanted in held:
            match test:
                case FactIs() | Offence():
                    path, values = (
                        ("offences", test.offences) if isinstance(test, Offence) else (test.path, test.values)
                    )
                    allowed, refused = facts.setdefault(path, ([], set()))
                    if values == ("known",):
                        # A fact that was not told is unknown, and unknown is never no.
                        if not wanted:
                            return False
                    elif wanted:
                        allowed.append(frozenset(values))
                    else:
                        refused.update(values)
                case Party(instrument, state):
                    if parties.setdefault((instrument, state), wanted) is not wanted:
                        return False
                    if self.binding(instrument) == (NEVER if wanted else ALWAYS):
                        return False
                case _:
                    places.append((test, wanted))
        return all(self._fact(path, *sets) for path, sets in facts.items()) and _place(places)

    def _fact(self, path: str, allowed: list[frozenset[str]], refused: set[str]) -> bool:
        name = declared(path)
        if name not in self.vocabulary.paths:
            return True
        fact = self.vocabulary[name]
        left = [values - refused for values in allowed]
        if not all(left):
            return False
        none = frozenset({"none"})
        one_of_many = path.partition(".")[0] in ANY_OF
        # Somebody may be stateless and somebody else not; the same fact cannot be told to be none and something.
        if fact.type in ("state", "states") and not one_of_many:
            told_none = any(values == none for values in left)
            if told_none and any("none" not in values for values in left):
                return False
        if one_of_many or fact.type not in ("choice", "yes_no", "state"):
            return True
        common = frozenset.intersection(*left) if left else None
        if fact.type == "state":
            # The claimant and another fact may stand for any State; codes of different States exclude each other.
            plain = all(v == "none" or v.isupper() for values in left for v in values)
            return common is None or bool(common) or not plain
        values = {"true", "false"} if fact.type == "yes_no" else set(fact.values)
        domain = values | ({"none"} if fact.none else set())
        return bool((domain if common is None else common & domain) - refused)


def claimant_test(ground: Mapping[str, Any]) -> Condition | None:
    """What holds wherever a State is named as claimant; `None` if that says nothing."""
    spec = ground.get("claimant")
    if not isinstance(spec, dict):
        return None
    if isinstance(spec.get("place"), list):
        return PlaceIn(tuple(map(str, spec["place"])), "claimant")
    listed = spec.get("facts", [spec.get("fact")])
    paths = [p for p in listed if isinstance(p, str)] if isinstance(listed, list) else []
    return Any_(tuple(FactIs(p, ("claimant",)) for p in paths)) if paths else None


# --- Zones ------------------------------------------------------------------------------------------------------------

_BEYOND = ((), ("contiguous_zone",), ("exclusive_economic_zone",), ("contiguous_zone", "exclusive_economic_zone"))
_OF_A_STATE = (*((zone,) for zone in SOVEREIGN_ZONES), *_BEYOND)


@cache
def _worlds() -> tuple[World, ...]:
    """All ways in which a point may lie in zones of the claimant, of the flag State and of another State."""
    return tuple(set(_each_world()))


def _each_world() -> Iterator[World]:
    for claimant in _OF_A_STATE:
        for other in _OF_A_STATE:
            base = {("claimant", z) for z in claimant} | {("other", z) for z in other}
            flags = [set(), {("flag", z) for z in claimant}, {("flag", z) for z in other}]
            for flag in flags:
                zones = {z for _, z in base}
                high = not zones & {*SOVEREIGN_ZONES, "exclusive_economic_zone"}
                world = base | flag
                if high:
                    yield frozenset(world | {("nobody", "high_seas")})
                if zones:
                    yield frozenset(world)


def _place(tests: Sequence[Literal]) -> bool:
    return not tests or any(all(_holds(test, world) is wanted for test, wanted in tests) for world in _worlds())


def _holds(test: Condition, world: World) -> bool:
    if isinstance(test, PlaceIn):
        return any(zone in test.zones and test.of in ("anyone", whose) for whose, zone in world)
    return not any(zone in SOVEREIGN_ZONES for _, zone in world)
