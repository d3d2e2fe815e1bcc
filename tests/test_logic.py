"""Kleene logic and its traces, against the truth tables and against trying every completion."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seajuris.case import Case
from seajuris.rules.facts import Binding, FactBase
from seajuris.rules.load import shipped_rules
from seajuris.rules.logic import Trace, Truth, all_of, any_of
from seajuris.rules.model import condition

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (YES, YES, YES, YES),
        (YES, NO, NO, YES),
        (NO, NO, NO, NO),
        (YES, UNKNOWN, UNKNOWN, YES),
        (NO, UNKNOWN, NO, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_strong_kleene_tables(a: Truth, b: Truth, both: Truth, either: Truth) -> None:
    assert all_of([a, b]) is all_of([b, a]) is both
    assert any_of([a, b]) is any_of([b, a]) is either
    assert all_of([]) is YES
    assert any_of([]) is NO


def test_negation() -> None:
    assert (~YES, ~NO, ~UNKNOWN) == (NO, YES, UNKNOWN)


def test_undecided_names_only_facts_that_matter() -> None:
    known = Trace("a", YES, "fact.a")
    open_ = Trace("b", UNKNOWN, "fact.b")
    assert Trace("all", UNKNOWN, children=(known, open_)).undecided() == ("fact.b",)
    # A decided whole has nothing undecided, even if a part is unknown.
    assert Trace("any", YES, children=(known, open_)).undecided() == ()


def test_deciding_sees_through_negation() -> None:
    inner = Trace("a", YES, "fact.a")
    assert Trace("not", NO, children=(inner,)).deciding() == (inner,)


FACTS: dict[str, list[Any]] = {
    "departure": [["LBY"], ["TUN"]],
    "benefit": [True, False],
    "vessel.flag": ["stateless", "PAN"],
    "entry": ["rescue", "own_means"],
}

_leaves = st.sampled_from(
    [
        {"fact": "departure", "is": "LBY"},
        {"fact": "departure", "is": ["TUN", "ITA"]},
        {"fact": "benefit", "is": True},
        {"fact": "vessel.flag", "is": "none"},
        {"fact": "vessel.flag", "is": ["PAN", "none"]},
        {"fact": "entry", "is": "rescue"},
    ]
)
_conditions = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)


def _value(test: dict[str, Any], facts: dict[str, Any]) -> Truth:
    data: dict[str, Any] = {}
    for path, value in facts.items():
        group, dot, name = path.partition(".")
        if dot:
            data.setdefault(group, {})[name] = value
        else:
            data[path] = value
    case = Case.from_dict({"on": "2023-06-14", **data})
    assert case.on is not None
    base = FactBase(case, None, shipped_rules(), case.on)
    return base.evaluate(condition(test, "test"), Binding()).value


@settings(max_examples=300, deadline=None)
@given(test=_conditions, told=st.sets(st.sampled_from(sorted(FACTS))), pick=st.integers(0, 15))
def test_sound_against_every_completion(test: dict[str, Any], told: set[str], pick: int) -> None:
    """A definite answer with facts unknown must be the answer under every completion of them."""
    names = sorted(FACTS)
    chosen = {name: FACTS[name][(pick >> i) & 1] for i, name in enumerate(names)}
    partial = _value(test, {name: chosen[name] for name in told})
    rest = [name for name in names if name not in told]
    completions = {
        _value(test, {**{n: chosen[n] for n in told}, **dict(zip(rest, values, strict=True))})
        for values in itertools.product(*[FACTS[n] for n in rest])
    }
    assert UNKNOWN not in completions
    if partial is not UNKNOWN:
        assert completions == {partial}


def test_a_disputed_fact_is_decided_only_if_all_alleged_values_agree() -> None:
    flag = {"disputed": ["PAN", "TGO"]}
    assert _value({"fact": "vessel.flag", "is": "PAN"}, {"vessel.flag": flag}) is UNKNOWN
    assert _value({"fact": "vessel.flag", "is": ["PAN", "TGO"]}, {"vessel.flag": flag}) is YES
    assert _value({"fact": "vessel.flag", "is": "ITA"}, {"vessel.flag": flag}) is NO


def test_none_is_a_fact_and_unknown_is_not() -> None:
    is_panama = {"fact": "vessel.flag", "is": "PAN"}
    assert _value(is_panama, {"vessel.flag": "stateless"}) is NO
    assert _value({"not": is_panama}, {}) is UNKNOWN
    assert _value({"fact": "vessel.flag", "is": "known"}, {"vessel.flag": "stateless"}) is YES


def test_partly_known_list_leaves_other_values_open() -> None:
    assert _value({"fact": "departure", "is": "LBY"}, {"departure": ["LBY", "unknown"]}) is YES
    assert _value({"fact": "departure", "is": "TUN"}, {"departure": ["LBY", "unknown"]}) is UNKNOWN
