"""Answers the questions that conditions ask of a case and a place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from seajuris import states
from seajuris.case import Case, Told
from seajuris.place import SOVEREIGN_ZONES, Place
from seajuris.rules.load import RuleSet
from seajuris.rules.logic import Trace, Truth, all_of, any_of
from seajuris.rules.model import (
    All,
    Any_,
    BeyondTerritorialSea,
    Condition,
    FactIs,
    Not,
    Offence,
    Party,
    PlaceIn,
)
from seajuris.rules.vocabulary import general

_ANY = {
    "any_suspect": "suspects",
    "any_victim": "victims",
    "any_vessel": "other_vessels",
    "any_decision": "decisions",
}
# Paths about the one member that a finding is about: the list it stands in, and its place in the binding.
_ONE = {
    "suspect": ("suspects", "suspect"),
    "victim": ("victims", "victim"),
    "other_vessel": ("other_vessels", "vessel"),
    "decision": ("decisions", "decision"),
}


@dataclass(frozen=True, slots=True)
class Binding:
    """Whom a condition is about: the claimant State, one suspect, victim, other vessel, or decision."""

    claimant: str | None = None
    suspect: int | None = None
    victim: int | None = None
    vessel: int | None = None
    decision: int | None = None


class FactBase:
    """A case at a place on a day, ready to answer conditions."""

    def __init__(self, case: Case, place: Place | None, rules: RuleSet, on: dt.date) -> None:
        self.case = case
        self.place = place
        self.rules = rules
        self.on = on

    def told(self, path: str, binding: Binding) -> list[tuple[str, Told]]:
        """What was told about a fact: concrete paths with their values; several for ``any_...`` paths."""
        head, _, rest = path.partition(".")
        if head in _ANY:
            group = _ANY[head]
            count = self.case.counts.get(group)
            if count is None:
                return [self._one(f"{group}[].{rest}")]
            return [self._one(f"{group}[{index}].{rest}") for index in range(count)]
        if head in _ONE:
            group, name = _ONE[head]
            return [self._one(f"{group}[{getattr(binding, name) or 0}].{rest}")]
        return [self._one(path)]

    def _one(self, path: str) -> tuple[str, Told]:
        told = self.case.told(path)
        if told.known == "unknown" and general(path) == "suspects[].present_in":
            # Whoever is held in custody is present there; a fact of the whole case speaks for each suspect.
            custody = self.case.told("custody")
            if custody.known in ("known", "none") and len(custody.values) <= 1:
                told = replace(custody)
        return path, self._sovereign(path, told)

    def _sovereign(self, path: str, told: Told) -> Told:
        if not told.values or path not in self.rules.vocabulary:
            return told
        if self.rules.vocabulary[path].type not in ("state", "states"):
            return told
        register = states.register()
        values = (v if v == "none" else register.sovereign_of(v).alpha3 for v in told.values)
        return replace(told, values=tuple(dict.fromkeys(values)))

    # --- Evaluation ---------------------------------------------------------------------------------------

    def evaluate(self, test: Condition, binding: Binding) -> Trace:
        """Evaluate a condition and record every step."""
        match test:
            case All(parts):
                children = tuple(self.evaluate(p, binding) for p in parts)
                return Trace("all of these hold", all_of(c.value for c in children), children=children)
            case Any_(parts):
                children = tuple(self.evaluate(p, binding) for p in parts)
                return Trace("at least one of these holds", any_of(c.value for c in children), children=children)
            case Not(part):
                child = self.evaluate(part, binding)
                return Trace("this does not hold", ~child.value, children=(child,))
            case FactIs(path, values):
                return self._fact_is(path, values, binding)
            case PlaceIn(zones, of):
                return self._place_in(zones, of, binding)
            case BeyondTerritorialSea():
                return self._beyond(binding)
            case Party(instrument, state):
                return self._party(instrument, state, binding)
            case Offence(offences):
                return self._offence(offences)

    def _fact_is(self, path: str, values: tuple[str, ...], binding: Binding) -> Trace:
        wanted, missing = self._wanted(values, binding)
        words = " or ".join(sorted(w.replace("_", " ") for w in wanted)) or "the same State"
        steps = [self._compare(p, told, wanted, missing, words) for p, told in self.told(path, binding)]
        if len(steps) == 1:
            return steps[0]
        return Trace(f"{path} is {words}", any_of(s.value for s in steps), children=tuple(steps))

    def _wanted(self, values: tuple[str, ...], binding: Binding) -> tuple[set[str], str | None]:
        """The values that are asked for, and the first fact that keeps one of them unknown."""
        wanted: set[str] = set()
        missing: str | None = None
        for value in values:
            if value == "claimant":
                if binding.claimant is None:
                    missing = missing or "claimant"
                else:
                    wanted.add(binding.claimant)
            elif "." in value and general(value) in self.rules.vocabulary.paths:
                path, told = self.told(value, binding)[0]
                if told.known == "disputed":
                    missing = missing or path
                else:
                    wanted.update(told.values)
                if told.known == "unknown":
                    missing = missing or path
            else:
                wanted.add(value)
        return wanted, missing

    @staticmethod
    def _compare(path: str, told: Told, wanted: set[str], missing: str | None, words: str) -> Trace:
        def result(value: Truth, fact: str | None = None) -> Trace:
            return Trace(f"{path} is {words}", value, fact or path, told.words())

        if wanted == {"known"}:
            return result(Truth.UNKNOWN if told.known == "unknown" else Truth.YES)
        if told.known == "unknown":
            return result(Truth.UNKNOWN)
        if told.known == "none":
            return result(Truth.YES if "none" in wanted else Truth.NO)
        hits = [value in wanted for value in told.values]
        if told.known == "disputed":
            certain = Truth.YES if all(hits) else Truth.UNKNOWN if any(hits) else Truth.NO
        else:
            certain = Truth.YES if any(hits) else Truth.NO
        if certain is Truth.NO and told.partial:
            return result(Truth.UNKNOWN)
        if certain is Truth.NO and missing is not None:
            return result(Truth.UNKNOWN, missing)
        return result(certain)

    def _place_in(self, zones: tuple[str, ...], of: str, binding: Binding) -> Trace:
        words = f"position in the {' or '.join(z.replace('_', ' ') for z in zones)} of {of}"
        if self.place is None:
            return Trace(words, Truth.UNKNOWN, "position", "not told")
        flag: tuple[str, ...] = ()
        if of == "flag":
            path, told = self.told("vessel.flag", binding)[0]
            if told.known in ("unknown", "disputed"):
                return Trace(words, Truth.UNKNOWN, path, told.words())
            flag = told.values
        if of in ("claimant", "other") and binding.claimant is None:
            return Trace(words, Truth.UNKNOWN, "claimant", "State not identified")
        # A limit within the accuracy of the data decides nothing: what lies across it counts as possible too.
        reachable = self.place.reachable or self.place.zones
        if any(z.zone == "outside_data" for z in reachable):
            return Trace(words, Truth.UNKNOWN, "position", "outside the zone data")
        # Waters that a State has not claimed on that day are no zone of that State; a territorial sea needs no claim.
        zones_here = [z for z in reachable if not (z.zone == "exclusive_economic_zone" and z.claim == "potential")]
        hits = [z for z in zones_here if z.zone in zones and self._is_of(z.state, of, binding, flag)]
        told_words = "; ".join(f"{z.zone.replace('_', ' ')} ({z.certainty})" for z in hits) or "no such zone here"
        # Each of several zones may be only possible while together they leave nothing else.
        if any(z.certainty == "certain" for z in hits) or (hits and len(hits) == len(zones_here)):
            return Trace(words, Truth.YES, "position", told_words)
        return Trace(words, Truth.UNKNOWN if hits else Truth.NO, "position", told_words)

    @staticmethod
    def _is_of(state: str | None, of: str, binding: Binding, flag: tuple[str, ...]) -> bool:
        match of:
            case "claimant":
                return state == binding.claimant
            case "other":
                return state is not None and state != binding.claimant
            case "flag":
                return state in flag
            case _:
                return True

    def _beyond(self, binding: Binding) -> Trace:
        inside = self._place_in(SOVEREIGN_ZONES, "anyone", binding)
        return Trace("position seaward of every territorial sea", ~inside.value, "position", inside.told)

    def _party(self, instrument: str, of: str, binding: Binding) -> Trace:
        words = f"{of} bound by {instrument} on {self.on.isoformat()}"
        if of == "flag":
            path, told = self.told("vessel.flag", binding)[0]
            if told.known in ("unknown", "disputed"):
                return Trace(words, Truth.UNKNOWN, path, told.words())
            if told.known == "none":
                return Trace(words, Truth.NO, path, "no flag")
            state: str | None = told.values[0]
        elif of == "claimant":
            state = binding.claimant
        else:
            return self._any_named_party(instrument, of, binding, words)
        if state is None:
            return Trace(words, Truth.UNKNOWN, "claimant", "State not identified")
        if state == "*":
            return Trace(words, Truth.UNKNOWN, None, "depends on the State")
        found = self.rules.membership(instrument, state, self.on)
        since = f"since {found.since}" if found.since else None
        told_words = "; ".join(w for w in (state, since, found.note) if w)
        return Trace(words, found.truth, f"party:{instrument}:{state}", told_words)

    def _any_named_party(self, instrument: str, path: str, binding: Binding, words: str) -> Trace:
        """Whether at least one of the States that a fact names is bound."""
        steps = []
        for concrete, told in self.told(path, binding):
            found = [self.rules.membership(instrument, state, self.on).truth for state in told.values]
            if told.known == "unknown" or told.partial:
                found.append(Truth.UNKNOWN)
            value = any_of(found)
            if told.known == "disputed" and value is Truth.YES and all_of(found) is not Truth.YES:
                value = Truth.UNKNOWN
            steps.append(Trace(words, value, concrete, told.words()))
        return steps[0] if len(steps) == 1 else Trace(words, any_of(s.value for s in steps), children=tuple(steps))

    def _offence(self, offences: tuple[str, ...]) -> Trace:
        words = f"investigated: {' or '.join(o.replace('_', ' ') for o in offences)}"
        told = self.case.told("offences")
        return replace(self._compare("offences", told, set(offences), None, ""), test=words)

    # --- Claimants --------------------------------------------------------------------------------------------

    def claimants(self, source: object, binding: Binding) -> Iterator[tuple[str | None, str | None]]:
        """The States that a ground is about: pairs of State (or `None`) and the fact that would name it."""
        spec = source if isinstance(source, dict) else {}
        if "any" in spec:
            yield "*", None
        elif "place" in spec:
            yield from self._coastal(tuple(spec["place"]))
        else:
            paths = spec.get("facts") or [spec["fact"]]
            yield from self._named(list(paths), binding)

    def _coastal(self, zones: tuple[str, ...]) -> Iterator[tuple[str | None, str | None]]:
        if self.place is None:
            yield None, "position"
            return
        # States with waters that they could claim but have not are candidates too: the trace then says why not.
        reachable = self.place.reachable or self.place.zones
        for state in dict.fromkeys(z.state for z in reachable if z.zone in zones and z.state):
            yield state, None
        if any(z.zone == "outside_data" for z in reachable):
            yield None, "position"

    def _named(self, paths: list[str], binding: Binding) -> Iterator[tuple[str | None, str | None]]:
        seen: list[str] = []
        unknown: str | None = None
        for path in paths:
            for concrete, told in self.told(path, binding):
                seen.extend(value for value in told.values if value != "none")
                if told.known == "unknown" or told.partial:
                    unknown = unknown or concrete
        for state in dict.fromkeys(seen):
            yield state, None
        if unknown is not None and not (len(paths) > 1 and seen):
            yield None, unknown
