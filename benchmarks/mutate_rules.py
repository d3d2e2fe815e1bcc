"""Rule mutation: change the rules a little, one change at a time, and see whether a scenario notices.

A scenario that still comes out as expected when a condition is turned round did not test that condition. What no
scenario notices is listed in ``tests/gold/rule_mutants.csv`` with the reason why none can; this tool fails for a
survivor that is not listed there, and for a listed one that a scenario does notice.

    python benchmarks/mutate_rules.py                  all mutants
    python benchmarks/mutate_rules.py --only flag      those whose name contains the word
    python benchmarks/mutate_rules.py --survivors      names of the survivors only, one a line

What is changed:

- each leaf of a condition (of grounds, powers, bars, their authorities and remarks, of national provisions): turned
  round, dropped, and each value of a list of several taken out;
- of a ground: its claimant, kind, grade, offences, dates, whether a national provision is needed; of a bar: what it
  bars;
- of an authority: left out, its duty, who has to be bound by it;
- of a national provision: its first and its last day, and whether it is there at all.

The rules are changed in memory. The place of a scenario does not depend on the rules and is looked up once. A mutant
of one ground is tried on that ground alone (with the bars). An expectation that names the ground decides; another one
that fails there is tried again on the whole rule set, since another ground may meet it.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from seajuris import api, scenarios
from seajuris.case import Case
from seajuris.paths import shipped
from seajuris.place import Place
from seajuris.position import Position
from seajuris.rules.evaluate import evaluate
from seajuris.rules.load import RuleSet, shipped_rules
from seajuris.rules.model import (
    All,
    Any_,
    Authority,
    BeyondTerritorialSea,
    Condition,
    FactIs,
    Ground,
    NationalBasis,
    Not,
    Offence,
    Party,
    PlaceIn,
    Remark,
    Validity,
)

LIST = Path(__file__).resolve().parents[1] / "tests" / "gold" / "rule_mutants.csv"
DAY = dt.timedelta(days=1)
SMALL = 40
"""A scenario in which fewer States play a part is quick enough to be tried on the chance that it notices."""
T = TypeVar("T")


# --- Changing a condition -----------------------------------------------------------------------------------------


def condition_mutants(test: Condition) -> Iterator[tuple[str, Condition | None]]:
    """Each condition with one leaf changed, and what was done; `None` where nothing is left of it."""
    match test:
        case All(parts) | Any_(parts):
            for index, part in enumerate(parts):
                for what, changed in condition_mutants(part):
                    rest = (*parts[:index], *([changed] if changed is not None else []), *parts[index + 1 :])
                    yield what, type(test)(rest) if rest else None
        case Not(part):
            for what, changed in condition_mutants(part):
                yield what, Not(changed) if changed is not None else None
        case _:
            name = leaf_name(test)
            yield f"flip {name}", Not(test)
            yield f"drop {name}", None
            for value, narrower in _narrower(test):
                yield f"without {value} in {name}", narrower


def leaf_name(leaf: Condition) -> str:
    """A leaf in a few words, close to how it stands in the file."""
    match leaf:
        case FactIs(path, values):
            return f"{path} is {'/'.join(values)}"
        case PlaceIn(zones, of):
            return f"place {'/'.join(zones)} of {of}"
        case BeyondTerritorialSea():
            return "beyond territorial sea"
        case Party(instrument, state):
            return f"party {instrument} {state}"
        case Offence(offences):
            return f"offence {'/'.join(offences)}"
    raise TypeError(leaf)


def _narrower(leaf: Condition) -> Iterator[tuple[str, Condition]]:
    match leaf:
        case FactIs(path, values) if len(values) > 1:
            for value in values:
                yield value, FactIs(path, _without(values, value))
        case PlaceIn(zones, of) if len(zones) > 1:
            for zone in zones:
                yield zone, PlaceIn(_without(zones, zone), of)
        case Offence(offences) if len(offences) > 1:
            for offence in offences:
                yield offence, Offence(_without(offences, offence))


def _without(values: tuple[T, ...], value: T) -> tuple[T, ...]:
    return tuple(v for v in values if v != value)


# --- Changing a rule ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """One change of the rules.

    Attributes:
        name: Unique and stable: rule, part, what was done.
        grounds: Ids of the grounds on which it can show; empty for a bar, which shows on any.
        ground: The ground as changed, if a ground was.
        basis: The national provision as changed, if one was; `None` in ``(state, id, None)`` if it was left out.
    """

    name: str
    grounds: tuple[str, ...]
    ground: Ground | None = None
    basis: tuple[str, str, NationalBasis | None] | None = None


def ground_mutants(item: Ground) -> Iterator[tuple[str, Ground]]:
    """Each change of one ground, power at sea, or bar."""
    for what, changed in condition_mutants(item.when):
        yield f"when: {what}", replace(item, when=changed if changed is not None else All(()))
    yield from _scope_mutants(item)
    if item.kind == "bar":
        yield "bars: other effect", replace(item, bars_excludes=not item.bars_excludes)
        if item.bars_grounds is not None:
            yield "bars: any ground", replace(item, bars_grounds=None)
            for word in item.bars_grounds:
                yield f"bars: not {word}", replace(item, bars_grounds=_without(item.bars_grounds, word))
        if item.bars_offences is not None:
            yield "bars: any offence", replace(item, bars_offences=None)
    else:
        other = "act_at_sea" if item.kind == "prosecute" else "prosecute"
        yield f"kind: {other}", replace(item, kind=other)
        grade = "national" if item.grade in ("contested", "enforcement") else "contested"
        yield f"grade: {grade}", replace(item, grade=grade)
        for word, claimant in _other_claimants(item):
            yield f"claimant: {word}", replace(item, claimant=claimant)
        if item.kind == "prosecute":
            yield "national required: no", replace(item, national_required=False)
        if item.only_with_national:
            yield "only with national law: no", replace(item, only_with_national=False)
    yield from _authority_mutants(item)
    for index, remark in enumerate(item.conditions):
        spot = f"condition {' '.join(remark.text.split()[:5])!r}"
        for what, changed_remark in _remark_mutants(remark):
            yield f"{spot}: {what}", replace(item, conditions=_put(item.conditions, index, changed_remark))


def _scope_mutants(item: Ground) -> Iterator[tuple[str, Ground]]:
    if item.offences is not None:
        yield "offences: any", replace(item, offences=None)
        for word in item.offences if len(item.offences) > 1 else ():
            yield f"offences: not {word}", replace(item, offences=_without(item.offences, word))
    for what, validity in _validity_mutants(item.validity):
        yield what, replace(item, validity=validity)


def _validity_mutants(validity: Validity) -> Iterator[tuple[str, Validity]]:
    if validity.start is not None:
        yield "valid: from ever", Validity(None, validity.end)
        yield "valid: one day later", Validity(validity.start + DAY, validity.end)
        yield "valid: one day earlier", Validity(validity.start - DAY, validity.end)
    if validity.end is not None:
        yield "valid: for good", Validity(validity.start, None)
        yield "valid: ends one day later", Validity(validity.start, validity.end + DAY)
        yield "valid: ends one day earlier", Validity(validity.start, validity.end - DAY)


_FACTS_LIKE = {
    "departure": "destination",
    "destination": "departure",
    "landed_in": "destination",
    "planned_in": "departure",
    "company_in": "planned_in",
    "rescued_by": "landed_in",
    "vessel.flag": "rescued_by",
    "intervention.by": "vessel.flag",
    "intervention.pursuit_of": "intervention.by",
    "suspect.nationality": "suspect.present_in",
    "suspect.present_in": "suspect.nationality",
    "suspect.residence": "suspect.nationality",
    "victim.nationality": "victim.residence",
    "victim.residence": "victim.nationality",
    "other_vessel.flag": "vessel.flag",
    "custody": "landed_in",
}


def _other_claimants(item: Ground) -> Iterator[tuple[str, dict[str, Any]]]:
    spec = item.claimant
    if "any" in spec:
        yield "intervention.by", {"fact": "intervention.by"}
    elif "place" in spec:
        zones = list(spec["place"])
        for zone in zones if len(zones) > 1 else ():
            yield f"not {zone}", {"place": [z for z in zones if z != zone]}
        yield "any", {"any": True}
    else:
        paths = list(spec.get("facts") or [spec["fact"]])
        for path in paths if len(paths) > 1 else ():
            yield f"not {path}", {"facts": [p for p in paths if p != path]}
        if len(paths) == 1:
            yield _FACTS_LIKE[paths[0]], {"fact": _FACTS_LIKE[paths[0]]}
        yield "any", {"any": True}


def _authority_mutants(item: Ground) -> Iterator[tuple[str, Ground]]:
    for index, authority in enumerate(item.authority):
        spot = f"{authority.instrument} {authority.provision}"

        def put(changed: Authority | None, index: int = index) -> Ground:
            return replace(item, authority=_put(item.authority, index, changed))

        yield f"{spot}: left out", put(None)
        duty = "optional" if authority.duty == "mandatory" else "mandatory"
        yield f"{spot}: duty {duty}", put(replace(authority, duty=duty))
        party = "claimant" if authority.party == "none" else "none"
        yield f"{spot}: party {party}", put(replace(authority, party=party))
        if authority.when is not None:
            for what, changed in condition_mutants(authority.when):
                yield f"{spot}: {what}", put(replace(authority, when=changed))
        for what, validity in _validity_mutants(authority.validity):
            yield f"{spot}: {what}", put(replace(authority, validity=validity))


def _remark_mutants(remark: Remark) -> Iterator[tuple[str, Remark | None]]:
    yield "left out", None
    if remark.when is not None:
        for what, changed in condition_mutants(remark.when):
            yield what, replace(remark, when=changed)


def _put(items: tuple[T, ...], index: int, changed: T | None) -> tuple[T, ...]:
    return (*items[:index], *([changed] if changed is not None else []), *items[index + 1 :])


def basis_mutants(basis: NationalBasis) -> Iterator[tuple[str, NationalBasis | None]]:
    """Each change of one national provision."""
    yield "left out", None
    if basis.when is not None:
        for what, changed in condition_mutants(basis.when):
            yield f"when: {what}", replace(basis, when=changed)
    if basis.offences is not None:
        yield "offences: any", replace(basis, offences=None)
        for word in basis.offences if len(basis.offences) > 1 else ():
            yield f"offences: not {word}", replace(basis, offences=_without(basis.offences, word))
    for what, validity in _validity_mutants(basis.validity):
        yield what, replace(basis, validity=validity)


def all_mutants(rules: RuleSet) -> list[Mutant]:
    """Every change of every rule, in order."""
    found = [
        Mutant(f"{g.id} | {w}", () if g.kind == "bar" else (g.id,), ground=c)
        for g in rules.grounds
        for w, c in ground_mutants(g)
    ]
    known = {g.id for g in rules.grounds if g.national_required}
    for path in sorted((rules.folder / "states").glob("*.yaml")):
        law = rules.national(path.stem)
        for basis in law.bases if law is not None else ():
            served = tuple(g for g in basis.grounds if g in known)
            # What serves no ground, or is not applied, is told to people and tested by nothing.
            if served and basis.applied:
                for what, changed in basis_mutants(basis):
                    found.append(Mutant(f"{basis.id} | {what}", served, basis=(path.stem, basis.id, changed)))
    return _numbered(found)


def _numbered(found: Iterable[Mutant]) -> list[Mutant]:
    """Names made unique: the same leaf may stand in a condition several times."""
    seen: dict[str, int] = {}
    numbered = []
    for mutant in found:
        seen[mutant.name] = seen.get(mutant.name, 0) + 1
        count = seen[mutant.name]
        numbered.append(mutant if count == 1 else replace(mutant, name=f"{mutant.name} #{count}"))
    return numbered


# --- Running ------------------------------------------------------------------------------------------------------


def rules_with(
    rules: RuleSet, *, grounds: Iterable[str] | None = None, bars: bool = True, mutant: Mutant | None = None
) -> RuleSet:
    """The same rules with only some grounds (with or without the bars), and one of them changed."""
    wanted = None if grounds is None else set(grounds)
    changed = RuleSet(rules.folder)
    kept = [g for g in rules.grounds if wanted is None or g.id in wanted or (bars and g.kind == "bar")]
    if mutant is not None and mutant.ground is not None:
        kept = [mutant.ground if g.id == mutant.ground.id else g for g in kept]
    shared = ("vocabulary", "bases", "warnings", "coordination", "_instruments", "_national")
    changed.__dict__.update({name: getattr(rules, name) for name in shared}, grounds=tuple(kept))
    if wanted is not None:
        # Most of the time would go into remarks, which a change of one rule hardly touches.
        changed.__dict__.update(warnings=(), coordination=())
    if mutant is not None and mutant.basis is not None:
        state, basis_id, basis = mutant.basis
        law = rules.national(state)
        if law is None:
            raise LookupError(state)
        bases = tuple(
            basis if b.id == basis_id and basis is not None else b
            for b in law.bases
            if b.id != basis_id or basis is not None
        )
        changed.__dict__["_national"] = _Overlay(rules, {state: replace(law, bases=bases)})
    return changed


class _Overlay(dict[str, Any]):
    """National laws, one of them changed; the others are read by the rules as they are."""

    def __init__(self, rules: RuleSet, changed: dict[str, Any]) -> None:
        super().__init__(changed)
        self._rules = rules

    def __contains__(self, state: object) -> bool:
        return True

    def __missing__(self, state: str) -> Any:
        return self._rules.national(state)


@dataclass(frozen=True)
class Run:
    """A scenario, ready to be evaluated again and again."""

    id: str
    case: Case
    place: Place | None
    on: dt.date
    expect: dict[str, Any]
    states: frozenset[str]
    words: frozenset[str]

    def faults(self, rules: RuleSet) -> frozenset[str]:
        """What is not as expected, each expectation named once."""
        result = evaluate(self.case, self.place, rules, self.on)
        return frozenset(_wanted(fault) for fault in scenarios.faults(result, self.expect))


def _wanted(fault: str) -> str:
    """Which expectation is not met; the sentence goes on with what was found instead, and that may vary."""
    return fault.partition("}: " if "{" in fault else ": ")[0]


def runs(place_of: Callable[[Case], Place | None] | None = None) -> list[Run]:
    """All shipped scenarios with their places."""
    return [_run(item, place_of or _place) for item in scenarios.load_all(shipped("scenarios"))]


def _place(case: Case) -> Place | None:
    return None if case.position is None else _locate(case.position, case.on)


@cache
def _locate(position: Position, on: dt.date | None) -> Place:
    """Many scenarios share a place and a day."""
    return api.locate(position, on=on)


def _run(item: scenarios.Scenario, place_of: Callable[[Case], Place | None]) -> Run:
    case = item.case()
    place = place_of(case)
    told = {value for fact in case.facts.values() for value in fact.values}
    named = {z.state for z in (*place.zones, *place.reachable) if z.state} if place is not None else set()
    # The place was checked when the scenario itself was; it is the same for every mutant.
    expect = {key: value for key, value in item.expect.items() if key not in ("zones", "regime", "verdict")}
    words = frozenset(str(word) for word in _flat({k: v for k, v in expect.items() if k != "only"}))
    return Run(item.id, case, place, case.on or api.today(), expect, frozenset(told | named), words)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _flat(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner)
    else:
        yield value


class Field:
    """The scenarios, and what they give on the rules as they are."""

    def __init__(self, rules: RuleSet, ready: list[Run]) -> None:
        self.rules = rules
        self.ready = ready
        self._faults: dict[tuple[str, tuple[str, ...] | None, bool], frozenset[str]] = {}

    def _before(self, run: Run, grounds: tuple[str, ...] | None, *, bars: bool = True) -> frozenset[str]:
        key = (run.id, grounds, bars)
        if key not in self._faults:
            rules = self.rules if grounds is None else rules_with(self.rules, grounds=grounds, bars=bars)
            self._faults[key] = run.faults(rules)
        return self._faults[key]

    def killer(self, mutant: Mutant) -> str | None:
        """The first scenario that notices; `None` if none does."""
        only = mutant.grounds or None
        # Whether a national provision is met does not depend on the bars.
        bars = mutant.basis is None
        part = rules_with(self.rules, grounds=only, bars=bars, mutant=mutant)
        whole: RuleSet | None = None
        named = [f"'ground': '{ground}'" for ground in mutant.grounds]
        for run in self._likely(mutant):
            new = run.faults(part) - self._before(run, only, bars=bars)
            if any(fault.startswith(("expected", "none")) and name in fault for fault in new for name in named):
                return run.id
            if not new:
                continue
            if only is None:
                return run.id
            whole = whole or rules_with(self.rules, mutant=mutant)
            if not run.faults(whole) <= self._before(run, None):
                return run.id
        return None

    def _likely(self, mutant: Mutant) -> list[Run]:
        """Those that name the rule, the small ones first, and the other small ones that it may concern."""
        name = mutant.name.partition(" ")[0]
        naming = sorted((r for r in self.ready if name in r.words), key=lambda r: len(r.states))
        others = [r for r in self.ready if name not in r.words and len(r.states) < SMALL]
        if mutant.basis is not None:
            others = [r for r in others if mutant.basis[0] in r.states]
        return [*naming, *others]


def listed(path: Path = LIST) -> dict[str, str]:
    """The survivors that are known, with the reason for each."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["mutant"]: row["reason"] for row in csv.DictReader(file)}


def main() -> int:
    """Run the mutants and say which survive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="only mutants whose name contains this")
    parser.add_argument("--survivors", action="store_true", help="print the names of survivors only")
    options = parser.parse_args()
    began = time.perf_counter()
    rules = shipped_rules()
    field = Field(rules, runs())
    mutants = [m for m in all_mutants(rules) if options.only in m.name]
    killers = {m.name: field.killer(m) for m in mutants}
    return report(killers, listed(), time.perf_counter() - began, names_only=options.survivors)


def report(killers: dict[str, str | None], known: dict[str, str], seconds: float, *, names_only: bool) -> int:
    """Print the result; 1 if a survivor is not listed, or a listed one was noticed."""
    survivors = [name for name, killer in killers.items() if killer is None]
    unlisted = [name for name in survivors if name not in known]
    noticed = [name for name in killers if name in known and killers[name] is not None]
    if names_only:
        print(*survivors, sep="\n")
        return 0
    for name in unlisted:
        print(f"no scenario notices: {name}")
    for name in noticed:
        print(f"listed as a survivor, but {killers[name]} notices: {name}")
    print(
        f"{len(killers)} mutants, {len(killers) - len(survivors)} noticed, {len(survivors)} not"
        f" ({len(survivors) - len(unlisted)} of them listed), {seconds:.0f} s"
    )
    return 1 if unlisted or noticed else 0


if __name__ == "__main__":
    sys.exit(main())
