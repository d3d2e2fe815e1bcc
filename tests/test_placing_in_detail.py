"""Details of placing a position: what radius counts, which limit gives a zone its delimitation, distances of a hand."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic

from seajuris import locate
from seajuris.position import Position, parse_position
from seajuris.zones.locate import (
    _claim_notes,
    _delimitation,
    _Measured,
    _Region,
    _seaward_of_own_territorial_sea,
    _with_high_seas,
    _zones,
    uncertainty_m,
)
from seajuris.zones.measure import Nearest, Origin, window
from seajuris.zones.store import Row


@pytest.mark.parametrize(("accuracy", "expected"), [(None, 0.0), (0.0, 0.0), (0.25, 0.25), (1.0, 1.0), (500.0, 500.0)])
def test_what_was_stated_and_what_the_notation_leaves_open_are_added(accuracy: float | None, expected: float) -> None:
    position = parse_position("36.25 21.06", accuracy=accuracy)
    assert uncertainty_m(position) == expected + position.precision_m
    # Numbers leave nothing open; below a metre no zone is looked for.
    assert uncertainty_m(Position.from_degrees(36.25, 21.06, accuracy)) == max(1.0, expected)


def test_the_place_says_which_radius_was_used() -> None:
    position = parse_position("36.25 21.06")
    assert locate(position, on=dt.date(2023, 6, 14)).uncertainty_m == position.precision_m


@pytest.mark.parametrize("distance", [0.01, 0.3, 0.5, 0.999, 1.0, 2.0, 50.0])
@pytest.mark.parametrize("bearing", [0.0, 37.0, 90.0, 200.0, 359.0])
def test_the_plane_is_true_in_the_small(distance: float, bearing: float) -> None:
    end = Geodesic.WGS84.Direct(36.25, 21.06, bearing, distance)
    ((east, north),) = Origin(21.06, 36.25).plane(np.array([[end["lon2"], end["lat2"]]]))
    assert math.hypot(east, north) == pytest.approx(distance, abs=1e-5)
    assert (east, north) == pytest.approx(
        (distance * math.sin(math.radians(bearing)), distance * math.cos(math.radians(bearing))), abs=1e-5
    )


def test_the_origin_itself_is_the_middle_of_the_plane() -> None:
    assert Origin(21.06, 36.25).plane(np.array([[21.06, 36.25]])) == pytest.approx(np.zeros((1, 2)), abs=1e-6)


def row(**values: Any) -> Row:
    return Row({"state": "GRC", "territory": "GRC", "dispute": None, **values}, b"")


def measured(limit: str, kind: str, distance: float, **values: Any) -> _Measured:
    return _Measured(row(limit=limit, kind=kind, **values), Nearest(distance, 0.0, 0.0, 0))


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ([], None),
        ([measured("territorial_sea", "agreed", 10.0)], "agreed"),
        ([measured("territorial_sea", "envelope", 10.0)], "limit"),
        # The nearest decides, and only of this State, territory and zone.
        (
            [measured("territorial_sea", "equidistance", 10.0), measured("territorial_sea", "agreed", 20.0)],
            "equidistance",
        ),
        ([measured("exclusive_economic_zone", "agreed", 5.0), measured("territorial_sea", "mapped", 10.0)], "limit"),
        ([measured("territorial_sea", "agreed", 5.0, state="ITA")], None),
        ([measured("territorial_sea", "agreed", 5.0, territory="XXX")], None),
    ],
)
def test_what_kind_of_line_ends_a_zone(limits: list[_Measured], expected: str | None) -> None:
    assert _delimitation(_Region(row(), "territorial_sea", "proclaimed", None), limits) == expected


def test_overlapping_claims_and_waters_held_together() -> None:
    for dispute, expected in (("joint-regime-x", "joint"), ("some-dispute", "overlapping")):
        region = _Region(row(dispute=dispute), "territorial_sea", "proclaimed", None)
        assert _delimitation(region, [measured("territorial_sea", "agreed", 1.0)]) == expected


# --- Remarks on claims --------------------------------------------------------------------------------------------

DAY = "2023-06-14"
EEZ, SEA = "exclusive_economic_zone", "territorial_sea"


def region(zone: str, claim: str | None, *, before_claim: bool = False, **values: Any) -> _Region:
    given = {"proclaimed_from": None, "instrument": None, "source": None, "confidence": None, **values}
    return _Region(row(zone=zone, claim=claim, **given), zone, claim, None, before_claim, 1.0, True)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (region(SEA, "proclaimed"), []),
        (
            region(SEA, "proclaimed", before_claim=True, proclaimed_from="2030-01-01"),
            [["territorial sea of Greece", "since 2030-01-01", DAY]],
        ),
        (region(EEZ, "potential"), [["Greece is entitled", f"on {DAY}: the waters are high seas"]]),
        (region(EEZ, "potential", proclaimed_from="2020-01-01"), [[f"on {DAY}: the waters are high seas"]]),
        (region(EEZ, "potential", proclaimed_from="2030-01-01"), [["(proclaimed only from 2030-01-01): the waters"]]),
        (region(EEZ, "potential", proclaimed_from=DAY), [[f"on {DAY}: the waters are high seas"]]),
        (region(EEZ, "proclaimed"), [["The day on which Greece proclaimed"]]),
        (region(EEZ, "proclaimed", proclaimed_from="2020-01-01"), []),
        (
            region(SEA, "protested", instrument="A decree", source="a page", dispute="some-dispute"),
            [["Greece claims these waters (territorial sea)", "protest: A decree; a page. It moves no line"]],
        ),
        (region(SEA, "protested", source="a page"), [["protest: a page. It moves no line"]]),
        (region(SEA, "proclaimed", dispute="joint-regime-x"), [["administer these waters together (joint-regime-x)"]]),
        (region(SEA, "proclaimed", dispute="some-dispute"), [["Claims overlap here (some-dispute)"]]),
        (region("high_seas", None, state=None, territory=None), []),
    ],
)
def test_what_is_remarked_on_a_claim(one: _Region, says: list[list[str]]) -> None:
    notes = _claim_notes(one, DAY)
    assert len(notes) == len(says)
    for note, words in zip(notes, says, strict=True):
        assert [word for word in words if word not in note] == []


def test_a_territorial_sea_before_it_was_claimed_is_possible_and_so_are_the_high_seas() -> None:
    early = _zones([region(SEA, "proclaimed", before_claim=True)], 1.0, 1.0, [])
    assert [(z.zone, z.certainty, z.at_position) for z in early] == [
        (SEA, "possible", True),
        ("high_seas", "possible", False),
    ]
    claimed = _zones([region(SEA, "proclaimed")], 1.0, 1.0, [])
    assert [(z.zone, z.certainty) for z in claimed] == [(SEA, "certain")]
    beside = _zones([region(SEA, "proclaimed", before_claim=True), region("high_seas", None, state=None)], 2.0, 2.0, [])
    assert [z.zone for z in beside].count("high_seas") == 1


@pytest.mark.parametrize(
    ("covered", "certainty", "outside"),
    [(1.0, "certain", None), (0.995, "certain", None), (0.9, "possible", "possible"), (0.0, "possible", "certain")],
)
def test_a_gap_in_the_data_is_said(covered: float, certainty: str, outside: str | None) -> None:
    sea = region(SEA, "proclaimed")
    sea.area = covered
    zones = {z.zone: z.certainty for z in _zones([sea], covered, 1.0, [])}
    assert zones.get("outside_data") == outside
    assert zones[SEA] == certainty


# --- Which waters are whose ---------------------------------------------------------------------------------------


def waters(zone: str, claim: str | None, west: float, east: float, **values: Any) -> _Region:
    one = region(zone, claim, **values)
    one.shape = shapely.box(west, 0.0, east, 1.0)
    return one


@pytest.mark.parametrize(
    ("others", "free"),
    [
        ([], (0.0, 10.0)),
        # What another State has proclaimed, or holds as its territory, is no high seas.
        ([waters(EEZ, "proclaimed", 6.0, 10.0, state="ITA")], (0.0, 6.0)),
        ([waters(SEA, "proclaimed", 0.0, 3.0, state="ITA")], (3.0, 10.0)),
        # A claim that is protested takes nothing.
        ([waters(SEA, "protested", 0.0, 3.0, state="ITA")], (0.0, 10.0)),
        ([waters(EEZ, "protested", 0.0, 3.0, state="ITA")], (0.0, 10.0)),
        ([waters(EEZ, "potential", 8.0, 12.0, state="ITA")], (0.0, 12.0)),
        ([waters("high_seas", None, 10.0, 15.0, state=None)], (0.0, 15.0)),
    ],
)
def test_waters_that_nobody_has_claimed_are_high_seas(others: list[_Region], free: tuple[float, float]) -> None:
    found = [r for r in _with_high_seas([waters(EEZ, "potential", 0.0, 10.0), *others]) if r.zone == "high_seas"]
    (high_seas,) = found
    assert (high_seas.shape.bounds[0], high_seas.shape.bounds[2]) == free
    assert high_seas.shape.area == pytest.approx(free[1] - free[0])
    assert high_seas.state is None


def test_without_an_entitlement_there_are_no_high_seas_to_add() -> None:
    listed = [waters(EEZ, "proclaimed", 0.0, 10.0), waters(SEA, "proclaimed", 10.0, 12.0)]
    assert _with_high_seas(listed) == listed


@pytest.mark.parametrize("zone", ["contiguous_zone", EEZ])
@pytest.mark.parametrize(
    ("sea", "begins"),
    [
        (waters(SEA, "proclaimed", 0.0, 4.0), 4.0),
        (waters(SEA, "proclaimed", 0.0, 4.0, state="ITA"), 0.0),
        (waters(SEA, "protested", 0.0, 4.0), 0.0),
    ],
)
def test_other_zones_begin_where_the_territorial_sea_of_that_state_ends(zone: str, sea: _Region, begins: float) -> None:
    other = waters(zone, "proclaimed", 0.0, 10.0)
    _seaward_of_own_territorial_sea([other, sea])
    assert (other.shape.bounds[0], other.shape.bounds[2]) == (begins, 10.0)
    assert sea.shape.bounds[2] == 4.0


def test_the_antipode_is_far_away() -> None:
    ((east, north),) = Origin(21.06, 36.25).plane(np.array([[21.06 - 180.0, -36.25]]))
    assert math.hypot(east, north) > 10_000_000


@pytest.mark.parametrize(("lacks", "certainty"), [(190_000.0, "certain"), (210_000.0, "possible")])
def test_seams_across_a_large_circle_are_a_metre_wide(lacks: float, certainty: str) -> None:
    """Of a circle of 100 km the pieces of a zone may leave out a strip of a metre across it, not a ten-thousandth."""
    whole = math.pi * 100_000.0**2
    sea = region(SEA, "proclaimed")
    sea.area = whole - lacks
    assert [z.certainty for z in _zones([sea], whole, whole, [])] == [certainty]


@pytest.mark.parametrize("lat", [0.0, 36.0, -60.0, 75.0, 85.0])
@pytest.mark.parametrize("bearing", [0.0, 45.0, 90.0, 180.0])
def test_the_plane_is_true_to_two_metres_at_a_thousand_kilometres(lat: float, bearing: float) -> None:
    end = Geodesic.WGS84.Direct(lat, 21.06, bearing, 1_000_000.0)
    ((east, north),) = Origin(21.06, lat).plane(np.array([[end["lon2"], end["lat2"]]]))
    assert math.hypot(east, north) == pytest.approx(1_000_000.0, abs=2.0 if bearing != 45.0 else 15.0)


def test_the_antipode_on_the_equator_has_no_direction_and_is_put_far_out() -> None:
    assert Origin(0.0, 0.0).plane(np.array([[180.0, 0.0]])).tolist() == [[2 * 6378137.0, 0.0]]


@pytest.mark.parametrize(("missing", "certainty"), [(1_999_999.5, "certain"), (2_000_000.5, "possible")])
def test_in_a_large_circle_two_square_kilometres_are_a_gap(missing: float, certainty: str) -> None:
    whole = math.pi * 100_000.0**2
    sea = region(SEA, "proclaimed")
    sea.area = whole - missing
    zones = {z.zone: z.certainty for z in _zones([sea], whole - missing, whole, [])}
    assert zones[SEA] == certainty
    assert ("outside_data" in zones) is (certainty == "possible")


def test_a_window_that_ends_on_180_degrees_is_one_box() -> None:
    ((_, _, half, _),) = window(0.0, 10.0, 50_000.0)
    lon = 180.0 - half
    assert lon + half == 180.0
    assert [box[2] for box in window(lon, 10.0, 50_000.0)] == [180.0]
    assert [box[0] for box in window(-lon, 10.0, 50_000.0)] == [-180.0]
    assert len(window(math.nextafter(lon, 200.0), 10.0, 60_000.0)) == 2
