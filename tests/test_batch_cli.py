"""Batches from file to file: what goes in comes out, in its order, with its answer; and nothing is lost."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import seajuris
from batch_cases import write_broken
from conftest import ROOT, Answer, Run
from seajuris.batch import answering
from seajuris.batch import run as running
from seajuris.batch.answered import Answered, Columns, LocateOptions
from seajuris.batch.columns import FACTS, RECOGNISED, Named, choose
from seajuris.batch.locate import flat_place
from seajuris.batch.run import Task
from seajuris.batch.spreadsheet import harmless, harmless_column
from seajuris.errors import EXIT_FOUND, InputError
from seajuris.record import canonical

DAY = "2023-06-14"
POSITIONS = [("36.25", "21.06"), ("35.5", "12.6"), ("36°40'N", "21°40'E"), ("0.5", "-25.25"), ("-12.1", "96.85")]
TODAY = dt.date(2026, 1, 1)

Locate = Callable[..., Answer]


@pytest.fixture
def locate(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Locate:
    """Runs ``seajuris batch locate`` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str, **named: Any) -> Answer:
        return run("batch", "locate", *args, **named)

    return call


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers without zones, where only the way of the rows through the files is tested."""

    def answer(batch: pa.RecordBatch, columns: Columns, options: LocateOptions) -> Answered:
        count = batch.num_rows
        table = pa.record_batch(
            [pa.array([0.5] * count), pa.array([f"=n{i}" for i in range(count)])], ["sj_lat", "sj_x"]
        )
        return Answered(table, np.ones(count, dtype=np.bool_), ())

    monkeypatch.setattr(answering, "answer_batch", answer)


def rows_of(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8", newline="")
    return name


def table(*rows: Sequence[str], header: str = "id,lat,lon,date") -> str:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\n").writerows([header.split(","), *rows])
    return target.getvalue()


def positions() -> str:
    return table(*[(str(i), lat, lon, DAY) for i, (lat, lon) in enumerate(POSITIONS)])


# --- The answers --------------------------------------------------------------------------------------------------


def test_every_row_has_the_answer_that_it_has_alone(locate: Locate, run: Run) -> None:
    write("in.csv", positions())
    done = locate("in.csv", "--accuracy", "1nm", "--distances", "--full", "-o", "out.csv")
    assert done.code == 0, done.err
    rows = rows_of(Path("out.csv").read_text(encoding="utf-8"))
    assert [row["id"] for row in rows] == ["0", "1", "2", "3", "4"]
    for row, (lat, lon) in zip(rows, POSITIONS, strict=True):
        text = f"{lat}, {lon}" if "°" not in lat else f"lat {lat} lon {lon}"
        place = seajuris.locate(text, accuracy="1nm", on=DAY)
        assert (row["lat"], row["lon"], row["date"]) == (lat, lon, DAY)
        for name, value in flat_place(place).items():
            if name == "sj_read_as" and "°" not in lat:
                # Of plain degrees there is nothing to state back.
                value = None
            assert row[name] == ("" if value is None else str(value)), name
        assert row["sj_place"] == canonical(place.to_dict())
        alone = run("locate", f"--at={text}", "--accuracy", "1nm", "--on", DAY, "--json")
        assert row["sj_place"] == canonical(json.loads(alone.out))


def test_zones_in_words(locate: Locate) -> None:
    answer = locate("-", "--from", "csv", "--accuracy", "1nm", stdin=positions().encode())
    found = {row["id"]: row for row in rows_of(answer.out)}
    assert found["0"]["sj_zones"] == "high_seas; exclusive_economic_zone:GRC (potential)"
    # Nobody had proclaimed the zone: its waters are of no State.
    assert found["0"]["sj_states"] == ""
    assert found["1"]["sj_states"] == "ITA?"
    assert "territorial_sea:ITA?" in found["1"]["sj_zones"].split("; ")
    assert found["4"]["sj_states"].rstrip("?") == "AUS"
    assert "AUS/CCK" in found["4"]["sj_zones"]


def test_numbers_and_text_differ_in_what_they_leave_open(locate: Locate) -> None:
    write("in.jsonl", '{"lat":36.25,"lon":21.06}\n{"lat":"36.25","lon":"21.06"}\n{"lat":36,"lon":21.5}\n')
    assert locate("in.jsonl", "-o", "out.jsonl", "--on", DAY).code == 0
    number, text, whole = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert text["sj_uncertainty_m"] == round(seajuris.locate("36.25 21.06", on=DAY).uncertainty_m, 1)
    assert number["sj_uncertainty_m"] < 2 < text["sj_uncertainty_m"]
    assert (number["sj_lat"], number["sj_lon"]) == (text["sj_lat"], text["sj_lon"])
    assert whole["lat"] == 36


def test_accuracy_and_day_of_a_row_come_before_those_of_the_command(locate: Locate) -> None:
    write(
        "in.csv",
        table(
            ("36.2500", "21.0600", "", ""),
            ("36.2500", "21.0600", "3", DAY),
            ("36.2500", "21.0600", "2", f"{DAY}T23:59:00Z"),
            header="lat,lon,accuracy_nm,date",
        ),
    )
    assert locate("in.csv", "--accuracy", "1nm", "--on", "2025-06-01", "-o", "out.csv").code == 0
    rows = rows_of(Path("out.csv").read_text(encoding="utf-8"))
    open_m = seajuris.locate("36.2500, 21.0600", on=DAY).uncertainty_m
    assert [row["sj_on"] for row in rows] == ["2025-06-01", DAY, DAY]
    assert [float(row["sj_uncertainty_m"]) for row in rows] == [round(n * 1852 + open_m, 1) for n in (1, 3, 2)]


def test_rows_without_a_day_are_counted(locate: Locate) -> None:
    write("in.csv", table(("1", "36.25", "21.06", DAY), ("2", "36.25", "21.06", ""), ("3", "36.25", "21.06", "")))
    done = locate("in.csv", "-o", "out.csv", "--json")
    assert json.loads(done.out)["without_day"] == 2
    assert "rows that tell no day: 2" in done.err


# --- Formats ------------------------------------------------------------------------------------------------------

ENDINGS = ["csv", "tsv", "jsonl", "geojson", "geojsonl", "parquet"]


def read(name: str) -> list[dict[str, Any]]:
    """The rows of a file in any format, as plain values."""
    form = Path(name).suffix[1:]
    if form == "parquet":
        return list(pq.read_table(name).to_pylist())
    text = Path(name).read_bytes().decode("utf-8")
    if form in ("csv", "tsv"):
        return list(rows_of(text, "\t" if form == "tsv" else ","))
    if form == "geojson":
        return [feature["properties"] for feature in json.loads(text)["features"]]
    objects = [json.loads(line) for line in text.splitlines()]
    return [item["properties"] for item in objects] if form == "geojsonl" else objects


def comparable(row: dict[str, Any]) -> dict[str, str]:
    """What a row says, whatever the types of the format: no value and empty text are written alike in CSV."""
    found = {}
    for name, value in row.items():
        if name not in ("geometry", "lat", "lon"):
            plain = canonical(value) if isinstance(value, dict) else value
            found[name] = "" if plain is None else str(plain)
    return found


def test_every_format_into_every_format(locate: Locate) -> None:
    write("in.csv", positions())
    wanted = None
    for source in ENDINGS:
        name = f"in.{source}"
        if source != "csv":
            # Written by the program itself, without the answers.
            assert locate("in.csv", "-o", f"first.{source}").code == 0
            strip(f"first.{source}", name)
        for target in ENDINGS:
            done = locate(name, "-o", f"{source}.{target}", "--full", "--accuracy", "1nm", "--force")
            assert done.code == 0, f"{source} {target}: {done.err}"
            found = [comparable(row) for row in read(f"{source}.{target}")]
            for row in found:
                # A point given by numbers leaves nothing open, and seconds of arc are no decimals.
                del row["sj_read_as"], row["sj_uncertainty_m"], row["sj_place"]
            assert len(found) == len(POSITIONS)
            wanted = wanted or found
            assert [set(row) for row in found] == [set(row) for row in wanted]
            assert [row["id"] for row in found] == [row["id"] for row in wanted]
            if source in ("csv", "tsv", "jsonl", "parquet"):
                assert found == wanted, f"{source} {target}"


def strip(source: str, target: str) -> None:
    """Take the answers out of a file."""
    if source.endswith("parquet"):
        found = pq.read_table(source)
        pq.write_table(found.select([name for name in found.column_names if not name.startswith("sj_")]), target)
        return
    text = Path(source).read_text(encoding="utf-8")
    if source.endswith("tsv"):
        cut = text.splitlines()[0].split("\t").index("sj_lat")
        text = "".join("\t".join(line.split("\t")[:cut]) + "\n" for line in text.splitlines())
    elif source.endswith(".geojson"):
        data = json.loads(text)
        data["features"] = [without_answers(feature) for feature in data["features"]]
        text = json.dumps(data)
    else:
        text = "".join(json.dumps(without_answers(json.loads(line))) + "\n" for line in text.splitlines())
    Path(target).write_text(text, encoding="utf-8")


def without_answers(row: dict[str, Any]) -> dict[str, Any]:
    if "properties" in row:
        return {**row, "properties": without_answers(row["properties"])}
    return {key: value for key, value in row.items() if not key.startswith("sj_")}


def test_json_stays_digit_by_digit(locate: Locate) -> None:
    lines = [
        '{"lat": 36.2500, "lon":21.06, "n": 12345678901234567890, "e":1.10e0, "u":"\\u00e9\\n", "o": {"b":[1 ,2]}}'
    ]
    lines.append('{ "lon" : "21.06","lat":"36.25" , "a":null}')
    write("in.jsonl", "\n".join(lines) + "\n")
    assert locate("in.jsonl", "-o", "out.jsonl", "--on", DAY).code == 0
    out = Path("out.jsonl").read_text(encoding="utf-8").splitlines()
    for line, answered in zip(lines, out, strict=True):
        assert answered.startswith("{" + line[1:-1].strip() + ',"sj_lat":')


def test_a_collection_keeps_everything_around_its_features(locate: Locate) -> None:
    features = [
        '{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[21.060,36.25,-3.5]},'
        '"properties":{"a" : 1.50 },"x":[1]}',
        '{"properties":null,"geometry":{"coordinates":[12.6,35.5],"type":"Point"},"type":"Feature"}',
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[12.6,35.5]}}',
    ]
    head = '{"name":"n","type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4326"}},"features":['
    write("in.geojson", head + " " + " ,\n ".join(features) + ' ],"bbox":[1,2,3,4.50]}')
    assert locate("in.geojson", "-o", "out.geojson", "--on", DAY, "--full").code == 0
    text = Path("out.geojson").read_text(encoding="utf-8")
    data = json.loads(text)
    assert list(data) == ["name", "type", "crs", "features", "bbox"]
    assert '"bbox":[1,2,3,4.50]' in text
    assert '"coordinates":[21.060,36.25,-3.5]},"properties":{"a" : 1.50,"sj_lat":36.25' in text
    first, second, third = data["features"]
    assert (first["id"], first["x"]) == (7, [1])
    assert first["properties"]["sj_place"]["format"] == "seajuris.place.v1"
    assert second["properties"]["sj_lon"] == third["properties"]["sj_lon"] == 12.6


def test_a_long_collection_is_read_in_pieces(made_up: None, locate: Locate) -> None:
    # More than a chunk, so that features and numbers lie across its ends.
    count = 9_000
    shape = (
        '{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{},{}]}},"properties":{{"n":{},"t":"é,]}}"}}}}'
    )
    features = ",".join(shape.format(i / 1000, -i / 1000, i) for i in range(count))
    write("in.geojson", f'{{"features":[{features}],"type":"FeatureCollection"}}')
    assert Path("in.geojson").stat().st_size > 3 * (1 << 18)
    assert locate("in.geojson", "-o", "out.geojson").code == 0
    found = json.loads(Path("out.geojson").read_text(encoding="utf-8"))
    assert [feature["properties"]["n"] for feature in found["features"]] == list(range(count))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"type":"Feature","geometry":null,"properties":{}}', "FeatureCollection"),
        ('{"type":"FeatureCollection"}', "FeatureCollection is needed"),
        ('{"type":"FeatureCollection","features":[{"type":"Feature"', "line 1: not valid JSON"),
        ('{"type":"FeatureCollection","features":[\n{}\n{}]}', "line 3"),
        ('{"features":[],"type":"Topology"}', "not a FeatureCollection"),
        ('{"features":[]}', "its type is not FeatureCollection"),
        ('{"type":"FeatureCollection","features":[],"features":[]}', "more than once"),
        ('{"type":"FeatureCollection","features":[]} {}', "something follows"),
        ('{"type":"FeatureCollection","crs":{"properties":{"name":"EPSG:3857"}},"features":[]}', "not WGS 84"),
        ("[1]", "'{' is needed"),
        ("", "the end of the file"),
        ('{"type":"FeatureCollection","a":' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_collection_is_refused(locate: Locate, content: str, says: str) -> None:
    write("in.geojson", content)
    answer = locate("in.geojson", "-o", "out.geojson")
    assert answer.code == 2
    assert says in answer.err
    assert not Path("out.geojson").exists()


def test_types_of_parquet(locate: Locate) -> None:
    lat = [Decimal("36.25"), Decimal("36.30")]
    moment = dt.datetime(2023, 6, 14, 23, 30, tzinfo=dt.UTC)
    data = pa.table(
        {
            "id": pa.array([2**60 + 1, None], pa.int64()),
            "lat": pa.array(lat, pa.decimal128(9, 2)),
            "lon": pa.array(["21.06", "21.10"]).dictionary_encode(),
            "timestamp": pa.array([moment, None], pa.timestamp("us", tz="Europe/Athens")),
            "accuracy_m": pa.array([1852.0, float("nan")], pa.float32()),
            "blob": pa.array([b"\x00", None]),
            "list": pa.array([[1], None]),
        }
    )
    pq.write_table(data, "in.parquet")
    assert locate("in.parquet", "-o", "out.parquet", "--on", "2025-06-01").code == 0
    found = pq.read_table("out.parquet")
    assert found.schema.remove_metadata().field("lon").type == data.schema.field("lon").type
    for name in data.column_names:
        assert repr(found[name].to_pylist()) == repr(data[name].to_pylist())
    # A decimal keeps its digits, as text does; of a moment, the day in the column's time zone counts.
    place = seajuris.locate("36.25, 21.06", accuracy="1852 m", on="2023-06-15")
    assert found["sj_uncertainty_m"][0].as_py() == round(place.uncertainty_m, 1)
    assert found["sj_on"].to_pylist() == [dt.date(2023, 6, 15), dt.date(2025, 6, 1)]
    assert locate("in.parquet", "-o", "out.csv").code == 0
    assert rows_of(Path("out.csv").read_text(encoding="utf-8"))[0]["id"] == str(2**60 + 1)
    assert locate("in.parquet", "-o", "out.jsonl").code == 0
    first, second = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (first["id"], first["lat"], first["blob"], first["list"]) == (2**60 + 1, "36.25", "00", [1])
    assert second["accuracy_m"] is None


def test_days_beyond_the_calendar_are_no_days(locate: Locate) -> None:
    # Found by fuzzing. Converted as they are, seconds far away would begin anew at some day of our time.
    kinds = [pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("ms", "Europe/Rome"), pa.date64()]
    for kind in kinds:
        numbers = pa.array([2**63 - 1, 0, -(2**63)], pa.int64())
        day = (
            pa.array([(2**31 - 1) * 86_400_000, 0, -(2**31) * 86_400_000], pa.int64())
            if kind == pa.date64()
            else numbers
        )
        table = pa.table({"lat": [36.25] * 3, "lon": [21.06] * 3, "day": day.view(kind)})
        pq.write_table(table, "in.parquet")
        assert locate("in.parquet", "-o", "out.csv", "--force").code == EXIT_FOUND, kind
        rows = rows_of(Path("out.csv").read_text(encoding="utf-8"))
        assert [row["sj_on"] for row in rows] == ["1970-01-01"]
        assert [(row["sj_row"], row["sj_column"]) for row in rejects("out.csv")] == [("1", "day"), ("3", "day")]
        assert all("is not a day" in row["sj_reason"] for row in rejects("out.csv"))
        # What Python cannot hold is kept as it was in the file.
        assert locate("in.parquet", "-o", "out.parquet", "--force").code == EXIT_FOUND
        assert pq.read_table("out.parquet")["day"].to_pylist() == table["day"][1:2].to_pylist()


def test_moments_that_python_cannot_hold_are_written_as_they_are(locate: Locate) -> None:
    seen = pa.array([2**62, 0], pa.int64()).view(pa.timestamp("us"))
    pq.write_table(pa.table({"lat": [36.25] * 2, "lon": [21.06] * 2, "seen": seen}), "in.parquet")
    assert locate("in.parquet", "-o", "out.csv", "--on", DAY).code == 0
    first, second = rows_of(Path("out.csv").read_text(encoding="utf-8"))
    assert str(2**62) in first["seen"]
    assert second["seen"].startswith("1970-01-01")
    many = pa.array([[2**62], [0]], pa.list_(pa.timestamp("us")))
    pq.write_table(pa.table({"lat": [36.25] * 2, "lon": [21.06] * 2, "seen": many}), "in.parquet")
    answer = locate("in.parquet", "-o", "out.csv", "--on", DAY, "--force")
    assert answer.code == 2
    assert "column seen" in answer.err
    assert locate("in.parquet", "-o", "out.parquet", "--on", DAY).code == 0


def test_a_time_zone_that_is_none(locate: Locate) -> None:
    moments = pa.array([0], pa.int64()).view(pa.timestamp("us", "Nowhere/Land"))
    pq.write_table(pa.table({"lat": [36.25], "lon": [21.06], "day": moments}), "in.parquet")
    answer = locate("in.parquet", "-o", "out.parquet")
    assert answer.code == 2
    assert "Nowhere/Land" in answer.err


def test_text_in_parquet_that_is_none(locate: Locate) -> None:
    write_broken(Path("in.parquet"))
    answer = locate("in.parquet", "-o", "out.parquet", "--on", DAY)
    assert answer.code == 2
    assert "Invalid UTF8" in answer.err
    assert not Path("out.parquet").is_file()


def geoparquet(name: str, shapes: list[Any], **changes: Any) -> None:
    column = {"encoding": "WKB", "geometry_types": [], **changes}
    geo = {"version": "1.0.0", "primary_column": "geom", "columns": {"geom": column}}
    wkb = [None if shape is None else shapely.to_wkb(shape) for shape in shapes]
    found = pa.table({"n": list(range(len(shapes))), "geom": pa.array(wkb, pa.binary()), "lat": ["x"] * len(shapes)})
    pq.write_table(found.replace_schema_metadata({"geo": json.dumps(geo)}), name)


def test_points_of_geoparquet(locate: Locate) -> None:
    shapes = [shapely.Point(21.06, 36.25), None, shapely.Point(), shapely.LineString([(0, 0), (1, 1)])]
    geoparquet("in.parquet", [*shapes, shapely.Point(12.6, 35.5), shapely.Point(5, 91)])
    done = locate("in.parquet", "-o", "out.parquet", "--on", DAY)
    assert done.code == EXIT_FOUND
    found = pq.read_table("out.parquet")
    assert found["n"].to_pylist() == [0, 4]
    assert found["sj_lat"].to_pylist() == [36.25, 35.5]
    assert json.loads(found.schema.metadata[b"geo"])["primary_column"] == "geom"
    assert shapely.from_wkb(found["geom"][1].as_py()).equals(shapely.Point(12.6, 35.5))
    reasons = {row["sj_row"]: row["sj_reason"] for row in rejects("out.parquet")}
    assert reasons["2"] == reasons["3"] == "no position is told"
    assert "LineString" in reasons["4"]
    assert "beyond 90" in reasons["6"]
    assert locate("in.parquet", "-o", "out.geojson", "--on", DAY, "--rejects", "r.csv").code == EXIT_FOUND
    features = json.loads(Path("out.geojson").read_text(encoding="utf-8"))["features"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [21.06, 36.25]}
    # Columns that are named count more than the geometry.
    assert "lat" in locate("in.parquet", "-o", "o.csv", "--lat-column", "lat", "--lon-column", "n").err


def test_geojson_becomes_geoparquet(locate: Locate) -> None:
    shape = '{"type":"Feature","geometry":{"type":"Point","coordinates":[21.06,36.25]},"properties":{"b":true,"f":1.5}}'
    write("in.geojsonl", f"\x1e{shape}\n\n\x1e{shape}\n")
    assert locate("in.geojsonl", "-o", "out.parquet", "--on", DAY).code == 0
    found = pq.read_table("out.parquet")
    assert json.loads(found.schema.metadata[b"geo"])["columns"]["geometry"]["encoding"] == "WKB"
    assert found["b"].to_pylist() == [True, True]
    # And its own output is read again, where the columns with answers are left out.
    pq.write_table(found.select(["b", "geometry"]), "again.parquet")
    assert locate("again.parquet", "-o", "again.jsonl", "--on", DAY).code == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"crs": {"id": {"authority": "EPSG", "code": 3857}, "name": "Mercator"}}, "'Mercator', not WGS 84"),
        ({"crs": None}, "not WGS 84"),
        ({"encoding": "point"}, "encoded as 'point'"),
    ],
)
def test_geoparquet_that_is_not_read(locate: Locate, changes: dict[str, Any], says: str) -> None:
    geoparquet("in.parquet", [shapely.Point(1, 1)], **changes)
    answer = locate("in.parquet", "-o", "out.parquet")
    assert answer.code == 2
    assert says in answer.err


def test_a_parquet_file_whose_names_are_no_text(locate: Locate) -> None:
    pq.write_table(pa.table({"latitude": ["36.25"], "longitude": ["21.06"], "remarks": ["x"]}), "in.parquet")
    raw = Path("in.parquet").read_bytes()
    assert raw.count(b"remarks") > 1
    Path("in.parquet").write_bytes(raw.replace(b"remarks", b"re\xffarks"))
    answer = locate("in.parquet", "-o", "out.csv")
    assert answer.code == 2
    assert "cannot be read as Parquet" in answer.err
    assert not Path("out.csv").exists()


# --- Columns ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Latitude,LONGITUDE", ("Latitude", "LONGITUDE", None)),
        ("id;Breite;Länge", ("Breite", "Länge", None)),
        ("latitud,longitud,fecha", ("latitud", "longitud", None)),
        ("Latitude (deg),Longitude (deg)", ("Latitude (deg)", "Longitude (deg)", None)),
        ("خط العرض,خط الطول", ("خط العرض", "خط الطول", None)),
        ("Γεωγραφικό πλάτος,Γεωγραφικό μήκος", ("Γεωγραφικό πλάτος", "Γεωγραφικό μήκος", None)),
        ("x,y,lat,lon", ("lat", "lon", None)),
        ("MMSI,BaseDateTime,LAT,LON,SOG", ("LAT", "LON", None)),
        ("Position,x", (None, None, "Position")),
    ],
)
def test_recognised_columns(header: str, found: tuple[str | None, ...]) -> None:
    columns = choose(header.replace(";", ",").split(","), Named(), geometry=None)
    assert (columns.lat, columns.lon, columns.position) == found


def test_the_page_lists_every_name_that_is_recognised() -> None:
    page = (ROOT / "docs" / "batch.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[^\W\d]+(?:_[^\W\d]+)*", page))
    assert not {word for words in (*RECOGNISED.values(), *FACTS.values()) for word in words} - words


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("x,y", "'x', 'y' could be latitude or longitude"),
        ("coord1,coord2", "could be latitude or longitude"),
        ("Easting,Northing", "could be latitude or longitude"),
        ("lat,y", "'lat' has no longitude beside it"),
        ("lon,x", "'lon' has no latitude beside it"),
        ("lat,latitude,lon", "'lat', 'latitude' could each be the latitude"),
        ("lat,lon,position", "the position could be taken from 'position', 'lat', 'lon'"),
        ("lat,lon,date,timestamp", "'date', 'timestamp' could each be the day"),
        ("a,b", "no column tells the position"),
        ("lat,lon,SJ_zones", "'SJ_zones' begins with sj_"),
    ],
)
def test_what_is_unclear_is_an_error_that_says_what_to_give(locate: Locate, header: str, says: str) -> None:
    write("in.csv", f"{header}\n")
    answer = locate("in.csv", "-o", "out.csv")
    assert answer.code == 2
    assert says in answer.err
    assert not list(Path().glob("out*"))


def test_columns_that_are_named(locate: Locate) -> None:
    write("in.csv", "x,y,lat,date,other\n21.06,36.25,?,never,2023-06-14\n")
    names = ["--lat-column", "y", "--lon-column", "x", "--on-column", "other", "--ignore-column", "lat"]
    done = locate("in.csv", "-o", "out.csv", *names)
    assert done.code == 0, done.err
    assert "latitude from 'y', longitude from 'x', day from 'other'" in done.err
    row = rows_of(Path("out.csv").read_text(encoding="utf-8"))[0]
    assert (row["sj_lat"], row["sj_on"], row["lat"]) == ("36.25", DAY, "?")
    assert "no column 'z'" in locate("in.csv", "-o", "o.csv", "--lat-column", "z").err
    assert "both a column" in locate("in.csv", "-o", "o.csv", "--lat-column", "y", "--position-column", "x").err
    assert "same column" in locate("in.csv", "-o", "o.csv", "--lat-column", "y", "--lon-column", "y").err


def test_a_letter_in_the_wrong_column_is_not_followed(locate: Locate) -> None:
    answer = locate("-", "--from", "csv", "--rejects", "r.csv", stdin=b"lat,lon\n21.06E,36.25N\n")
    assert answer.code == EXIT_FOUND
    assert "E is no latitude" in answer.err


def test_decimal_commas_only_where_told(locate: Locate) -> None:
    text = "lat;lon;accuracy\n36,25;21,06;0,5 nm\n"
    assert locate("-", "--from", "csv", "--on", DAY, stdin=text.encode()).code == 2
    done = locate("-", "--from", "csv", "--on", DAY, "--decimal-comma", stdin=text.encode())
    assert done.code == 0, done.err
    place = seajuris.locate("36.25, 21.06", accuracy="0.5 nm", on=DAY)
    assert rows_of(done.out, ";")[0]["sj_uncertainty_m"] == str(round(place.uncertainty_m, 1))


# --- Rejected rows ------------------------------------------------------------------------------------------------


def rejects(output: str) -> list[dict[str, str]]:
    return rows_of(Path(f"{output}.rejects.csv").read_text(encoding="utf-8"))


def test_bad_rows_are_kept_with_row_line_and_reason(locate: Locate) -> None:
    good = "36.25,21.06"
    lines = [
        "note,lat,lon",
        f"one,{good}",
        "swapped,96.5,21.06",
        '"two',
        f'lines",{good}',
        "short,36.25",
        f"long,{good},7",
        "",
        f'"quote" ,{good}',
        f"fine,{good}",
        "nul\0,36.25,21.06",
        "empty,,",
        "half,36.25,",
        "word,36.25,abc",
        f'"never closed,{good}',
        f"last,{good}",
    ]
    write("in.csv", "\n".join(lines))
    done = locate("in.csv", "-o", "out.csv", "--on", DAY)
    assert done.code == EXIT_FOUND
    kept = rows_of(Path("out.csv").read_text(encoding="utf-8"))
    assert [row["note"] for row in kept] == ["one", "two\nlines", "fine", "last"]
    found = [(row["sj_row"], row["sj_line"], row["sj_code"], row["sj_reason"]) for row in rejects("out.csv")]
    assert found == [
        ("2", "3", "SJ110", "the latitude is beyond 90 degrees"),
        ("4", "6", "SJ100", "2 cells where the header has 3"),
        ("5", "7", "SJ100", "4 cells where the header has 3"),
        ("6", "9", "SJ100", "text follows the closing quotation mark of a cell"),
        ("8", "11", "SJ100", "it holds a NUL character"),
        ("9", "12", "SJ110", "no position is told"),
        ("10", "13", "SJ110", "the longitude is missing"),
        ("11", "14", "SJ110", found[7][3]),
        ("12", "15", "SJ100", "a quotation mark is opened and never closed"),
    ]
    assert "abc" in found[7][3]
    assert "swapped?" in rejects("out.csv")[0]["sj_hint"]
    assert rejects("out.csv")[0]["note"] == "swapped"
    data = json.loads(Path("out.csv.provenance.json").read_text(encoding="utf-8"))
    assert (data["rows"], data["answered"], data["rejected"]) == (13, 4, 9)
    assert data["rejected_by_code"] == {"SJ100": 5, "SJ110": 4}


def test_a_quotation_mark_does_not_swallow_the_file(made_up: None, locate: Locate) -> None:
    lines = ["lat,lon", *["36.25,21.06"] * 10, '"36.25,21.06', *["36.25,21.06"] * 30_000]
    write("in.csv", "\n".join(lines))
    assert locate("in.csv", "-o", "out.csv").code == EXIT_FOUND
    data = json.loads(Path("out.csv.provenance.json").read_text(encoding="utf-8"))
    assert (data["answered"], data["rejected"]) == (30_010, 1)
    assert [row["sj_line"] for row in rejects("out.csv")] == ["12"]


def test_bytes_that_are_no_characters(locate: Locate) -> None:
    Path("in.csv").write_bytes(b"note,lat,lon\ncaf\xe9,36.25,21.06\nfine,36.25,21.06\n")
    assert locate("in.csv", "-o", "out.csv", "--on", DAY).code == EXIT_FOUND
    assert "0xE9" in rejects("out.csv")[0]["sj_reason"]
    assert rejects("out.csv")[0]["note"] == "caf\\xE9"
    assert locate("in.csv", "-o", "out2.csv", "--on", DAY, "--encoding", "cp1252").code == 0
    assert rows_of(Path("out2.csv").read_text(encoding="utf-8"))[0]["note"] == "café"
    Path("in16.csv").write_bytes("note,lat,lon\né,36.25,21.06\n".encode("utf-16"))
    assert "--encoding utf-16" in locate("in16.csv", "-o", "out3.csv").err
    assert locate("in16.csv", "-o", "out3.csv", "--on", DAY, "--encoding", "utf-16").code == 0


def test_byte_order_mark_and_line_ends_stay(locate: Locate) -> None:
    Path("in.csv").write_bytes("\ufeffé;lat;lon\r\n1;36.25;21.06\r\n".encode())
    assert locate("in.csv", "-o", "out.csv", "--on", DAY).code == 0
    out = Path("out.csv").read_bytes()
    assert out.startswith("\ufeffé;lat;lon;sj_lat;".encode())
    assert out.count(b"\r\n") == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[1]", "no JSON object"),
        ("{", "not valid JSON"),
        ('{"lat":1,"lon":2,"lat":3}', "stands more than once"),
        ('{"lat":NaN,"lon":2}', "NaN is no JSON value"),
        ('{"lat":true,"lon":2}', "true or false"),
        ('{"lat":[1],"lon":2}', "a list or an object"),
        ('{"lat":1e999,"lon":2}', "far too large"),
        ('{"lat":' + "9" * 500 + ',"lon":2}', "far too large"),
        ('{"lat":"1.5","lon":2}', "one of latitude and longitude is text"),
        ('{"lat":1.5}', "the longitude is missing"),
        ('{"lat":1.5,"lon":200}', "beyond 180"),
        ("[" * 100_000, "nested too deeply"),
        ('{"lat":"\\ud800","lon":2}', "U+D800 is half a character"),
        ('{"lat":1,"lon":2,"note":["x\\udc80"]}', "U+DC80 is half a character"),
        ('{"lat":1,"lon":2,"\\uD800":1}', "U+D800 is half a character"),
    ],
)
def test_bad_lines_of_json(locate: Locate, line: str, says: str) -> None:
    good = '{"lat":36.25,"lon":21.06}'
    write("in.jsonl", f"{good}\n{line}\n\n{good}\n")
    assert locate("in.jsonl", "-o", "out.jsonl", "--on", DAY).code == EXIT_FOUND
    assert len(Path("out.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    (bad,) = rejects("out.jsonl")
    assert (bad["sj_row"], bad["sj_line"]) == ("2", "2")
    assert says in bad["sj_reason"]
    assert bad["original"].lstrip("'") == line


def test_features_over_several_lines_become_one_line_each(locate: Locate) -> None:
    # Found by fuzzing: with line ends inside, the rows of JSON lines were none.
    shape = {"type": "Point", "coordinates": [21.06, 36.25]}
    features = [{"type": "Feature", "properties": {"id": n, "note": "a\nb"}, "geometry": shape} for n in range(3)]
    write("in.geojson", json.dumps({"type": "FeatureCollection", "features": features}, indent=2).replace("\n", "\r\n"))
    for name in ("out.jsonl", "out.geojsonl"):
        assert locate("in.geojson", "-o", name, "--on", DAY).code == 0
        lines = Path(name).read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines]
        members = found if name == "out.jsonl" else [item["properties"] for item in found]
        assert [(item["id"], item["note"], item["sj_states"]) for item in members] == [
            (n, "a\nb", "") for n in range(3)
        ]


def test_a_pair_of_halves_is_a_character(locate: Locate) -> None:
    write("in.jsonl", '{"lat":36.25,"lon":21.06,"note":"\\ud83d\\udea2"}\n')
    assert locate("in.jsonl", "-o", "out.csv", "--on", DAY).code == 0
    assert "\U0001f6a2" in Path("out.csv").read_text(encoding="utf-8")


def test_rows_that_do_not_fit_the_columns_of_the_output(locate: Locate) -> None:
    good = '{"lat":36.25,"lon":21.06,"n":1}'
    lines = [good] * 20_000
    write("in.jsonl", "\n".join([*lines, '{"lat":36.25,"lon":21.06,"m":1}', '{"lat":36.25,"lon":21.06,"n":"a"}']))
    from seajuris.batch import jsonfile

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonfile, "ROWS", 3)
        write("in.jsonl", "\n".join([*lines[:3], '{"lat":1,"lon":2,"m":1}', '{"lat":36.25,"lon":21.06,"n":"a"}']))
        assert locate("in.jsonl", "-o", "out.csv", "--on", DAY).code == EXIT_FOUND
        assert [row["sj_column"] for row in rejects("out.csv")] == ["m"]
        assert locate("in.jsonl", "-o", "out.parquet", "--on", DAY).code == EXIT_FOUND
        assert [row["sj_column"] for row in rejects("out.parquet")] == ["m", "n"]
        assert locate("in.jsonl", "-o", "out.jsonl", "--on", DAY).code == 0
        write("in.jsonl", "\n".join([*lines[:3], '{"lat":1,"lon":2,"sj_zones":"mine"}']))
        assert locate("in.jsonl", "-o", "out2.jsonl", "--on", DAY).code == EXIT_FOUND
        assert rejects("out2.jsonl")[0]["sj_reason"] == "a name begins with sj_"


def test_the_rejected_row_is_the_one_at_fault_where_types_are_mixed(locate: Locate) -> None:
    lines = ['{"n":0,"lat":36.25,"lon":21.06}', '{"n":1,"lat":"99","lon":"21"}', '{"n":2,"lat":"36.25","lon":"21.06"}']
    lines += ['{"n":3,"lat":99.0,"lon":21.06}', '{"n":4,"lat":35.5,"lon":12.6}']
    write("in.jsonl", "\n".join(lines))
    assert locate("in.jsonl", "-o", "out.jsonl", "--on", DAY).code == EXIT_FOUND
    found = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["n"], row["sj_lat"]) for row in found] == [(0, 36.25), (2, 36.25), (4, 35.5)]
    assert [json.loads(row["original"])["n"] for row in rejects("out.jsonl")] == [1, 3]


def test_accuracies_and_days_at_fault(locate: Locate) -> None:
    rows = [("36.25", "21.06", "5", DAY), ("36.25", "21.06", "1 nm", ""), ("36.25", "21.06", "1 nm", "14/06/2023")]
    write("in.csv", table(*rows, ("36.25", "21.06", "-1 m", "2999-01-01"), header="lat,lon,accuracy,date"))
    assert locate("in.csv", "-o", "out.csv").code == EXIT_FOUND
    found = [(row["sj_row"], row["sj_column"]) for row in rejects("out.csv")]
    assert found == [("1", "accuracy"), ("3", "date"), ("4", "accuracy")]
    assert "no unit" in rejects("out.csv")[0]["sj_reason"]
    assert locate("in.csv", "-o", "o.csv", "--accuracy-unit", "nm", "--force").code == EXIT_FOUND
    assert [row["sj_row"] for row in rejects("o.csv")] == ["2", "3", "4"]


# --- Spreadsheets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t1", "\r1", "  =1", "=", "-", "＝1", "-12.3N", "\n1"],
)
def test_formulas_are_disarmed(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x,  @SUM(A1)", "x,  '@SUM(A1)"),
        ("x\t-1+cmd|' /C calc'!A0", "x\t'-1+cmd|' /C calc'!A0"),
        ("two lines\n=1+1", "two lines\n'=1+1"),
        ("x;＝1", "x;'＝1"),
        ("=a;+b", "'=a;'+b"),
        (";=1", ";'=1"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
    ],
)
def test_formulas_are_disarmed_for_those_who_take_another_separator(cell: str, safe: str) -> None:
    # Where the comma is the decimal sign, spreadsheets split a file at semicolons, also inside of what we quoted.
    assert harmless(cell) == safe
    assert list(harmless_column(["36.25", cell, "x"])) == ["36.25", safe, "x"]


@pytest.mark.parametrize(
    "cell",
    [
        "12.5, -16.5",
        "[12.5,-16.5]",
        '{"told":"0.5, -25.25"}',
        '{"lat":-1,"why":"a=b"}',
        "x; y",
        "2023-06-14; 2023-06",
        "a - b",
        "a =1",
        "-5;-6",
    ],
)
def test_lists_and_numbers_inside_a_cell_stay(cell: str) -> None:
    assert list(harmless_column([cell])) == [cell if cell[0] != "-" else f"'{cell}"]


@pytest.mark.parametrize(
    "cell", ["", "a=1", "-12.5", "+3", "-1e-5", "-1,5", "36°15'N", "'=1", " a", " -1 m".strip(" -")]
)
def test_what_is_no_formula_stays(cell: str) -> None:
    assert harmless(cell) == cell


def test_no_cell_of_the_output_is_a_formula(made_up: None, locate: Locate) -> None:
    write("in.csv", table(("=1+1", "-36.25", "21.06", DAY), header="=id(),lat,lon,date"))
    assert locate("in.csv", "-o", "out.csv").code == 0
    rows = list(csv.reader(Path("out.csv").read_text(encoding="utf-8").splitlines()))
    assert rows == [
        ["'=id()", "lat", "lon", "date", "sj_lat", "sj_x"],
        ["'=1+1", "-36.25", "21.06", DAY, "0.5", "'=n0"],
    ]
    assert locate("in.csv", "-o", "raw.csv", "--raw").code == 0
    assert Path("raw.csv").read_text(encoding="utf-8").splitlines()[1] == f"=1+1,-36.25,21.06,{DAY},0.5,=n0"


def test_the_file_of_rejected_rows_is_safe_even_if_raw(locate: Locate) -> None:
    write("in.csv", table(("=1+1", "x", "21.06", DAY)))
    assert locate("in.csv", "-o", "out.csv", "--raw").code == EXIT_FOUND
    assert rejects("out.csv")[0]["id"] == "'=1+1"


# --- Files, pipes, the terminal -----------------------------------------------------------------------------------


def test_nothing_is_written_over(locate: Locate) -> None:
    write("in.csv", positions())
    for name in ("out.csv", "out.csv.rejects.csv", "out.csv.provenance.json"):
        write(name, "mine")
        answer = locate("in.csv", "-o", "out.csv")
        assert answer.code == 2
        assert f"{name}: exists already" in answer.err
        assert Path(name).read_text(encoding="utf-8") == "mine"
        Path(name).unlink()
    write("out.csv", "mine")
    write("out.csv.rejects.csv", "of an earlier run")
    assert locate("in.csv", "-o", "out.csv", "--force").code == 0
    # No row was rejected: what an earlier run had rejected would mislead.
    assert sorted(path.name for path in Path().iterdir()) == ["in.csv", "out.csv", "out.csv.provenance.json"]
    assert "files of their own" in locate("in.csv", "-o", "in.csv", "--force").err
    assert "folder does not exist" in locate("in.csv", "-o", "no/out.csv").err
    assert "cannot be read" in locate("no.csv", "-o", "out.csv").err


def test_a_failure_leaves_no_output(locate: Locate) -> None:
    write("in.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature"}, oops]}')
    assert locate("in.geojson", "-o", "out.geojson").code == 2
    assert not Path("out.geojson").exists()


def test_pipes(locate: Locate) -> None:
    text = positions().encode()
    answer = locate("-", "--from", "csv", "--to", "jsonl", stdin=text)
    assert answer.code == 0
    assert [json.loads(line)["id"] for line in answer.out.splitlines()] == ["0", "1", "2", "3", "4"]
    assert "--from" in locate("-", stdin=text).err
    assert "Parquet" in locate("-", "--from", "parquet", stdin=text).err
    assert "Parquet" in locate("-", "--from", "csv", "--to", "parquet", stdin=text).err
    assert "--resume" in locate("-", "--from", "csv", "--resume", stdin=text).err
    assert "standard output" in locate("-", "--from", "csv", "--json", stdin=text).err


def test_a_pipe_without_a_place_for_rejected_rows_stops_at_one(locate: Locate) -> None:
    text = table(("1", "36.25", "21.06", DAY), ("2", "abc", "21.06", DAY)).encode()
    stopped = locate("-", "--from", "csv", stdin=text)
    assert stopped.code == 2
    assert "row 2, line 3" in stopped.err
    assert "--rejects FILE" in stopped.err
    done = locate("-", "--from", "csv", "--rejects", "bad.csv", stdin=text)
    assert done.code == EXIT_FOUND
    assert [row["id"] for row in rows_of(done.out)] == ["1"]
    assert [row["id"] for row in rows_of(Path("bad.csv").read_text(encoding="utf-8"))] == ["2"]


def test_progress_is_for_terminals(made_up: None, locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    from seajuris.batch import progress

    monkeypatch.setattr(progress, "_EVERY_S", -1.0)
    write("in.csv", positions())
    assert "rows/s" not in locate("in.csv", "-o", "a.csv").err
    shown = locate("in.csv", "-o", "b.csv", terminal=True).err
    assert "5 rows, " in shown
    assert "rows/s, 100%, 0 s left" in shown


def test_control_characters_of_a_file_do_not_reach_the_terminal(locate: Locate) -> None:
    answer = locate("-", "--from", "csv", stdin=b"\x1b[31m,b\n1,2\n")
    assert answer.code == 2
    assert "\x1b" not in answer.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["in.csv", "-o", "out.txt"], "its ending does not tell the format"),
        (["in.csv", "-o", "out.csv", "--from", "xlsx"], "'xlsx' is no format"),
        (["in.csv", "-o", "out.csv", "--encoding", "klingon"], "'klingon' is not known"),
        (["in.csv", "-o", "out.csv", "--delimiter", "ab"], "cannot separate cells"),
        (["in.csv", "-o", "out.csv", "--workers", "0"], "0 processes"),
        (["in.csv", "-o", "out.csv", "--accuracy-unit", "ell"], "is no unit"),
        (["in.csv", "-o", "out.csv", "--accuracy", "5"], "no unit"),
        (["in.csv", "-o", "out.csv", "--on", "today"], "is not a day"),
        (["empty.csv", "-o", "out.csv"], "a header with the names of the columns is needed"),
        (["twice.csv", "-o", "out.csv"], "the name 'lat' stands more than once"),
        (["both.csv", "-o", "out.csv"], "--delimiter"),
        (["packed.csv", "-o", "out.csv"], "this is gzip, not text"),
        (["in.csv", "-o", "out.parquet", "--from", "parquet"], "cannot be read as Parquet"),
        (["line.csv", "-o", "out.csv"], "is longer than"),
    ],
)
def test_what_cannot_be_run_says_why(locate: Locate, args: list[str], says: str) -> None:
    write("in.csv", positions())
    write("empty.csv", "\n\n")
    write("twice.csv", "lat,lat,lon\n")
    write("both.csv", "lat;lon, deg\n")
    Path("packed.csv").write_bytes(b"\x1f\x8b\x08")
    write("line.csv", "lat,lon\n" + "1" * 1_000_001)
    answer = locate(*args)
    assert answer.code == 2
    assert says in answer.err
    assert not Path("out.csv").exists()


def test_without_pyarrow(locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = locate("in.csv")
    assert answer.code == 2
    assert 'pip install "seajuris[batch]"' in answer.err


def test_a_single_question_does_not_load_arrow() -> None:
    from test_startup import imported

    assert not imported("locate", "--at", "36.25 21.06", "--on", DAY, "--json") & {"pyarrow"}
    assert not imported("batch", "locate", "--help") & {"pyarrow", "numpy", "shapely"}


# --- Provenance ---------------------------------------------------------------------------------------------------


def test_provenance(locate: Locate) -> None:
    write("in.csv", positions())
    done = locate("in.csv", "-o", "out.csv", "--accuracy", "1nm", "--json")
    data = json.loads(done.out)
    assert data == json.loads(Path("out.csv.provenance.json").read_text(encoding="utf-8"))
    for part in ("input", "output"):
        content = Path(data[part]["file"]).read_bytes()
        assert data[part]["sha256"] == hashlib.sha256(content).hexdigest()
    assert data["provenance"] == seajuris.locate("36.25 21.06", on=DAY).provenance
    assert (data["rows"], data["answered"], data["rejected"], data["rejects"]) == (5, 5, 0, None)
    assert data["columns"]["lat"] == "lat"
    assert data["options"]["accuracy"] == "1nm"
    assert locate("in.csv", "-o", "out.parquet", "--accuracy", "1nm").code == 0
    inside = json.loads(pq.read_schema("out.parquet").metadata[b"seajuris"])
    assert (inside["input"], inside["rows"]) == (data["input"], 5)


# --- Going on -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "rounds"), [("csv", 2), ("parquet", 1), ("geojson", 1)])
def test_a_run_that_is_killed_anywhere_goes_on(tmp_path: Path, form: str, rounds: int) -> None:
    rows = [f"{i},{i}.5,{i}" for i in range(12)]
    (tmp_path / "in.csv").write_text("\n".join(["id,lat,lon", *rows[:6], "x,y", *rows[6:]]), encoding="utf-8")
    command = [sys.executable, "tests/batch_killed.py", form, str(tmp_path / "in.csv"), str(tmp_path), str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    killed, files = map(int, done.stdout.split())
    assert killed > 25 * rounds
    assert files == 3


class _Stop(BaseException):
    pass


def interrupted_run(locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends after its first block, with seven of twenty rows done."""
    from seajuris.batch import csvfile

    write("in.csv", table(*[(str(i), "36.25", "21.06", DAY) for i in range(20)]))
    monkeypatch.setattr(csvfile, "ROWS", 7)
    real = answering.answer_batch
    seen: list[int] = []

    def stop(batch: pa.RecordBatch, columns: Columns, options: Any) -> Answered:
        seen.append(batch.num_rows)
        if seen.count(7) > 1:
            raise _Stop
        return real(batch, columns, options)

    with monkeypatch.context() as patch:
        patch.setattr(answering, "answer_batch", stop)
        with pytest.raises(_Stop):
            locate("in.csv", "-o", "out.csv", "--accuracy", "1nm")
    assert not Path("out.csv").exists()


GO_ON = ["in.csv", "-o", "out.csv", "--accuracy", "1nm", "--resume"]


def test_going_on(made_up: None, locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted_run(locate, monkeypatch)
    left = locate("in.csv", "-o", "out.csv", "--accuracy", "1nm")
    assert left.code == 2
    assert "--resume" in left.err
    assert locate(*GO_ON).code == 0
    found = Path("out.csv").read_bytes()
    assert [row["id"] for row in rows_of(found.decode())] == [str(i) for i in range(20)]
    assert locate("in.csv", "-o", "out.csv", "--accuracy", "1nm", "--force").code == 0
    assert Path("out.csv").read_bytes() == found
    assert sorted(path.name for path in Path().iterdir()) == ["in.csv", "out.csv", "out.csv.provenance.json"]


def change_input() -> None:
    text = Path("in.csv").read_text(encoding="utf-8")
    write("in.csv", text.replace("36.25", "36.26"))


def tear_journal() -> None:
    with Path(".out.csv.seajuris-journal").open("ab") as file:
        file.write(b'{"row":14,"answ')


def break_journal() -> None:
    with Path(".out.csv.seajuris-journal").open("ab") as file:
        file.write(b"oops\n")


def shorten_output() -> None:
    path = Path(".out.csv.seajuris-part")
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("change", "more", "says"),
    [
        (change_input, [], "the input has changed"),
        (None, ["--accuracy", "2nm"], "the options are others"),
        (None, ["--lat-column", "lon", "--lon-column", "lat"], "the options are others"),
        (None, ["--to", "tsv"], "the options are others"),
        (break_journal, [], "is no journal"),
        (shorten_output, [], "is shorter than its journal says"),
    ],
)
def test_going_on_with_something_else_is_refused(
    made_up: None,
    locate: Locate,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[], None] | None,
    more: list[str],
    says: str,
) -> None:
    interrupted_run(locate, monkeypatch)
    if change is not None:
        change()
    answer = locate(*GO_ON, *more)
    assert answer.code == 2
    assert says in answer.err
    assert not Path("out.csv").exists()


def test_going_on_with_other_zones_is_refused(made_up: None, locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted_run(locate, monkeypatch)
    monkeypatch.setattr(running, "answering_identity", lambda options: {"zones": {"sha256": "other"}})
    assert "the zone data are others" in locate(*GO_ON).err


def test_a_torn_line_of_the_journal_is_left_out(made_up: None, locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted_run(locate, monkeypatch)
    tear_journal()
    assert locate(*GO_ON).code == 0
    assert len(rows_of(Path("out.csv").read_text(encoding="utf-8"))) == 20


def test_a_run_that_goes_on_tomorrow_is_still_that_of_today(
    made_up: None, locate: Locate, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_run(locate, monkeypatch)
    began = seajuris.api.today()
    with seajuris.api.as_of(began + dt.timedelta(days=1)):
        done = locate(*GO_ON, "--json")
    assert json.loads(done.out)["options"]["today"] == began.isoformat()


def test_two_runs_into_one_file(made_up: None, locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    from seajuris.batch.journal import Appended

    interrupted_run(locate, monkeypatch)
    other = Appended(Path(".out.csv.seajuris-part"), 1)
    try:
        assert "another run is writing here" in locate(*GO_ON).err
    finally:
        other.close()


def test_an_input_that_changes_while_it_is_read(made_up: None, locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    write("in.csv", positions())
    made = answering.answer_batch

    def change(batch: pa.RecordBatch, columns: Columns, options: Any) -> Answered:
        write("in.csv", positions() + "5,1,1,\n")
        return made(batch, columns, options)

    monkeypatch.setattr(answering, "answer_batch", change)
    answer = locate("in.csv", "-o", "out.csv")
    assert answer.code == 2
    assert "was changed while it was read" in answer.err
    assert not Path("out.csv").exists()


# --- Several processes --------------------------------------------------------------------------------------------


def test_workers_give_the_same_bytes(locate: Locate, monkeypatch: pytest.MonkeyPatch) -> None:
    from seajuris.batch import csvfile

    monkeypatch.setattr(csvfile, "ROWS", 3)
    rows = [(str(i), f"{34 + i / 10}", "21.06" if i % 4 else "x", DAY) for i in range(20)]
    write("in.csv", table(*rows))
    assert locate("in.csv", "-o", "one.csv").code == EXIT_FOUND
    assert locate("in.csv", "-o", "two.csv", "--workers", "2").code == EXIT_FOUND
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()
    assert rejects("one.csv") == rejects("two.csv")


# --- Anything at all ----------------------------------------------------------------------------------------------

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    ['"', '""', ",", "\n", "\r", "\r\n", "=1", " ", "'", ";", "\t", "\x1e", "\ufeff"]
)


def quietly(task: Task) -> dict[str, Any]:
    return running.run(task).data


@settings(max_examples=50)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_cells_come_out_as_they_went_in(tmp_path_factory: pytest.TempPathFactory, cells: Any, newline: str) -> None:
    folder = tmp_path_factory.mktemp("cells")
    content = io.StringIO(newline="")
    csv.writer(content, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *cells])
    (folder / "in.csv").write_text(content.getvalue(), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answering, "answer_batch", all_answered)
        patch.setattr(os, "fsync", lambda file: None)
        patch.setattr(running, "answering_identity", lambda options: {})
        for raw in (True, False):
            target = folder / f"{raw}.csv"
            options = LocateOptions(today=TODAY)
            named = Named(position="a")
            done = quietly(
                Task(input=str(folder / "in.csv"), output=str(target), options=options, named=named, raw=raw)
            )
            assert done["rows"] == done["answered"] + done["rejected"] == len(cells)
            with target.open(encoding="utf-8", newline="") as file:
                found = [row[:2] for row in csv.reader(file)][1:]
            if raw:
                assert found == cells
            else:
                assert [[cell.removeprefix("'") for cell in row] for row in found] == [
                    [cell.removeprefix("'") for cell in row] for row in cells
                ]
                assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") for row in found for cell in row)


def all_answered(batch: pa.RecordBatch, columns: Columns, options: LocateOptions) -> Answered:
    answers = pa.record_batch([pa.array([0.5] * batch.num_rows, pa.float64())], ["sj_lat"])
    return Answered(answers, np.ones(batch.num_rows, dtype=np.bool_), ())


HEADS = {"csv": b"a,b\n", "jsonl": b'{"a":"1","b":2}\n', "geojson": b'{"type":"FeatureCollection","features":['}
PIECES = st.sampled_from(
    [b'"', b",", b"\n", b"\r", b"{", b"}", b"[", b"]", b":", b'{"a":1}', b'{"type":"Feature","geometry":null}', b"\xff"]
)


@given(
    st.sampled_from(sorted(HEADS)),
    st.lists(PIECES | st.binary(max_size=5), max_size=12),
    st.sampled_from(sorted(HEADS)),
)
def test_whatever_the_bytes_no_row_is_lost(
    tmp_path_factory: pytest.TempPathFactory, source: str, pieces: list[bytes], target: str
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "in").write_bytes(HEADS[source] + b"".join(pieces))
    options = LocateOptions(today=TODAY)
    named = Named(position=None if source == "geojson" else "a")
    task = Task(
        input=str(folder / "in"), output=str(folder / "out"), options=options, named=named, source_format=source,
        target_format=target,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answering, "answer_batch", all_answered)
        patch.setattr(os, "fsync", lambda file: None)
        patch.setattr(running, "answering_identity", lambda options: {})
        try:
            done = quietly(task)
        except InputError:
            assert not (folder / "out").exists()
            return
    assert done["rows"] == done["answered"] + done["rejected"]
    text = (folder / "out").read_bytes().decode("utf-8")
    if target == "csv":
        assert len(list(csv.reader(io.StringIO(text, newline="")))) == done["answered"] + 1
    elif target == "jsonl":
        assert len([json.loads(line) for line in text.split("\n")[:-1]]) == done["answered"]
    else:
        assert len(json.loads(text)["features"]) == done["answered"]
    if done["rejected"]:
        with (folder / "out.rejects.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.reader(file))) == done["rejected"] + 1
