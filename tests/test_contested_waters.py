"""Protested claims, lines that decide nothing, and remarks: told beside the zones, on the shipped data."""

from __future__ import annotations

import pytest

import seajuris
from seajuris.place import Place


def at(text: str, on: str = "2024-01-01") -> Place:
    return seajuris.locate(text, accuracy="500 m", on=on)


def test_a_protested_closing_line_leaves_the_question_open() -> None:
    """In the Gulf of Sidra, landward of the line of 1973 and far from every coast."""
    place = at("31.6 18.6")
    claimed = [z for z in place.zones if z.claim == "protested"]
    assert [(z.zone, z.state, z.certainty) for z in claimed] == [("internal_waters", "LBY", "possible")]
    assert place.criminal_law_regime == "depends"
    assert place.verdict == "undetermined"
    assert any("other States protest" in note for note in place.notes)
    # The claim moves no line: the distances are those of the coast.
    assert min(b.distance_nm for b in place.baselines if b.state == "LBY") > 40


def test_before_its_day_a_protested_claim_is_not_there() -> None:
    assert not [z for z in at("31.6 18.6", on="1973-01-01").zones if z.claim == "protested"]


def test_a_protested_economic_zone_changes_nothing_for_criminal_law() -> None:
    place = at("34.4 29.0")
    assert {z.state for z in place.zones if z.claim == "protested"} == {"TUR"}
    assert len({z.state for z in place.zones if z.zone == "exclusive_economic_zone"}) > 1
    assert place.criminal_law_regime == "high_seas"
    assert place.verdict != "undetermined"


def test_a_line_that_decides_nothing_is_named_where_it_runs() -> None:
    lines = {b.boundary: b for b in at("34.2 26.5").boundaries}
    assert lines["LBY-TUR-2019"].role == "not_applied"
    assert lines["LBY-TUR-2019"].distance_nm < 5


def test_an_agreed_line_divides_from_its_day_on() -> None:
    """North of the Strait of Otranto the line of 1977 became the boundary of every zone in 2021."""
    line = {b.boundary: b for b in at("38.18 18.60", on="2022-01-01").boundaries}["GRC-ITA-1977-2020"]
    assert (line.role, line.in_force) == ("decides", True)
    line = {b.boundary: b for b in at("38.18 18.60", on="2015-01-01").boundaries}["GRC-ITA-1977-2020"]
    assert line.in_force is False


@pytest.mark.parametrize(("position", "said"), [("35.45 33.3", True), ("34.65 32.35", False)])
def test_what_has_to_be_said_of_northern_cyprus(position: str, said: bool) -> None:
    place = at(position)
    assert {z.state for z in place.zones if z.zone == "territorial_sea"} == {"CYP"}
    assert any("Security Council" in note for note in place.notes) is said


def test_a_closing_line_is_baseline() -> None:
    """Off the mouth of the Chesapeake: the distance is that to the line between the capes."""
    nearest = min(at("37.03 -75.92").baselines, key=lambda line: line.distance_nm)
    assert (nearest.state, nearest.kind) == ("USA", "straight")
    assert {z.zone for z in at("37.2 -76.15").zones} == {"internal_waters"}
