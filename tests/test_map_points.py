"""A map of many positions."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pytest

import seajuris
from seajuris.errors import InputError
from seajuris.render.map.points import _window, kind_of

DAY = "2023-06-14"


def placed(*places: tuple[float, float], accuracy_m: float = 10.0) -> Any:
    lon, lat = zip(*places, strict=True)
    points = gpd.points_from_xy(lon, lat, crs=4326)
    return seajuris.locate_frame(gpd.GeoDataFrame(geometry=points), on=DAY, accuracy_m=accuracy_m)


def dots(document: str) -> dict[str, int]:
    """Counts in the legend."""
    root = ElementTree.fromstring(document)
    words = ["".join(item.itertext()) for item in root.iter("{http://www.w3.org/2000/svg}text")]
    found = [re.fullmatch(r"positions (in a State|where|that may).*: ([0-9,]+)", word) for word in words]
    return {match[1]: int(match[2].replace(",", "")) for match in found if match}


def test_every_position_is_drawn_by_what_its_zones_mean() -> None:
    document = seajuris.map_frame(placed((12.6, 35.5), (12.7, 35.45), (13.4, 35.2)), on=DAY, title="A <b> & more")
    assert dots(document) == {"in a State": 2, "where": 1}
    group = re.search(r'<g class="dots">(.*?)</g>', document)
    assert group is not None
    # Outline and core of each.
    assert len(re.findall(r"M[-0-9.]+ [-0-9.]+h0", group[1])) == 2 * 3
    assert "A &lt;b&gt; &amp; more" in document


def test_a_position_that_may_lie_in_both_is_drawn_as_such() -> None:
    assert dots(seajuris.map_frame(placed((12.6, 35.5), (12.6, 35.3), accuracy_m=20_000), on=DAY)) == {"that may": 2}
    assert kind_of("territory", "near_line") == "territory"
    assert kind_of("territory", "undetermined") == "unsure"
    assert kind_of("unknown", "robust") == "unsure"


def test_the_window_shows_all_positions() -> None:
    import numpy as np

    west, south, east, north = (float(v) for v in _window(np.array([12.0, 14.0]), np.array([34.0, 36.0])).split(","))
    assert west < 12 < 14 < east
    assert south < 34 < 36 < north
    # On both sides of 180 degrees, the short way round.
    west, _, east, _ = (float(v) for v in _window(np.array([179.0, -178.0]), np.array([-17.0, -18.0])).split(","))
    assert 178 < west < 179
    assert -178 < east < -177
    # A single position still has waters around it.
    west, south, east, north = (float(v) for v in _window(np.array([25.0]), np.array([36.0])).split(","))
    assert east - west > 0.5
    assert north - south == pytest.approx(0.5)


def test_points_across_180_degrees() -> None:
    document = seajuris.map_frame(placed((179.6, -17.0), (-179.5, -17.2)), on=DAY)
    assert sum(dots(document).values()) == 2


@pytest.mark.parametrize("fault", ["not placed", "no position"])
def test_what_cannot_be_drawn_is_refused(fault: str) -> None:
    frame = placed((12.6, 35.5))
    with pytest.raises(InputError, match=fault):
        seajuris.map_frame(frame.drop(columns="sj_regime") if fault == "not placed" else frame.iloc[:0], on=DAY)
