"""A position that no zone covers: what rules ask of the place is then unknown, and never no."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from seajuris.case import Case
from seajuris.rules.facts import Binding, FactBase
from seajuris.rules.inputs import PlaceFacts, Reached
from seajuris.rules.load import shipped_rules
from seajuris.rules.logic import Truth
from seajuris.rules.model import condition

DAY = dt.date(2023, 6, 14)
OUTSIDE = Reached("outside_data", None, True, True)
PARTLY = (Reached("territorial_sea", "GRC", False, True), Reached("outside_data", None, False, True))
CLAIMANTS = {"place": ["territorial_sea"]}


def facts(place: PlaceFacts | None, **told: Any) -> FactBase:
    return FactBase(Case.from_dict({"on": DAY.isoformat(), **told}), place, shipped_rules(), DAY)


@pytest.mark.parametrize(
    "test",
    [
        {"place": ["territorial_sea"], "of": "claimant"},
        {"not": {"place": ["territorial_sea"], "of": "anyone"}},
        {"place": ["high_seas"], "of": "anyone"},
        {"place": ["territorial_sea"], "of": "other"},
        {"beyond_territorial_sea": True},
    ],
)
@pytest.mark.parametrize("place", [(OUTSIDE,), PARTLY, None], ids=["outside", "partly outside", "not told"])
def test_every_question_about_the_place_is_open(test: dict[str, Any], place: PlaceFacts | None) -> None:
    step = facts(place).decide(condition(test, "test"), Binding(claimant="GRC"))
    assert step.value is Truth.UNKNOWN
    assert step.undecided() == ("position",)


def test_waters_of_the_flag_state_are_open_too() -> None:
    test = condition({"place": ["territorial_sea"], "of": "flag"}, "test")
    assert facts(PARTLY, vessel={"flag": "GRC"}).decide(test, Binding()).value is Truth.UNKNOWN
    inside = (Reached("territorial_sea", "GRC", True, True),)
    assert facts(inside, vessel={"flag": "GRC"}).decide(test, Binding()).value is Truth.YES
    assert facts(inside, vessel={"flag": "ITA"}).decide(test, Binding()).value is Truth.NO


def test_a_coastal_state_may_be_one_that_the_data_do_not_name() -> None:
    assert list(facts(PARTLY).claimants(CLAIMANTS, Binding())) == [("GRC", None), (None, "position")]
    assert list(facts((OUTSIDE,)).claimants(CLAIMANTS, Binding())) == [(None, "position")]
    assert list(facts(None).claimants(CLAIMANTS, Binding())) == [(None, "position")]
    assert list(facts((Reached("territorial_sea", "GRC", True, True),)).claimants(CLAIMANTS, Binding())) == [
        ("GRC", None)
    ]


def test_how_a_ground_comes_to_ask_about_a_state() -> None:
    base = facts(PARTLY, vessel={"flag": "ITA"}, departure=["LBY", "ITA"])
    assert base.named_by({"any": True}, Binding(claimant="GRC")) == []
    assert base.named_by(CLAIMANTS, Binding(claimant="GRC")) == [("position", "territorial sea (possible)")]
    assert base.named_by(CLAIMANTS, Binding(claimant="ITA")) == []
    named = base.named_by({"facts": ["vessel.flag", "departure"]}, Binding(claimant="ITA"))
    assert [fact for fact, _ in named] == ["vessel.flag", "departure"]
    assert base.named_by({"fact": "departure"}, Binding(claimant="GRC")) == []
