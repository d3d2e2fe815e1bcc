"""Where the earth, the reach of measuring, and the circle of uncertainty end."""

from __future__ import annotations

import pytest
from pyproj import Geod

from seajuris import locate
from seajuris.zones.locate import REACH_NM

GEOD = Geod(ellps="WGS84")
DAY = "2024-06-01"
BOUVET = (3.36, -54.42)


@pytest.mark.parametrize(("lat", "zone"), [(90, "high_seas"), (-90, "land")])
@pytest.mark.parametrize("accuracy", ["10 m", "200 km"])
def test_at_a_pole_every_longitude_is_the_same_place(lat: int, zone: str, accuracy: str) -> None:
    for lon in (0, 120, -180):
        place = locate(f"{lat}, {lon}", accuracy=accuracy, on=DAY)
        assert [(z.zone, z.certainty) for z in place.zones] == [(zone, "certain")], lon
        assert place.verdict == "robust"


def test_limits_and_baselines_further_than_the_reach_are_left_out() -> None:
    """North-east of a lone island: within 200 M by latitude and by longitude, but not in a straight line."""
    for miles, seen in ((195.0, True), (225.0, False)):
        lon, lat, _ = GEOD.fwd(*BOUVET, 45.0, miles * 1852.0)
        place = locate(f"{lat:.6f}, {lon:.6f}", accuracy="10 m", on=DAY)
        told = {(m.limit, m.territory) for m in place.limits}
        assert (("territorial_sea", "BVT") in told) is seen
        assert ("BVT" in {b.territory for b in place.baselines}) is seen
        assert all(abs(m.distance_nm) <= REACH_NM for m in place.limits)
        assert all(b.distance_nm <= REACH_NM for b in place.baselines)
        assert ("exclusive_economic_zone", "BVT") in told, "whose limit is near"


def test_a_very_large_circle_has_every_zone_that_smaller_ones_have() -> None:
    """150 M around Lampedusa: six States and the high seas, nothing sure."""
    small = locate("35.5, 12.6", accuracy="20 nm", on="2020-06-01")
    large = locate("35.5, 12.6", accuracy="150 nm", on="2020-06-01")
    found = {(z.zone, z.state) for z in large.zones}
    assert {(z.zone, z.state) for z in small.zones} <= found
    assert {"ITA", "MLT", "TUN", "LBY"} <= {state for _, state in found}
    assert {z.certainty for z in large.zones} == {"possible"} and large.verdict == "undetermined"
    assert large.criminal_law_regime == "depends"


def test_high_seas_within_and_beyond_an_entitlement_are_one() -> None:
    """Norway has proclaimed no economic zone around Bouvet: on both sides of its 200 M limit are high seas."""
    lon, lat, _ = GEOD.fwd(*BOUVET, 225.0, 200.0 * 1852.0)
    place = locate(f"{lat:.4f}, {lon:.4f}", accuracy="20 km", on=DAY)
    assert [(z.zone, z.claim, z.certainty) for z in place.zones] == [
        ("high_seas", None, "certain"),
        ("exclusive_economic_zone", "potential", "possible"),
    ]
    assert place.criminal_law_regime == "high_seas"


def test_a_stretch_of_a_limit_that_is_known_less_well_counts_even_if_another_is_nearer() -> None:
    """Off Sweden and Australia the limit is known to 150 m at one place, and to 500 m a little further on."""
    for text in ("55.83458, 16.00135", "-24.69677, 112.94953"):
        place = locate(text, accuracy=10.0, on="2024-06-01")
        assert place.verdict == "near_line", text
        assert len(place.reachable) > len([zone for zone in place.zones if zone.certainty == "certain"])
        # It is listed once, with its nearest point.
        assert len({(x.limit, x.state, x.territory) for x in place.limits}) == len(place.limits)
