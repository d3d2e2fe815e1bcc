"""A run from file to file: block by block, in order, safely on the disk, and able to go on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from seajuris import software
from seajuris.api import zone_file
from seajuris.batch import parts as parquet_parts
from seajuris.batch.answered import AssessOptions, Columns
from seajuris.batch.answering import BlockAnswer, Options, answer_parts, answers
from seajuris.batch.blocks import ROWS, Block, Fault, Fixed, Source
from seajuris.batch.columns import Named, choose
from seajuris.batch.csvfile import CsvSource
from seajuris.batch.formats import format_of
from seajuris.batch.journal import Appended, Journal, Mark, compare, read_journal, sync_folder
from seajuris.batch.jsonfile import CollectionSource, FeatureSource, JsonSource
from seajuris.batch.parquetfile import ParquetSource
from seajuris.batch.progress import Progress
from seajuris.batch.writing import (
    REJECT_HEADINGS,
    ArrowWriter,
    CsvWriter,
    FeatureWriter,
    JsonLinesWriter,
    Writer,
    reject_rows,
)
from seajuris.errors import InputError
from seajuris.version import __version__
from seajuris.zones.integrity import integrity_of

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "seajuris.batch.v1"
_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be done.

    Attributes:
        input: Path, or ``-`` for standard input.
        output: Path, or ``-`` for standard output.
        options: How rows are answered.
        named: The columns that the user named.
        source_format: Format of the input; by default by its ending.
        target_format: Format of the output; by default by its ending, or that of the input.
        rejects: Path of the file of rejected rows; by default beside the output.
        delimiter: Character between cells of a CSV input; by default the one in its header.
        encoding: Encoding of a text input.
        raw: Leave cells as they are, even if a spreadsheet would run them.
        force: Replace files that exist.
        resume: Go on with a run that was interrupted.
        workers: Processes.
    """

    input: str
    output: str
    options: Options
    named: Named = field(default_factory=Named)
    source_format: str | None = None
    target_format: str | None = None
    rejects: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    raw: bool = False
    force: bool = False
    resume: bool = False
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """What was done.

    Attributes:
        data: What the provenance file holds.
        mark: The counts.
        columns: Which column told what.
    """

    data: dict[str, Any]
    mark: Mark
    columns: Columns


def run(task: Task) -> Done:
    """Answer every row of a file and write the answers.

    Raises:
        InputError: if the input, its columns or an option cannot be used, or a file is in the way.
        DataError: if the zone data are missing or damaged.
        RuleError: if a rule file cannot be used.
    """
    source_format = format_of(task.input, task.source_format, "--from")
    if source_format is None:
        hint = "Give --from csv, tsv, jsonl, geojson or geojsonseq."
        raise InputError("the format of standard input is not told", where="--from", hint=hint)
    target_format = format_of(task.output, task.target_format, "--to") or source_format
    if target_format == "parquet" and task.output == "-":
        raise InputError("Parquet cannot be written to a pipe", where="--to", hint="Name a file with -o.")
    source = _open(task, source_format)
    try:
        paths = fact_paths_of(task.options)
        columns = choose(source.names, task.named, geometry=source.geometry, paths=paths, where=task.input)
        pipe = _Pipe(task) if task.output == "-" else _Files(task, source_format, target_format, columns)
        try:
            return _Run(task, source, columns, pipe, target_format).run()
        finally:
            pipe.close()
    finally:
        source.close()


def _open(task: Task, form: str) -> Source:
    if form == "parquet":
        return ParquetSource(task.input)
    if form in ("csv", "tsv"):
        delimiter = task.delimiter or ("\t" if form == "tsv" else None)
        return CsvSource(task.input, delimiter=delimiter, encoding=task.encoding)
    kind = {"jsonl": JsonSource, "geojson": CollectionSource, "geojsonseq": FeatureSource}[form]
    return kind(task.input, encoding=task.encoding)


def fact_paths_of(options: Options) -> tuple[str, ...] | None:
    """The facts that columns may tell; `None` where only positions are asked for."""
    if not isinstance(options, AssessOptions):
        return None
    from seajuris.batch.cases import fact_paths
    from seajuris.rules.load import rules_in, shipped_rules

    rule_set = rules_in(Path(options.rules)) if options.rules is not None else shipped_rules()
    return fact_paths(rule_set.vocabulary)


# --- Where the bytes go -------------------------------------------------------------------------------------------


class _Target(Protocol):
    """Where output and rejected rows go."""

    before: Mark
    today: str | None

    def begin(self, head: bytes, rejects_head: bytes) -> None: ...

    def block(self, content: bytes, rejects: bytes, mark: Mark) -> None: ...

    def end(self, tail: bytes, finish: _Finish) -> dict[str, Any]: ...

    def close(self) -> None: ...


class _Finish(Protocol):
    """What is asked at the end: the provenance of a run, and Parquet made from Arrow streams."""

    def provenance(self, output_sha256: str | None) -> dict[str, Any]: ...

    def parquet(self, streams: Path, target: Path) -> None: ...


class _Pipe:
    """Standard output. Nothing can be taken back or gone on with."""

    def __init__(self, task: Task) -> None:
        if task.resume:
            raise InputError(
                "what was written to a pipe cannot be gone on with", where="--resume", hint="Give -o FILE."
            )
        self.before = Mark()
        self.today: str | None = None
        self._rejects: Appended | None = None
        self._final: Path | None = None
        self._force = task.force
        if task.rejects is not None:
            self._final = Path(task.rejects)
            _refuse(self._final, force=task.force)
            self._rejects = Appended(_beside(self._final, "part"))

    def begin(self, head: bytes, rejects_head: bytes) -> None:
        """Write what stands first."""
        if self._rejects is not None:
            self._rejects.write(rejects_head)
        self._write(head)

    def _write(self, content: bytes) -> None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    def block(self, content: bytes, rejects: bytes, mark: Mark) -> None:
        """Write a block; without a file for them, a rejected row ends the run."""
        if rejects and self._rejects is None:
            hint = "--rejects FILE keeps such rows, and the run goes on."
            raise InputError(str(mark.first), where="a row cannot be answered", hint=hint)
        if self._rejects is not None:
            self._rejects.write(rejects)
            self._rejects.sync()
        self._write(content)

    def end(self, tail: bytes, finish: _Finish) -> dict[str, Any]:
        """Write what stands last."""
        self._write(tail)
        data = finish.provenance(None)
        if self._rejects is not None and self._final is not None:
            self._rejects.close()
            if data["rejected"]:
                _move(self._rejects.path, self._final, force=self._force)
            else:
                self._rejects.path.unlink()
        return data

    def close(self) -> None:
        """Close the file of rejected rows."""
        if self._rejects is not None:
            self._rejects.close()


class _Files:
    """Files that get their names when they are complete, with a journal beside them until then."""

    def __init__(self, task: Task, source_format: str, target_format: str, columns: Columns) -> None:
        self._output = Path(task.output)
        self._rejects = Path(task.rejects or f"{task.output}.rejects.csv")
        self._sidecar = Path(f"{task.output}.provenance.json")
        self._part = _beside(self._output, "part")
        self._rejects_part = _beside(self._rejects, "rejects-part")
        self._journal_path = _beside(self._output, "journal")
        self._is_parquet = target_format == "parquet"
        self._today = task.options.today.isoformat()
        self.today: str | None = None
        if len({self._output.resolve(), self._rejects.resolve(), Path(task.input).resolve()}) < 3:
            raise InputError("input, output and rejected rows need files of their own", where=task.output)
        self._identity = _identity(task, source_format, target_format, columns)
        self.before = Mark()
        self._journal: Journal | None = None
        self._out: Appended | None = None
        self._bad: Appended | None = None
        self.complete: dict[str, Any] | None = None
        self._mark = self.before
        self._length = 0
        self._force = task.force
        left = self._journal_path.exists()
        if task.resume and task.input == "-":
            raise InputError("what came through a pipe cannot be read again", where="--resume", hint="Name a file.")
        if left and task.resume:
            self._take_up()
        elif left and not task.force:
            raise InputError(
                "an interrupted run left its journal",
                where=str(self._journal_path),
                hint="Go on with --resume, or start anew with --force.",
            )
        if self.complete is None and self._length == 0:
            for path in (self._output, self._rejects, self._sidecar):
                _refuse(path, force=task.force)

    def _take_up(self) -> None:
        identity, mark, length = read_journal(self._journal_path)
        if not length:
            return
        self.today = str(identity.pop("today"))
        self._force = bool(identity.pop("force"))
        compare(identity, self._identity, str(self._journal_path))
        self._today = self.today
        self.before, self._length = replace(mark, sealed=None), length
        self._mark = self.before
        # Between getting its name and losing the old one, a file has both.
        ready = _beside(self._output, "ready")
        for part, named in (
            (self._rejects_part, self._rejects),
            (self._part, self._output),
            (ready, self._output),
        ):
            if part.exists() and named.exists() and part.samefile(named):
                named.unlink()
        if mark.sealed and self._output.exists() and mark.sealed == _sha256(self._output):
            # It was interrupted after the last file had its name.
            self.complete = json.loads(self._sidecar.read_text(encoding="utf-8"))
        elif mark.rejects_bytes and not self._rejects_part.exists() and self._rejects.exists():
            self._rejects.replace(self._rejects_part)

    def begin(self, head: bytes, rejects_head: bytes) -> None:
        """Open the files, and write what stands first if nothing has been written yet."""
        if not self._length:
            for path in (self._part, self._rejects_part, self._journal_path):
                path.unlink(missing_ok=True)
        # The journal comes last: where it stands, there is something to go on with.
        self._out = Appended(self._part, self.before.output_bytes)
        self._bad = Appended(self._rejects_part, self.before.rejects_bytes)
        header = {**self._identity, "today": self._today, "force": self._force}
        self._journal = Journal(self._journal_path, header, self._length)
        if not self.before.rejects_bytes:
            self._out.write(head)
            self._bad.write(rejects_head)

    def block(self, content: bytes, rejects: bytes, mark: Mark) -> None:
        """Append a block, and note it once it is on the disk."""
        assert self._out is not None and self._bad is not None and self._journal is not None  # noqa: S101
        self._out.write(content)
        self._out.sync()
        self._bad.write(rejects)
        self._bad.sync()
        self._mark = replace(mark, output_bytes=self._out.length, rejects_bytes=self._bad.length)
        self._journal.mark(self._mark)

    def end(self, tail: bytes, finish: _Finish) -> dict[str, Any]:
        """Give the files their names: the output last, so that where it stands, everything stands."""
        assert self._out is not None and self._bad is not None and self._journal is not None  # noqa: S101
        self._out.write(tail)
        self._out.sync()
        self._bad.sync()
        ready = self._part
        if self._is_parquet:
            ready = _beside(self._output, "ready")
            finish.parquet(self._part, ready)
        digest = _sha256(ready)
        data = finish.provenance(digest)
        text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        sidecar = _beside(self._sidecar, "ready")
        with sidecar.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        sidecar.replace(self._sidecar)
        self._journal.mark(replace(self._mark, sealed=digest))
        self._bad.close()
        self._out.close()
        if data["rejected"]:
            _move(self._rejects_part, self._rejects, force=self._force)
        else:
            self._rejects_part.unlink()
            if self._force:
                # One of an earlier run would be taken for one of this.
                self._rejects.unlink(missing_ok=True)
        _move(ready, self._output, force=self._force)
        sync_folder(self._output.parent)
        self.clear()
        return data

    def clear(self) -> None:
        """Take away what only a running run needs."""
        if self._journal is not None:
            self._journal.close()
        self._part.unlink(missing_ok=True)
        self._journal_path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files; what is there stays for --resume."""
        for file in (self._out, self._bad, self._journal):
            if file is not None:
                file.close()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.seajuris-{what}")


def _refuse(path: Path, *, force: bool) -> None:
    if not force and os.path.lexists(path):
        hint = "Name another file, or add --force."
        raise InputError("exists already; nothing was written", where=str(path), hint=hint)
    if not path.parent.is_dir():
        raise InputError("the folder does not exist", where=str(path.parent))


def _move(path: Path, target: Path, *, force: bool) -> None:
    """Give a file its name; unless forced, never that of a file that appeared in the meantime."""
    if force:
        path.replace(target)
        return
    try:
        os.link(path, target)
    except FileExistsError:
        _refuse(target, force=False)
    except OSError:
        # Not every file system has links.
        path.replace(target)
        return
    path.unlink()


def _identity(task: Task, source_format: str, target_format: str, columns: Columns) -> dict[str, Any]:
    """Everything that the result depends on, but for the day that is taken for today."""
    options = {key: value for key, value in asdict(task.options).items() if key not in ("today", "zones", "rules")}
    identity: dict[str, Any] = {
        "software": __version__,
        "software_sha256": software.sha256(),
        "command": command_of(task.options),
        "input": None if task.input == "-" else _input_identity(task.input),
        "from": source_format,
        "to": target_format,
        "columns": asdict(columns),
        "options": {key: str(value) if key == "on" and value else value for key, value in options.items()},
        "rejects": task.rejects,
        "delimiter": task.delimiter,
        "encoding": task.encoding,
        "raw": task.raw,
        "rows": ROWS,
        **answering_identity(task.options),
    }
    # As it will look when it is read again.
    return dict(json.loads(json.dumps(identity)))


def command_of(options: Options) -> str:
    """The command that options belong to."""
    return "assess" if isinstance(options, AssessOptions) else "locate"


def answering_identity(options: Options) -> dict[str, Any]:
    """Versions and hashes of the data that answers rest on."""
    found: dict[str, Any] = {"zones": integrity_of(zone_file(options.zones)).result()}
    if isinstance(options, AssessOptions):
        from seajuris import states
        from seajuris.rules.load import rules_in, shipped_rules

        rule_set = rules_in(Path(options.rules)) if options.rules is not None else shipped_rules()
        found["rules"] = {"version": rule_set.version, "sha256": rule_set.sha256}
        found["register"] = {"sha256": states.register().sha256}
    return found


def _input_identity(name: str) -> dict[str, Any]:
    """Size, time of the last change, and a hash of both ends: cheap, and different for every file that was changed."""
    path = Path(name)
    try:
        found = path.stat()
        with path.open("rb") as file:
            digest = hashlib.sha256(file.read(_SAMPLE))
            file.seek(max(0, found.st_size - _SAMPLE))
            digest.update(file.read(_SAMPLE))
    except OSError as fault:
        raise InputError(f"cannot be read: {fault.strerror}", where=name) from None
    return {"bytes": found.st_size, "changed_ns": found.st_mtime_ns, "ends_sha256": digest.hexdigest()}


# --- The run itself -----------------------------------------------------------------------------------------------


class _Run:
    def __init__(self, task: Task, source: Source, columns: Columns, target: _Pipe | _Files, form: str) -> None:
        self.task = task
        self.source = source
        self.columns = columns
        self.target = target
        self.form = form
        self.options = task.options
        if target.today is not None:
            import datetime as dt

            # A run that goes on after midnight is still the same run.
            self.options = replace(task.options, today=dt.date.fromisoformat(target.today))
        self.mark = target.before
        self.identity = None if task.input == "-" else _input_identity(task.input)

    def run(self) -> Done:
        complete = getattr(self.target, "complete", None)
        if complete is not None and isinstance(self.target, _Files):
            self.target.clear()
            return Done(complete, self.mark, self.columns)
        self.added = self._added()
        writer = self._writer()
        writer.begun = self.mark.answered > 0
        rejects_head = reject_rows([[*REJECT_HEADINGS, *self.source.headings]])
        progress = Progress(self.mark.row)
        try:
            self.target.begin(writer.head(), rejects_head)
            fixed: Fixed = {"parquet": "types", "csv": "names", "tsv": "names"}.get(self.form)  # type: ignore[assignment]
            blocks = self.source.blocks(self.columns, after=self.mark.row, fixed=fixed)
            self._prepare(progress)
            for block, answer in answers(blocks, self.columns, self.options, self.task.workers):
                self._block(block, answer, writer)
                progress.step(self.mark.row, self.source.done())
        finally:
            progress.end()
        if self.identity is not None and _input_identity(self.task.input) != self.identity:
            raise InputError("was changed while it was read; nothing was written", where=self.task.input)
        data = self.target.end(writer.tail(), self)
        return Done(data, self.mark, self.columns)

    def _prepare(self, progress: Progress) -> None:
        from seajuris.api import zone_file
        from seajuris.batch.locator import locator_for

        locator = locator_for(zone_file(self.options.zones))
        if not locator.has_index:
            progress.say("an index of the zone data is made, once: a quarter of a minute ...")
            if self.task.workers > 1:
                # Once for all of them.
                locator.prepare()

    def _added(self) -> pa.Schema:
        """The columns that answers add, known from the answer to no rows."""
        import pyarrow as pa

        kinds = {name: pa.binary() if name == self.columns.geometry else pa.string() for name in self.columns.names()}
        schema = pa.schema(kinds or {"sj_none": pa.null()})
        empty = pa.record_batch([pa.array([], kind) for kind in schema.types], schema=schema)
        parts = ((np.empty(0, dtype=np.int64), empty),)
        return answer_parts(parts, self.columns, self.options).columns.schema

    def _writer(self) -> Writer:
        source, task = self.source, self.task
        if self.form in ("csv", "tsv"):
            delimiter, newline, bom = ",", "\n", False
            if isinstance(source, CsvSource):
                delimiter, newline, bom = source.delimiter, source.newline, source.bom
            delimiter = "\t" if self.form == "tsv" else "," if delimiter == "\t" else delimiter
            return CsvWriter(
                source.names, self.added.names, delimiter=delimiter, newline=newline, bom=bom, raw=task.raw
            )
        if self.form == "jsonl":
            return JsonLinesWriter()
        if self.form == "geojsonseq":
            return FeatureWriter(None, str)
        if self.form == "geojson":
            if isinstance(source, CollectionSource):
                return FeatureWriter(source.head, lambda: source.tail)
            return FeatureWriter('{"type":"FeatureCollection","features":[', lambda: "]}")
        return ArrowWriter()

    def _block(self, block: Block, answer: BlockAnswer, writer: Writer) -> None:
        faults = sorted([*block.faults, *_faults(block, answer)], key=lambda item: item.row)
        mark = self.mark
        counts = Counter(mark.rejected)
        counts.update(fault.code for fault in faults)
        first = mark.first
        if first is None and faults:
            spot = f"row {faults[0].row}" + (f", line {faults[0].line}" if faults[0].line else "")
            first = f"{spot}: {faults[0].reason}"[:300]
        self.mark = replace(
            mark,
            row=block.last,
            answered=mark.answered + len(answer.indices),
            undated=mark.undated + answer.undated,
            rejected=dict(sorted(counts.items())),
            first=first,
        )
        if self.mark.answered + self.mark.faults != self.mark.row:
            raise RuntimeError("a row was lost")
        self.target.block(
            writer.rows(block.originals, answer.indices, answer.columns),
            reject_rows(_reject_cells(fault) for fault in faults),
            self.mark,
        )

    def provenance(self, output_sha256: str | None) -> dict[str, Any]:
        """What was done to what, with what: the same for the same input, whether or not it was interrupted."""
        task = self.task
        options = {key: value for key, value in asdict(self.options).items() if key not in ("today", "on")}
        return {
            "format": FORMAT,
            "command": command_of(self.options),
            "rows": self.mark.row,
            "answered": self.mark.answered,
            "rejected": self.mark.faults,
            "rejected_by_code": dict(self.mark.rejected),
            "first_rejected": self.mark.first,
            "without_day": self.mark.undated,
            "input": {"file": task.input, "sha256": self.source.sha256()},
            "output": {"file": task.output, "format": self.form, "sha256": output_sha256},
            "rejects": None if not self.mark.faults else task.rejects or f"{task.output}.rejects.csv",
            "columns": asdict(self.columns),
            "options": {
                **options,
                "on": None if self.options.on is None else str(self.options.on),
                "today": self.options.today.isoformat(),
                "encoding": task.encoding,
                "delimiter": task.delimiter,
                "raw": task.raw,
            },
            "provenance": {
                "software": __version__,
                "software_sha256": software.sha256(),
                **answering_identity(self.options),
            },
        }

    def parquet(self, streams: Path, target: Path) -> None:
        """Make the Parquet file from the blocks."""
        metadata = {b"seajuris": json.dumps(self.provenance(None), ensure_ascii=False).encode("utf-8")}
        parquet_parts.merge(streams, target, self.source.schema(), self.added, metadata)


def _faults(block: Block, answer: BlockAnswer) -> Iterator[Fault]:
    for item in answer.rejected:
        line = int(block.lines[item.row]) or None
        original = block.originals.verbatim(item.row)
        yield Fault(int(block.rows[item.row]), line, item.code, item.column, item.reason, item.hint, original)


def _reject_cells(fault: Fault) -> list[str]:
    line = "" if fault.line is None else str(fault.line)
    return [str(fault.row), line, fault.code, fault.column or "", fault.reason, fault.hint or "", *fault.original]


def interrupted(task: Task) -> str:
    """What to say when a run is stopped."""
    if task.output == "-" or task.input == "-":
        return "stopped"
    with contextlib.suppress(InputError, OSError):
        _, mark, _ = read_journal(_beside(Path(task.output), "journal"))
        return f"stopped after {mark.row:,} rows; the same command with --resume goes on from there"
    return "stopped; nothing was written"
