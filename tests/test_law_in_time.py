"""Several days in one case: which day's law counts for a ground, and what a day told in part leaves open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import seajuris
from seajuris.assessment import Assessment, Finding
from seajuris.case import Case
from seajuris.days import Days
from seajuris.errors import CaseError
from seajuris.rules.load import shipped_rules
from seajuris.rules.logic import Truth
from seajuris.rules.model import Validity
from seajuris.rules.timing import bound, in_force

RULES = shipped_rules()
SMUGGLING: dict[str, Any] = {
    "offences": ["migrant_smuggling"],
    "organised_group": True,
    "benefit": True,
    "departure": "LBY",
    "landed_in": "ITA",
    "entry": "own_means",
}


def assessed(**data: Any) -> Assessment:
    return seajuris.assess(Case.from_dict(data))


def only(result: Assessment, ground: str) -> Finding:
    found = [f for f in result.findings if f.ground == ground]
    assert len(found) == 1
    return found[0]


def applies(finding: Finding, instrument: str) -> set[str]:
    return {m.applies for m in finding.mandate if m.instrument == instrument}


# --- Days -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023-06-14", "2023-06-14", "2023-06-14"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023", "2023-01-01", "2023-12-31"),
    ],
)
def test_days(text: str, first: str, last: str) -> None:
    days = Days.read(text)
    assert days is not None
    assert (days.first.isoformat(), days.last.isoformat(), days.text) == (first, last, text)


@pytest.mark.parametrize("text", ["14/06/2023", "2023-6", "23", "20230614", "2023-06-14T00:00"])
def test_other_forms_are_no_days(text: str) -> None:
    assert Days.read(text) is None
    with pytest.raises(CaseError, match="YYYY-MM-DD"):
        Case.from_dict({"departed_on": text})


@pytest.mark.parametrize("text", ["2023-13", "2023-02-30", "0000", "9999-12"])
def test_no_day_of_the_calendar(text: str) -> None:
    with pytest.raises(CaseError, match="calendar"):
        Case.from_dict({"landed_on": text})


def test_a_case_with_days_told_in_part_is_read_back() -> None:
    case = Case.from_dict({"on": "2023-06", "departed_on": 2023, "landed_on": "unknown"})
    assert case.to_dict() == {"on": "2023-06", "departed_on": "2023"}
    assert Case.from_dict(case.to_dict()) == case
    assert case.on == dt.date(2023, 6, 30)


def test_the_current_year_ends_today() -> None:
    today = dt.date(2026, 11, 23)
    case = Case.from_dict({"on": "2026"}, today=today)
    assert case.on == today
    assert case.days_of("on") == Days(dt.date(2026, 1, 1), today, "2026")
    with pytest.raises(CaseError, match="future"):
        Case.from_dict({"on": "2026-12"}, today=today)


@pytest.mark.parametrize(
    ("departed", "landed"), [("2023-06-10", "2023-06-09"), ("2023-06-10", "2023-05"), ("2023", "2022-12-31")]
)
def test_a_landing_before_the_departure_is_an_error(departed: str, landed: str) -> None:
    with pytest.raises(CaseError, match="before the departure") as caught:
        Case.from_dict({"departed_on": departed, "landed_on": landed})
    assert "landed_on" in str(caught.value.where)


@pytest.mark.parametrize(("departed", "landed"), [("2023-06-10", "2023-06"), ("2023-06", "2023"), ("2023-06-10",) * 2])
def test_days_that_may_fit_are_no_error(departed: str, landed: str) -> None:
    Case.from_dict({"departed_on": departed, "landed_on": landed})


def test_a_day_of_landing_without_landing_is_an_error() -> None:
    with pytest.raises(CaseError, match="nobody was"):
        Case.from_dict({"landed_on": "2023-06-10", "landed_in": "none"})


# --- The day whose law counts ---------------------------------------------------------------------------------


def test_each_ground_follows_its_own_day() -> None:
    # The Palermo Convention bound Libya from 18 July 2004 and Italy from 1 September 2006.
    result = assessed(**SMUGGLING, departed_on="2004-07-01", on="2005-01-01", landed_on="2006-10-01")
    departure, landing = only(result, "part-of-conduct-departure"), only(result, "entry-or-landing")
    assert (departure.law["law_of"], departure.law["from"], departure.law["told"]) == ("departure", "2004-07-01", True)
    assert (landing.law["law_of"], landing.law["from"]) == ("landing", "2006-10-01")
    assert applies(departure, "UNTOC") == {"no"}
    assert applies(landing, "UNTOC") == {"yes"}
    # All on the day of the event: the other way round.
    same = assessed(**SMUGGLING, on="2005-01-01")
    assert applies(only(same, "part-of-conduct-departure"), "UNTOC") == {"yes"}
    assert applies(only(same, "entry-or-landing"), "UNTOC") == {"no"}


def test_a_day_not_told_is_that_of_the_event_and_the_finding_says_so() -> None:
    finding = only(assessed(**SMUGGLING, on="2005-01-01"), "part-of-conduct-departure")
    assert (finding.law["from"], finding.law["fact"], finding.law["told"]) == ("2005-01-01", "on", False)
    assert "departure counts but was not told" in str(finding.law["note"])


def test_a_day_told_in_part_leaves_open_what_changed_in_that_time() -> None:
    result = assessed(**SMUGGLING, on="2010-01-01", landed_on="2006")
    finding = only(result, "entry-or-landing")
    mandate = next(m for m in finding.mandate if m.instrument == "UNTOC" and m.duty == "mandatory")
    assert mandate.applies == "unknown"
    assert mandate.missing == ("landed_on",)
    assert "landed_on" in {q.fact for q in result.questions}
    # In September the Convention bound Italy throughout.
    assert applies(only(assessed(**SMUGGLING, on="2010-01-01", landed_on="2006-09"), "entry-or-landing"), "UNTOC") == {
        "yes"
    }


def test_alleged_days_leave_open_what_changed_between_them() -> None:
    alleged = {"disputed": ["2006-08-31", "2006-09-01"]}
    finding = only(assessed(**SMUGGLING, on="2010-01-01", landed_on=alleged), "entry-or-landing")
    assert "unknown" in applies(finding, "UNTOC")


def test_a_bar_in_force_on_some_of_the_days_is_open() -> None:
    # The bar of article 97 is encoded from the entry into force of the Convention, 16 November 1994.
    data = {
        "position": "36.25 21.06",
        "accuracy": "1 nm",
        "event": "collision",
        "offences": ["navigation_offence"],
        "vessel": {"flag": "PAN", "type": "merchant"},
        "suspects": [{"nationality": "SYR", "role": "skipper"}],
        "victims": [{"nationality": "FRA", "outcome": "dead"}],
    }
    bars = {day: [b.status for b in assessed(**data, on=day).bars if b.bar == "incident-of-navigation"] for day in
            ("1994-11-15", "1994-11-16", "1994", "1995")}  # fmt: skip
    assert bars == {"1994-11-15": [], "1994-11-16": ["applies"], "1994": ["open"], "1995": ["applies"]}


def test_zones_that_changed_in_that_time_are_possible() -> None:
    # Greece proclaimed an exclusive economic zone here on 17 April 2025.
    place = assessed(position="36.25 21.06", accuracy="1 nm", on="2025").place
    assert place is not None
    assert place.verdict == "undetermined"
    assert {(z.zone, z.claim): z.certainty for z in place.zones}[
        ("exclusive_economic_zone", "proclaimed")
    ] == "possible"
    assert any("zones changed" in note for note in place.notes)


@pytest.mark.parametrize("state", ["ITA", "LBY", "GBR", "SOM", "HRV"])
@pytest.mark.parametrize("instrument", ["UNTOC", "EU", "SCHENGEN", "SMUGGLING_PROTOCOL"])
def test_membership_over_days_is_that_of_every_single_day(instrument: str, state: str) -> None:
    for year in (2003, 2004, 2006, 2013, 2020):
        days = Days.read(str(year))
        assert days is not None
        each = {
            RULES.membership(instrument, state, days.first + dt.timedelta(days=n)).truth
            for n in range((days.last - days.first).days + 1)
        }
        found, dated = bound(RULES, instrument, state, days)
        assert found.truth is (each.pop() if len(each) == 1 else Truth.UNKNOWN)
        assert dated == (len(each) > 1)


def test_a_rule_over_days() -> None:
    june = Days.read("2023-06")
    assert june is not None
    day = dt.date.fromisoformat
    assert in_force(Validity(), june) is Truth.YES
    assert in_force(Validity(day("2023-06-01"), day("2023-07-01")), june) is Truth.YES
    assert in_force(Validity(day("2023-06-02"), None), june) is Truth.UNKNOWN
    assert in_force(Validity(None, day("2023-06-30")), june) is Truth.UNKNOWN
    assert in_force(Validity(day("2023-06-10"), day("2023-06-20")), june) is Truth.UNKNOWN
    assert in_force(Validity(day("2023-07-01"), None), june) is Truth.NO
    assert in_force(Validity(None, day("2023-06-01")), june) is Truth.NO
