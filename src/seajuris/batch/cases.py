"""Reads a row as a case: the same `Case` that the options of ``seajuris assess`` make of the same texts."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from seajuris import told
from seajuris.batch.answered import AssessOptions, Columns, Rejected
from seajuris.batch.judged import Facts, Judge
from seajuris.batch.rows import cells, day_text, read_accuracies, read_positions, rejected
from seajuris.case import LISTS, Case, case_data_from_text
from seajuris.errors import CaseError, InputError
from seajuris.jsonio import parse_json
from seajuris.position import Position
from seajuris.rules.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pyarrow as pa

CASE = "case"
"""The key of `Columns.facts` for a column that holds whole cases: JSON text, or nested values."""

SEPARATOR = ";"
"""Stands between several values in one cell."""

_WHERE = "row"
_NOT_FACTS = ("position", "accuracy", "on")


class Read(NamedTuple):
    """A row read as a case.

    Attributes:
        case: The case.
        facts: What rules read of it.
        told: The columns that tell something in this row, by what they tell.
    """

    case: Case
    facts: Facts
    told: Mapping[str, str]


def fact_paths(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Everything that a column of `assess` may tell besides position, accuracy and day."""
    return (CASE, *LISTS, *(path for path in vocabulary.paths if path not in _NOT_FACTS))


def read_cases(
    batch: pa.RecordBatch, columns: Columns, options: AssessOptions, judge: Judge
) -> Iterator[Read | Rejected]:
    """Read every row as a case.

    Yields:
        For each row the case, with what rules read of it; or why it cannot be read.

    Raises:
        InputError: if a column cannot be used at all, or facts for all rows are no facts.
    """
    vocabulary = judge.rules.vocabulary
    default = _defaults(columns, options, vocabulary)
    names = list(columns.facts.items())
    told_cells = [_cells(batch, name) for _, name in names]
    days = [None] * batch.num_rows if columns.on is None else cells(batch, columns.on)
    positions = read_positions(batch, columns, accuracy=options.accuracy, decimal_comma=options.decimal_comma)
    radii = read_accuracies(batch, columns, decimal_comma=options.decimal_comma)
    rows = zip(positions, radii, days, *told_cells, strict=True)
    asked = _options_key(columns, options)
    for row, (position, radius, day, *row_cells) in enumerate(rows):
        if isinstance(position, Rejected) or isinstance(radius, Rejected):
            yield position if isinstance(position, Rejected) else radius
            continue
        spot = position if isinstance(position, Position) else None
        on = None if day is None else day_text(day)
        # What is asked is part of the key: one judge serves whoever asks. Where the position is told by a column, the
        # facts are read without it, once for all rows that tell the same of everything else.
        key = (asked, tuple(_key(cell) for cell in row_cells), on, spot is not None, None if spot else radius)
        found = judge.cases.get(key)
        if found is None:
            found = judge.cases.keep(key, _read(default, columns, row_cells, on, spot, radius, options, judge))
        if isinstance(found, InputError):
            yield at_column(row, found, _told(columns, names, row_cells))
        elif spot is not None:
            yield found._replace(case=replace(found.case, position=spot))
        else:
            yield found


def _read(
    default: Mapping[str, Any],
    columns: Columns,
    row_cells: list[Any],
    on: str | None,
    spot: Position | None,
    radius: float | None,
    options: AssessOptions,
    judge: Judge,
) -> Read | InputError:
    vocabulary = judge.rules.vocabulary
    names = list(columns.facts.items())
    try:
        data = _data(default, names, row_cells, vocabulary)
        if spot is not None:
            # The accuracy in the case belongs to the position in the case.
            data.pop("position", None)
            data.pop("accuracy", None)
        elif radius is not None:
            data["accuracy"] = radius
        elif options.accuracy is not None and data.get("position") is not None and data.get("accuracy") is None:
            data["accuracy"] = options.accuracy
        if on is not None:
            data["on"] = on
        case = Case.from_dict(data, vocabulary=vocabulary, where=_WHERE, today=options.today)
    except InputError as fault:
        return fault
    return Read(case, judge.facts(case), _told(columns, names, row_cells))


def _told(columns: Columns, names: list[tuple[str, str]], row_cells: list[Any]) -> dict[str, str]:
    found = {path: name for (path, name), cell in zip(names, row_cells, strict=True) if cell is not None}
    own = {"on": columns.on, "accuracy": columns.accuracy}
    return found | {path: name for path, name in own.items() if name is not None}


def _defaults(columns: Columns, options: AssessOptions, vocabulary: Vocabulary) -> dict[str, Any]:
    """What holds for all rows, read once so that a fault in it is no fault of any row."""
    known = set(fact_paths(vocabulary))
    for path in columns.facts:
        if _general(path) not in known:
            raise InputError(f"{path!r} is no fact", where="columns", hint="docs/case-file.md lists all facts.")
    data = copy.deepcopy(dict(options.facts))
    if options.on is not None:
        data["on"] = options.on
    Case.from_dict(data, vocabulary=vocabulary, where="options", today=options.today)
    return data


def _general(path: str) -> str:
    # `suspects[0]` alone is no path: a person is told by facts.
    return ".".join(step.partition("[")[0] + ("[]" if "[" in step else "") for step in path.split("."))


def _data(
    default: Mapping[str, Any], names: list[tuple[str, str]], row_cells: list[Any], vocabulary: Vocabulary
) -> dict[str, Any]:
    data = copy.deepcopy(dict(default))
    facts: dict[str, Any] = {}
    for (path, _), cell in zip(names, row_cells, strict=True):
        if cell is None:
            continue
        if path == CASE:
            data.update(_case(cell))
        else:
            facts[path] = _value(path, cell, vocabulary)
    # Persons first: `suspects[0].role` says more about one of them.
    for path in sorted(facts, key=lambda path: "." in path):
        if path in told.PEOPLE and _are_texts(facts[path]):
            told.lay_over(data, {path: facts[path]})
        else:
            told.put(data, path, facts[path], where=path)
    return data


def _case(cell: Any) -> dict[str, Any]:
    if isinstance(cell, str):
        return case_data_from_text(cell, where=CASE, parse=parse_json)
    if not isinstance(cell, dict):
        raise CaseError("a case is a mapping of facts", where=CASE)
    return cell


def _value(path: str, cell: Any, vocabulary: Vocabulary) -> Any:
    """A cell as the value of a fact in a case file."""
    kind = "list" if path in LISTS else vocabulary[path].type
    if kind == "date":
        return day_text(cell)
    if isinstance(cell, float) and cell.is_integer():
        # A column of whole numbers with gaps arrives as floats.
        return int(cell)
    if kind == "text" or not isinstance(cell, str):
        return cell
    if cell[0] in "[{":
        return parse_json(cell, where=path, error=CaseError)
    parts = [part.strip() for part in cell.split(SEPARATOR)]
    parts = [part for part in parts if part]
    if path == "vessel.flag":
        return told.one(path, parts)
    if not parts:
        raise CaseError(f"{cell!r} tells nothing", where=path)
    return parts if len(parts) > 1 or path in told.PEOPLE else parts[0]


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _cells(batch: pa.RecordBatch, name: str) -> list[Any]:
    """The cells of a column; nested ones as lists and mappings, without what is null."""
    import pyarrow as pa

    index = batch.schema.get_field_index(name)
    if index >= 0 and pa.types.is_nested(batch.schema.field(index).type):
        return [_without_null(item) for item in batch.column(index).to_pylist()]
    return cells(batch, name)


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_null(item) for item in value]
    return day_text(value) if isinstance(value, dt.date) else value


def _key(cell: Any) -> Any:
    if isinstance(cell, dict | list):
        return json.dumps(cell, sort_keys=True)
    # 1, 1.0 and True are equal, but tell different things.
    return cell if cell is None or isinstance(cell, str) else (type(cell), cell)


def _options_key(columns: Columns, options: AssessOptions) -> Any:
    facts = json.dumps(dict(options.facts), sort_keys=True, default=str)
    return tuple(columns.facts), options.accuracy, options.on, options.today, facts


def at_column(row: int, fault: InputError, columns: Mapping[str, str]) -> Rejected:
    """A fault in a fact, at the column that tells the fact.

    Args:
        row: Index of the row.
        fault: What is wrong, with the path of the fact.
        columns: The columns that tell something in that row, by what they tell.
    """
    path = (fault.where or "").removeprefix(f"{_WHERE}: ").partition(",")[0]
    # Of a person told by nationality alone the column tells the whole list.
    name = columns.get(path) or columns.get(_general(path)) or columns.get(path.partition("[")[0])
    if name is not None or CASE not in columns:
        return rejected(row, name, fault)
    said = rejected(row, columns[CASE], fault)
    return replace(said, reason=f"{path}: {said.reason}") if path else said
