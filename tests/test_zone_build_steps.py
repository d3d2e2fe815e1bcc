"""Steps of the zone build one by one, on small made-up coasts: what the extracts of the real maps do not hold."""

from __future__ import annotations

import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

from conftest import ROOT
from seajuris.errors import DataError
from seajuris.zones.build import closing, envelope, equidistance, islets, pieces, pipeline, prepare, trust
from seajuris.zones.build.classify import Classifier, Faces, _uncovered
from seajuris.zones.build.coast import Coast, trace_coast
from seajuris.zones.build.geodesy import Nearest, densify
from seajuris.zones.build.manifest import percentiles
from seajuris.zones.build.model import Lines, Model, Override
from seajuris.zones.build.rows import Row, between, high_seas, land
from seajuris.zones.build.sources import Package, obtain, read_member, read_packages, read_sea
from seajuris.zones.build.tables import (
    Claim,
    ClosingLine,
    FurtherClaim,
    Overlap,
    Tables,
    Territory,
    Trust,
    read_tables,
    timeline,
)
from seajuris.zones.build.tiling import Tiled, cut, tile_polygons, tile_sea, unwrapped_to_world

GEOD = Geod(ellps="WGS84")
TWELVE = 12 * 1852.0
NONE = np.empty(0)


# --- Sources ------------------------------------------------------------------------------------------------------

PACKAGE = Package("a", "@maps/a", "1", "maps-a-1.tgz", "0" * 128, "package/m.json", "ODbL-1.0", "x", "t")


def test_a_package_list_with_a_field_missing(tmp_path: Path) -> None:
    path = tmp_path / "packages.yaml"
    path.write_text("packages:\n  sea: {name: a, version: '1'}\n", encoding="utf-8")
    with pytest.raises(DataError, match="package list is incomplete"):
        read_packages(path)


def test_a_source_is_fetched_by_the_ordinary_client_and_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for the client writes what it was asked for; only the pinned content is accepted."""
    programs, store = tmp_path / "bin", tmp_path / "store"
    programs.mkdir()
    client = programs / "npm"
    client.write_text('#!/bin/sh\n[ "$1" = pack ] && printf %s "$2" > maps-a-1.tgz\n', encoding="utf-8")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(DataError, match="not the pinned content"):
        obtain(PACKAGE, store, fetch=True)
    assert (store / "maps-a-1.tgz").read_text(encoding="utf-8") == "@maps/a@1"
    client.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    with pytest.raises(DataError, match="could not be fetched"):
        obtain(PACKAGE, tmp_path / "other", fetch=True)


def test_an_archive_without_the_member(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    with tarfile.open(path, "w:gz") as archive:
        folder = tarfile.TarInfo("package/m.json")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    with pytest.raises(DataError, match=r"no file package/m\.json"):
        read_member(PACKAGE, path)
    with tarfile.open(path, "w:gz") as archive:
        file = tarfile.TarInfo("package/m.json")
        file.size = 2
        archive.addfile(file, io.BytesIO(b"{}"))
    assert read_member(PACKAGE, path) == {}


def test_polygons_however_the_map_nests_them() -> None:
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    parts = [
        {"type": "MultiPolygon", "coordinates": [[ring], [ring]]},
        {"type": "Polygon", "coordinates": [ring, ring[:3]]},
        {"type": "Point", "coordinates": [0, 0]},
    ]
    found = read_sea({"type": "GeometryCollection", "geometries": parts})
    assert [p.area for p in found] == [0.5, 0.5, 0.5], "a point is no sea, and three points are no hole"


# --- Tables -------------------------------------------------------------------------------------------------------


def claim(zone: str, breadth: float | None, kind: str = "proclaimed", **more: Any) -> Claim:
    return replace(Claim("AAA", zone, breadth, None, kind, None, None, None, "s", "c"), **more)


def territory(code: str, *states: str, archipelagic: bool = False, claims: tuple[Claim, ...] = ()) -> Territory:
    return Territory(code, states or (code,), False, archipelagic, claims)


def tables(*territories: Territory, overlaps: tuple[Overlap, ...] = ()) -> Tables:
    default = Trust(False, False, 24.0, "default")
    known = {t.code: t for t in territories}
    return Tables(known, {}, [], {}, default, [], list(overlaps), [((-180.0, -90.0, 0.0, 90.0), 75.0)])


def test_a_territory_that_the_claims_lack_gets_the_usual_ones_and_is_noted() -> None:
    some = tables()
    assert [(c.zone, c.breadth_nm, c.claim) for c in some.territory("BBB").claims] == [
        ("territorial_sea", 12, "proclaimed"),
        ("exclusive_economic_zone", 200, "potential"),
    ]
    some.territory("BBB")
    assert some.missing == ["BBB"]


def test_every_cell_needs_a_coast_tolerance() -> None:
    assert tables().coast_tolerance((-2.0, 0.0, -1.0, 1.0)) == 75.0
    with pytest.raises(DataError, match="no coast tolerance"):
        tables().coast_tolerance((1.0, 0.0, 2.0, 1.0))


@pytest.mark.parametrize(("text", "match"), [("- [", "cannot be read"), ("remarks: [{}]", "incomplete: KeyError")])
def test_inputs_that_are_damaged_or_incomplete(text: str, match: str, tmp_path: Path) -> None:
    shipped = ROOT / "data" / "maritime_zones"
    (tmp_path / "source").mkdir()
    for path in [*(shipped / "source").iterdir(), shipped / "expected_overlaps.yaml"]:
        (tmp_path / path.relative_to(shipped)).write_bytes(path.read_bytes())
    (tmp_path / "source" / "remarks.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=match):
        read_tables(tmp_path)


def test_a_time_without_any_claim_has_no_version() -> None:
    claims = (
        claim("territorial_sea", 12.0, end="2000-01-01"),
        claim("territorial_sea", 12.0, start="2010-01-01"),
    )
    assert [(v.start, v.end) for v in timeline(claims, frozenset())] == [(None, "2000-01-01"), ("2010-01-01", None)]


def test_a_claim_goes_on_where_an_older_one_ends() -> None:
    older = claim("territorial_sea", 6.0, end="2000-01-01")
    newer = claim("territorial_sea", 12.0, start="1996-01-01")
    assert [(v.start, v.end, v.claim.breadth_nm) for v in timeline((older, newer), frozenset())] == [
        (None, "1996-01-01", 6.0),
        ("1996-01-01", None, 12.0),
    ]


def test_a_row_has_no_part_in_a_time_after_it() -> None:
    row = high_seas()._replace(valid_to="2000-01-01")
    assert between(row, "2000-01-01", None) is None
    cut_short = between(row, "1990-01-01", None)
    assert cut_short is not None and (cut_short.valid_from, cut_short.valid_to) == ("1990-01-01", "2000-01-01")


def test_percentiles_of_nothing() -> None:
    assert percentiles(NONE) == {}
    assert percentiles(np.arange(101.0)) == {"p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


# --- Geometry -----------------------------------------------------------------------------------------------------


def test_a_point_and_a_short_edge_need_no_more_points() -> None:
    one = np.array([3.0]), np.array([4.0])
    assert densify(*one, 1000.0) == one
    edge = np.array([3.0, 3.001]), np.array([4.0, 4.0])
    assert densify(*edge, 1000.0) == edge


def test_a_polygon_that_only_touches_a_cell_has_no_part_in_it() -> None:
    empty = shapely.Polygon()
    assert list(cut(empty, (0.0, 0.0, 4.0, 4.0), 1.0)) == []
    box = shapely.Polygon([(0, 0), (1, 0), (0, 1)])
    assert [cell for cell, _ in cut(box, (0.0, 0.0, 2.0, 2.0), 1.0)] == [(0.0, 0.0, 1.0, 1.0)]
    beyond = shapely.box(180.0, 0.0, 181.0, 1.0)
    assert tile_polygons([beyond], 1.0) == {}, "beyond the world"


def test_a_tile_that_an_island_fills_has_no_sea() -> None:
    hole = shapely.box(1, 0, 2, 1).exterior.coords
    sea = shapely.Polygon(shapely.box(0, -1, 3, 2).exterior.coords, [hole])
    assert set(tile_sea([sea])) == {
        (float(x), float(y), float(x + 1), float(y + 1)) for x in range(3) for y in range(-1, 2)
    } - {(1.0, 0.0, 2.0, 1.0)}


def test_a_polygon_that_ends_on_180_has_no_second_part() -> None:
    assert [p.bounds for p in unwrapped_to_world(shapely.box(178, -1, 180, 1))] == [(178.0, -1.0, 180.0, 1.0)]
    ends = shapely.Polygon([(178, 0), (180, 0.5), (178, 1)])
    assert [p.bounds for p in unwrapped_to_world(ends)] == [(178.0, 0.0, 180.0, 1.0)]


def test_a_line_across_180_is_cut_there() -> None:
    lon, lat = np.array([179.5, -179.5, -179.0]), np.array([0.0, 1.0, 1.0])
    east, west = sorted(equidistance._split_antimeridian(lon, lat), key=lambda line: -line.bounds[0])
    assert east.bounds == (179.5, 0.0, 180.0, 0.5) and west.bounds == (-180.0, 0.5, -179.0, 1.0)
    (back,) = equidistance._split_antimeridian(np.array([179.0, 179.5, -180.0]), np.array([0.0, 1.0, 1.0]))
    assert back.bounds == (179.0, 0.0, 180.0, 1.0), "it ends on the meridian"


def test_an_envelope_cannot_be_more_exact_than_distances_are_measured() -> None:
    islet = shapely.LineString([(25.0, 36.0), (25.001, 36.0), (25.0, 36.001), (25.0, 36.0)])
    c = shapely.get_coordinates(islet)
    raw = envelope.raw_envelope({(25.0, 36.0, 26.0, 37.0): islet}, TWELVE, 4500.0, 0.0)
    exact, _ = envelope.settle(raw, Nearest(c[:, 0], c[:, 1]), TWELVE, tolerance=1e-9)
    ring = shapely.get_coordinates(exact)
    away = np.min([GEOD.inv(*np.broadcast_to(p, ring.shape).T, *ring.T)[2] for p in c], axis=0)
    assert np.max(np.abs(away - TWELVE)) < 1.0


def test_a_crowded_piece_is_not_cut_for_ever() -> None:
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    disc = shapely.Polygon(np.column_stack((0.5 + 4e-4 * np.cos(angle), 0.5 + 4e-4 * np.sin(angle))))
    found = pieces.split_piece(disc, (0.4995, 0.4995, 0.5005, 0.5005))
    assert [shapely.get_num_coordinates(p) for p in found] == [401]


def test_outlines_that_meet_in_a_point_share_no_line() -> None:
    point = shapely.difference(shapely.MultiPoint([(0, 0), (5, 5)]), shapely.box(4, 4, 6, 6))
    assert pieces._open_lines(point, shapely.box(4, 4, 6, 6).boundary) == []
    assert len(pieces._open_lines(shapely.LineString([(0, 0), (1, 1)]), shapely.box(4, 4, 6, 6).boundary)) == 1


def double(number: int) -> int:
    return 2 * number


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_two_workers_give_what_one_gives() -> None:
    assert prepare.in_parallel(double, [3, 1, 2], {}, 2) == prepare.in_parallel(double, [3, 1, 2], {}, 1) == [6, 2, 4]


# --- Coast --------------------------------------------------------------------------------------------------------


def square(x: float, y: float, size: float = 0.2) -> shapely.Polygon:
    return shapely.box(x, y, x + size, y + size)


def sea_around(*islands: shapely.Polygon, box: tuple[float, float, float, float] = (0, 0, 4, 4)) -> Any:
    return tile_sea([shapely.Polygon(shapely.box(*box).exterior, [i.exterior for i in islands])])


def test_coast_that_nobody_claims_is_kept_apart() -> None:
    claimed, beside, alone = square(0.2, 0.2), square(0.6, 0.6), square(2.5, 2.5)
    mapped = {"AAA": Tiled.of([shapely.buffer(claimed, 0.1)]), "BBB": Tiled.of([square(3.4, 0.4, 0.1)])}
    coast = trace_coast(sea_around(claimed, beside, alone), mapped, {})
    assert coast.groups == [("AAA",)]
    for x, y, label in ((0.2, 0.3, 0), (0.6, 0.7, -1), (2.5, 2.6, -1)):
        middle = (coast.segments[:, :2] + coast.segments[:, 2:]) / 2
        nearest = np.hypot(*(middle - (x, y)).T).argmin()
        assert coast.label[nearest] == label


def test_an_islet_that_both_maps_lack_can_be_the_first_of_its_territory() -> None:
    island = square(0.2, 0.2)
    sea = sea_around(island)
    coast = trace_coast(sea, {"AAA": Tiled.of([shapely.buffer(island, 0.1)])}, {})
    whole, listed = islets.add_islets(
        coast,
        [],
        sea,
        lambda x, y: (),
        [],
        [("CCC", 2.5, 2.5), ("AAA", 1.5, 1.5), ("AAA", 0.3, 0.3), ("AAA", 9.0, 9.0)],
    )
    assert listed == [("CCC", 2.5, 2.5), ("AAA", 1.5, 1.5)], "what lies on land, or off the map, is no islet"
    assert whole.groups == [("AAA",), ("CCC",)]
    assert (whole.label == 1).sum() == 4 and len(whole.segments) == len(coast.segments) + 8


# --- Closing lines ------------------------------------------------------------------------------------------------

BAY = shapely.difference(
    shapely.box(0, 0, 2, 1), shapely.union_all([shapely.box(0, 0, 2, 0.4), shapely.box(0, 0.4, 0.4, 1)])
)
LINE = ClosingLine(
    id="a-bay",
    territory="AAA",
    state="AAA",
    title="A bay",
    line=((0.5, 0.8), (1.4, 0.5)),
    inside=(0.6, 0.5),
    within=(0.1, 0.1, 1.9, 0.95),
    recognised=True,
    start=None,
    end=None,
    instrument=None,
    source="s",
    confidence="c",
    accuracy_m=100.0,
)
"""Land is in the south (to 0.4) and the west (to 0.4); the line runs from near the one to near the other."""
SEA = {
    (0.0, 0.0, 1.0, 1.0): shapely.clip_by_rect(BAY, 0, 0, 1, 1),
    (1.0, 0.0, 2.0, 1.0): shapely.clip_by_rect(BAY, 1, 0, 2, 1),
}


def near_the_land(line: ClosingLine) -> ClosingLine:
    return replace(line, line=((0.41, 0.8), (1.4, 0.41)))


def test_ends_near_the_land_are_joined_to_it() -> None:
    found = closing.enclose(near_the_land(LINE), SEA)
    corner = shapely.Polygon([(0.4, 0.4), (0.4, 0.8), (0.41, 0.8), (1.4, 0.41), (1.4, 0.4)])
    assert found.water.area == pytest.approx(corner.area, rel=0.01)
    assert shapely.intersects_xy(found.water, *LINE.inside)


def test_lines_that_close_nothing_are_refused() -> None:
    with pytest.raises(DataError, match="from land"):
        closing.enclose(LINE, SEA)
    with pytest.raises(DataError, match="no point of the enclosed water"):
        closing.enclose(replace(near_the_land(LINE), inside=(0.2, 0.2)), SEA)
    with pytest.raises(DataError, match="do not enclose the water within the box"):
        closing.enclose(replace(near_the_land(LINE), inside=(1.5, 0.9)), SEA)


def test_a_closing_line_is_coast_of_its_territory_where_there_is_sea() -> None:
    """A recognised line in force joins the coast; its territory may have had none; where no tile is, nothing is."""
    item = closing.enclose(near_the_land(LINE), SEA)
    coast = Coast(
        np.empty((0, 4)), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), [(0.0, 0.0, 1.0, 1.0)], []
    )
    past = replace(item, line=replace(LINE, end="1990-01-01"))
    protested = replace(item, line=replace(LINE, recognised=False))
    found = closing.with_closing_lines(coast, [past, protested, item])
    assert found.groups == [("AAA",)] and set(found.label.tolist()) == {0}
    middle = (found.segments[:, 0] + found.segments[:, 2]) / 2
    assert len(middle) and middle.max() < 1.0


# --- Mapped limits ------------------------------------------------------------------------------------------------


def test_a_limit_is_cut_back_to_the_mapped_one_where_that_is_believed_landward() -> None:
    """Inside the area only what the map gives; outside it the computed limit stays."""
    limit = Tiled.of([shapely.box(0, 0, 4, 2), shapely.box(4, 0, 6, 2)])
    mapped = {"AAA": Tiled.of([shapely.box(0, 0, 4, 1)])}
    some = tables(territory("AAA"))
    assert pipeline._narrowed(limit, ("AAA",), some, mapped) is limit
    some.trust["AAA"] = Trust(False, True, 24.0, "corridor", ((0.0, 0.0, 3.0, 2.0), (4.0, 0.0, 8.0, 4.0)))
    assert pipeline._narrowed(limit, ("AAA", "BBB"), some, mapped) is limit, "shared coast"
    found = pipeline._narrowed(limit, ("AAA",), some, mapped)
    assert sum(c.area for c in found.cells.values()) == pytest.approx(3 * 1 + 1 * 2)
    assert len(found.cells) == 1


def test_a_territory_without_a_map_has_no_believed_limit() -> None:
    default = Trust(True, False, 24.0, "r")
    coast = Nearest(np.array([1.0]), np.array([1.0]))
    assert trust.believe(default, Tiled({}), {}, shapely.box(0, 0, 2, 2), coast, -170.0) is None


def test_an_outline_of_specks_has_nothing_landward_of_a_baseline() -> None:
    specks = shapely.MultiPolygon([square(0, 0, 0.01), square(1, 1, 0.01)])
    assert trust._shrunk(specks).is_empty


def test_water_ringed_by_a_territory_is_its_own_however_far_from_the_coast() -> None:
    """Islets in a ring of 30 M: the middle lies beyond 12 M of each, and belongs to nobody else."""
    azimuth = np.arange(0, 360, 12.0)
    lon, lat, _ = GEOD.fwd(np.full(30, 10.5), np.full(30, 0.5), azimuth, np.full(30, 30 * 1852.0))
    islands = [square(float(x) - 0.005, float(y) - 0.005, 0.01) for x, y in zip(lon, lat, strict=True)]
    sea = sea_around(*islands, box=(9, -1, 12, 2))
    far, near, _ = GEOD.fwd(np.full(90, 10.5), np.full(90, 0.5), np.arange(0, 360, 4.0), np.full(90, 41 * 1852.0))
    mapped = {"AAA": Tiled.of([shapely.Polygon(np.column_stack((far, near)))])}
    some = tables(
        territory("AAA", claims=(claim("territorial_sea", 12.0), claim("exclusive_economic_zone", None, "none")))
    )
    coast = trace_coast(sea, mapped, {})
    (found,) = prepare.compute_envelopes(coast, some, mapped, sea, 1).values()
    middle = shapely.Point(10.5, 0.5)
    assert found.coast_alone is not None and not shapely.intersects(found.coast_alone, middle)
    assert shapely.intersects(found.polygons[12.0], middle)
    assert found.inner is not None and shapely.intersects(found.inner, middle)


# --- Classification -----------------------------------------------------------------------------------------------


def small_model(*territories: Territory, overlaps: tuple[Overlap, ...] = (), **more: Any) -> Model:
    lines = Lines.of([], np.empty((0, 2), dtype=np.int64))
    tree = Nearest(np.array([0.0]), np.array([0.0]))
    label = np.zeros(1, dtype=np.int64)
    groups = [(t.code,) for t in territories]
    given: dict[str, Any] = {"groups": groups, **more}
    return Model(
        tables=tables(*territories, overlaps=overlaps),
        sea={},
        mapped={},
        territorial={},
        computed={},
        contiguous={},
        economic={},
        equidistance=lines,
        equidistance_economic=lines,
        owner=tree,
        owner_label=label,
        owner_economic=tree,
        owner_economic_label=label,
        **given,
    )


HERE = np.array([True])


def one_face(**more: Any) -> Faces:
    names = ("mapped", "territorial", "computed", "contiguous", "economic", "areas", "enclosed", "further", "overrides")
    empty: dict[str, Any] = {name: {} for name in (*names, "internal")}
    zero = np.zeros(1, dtype=np.int64)
    return Faces(**{**empty, "sea": HERE, "owner": zero, "owner_economic": zero, **more})


def waters(zone: str, state: str, **more: Any) -> Row:
    return high_seas()._replace(zone=zone, state=state, territory=state, claim="proclaimed", **more)


def test_a_closing_line_given_up_before_the_convention_closes_nothing() -> None:
    line = closing.Enclosed(replace(LINE, end="1990-01-01"), shapely.LineString(), shapely.LineString(), square(0, 0))
    model = small_model(territory("AAA"), closing=[line])
    rows = [waters("territorial_sea", "AAA")]
    assert Classifier(model)._closed(one_face(enclosed={0: HERE}), 0, rows) == rows
    later = replace(model, closing=[replace(line, line=replace(LINE, end="2005-01-01"))])
    found = Classifier(later)._closed(one_face(enclosed={0: HERE}), 0, rows)
    assert [(r.zone, r.valid_from, r.valid_to) for r in found] == [
        ("internal_waters", None, "2005-01-01"),
        ("territorial_sea", "2005-01-01", None),
    ]


def a_further_claim(**more: Any) -> FurtherClaim:
    told = FurtherClaim(
        "x", "BBB", "BBB", "exclusive_economic_zone", square(0, 0), "known", None, None, None, "s", "c", 1.0
    )
    return replace(told, **more)


@pytest.mark.parametrize(
    ("claimed", "rows", "expected"),
    [
        (a_further_claim(), [waters("exclusive_economic_zone", "AAA")], [("AAA", "known"), ("BBB", "known")]),
        (a_further_claim(), [waters("exclusive_economic_zone", "CCC")], [("CCC", None)]),
        (a_further_claim(), [waters("exclusive_economic_zone", "BBB")], [("BBB", None)]),
        (
            a_further_claim(zone="internal_waters", key=None),
            [waters("territorial_sea", "AAA")],
            [("AAA", None), ("BBB", None)],
        ),
    ],
    ids=["disputed", "waters of a State that the dispute is not about", "its own waters", "behind a protested line"],
)
def test_further_claims_stand_beside_the_zones(
    claimed: FurtherClaim, rows: list[Row], expected: list[tuple[str, str | None]]
) -> None:
    overlap = Overlap("known", frozenset({"AAA", "BBB"}), ((-1.0, -1.0, 1.0, 1.0),))
    model = small_model(territory("AAA"), territory("BBB"), overlaps=(overlap,), further=[claimed])
    found = Classifier(model)._with_further_claims(one_face(further={0: HERE}), 0, rows)
    assert [(r.state, r.dispute) for r in found] == expected


def test_agreed_lines_change_hands() -> None:
    """A line agreed with one claimant of a disputed coast holds against all; an islet keeps its own territorial sea."""
    line = Override(
        square(0, 0), "AAA", "BBB", "x", frozenset({"territorial_sea", "exclusive_economic_zone"}), None, None
    )
    model = small_model(territory("AAA"), territory("BBB"), territory("CCC"), overrides=[line])
    classifier, faces = Classifier(model), one_face(overrides={0: HERE})
    zone = "exclusive_economic_zone"
    assert classifier._overridden(("AAA",), faces, 0, zone) == ("BBB",)
    assert classifier._overridden(("AAA", "CCC"), faces, 0, zone) == ("BBB",)
    assert classifier._overridden(("CCC",), faces, 0, zone) == ("CCC",)
    islet = replace(faces, territorial={(0, 12.0): HERE})
    assert classifier._overridden(("AAA",), islet, 0, zone) == ("AAA",)
    assert classifier._overridden(("AAA",), islet, 0, "territorial_sea") == ("BBB",)


def test_economic_zones_of_those_who_may_have_one() -> None:
    """None claimed by law is none; where nothing is known of claims there is the entitlement."""
    reached = one_face(economic={0: HERE})
    none = territory("AAA", claims=(claim("exclusive_economic_zone", None, "none"),))
    assert Classifier(small_model(none))._economic(reached, 0, 0.0, 0.0, frozenset()) == []
    (row,) = Classifier(small_model(territory("AAA")))._economic(reached, 0, 0.0, 0.0, frozenset())
    assert (row.claim, row.breadth_nm, row.source) == ("potential", 200.0, "not in the claims table")


def test_land_that_two_states_are_mapped_to_hold() -> None:
    """A dispute that is not listed is remembered, and the land is not doubled."""
    model = small_model(territory("AAA"), territory("BBB"))
    classifier = Classifier(model)
    both = one_face(sea=np.array([False]), mapped={"AAA": HERE, "BBB": HERE})
    assert classifier._land(both, 0, 0.5, 0.5, 2.0, 75.0) == [land("AAA", "AAA", None, 75.0)]
    assert classifier.unknown.found == {("AAA", "BBB"): [(0.5, 0.5, 2.0)]}


def test_days_without_any_zone() -> None:
    def sea(start: str | None, end: str | None) -> Row:
        return waters("territorial_sea", "AAA", valid_from=start, valid_to=end)

    assert _uncovered([]) == [(None, None)]
    assert _uncovered([sea("2000-01-01", None)]) == [(None, "2000-01-01")]
    assert _uncovered([sea(None, "2000-01-01"), sea("2010-01-01", None)]) == [("2000-01-01", "2010-01-01")]
    assert _uncovered([sea(None, "2010-01-01"), sea("1995-01-01", "2000-01-01")]) == [("2010-01-01", None)]
    assert _uncovered([sea(None, None), sea("2000-01-01", "2005-01-01")]) == []
