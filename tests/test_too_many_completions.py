"""Facts that can be completed in more ways than are tried: the condition stays unknown and says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from seajuris.case import Case
from seajuris.rules.facts import Binding, FactBase
from seajuris.rules.load import shipped_rules
from seajuris.rules.logic import Trace, Truth
from seajuris.rules.model import condition

DAY = dt.date(2023, 6, 14)
STATES = ["LBY", "TUN", "EGY", "ITA", "GRC", "MLT", "TUR", "LBN", "DZA", "MAR"]


def decided(test: dict[str, Any], **told: Any) -> Trace:
    facts = FactBase(Case.from_dict({"on": DAY.isoformat(), **told}), None, shipped_rules(), DAY)
    return facts.decide(condition(test, "test"), Binding(claimant="ITA"))


def left(one: str) -> dict[str, Any]:
    return {"fact": "departure", "is": one}


MANY = [left(one) for one in STATES]
BOUND = {"party": "UNTOC", "state": "departure"}


def test_a_list_of_states_with_too_many_values_is_not_combined() -> None:
    """Departure may have been from any set of ten States: each test then stands for itself, and nothing is decided."""
    few = decided({"any": [left("LBY"), {"not": left("LBY")}]})
    assert few.value is Truth.YES
    many = decided({"all": [*MANY, {"any": [left("LBY"), {"not": left("LBY")}]}]})
    assert many.value is Truth.UNKNOWN
    assert many.completions is not None
    assert many.completions.too_many
    assert many.undecided() == ("departure",)


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_test_that_stands_for_itself_is_the_same_wherever_it_stands(wrapped: bool) -> None:
    """It cannot hold and not hold, though its facts are not combined; also where it asks who is bound."""
    again: dict[str, Any] = {"not": BOUND}
    if wrapped:
        again = {"not": {"all": [BOUND, BOUND]}}
    assert decided({"all": [*MANY, BOUND, again]}).value is Truth.NO
    assert decided({"any": [*({"not": test} for test in MANY), BOUND, again]}).value is Truth.YES
    # Another instrument is another question.
    other = {"party": "UNCLOS", "state": "departure"}
    assert decided({"all": [*MANY, BOUND, {"not": other}]}).value is Truth.UNKNOWN


def test_facts_compared_with_each_other_in_too_many_ways() -> None:
    """Two lists of States that may share any of them: more pairs of lists than are tried."""
    mine = [{"fact": "suspect.nationality", "is": one} for one in STATES[:3]]
    theirs = [{"fact": "victim.nationality", "is": one} for one in STATES[3:6]]
    same = {"fact": "victim.nationality", "is": "suspect.nationality"}
    case: dict[str, Any] = {"suspects": [{}], "victims": [{}]}
    found = decided({"any": [{"all": [*mine, *theirs]}, same, {"not": same}]}, **case)
    assert found.value is Truth.UNKNOWN
    assert found.completions is not None
    assert found.completions.too_many
    assert set(found.undecided()) == {"suspects[0].nationality", "victims[0].nationality"}
    assert found.completions.to_dict()["tried"] == 0
    # With few values it is decided.
    assert decided({"any": [same, {"not": same}]}, **case).value is Truth.YES


@pytest.mark.parametrize("whose", ["suspect.nationality", "any_suspect.nationality"])
def test_a_fact_compared_with_that_of_a_suspect(whose: str) -> None:
    """The path of a fact stands for its values, also where it is a suspect's."""
    same = {"fact": "victim.nationality", "is": whose}
    egyptian: dict[str, Any] = {"victims": [{"nationality": "EGY"}]}
    assert decided(same, **egyptian, suspects=[{"nationality": "EGY"}]).value is Truth.YES
    assert decided(same, **egyptian, suspects=[{"nationality": "SYR"}]).value is Truth.NO
    assert decided(same, **egyptian, suspects=[{}]).value is Truth.UNKNOWN
    assert decided(same, **egyptian).value is Truth.UNKNOWN
    second = decided(same, **egyptian, suspects=[{"nationality": "SYR"}, {"nationality": "EGY"}])
    assert second.value is (Truth.YES if whose.startswith("any") else Truth.NO)


def test_who_is_bound_follows_from_which_state_it_was() -> None:
    """Libya is bound: a boat that left from there left from a State that is; of any other State nothing is said."""
    assert decided({"any": [{"not": left("LBY")}, BOUND]}).value is Truth.YES
    assert decided({"all": [left("LBY"), {"not": BOUND}]}).value is Truth.NO
    assert decided({"any": [left("LBY"), BOUND]}).value is Truth.UNKNOWN


def test_a_fact_that_makes_no_difference_is_not_asked_for() -> None:
    """Wherever the boat left, the answer is that to the other question, in however many words."""
    benefit = {"fact": "benefit", "is": True}
    here = {"all": [left("LBY"), benefit]}
    elsewhere = {"all": [{"not": left("LBY")}, {"any": [benefit, left("LBY")]}]}
    found = decided({"any": [here, elsewhere]})
    assert found.value is Truth.UNKNOWN
    assert found.undecided() == ("benefit",)
