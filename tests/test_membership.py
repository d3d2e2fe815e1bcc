"""Whom an instrument binds on a day: what is known, and until when it is known."""

from __future__ import annotations

import datetime as dt

import pytest

from seajuris.errors import RuleError
from seajuris.paths import shipped
from seajuris.rules.instruments import instrument, membership
from seajuris.rules.load import shipped_rules
from seajuris.rules.logic import Truth
from seajuris.yamlio import parse_yaml


def bound(key: str, state: str, day: str) -> Truth:
    return shipped_rules().membership(key, state, dt.date.fromisoformat(day)).truth


@pytest.mark.parametrize(
    ("key", "state", "day", "expected"),
    [
        ("UNTOC", "ITA", "2006-09-01", Truth.YES),
        ("UNTOC", "ITA", "2006-08-31", Truth.NO),
        ("UNCLOS", "TUR", "2023-06-14", Truth.NO),
        ("UNCLOS", "GRC", "2023-06-14", Truth.YES),
        ("SMUGGLING_PROTOCOL", "MAR", "2013-01-01", Truth.NO),
        # Absent from an old status list, nothing known since: not "no", not "yes".
        ("SMUGGLING_PROTOCOL", "MAR", "2026-01-01", Truth.UNKNOWN),
        ("CUSTOM", "TUR", "1950-01-01", Truth.YES),
        # Union acts follow membership of the Union: the United Kingdom until Union law ended there.
        ("DIR_2011_36", "GRC", "2023-06-14", Truth.YES),
        ("DIR_2011_36", "TUR", "2023-06-14", Truth.NO),
        ("FD_2002_946", "GBR", "2022-01-01", Truth.NO),
        ("FD_2002_946", "GBR", "2016-01-01", Truth.UNKNOWN),
        ("REG_2024_3011", "ITA", "2027-01-31", Truth.NO),
        ("REG_2024_3011", "ITA", "2027-02-01", Truth.YES),
        ("REG_2024_3011", "DNK", "2027-02-01", Truth.NO),
        # Only members of the Council of Europe; Russia no longer.
        ("ECHR", "ITA", "2023-06-14", Truth.YES),
        ("ECHR", "LBY", "2023-06-14", Truth.NO),
        ("ECHR", "RUS", "2022-09-16", Truth.NO),
        ("ECHR", "ITA", "2009-06-14", Truth.UNKNOWN),
        ("ECHR_P7", "BEL", "2012-07-01", Truth.YES),
        ("ECHR_P7", "BEL", "2012-06-30", Truth.NO),
        ("ECHR_P7", "DEU", "2023-06-14", Truth.NO),
        ("UNSC_2240", "ITA", "2024-09-28", Truth.YES),
        ("UNSC_2240", "ITA", "2024-09-29", Truth.NO),
        # A proposal binds nobody, ever.
        ("COM_2023_755", "ITA", "2026-11-01", Truth.NO),
    ],
)
def test_shipped_memberships(key: str, state: str, day: str, expected: Truth) -> None:
    assert bound(key, state, day) is expected


@pytest.mark.parametrize(
    ("key", "state", "day", "verified"),
    [
        ("UNTOC", "ITA", "2023-06-14", True),
        ("ECHR", "FRA", "2023-06-14", True),
        ("ECHR", "TUR", "2023-06-14", False),
        ("ECHR", "LBY", "2023-06-14", False),
        ("ECHR_P7", "GRC", "2023-06-14", False),
        ("SUA_2005", "ESP", "2023-06-14", True),
    ],
)
def test_a_membership_says_whether_it_was_read(key: str, state: str, day: str, verified: bool) -> None:
    assert shipped_rules().membership(key, state, dt.date.fromisoformat(day)).verified is verified


def test_before_the_general_entry_into_force_nobody_is_bound() -> None:
    assert bound("UNTOC", "ALB", "2003-09-28") is Truth.NO
    assert bound("UNTOC", "ALB", "2003-09-29") is Truth.YES


TEXT = """\
id: X
kind: treaty
title: X
in_force: '2000-01-01'
parties:
  AAA: {from: null, known_by: '2010-01-01', not_party_on: '2005-01-01', verified: true}
  BBB: {from: '2001-01-01', to: '2002-01-01', verified: true}
non_parties:
  CCC: {as_of: '2013-01-01', believed_until: '2020-01-01', verified: true}
"""


def test_a_state_that_stands_twice_is_refused() -> None:
    twice = TEXT.replace("  BBB:", "  AAA:")
    with pytest.raises(RuleError, match="twice"):
        instrument(twice, "test")


def test_reading_by_line_equals_reading_as_yaml() -> None:
    for path in sorted(shipped("rules", "instruments").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        whole = parse_yaml(text, where=path.name, error=RuleError)
        assert isinstance(whole, dict)
        item = instrument(text, path.name)
        for name in ("parties", "non_parties", "unknown"):
            assert dict(getattr(item, name)) == (whole.get(name) or {}), (path.name, name)


def test_what_the_fields_mean() -> None:
    item = instrument(TEXT, "test")

    def on(state: str, day: str) -> Truth:
        return membership(item, None, state, dt.date.fromisoformat(day)).truth

    assert [on("AAA", d) for d in ("2004-12-31", "2007-01-01", "2010-01-01")] == [Truth.NO, Truth.UNKNOWN, Truth.YES]
    assert [on("BBB", d) for d in ("2000-12-31", "2001-01-01", "2002-01-01")] == [Truth.NO, Truth.YES, Truth.NO]
    assert [on("CCC", d) for d in ("2013-01-01", "2019-01-01", "2021-01-01")] == [Truth.NO, Truth.NO, Truth.UNKNOWN]
    assert membership(item, None, "CCC", dt.date(2013, 1, 1)).verified
    assert not membership(item, None, "CCC", dt.date(2019, 1, 1)).verified
    assert on("DDD", "2015-01-01") is Truth.UNKNOWN
