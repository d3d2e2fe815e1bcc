"""docs/accuracy.md says what the data say, and the data lie where published figures and points lie."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import yaml

from accuracy_page import CLOSE, DATA, PAGE, TABLES, areas, block, manifest
from seajuris.zones.measure import Origin
from seajuris.zones.store import ZoneStore, coordinates

pytestmark = pytest.mark.slow
EXCEPTIONS = Path(__file__).parent / "gold" / "agreed_points.csv"


@pytest.mark.parametrize("name", TABLES)
def test_the_page_has_the_figures_of_the_data(name: str) -> None:
    match = block(name).search(PAGE.read_text(encoding="utf-8"))
    assert match is not None
    assert match[0] == TABLES[name](), "run: python tests/accuracy_page.py"


def test_published_areas_are_met_or_the_difference_is_explained() -> None:
    unexplained = [(a.state, round(100 * a.difference, 1)) for a in areas() if abs(a.difference) > CLOSE and not a.why]
    assert not unexplained
    needless = [a.state for a in areas() if abs(a.difference) <= CLOSE and a.why]
    assert not needless, "these need no explanation any more"
    assert sum(abs(a.difference) <= CLOSE for a in areas()) >= 40


def test_points_of_agreed_lines_lie_on_our_limits() -> None:
    """Inner points of each line that decides: within 50 m of a limit drawn as agreed; exceptions are listed."""
    lines = yaml.load((DATA / "source" / "boundaries.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    store = ZoneStore(DATA / "zones.gpkg")
    used = set(manifest()["agreed_lines_used"])
    far: set[tuple[str, int]] = set()
    counted = 0
    for boundary in lines["boundaries"]:
        if boundary["id"] not in used:
            continue
        # The ends may run on to a point that three States have still to agree; there our line stops at equidistance.
        for index, (lon, lat) in enumerate(boundary["line"][1:-1], start=1):
            rows = [r for r in store.near("limits", lon, lat, 5000.0) if r["boundary"] == boundary["id"]]
            found = Origin(lon, lat).nearest([coordinates(r.blob) for r in rows])
            counted += 1
            if found is None or found.distance_m > 50:
                far.add((boundary["id"], index))
    assert counted > 300
    with EXCEPTIONS.open(encoding="utf-8", newline="") as table:
        known = {(row["boundary"], int(row["point"])) for row in csv.DictReader(table)}
    assert far - known == set()
    assert known - far == set(), "these lie on the line now: take them out of agreed_points.csv"
    assert len(known) < 0.1 * counted


def test_every_coastal_territory_has_a_line() -> None:
    territories = manifest()["territories"]
    assert len(territories) > 190
    compared = [t for t in territories.values() if "mapped_minus_computed_nm" in t]
    assert len(compared) > 150
    computed = [t["mapped_minus_computed_nm"]["p50"] for t in compared if t["limit"] == "computed"]
    assert abs(float(np.median(computed))) < 0.1
