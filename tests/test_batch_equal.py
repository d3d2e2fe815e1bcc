"""Two hundred cases through the command line, the library, batch and Dask: the same answers to the byte."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import batch_cases
from conftest import Run
from seajuris import api, locate
from seajuris.batch.answered import Columns, LocateOptions
from seajuris.batch.locate import locate_batch
from seajuris.case import Case
from seajuris.errors import InputError
from seajuris.record import canonical

COUNT = 100
OPTIONS = {"suspect": "--suspect", "victim": "--victim", "offence": "--offence", "departure": "--departure"}
SINGLE = ("on", "accuracy", "event", "flag", "destination", "landed")
KEYS = {"suspect": "suspects", "victim": "victims", "offence": "offences", "landed": "landed_in"}


def dask(command: str, source: Path, target: Path) -> subprocess.Popen[str]:
    """A run on two worker processes, in a process of its own: only there may anything connect to anything."""
    args = ["batch", command, str(source), "-o", str(target), "--full", "--engine", "dask"]
    return subprocess.Popen(
        [sys.executable, "-c", "from seajuris.cli import main; main()", *args, "--workers", "2", "--part-rows", "5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def of_parts(folder: Path) -> pa.Table:
    done = json.loads((folder / "_SUCCESS.json").read_text(encoding="utf-8"))
    files = sorted(folder.glob("part-*.parquet"))
    assert len(files) == len(done["parts"]) > 16
    table = pa.concat_tables([pq.read_table(file) for file in files])
    assert table.num_rows == done["answered"]
    return table


def of_rejects(paths: list[Path]) -> list[list[str]]:
    rows: list[list[str]] = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows += [*csv.reader(file)][1:]
    return rows


def through_batch(run: Run, tmp_path: Path, command: str, rows: list[dict[str, str]]) -> tuple[pa.Table, set[int]]:
    """The table from batch and the rows it rejects, after it has been compared with Dask's."""
    source, whole, parts = tmp_path / "in.parquet", tmp_path / "out.parquet", tmp_path / "parts"
    batch_cases.write(rows, source, group=45)
    elsewhere = dask(command, source, parts)
    answer = run("batch", command, str(source), "-o", str(whole), "--full")
    assert answer.code == 4, answer.err
    _, said = elsewhere.communicate(timeout=300)
    assert elsewhere.returncode == 4, said
    table = pq.read_table(whole)
    assert of_parts(parts).equals(table)
    rejects = of_rejects([tmp_path / "out.parquet.rejects.csv"])
    assert of_rejects(sorted((parts / "_rejects").glob("*.csv"))) == rejects
    return table, {int(row[0]) - 1 for row in rejects}


@pytest.mark.slow
def test_places(run: Run, tmp_path: Path) -> None:
    rows = [*batch_cases.places(COUNT)]
    table, rejected = through_batch(run, tmp_path, "locate", rows)
    found = iter(table.column("sj_place").to_pylist())
    assert 0 < len(rejected) < COUNT / 10
    for number, row in enumerate(rows):
        told = [word for key, value in row.items() if value for word in (f"--{key}".replace("position", "at"), value)]
        alone = run("locate", *told, "--json")
        if number in rejected:
            assert alone.code == 2
            with pytest.raises(InputError):
                locate(row["position"], accuracy=row["accuracy"] or None, on=row["on"])
            continue
        text = next(found)
        place = locate(row["position"], accuracy=row["accuracy"] or None, on=row["on"])
        assert text == canonical(place.to_dict()) == canonical(json.loads(alone.out)), row
    assert next(found, None) is None


@pytest.mark.slow
def test_incidents(run: Run, tmp_path: Path) -> None:
    rows = [*batch_cases.incidents(COUNT)]
    table, rejected = through_batch(run, tmp_path, "assess", rows)
    found = iter(table.column("sj_assessment").to_pylist())
    assert 0 < len(rejected) < COUNT / 10
    for number, row in enumerate(rows):
        alone = run("assess", *as_options(row), "--json")
        assert alone.code == (2 if number in rejected else 0), alone.err
        if number in rejected:
            continue
        text = next(found)
        assert text == canonical(json.loads(alone.out)), row
        if number % 2:
            assert text == canonical(api.assess(Case.from_dict(as_case(row))).to_dict()), row
    assert next(found, None) is None


def as_options(row: dict[str, str]) -> list[str]:
    told = ["--at", row["position"]] if row["position"] else []
    for key in SINGLE:
        # Two values in a cell are the option given twice.
        told += [word for value in row[key].split(";") if value for word in (f"--{key}", value.strip())]
    for key, option in OPTIONS.items():
        told += [word for value in row[key].split(";") if value for word in (option, value.strip())]
    told += ["--departed-on", row["departed_on"]] if row["departed_on"] else []
    return [*told, *(["--set", f"vessel.type={row['vessel.type']}"] if row["vessel.type"] else [])]


def as_case(row: dict[str, str]) -> dict[str, Any]:
    """The same as a case file."""
    case: dict[str, Any] = {}
    for key, value in row.items():
        several = [part.strip() for part in value.split(";")]
        if not value:
            continue
        if key in ("suspect", "victim"):
            case[KEYS[key]] = "none" if value == "none" else several
        elif key in ("flag", "vessel.type"):
            case.setdefault("vessel", {})[key.rpartition(".")[2]] = value
        else:
            case[KEYS.get(key, key)] = several if len(several) > 1 else value
    return case


def test_numbers_are_places_without_rounding_of_their_own() -> None:
    lat, lon = [35.51, 36.25, -1.0], [12.61, 21.066666666666666, 179.99999]
    answered = locate_batch(
        pa.RecordBatch.from_pydict({"lat": lat, "lon": lon}),
        Columns(lat="lat", lon="lon"),
        LocateOptions(today=api.today(), on=dt.date(2023, 6, 14), full=True),
    )
    from seajuris.position import Position

    for text, *pair in zip(answered.columns.column("sj_place").to_pylist(), lat, lon, strict=True):
        assert text == canonical(locate(Position.from_degrees(*pair), on="2023-06-14").to_dict())
