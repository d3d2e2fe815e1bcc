"""Placing a position on a few zones made up for the purpose, metres away: what is said, and exactly how far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

import pytest
import shapely

from seajuris.place import Place
from seajuris.position import Position
from seajuris.zones.locate import locate
from seajuris.zones.store import Row, ZoneStore

EAST, NORTH = 1 / 111_319.4908, 1 / 110_574.2758
"""Degrees that are a metre at the equator."""
DAY = dt.date(2023, 6, 14)
HEADER = b"GP\x00\x01\x00\x00\x00\x00"
SEA, EEZ = "territorial_sea", "exclusive_economic_zone"
NULLS = dict.fromkeys(
    ("dispute", "instrument", "proclaimed_from", "proclaimed_to", "valid_from", "valid_to", "other_state", "boundary")
)


class Waters:
    """A store that holds what it is given."""

    def __init__(self, **layers: list[Row]) -> None:
        self.layers = layers

    def near(self, layer: str, lon: float, lat: float, radius_m: float) -> Iterator[Row]:
        yield from self.layers.get(layer, [])


def box(west: float, east: float, south: float = -5000.0, north: float = 5000.0) -> bytes:
    return HEADER + shapely.to_wkb(shapely.box(west * EAST, south * NORTH, east * EAST, north * NORTH))


def line(east: float, south: float = -5000.0, north: float = 5000.0) -> bytes:
    """A line from south to north, so many metres east of the position."""
    return HEADER + shapely.to_wkb(
        shapely.LineString([(east * EAST, at * NORTH) for at in (south, (south + north) / 2, north)])
    )


def zone(name: str, west: float, east: float, state: str | None = "GRC", **values: Any) -> Row:
    claim = "proclaimed" if state else None
    given = {"zone": name, "state": state, "territory": state, "claim": claim, "source": "s", "confidence": "verified"}
    return Row({**NULLS, **given, **values}, box(west, east))


def limit(name: str, east: float, state: str = "GRC", **values: Any) -> Row:
    given = {"limit": name, "state": state, "territory": state, "kind": "envelope", "accuracy_m": 150.0}
    return Row({**NULLS, **given, **values}, line(east))


def place(accuracy_m: float = 10.0, **layers: list[Row]) -> Place:
    store = cast(ZoneStore, Waters(**{"zones": [zone(SEA, -5000, 5000)], **layers}))
    return locate(Position.from_degrees(0.0, 0.0, accuracy_m), DAY, store)


def zones(found: Place) -> list[tuple[str, str]]:
    return [(z.zone, z.certainty) for z in found.zones]


# --- Zones --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        (10.5, [(SEA, "certain")]),
        (9.5, [(SEA, "possible"), ("high_seas", "possible")]),
        (-9.5, [(SEA, "possible"), ("high_seas", "possible")]),
        (-10.5, [("high_seas", "certain")]),
    ],
)
def test_a_zone_is_certain_if_it_covers_the_whole_circle(edge: float, expected: list[tuple[str, str]]) -> None:
    found = place(zones=[zone(SEA, -5000, edge), zone("high_seas", edge, 5000, None)])
    assert zones(found) == expected
    assert found.criminal_law_regime == {1: "territory", -1: "high_seas"}.get((edge > 10) - (edge < -10), "depends")
    assert [z.zone for z in found.zones if z.at_position] == [SEA if edge > 0 else "high_seas"]


def test_pieces_of_one_zone_are_one_and_seams_are_nobodys() -> None:
    assert zones(place(zones=[zone(SEA, -5000, -0.002), zone(SEA, 0.002, 5000)])) == [(SEA, "certain")]
    assert place(zones=[zone(SEA, -5000, -0.002), zone(SEA, 0.002, 5000)]).zones[0].at_position


def test_what_no_zone_covers_lies_outside_the_data() -> None:
    assert zones(place(zones=[])) == [("outside_data", "certain")]
    assert place(zones=[]).criminal_law_regime == "unknown"
    partly = place(zones=[zone(SEA, -5000, 5)])
    assert zones(partly) == [(SEA, "possible"), ("outside_data", "possible")]
    assert partly.verdict == "undetermined"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, [("contiguous_zone", "certain")]),
        ({"proclaimed_from": "2023-06-14"}, [("contiguous_zone", "certain")]),
        ({"proclaimed_from": "2023-06-15"}, [("outside_data", "certain")]),
        ({"proclaimed_to": "2023-06-14"}, [("outside_data", "certain")]),
        ({"valid_to": "2023-06-14"}, [("outside_data", "certain")]),
        ({"valid_from": "2023-06-15"}, [("outside_data", "certain")]),
        ({"claim": "potential"}, [("outside_data", "certain")]),
    ],
)
def test_a_contiguous_zone_is_there_only_once_it_is_claimed(
    values: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert zones(place(zones=[zone("contiguous_zone", -5000, 5000, **values)])) == expected


@pytest.mark.parametrize(
    ("day", "claim", "names"),
    [
        ("2020-01-01", "proclaimed", [EEZ]),
        ("2023-06-14", "proclaimed", [EEZ]),
        ("2024-01-01", "potential", ["high_seas", EEZ]),
    ],
)
def test_an_economic_zone_before_its_day_is_an_entitlement(day: str, claim: str, names: list[str]) -> None:
    found = place(zones=[zone(EEZ, -5000, 5000, proclaimed_from=day)])
    assert [z.zone for z in found.zones] == names
    assert found.zones[-1].claim == claim
    assert found.criminal_law_regime == "high_seas"


# --- Limits -------------------------------------------------------------------------------------------------------


def test_a_limit_lies_ahead_or_behind() -> None:
    ahead = place(limits=[limit(SEA, 1852.0)]).limits
    assert [(item.limit, round(item.distance_nm, 4)) for item in ahead] == [(SEA, -1.0)]
    beyond = place(zones=[zone("high_seas", -5000, 5000, None)], limits=[limit(SEA, -926.0)]).limits
    assert [round(item.distance_nm, 4) for item in beyond] == [0.5]
    other = place(limits=[limit(SEA, 1852.0, "ITA")]).limits
    assert [round(item.distance_nm, 4) for item in other] == [1.0]


def test_of_each_limit_the_nearest_stretch_counts_and_the_nearest_comes_first() -> None:
    found = place(limits=[limit(SEA, 3000.0), limit(EEZ, 2500.0), limit(SEA, -2000.0, kind="agreed")]).limits
    assert [(item.limit, item.kind, round(abs(item.distance_nm) * 1852)) for item in found] == [
        (SEA, "agreed", 2000),
        (EEZ, "envelope", 2500),
    ]


@pytest.mark.parametrize(
    ("east", "accuracy", "verdict"),
    [(159.0, 150.0, "near_line"), (161.0, 150.0, "robust"), (11.0, None, "robust"), (9.0, None, "near_line")],
)
def test_a_limit_within_the_accuracy_of_the_data_is_near(east: float, accuracy: float | None, verdict: str) -> None:
    assert place(limits=[limit(SEA, east, accuracy_m=accuracy)]).verdict == verdict


def test_what_lies_across_a_limit_that_is_not_exact_can_be_reached() -> None:
    """Two limits come near, one of them known to a kilometre: what lies within that may be where it happened."""
    waters = [zone(SEA, -5000, 500), zone("high_seas", 500, 5000, None)]
    one = [limit(SEA, 50.0, "ITA", accuracy_m=100.0)]
    assert [z.zone for z in place(zones=waters, limits=one).reachable] == [SEA]
    both = place(zones=waters, limits=[*one, limit(SEA, 500.0, accuracy_m=1000.0)])
    assert [(z.zone, z.certainty) for z in both.reachable] == [(SEA, "possible"), ("high_seas", "possible")]
    assert zones(both) == [(SEA, "certain")]
    assert place(zones=waters).reachable == ()


def test_the_limit_of_a_contiguous_zone_needs_its_claim() -> None:
    early = limit("contiguous_zone", 1000.0, proclaimed_from="2024-01-01")
    assert place(limits=[early]).limits == ()
    assert len(place(limits=[limit("contiguous_zone", 1000.0, proclaimed_from="2023-06-14")]).limits) == 1
    assert len(place(limits=[limit(EEZ, 1000.0, proclaimed_from="2024-01-01")]).limits) == 1


# --- Beside the zones ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("west", "said"), [(9.5, True), (10.5, False), (-1.0, True), (0.5, True)])
def test_a_remark_is_made_if_the_circle_reaches_its_waters(west: float, said: bool) -> None:
    values = {"key": "r", "text": "Mind this.", "source": "a page", "confidence": "from memory"}
    remark = Row({**NULLS, **values}, box(west, 5000))
    assert ("Mind this. (a page; unverified)" in place(remarks=[remark]).notes) is said
    read = Row({**NULLS, **values, "confidence": "verified"}, box(west, 5000))
    assert ("Mind this. (a page)" in place(remarks=[read]).notes) is said
    early = Row({**NULLS, **values, "valid_from": "2024-01-01"}, box(west, 5000))
    assert not [note for note in place(remarks=[early]).notes if "Mind this" in note]


def boundary(name: str, east: float, **values: Any) -> Row:
    given = {
        "id": name,
        "parties": "GRC, ITA",
        "role": "decides",
        "source": "s",
        "confidence": "verified",
        "note": None,
    }
    return Row({**NULLS, **given, **values}, line(east))


@pytest.mark.parametrize(
    ("values", "in_force"),
    [
        ({}, None),
        ({"valid_from": "2020-01-01"}, True),
        ({"valid_from": "2024-01-01"}, False),
        ({"valid_to": "2020-01-01"}, False),
        ({"valid_to": "2024-01-01"}, True),
        ({"valid_from": "2020-01-01", "role": "not_applied"}, None),
    ],
)
def test_a_line_between_states_is_named(values: dict[str, Any], in_force: bool | None) -> None:
    (found,) = place(boundaries=[boundary("a", 3000.0, **values), boundary("a", 1852.0, **values)]).boundaries
    assert (found.boundary, found.parties, found.in_force) == ("a", ("GRC", "ITA"), in_force)
    assert found.distance_nm == pytest.approx(1.0, abs=1e-4)


def test_lines_between_states_are_named_within_24_miles_the_nearest_first() -> None:
    inside, outside = 24 * 1852.0 - 2, 24 * 1852.0 + 2
    listed = [boundary("far", outside), boundary("b", inside), boundary("a", -100.0)]
    assert [item.boundary for item in place(boundaries=listed).boundaries] == ["a", "b"]


def test_baselines_of_each_state_the_nearest_first() -> None:
    def baseline(state: str | None, east: float, kind: str) -> Row:
        return Row({**NULLS, "state": state, "territory": state, "kind": kind}, line(east))

    listed = [
        baseline("GRC", 4000.0, "coast"),
        baseline("GRC", -3000.0, "straight"),
        baseline("ITA", 1000.0, "coast"),
        baseline(None, 10.0, "coast"),
        baseline("MLT", 200 * 1852.0 + 50, "coast"),
        baseline("LBY", 200 * 1852.0 - 50, "coast"),
    ]
    found = place(baselines=listed).baselines
    assert [(item.state, item.kind) for item in found] == [("ITA", "coast"), ("GRC", "straight"), ("LBY", "coast")]
    assert [round(item.distance_nm * 1852) for item in found[:2]] == [1000, 3000]


@pytest.mark.parametrize(("east", "said"), [(3 * 1852.0 - 5, True), (3 * 1852.0 + 5, False)])
def test_close_to_the_coast_waters_may_be_internal(east: float, said: bool) -> None:
    coast = Row({**NULLS, "state": "GRC", "territory": "GRC", "kind": "coast"}, line(east))
    notes = " ".join(place(baselines=[coast]).notes)
    assert ("these may be internal waters" in notes) is said
    internal = place(zones=[zone("internal_waters", -5000, 5000)], baselines=[coast])
    assert "these may be internal waters" not in " ".join(internal.notes)


def test_economic_and_contiguous_zones_are_no_territory() -> None:
    for name in (EEZ, "contiguous_zone"):
        assert "is not territory" in " ".join(place(zones=[zone(name, -5000, 5000)]).notes)
    assert "is not territory" not in " ".join(place().notes)


def test_without_an_accuracy_the_nearest_limit_is_named() -> None:
    store = cast(ZoneStore, Waters(zones=[zone(SEA, -5000, 5000)], limits=[limit(SEA, 1852.0 * 1.5)]))
    (note,) = locate(Position.from_degrees(0.0, 0.0), DAY, store).notes
    assert "the nearest limit lies 1.5 M away" in note
    store = cast(ZoneStore, Waters(zones=[zone(SEA, -5000, 5000)]))
    (note,) = locate(Position.from_degrees(0.0, 0.0), DAY, store).notes
    assert "no limit is near" in note
    assert place().notes == ()


def test_how_far_the_data_are_searched() -> None:
    asked: dict[str, float] = {}

    class Asked(Waters):
        def near(self, layer: str, lon: float, lat: float, radius_m: float) -> Iterator[Row]:
            assert (lon, lat) == (0.0, 0.0)
            asked[layer] = radius_m
            yield from super().near(layer, lon, lat, radius_m)

    store = cast(ZoneStore, Asked(zones=[zone(SEA, -5000, 5000)]))
    locate(Position.from_degrees(0.0, 0.0, 10.0), DAY, store)
    assert asked == {
        "zones": 10.0,
        "remarks": 10.0,
        "limits": 200 * 1852.0,
        "baselines": 200 * 1852.0,
        "boundaries": 24 * 1852.0,
    }


def test_only_a_territorial_sea_can_be_drawn_at_a_breadth_of_a_later_day() -> None:
    early = place(zones=[zone(SEA, -5000, 5000, proclaimed_from="2024-01-01")])
    assert zones(early) == [(SEA, "possible"), ("high_seas", "possible")]
    assert "drawn at the breadth claimed since 2024-01-01" in " ".join(early.notes)
    claimed = place(zones=[zone(SEA, -5000, 5000, proclaimed_from="2023-06-14")])
    assert zones(claimed) == [(SEA, "certain")]
    archipelago = place(zones=[zone("archipelagic_waters", -5000, 5000, proclaimed_from="2024-01-01")])
    assert zones(archipelago) == [("archipelagic_waters", "certain")]


def test_a_sliver_of_a_small_circle_counts() -> None:
    """With an accuracy of a metre, a few square decimetres are a part of it."""
    found = place(1.0, zones=[zone(SEA, -5000, 0.9), zone("high_seas", 0.9, 5000, None)])
    assert zones(found) == [(SEA, "possible"), ("high_seas", "possible")]


@pytest.mark.parametrize(("lat", "at"), [(60.005, "high_seas"), (59.995, SEA)])
def test_a_parallel_is_no_straight_line_in_the_plane(lat: float, at: str) -> None:
    """Pieces are cut along parallels; over 200 km at this latitude one bends by more than a kilometre."""

    def piece(name: str, state: str | None, south: float, north: float) -> Row:
        made = zone(name, 0, 1, state)
        return Row(made.values, HEADER + shapely.to_wkb(shapely.box(-20.0, south, 20.0, north)))

    store = cast(ZoneStore, Waters(zones=[piece(SEA, "GRC", 40.0, 60.0), piece("high_seas", None, 60.0, 80.0)]))
    found = locate(Position.from_degrees(lat, 0.0, 100_000.0), DAY, store)
    assert [z.zone for z in found.zones if z.at_position] == [at]
    assert zones(found) == [(SEA, "possible"), ("high_seas", "possible")]


@pytest.mark.parametrize(("area", "counts"), [(999.5, False), (1000.5, True)])
def test_in_a_large_circle_a_thousand_square_metres_count(area: float, counts: bool) -> None:
    strip = zone(EEZ, -area / 20_000, area / 20_000, "ITA")
    found = place(100_000.0, zones=[zone(SEA, -200_000, 200_000), strip])
    assert (EEZ in [z.zone for z in found.zones]) is counts
