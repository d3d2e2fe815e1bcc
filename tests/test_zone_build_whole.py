"""The whole zone build, on true extracts of its sources: in the heart of each extract it gives what ships."""

from __future__ import annotations

import io
import runpy
import sqlite3
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
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
from seajuris.zones.build import __main__ as command
from seajuris.zones.build import agreed, arrangement, pieces, pipeline
from seajuris.zones.build.classify import Classifier, Faces, examine
from seajuris.zones.build.compare import compare
from seajuris.zones.build.geopackage import LAYERS
from seajuris.zones.build.model import Lines, Model
from seajuris.zones.build.pipeline import Built
from seajuris.zones.build.rows import Row, high_seas
from seajuris.zones.build.tiling import Tiled
from seajuris.zones.tools.verify import verify
from zone_extract import EXTRACT, SHIPPED, Box

HEARTS: dict[str, Box] = {
    "Strait of Gibraltar and Alboran Sea": (-7.0, 34.6, -0.8, 37.2),
    "Gibraltar and Ceuta": (-5.5, 35.8, -5.1, 36.2),
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


MELILLA: Box = (-4.0, 35.0, -2.0, 36.0)


@dataclass(frozen=True, slots=True)
class Run:
    """The build on the extracts: its exit code, what it said, what it wrote, and what it held in memory."""

    code: int
    said: str
    path: Path
    built: Built


def run_build(arguments: list[str]) -> tuple[int, str]:
    """The command line of the build: exit code, and what it said."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["build", *arguments])
        patch.setattr(sys, "stderr", said)
        return command.main(), said.getvalue()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run for all tests; what the steps of the build give is kept on the way to the file."""
    folder = tmp_path_factory.mktemp("build")
    root, out = zone_extract.make_root(folder), folder / "out"
    kept: list[Built] = []

    def build(*arguments: Any) -> Built:
        kept.append(plain(*arguments))
        return kept[0]

    plain = pipeline.build
    told = ["--root", str(root), "--sources", str(EXTRACT), "--out", str(out), "--workers", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "build", build)
        code, said = run_build(told)
    return Run(code, said, out / "zones.gpkg", kept[0])


@pytest.fixture(scope="module")
def built(whole: Run) -> Path:
    """The GeoPackage, its manifest beside it."""
    return whole.path


@pytest.fixture(scope="module")
def model(whole: Run) -> Model:
    """What the arrangement of cells is made from."""
    return whole.built.model


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
    assert seen["claim"] >= {"proclaimed", "potential", "protested"} and "gibraltar" in seen["dispute"]
    assert len(seen["state"]) >= 12 and len(seen["valid_from"]) > 1
    assert seen["method"] >= {"computed", "mapped", "closing_line"}


WHICH = {"limits": (0, 1, 2, 7, 8), "baselines": (0, 1), "boundaries": range(10)}
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


def test_its_own_check_finds_only_what_was_left_out(built: Path) -> None:
    """No gaps, no overlaps but the dispute over Melilla. Breadths apart: at its rim an extract lacks coast."""
    checks = {check.name: check for check in verify(built, lambda text: None).checks}
    assert {name for name, check in checks.items() if check.count} <= {"breadth", "overlap"}
    assert "not examined" not in checks["gaps"].examined
    west, south, east, north = MELILLA
    assert checks["overlap"].count > 0
    for finding in checks["overlap"].findings:
        assert finding.lon is not None and west < finding.lon < east, finding
        assert finding.lat is not None and south < finding.lat < north, finding


def test_disputes_that_nobody_listed_are_told(whole: Run) -> None:
    """Both States keep the waters; which places those are is said at the end of the build."""
    assert whole.code == 0
    told = [line for line in whole.said.splitlines() if line.startswith("overlap not listed")]
    assert len(told) == 1 and told[0].startswith("overlap not listed: ESP, MAR: ")
    lon, lat = map(float, told[0].rsplit(" ", 2)[1:])
    assert MELILLA[0] < lon < MELILLA[2] and MELILLA[1] < lat < MELILLA[3]
    manifest = yaml.safe_load(whole.path.with_name("manifest.yaml").read_text(encoding="utf-8"))
    assert list(manifest["overlaps_given_to_the_nearer_side"]) == ["ESP, MAR"]
    sea = {z.state for z in locate("35.33, -2.93", accuracy="100 m", on="2024-06-01", zones=whole.path).zones}
    assert sea == {"ESP", "MAR"}


@pytest.mark.filterwarnings("ignore:.*found in sys.modules.*:RuntimeWarning")
def test_a_missing_source_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = ["--root", str(SHIPPED), "--sources", str(tmp_path), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["build", *told])
    monkeypatch.setattr(sys, "stderr", said := io.StringIO())
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("seajuris.zones.build", run_name="__main__")
    assert ended.value.code == 5 and "not found" in said.getvalue()
    assert not (tmp_path / "out").exists()


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


# --- Steps that the extracts do not reach by themselves ------------------------------------------------------------


def tiny(lon: float, lat: float) -> Box:
    """A cell of a sixteenth of a degree, on the grid."""
    return (lon, lat, lon + 0.0625, lat + 0.0625)


def test_sea_in_a_cell_smaller_than_a_tile(model: Model) -> None:
    cell = (-5.75, 35.75, -5.5, 36.0)
    expected = shapely.intersection(model.sea[(-6.0, 35.0, -5.0, 36.0)], shapely.box(*cell))
    assert 0 < expected.area < 0.0625
    assert arrangement.sea_in(model, cell).area == pytest.approx(expected.area, rel=1e-9)


def test_no_division_where_one_map_covers_the_cell(model: Model) -> None:
    """In the strait two territorial seas overlap; close to Morocco the map has nothing but Moroccan waters."""
    codes = model.by_cell()[(-8.0, 34.0, -4.0, 38.0)]
    close = arrangement.gather(model, tiny(-5.625, 35.875), codes)
    assert {model.groups[g] for g, _ in close.territorial} >= {("ESP",), ("MAR",)}
    assert arrangement._mapped_divisions(model, close) == []
    middle = arrangement.gather(model, tiny(-5.625, 35.9375), codes)
    assert arrangement._mapped_divisions(model, middle) != []


def test_an_agreed_line_far_from_equidistance_moves_nothing(model: Model) -> None:
    diagonal = Lines.of([shapely.LineString([(0, 0), (40, 40)])], np.array([[0, 1]]))
    far = replace(model, equidistance=diagonal, equidistance_economic=diagonal)
    boundary = replace(model.tables.boundaries[0], line=((30.0, 5.0), (31.0, 5.0)), loxodrome=False)
    assert agreed.overrides(far, boundary, agreed.drawn(boundary)) == []


def test_an_agreed_line_that_ends_on_equidistance_needs_no_joints(model: Model) -> None:
    """What lies between the two goes to the State on whose side it lies."""
    sides = [model.groups.index(("ITA",)), model.groups.index(("TUN",))]
    middle = Lines.of([shapely.LineString([(11.2, 37.5), (11.5, 37.05)])], np.array([sides]))
    some = replace(model, equidistance=middle, equidistance_economic=middle)
    line = ((11.2, 37.5), (11.15, 37.2), (11.5, 37.05))
    boundary = replace(model.tables.boundaries[0], parties=("ITA", "TUN"), territories=None, loxodrome=False, line=line)
    (found,) = agreed.overrides(some, boundary, agreed.drawn(boundary))
    assert found.polygon.area == pytest.approx(shapely.Polygon(line).area, rel=0.01)
    assert (found.take_from, found.give_to) == ("TUN", "ITA"), "nearer to Tunisia, but east of the line"


def test_territories_that_cannot_be_compared_are_absent(model: Model) -> None:
    """No coast of their own, no outline, hardly any outline at sea, or one off the coast of another State."""
    speck = shapely.Polygon([(11.3, 37.2), (11.301, 37.2), (11.3, 37.201)])
    mapped = {"ATA": Tiled.of([shapely.box(1, 1, 2, 2)]), "ITA": Tiled({}), "TUN": Tiled.of([speck])}
    mapped["FRA"] = Tiled.of([shapely.transform(speck, lambda c: c + np.array([3.3, -1.6]))])
    some = replace(model, mapped={**mapped, "BMU": model.mapped["BMU"]})
    assert set(compare(some)) == {"BMU"}


def test_states_of_a_coast_are_named_once(model: Model) -> None:
    groups: list[tuple[str, ...]] = [("GIB", "GBR"), ("ESP", "MAR")]
    some = replace(model, groups=groups)
    assert [some.states_of(i) for i in range(2)] == [("GBR",), ("ESP", "MAR")]


@pytest.fixture(scope="module")
def maltese(model: Model) -> tuple[arrangement.Cell, Faces, list[list[Row]]]:
    """A cell off Malta, its faces, and their rows."""
    codes = model.by_cell()[(12.0, 34.0, 16.0, 38.0)]
    cell = arrangement.arrange(model, arrangement.gather(model, (14.0, 35.0, 15.0, 36.0), codes))
    faces = examine(model, cell)
    classifier = Classifier(model)
    return cell, faces, [classifier.rows(cell, faces, i) for i in range(len(cell.faces))]


Maltese = tuple[arrangement.Cell, Faces, list[list[Row]]]


def test_a_limit_that_a_new_law_does_not_move_is_drawn_once(model: Model, maltese: Maltese) -> None:
    cell, faces, rows = maltese

    def divided(row: Row) -> list[Row]:
        if row.zone != "territorial_sea":
            return [row]
        return [row._replace(valid_to="2001-01-01", instrument="old"), row._replace(valid_from="2001-01-01")]

    as_it_is = pieces.limit_features(model, cell, faces, rows)
    with_a_new_law = pieces.limit_features(model, cell, faces, [[d for r in some for d in divided(r)] for some in rows])
    assert any(columns.limit == "territorial_sea" for columns, _ in as_it_is)
    assert [f for f in with_a_new_law if f[0].limit == "territorial_sea"] == [
        f for f in as_it_is if f[0].limit == "territorial_sea"
    ]


def test_waters_of_two_claims_that_do_not_touch_have_no_edge_between_them(maltese: Maltese) -> None:
    cell, _, _ = maltese
    some = replace(cell, faces=[shapely.box(14, 35, 14.1, 35.1), shapely.box(14.5, 35, 14.6, 35.1)])
    row = high_seas()._replace(zone="exclusive_economic_zone", state="MLT", territory="MLT", claim="proclaimed")
    rows = [[row._replace(proclaimed_from="2000-01-01")], [row._replace(proclaimed_from="2020-01-01")]]
    assert pieces._edges_of_claims(some, rows) == []
    corner = replace(some, faces=[some.faces[0], shapely.box(14.1, 35.1, 14.2, 35.2)])
    assert pieces._edges_of_claims(corner, rows) == [], "they meet in a point"
    beside = replace(some, faces=[some.faces[0], shapely.box(14.1, 35, 14.2, 35.1)])
    ((columns, wkb),) = pieces._edges_of_claims(beside, rows)
    assert columns.kind == "claim" and shapely.from_wkb(wkb).length == pytest.approx(0.1)


def test_land_that_meets_the_sea_in_a_corner_has_no_shore(model: Model, maltese: Maltese) -> None:
    cell, faces, rows = maltese
    some = replace(
        cell, faces=[shapely.box(14, 35, 14.5, 35.5), shapely.box(14.5, 35.5, 15, 36)], alone=np.empty((0, 2))
    )
    two = replace(faces, sea=np.array([True, False]), owner=faces.owner[:2])
    dry = replace(model, islets=[], closing=[])
    assert pieces.baseline_features(dry, some, two, [rows[0], []], {}) == []


def test_a_closing_line_that_only_touches_a_cell(model: Model, maltese: Maltese) -> None:
    """It ends on the edge of the cell: a point is no line."""
    cell, _, _ = maltese
    line = replace(model.closing[0].line, recognised=True, end=None)
    ends = replace(model.closing[0], line=line, at_sea=shapely.LineString([(13.9, 35.5), (14.0, 35.5)]))
    assert pieces._closing_lines(replace(model, closing=[ends]), cell) == []
    both = [shapely.Point(14.5, 35.5), shapely.LineString([(13.9, 35.5), (14.25, 35.5)])]
    enters = replace(ends, at_sea=shapely.GeometryCollection(both))
    ((_, wkb),) = pieces._closing_lines(replace(model, closing=[enters]), cell)
    assert shapely.from_wkb(wkb).length == pytest.approx(0.25)


def test_the_caspian_sea_is_no_high_seas(model: Model, maltese: Maltese) -> None:
    """Where no State has a zone are the high seas, but not in waters to which the convention does not apply."""
    _, faces, _ = maltese
    bare = replace(faces, territorial={}, contiguous={}, economic={}, areas={})
    here = {"caspian_sea": np.ones(len(faces.sea), dtype=bool)}
    classifier = Classifier(model)
    assert [r.zone for r in classifier._sea(bare, 0, 14.5, 35.2)] == ["high_seas"]
    assert classifier._sea(replace(bare, areas=here), 0, 14.5, 35.2) == []
