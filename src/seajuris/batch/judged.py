"""Judges each distinct combination of facts once.

`rules.evaluate.judge` sees of a row nothing but the facts that rules read, the zones reached and the day; so rows that
agree in these have the same answer. Flat columns name no day: for them two days count as one if no date that stands in
the rules lies between them.
"""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from seajuris.assessment import ANY_STATE, Finding
from seajuris.case import Case
from seajuris.record import canonical
from seajuris.rules.evaluate import Judgement, judge
from seajuris.rules.inputs import PlaceFacts, told_facts
from seajuris.rules.load import RuleSet, rules_in, shipped_rules
from seajuris.rules.model import FactIs
from seajuris.rules.sites import sites
from seajuris.rules.vocabulary import general

KEPT = 20_000
"""Flat answers that are kept: about 1 kB each."""

KEPT_WHOLE = 200
"""Whole answers that are kept: about 250 kB each."""

KEPT_CASES = 20_000
"""Cases that are kept as read."""

ASKED = 5
"""How many of the missing facts are named: those that decide most."""

UNNAMED = "unknown"
"""Stands for a State that no fact names yet."""

_DATE = re.compile(r"(?<![0-9])[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?(?![0-9])")

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(OrderedDict[Key, Value]):
    """Keeps what was asked for last.

    Args:
        most: How many entries are kept.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def get_or(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value kept under a key, made now if there is none."""
        if key in self:
            self.move_to_end(key)
            return self[key]
        return self.keep(key, make())

    def keep(self, key: Key, value: Value) -> Value:
        """Keep a value; the one that was asked for the longest time ago makes room."""
        self[key] = value
        if len(self) > self._most:
            self.popitem(last=False)
        return value


class Facts(NamedTuple):
    """The facts of a case as rules read them.

    Attributes:
        case: Without what no rule reads.
        key: Equal for equal facts; the day of the event is not in it.
    """

    case: Case
    key: Hashable


class Judged(NamedTuple):
    """The flat columns that follow from the rules; the names are those of the columns without ``sj_``."""

    established: str
    conditional: str
    open: str
    act_at_sea: str
    bars: str
    missing: str
    unverified: bool


class Whole(NamedTuple):
    """A whole answer.

    Attributes:
        flat: The flat answer.
        parts: The parts of the JSON contract that follow from the rules, each in canonical form.
    """

    flat: Judged
    parts: Mapping[str, str]


class Judge:
    """The rules, with what was judged already.

    Args:
        rules: The rule set.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._flat: Recent[Hashable, Judged] = Recent(KEPT)
        self._whole: Recent[Hashable, Whole] = Recent(KEPT_WHOLE)
        self.cases: Recent[Hashable, Any] = Recent(KEPT_CASES)
        self.evaluated = 0

    def facts(self, case: Case) -> Facts:
        """What rules read of a case."""
        told = told_facts(case)
        texts = [path for path in told.facts if general(path) in self._unread]
        if texts:
            kept = {path: fact for path, fact in told.facts.items() if path not in texts}
            told = Case(MappingProxyType(kept), told.counts, None, told.on, MappingProxyType({}), told.on_days)
        return Facts(told, (tuple(told.facts.items()), tuple(told.counts.items())))

    def flat(self, facts: Facts, place: PlaceFacts | None, day: dt.date) -> Judged:
        """The flat answer.

        Args:
            facts: As `facts` gives them.
            place: The zones reached; `None` if no position was told.
            day: The day of the event, or the one that stands in for it.
        """
        days = facts.case.days_of("on")
        when: Hashable = self._period(day) if days is None or days.exact else (days.first, days.last, day)
        key = (facts.key, days is None, when, place)
        return self._flat.get_or(key, lambda: _flat(self._judge(facts, place, day)))

    def whole(self, facts: Facts, place: PlaceFacts | None, day: dt.date) -> Whole:
        """The whole answer, which names the day."""
        key = (facts.key, facts.case.on_days, facts.case.on, day, place)
        return self._whole.get_or(key, lambda: _whole(self._judge(facts, place, day)))

    def _judge(self, facts: Facts, place: PlaceFacts | None, day: dt.date) -> Judgement:
        self.evaluated += 1
        return judge(facts.case, place, self.rules, day)

    @cached_property
    def _unread(self) -> frozenset[str]:
        """Facts told as free text for which no condition asks: names and numbers, different for every ship."""
        leaves = (leaf.test for site in sites(self.rules) for leaf in site.leaves())
        asked = {general(word) for test in leaves if isinstance(test, FactIs) for word in (test.path, *test.values)}
        for ground in self.rules.grounds:
            asked |= {general(str(path)) for path in ground.claimant.get("facts") or [ground.claimant.get("fact")]}
        return frozenset(f.path for f in self.rules.vocabulary if f.type == "text" and f.path not in asked)

    @cached_property
    def _dates(self) -> list[str]:
        """Everything in the rules that may be a date, in order; more than are dates do no harm."""
        texts = (path.read_text(encoding="utf-8") for path in self.rules.folder.rglob("*.yaml"))
        return sorted({found for text in texts for found in _DATE.findall(text)})

    def _period(self, day: dt.date) -> tuple[int, int]:
        # Rules compare days as dates or as such texts; two days with the same places in the order of all dates of the
        # rules, equal ones told apart, compare alike with each of them.
        text = day.isoformat()
        return bisect.bisect_left(self._dates, text), bisect.bisect_right(self._dates, text)


@cache
def judge_of(rules: str | None) -> Judge:
    """The judge for a rule folder, `None` for the shipped one; made once in a process."""
    return Judge(rules_in(Path(rules)) if rules is not None else shipped_rules())


def _flat(judged: Judgement) -> Judged:
    by_state: dict[str, str] = {}
    considered = [f for f in judged.findings if f.status != "excluded"]
    able = [f for f in considered if f.kind == "prosecute"]
    for status in ("established", "conditional", "open"):
        for finding in able:
            if finding.status == status:
                by_state.setdefault(_state(finding), status)

    def whose_strongest_is(status: str) -> str:
        return _joined(_state(f) for f in able if by_state[_state(f)] == status)

    return Judged(
        established=whose_strongest_is("established"),
        conditional=whose_strongest_is("conditional"),
        open=whose_strongest_is("open"),
        act_at_sea=_sure_first([(_state(f), f.status != "open") for f in considered if f.kind == "act_at_sea"]),
        bars=_sure_first([(bar.bar, bar.status == "applies") for bar in judged.bars]),
        missing=_joined(q.fact for q in judged.questions[:ASKED]),
        unverified=any(f.rests_on_unverified for f in considered),
    )


def _state(finding: Finding) -> str:
    return UNNAMED if finding.state is None else "any" if finding.state == ANY_STATE else finding.state


def _sure_first(found: list[tuple[str, bool]]) -> str:
    """Names in their order, each once; with a question mark where it hangs on a fact not told."""
    sure = {name for name, certain in found if certain}
    return _joined(name if name in sure else f"{name}?" for name, _ in found)


def _joined(names: Any) -> str:
    return "; ".join(dict.fromkeys(names))


def _whole(judged: Judgement) -> Whole:
    parts = {name: canonical([item.to_dict() for item in part]) for name, part in judged._asdict().items()}
    return Whole(_flat(judged), parts)
