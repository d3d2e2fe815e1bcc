"""How often the scenarios saw each condition of the rules hold, fail, or stay unknown; all figures are counts.

A condition is seen once for each scenario, State and person (or ship, or decision) for which the rule in which it
stands is looked at: on the facts as told, before missing facts are tried out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seajuris.assessment import ANY_STATE, STATUSES, Assessment
from seajuris.rules.context import Alike, Context
from seajuris.rules.facts import Binding
from seajuris.rules.inputs import place_facts
from seajuris.rules.load import RuleSet
from seajuris.rules.logic import Truth
from seajuris.rules.model import Condition, Ground, Not
from seajuris.rules.satisfy import ALWAYS, DEPENDS, NEVER, Solver, claimant_test
from seajuris.rules.sites import Site, encoded_states, sites
from seajuris.rules.words import leaf_words
from seajuris.scenarios import Scenario, assess

BAR_STATUSES = ("applies", "open")


@dataclass(frozen=True, slots=True)
class Seen:
    """How often a simple test was seen.

    Attributes:
        file: Path inside the rule folder.
        path: Where in the file.
        rule: Id of the rule in which it stands.
        words: The test in words.
        impossible: Of ``yes`` and ``no``, what can never be seen: the flag of a ship is always that of the State which
            claims as its flag State.
    """

    file: str
    path: str
    rule: str
    words: str
    yes: int
    no: int
    unknown: int
    impossible: tuple[str, ...] = ()

    @property
    def never(self) -> tuple[str, ...]:
        """Of ``yes`` and ``no``, what could be seen and never was."""
        counts = (("yes", self.yes), ("no", self.no))
        return tuple(word for word, count in counts if not count and word not in self.impossible)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        counts = {"yes": self.yes, "no": self.no, "unknown": self.unknown}
        where = {"file": self.file, "path": self.path, "rule": self.rule, "words": self.words}
        return {**where, **counts, "impossible": list(self.impossible), "never": list(self.never)}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the scenarios saw of a rule set.

    Attributes:
        conditions: Each simple test of each rule.
        grounds: For each ground and power, how many findings had each status.
        bars: For each bar, how often it applied or stayed open.
        scenarios: How many scenarios were run.
    """

    conditions: tuple[Seen, ...]
    grounds: dict[str, dict[str, int]]
    bars: dict[str, dict[str, int]]
    scenarios: int

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "format": "seajuris.rules-coverage.v1",
            "scenarios": self.scenarios,
            "conditions": [seen.to_dict() for seen in self.conditions],
            "grounds": self.grounds,
            "bars": self.bars,
        }


def coverage(rules: RuleSet, scenarios: Iterable[Scenario], *, zones: str | Path | None = None) -> Coverage:
    """Run all scenarios under a rule set and count."""
    counts: Counter[tuple[int, Truth]] = Counter()
    grounds = {g.id: dict.fromkeys(STATUSES, 0) for g in rules.grounds if g.kind != "bar"}
    bars = {g.id: dict.fromkeys(BAR_STATUSES, 0) for g in rules.grounds if g.kind == "bar"}
    # Conditions are compared by identity: each stands in one place of one file.
    by_condition = {id(site.test): tuple(site.leaves()) for site in sites(rules)}
    run = 0
    for scenario in scenarios:
        run += 1
        result = assess(scenario, zones=zones, rules=rules.folder)
        for finding in result.findings:
            grounds[finding.ground][finding.status] += 1
        for bar in result.bars:
            bars[bar.bar][bar.status] += 1
        for test, context, binding in _looked_at(rules, result):
            for leaf in by_condition[id(test)]:
                counts[id(leaf.test), context.facts.evaluate(leaf.test, binding).value] += 1
    return Coverage(tuple(_seen(rules, counts)), grounds, bars, run)


def _seen(rules: RuleSet, counts: Counter[tuple[int, Truth]]) -> Iterator[Seen]:
    possible = _Possible(rules)
    for leaf in (leaf for site in sites(rules) for leaf in site.leaves()):
        yes, no, unknown = (counts[id(leaf.test), truth] for truth in (Truth.YES, Truth.NO, Truth.UNKNOWN))
        words = leaf_words(leaf.test, rules.vocabulary)
        yield Seen(leaf.file, leaf.path, leaf.rule, words, yes, no, unknown, possible.never(leaf))


class _Possible:
    """What a simple test can be for some facts, seen from the State that claims."""

    def __init__(self, rules: RuleSet) -> None:
        def binding(key: str) -> str:
            item = rules.instrument(key)
            return ALWAYS if item.binds_all else DEPENDS if item.ever_in_force else NEVER

        self._solver = Solver(rules.vocabulary, binding)
        self._grounds = {g.id: g for g in rules.grounds}
        laws = [law for code in encoded_states(rules) if (law := rules.national(code)) is not None]
        self._served = {base.id: base.grounds for law in laws for base in law.bases}

    def never(self, leaf: Site) -> tuple[str, ...]:
        """Of ``yes`` and ``no``, what it can be for no State that claims under any ground of the rule."""
        grounds = [self._grounds[g] for g in self._served.get(leaf.rule, (leaf.rule,)) if g in self._grounds]
        given = [_named(ground) for ground in grounds] or [()]
        return tuple(
            word
            for word, test in (("yes", leaf.test), ("no", Not(leaf.test)))
            if not any(self._solver.possible(*named, test) for named in given)
        )


def _named(ground: Ground) -> tuple[Condition, ...]:
    # A State named by the position may have a zone that it has not claimed: that says nothing about its zones.
    test = claimant_test({"claimant": dict(ground.claimant)}) if "place" not in ground.claimant else None
    return () if test is None else (test,)


def _looked_at(rules: RuleSet, result: Assessment) -> Iterator[tuple[Condition, Context, Binding]]:
    """Every condition that an assessment looks at, with the State and the person for whom it does."""
    context = Context(result.case, place_facts(result.place), rules, result.on)
    for ground in rules.grounds:
        under = context.under(ground.law_of)
        if ground.validity.holds(under.on):
            for binding in _bindings(under, ground, result):
                yield from ((test, under, binding) for test in _conditions(ground))
                yield from _national(context, ground, binding)
    for warning in rules.warnings:
        if warning.when is not None:
            yield warning.when, context, Binding()
    for item in rules.coordination:
        if item.when is not None and item.validity.holds(context.on):
            yield item.when, context, Binding()


def _conditions(ground: Ground) -> Iterator[Condition]:
    yield ground.when
    scopes = [*(a.when for a in ground.authority), *(c.when for c in ground.conditions)]
    yield from (test for test in scopes if test is not None)


def _national(context: Context, ground: Ground, binding: Binding) -> Iterator[tuple[Condition, Context, Binding]]:
    if binding.claimant in (None, ANY_STATE):
        return
    law = context.rules.national(str(binding.claimant))
    for base in law.bases if law is not None else ():
        under = context.under(ground.law_of)
        if base.when is not None and base.applied and ground.id in base.grounds and base.validity.holds(under.on):
            yield base.when, under, binding


def _bindings(context: Context, ground: Ground, result: Assessment) -> Iterator[Binding]:
    for member in context.members(ground.about):
        binding = _binding(ground, member)
        if ground.kind == "bar":
            # A bar is held against each State that may prosecute.
            states = dict.fromkeys(f.state for f in result.prosecute() if f.state not in (None, ANY_STATE))
            yield from (replace(binding, claimant=state) for state in states)
        else:
            for state, _ in context.facts.claimants(ground.claimant, binding):
                yield replace(binding, claimant=state)


def _binding(ground: Ground, member: Alike) -> Binding:
    return Binding(
        suspect=member.index if ground.about == "suspect" else None,
        victim=member.index if ground.about == "victim" else None,
        vessel=member.index if ground.about == "other_vessel" else None,
        decision=member.index if ground.about == "decision" else None,
    )
