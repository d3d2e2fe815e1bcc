"""Describing, checking and comparing zone data: each check has to see the fault that it is there for."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import yaml

import marine_regions_files as files
from conftest import ROOT, Run
from marine_regions_files import ALGERIA, LAMPEDUSA, NORFOLK
from seajuris.errors import DataError
from seajuris.zones.build.geopackage import blob
from seajuris.zones.tools.diff import diff
from seajuris.zones.tools.findings import Check
from seajuris.zones.tools.info import SEARCH_AND_RESCUE
from seajuris.zones.tools.marine_regions.importer import import_files
from seajuris.zones.tools.reading import Layer
from seajuris.zones.tools.topology import Disputes, gaps, overlaps
from seajuris.zones.tools.verify import verify

DAY = "2026-02-01"
SHIPPED = ROOT / "data" / "maritime_zones" / "zones.gpkg"


def quiet(text: str) -> None:
    """Progress that nobody wants to see."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small zone file without faults."""
    folder = tmp_path_factory.mktemp("small")
    return import_files(files.write_world(folder), folder / "out" / "mr.gpkg", say=quiet).path


def changed(small: Path, folder: Path, change: Callable[[sqlite3.Connection], None], *, sign: bool = True) -> Path:
    """A copy with something changed in it; `sign` writes the new hash into the manifest."""
    path = folder / small.name
    shutil.copy(small, path)
    manifest = yaml.safe_load(small.with_name("manifest.yaml").read_text(encoding="utf-8"))
    database = sqlite3.connect(path)
    with database:
        change(database)
    database.close()
    if sign:
        manifest["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("manifest.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")
    return path


# --- verify -------------------------------------------------------------------------------------------------------


def shape_of(database: sqlite3.Connection, where: str, layer: str = "zones") -> tuple[int, Any]:
    fid, raw = database.execute(f"SELECT fid, geom FROM {layer} WHERE {where} ORDER BY fid LIMIT 1").fetchone()
    return fid, shapely.from_wkb(raw[8:])


def set_shape(database: sqlite3.Connection, fid: int, shape: Any, layer: str = "zones", box: bool = True) -> None:
    raw = blob(shapely.to_wkb(shape, byte_order=1))
    database.execute(f"UPDATE {layer} SET geom = ? WHERE fid = ?", (raw, fid))
    if box:
        west, south, east, north = shape.bounds
        values = (west, east, south, north, fid)
        sql = f"UPDATE rtree_{layer}_geom SET minx = ?, maxx = ?, miny = ?, maxy = ? WHERE id = ?"
        database.execute(sql, values)


SEA = "zone = 'territorial_sea' AND state = 'DZA'"


def bow_tie(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, SEA)
    set_shape(database, fid, shapely.Polygon([(3, 38), (3.1, 38.1), (3.1, 38), (3, 38.1)]))


def across_180(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, "zone = 'exclusive_economic_zone' AND state = 'FJI'")
    set_shape(database, fid, shapely.box(-179.9, -17.01, 179.9, -17.0))


def beyond_180(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, "zone = 'exclusive_economic_zone' AND state = 'FJI'")
    set_shape(database, fid, shapely.box(179.9, -17.1, 180.1, -17.0))


def long_edge(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, "state = 'DZA'", "limits")
    set_shape(database, fid, shapely.LineString([(3.0, 38.0), (3.5, 38.3)]), "limits")


def not_indexed(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, SEA)
    database.execute("DELETE FROM rtree_zones_geom WHERE id = ?", (fid,))


def out_of_its_box(database: sqlite3.Connection) -> None:
    fid, shape = shape_of(database, SEA)
    set_shape(database, fid, shapely.transform(shape, lambda c: c + 0.001), box=False)


def another_territorial_sea(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, SEA)
    database.execute("UPDATE zones SET state = 'TUN', territory = 'TUN' WHERE fid = ?", (fid,))
    _, shape = shape_of(database, SEA + f" AND fid != {fid}")
    set_shape(database, fid, shape)


def over_a_foreign_zone(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, SEA)
    _, shape = shape_of(database, "zone = 'exclusive_economic_zone' AND state = 'ITA'")
    set_shape(database, fid, shape)


def over_its_own_zone(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, SEA)
    _, shape = shape_of(database, "zone = 'exclusive_economic_zone' AND state = 'DZA'")
    set_shape(database, fid, shape)


def over_the_high_seas(database: sqlite3.Connection) -> None:
    fid, _ = shape_of(database, SEA)
    _, shape = shape_of(database, "zone = 'high_seas'")
    set_shape(database, fid, shape)


def one_claimant_lost(database: sqlite3.Connection) -> None:
    database.execute("UPDATE zones SET dispute = NULL WHERE state = 'ARG'")


def a_stranger_in_a_dispute(database: sqlite3.Connection) -> None:
    database.execute("UPDATE zones SET state = 'FRA' WHERE state = 'ARG'")


def an_unknown_dispute(database: sqlite3.Connection) -> None:
    database.execute("UPDATE zones SET dispute = 'nobody-knows' WHERE dispute = 'falkland-islands'")


def alone_in_a_dispute(database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM zones WHERE state = 'ARG'")


def too_broad(database: sqlite3.Connection) -> None:
    database.execute(f"UPDATE zones SET breadth_nm = 15 WHERE {SEA}")


def far_from_its_baseline(database: sqlite3.Connection) -> None:
    database.execute("UPDATE baselines SET state = 'TUN', territory = 'TUN' WHERE state = 'DZA'")


def a_row_more(database: sqlite3.Connection) -> None:
    database.execute("INSERT INTO claims (territory, state, zone) VALUES ('DZA', 'DZA', 'high_seas')")


FAULTS: list[tuple[Callable[[sqlite3.Connection], None], str, str]] = [
    (bow_tie, "geometry", "Self-intersection"),
    (across_180, "geometry", "crosses 180"),
    (beyond_180, "geometry", "out of the world"),
    (long_edge, "geometry", "an edge of 5"),
    (not_indexed, "index", "is not in the index"),
    (out_of_its_box, "index", "out of its box"),
    (another_territorial_sea, "overlap", "territorial sea of TUN and territorial sea of DZA"),
    (over_a_foreign_zone, "s101", "exclusive economic zone of ITA"),
    (over_its_own_zone, "nesting", "exclusive economic zone of DZA"),
    (over_the_high_seas, "land", "high seas"),
    (one_claimant_lost, "overlap", "ARG"),
    (a_stranger_in_a_dispute, "disputes", "FRA is no known claimant"),
    (an_unknown_dispute, "disputes", "not among the known"),
    (alone_in_a_dispute, "disputes", "only GBR has a zone in it"),
    (too_broad, "breadth", "15 M"),
    (far_from_its_baseline, "breadth", "nearest baseline none"),
    (a_row_more, "identity", "claims"),
]


@pytest.mark.parametrize(("fault", "check", "text"), FAULTS, ids=[f[0].__name__ for f in FAULTS])
def test_every_fault_is_found(
    fault: Callable[[sqlite3.Connection], None], check: str, text: str, small: Path, tmp_path: Path
) -> None:
    found = {c.name: c for c in verify(changed(small, tmp_path, fault), quiet).checks}
    assert found[check].count > 0
    assert any(text in finding.text for finding in found[check].findings), found[check].findings


def test_a_file_without_faults(small: Path, run: Run) -> None:
    answer = run("zones", "verify", str(small))
    assert answer.code == 0, answer.out
    assert "no findings" in " ".join(answer.out.split()) and "FOUND" not in answer.out
    assert "the data have no land" in answer.out
    assert "pairs of pieces" in answer.err


def test_a_file_with_faults(small: Path, tmp_path: Path, run: Run) -> None:
    path = changed(small, tmp_path, over_a_foreign_zone)
    answer = run("zones", "verify", str(path))
    assert answer.code == 4
    assert re.search(r"FOUND \d+: A territorial sea over another State's zone", answer.out)
    told = json.loads(run("zones", "verify", str(path), "--json").out)
    assert told["format"] == "seajuris.zones-verify.v1" and told["findings"] > 0
    (check,) = [c for c in told["checks"] if c["check"] == "s101"]
    assert check["count"] == len(check["findings"]) and len(check["findings"][0]["lon_lat"]) == 2


def test_a_file_that_is_not_what_its_manifest_says(small: Path, tmp_path: Path, run: Run) -> None:
    path = changed(small, tmp_path, too_broad, sign=False)
    for command in (["verify", str(path)], ["info", "--zones", str(path)], ["history", "ITA", "--zones", str(path)]):
        answer = run("zones", *command)
        assert (answer.code, answer.out) == (5, ""), command
        assert "not what their manifest declares" in answer.err
    (tmp_path / "empty.gpkg").write_bytes(b"")
    assert run("zones", "verify", str(tmp_path / "empty.gpkg")).code == 5
    assert run("zones", "verify", str(tmp_path / "no.gpkg")).code == 5


@pytest.mark.slow
def test_the_shipped_data(run: Run) -> None:
    """Hashes, geometry, index, gaps, land and sea are without fault; what is left is named with its place."""
    answer = run("zones", "verify", "--json")
    assert answer.code in (0, 4), answer.err
    checks = {check["check"]: check for check in json.loads(answer.out)["checks"]}
    for name in ("identity", "index", "geometry", "gaps", "land", "nesting", "disputes"):
        assert checks[name]["count"] == 0, checks[name]
    for name in ("overlap", "s101", "breadth"):
        assert all(finding["lon_lat"] for finding in checks[name]["findings"])


def layer(rows: list[dict[str, Any]], shapes: list[Any]) -> Layer:
    names = ["zone", "state", "territory", "claim", "dispute"]
    names += ["valid_from", "valid_to", "proclaimed_from", "proclaimed_to"]
    columns = {name: [row.get(name) for row in rows] for name in names}
    return Layer(columns, [shapely.to_wkb(s) for s in shapes], np.array(shapes, dtype=object), list(range(len(rows))))


def whole_world(change: Callable[[list[dict[str, Any]], list[Any]], None]) -> Check:
    shapes = [shapely.box(x, y, x + 4, y + 4) for x in range(-180, 180, 4) for y in range(-90, 90, 4)]
    rows = [{"zone": "land" if i % 2 else "high_seas"} for i in range(len(shapes))]
    change(rows, shapes)
    return gaps(layer(rows, shapes), shapely.box(50, 38, 54, 42), quiet)


def cut(i: int, size: float) -> Callable[[list[dict[str, Any]], list[Any]], None]:
    def change(rows: list[dict[str, Any]], shapes: list[Any]) -> None:
        west, south, east, north = shapes[i].bounds
        shapes[i] = shapely.box(west, south, east - size, north)

    return change


def test_gaps_are_found_wherever_they_are() -> None:
    assert whole_world(lambda rows, shapes: None).count == 0
    for i in (0, 1000, 4049):
        assert whole_world(cut(i, 0.01)).count == 1
    assert whole_world(cut(1000, 1e-8)).count == 0, "a seam of rounding"


def test_what_is_left_out_on_purpose_is_no_gap() -> None:
    def lose(rows: list[dict[str, Any]], shapes: list[Any]) -> None:
        i = next(i for i, s in enumerate(shapes) if s.bounds[:2] == (52.0, 38.0))
        del rows[i], shapes[i]

    assert whole_world(lose).count == 1
    lon = whole_world(lose).findings[0].lon
    assert lon is not None and 54 < lon < 56, "the rest of the cell is a gap"


def test_a_gap_on_some_days_only() -> None:
    def ends(rows: list[dict[str, Any]], shapes: list[Any]) -> None:
        rows[2000]["valid_to"] = "2015-01-01"

    (finding,) = whole_world(ends).findings
    assert "2015-01-01" in finding.text


def test_zones_of_different_days_do_not_overlap() -> None:
    box = shapely.box(0, 0, 1, 1)
    sea = {"zone": "territorial_sea", "claim": "proclaimed"}
    first = {**sea, "state": "AAA", "territory": "AAA", "valid_to": "2015-01-01"}
    for since, count in (("2015-01-01", 0), ("2014-12-31", 1)):
        second = {**sea, "state": "BBB", "territory": "BBB", "valid_from": since}
        checks = overlaps(layer([first, second], [box, box]), Disputes({}), quiet)
        assert sum(check.count for check in checks) == count


def test_a_protested_claim_overlaps_nothing() -> None:
    box = shapely.box(0, 0, 1, 1)
    rows = [
        {"zone": "territorial_sea", "state": "AAA", "territory": "AAA", "claim": "proclaimed"},
        {"zone": "internal_waters", "state": "BBB", "territory": "BBB", "claim": "protested"},
    ]
    assert sum(check.count for check in overlaps(layer(rows, [box, box]), Disputes({}), quiet)) == 0


# --- info ---------------------------------------------------------------------------------------------------------


def test_info(run: Run) -> None:
    answer = run("zones", "info")
    assert answer.code == 0, answer.err
    text = " ".join(answer.out.split())
    manifest = yaml.safe_load(SHIPPED.with_name("manifest.yaml").read_text(encoding="utf-8"))
    for part in (manifest["version"], manifest["sha256"], "ODbL-1.0", "Territorial sea:", SEARCH_AND_RESCUE):
        assert part in text
    for source in manifest["sources"]:
        assert source["package"] in text
    assert all(" ".join(entry.split()) in text for entry in manifest["not_covered"])
    told = json.loads(run("zones", "info", "--json").out)
    assert told["identity"]["sha256"] == manifest["sha256"]
    assert told["counts"]["pieces"] == manifest["counts"]["zones"]


def test_info_of_imported_data(small: Path, run: Run) -> None:
    answer = run("zones", "info", "--zones", str(small))
    assert "CC-BY-4.0" in answer.out and "Flanders Marine Institute" in answer.out and "no legal value" in answer.out


# --- history ------------------------------------------------------------------------------------------------------


def test_history_of_a_breadth_and_of_a_zone(run: Run) -> None:
    told = json.loads(run("zones", "history", "Greece", "--json").out)
    ionian = [c for c in told["claims"] if c["area"] == "grc_ionian_12"]
    assert [(c["breadth_nm"], c["valid_from"], c["valid_to"]) for c in ionian] == [
        (6.0, None, "2021-01-21"),
        (12.0, "2021-01-21", None),
    ]
    zones = {(c["claim"], c["valid_from"]) for c in told["claims"] if c["zone"] == "exclusive_economic_zone"}
    assert {("potential", None), ("proclaimed", "2025-04-17")} <= zones
    assert any(line["id"] == "GRC-ITA-1977-2020" and "ITA" in line["parties"] for line in told["lines"])


def test_history_says_what_is_verified(run: Run) -> None:
    told = json.loads(run("zones", "history", "ITA", "--json").out)
    marks = {(c["zone"], c["verified"], c["confidence"]) for c in told["claims"]}
    assert ("territorial_sea", False, "from memory") in marks
    assert ("exclusive_economic_zone", True, "verified") in marks
    answer = " ".join(run("zones", "history", "ITA").out.split())
    assert "[unverified: from memory]" in answer and "[verified]" in answer and "from 2026-01-03" in answer


def test_dates_are_no_more_exact_than_they_are_known(run: Run) -> None:
    claims = json.loads(run("zones", "history", "AUS", "--json").out)["claims"]
    (sea,) = [c for c in claims if c["territory"] == "AUS" and c["valid_from"] == "1990-01-01"]
    assert (sea["zone"], sea["from_precision"]) == ("territorial_sea", "year")
    text = " ".join(run("zones", "history", "AUS").out.split())
    assert "from 1990 (day not known)" in text and "1990-01-01" not in text
    assert "from 2025-04-17" in " ".join(run("zones", "history", "GRC").out.split())


@pytest.mark.parametrize("columns", [80, 120])
def test_history_fits_the_terminal(columns: int, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run("zones", "history", "FRA", terminal=True).out.splitlines()
    assert len(lines) > 40
    assert max(len(line) for line in lines) == columns
    # A State has its territories with it, each under its own name.
    assert "Réunion (REU)" in lines


def test_history_of_a_territory(run: Run) -> None:
    told = json.loads(run("zones", "history", "FLK", "--json").out)
    assert {c["territory"] for c in told["claims"]} == {"FLK"}
    assert {c["state"] for c in told["claims"]} == {"ARG", "GBR"}
    assert "claimed by Argentina" in run("zones", "history", "FLK").out


def test_history_of_nobody(run: Run) -> None:
    answer = run("zones", "history", "Atlantis")
    assert (answer.code, answer.out) == (2, "") and "SJ120" in answer.err
    assert "No claims are in the data" in run("zones", "history", "CHE").out


# --- diff ---------------------------------------------------------------------------------------------------------


def test_a_file_and_itself(run: Run) -> None:
    answer = run("zones", "diff", "-", "-", "--no-scenarios")
    assert answer.code == 0, answer.err
    assert "no difference" in answer.out and " 0 of 4050 cells differ" in answer.out


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world with a wider Algerian territorial sea and without Norfolk Island."""
    folder = tmp_path_factory.mktemp("other")
    world = files.world()
    for product in ("eez", "12nm", "24nm"):
        world[product] = [f for f in world[product] if f[0].get("ISO_TER1") != "NFK"]
    values, _ = world["12nm"][1]
    world["12nm"][1] = (values, ALGERIA.ring(0, 14))
    return import_files(files.write_world(folder, world), folder / "out" / "mr.gpkg", say=quiet).path


def test_areas_that_differ(small: Path, other: Path) -> None:
    import datetime as dt

    found = diff(small, other, dt.date.fromisoformat(DAY), quiet, None)
    zones = {(z.key.zone, z.key.state): z for z in found.zones}
    assert set(zones) == {
        *((zone, "AUS") for zone in ("territorial_sea", "contiguous_zone", "exclusive_economic_zone")),
        *((zone, "DZA") for zone in ("territorial_sea", "contiguous_zone", "exclusive_economic_zone")),
    }
    sea = zones["territorial_sea", "DZA"]
    band = files.area_km2(ALGERIA.ring(12, 14))
    assert sea.only_b_km2 == pytest.approx(band, rel=1e-3) and sea.only_a_km2 == pytest.approx(0, abs=0.01)
    assert sea.a_km2 == pytest.approx(files.area_km2(ALGERIA.ring(0, 12)), rel=1e-3)
    assert zones["exclusive_economic_zone", "DZA"].only_a_km2 == pytest.approx(band, rel=1e-3)
    gone = zones["territorial_sea", "AUS"]
    assert gone.b_km2 == 0 and gone.only_a_km2 == pytest.approx(files.area_km2(NORFOLK.ring(0, 12)), rel=1e-3)
    back = diff(other, small, dt.date.fromisoformat(DAY), quiet, None)
    assert {(z.key, round(z.only_b_km2, 6)) for z in back.zones} == {
        (z.key, round(z.only_a_km2, 6)) for z in found.zones
    }


def test_teaching_cases_that_come_out_differently(small: Path, other: Path, tmp_path: Path) -> None:
    import datetime as dt

    lat, lon = ALGERIA.at(13)
    same, _ = LAMPEDUSA.at(20), None
    case: dict[str, Any] = {"position": {"lat": round(lat, 5), "lon": round(lon, 5)}, "accuracy": "100 m", "on": DAY}
    case |= {"offences": ["migrant_smuggling"], "suspects": [{"nationality": "EGY"}]}
    places = [{"what": "unchanged", "position": f"{same[0]:.5f}, {same[1]:.5f}", "accuracy": "100 m", "on": DAY}]
    text = yaml.safe_dump({"id": "moved", "title": "Moved", "case": case, "places": places, "expect": {"none": []}})
    (tmp_path / "moved.yaml").write_text(text, encoding="utf-8")
    found = diff(small, other, dt.date.fromisoformat(DAY), quiet, tmp_path)
    assert found.positions == 2
    (place,) = found.places
    assert (place.scenario, place.what) == ("moved", "case")
    assert "contiguous zone DZA certain" in place.a and place.b.startswith("territorial sea DZA certain")
    assert any(line.startswith("DZA territory: ") for line in place.findings)


def test_a_day_before_the_claim(small: Path, other: Path, run: Run) -> None:
    answer = run("zones", "diff", str(small), str(other), "--on", "2015-01-01", "--no-scenarios", "--json")
    told = json.loads(answer.out)
    assert told["format"] == "seajuris.zones-diff.v1" and told["on"] == "2015-01-01"
    claims = {z["claim"] for z in told["zones"] if z["state"] == "DZA" and z["zone"] == "exclusive_economic_zone"}
    assert claims == {"potential"}


def test_diff_as_text(small: Path, other: Path, run: Run) -> None:
    answer = run("zones", "diff", str(small), str(other), "--on", DAY, "--no-scenarios")
    assert answer.code == 4 and "they differ" in answer.out
    assert re.search(
        r"Territorial sea of Algeria \(DZA\): only A 0.0 km², only B [\d,]+\.\d km²", " ".join(answer.out.split())
    )
    assert run("zones", "diff", str(small), "no-such.gpkg").code == 5


def test_a_missing_manifest(small: Path, tmp_path: Path) -> None:
    shutil.copy(small, tmp_path / "mr.gpkg")
    with pytest.raises(DataError, match="manifest"):
        verify(tmp_path / "mr.gpkg", quiet)
