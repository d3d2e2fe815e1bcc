"""A run in parts that any machine can do: Parquet in, a folder of numbered Parquet files out.

An engine (see `seajuris.batch.dask`) only carries parts to machines and results back. What makes a run safe is here:

- a part is a range of rows of the input; what is written for it depends on nothing else;
- its files get their names when they are complete and on the disk, so a part that is done twice, because a machine was
  lost half-way or seemed to be, leaves the same files;
- when they stand, a mark is written with counts and hashes; a later run goes on with the parts that have none;
- `_SUCCESS.json` is written last, after all marks have been added up and compared with the rows of the input.

The output folder::

    part-00000.parquet ...      the rows that were answered, in the order of the input
    _rejects/part-00000.csv     the others, with the reason; only where there are any
    _done/part-00000.json       the marks
    _run.json                   what is done to what
    _SUCCESS.json               counts and hashes

All machines reach the input and the output folder under the same names.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seajuris.batch.answered import AssessOptions, Columns
from seajuris.batch.answering import Options, answer_parts
from seajuris.batch.blocks import ROWS
from seajuris.batch.columns import Named, choose
from seajuris.batch.parquetfile import FAULTS, ArrowRows, ParquetSource, opened, sound, told
from seajuris.batch.resources import Needs, rules_here, zones_here
from seajuris.batch.run import answering_identity, command_of, fact_paths_of
from seajuris.batch.writing import REJECT_HEADINGS, reject_rows
from seajuris.errors import DataError, InputError
from seajuris.version import __version__

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

FORMAT = "seajuris.batch-parts.v1"

PART_ROWS = 200_000
"""Rows of a part: some seconds of work, so that little is lost with a machine and little time goes into carrying."""

GROUP_ROWS = 100_000
"""Least rows of a row group in the output: readers skip and share out whole groups."""

SUCCESS = "_SUCCESS.json"
_RUN = "_run.json"
_DONE = "_done"
_REJECTS = "_rejects"
_MOST_PARTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsTask:
    """What is to be done.

    Attributes:
        input: A Parquet file, or a folder of them, which are taken in the order of their names.
        output: The folder to write.
        options: How rows are answered.
        named: The columns that the user named.
        force: Replace the output folder if it holds a run.
        resume: Go on with a run that was interrupted.
        part_rows: Rows of a part, as far as row groups allow.
    """

    input: str
    output: str
    options: Options
    named: Named
    force: bool = False
    resume: bool = False
    part_rows: int = PART_ROWS


@dataclass(frozen=True, slots=True)
class Part:
    """A range of rows.

    Attributes:
        number: Its place in the order of the input, from 0.
        path: The file.
        groups: The row groups that hold the rows.
        offset: Rows of these groups before the first row of the part.
        rows: How many rows.
        before: Rows of the whole input before it.
    """

    number: int
    path: str
    groups: tuple[int, ...]
    offset: int
    rows: int
    before: int

    @property
    def name(self) -> str:
        """The beginning of the names of its files."""
        return f"part-{self.number:05d}"


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that a machine has to know besides the part.

    Attributes:
        folder: The output folder.
        columns: Which column tells what.
        options: How rows are answered.
        needs: Versions and hashes that the machine's software and data must have.
        geometry: The column of points that the format declares.
    """

    folder: str
    columns: Columns
    options: Options
    needs: Needs
    geometry: str | None


@dataclass(frozen=True, slots=True)
class PartDone:
    """The mark of a part: counts, and what its files hold.

    Attributes:
        number: Which part.
        rows: Rows that were read.
        answered: Rows that were answered.
        undated: Answered rows that tell no day.
        rejected: Rejected rows by code.
        sha256: Hash of the Parquet file.
        size: Its length in bytes.
        rejects_sha256: Hash of the file of rejected rows; `None` if there is none.
    """

    number: int
    rows: int
    answered: int
    undated: int
    rejected: Mapping[str, int]
    sha256: str
    size: int
    rejects_sha256: str | None


# --- Before -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that can begin.

    Attributes:
        job: What every machine has to know.
        parts: All parts.
        done: The marks of those that an earlier run has done.
        identity: What `_run.json` holds.
    """

    job: Job
    parts: tuple[Part, ...]
    done: Mapping[int, PartDone]
    identity: Mapping[str, Any]

    @property
    def left(self) -> list[Part]:
        """The parts that are still to be done."""
        return [part for part in self.parts if part.number not in self.done]


def prepare(task: PartsTask) -> Prepared:
    """Look at the input, divide it, and set up the output folder.

    Raises:
        InputError: if the input, its columns or an option cannot be used, or the folder is in the way.
        DataError: if the zone data are missing or damaged.
        RuleError: if a rule file cannot be used.
    """
    files = _files(task.input)
    first = ParquetSource(files[0])
    columns = choose(
        first.names, task.named, geometry=first.geometry, paths=fact_paths_of(task.options), where=files[0]
    )
    needs = Needs.of(task.options)
    parts = tuple(_parts(files, first.schema(), task.part_rows))
    identity = {
        "format": FORMAT,
        "command": command_of(task.options),
        "input": [_input_identity(name) for name in files],
        "columns": asdict(columns),
        "options": _options(task.options),
        "part_rows": task.part_rows,
        "provenance": {"software": __version__, **answering_identity(task.options)},
    }
    # As it will look when it is read again.
    identity = json.loads(json.dumps(identity))
    folder = Path(task.output)
    options, done = _set_up(folder, identity, task)
    job = Job(str(folder.resolve()), columns, options, needs, first.geometry)
    return Prepared(job, parts, done, identity)


def _files(name: str) -> list[str]:
    path = Path(name)
    if path.is_dir():
        found = sorted(str(p) for p in path.iterdir() if p.suffix == ".parquet" and p.name[0] not in "._")
        if not found:
            raise InputError("holds no file whose name ends in .parquet", where=name)
        return found
    if path.suffix.lower() not in (".parquet", ".geoparquet", ".pq"):
        hint = "`seajuris batch locate FILE -o FILE.parquet` without an engine converts it and answers it at once."
        raise InputError("only Parquet can be shared out", where=name, hint=hint)
    return [name]


def _parts(files: Sequence[str], schema: pa.Schema, part_rows: int) -> Iterator[Part]:
    number = before = 0
    for name in files:
        with opened(name) as file:
            if not file.schema_arrow.remove_metadata().equals(schema.remove_metadata()):
                hint = f"All files have the columns and types of {files[0]}."
                raise InputError("has other columns than the first file", where=name, hint=hint)
            counts = [file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)]
        for groups, offset, rows in _ranges(counts, part_rows):
            if number == _MOST_PARTS:
                raise InputError(f"more than {_MOST_PARTS:,} parts", hint="Take larger parts: --part-rows.")
            yield Part(number, str(Path(name).resolve()), groups, offset, rows, before)
            number += 1
            before += rows


def _ranges(counts: Sequence[int], most: int) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Row groups put together up to `most` rows, and larger ones divided."""
    waiting: list[int] = []
    rows = 0
    for group, count in enumerate(counts):
        if rows + count > most:
            if rows:
                yield tuple(waiting), 0, rows
            waiting, rows = [], 0
        if count > most:
            for offset in range(0, count, most):
                yield (group,), offset, min(most, count - offset)
        else:
            waiting.append(group)
            rows += count
    if rows:
        yield tuple(waiting), 0, rows


def _input_identity(name: str) -> dict[str, Any]:
    """Name, size, time of the last change and a hash of the end, which in Parquet describes every page."""
    path = Path(name)
    status = path.stat()
    with path.open("rb") as file:
        file.seek(max(0, status.st_size - (1 << 20)))
        tail = hashlib.sha256(file.read()).hexdigest()
    return {"file": path.name, "size": status.st_size, "modified_ns": status.st_mtime_ns, "tail_sha256": tail}


def _options(options: Options) -> dict[str, Any]:
    kept = {key: value for key, value in asdict(options).items() if key not in ("zones", "rules")}
    kept["today"] = options.today.isoformat()
    kept["on"] = None if options.on is None else str(options.on)
    return kept


def _set_up(folder: Path, identity: dict[str, Any], task: PartsTask) -> tuple[Options, dict[int, PartDone]]:
    """Make the folder, or take up what an earlier run left in it."""
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file; a folder is written", where=str(folder))
    run = folder / _RUN
    if run.is_file() and task.resume:
        return _take_up(folder, identity, task.options)
    if folder.exists() and any(folder.iterdir()):
        if not run.is_file():
            raise InputError("is a folder with other files", where=str(folder), hint="Name a new folder.")
        if not task.force:
            hint = "Go on with --resume, start anew with --force, or name another folder."
            raise InputError("holds a run already", where=str(folder), hint=hint)
        _clear(folder)
    (folder / _DONE).mkdir(parents=True)
    (folder / _REJECTS).mkdir()
    _write(run, _dump(identity))
    return task.options, {}


def _take_up(folder: Path, identity: dict[str, Any], options: Options) -> tuple[Options, dict[int, PartDone]]:
    before = json.loads((folder / _RUN).read_text(encoding="utf-8"))
    # The run goes on with the day that it took for today when it began.
    today = before["options"]["today"]
    options = replace(options, today=type(options.today).fromisoformat(today))
    identity["options"]["today"] = today
    if before != identity:
        changed = sorted(key for key in identity if identity[key] != before.get(key))
        hint = "Start anew with --force, or name another folder."
        raise InputError(f"the run in it was another one: {', '.join(changed)}", where=str(folder), hint=hint)
    done = {}
    for path in sorted((folder / _DONE).glob("part-*.json")):
        mark = PartDone(**json.loads(path.read_text(encoding="utf-8")))
        file = folder / f"{path.stem}.parquet"
        if file.is_file() and file.stat().st_size == mark.size:
            done[mark.number] = mark
    return options, done


def _clear(folder: Path) -> None:
    """Take away what a run wrote, and nothing else."""
    for name in (SUCCESS, _RUN):
        (folder / name).unlink(missing_ok=True)
    for pattern in ("part-*.parquet", ".part-*"):
        for path in folder.glob(pattern):
            path.unlink()
    for name in (_DONE, _REJECTS):
        shutil.rmtree(folder / name, ignore_errors=True)


# --- On a machine -------------------------------------------------------------------------------------------------


def answer_part(part: Part, job: Job) -> PartDone:
    """Answer the rows of a part and write its files. Done twice, it leaves the same files.

    Raises:
        DataError: if this machine has other software, rules or zone data than the one that began the run, or the
            input has changed since.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    options = _options_here(job)
    folder = Path(job.folder)
    counts: Counter[str] = Counter()
    rows = answered = undated = 0
    rejects: list[Sequence[str]] = []
    waiting: list[pa.Table] = []
    writer: pq.ParquetWriter | None = None
    with _temporary(folder / f"{part.name}.parquet") as temporary:
        for batch in _batches(part):
            wanted = batch.select(list(job.columns.names()))
            if not job.columns.names():
                wanted = _no_columns(batch.num_rows)
            answer = answer_parts(((np.arange(batch.num_rows), wanted),), job.columns, options)
            originals = ArrowRows(batch, job.geometry)
            table = _joined(originals.table(answer.indices), answer.columns)
            if writer is None:
                writer = pq.ParquetWriter(temporary, table.schema, compression="zstd")
            waiting.append(table)
            if sum(t.num_rows for t in waiting) >= GROUP_ROWS:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
            for fault in answer.rejected:
                number = str(part.before + rows + fault.row + 1)
                cells = (number, "", fault.code, fault.column or "", fault.reason, fault.hint or "")
                rejects.append((*cells, *originals.verbatim(fault.row)))
                counts[fault.code] += 1
            rows += batch.num_rows
            answered += len(answer.indices)
            undated += answer.undated
        if writer is not None:
            if waiting:
                writer.write_table(pa.concat_tables(waiting))
            writer.close()
        if rows != part.rows:
            raise DataError(f"{part.name}: {rows} rows instead of {part.rows}: the input changed", where=part.path)
        sha256, size = _finish(temporary)
    rejects_sha256 = None
    if rejects:
        with _temporary(folder / _REJECTS / f"{part.name}.csv") as temporary:
            temporary.write_bytes(reject_rows([(*REJECT_HEADINGS, *ParquetSource.headings), *rejects]))
            rejects_sha256, _ = _finish(temporary)
    done = PartDone(part.number, rows, answered, undated, dict(counts), sha256, size, rejects_sha256)
    # Last, so that where the mark stands, everything stands.
    _write(folder / _DONE / f"{part.name}.json", _dump(asdict(done)))
    return done


def _options_here(job: Job) -> Options:
    options = replace(job.options, zones=str(zones_here(job.needs, job.options.zones)))
    if isinstance(options, AssessOptions):
        return replace(options, rules=str(rules_here(job.needs, options.rules)))
    return options


def _batches(part: Part) -> Iterator[pa.RecordBatch]:
    """The rows of a part, in batches of `ROWS`."""
    import pyarrow as pa

    try:
        with opened(part.path) as file:
            skip, left = part.offset, part.rows
            for batch in map(sound, file.iter_batches(batch_size=ROWS, row_groups=list(part.groups))):
                if skip >= batch.num_rows:
                    skip -= batch.num_rows
                    continue
                some = batch.slice(skip, left)
                skip = 0
                left -= some.num_rows
                yield some
                if not left:
                    return
    except (*FAULTS, pa.ArrowException) as fault:
        raise InputError(f"{part.name} cannot be read: {told(fault)}", where=part.path) from None


def _no_columns(rows: int) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.record_batch([pa.nulls(rows)], names=["sj_none"])


def _joined(original: pa.RecordBatch, answers: pa.RecordBatch) -> pa.Table:
    import pyarrow as pa

    schema = pa.schema([*original.schema, *answers.schema], metadata=original.schema.metadata)
    return pa.Table.from_arrays([*original.columns, *answers.columns], schema=schema)


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """A file that gets its name at the end of the block; nobody else writes to it meanwhile."""
    path = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        yield path
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)


def _finish(path: Path) -> tuple[str, int]:
    """Put a file on the disk; its hash and length."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _write(path: Path, content: bytes) -> None:
    with _temporary(path) as temporary:
        temporary.write_bytes(content)
        _finish(temporary)


def _dump(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


# --- After --------------------------------------------------------------------------------------------------------


def finish(prepared: Prepared, done: Mapping[int, PartDone]) -> dict[str, Any]:
    """Add up the marks and write `_SUCCESS.json`.

    Args:
        prepared: The run.
        done: The marks of all parts.

    Raises:
        DataError: if a part is missing, or its files are not what its mark says.
    """
    folder = Path(prepared.job.folder)
    marks = []
    for part in prepared.parts:
        mark = done.get(part.number)
        file = folder / f"{part.name}.parquet"
        if mark is None or mark.rows != part.rows:
            raise DataError(f"{part.name} was not done", where=str(folder), hint="Go on with --resume.")
        if not file.is_file() or file.stat().st_size != mark.size:
            raise DataError(f"{part.name} is not as it was written", where=str(folder), hint="Go on with --resume.")
        if mark.answered + sum(mark.rejected.values()) != part.rows:
            raise DataError(f"{part.name}: rows are missing", where=str(folder))
        marks.append(mark)
    for left in (*folder.glob(".part-*"), *folder.glob("_*/.part-*")):
        # A machine that was lost may have left what it had begun.
        left.unlink(missing_ok=True)
    rejected: Counter[str] = Counter()
    for mark in marks:
        rejected.update(mark.rejected)
    data = {
        **prepared.identity,
        "rows": sum(mark.rows for mark in marks),
        "answered": sum(mark.answered for mark in marks),
        "rejected": sum(rejected.values()),
        "rejected_by_code": dict(rejected),
        "without_day": sum(mark.undated for mark in marks),
        "parts": [asdict(mark) for mark in marks],
    }
    _write(folder / SUCCESS, _dump(data))
    return data
