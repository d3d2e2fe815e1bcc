"""The whole zone build, on true extracts of its sources: in the heart of each extract it gives what ships."""

from __future__ import annotations

import sqlite3
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
import yaml

import zone_extract
from seajuris import Place, locate
from seajuris.zones.build.geopackage import LAYERS
from seajuris.zones.tools.verify import verify
from zone_extract import EXTRACT, SHIPPED, Box

HEARTS: dict[str, Box] = {
    "Strait of Gibraltar and Alboran Sea": (-7.0, 34.6, -0.8, 37.2),
    "Gibraltar and Ceuta": (-5.5, 35.8, -5.1, 36.2),
    "Melilla": (-3.05, 35.2, -2.8, 35.5),
    "Malta, Lampedusa, Pantelleria": (11.6, 35.6, 15.2, 36.9),
    "Strait of Otranto": (17.9, 40.2, 19.6, 41.4),
    "Strait of Dover": (0.9, 50.9, 2.6, 51.7),
    "Fiji, west of 180 degrees": (177.0, -19.5, 180.0, -16.6),
    "Fiji, east of 180 degrees": (-180.0, -19.5, -178.5, -16.6),
    "Bermuda": (-66.5, 31.2, -64.1, 33.3),
    "Bouvet Island": (1.5, -55.3, 3.9, -54.1),
}
"""Where everything that decides lies within the extract, so that nothing that was cut off can matter."""

Layer = tuple[list[tuple[Any, ...]], npt.NDArray[np.object_]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The GeoPackage that the command line of the build writes, its manifest beside it."""
    from seajuris.zones.build.__main__ import main

    folder = tmp_path_factory.mktemp("build")
    root = zone_extract.make_root(folder)
    told = ["--root", str(root), "--sources", str(EXTRACT), "--out", str(folder / "out"), "--workers", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["build", *told])
        assert main() == 0
    return folder / "out" / "zones.gpkg"


def features(path: Path, layer: str, box: Box) -> Layer:
    """Rows (all columns) and shapes of a layer that come into a box."""
    names = ", ".join(f'"{name}"' for name, _ in LAYERS[layer][1])
    west, south, east, north = box
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    found = database.execute(
        f"SELECT {names}, geom FROM {layer} WHERE fid IN (SELECT id FROM rtree_{layer}_geom"
        " WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)",
        (west, east, south, north),
    ).fetchall()
    database.close()
    return [row[:-1] for row in found], shapely.from_wkb(np.array([row[-1][8:] for row in found], dtype=object))


@cache
def sample(box: Box) -> npt.NDArray[np.float64]:
    """Places in a box, shape (400, 2)."""
    random = np.random.default_rng(7)
    return np.column_stack((random.uniform(box[0], box[2], 400), random.uniform(box[1], box[3], 400)))


def zones_at(path: Path, box: Box) -> list[set[tuple[Any, ...]]]:
    """The zones, with every column, at each place of the sample."""
    rows, shapes = features(path, "zones", box)
    found: list[set[tuple[Any, ...]]] = [set() for _ in sample(box)]
    where, which = shapely.STRtree(shapes).query(shapely.points(sample(box)), predicate="intersects")
    for i, j in zip(where, which, strict=True):
        found[i].add(rows[j])
    return found


@pytest.mark.parametrize("heart", HEARTS)
def test_the_zones_are_those_that_ship(built: Path, heart: str) -> None:
    """Every column: whose, since when, to what breadth, from what law, how accurate."""
    ours, shipped = zones_at(built, HEARTS[heart]), zones_at(SHIPPED / "zones.gpkg", HEARTS[heart])
    different = [(tuple(p), a ^ b) for p, a, b in zip(sample(HEARTS[heart]), ours, shipped, strict=True) if a != b]
    assert different == []
    assert all(ours)


def test_the_extracts_are_worth_it() -> None:
    """They hold straits, disputes, straight baselines, agreed lines, and zones of several days."""
    seen: dict[str, set[Any]] = defaultdict(set)
    for box in HEARTS.values():
        for rows in zones_at(SHIPPED / "zones.gpkg", box):
            for row in rows:
                for (name, _), value in zip(LAYERS["zones"][1], row, strict=True):
                    seen[name].add(value)
    assert seen["zone"] == {
        "land",
        "internal_waters",
        "archipelagic_waters",
        "territorial_sea",
        "contiguous_zone",
        "exclusive_economic_zone",
    }
    assert seen["claim"] >= {"proclaimed", "potential"} and "ceuta-melilla" in seen["dispute"]
    assert len(seen["state"]) >= 12 and len(seen["valid_from"]) > 1
    assert seen["method"] >= {"computed", "mapped", "closing_line"}


WHICH = {"limits": (0, 1, 2, 7, 8), "baselines": (0, 1, 3), "boundaries": range(10)}
"""Columns that say which line it is. What is said of a stretch of it may change from one cell to the next."""


def lines_in(path: Path, layer: str, box: Box) -> dict[tuple[Any, ...], Any]:
    """The lines within a box, together for each of a kind."""
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row, shape in zip(*features(path, layer, box), strict=True):
        found[tuple(row[i] for i in WHICH[layer])].append(shape)
    cut = {key: shapely.clip_by_rect(shapely.multilinestrings(some), *box) for key, some in found.items()}
    return {key: line for key, line in cut.items() if line.length > 0.02}


def strays(line: Any, other: Any) -> float:
    """How far a line goes from another, degrees, but for a fortieth of it (islets too small to be drawn, corners)."""
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(line, 0.005)))
    return float(np.quantile(shapely.distance(other, points), 0.975))


@pytest.mark.parametrize("heart", HEARTS)
@pytest.mark.parametrize("layer", WHICH)
def test_the_lines_are_those_that_ship(built: Path, layer: str, heart: str) -> None:
    ours, shipped = lines_in(built, layer, HEARTS[heart]), lines_in(SHIPPED / "zones.gpkg", layer, HEARTS[heart])
    assert set(ours) == set(shipped)
    # The coast as drawn is simplified, more so far from Europe.
    allowed = 0.001 if layer != "baselines" else 0.04 if "Bouvet" in heart else 0.015 if "Fiji" in heart else 0.005
    far = {key: max(strays(ours[key], shipped[key]), strays(shipped[key], ours[key])) for key in ours}
    assert {key: d for key, d in far.items() if d > allowed} == {}


def test_its_own_check_finds_nothing(built: Path) -> None:
    """No gaps, no overlaps but known disputes. Breadths apart: at its rim an extract lacks the coast of its limits."""
    checks = {check.name: check for check in verify(built, lambda text: None).checks}
    assert {name: check.findings for name, check in checks.items() if check.count and name != "breadth"} == {}
    assert "not examined" not in checks["gaps"].examined


def test_the_manifest_describes_the_file(built: Path) -> None:
    told = yaml.safe_load(built.with_name("manifest.yaml").read_text(encoding="utf-8"))
    assert told["bytes"] == built.stat().st_size
    assert [s["sha512"] for s in told["sources"]] == [
        p["sha512"]
        for p in yaml.safe_load((EXTRACT / "packages.yaml").read_text(encoding="utf-8"))["packages"].values()
    ]
    assert told["territories"]["FJI"]["limit"] == "mapped where seaward, otherwise computed"
    assert told["territories"]["BMU"]["limit"] == "computed"
    assert told["measured"]["envelope_deviation_m"]["12 M"]["p95"] < 9
    # Where it can be compared at all, the mapped limit confirms the computed one.
    assert abs(told["territories"]["BMU"]["mapped_minus_computed_nm"]["p50"]) < 0.1


@pytest.mark.parametrize(
    ("position", "accuracy"),
    [("35.42, 12.60", "500 m"), ("36.0, -5.4", "1 nm"), ("51.0, 1.5", "2 nm"), ("-20.0, 180", "3 nm")],
)
def test_a_position_gets_the_same_answer(built: Path, position: str, accuracy: str) -> None:
    def told(place: Place) -> set[tuple[Any, ...]]:
        return {(z.zone, z.state, z.territory, z.claim, z.certainty, z.dispute) for z in place.zones}

    ours = locate(position, accuracy=accuracy, on="2024-06-01", zones=built)
    shipped = locate(position, accuracy=accuracy, on="2024-06-01")
    assert told(ours) == told(shipped)
    assert (ours.verdict, ours.criminal_law_regime) == (shipped.verdict, shipped.criminal_law_regime)
    near = {(m.limit, m.state): m.distance_nm for m in shipped.limits if abs(m.distance_nm) < 10}
    assert near
    distances = {(m.limit, m.state): m.distance_nm for m in ours.limits}
    assert {key: distances[key] for key in near} == pytest.approx(near, abs=0.02)
