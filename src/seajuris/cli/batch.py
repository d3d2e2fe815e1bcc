"""``seajuris batch``: a whole file of positions or cases at once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seajuris.cli.output import JsonOption, RulesOption, ZonesOption
from seajuris.errors import EXIT_FOUND

if TYPE_CHECKING:
    from seajuris.batch.columns import Named
    from seajuris.batch.run import Done, Task

app = typer.Typer(
    help="Many positions or cases at once: CSV, JSON lines, GeoJSON or Parquet in, the same out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

HINT = 'Install it with: pip install "seajuris[batch]"'
MAX_WORKERS = 256
MAX_PART_ROWS = 10_000_000

Text = str | None
Texts = list[str] | None
InputArgument = Annotated[str, typer.Argument(metavar="INPUT", help="File with one row for each, or - for stdin.")]
OutputOption = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="File to write; default -, standard output.")
]
FromOption = Annotated[
    Text, typer.Option("--from", metavar="FORMAT", help="csv, tsv, jsonl, geojson, geojsonseq, parquet.")
]
ToOption = Annotated[Text, typer.Option("--to", metavar="FORMAT", help="The same; default by ending, or as the input.")]
LatOption = Annotated[Text, typer.Option("--lat-column", metavar="NAME", help="Column of the latitude.")]
LonOption = Annotated[Text, typer.Option("--lon-column", metavar="NAME", help="Column of the longitude.")]
PositionOption = Annotated[Text, typer.Option("--position-column", metavar="NAME", help="Column of positions as text.")]
AccuracyColumn = Annotated[Text, typer.Option("--accuracy-column", metavar="NAME", help="Column of the accuracy.")]
AccuracyUnit = Annotated[
    Text, typer.Option("--accuracy-unit", metavar="UNIT", help="Unit of that column: m, km or nm; default as written.")
]
OnColumn = Annotated[Text, typer.Option("--on-column", metavar="NAME", help="Column of the day.")]
IgnoreOption = Annotated[
    Texts, typer.Option("--ignore-column", metavar="NAME", help="Do not read this column; repeatable.")
]
AccuracyOption = Annotated[
    Text, typer.Option("--accuracy", metavar="LENGTH", help="Accuracy of rows that tell none, e.g. 1nm.")
]
OnOption = Annotated[Text, typer.Option("--on", metavar="DATE", help="Day of rows that tell none, YYYY-MM-DD.")]
RejectsOption = Annotated[
    Text, typer.Option("--rejects", metavar="FILE", help="Rows that cannot be answered; default beside the output.")
]
DelimiterOption = Annotated[Text, typer.Option("--delimiter", metavar="CHAR", help="Separator of a CSV input.")]
EncodingOption = Annotated[Text, typer.Option("--encoding", metavar="NAME", help="Encoding of the input, e.g. cp1252.")]
CommaOption = Annotated[
    bool, typer.Option("--decimal-comma", help="A comma in latitude, longitude or accuracy is a decimal comma.")
]
RawOption = Annotated[
    bool, typer.Option("--raw", help="Leave cells as they are, even where a spreadsheet would run them as formulas.")
]
FullOption = Annotated[bool, typer.Option("--full", help="Add the whole answer as JSON to each row.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with a run that was interrupted.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
WorkersOption = Annotated[int, typer.Option("--workers", metavar="N", help="Processes that work at the same time.")]
EngineOption = Annotated[
    Text, typer.Option("--engine", metavar="NAME", help="dask: share Parquet out to workers (docs/scale.md).")
]
SchedulerOption = Annotated[
    Text, typer.Option("--scheduler", metavar="ADDRESS", help="With --engine dask: a cluster, e.g. tcp://head:8786.")
]
PartRowsOption = Annotated[
    int | None, typer.Option("--part-rows", metavar="N", help="With --engine dask: rows of a part; default 200000.")
]


@app.command("locate")
def locate(
    source: InputArgument,
    output: OutputOption = "-",
    source_format: FromOption = None,
    target_format: ToOption = None,
    lat: LatOption = None,
    lon: LonOption = None,
    position: PositionOption = None,
    accuracy_column: AccuracyColumn = None,
    accuracy_unit: AccuracyUnit = None,
    on_column: OnColumn = None,
    ignore: IgnoreOption = None,
    accuracy: AccuracyOption = None,
    on: OnOption = None,
    distances: Annotated[bool, typer.Option("--distances", help="Add distances to limits and baselines.")] = False,
    full: FullOption = False,
    decimal_comma: CommaOption = False,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    rejects: RejectsOption = None,
    raw: RawOption = False,
    resume: ResumeOption = False,
    force: ForceOption = False,
    workers: WorkersOption = 1,
    engine: EngineOption = None,
    scheduler: SchedulerOption = None,
    part_rows: PartRowsOption = None,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
) -> None:
    """Place every row of a file: zones, States, how sure. The columns of the input stay, sj_ columns are added.

    Exit code 0: every row was answered; 4: rows were rejected (see the file that --rejects names); 2: no run.
    """
    _needs_arrow()
    from seajuris.api import parse_day, today
    from seajuris.batch.answered import LocateOptions
    from seajuris.batch.run import Task
    from seajuris.quantity import parse_length_m

    if accuracy is not None:
        parse_length_m(accuracy)
    options = LocateOptions(
        today=today(),
        accuracy=accuracy,
        on=parse_day(on),
        zones=zones,
        decimal_comma=decimal_comma,
        distances=distances,
        full=full,
    )
    _run(
        Task(
            input=source,
            output=output,
            options=options,
            named=_named(lat, lon, position, accuracy_column, accuracy_unit, on_column, ignore, None),
            source_format=source_format,
            target_format=target_format,
            rejects=rejects,
            delimiter=_delimiter(delimiter),
            encoding=encoding,
            raw=raw,
            force=force,
            resume=resume,
            workers=_workers(workers),
        ),
        as_json=as_json,
        engine=_engine(engine, scheduler, part_rows),
    )


@app.command("assess")
def assess(
    source: InputArgument,
    output: OutputOption = "-",
    source_format: FromOption = None,
    target_format: ToOption = None,
    lat: LatOption = None,
    lon: LonOption = None,
    position: PositionOption = None,
    accuracy_column: AccuracyColumn = None,
    accuracy_unit: AccuracyUnit = None,
    on_column: OnColumn = None,
    fact_columns: Annotated[
        Texts, typer.Option("--fact", metavar="PATH=COLUMN", help="Column of a fact, e.g. vessel.flag=Flagge.")
    ] = None,
    ignore: IgnoreOption = None,
    accuracy: AccuracyOption = None,
    on: Annotated[
        Text, typer.Option("--on", metavar="DATE", help="Day of rows that tell none (or 2023-06, 2023).")
    ] = None,
    settings: Annotated[
        Texts, typer.Option("--set", metavar="PATH=VALUE", help="A fact of rows that do not tell it; repeatable.")
    ] = None,
    full: FullOption = False,
    decimal_comma: CommaOption = False,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    rejects: RejectsOption = None,
    raw: RawOption = False,
    resume: ResumeOption = False,
    force: ForceOption = False,
    workers: WorkersOption = 1,
    engine: EngineOption = None,
    scheduler: SchedulerOption = None,
    part_rows: PartRowsOption = None,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Assess every row of a file: which States may have jurisdiction. The columns of the input stay.

    Exit code 0: every row was answered; 4: rows were rejected (see the file that --rejects names); 2: no run.
    """
    _needs_arrow()
    from seajuris.api import today
    from seajuris.batch.answered import AssessOptions
    from seajuris.batch.run import Task
    from seajuris.cli import facts
    from seajuris.quantity import parse_length_m

    if accuracy is not None:
        parse_length_m(accuracy)
    told: dict[str, Any] = {}
    for setting in settings or []:
        facts.assign(told, setting)
    options = AssessOptions(
        today=today(),
        accuracy=accuracy,
        on=on,
        zones=zones,
        rules=rules,
        decimal_comma=decimal_comma,
        facts=told,
        full=full,
    )
    _run(
        Task(
            input=source,
            output=output,
            options=options,
            named=_named(lat, lon, position, accuracy_column, accuracy_unit, on_column, ignore, fact_columns),
            source_format=source_format,
            target_format=target_format,
            rejects=rejects,
            delimiter=_delimiter(delimiter),
            encoding=encoding,
            raw=raw,
            force=force,
            resume=resume,
            workers=_workers(workers),
        ),
        as_json=as_json,
        engine=_engine(engine, scheduler, part_rows),
    )


def _needs_arrow() -> None:
    from importlib.util import find_spec

    from seajuris.errors import InputError

    if find_spec("pyarrow") is None:
        raise InputError("batches need the library pyarrow", hint=HINT)


def _named(
    lat: Text, lon: Text, position: Text, accuracy: Text, unit: Text, on: Text, ignored: Texts, facts: Texts
) -> Named:
    from seajuris.batch.columns import Named
    from seajuris.errors import InputError

    if unit not in (None, "m", "km", "nm"):
        raise InputError(f"{unit!r} is no unit", where="--accuracy-unit", hint="m, km or nm")
    paths = {}
    for entry in facts or []:
        path, equals, column = entry.partition("=")
        if not equals or not path.strip() or not column:
            hint = "e.g. --fact vessel.flag=Flagge"
            raise InputError("needs PATH=COLUMN", where=f"--fact {entry}", hint=hint)
        paths[path.strip()] = column
    return Named(
        lat=lat,
        lon=lon,
        position=position,
        accuracy=accuracy,
        accuracy_unit=unit,
        on=on,
        facts=paths,
        ignored=tuple(ignored or ()),
    )


def _delimiter(text: Text) -> Text:
    from seajuris.errors import InputError

    char = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|"}.get((text or "").lower(), text)
    if char is not None and (len(char) != 1 or char.isalnum() or char in '"\r\n .-+\0'):
        raise InputError(f"{text!r} cannot separate cells", where="--delimiter", hint="One character: , ; | or tab.")
    return char


def _workers(count: int) -> int:
    from seajuris.errors import InputError

    if not 1 <= count <= MAX_WORKERS:
        raise InputError(f"{count} processes", where="--workers", hint=f"1 to {MAX_WORKERS}")
    return count


@dataclass(frozen=True, slots=True)
class _Dask:
    """That work is shared out, and how."""

    scheduler: Text
    part_rows: int | None


def _engine(name: Text, scheduler: Text, part_rows: int | None) -> _Dask | None:
    from importlib.util import find_spec

    from seajuris.errors import InputError

    if name is None:
        for option, value in (("--scheduler", scheduler), ("--part-rows", part_rows)):
            if value is not None:
                raise InputError("goes with --engine dask only", where=option)
        return None
    if name != "dask":
        raise InputError(f"{name!r} is no engine", where="--engine", hint="dask; for Spark see docs/scale.md.")
    if find_spec("distributed") is None:
        raise InputError("Dask is not installed", where="--engine", hint='pip install "seajuris[dask]"')
    if part_rows is not None and not 1 <= part_rows <= MAX_PART_ROWS:
        raise InputError(f"{part_rows} rows", where="--part-rows", hint=f"1 to {MAX_PART_ROWS:,}")
    return _Dask(scheduler, part_rows)


def _run_on_dask(task: Task, engine: _Dask, *, as_json: bool) -> None:
    """A Parquet file or folder, shared out to workers."""
    from seajuris.batch.dask import run
    from seajuris.batch.distributed import PART_ROWS, PartsTask
    from seajuris.batch.progress import Progress
    from seajuris.errors import InputError

    if task.output == "-":
        raise InputError("a folder is written", where="--engine", hint="Name it with -o.")
    given = {"--from": task.source_format, "--to": task.target_format, "--rejects": task.rejects,
             "--delimiter": task.delimiter, "--encoding": task.encoding}  # fmt: skip
    for option, value in given.items():
        if value not in (None, "parquet"):
            raise InputError("does not go with --engine dask", where=option, hint="Parquet in, a folder out.")
    parts = PartsTask(
        input=task.input,
        output=task.output,
        options=task.options,
        named=task.named,
        force=task.force,
        resume=task.resume,
        part_rows=engine.part_rows or PART_ROWS,
    )
    shown = Progress()
    try:
        data = run(parts, scheduler=engine.scheduler, workers=task.workers, progress=shown.step)
    except KeyboardInterrupt:
        _say("interrupted; the same command with --resume goes on")
        raise
    except OSError as fault:
        raise InputError(f"cannot be read or written: {fault.strerror}", where=fault.filename or task.output) from None
    finally:
        shown.end()
    rejected = f", {data['rejected']:,} rejected (see _rejects in {task.output})" if data["rejected"] else ""
    _say(f"{data['rows']:,} rows: {data['answered']:,} answered{rejected}")
    if data["without_day"]:
        _say(f"{data['without_day']:,} rows tell no day: the claims of {data['options']['today']} were used")
    if as_json:
        from seajuris.cli.output import write_json

        write_json(data)
    if data["rejected"]:
        raise typer.Exit(EXIT_FOUND)


def _run(task: Task, *, as_json: bool, engine: _Dask | None) -> None:
    import gc

    from seajuris.batch.run import interrupted, run
    from seajuris.errors import InputError

    if engine is not None:
        _run_on_dask(task, engine, as_json=as_json)
        return
    if as_json and task.output == "-":
        hint = "Name a file with -o."
        raise InputError("the rows themselves go to standard output", where="--json", hint=hint)
    # The command line answers once and leaves; a batch has to clear up after itself.
    gc.enable()
    try:
        done = run(task)
    except KeyboardInterrupt:
        _say(interrupted(task))
        raise
    except BrokenPipeError:
        from seajuris.cli.output import silence
        from seajuris.errors import EXIT_BROKEN_PIPE

        silence(sys.stdout)
        raise typer.Exit(EXIT_BROKEN_PIPE) from None
    except OSError as fault:
        raise InputError(f"cannot be read or written: {fault.strerror}", where=fault.filename or task.output) from None
    _tell(done)
    if as_json:
        from seajuris.cli.output import write_json

        write_json(done.data)
    if done.mark.faults:
        raise typer.Exit(EXIT_FOUND)


def _say(text: str) -> None:
    from seajuris.render.page import safe

    sys.stderr.write(f"seajuris: {safe(text)}\n")
    sys.stderr.flush()


def _tell(done: Done) -> None:
    """What a reader must know, in few lines: which columns were read, the counts, and where the rest is."""
    data, columns = done.data, done.columns
    roles = [("position", columns.position), ("latitude", columns.lat), ("longitude", columns.lon)]
    roles += [("geometry", columns.geometry), ("accuracy", columns.accuracy), ("day", columns.on)]
    read = [f"{role} from {name!r}" for role, name in roles if name is not None]
    read += [f"{path} from {name!r}" for path, name in columns.facts.items()]
    _say(f"read: {', '.join(read) or 'nothing'}")
    rejected = f", {data['rejected']:,} rejected" if data["rejected"] else ""
    _say(f"{data['rows']:,} rows: {data['answered']:,} answered{rejected}")
    if data["without_day"]:
        _say(f"rows that tell no day: {data['without_day']:,}; the claims of {data['options']['today']} were used")
    if data["rejected"]:
        kept = f"; all of them are in {data['rejects']}" if data["rejects"] else ""
        _say(f"the first rejected: {data['first_rejected']}{kept}")
