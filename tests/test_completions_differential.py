"""The rule engine against an independent one (clingo) on random conditions, facts and places: no difference.

500 problems here, which takes some five seconds; ``python benchmarks/completions.py`` compares any number.
"""

from __future__ import annotations

import random

from answer_sets import Problem, by_answer_sets, by_engine, compare, problem
from seajuris.rules.logic import Truth


def test_the_engine_agrees_with_answer_sets() -> None:
    tally = compare(seed=2026, count=500)
    assert tally.differences == [], "\n".join(tally.differences[:5])
    # The comparison must have seen what it is about, and what is not decided for want of time must stay rare.
    assert tally.completed > 100
    assert tally.decided > 20
    assert tally.too_many < 15


def test_the_comparison_sees_a_difference() -> None:
    """Kleene's logic alone, without completions, is what the program must tell from the truth."""
    told: dict[str, tuple[str, list[str]]] = {"departure": ("unknown", [])}
    either = {"any": [{"fact": "departure", "is": "LBY"}, {"not": {"fact": "departure", "is": "LBY"}}]}
    truth, matter = by_answer_sets(Problem(either, {}, None, "ITA", told=told))
    assert (truth, matter) == (Truth.YES, set())
    alone = Problem({"fact": "departure", "is": "LBY"}, {}, None, "ITA", told=told)
    assert by_answer_sets(alone) == (Truth.UNKNOWN, {"departure"})


def test_the_same_problem_gives_the_same_answer() -> None:
    for number in range(40):
        first, second = (by_engine(problem(random.Random(number))) for _ in range(2))
        assert (first and first.to_dict()) == (second and second.to_dict())
