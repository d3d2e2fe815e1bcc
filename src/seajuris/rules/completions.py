"""Decides conditions that Kleene's logic leaves unknown although the missing facts cannot change the answer.

``departure is Libya, or departure is not Libya`` is unknown in three-valued logic while nobody told the departure, but
it holds wherever the boat left. So where a condition is unknown, the facts that several of its tests share are
*completed* in every way that the tests can tell apart, and the condition is decided if all completions agree. What a
completion may be:

- a fact not told: any value that the condition mentions, *some other value*, or that there is none;
- a disputed fact: the alleged values (of a fact that may have several values: one or more of them);
- a list told in part: what was told, with or without any other value that the condition mentions;
- a position not told or not certain: any combination of the zones that it may lie in;
- a membership not established: bound, or not bound.

Only facts that stand in more than one test are tried in combination. A test that shares no fact with another one can
come out either way independently of the rest, and on the rest Kleene's logic is exact. The remainder under each
combination is kept in a normal form, so that the facts on which the answer really depends are known as well.

What is not linked, on the side of caution (the answer then stays unknown): a fact of one suspect and the same fact of
*any* suspect; presence and custody; a State that is not identified and the fact that would name it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from seajuris.rules.logic import Completions, Trace, Truth

# Plain classes: a dataclass costs a millisecond of start-up each.

MAX_COMPLETIONS = 1024
"""More combinations of shared facts than this are not tried; the condition stays unknown, and the trace says so."""

MAX_PARTS = 6
"""More kinds of values of a fact that can have several at once are not combined; each test then stands for itself."""

MAX_ZONES = 8
"""More kinds of zones in which a position may lie are not combined; each test then stands for itself."""

OTHER = "~other"
"""Some value that no test of the condition mentions."""

OTHERS = (OTHER, "~another", "~third")
"""Several of them, where facts are compared with each other, or a zone with a flag."""

Value = Any
Assignment = Mapping[str, Value]


class Missing:
    """A fact that may be completed.

    Attributes:
        name: The concrete path; one name for all members of whom it is unknown.
        facts: What to report as missing.
        known: ``unknown``, ``disputed`` or ``partial``.
        told: The alleged values, or those of a list told in part; empty if nothing was told.
        many: Whether several values can hold at once.
        values: All values that the fact can have; `None` if they are open (States, texts).
        members: For a fact of several members of a list, at most how many values they can have together; 0 where
            even the number of members is not known (there may be none). `None` for a fact of one member or of the case.
    """

    __slots__ = ("facts", "known", "many", "members", "name", "told", "values")

    def __init__(
        self,
        name: str,
        facts: tuple[str, ...],
        known: str,
        told: tuple[str, ...] = (),
        *,
        many: bool = False,
        values: tuple[str, ...] | None = None,
        members: int | None = None,
    ) -> None:
        self.name = name
        self.facts = facts
        self.known = known
        self.told = told
        self.many = many
        self.values = values
        self.members = members

    @property
    def combines(self) -> bool:
        """Whether a completion is a set of values, not a single one."""
        return self.many or self.members is not None

    def domain(self, mentioned: Mapping[str, Any], fresh: tuple[str, ...]) -> list[frozenset[str]]:
        """Every completion that tests can tell apart; "none" is written as a value.

        Args:
            mentioned: The values that tests mention, each with what tells it apart from others: of values that no
                test tells apart one is enough.
            fresh: Words for values that no test mentions.
        """
        if self.known == "disputed":
            alleged = _one_of_each({v: mentioned.get(v, OTHER) for v in self.told if v != "none"})
            none = [frozenset({"none"})] if "none" in self.told else []
            return [*none, *(_subsets(alleged) if self.many else (frozenset({v}) for v in alleged))]
        if self.known == "partial":
            more = _one_of_each({v: k for v, k in mentioned.items() if v not in self.told and v != "none"})
            return [frozenset({*self.told, *some}) for some in (frozenset(), *_subsets([*more, *fresh[:1]]))]
        possible = {v: k for v, k in mentioned.items() if v != "none" and (self.values is None or v in self.values)}
        named = _one_of_each(possible)
        if self.values is not None and not set(self.values) - {"none"} - set(possible):
            fresh = ()
        none = [frozenset({"none"})] if self.values is None or "none" in self.values else []
        if self.members is not None:
            # Each member may have another value, or none.
            every = [*_subsets([*("none" for _ in none), *named, *fresh])]
            if self.members == 0:
                return [frozenset(), *every]
            return every if self.many else [some for some in every if len(some) <= self.members]
        if self.many:
            return [*none, *_subsets([*named, *fresh])]
        return [*none, *(frozenset({v}) for v in (*named, *fresh))]


def _one_of_each(values: Mapping[str, Any]) -> list[str]:
    """One of all values that are told apart by the same."""
    kept: dict[Any, str] = {}
    for value in sorted(values):
        kept.setdefault(values[value], value)
    return [*kept.values()]


# --- The kinds of tests -------------------------------------------------------------------------------------------
#
# Each kind of test that is unknown on the facts told says:
#   missing     the facts on which it depends (a position is none of them);
#   free        names that are simply true or false, each with the fact to report;
#   names       everything on which it depends, by names that other tests share where they depend on the same;
#   mentions    pairs of a missing fact's name and a value that matters to this test;
#   value       the answer under a completion, which gives a value for each name.


class AsIs:
    """A test that nothing known ties to other tests: true or false, the same wherever it stands word for word."""

    __slots__ = (
        "fact",
        "key",
    )

    def __init__(self, key: str, fact: str) -> None:
        self.key = key
        self.fact = fact

    @property
    def missing(self) -> tuple[Missing, ...]:
        """None: the test stands for itself."""
        return ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything on which it depends, by name."""
        return (self.key,)

    @property
    def free(self) -> tuple[tuple[str, str], ...]:
        """Names that are true or false, each with the fact to report."""
        return ((self.key, self.fact),)

    def mentions(self) -> Iterator[tuple[str, str]]:
        """Values that matter to this test, each with the name of the fact."""
        return iter(())

    def value(self, given: Assignment) -> bool:
        """The answer under a completion."""
        return bool(given[self.key])


class OneOf:
    """A fact has one of the values wanted, or one of those that other facts have.

    Attributes:
        subject: The fact; or its values, where they are told.
        wanted: Values that are asked for.
        others: Missing facts whose values are asked for too.
    """

    __slots__ = (
        "others",
        "subject",
        "wanted",
    )

    def __init__(
        self, subject: Missing | tuple[str, ...], wanted: frozenset[str], others: tuple[Missing, ...] = ()
    ) -> None:
        self.subject = subject
        self.wanted = wanted
        self.others = others

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The facts on which it depends."""
        return (self.subject, *self.others) if isinstance(self.subject, Missing) else self.others

    @property
    def names(self) -> tuple[str, ...]:
        """Everything on which it depends, by name."""
        return tuple(m.name for m in self.missing)

    @property
    def free(self) -> tuple[tuple[str, str], ...]:
        """Names that are true or false, each with the fact to report."""
        return ()

    def mentions(self) -> Iterator[tuple[str, str]]:
        """Values that matter to this test, each with the name of the fact."""
        told = () if isinstance(self.subject, Missing) else self.subject
        for one in self.missing:
            for value in (*self.wanted, *told, *(v for m in self.missing for v in m.told if len(self.missing) > 1)):
                yield one.name, value

    def value(self, given: Assignment) -> bool:
        """The answer under a completion."""
        values = given[self.subject.name] if isinstance(self.subject, Missing) else self.subject
        wanted = set(self.wanted)
        for other in self.others:
            wanted |= given[other.name] - {"none"}
        return any(v in wanted for v in values)


class Bound:
    """A State is bound by an instrument: the State itself may be missing, or whether it is bound.

    Attributes:
        instrument: Its id.
        states: The States told; one of them is enough.
        source: The fact that names the States, if that is missing.
        membership: Whether a State is bound.
        fact: What to report where it is the membership that is not known.
        reach: The States that the missing fact may name, as far as tests mention them.
        alone: Whether a State that no test mentions is one of this fact's own; if facts are compared, it is shared.
    """

    __slots__ = (
        "alone",
        "fact",
        "instrument",
        "membership",
        "reach",
        "source",
        "states",
    )

    def __init__(
        self,
        instrument: str,
        states: tuple[str, ...],
        source: Missing | None,
        membership: Callable[[str], Truth],
        fact: str,
    ) -> None:
        self.instrument = instrument
        self.states = states
        self.source = source
        self.membership = membership
        self.fact = fact
        self.reach: tuple[str, ...] = (*source.told, *OTHERS) if source else ()
        self.alone = True

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The facts on which it depends."""
        return (self.source,) if self.source else ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything on which it depends, by name."""
        return (*(m.name for m in self.missing), *(name for name, _ in self.free))

    @property
    def free(self) -> tuple[tuple[str, str], ...]:
        """Names that are true or false, each with the fact to report."""
        states = dict.fromkeys((*self.states, *self.reach))
        # Of a State that is only mentioned, the membership is missing; of one not named, the fact that names it.
        own = self.source is None
        return tuple(
            (self._name(s), self.fact if own or s in OTHERS else self._name(s))
            for s in states
            if self._known(s) is Truth.UNKNOWN
        )

    def mentions(self) -> Iterator[tuple[str, str]]:
        """Values that matter to this test, each with the name of the fact."""
        for one in self.missing:
            for value in one.told:
                yield one.name, value

    def value(self, given: Assignment) -> bool:
        """The answer under a completion."""
        states = given[self.source.name] - {"none"} if self.source else self.states
        return any(self._holds(state, given) for state in states)

    def _holds(self, state: str, given: Assignment) -> bool:
        known = self._known(state)
        return known is Truth.YES or (known is Truth.UNKNOWN and bool(given[self._name(state)]))

    def _known(self, state: str) -> Truth:
        return Truth.UNKNOWN if state in OTHERS else self.membership(state)

    def _name(self, state: str) -> str:
        whose = f" of {self.source.name}" if self.source and self.alone and state in OTHERS else ""
        return f"party:{self.instrument}:{state}{whose}"


Spot: TypeAlias = "tuple[str, str | None]"
"""A zone and the State that it belongs to."""


class InZone:
    """The position lies in one of the zones of the claimant, of another State, of the flag State, or of anyone.

    Attributes:
        of: ``claimant``, ``other``, ``flag`` or ``anyone``.
        claimant: The State for which it is asked.
        flag: The flag States told, or the missing fact.
        certain: Zones in which the position lies for sure.
        possible: Zones in which it may lie; `None` if the position is not told or lies outside the data.
        negated: Whether it is asked that the position does *not* lie there.
    """

    __slots__ = (
        "certain",
        "claimant",
        "flag",
        "negated",
        "of",
        "possible",
        "zones",
    )

    def __init__(
        self,
        zones: tuple[str, ...],
        of: str,
        claimant: str | None,
        flag: tuple[str, ...] | Missing,
        certain: frozenset[Spot],
        possible: frozenset[Spot] | None,
        negated: bool = False,
    ) -> None:
        self.zones = zones
        self.of = of
        self.claimant = claimant
        self.flag = flag
        self.certain = certain
        self.possible = possible
        self.negated = negated

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The facts on which it depends."""
        return (self.flag,) if self.of == "flag" and isinstance(self.flag, Missing) else ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything on which it depends, by name."""
        return ("position", *(m.name for m in self.missing))

    @property
    def free(self) -> tuple[tuple[str, str], ...]:
        """Names that are true or false, each with the fact to report."""
        return ()

    def mentions(self) -> Iterator[tuple[str, str]]:
        """Values that matter to this test, each with the name of the fact."""
        for one in self.missing:
            for _, state in (*self.certain, *(self.possible or ())):
                if state is not None:
                    yield one.name, state
            for value in (*one.told, *((self.claimant,) if self.claimant else ())):
                yield one.name, value

    def value(self, given: Assignment) -> bool:
        """The answer under a completion."""
        flags = given[self.flag.name] if isinstance(self.flag, Missing) and self.of == "flag" else self.flag
        return any(self.hit(spot, flags) for spot in given["position"]) is not self.negated

    def hit(self, spot: Spot, flags: Any = ()) -> bool:
        """Whether a zone is one of those asked for."""
        zone, state = spot
        if zone not in self.zones:
            return False
        match self.of:
            case "claimant":
                return state == self.claimant
            case "other":
                return state is not None and state != self.claimant
            case "flag":
                return state in flags
            case _:
                return True


Ask: TypeAlias = AsIs | OneOf | Bound | InZone


# --- Deciding -----------------------------------------------------------------------------------------------------


def complete(trace: Trace) -> Trace:
    """Try the completions of the missing facts together where a step is unknown.

    Args:
        trace: A step as three-valued logic leaves it, with every branch.

    Returns:
        The same record. Its value is the common answer of all completions, or still unknown; `completions` says
        which facts were varied, and on which facts the answer really depends.
    """
    if trace.value is not Truth.UNKNOWN or trace.completions is not None:
        return trace
    asks = [_ask(leaf) for leaf in _open_leaves(trace)]
    names = [name for ask in asks for name in ask.names]
    if len(set(names)) == len(names) and not any(_may_be_settled(ask) for ask in asks):
        return trace.completed(trace.value, Completions(_reported(asks)))
    return _Search(trace, asks).result()


def _open_leaves(trace: Trace) -> Iterator[Trace]:
    """The unknown tests of an unknown step, without those below a step that is decided."""
    if trace.value is Truth.UNKNOWN:
        if trace.op is None:
            yield trace
        for child in trace.children if trace.op else ():
            yield from _open_leaves(child)


def _ask(leaf: Trace) -> Ask:
    return leaf.ask or AsIs(f"{leaf.test}|{leaf.fact}", leaf.fact or "")


def _may_be_settled(ask: Ask) -> bool:
    """Whether a test alone may come out the same for every value of its facts, or not depend on all of them."""
    if isinstance(ask, OneOf):
        closed = [set(m.values) for m in ask.missing if m.values is not None]
        return any(v <= ask.wanted or not v & ask.wanted for v in closed) or bool(ask.others) or not ask.wanted
    if isinstance(ask, Bound):
        return ask.source is not None and ask.source.known == "disputed"
    if isinstance(ask, InZone):
        # No State has the high seas, and a ship without a flag has no flag State.
        ownerless = ask.of != "anyone" and set(ask.zones) <= {"high_seas"}
        return bool(ask.missing) or ownerless or (ask.of == "flag" and not ask.flag)
    return False


def _reported(asks: Iterable[Ask]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for ask in asks:
        if isinstance(ask, InZone):
            found["position"] = None
        for one in ask.missing:
            found.update(dict.fromkeys(one.facts))
        found.update((fact, None) for _, fact in ask.free if fact)
    return tuple(found)


def _identity(ask: Ask) -> str:
    """The same text for tests that ask the same."""
    if isinstance(ask, InZone):
        return f"place {ask.zones} {ask.of} {ask.claimant} {ask.negated}"
    if isinstance(ask, OneOf):
        subject = ask.subject.name if isinstance(ask.subject, Missing) else ask.subject
        return f"{subject} {sorted(ask.wanted)} {[other.name for other in ask.others]}"
    return repr(ask.names)


def _subsets(values: Iterable[str]) -> Iterator[frozenset[str]]:
    """All subsets but the empty one."""
    listed = [*values]
    for size in range(1, len(listed) + 1):
        for some in itertools.combinations(listed, size):
            yield frozenset(some)


class _TooManyError(Exception):
    """There are more combinations than may be tried."""


def _links(ask: Ask) -> bool:
    """Whether a test compares facts with each other, or zones with a fact."""
    return len(ask.missing) > 1 or (isinstance(ask, InZone) and bool(ask.missing))


def _mentioned(asks: list[Ask]) -> dict[str, dict[str, Any]]:
    """For each missing fact the values that tests mention, each with what tells it apart from the others."""
    tests: dict[str, list[Ask]] = {}
    found: dict[str, dict[str, Any]] = {}
    for ask in asks:
        for one in ask.missing:
            tests.setdefault(one.name, []).append(ask)
            found.setdefault(one.name, {})
        for name, value in ask.mentions():
            found[name][value] = value
    for name, values in found.items():
        plain = [ask.wanted for ask in tests[name] if isinstance(ask, OneOf) and not _links(ask)]
        if len(plain) == len(tests[name]):
            found[name] = {value: tuple(value in wanted for wanted in plain) for value in values}
    return found


def _size(mentioned: Mapping[str, Any]) -> int:
    return len({kind for value, kind in mentioned.items() if value != "none"})


# The remainder of a condition under a combination of the shared facts: True, False, ("leaf", test, answers),
# or ("all" | "any", set of remainders). Negations are pushed down to the tests, equal operations are flattened.
Remainder = bool | tuple[Any, ...]


class _Search:
    """One condition and its open tests."""

    def __init__(self, trace: Trace, asks: list[Ask]) -> None:
        self.trace = trace
        self.asks = self._told_apart(asks)
        self.coarse = any(one is not other for one, other in zip(asks, self.asks, strict=True))
        self.domains: dict[str, list[Value]] = {}
        self.facts: dict[str, tuple[str, ...]] = {}
        self.names: list[tuple[str, ...]] = []
        self.tables: list[dict[tuple[Value, ...], bool]] = []
        self._row: dict[tuple[int, tuple[Value, ...]], tuple[bool, ...]] = {}
        self._next = 0

    @staticmethod
    def _told_apart(asks: list[Ask]) -> list[Ask]:
        """Tests of facts with too many values to combine stand for themselves."""
        mentioned = _mentioned(asks)
        large = {m.name for ask in asks for m in ask.missing if m.combines and _size(mentioned[m.name]) > MAX_PARTS}
        flags = {name: set(values) for name, values in mentioned.items()}
        if len(_spots([a for a in asks if isinstance(a, InZone)], flags)[1]) > MAX_ZONES:
            large.add("position")
        return [AsIs(_identity(ask), _reported([ask])[0]) if large & set(ask.names) else ask for ask in asks]

    def result(self) -> Trace:
        try:
            self._prepare()
        except _TooManyError:
            return self._unknown(Completions(_reported(self.asks), too_many=True))
        counts = Counter(name for names in self.names for name in names)
        shared = [name for name in self.domains if counts[name] > 1]
        total = 1
        for name in shared:
            total *= len(self.domains[name])
        over = self._words(shared)
        if total > MAX_COMPLETIONS:
            return self._unknown(Completions(_reported(self.asks), over, too_many=True))
        outcomes: dict[tuple[Value, ...], Remainder] = {}
        for values in itertools.product(*(self.domains[name] for name in shared)):
            outcomes[values] = self._remainder(dict(zip(shared, values, strict=True)))
        answers = set(outcomes.values())
        if answers <= {True} or answers <= {False}:
            truth = Truth.YES if True in answers else Truth.NO
            done = Completions((), over or self._words(self.domains), max(total, 1), decided=True)
            return self.trace.completed(truth, done)
        facts = self._relevant(shared, outcomes)
        return self._unknown(Completions(facts, over, total, too_many=self.coarse))

    def _unknown(self, completions: Completions) -> Trace:
        return self.trace.completed(Truth.UNKNOWN, completions)

    def _words(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fact for name in names for fact in self.facts[name] if fact))

    # --- Values that the tests can tell apart ----------------------------------------------------------------

    def _prepare(self) -> None:
        missing = {m.name: m for ask in self.asks for m in ask.missing}
        mentioned = _mentioned(self.asks)
        linked = any(_links(ask) for ask in self.asks)
        if linked and len(missing) > len(OTHERS):
            # More facts than that could all differ from each other and from every value that is mentioned.
            raise _TooManyError
        if linked:
            # Facts that are compared with each other must be able to agree on any value, and to differ.
            everything = {value: value for values in mentioned.values() for value in values}
            mentioned = dict.fromkeys(mentioned, everything)
        for name, one in missing.items():
            if one.combines and _size(mentioned[name]) > MAX_PARTS + 2:
                raise _TooManyError
            self.domains[name] = one.domain(mentioned[name], OTHERS if linked else OTHERS[:1])
            self.facts[name] = one.facts
        for ask in self.asks:
            if isinstance(ask, Bound) and ask.source is not None:
                ask.alone = not linked
                ask.reach = tuple(
                    dict.fromkeys(v for some in self.domains[ask.source.name] for v in sorted(some - {"none"}))
                )
        in_zones = [ask for ask in self.asks if isinstance(ask, InZone)]
        if in_zones:
            self.domains["position"] = _positions(in_zones, {name: set(v) for name, v in mentioned.items()})
            self.facts["position"] = ("position",)
        for ask in self.asks:
            for name, fact in ask.free:
                self.domains[name] = [False, True]
                self.facts.setdefault(name, (fact,))
        for ask in self.asks:
            position = ("position",) if isinstance(ask, InZone) else ()
            self.names.append((*position, *(m.name for m in ask.missing), *(name for name, _ in ask.free)))
        self._tabulate()

    def _tabulate(self) -> None:
        for ask, names in zip(self.asks, self.names, strict=True):
            size = 1
            for name in names:
                size *= len(self.domains[name])
            if size > MAX_COMPLETIONS * 4:
                raise _TooManyError
            every = itertools.product(*(self.domains[name] for name in names))
            self.tables.append({values: ask.value(dict(zip(names, values, strict=True))) for values in every})
        for name in self.domains:
            self._merge(name)

    def _merge(self, name: str) -> None:
        """Keep one of all values of a fact that no test tells apart."""
        places = [(i, names.index(name)) for i, names in enumerate(self.names) if name in names]
        rows: dict[Value, list[bool]] = {value: [] for value in self.domains[name]}
        for i, at in places:
            for key, answer in self.tables[i].items():
                rows[key[at]].append(answer)
        kept: dict[tuple[bool, ...], Value] = {}
        for value, row in rows.items():
            kept.setdefault(tuple(row), value)
        if len(kept) == len(self.domains[name]):
            return
        self.domains[name] = [*kept.values()]
        values = set(self.domains[name])
        for i, at in places:
            self.tables[i] = {k: v for k, v in self.tables[i].items() if k[at] in values}

    # --- Combining -----------------------------------------------------------------------------------------------

    def _remainder(self, given: Assignment) -> Remainder:
        self._next = 0
        return self._step(self.trace, given, negated=False)

    def _step(self, trace: Trace, given: Assignment, *, negated: bool) -> Remainder:
        if trace.value is not Truth.UNKNOWN:
            return (trace.value is Truth.YES) is not negated
        if trace.op is None:
            self._next += 1
            return self._leaf(self._next - 1, given, negated=negated)
        if trace.op == "not":
            return self._step(trace.children[0], given, negated=not negated)
        op = trace.op if not negated else ("any" if trace.op == "all" else "all")
        parts: set[Remainder] = set()
        for child in trace.children:
            part = self._step(child, given, negated=negated)
            # Nothing is cut short: the tests are counted off in the order of the record.
            parts |= part[1] if isinstance(part, tuple) and part[0] == op else {part}
        ends = op == "any"
        if ends in parts:
            return ends
        parts.discard(not ends)
        if not parts:
            return not ends
        return parts.pop() if len(parts) == 1 else (op, frozenset(parts))

    def _leaf(self, index: int, given: Assignment, *, negated: bool) -> Remainder:
        fixed = tuple(given.get(name) for name in self.names[index])
        key = (index, fixed)
        if key not in self._row:
            # `None` is no value of any fact: what is not given may be anything.
            self._row[key] = tuple(
                answer
                for values, answer in self.tables[index].items()
                if all(f is None or f == v for f, v in zip(fixed, values, strict=True))
            )
        row = self._row[key]
        if all(row) or not any(row):
            return row[0] is not negated
        return ("leaf", index, tuple(not a for a in row) if negated else row)

    def _relevant(self, shared: list[str], outcomes: Mapping[tuple[Value, ...], Remainder]) -> tuple[str, ...]:
        """The facts of which some change alone changes the answer."""
        found: set[str] = set()
        for at, name in enumerate(shared):
            seen: dict[tuple[Value, ...], set[Remainder]] = {}
            for values, outcome in outcomes.items():
                seen.setdefault(values[:at] + values[at + 1 :], set()).add(outcome)
            if any(len(different) > 1 for different in seen.values()):
                found.add(name)
        open_tests = {leaf for outcome in outcomes.values() for leaf in _leaves(outcome)}
        for index, row in open_tests:
            found |= self._of_leaf(index, row, [n for n in self.names[index] if n not in shared])
        return self._words(name for name in self._order() if name in found)

    def _of_leaf(self, index: int, row: tuple[bool, ...], own: list[str]) -> set[str]:
        if len(own) == 1:
            return set(own)
        combinations = [*itertools.product(*(self.domains[name] for name in own))]
        answers = dict(zip(combinations, row, strict=True))
        return {
            name
            for at, name in enumerate(own)
            if any(
                answers[a] != answers[b]
                for a, b in itertools.combinations(combinations, 2)
                if a[:at] + a[at + 1 :] == b[:at] + b[at + 1 :]
            )
        }

    def _order(self) -> list[str]:
        return [*dict.fromkeys(name for names in self.names for name in names)]


def _leaves(outcome: Remainder) -> Iterator[tuple[int, tuple[bool, ...]]]:
    if isinstance(outcome, tuple):
        if outcome[0] == "leaf":
            yield outcome[1], outcome[2]
        else:
            for part in outcome[1]:
                yield from _leaves(part)


# --- Positions ----------------------------------------------------------------------------------------------------


def _spots(asks: list[InZone], mentioned: Mapping[str, set[str]]) -> tuple[frozenset[Spot], list[frozenset[Spot]]]:
    """Zones that hold for sure, and groups of zones that may hold; no test tells the zones of a group apart."""
    if not asks:
        return frozenset(), []
    first = asks[0]
    if first.possible is not None:
        spots: Iterable[Spot] = first.possible
        certain = first.certain
    else:
        certain = frozenset()
        flags = {v for ask in asks for m in ask.missing for v in mentioned.get(m.name, ())} - {"none"}
        told = {v for ask in asks if not isinstance(ask.flag, Missing) for v in ask.flag}
        owners = [*sorted({ask.claimant for ask in asks if ask.claimant} | flags | told), *OTHERS]
        zones = sorted({zone for ask in asks for zone in ask.zones})
        spots = [(z, o) for z in zones for o in (owners if z != "high_seas" else [None])]
    by_flag = any(ask.missing for ask in asks)
    groups: dict[Any, set[Spot]] = {}
    for spot in sorted(spots, key=repr):
        # Which flag State a zone belongs to is told apart only by the State itself.
        told_apart = tuple(ask.hit(spot, () if ask.missing else ask.flag) for ask in asks)
        if first.possible is None and not by_flag and not any(told_apart):
            continue
        owner = (spot[1], tuple(spot[0] in ask.zones for ask in asks if ask.missing)) if by_flag else None
        groups.setdefault((told_apart, owner), set()).add(spot)
    return certain, [frozenset(group) for group in groups.values()]


def _positions(asks: list[InZone], mentioned: Mapping[str, set[str]]) -> list[frozenset[Spot]]:
    certain, groups = _spots(asks, mentioned)
    found = [
        certain,
        *(certain.union(*some) for n in range(1, len(groups) + 1) for some in itertools.combinations(groups, n)),
    ]
    # Wherever it is, it lies in one of the zones that are possible there.
    return [spots for spots in found if spots or asks[0].possible is None]
