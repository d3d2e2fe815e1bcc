"""Conditions decided by an independent engine: answer-set programming (clingo), over whole completions of the facts.

Nothing of the rule engine is used here but the data of treaties: a random condition, random facts and a random place
are written as a logic program whose answer sets are the completions. What holds in all of them is *yes*, what holds in
none is *no*, and a missing fact matters if two completions that differ in it alone give different answers. The program
completes facts from whole universes (all words of a choice, more States than any test mentions), not from the
values that a condition mentions, so that the short cuts of the engine are what is tested.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

import clingo

from seajuris.case import Case
from seajuris.place import Place, Zone
from seajuris.position import Position
from seajuris.rules.facts import Binding, FactBase
from seajuris.rules.inputs import place_facts
from seajuris.rules.load import shipped_rules
from seajuris.rules.logic import Trace, Truth
from seajuris.rules.model import condition

DAY = dt.date(2012, 6, 14)
RULES = shipped_rules()
STATES = ("ITA", "GRC", "LBY", "SOM", "PAN")
STRANGERS = ("x1", "x2", "x3", "x4")
INSTRUMENTS = ("UNTOC", "SUA_2005", "EU", "CISA")
SOVEREIGN = ("land", "internal_waters", "archipelagic_waters", "territorial_sea")
ZONES = (*SOVEREIGN, "contiguous_zone", "exclusive_economic_zone", "high_seas")

# Facts by the way in which they take values; those of suspects[0] are reached by the binding.
STATE_FACTS = ("departure", "destination", "vessel.flag", "intervention.by", "suspects[0].nationality")
CHOICES = ("entry", "event", "benefit", "offences", "vessel.flag_status")
MEMBERS = ("role", "residence", "minor")
LIST_PATH = "suspects[]."


def many(path: str) -> bool:
    return RULES.vocabulary[path].type in ("states", "choices")


def words_of(path: str) -> list[str]:
    """All values that a fact can have; of States, all of the universe. "none" is one where the fact knows it."""
    fact = RULES.vocabulary[path]
    if fact.type == "yes_no":
        return ["true", "false"]
    values = [*STATES, *STRANGERS] if fact.type in ("state", "states") else [*fact.values]
    return [*dict.fromkeys([*values, *(["none"] if fact.none else [])])]


@dataclass
class Problem:
    """A condition, the facts told, and a place."""

    test: dict[str, Any]
    data: dict[str, Any]
    place: Place | None
    claimant: str
    told: dict[str, tuple[str, list[str]]] = field(default_factory=dict)


# --- Random problems ----------------------------------------------------------------------------------------------


def problem(chance: random.Random) -> Problem:
    made = Problem({}, {"on": DAY.isoformat()}, _place(chance), chance.choice(STATES))
    # Few facts in many tests: what shares facts is what differs from Kleene's logic.
    facts = chance.sample([*STATE_FACTS, *CHOICES], k=chance.randint(1, 4))
    with_place, with_party = chance.random() < 0.4, chance.random() < 0.3
    member = chance.choice(MEMBERS) if chance.random() < 0.3 else None
    made.test = _tree(chance, made, facts, member, with_place, with_party, depth=chance.randint(1, 3))
    for path in (*STATE_FACTS, *CHOICES):
        _tell(chance, made, path)
    _tell_members(chance, made, member)
    return made


def _place(chance: random.Random) -> Place | None:
    if chance.random() < 0.4:
        return None
    spots = [
        (z, None if z == "high_seas" else chance.choice(STATES)) for z in chance.choices(ZONES, k=chance.randint(1, 4))
    ]
    zones = [
        Zone(zone, state, state, None, None, "certain" if chance.random() < 0.35 else "possible", at_position=True)
        for zone, state in dict.fromkeys(spots)
    ]
    position = Position.from_degrees(36.0, 21.0, accuracy_m=10.0)
    return Place(position, DAY, 10.0, tuple(zones), "unknown", (), (), "robust")


def _tree(
    chance: random.Random, made: Problem, facts: list[str], member: str | None, place: bool, party: bool, depth: int
) -> dict[str, Any]:
    if depth == 0 or chance.random() < 0.15:
        return _leaf(chance, made, facts, member, place, party)
    kind = chance.choice(("all", "any", "not", "all", "any"))
    if kind == "not":
        return {"not": _tree(chance, made, facts, member, place, party, depth - 1)}
    parts = chance.randint(1, 3)
    return {kind: [_tree(chance, made, facts, member, place, party, depth - 1) for _ in range(parts)]}


def _leaf(
    chance: random.Random, made: Problem, facts: list[str], member: str | None, place: bool, party: bool
) -> dict[str, Any]:
    roll = chance.random()
    if place and roll < 0.35:
        if chance.random() < 0.3:
            return {"beyond_territorial_sea": True}
        zones = list(SOVEREIGN) if chance.random() < 0.5 else chance.sample(ZONES, k=chance.randint(1, 2))
        return {"place": zones, "of": chance.choice(("claimant", "anyone", "other", "flag"))}
    if party and roll < 0.55:
        return {"party": chance.choice(INSTRUMENTS[:2]), "state": chance.choice(("claimant", "flag", "departure"))}
    if member is not None and roll < 0.75:
        return _is(chance, f"any_suspect.{member}", f"suspects[].{member}")
    path = chance.choice(facts)
    if path == "offences":
        return {"offence": chance.sample(words_of(path), k=chance.randint(1, 4))}
    return _is(chance, path.replace("suspects[0]", "suspect"), path)


def _is(chance: random.Random, written: str, path: str) -> dict[str, Any]:
    values: list[Any] = [v for v in words_of(path) if v not in STRANGERS]
    wanted = chance.sample(values, k=chance.randint(1, min(3, len(values))))
    if RULES.vocabulary[path].type in ("state", "states"):
        if chance.random() < 0.35:
            wanted = ["claimant"]
        elif path in ("destination", "intervention.by") and chance.random() < 0.25:
            wanted = ["vessel.flag"]
    return {"fact": written, "is": wanted if len(wanted) > 1 else wanted[0]}


def _tell(chance: random.Random, made: Problem, path: str) -> None:
    values = [v for v in words_of(path) if v not in STRANGERS]
    several = [v for v in values if v != "none"]
    roll = chance.random()
    if roll < 0.55:
        made.told[path] = ("unknown", [])
        return
    if roll < 0.7:
        alleged = chance.sample(values, k=min(len(values), chance.randint(2, 3)))
        made.told[path] = ("disputed", alleged)
        _set(made.data, path, {"disputed": alleged})
    elif roll < 0.8 and many(path):
        some = chance.sample(several, k=chance.randint(1, 2))
        made.told[path] = ("partial", some)
        _set(made.data, path, [*some, "unknown"])
    else:
        some = [chance.choice(values)]
        if many(path) and some != ["none"] and chance.random() < 0.4:
            some = chance.sample(several, k=2)
        made.told[path] = ("known", some)
        _set(made.data, path, some if len(some) > 1 else some[0])


def _tell_members(chance: random.Random, made: Problem, member: str | None) -> None:
    """Suspects: not told at all, or one to three of whom the fact is told or not."""
    if member is None:
        return
    if made.data.get("suspects") is None and chance.random() < 0.4:
        made.told[LIST_PATH + member] = ("untold list", [])
        return
    suspects = made.data.setdefault("suspects", [{}])
    while len(suspects) < 3 and chance.random() < 0.6:
        suspects.append({})
    values = [v for v in words_of(f"suspects[].{member}") if v not in STRANGERS]
    for index, suspect in enumerate(suspects):
        if chance.random() < 0.3:
            suspect[member] = chance.choice(values)
            made.told[f"suspects[{index}].{member}"] = ("known", [suspect[member]])
        else:
            made.told[f"suspects[{index}].{member}"] = ("unknown", [])


def _set(data: dict[str, Any], path: str, value: Any) -> None:
    if path.startswith("suspects[0]."):
        data.setdefault("suspects", [{}])[0][path.partition(".")[2]] = value
        return
    group, dot, name = path.partition(".")
    if dot:
        data.setdefault(group, {})[name] = value
    else:
        data[path] = value


# --- The engine ---------------------------------------------------------------------------------------------------


def by_engine(made: Problem) -> Trace | None:
    """What the rule engine says; `None` if the facts told contradict each other."""
    from seajuris.errors import CaseError

    try:
        case = Case.from_dict(made.data, vocabulary=RULES.vocabulary)
    except CaseError:
        return None
    base = FactBase(case, place_facts(made.place), RULES, DAY)
    return base.decide(condition(made.test, "test"), Binding(claimant=made.claimant, suspect=0))


# --- The logic program --------------------------------------------------------------------------------------------


def by_answer_sets(made: Problem) -> tuple[Truth, set[str]]:
    """What follows from all completions, and the facts that matter."""
    program = "\n".join(_Program(made).lines())
    certain = _consequences(f"{program}\n#show yes/1.", "cautious")
    possible = _consequences(f"{program}\n#show yes/1.", "brave")
    if certain:
        return Truth.YES, set()
    if not possible:
        return Truth.NO, set()
    pairs = "\n".join(
        [
            program,
            "copy(2). 1 {flip(F) : open(F)} 1.",
            "val(2,F,V) :- val(1,F,V), not flip(F). bound(2,I,S) :- bound(1,I,S), not flip(party(I,S)).",
            "at(2,Z,O) :- at(1,Z,O), not flip(position).",
            "differs :- yes(1), not yes(2). differs :- yes(2), not yes(1). :- not differs.",
            "matters(F) :- flip(F). #show matters/1.",
        ]
    )
    matter = _consequences(pairs, "brave")
    return Truth.UNKNOWN, {atom.removeprefix("matters(").removesuffix(")").strip('"') for atom in matter}


def _consequences(program: str, mode: str) -> set[str]:
    """The atoms shown that hold in some answer set (``brave``), or in all (``cautious``); none if there is none."""
    control = clingo.Control([f"--enum-mode={mode}", "--models=0", "--warn=none"])
    control.add("base", [], program)
    control.ground([("base", [])])
    last: set[str] = set()
    with control.solve(yield_=True) as handle:
        for model in handle:
            last = {str(atom) for atom in model.symbols(shown=True)}
    return last


class _Program:
    def __init__(self, made: Problem) -> None:
        self.made = made
        self.out: list[str] = ["copy(1)."]
        self.count = 0

    def lines(self) -> list[str]:
        # What no test asks for is left out of the program: it cannot matter.
        written = str(self.made.test)
        for path, (known, values) in self.made.told.items():
            name = path.rpartition(".")[2]
            if name.removesuffix("s") in written:
                self.fact(path, known, values)
        if "'place'" in written or "beyond" in written:
            self.position()
        if "'party'" in written:
            self.membership()
        root = self.node(self.made.test)
        self.out.append(f"yes(C) :- copy(C), holds(C,{root}).")
        return self.out

    def fact(self, path: str, known: str, values: list[str]) -> None:
        name = f'"{path}"'
        if known == "known":
            self.out += [f'val(C,{name},"{v}") :- copy(C).' for v in values]
            return
        words = values if known == "disputed" else words_of(path)
        self.out.append(f"open({name}).")
        self.out += [f'dom({name},"{v}").' for v in words]
        # In the first copy always, in the second where this is the fact that is flipped.
        free = f"free(C,{name})"
        self.out.append(f"{free} :- C = 1. {free} :- copy(2), C = 2, flip({name}).")
        choice = f"{{ val(C,{name},V) : dom({name},V) }}"
        if known == "untold list":
            self.out.append(f"{choice} :- {free}.")
        elif known == "partial":
            self.out += [f'val(C,{name},"{v}") :- {free}.' for v in values]
            self.out.append(f'{{ val(C,{name},V) : dom({name},V), V != "none" }} :- {free}.')
        elif many(path):
            self.out.append(f"1 {choice} :- {free}.")
            self.out.append(f':- val(C,{name},"none"), val(C,{name},V), V != "none".')
        else:
            self.out.append(f"1 {choice} 1 :- {free}.")

    def position(self) -> None:
        place = self.made.place
        self.out.append("moves(1). moves(2) :- copy(2), flip(position).")
        if place is None:
            self.out.append("open(position).")
            owners = [*STATES, *STRANGERS]
            self.out += [f'spot("{z}","{o}").' for z in ZONES if z != "high_seas" for o in owners]
            self.out.append('spot("high_seas","nobody"). { at(C,Z,O) : spot(Z,O) } :- moves(C).')
            return
        for zone in place.zones:
            spot = f'"{zone.zone}","{zone.state or "nobody"}"'
            if zone.certainty == "certain":
                self.out.append(f"at(C,{spot}) :- moves(C).")
            else:
                self.out.append(f"{{ at(C,{spot}) }} :- moves(C). open(position).")
        self.out.append("somewhere(C) :- at(C,_,_). :- copy(C), not somewhere(C).")

    def membership(self) -> None:
        for instrument in INSTRUMENTS:
            for state in (*STATES, *STRANGERS):
                known = Truth.UNKNOWN if state in STRANGERS else RULES.membership(instrument, state, DAY).truth
                pair = f'"{instrument}","{state}"'
                if known is Truth.YES:
                    self.out.append(f"bound(C,{pair}) :- copy(C).")
                elif known is Truth.UNKNOWN:
                    self.out.append(f"open(party({pair})). {{ bound(1,{pair}) }}.")
                    self.out.append(f"{{ bound(2,{pair}) }} :- copy(2), flip(party({pair})).")

    def node(self, test: dict[str, Any]) -> int:
        self.count += 1
        number = self.count
        holds = f"holds(C,{number}) :- copy(C)"
        if "all" in test or "any" in test:
            children = [self.node(part) for part in test.get("all") or test["any"]]
            if "all" in test:
                self.out.append(f"{holds}, {', '.join(f'holds(C,{c})' for c in children)}.")
            else:
                self.out += [f"{holds}, holds(C,{c})." for c in children]
        elif "not" in test:
            child = self.node(test["not"])
            self.out.append(f"{holds}, not holds(C,{child}).")
        elif "offence" in test:
            self.out += [f'{holds}, val(C,"offences","{v}").' for v in test["offence"]]
        elif "beyond_territorial_sea" in test:
            self.out += [f'inside(C,{number}) :- at(C,"{z}",_).' for z in SOVEREIGN]
            self.out.append(f"{holds}, not inside(C,{number}).")
        elif "place" in test:
            owner = {
                "claimant": f'O = "{self.made.claimant}"',
                "other": f'O != "{self.made.claimant}", O != "nobody"',
                "flag": 'val(C,"vessel.flag",O), O != "none"',
                "anyone": "O = O",
            }[test["of"]]
            self.out += [f'{holds}, at(C,"{z}",O), {owner}.' for z in test["place"]]
        elif "party" in test:
            pair = f'"{test["party"]}"'
            match test["state"]:
                case "claimant":
                    self.out.append(f'{holds}, bound(C,{pair},"{self.made.claimant}").')
                case "flag":
                    self.out.append(f'{holds}, val(C,"vessel.flag",S), S != "none", bound(C,{pair},S).')
                case path:
                    self.out.append(f'{holds}, val(C,"{path}",S), S != "none", bound(C,{pair},S).')
        else:
            self.comparison(test, holds)
        return number

    def comparison(self, test: dict[str, Any], holds: str) -> None:
        group, _, name = test["fact"].partition(".")
        if group == "any_suspect":
            paths = [path for path in self.made.told if path.startswith("suspects[") and path.endswith(f".{name}")]
        else:
            paths = [test["fact"].replace("suspect.", "suspects[0].")]
        wanted = test["is"] if isinstance(test["is"], list) else [test["is"]]
        for path in paths:
            for value in wanted:
                if value == "claimant":
                    self.out.append(f'{holds}, val(C,"{path}","{self.made.claimant}").')
                elif value == "vessel.flag":
                    self.out.append(f'{holds}, val(C,"{path}",V), val(C,"vessel.flag",V), V != "none".')
                else:
                    word = {True: "true", False: "false"}.get(value, value)
                    self.out.append(f'{holds}, val(C,"{path}","{word}").')


# --- The comparison -----------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What a comparison saw."""

    compared: int = 0
    completed: int = 0
    decided: int = 0
    too_many: int = 0
    differences: list[str] = field(default_factory=list)


def compare(seed: int, count: int) -> Tally:
    """Compare the engine with the program on random problems.

    Args:
        seed: Where the random problems begin.
        count: How many are compared; those whose facts contradict each other do not count.
    """
    tally = Tally()
    number = 0
    while tally.compared < count:
        number += 1
        made = problem(random.Random(f"{seed}/{number}"))
        engine = by_engine(made)
        if engine is None:
            continue
        tally.compared += 1
        seen = engine.completions
        if seen is not None and seen.too_many:
            tally.too_many += 1
            continue
        if seen is not None and seen.tried:
            tally.completed += 1
            tally.decided += seen.decided
        truth, matter = by_answer_sets(made)
        # A membership that is not known is no fact of the case; a flag or departure stands for that of its State.
        facts = {fact for fact in engine.undecided() if not fact.startswith("party:")}
        expected = {fact for fact in matter if not fact.startswith("party(")}
        if engine.value is not truth or facts != expected:
            tally.differences.append(
                f"{seed}/{number}: engine {engine.value.value} {sorted(facts)}, "
                f"answer sets {truth.value} {sorted(expected)}\n  {made.test}\n  {made.data}\n"
                f"  claimant {made.claimant} place "
                f"{made.place and [(z.zone, z.state, z.certainty) for z in made.place.zones]}"
            )
    return tally
