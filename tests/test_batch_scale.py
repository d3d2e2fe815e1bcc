"""docs/scale.md says what was measured, and its example job is a program; parts cover the input once."""

from __future__ import annotations

import ast
import datetime as dt
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_cases import write_broken
from conftest import ROOT, Run
from seajuris.batch import resources
from seajuris.batch.answered import AssessOptions, LocateOptions
from seajuris.batch.columns import Named
from seajuris.batch.distributed import PartsTask, _ranges, answer_part, finish, prepare
from seajuris.errors import DataError, InputError

OPTIONS = LocateOptions(today=dt.date(2026, 11, 1), on=dt.date(2023, 6, 14))


def test_the_page_shows_what_was_measured() -> None:
    results = ROOT / "benchmarks" / "results" / "scale.json"
    code = (
        "import json, sys; sys.path.insert(0, 'benchmarks'); import batch_scale as b; "
        f"print(b.page(b.PAGE.read_text(encoding='utf-8'), json.load(open({str(results)!r}))), end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
    assert done.stdout == (ROOT / "docs" / "scale.md").read_text(encoding="utf-8"), done.stderr


def test_the_job_for_spark_is_a_program() -> None:
    text = (ROOT / "docs" / "examples" / "on_spark.py").read_text(encoding="utf-8")
    names = {
        alias.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert {"spark", "LocateOptions"} <= names


@given(st.lists(st.integers(0, 50), max_size=12), st.integers(1, 20))
def test_parts_cover_every_row_once(counts: list[int], most: int) -> None:
    seen: list[tuple[int, int]] = []
    for groups, offset, rows in _ranges(counts, most):
        assert 0 < rows <= most
        inside = [(group, row) for group in groups for row in range(counts[group])]
        seen += inside[offset : offset + rows]
    assert seen == [(group, row) for group, count in enumerate(counts) for row in range(count)]


def write(path: Path, rows: int) -> Path:
    lat = [36.0 + row / 100 if row % 10 else 95.0 for row in range(rows)]
    pq.write_table(pa.table({"lat": lat, "lon": [21.0] * rows}), path, row_group_size=7)
    return path


def task(source: Path, target: Path, *, force: bool = False, resume: bool = False) -> PartsTask:
    return PartsTask(
        input=str(source), output=str(target), options=OPTIONS, named=Named(), part_rows=5, force=force, resume=resume
    )


def test_a_part_done_twice_leaves_the_same_files(tmp_path: Path) -> None:
    run = prepare(task(write(tmp_path / "in.parquet", 23), tmp_path / "out"))
    first = {part.number: answer_part(part, run.job) for part in run.parts}
    files = {path: path.read_bytes() for path in (tmp_path / "out").rglob("part-*")}
    again = {part.number: answer_part(part, run.job) for part in run.parts}
    assert again == first
    assert files == {path: path.read_bytes() for path in (tmp_path / "out").rglob("part-*")}
    done = finish(run, again)
    assert (done["rows"], done["answered"], done["rejected"]) == (23, 20, 3)
    assert not [*(tmp_path / "out").glob(".part*")]


def test_a_run_goes_on_with_what_is_left(tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.parquet", 23), tmp_path / "out"
    run = prepare(task(source, target))
    for part in run.parts[:3]:
        answer_part(part, run.job)
    # A mark whose file is gone counts for nothing.
    (target / f"{run.parts[1].name}.parquet").unlink()
    (target / ".part-00004.parquet.abandoned").write_bytes(b"half")
    with pytest.raises(InputError, match="holds a run"):
        prepare(task(source, target))
    taken_up = prepare(task(source, target, resume=True))
    assert [part.number for part in taken_up.left] == [1, *range(3, len(run.parts))]
    with pytest.raises(DataError, match="was not done"):
        finish(taken_up, taken_up.done)
    assert not (target / "_SUCCESS.json").exists()
    done = finish(taken_up, {**taken_up.done, **{p.number: answer_part(p, taken_up.job) for p in taken_up.left}})
    assert done["rows"] == 23 and json.loads((target / "_SUCCESS.json").read_text()) == done
    assert not [*target.glob(".part*")]


def test_a_run_does_not_go_on_with_another_input(tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.parquet", 23), tmp_path / "out"
    prepare(task(source, target))
    write(source, 24)
    with pytest.raises(InputError, match="another one: input"):
        prepare(task(source, target, resume=True))
    assert len(prepare(task(source, target, force=True)).parts) > 4


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.parquet", 3), tmp_path / "out"
    target.mkdir()
    (target / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(InputError, match="other files"):
        prepare(task(source, target, force=True))
    assert (target / "thesis.docx").exists()


def test_files_of_a_folder_have_the_same_columns(tmp_path: Path) -> None:
    folder = tmp_path / "tracks"
    folder.mkdir()
    write(folder / "b.parquet", 3)
    write(folder / "a.parquet", 9)
    run = prepare(task(folder, tmp_path / "out"))
    assert [(Path(p.path).name, p.before, p.rows) for p in run.parts] == [
        ("a.parquet", 0, 5), ("a.parquet", 5, 2), ("a.parquet", 7, 2), ("b.parquet", 9, 3)
    ]  # fmt: skip
    pq.write_table(pa.table({"lat": ["x"], "lon": ["y"]}), folder / "c.parquet")
    with pytest.raises(InputError, match="other columns"):
        prepare(task(folder, tmp_path / "out2"))


def test_damaged_files_of_a_folder_are_named(tmp_path: Path) -> None:
    write_broken(tmp_path / "broken.parquet")
    run = prepare(task(tmp_path / "broken.parquet", tmp_path / "out"))
    with pytest.raises(InputError, match="Invalid UTF8"):
        answer_part(run.parts[0], run.job)
    folder = tmp_path / "tracks"
    folder.mkdir()
    write(folder / "a.parquet", 3)
    (folder / "b.parquet").write_bytes((folder / "a.parquet").read_bytes()[:-9])
    with pytest.raises(InputError, match="cannot be read as Parquet") as caught:
        prepare(task(folder, tmp_path / "out2"))
    assert "b.parquet" in str(caught.value.where)


def test_a_machine_with_other_software_or_data_answers_nothing(tmp_path: Path) -> None:
    needs = resources.Needs.of(AssessOptions(today=OPTIONS.today))
    assert resources.has_all(needs, None, None)
    other = resources.Needs("9.9.9", needs.zones_sha256, needs.rules_sha256)
    with pytest.raises(DataError, match=r"9\.9\.9"):
        resources.zones_here(other, None)
    strange = resources.Needs(needs.software, "0" * 64, "0" * 64)
    assert not resources.has_all(strange, None, None)
    with pytest.raises(DataError, match="not on this machine"):
        resources.rules_here(strange, None)


def test_zone_data_are_brought_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = resources.Needs.of(AssessOptions(today=OPTIONS.today))
    parcel = resources.Parcel.pack(needs, None, None)
    monkeypatch.setattr(resources, "_brought", {})
    parcel.unpack(tmp_path / "worker")
    brought = resources.zones_here(needs, None)
    assert brought.is_relative_to(tmp_path) and resources.rules_here(needs, None).is_relative_to(tmp_path)
    damaged = resources.Parcel(needs, zlib.compress(b"x"), parcel.manifest, {})
    with pytest.raises(DataError, match="damaged on their way"):
        damaged.unpack(tmp_path / "other")
    outside = resources.Parcel(needs, parcel.zones, parcel.manifest, {"../../outside.yaml": b""})
    with pytest.raises(DataError, match="outside"):
        outside.unpack(tmp_path / "worker")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--engine", "ray"), "no engine"),
        (("--scheduler", "tcp://x:1"), "--engine dask only"),
        (("--engine", "dask"), "a folder is written"),
        (("--engine", "dask", "-o", "out", "--delimiter", ";"), "does not go with"),
        (("--engine", "dask", "-o", "out", "--part-rows", "0"), "0 rows"),
    ],
)
def test_options_that_do_not_go_together(run: Run, tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    answer = run("batch", "locate", str(write(tmp_path / "in.parquet", 3)), *args)
    assert answer.code == 2 and said in answer.err
