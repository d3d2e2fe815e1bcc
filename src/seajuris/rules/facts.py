"""Answers the questions that conditions ask of a case and a place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from seajuris import states
from seajuris.case import Case, Told
from seajuris.days import Days
from seajuris.place import SOVEREIGN_ZONES
from seajuris.rules.completions import AsIs, Bound, InZone, Missing, OneOf, complete
from seajuris.rules.inputs import PlaceFacts
from seajuris.rules.instruments import Membership
from seajuris.rules.load import RuleSet
from seajuris.rules.logic import Trace, Truth, all_of, any_of
from seajuris.rules.model import (
    All,
    Any_,
    BeyondTerritorialSea,
    Condition,
    FactIs,
    Not,
    Party,
    PlaceIn,
    Validity,
)
from seajuris.rules.timing import bound, in_force
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


def _declared(path: str) -> str:
    """As it stands in `facts.yaml`: ``suspect.role`` and ``any_suspect.role`` are ``suspects[].role``."""
    head, _, rest = path.partition(".")
    group = _ANY.get(head) or _ONE.get(head, ("",))[0]
    return f"{group}[].{rest}" if group else general(path)


def combined(words: str, op: str, steps: tuple[Trace, ...]) -> Trace:
    """Steps that must all hold (``all``), or of which one must (``any``)."""
    value = (all_of if op == "all" else any_of)(step.value for step in steps)
    return Trace(words, value, children=steps, op=op)


class FactBase:
    """A case at a place under the law of a day, ready to answer conditions.

    Args:
        case: The facts told.
        place: The zones of the day of the event in which it may have happened; `None` if no position was told.
        rules: The rule set.
        on: The day whose law counts; several days where it is known only in part.
        day_fact: The fact that tells that day.
    """

    def __init__(
        self, case: Case, place: PlaceFacts | None, rules: RuleSet, on: dt.date | Days, day_fact: str = "on"
    ) -> None:
        self.case = case
        self.place = place
        self.rules = rules
        self.days = Days.of(on)
        self.on = self.days.last
        self.day_fact = day_fact
        self._day_words = self.days.words()

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

    def decide(self, test: Condition, binding: Binding) -> Trace:
        """Evaluate a condition; where that leaves it unknown, try the completions of the missing facts together."""
        return complete(self.evaluate(test, binding))

    def in_force(self, validity: Validity) -> Trace:
        """Whether a rule was in force on the day that counts."""
        value = in_force(validity, self.days)
        span = f"from {validity.start or 'ever'} until {validity.end or 'further notice'}"
        return Trace(f"in force on {self._day_words}", value, self.day_fact, span)

    def evaluate(self, test: Condition, binding: Binding) -> Trace:
        """Evaluate a condition in three-valued logic and record every step."""
        match test:
            case All(parts):
                children = tuple(self.evaluate(p, binding) for p in parts)
                return combined("all of these hold", "all", children)
            case Any_(parts):
                children = tuple(self.evaluate(p, binding) for p in parts)
                return combined("at least one of these holds", "any", children)
            case Not(part):
                child = self.evaluate(part, binding)
                return Trace("this does not hold", ~child.value, children=(child,), op="not")
            case FactIs(path, values):
                return self._fact_is(path, values, binding)
            case PlaceIn(zones, of):
                return self._place_in(zones, of, binding)
            case BeyondTerritorialSea():
                return self._beyond(binding)
            case Party(instrument, state):
                return self._party(instrument, state, binding)
            case _:
                return self._offence(test.offences)

    def _fact_is(self, path: str, values: tuple[str, ...], binding: Binding) -> Trace:
        wanted, missing, others = self._wanted(values, binding)
        words = " or ".join(sorted(w.replace("_", " ") for w in wanted)) or "the same State"
        told = self.told(path, binding)
        # Of members of whom nothing is told, what is asked is what any of them is.
        untold = tuple(p for p, t in told if t.known == "unknown")
        steps = []
        for one, said in told:
            step = self._compare(one, said, wanted, missing, words)
            if step.value is Truth.UNKNOWN:
                facts = untold if len(untold) > 1 and said.known == "unknown" else (one,)
                ask: AsIs | OneOf
                if "known" in wanted or missing == "claimant":
                    ask = AsIs(f"{one} is {' or '.join(values)}", step.fact or one)
                else:
                    ask = OneOf(self._missing(one, said, facts) or said.values, frozenset(wanted), others)
                step = step.asking(ask)
            steps.append(step)
        return steps[0] if len(steps) == 1 else combined(f"{path} is {words}", "any", tuple(steps))

    def _missing(self, path: str, told: Told, facts: tuple[str, ...] = ()) -> Missing | None:
        """A fact as it can be completed; `None` if it is told for certain."""
        if told.known in ("known", "none") and not told.partial:
            return None
        known = "partial" if told.partial else told.known
        declaration = self.rules.vocabulary[path]
        kind = declaration.type
        values: tuple[str, ...] | None = None
        if kind == "yes_no":
            values = ("true", "false")
        elif kind in ("choice", "choices"):
            values = (*declaration.values, *(["none"] if declaration.none else []))
        name, members = path, None
        if len(facts) > 1:
            name, members = f"{general(path)} of those of whom it is not told", len(facts)
        elif "[]" in path:
            members = 0
        many = kind in ("states", "choices")
        return Missing(name, facts or (path,), known, told.values, many=many, values=values, members=members)

    def _wanted(self, values: tuple[str, ...], binding: Binding) -> tuple[set[str], str | None, tuple[Missing, ...]]:
        """The values that are asked for, the first fact that keeps one of them unknown, and all such facts."""
        wanted: set[str] = set()
        missing: str | None = None
        others: list[Missing] = []
        for value in values:
            if value == "claimant":
                if binding.claimant is None:
                    missing = missing or "claimant"
                else:
                    wanted.add(binding.claimant)
            elif "." in value and _declared(value) in self.rules.vocabulary.paths:
                for path, told in self.told(value, binding):
                    if told.known != "disputed":
                        wanted.update(told.values)
                    if told.known in ("disputed", "unknown") or told.partial:
                        missing = missing or path
                        others += [m for m in [self._missing(path, told)] if m is not None]
            else:
                wanted.add(value)
        return wanted, missing, tuple(others)

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
        # Of a list told in part, more may hold; that there is none is ruled out.
        if certain is Truth.NO and told.partial and wanted != {"none"}:
            return result(Truth.UNKNOWN)
        if certain is Truth.NO and missing is not None:
            return result(Truth.UNKNOWN, missing)
        return result(certain)

    def _place_in(self, zones: tuple[str, ...], of: str, binding: Binding, *, negated: bool = False) -> Trace:
        words = f"position in the {' or '.join(z.replace('_', ' ') for z in zones)} of {of}"
        flag: tuple[str, ...] = ()
        flag_path, flag_told = "", Told("none")
        flag_missing: Missing | None = None
        if of == "flag":
            flag_path, flag_told = self.told("vessel.flag", binding)[0]
            flag_missing = self._missing(flag_path, flag_told)
            flag = flag_told.values
        if of in ("claimant", "other") and binding.claimant is None:
            named = self.place is not None
            fact, told = ("claimant", "State not identified") if named else ("position", "not told")
            ask = AsIs(f"{words}", fact)
            return Trace(words, Truth.UNKNOWN, fact, told, ask=ask)
        reached = self.place or ()
        # Waters that a State has not claimed on that day are no zone of that State; a territorial sea needs no claim.
        here = [z for z in reached if z.claimed]
        outside = any(z.zone == "outside_data" for z in reached)
        untold = self.place is None or outside
        certain = frozenset((z.zone, z.state) for z in here if z.certain and not untold)
        possible = None if untold else frozenset((z.zone, z.state) for z in here) - certain
        question = InZone(zones, of, binding.claimant, flag_missing or flag, certain, possible, negated)
        if self.place is None:
            return Trace(words, Truth.UNKNOWN, "position", "not told", ask=question)
        if flag_missing is not None:
            return Trace(words, Truth.UNKNOWN, flag_path, flag_told.words(), ask=question)
        if outside:
            return Trace(words, Truth.UNKNOWN, "position", "outside the zone data", ask=question)
        hits = [z for z in here if z.zone in zones and self._is_of(z.state, of, binding, flag)]
        told_words = "; ".join(f"{z.zone.replace('_', ' ')} ({z.certainty})" for z in hits) or "no such zone here"
        # Each of several zones may be only possible while together they leave nothing else.
        if any(z.certain for z in hits) or (hits and len(hits) == len(here)):
            return Trace(words, Truth.YES, "position", told_words)
        return Trace(words, Truth.UNKNOWN if hits else Truth.NO, "position", told_words, ask=question)

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
        inside = self._place_in(SOVEREIGN_ZONES, "anyone", binding, negated=True)
        words = "position seaward of every territorial sea"
        return Trace(words, ~inside.value, "position", inside.told, ask=inside.ask)

    def bound(self, instrument: str, state: str) -> Membership:
        """Whether an instrument binds a State on the day that counts."""
        return bound(self.rules, instrument, state, self.days)[0]

    def _party(self, instrument: str, of: str, binding: Binding) -> Trace:
        words = f"{of} bound by {instrument} on {self._day_words}"
        if of == "flag":
            path, told = self.told("vessel.flag", binding)[0]
            if told.known in ("unknown", "disputed"):
                ask = Bound(instrument, (), self._missing(path, told), self._truth(instrument), path)
                return Trace(words, Truth.UNKNOWN, path, told.words(), ask=ask)
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
        found, dated = bound(self.rules, instrument, state, self.days)
        since = f"since {found.since}" if found.since else None
        told_words = "; ".join(w for w in (state, since, found.note) if w)
        fact = self.day_fact if dated else f"party:{instrument}:{state}"
        ask = Bound(instrument, (state,), None, self._truth(instrument), fact)
        return Trace(words, found.truth, fact, told_words, ask=ask if found.truth is Truth.UNKNOWN else None)

    def _truth(self, instrument: str) -> Callable[[str], Truth]:
        return lambda state: self.bound(instrument, state).truth

    def _any_named_party(self, instrument: str, path: str, binding: Binding, words: str) -> Trace:
        """Whether at least one of the States that a fact names is bound."""
        steps = []
        for concrete, told in self.told(path, binding):
            found = [self.bound(instrument, state).truth for state in told.values if state != "none"]
            if told.known == "unknown" or told.partial:
                found.append(Truth.UNKNOWN)
            if "none" in told.values:
                found.append(Truth.NO)
            value = any_of(found)
            if told.known == "disputed" and value is Truth.YES and all_of(found) is not Truth.YES:
                value = Truth.UNKNOWN
            ask = None
            if value is Truth.UNKNOWN:
                missing = self._missing(concrete, told)
                states = () if missing else tuple(v for v in told.values if v != "none")
                fact = concrete if missing else f"party:{instrument}:{'+'.join(states)}"
                ask = Bound(instrument, states, missing, self._truth(instrument), fact)
            steps.append(Trace(words, value, concrete, told.words(), ask=ask))
        return steps[0] if len(steps) == 1 else combined(words, "any", tuple(steps))

    def _offence(self, offences: tuple[str, ...]) -> Trace:
        words = f"investigated: {' or '.join(o.replace('_', ' ') for o in offences)}"
        told = self.case.told("offences")
        said = self._compare("offences", told, set(offences), None, "")
        step = Trace(words, said.value, said.fact, said.told)
        missing = self._missing("offences", told)
        if step.value is not Truth.UNKNOWN or missing is None:
            return step
        return step.asking(OneOf(missing, frozenset(offences)))

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

    def named_by(self, source: object, binding: Binding) -> list[tuple[str, str]]:
        """How a ground comes to ask about a State: facts, each with what was told that names the State."""
        spec = source if isinstance(source, dict) else {}
        state = binding.claimant
        if "any" in spec:
            return []
        if "place" in spec:
            zones = [z for z in self.place or () if z.zone in spec["place"] and z.state == state]
            return [("position", f"{z.zone.replace('_', ' ')} ({z.certainty})") for z in zones]
        paths = spec.get("facts") or [spec["fact"]]
        told = (pair for path in paths for pair in self.told(str(path), binding))
        return [(path, said.words()) for path, said in told if state in said.values]

    def _coastal(self, zones: tuple[str, ...]) -> Iterator[tuple[str | None, str | None]]:
        if self.place is None:
            yield None, "position"
            return
        # States with waters that they could claim but have not are candidates too: the trace then says why not.
        for state in dict.fromkeys(z.state for z in self.place if z.zone in zones and z.state):
            yield state, None
        if any(z.zone == "outside_data" for z in self.place):
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
