"""What the rows of a batch tell: positions, accuracies and days, read exactly as the one-off commands read them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from seajuris.api import parse_day
from seajuris.batch.answered import Columns, Rejected
from seajuris.errors import InputError, PositionError
from seajuris.position import Position, parse_position
from seajuris.quantity import parse_length_m

if TYPE_CHECKING:
    import pyarrow as pa

Cell = str | float | int | dt.date | bytes | bool | None

_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_SHORT = 40
_BARE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
# The day is taken as written; a time of day after it says nothing that a claim depends on.
_DAY = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ][0-9]{2}:[0-9]{2}[0-9:.,]*(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_PER_DAY = {"D": 1, "s": 86_400, "ms": 86_400 * 10**3, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}
_CALENDAR = tuple((day - dt.date(1970, 1, 1)).days for day in (dt.date(1, 1, 2), dt.date(9999, 12, 31)))
_LARGEST = 2**63 - 2 * _PER_DAY["ns"]
_UNIT_WORDS = {"m": "metres", "km": "kilometres", "nm": "nautical miles"}


@dataclass(frozen=True, slots=True)
class Untold:
    """A row whose position is not told."""


def cells(batch: pa.RecordBatch, name: str) -> list[Cell]:
    """The cells of a column as Python values; text without outer blanks, and `None` for what is blank.

    Raises:
        InputError: if there is no such column, or cells of its type tell nothing here.
    """
    import pyarrow as pa

    index = batch.schema.get_field_index(name)
    if index < 0:
        raise InputError(f"there is no column {name!r}", where="columns")
    column = batch.column(index)
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return [text.strip() or None if text else None for text in column.to_pylist()]
    if pa.types.is_floating(kind):
        return [None if value is None or value != value else value for value in column.to_pylist()]
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _days(column, name)
    if pa.types.is_decimal(kind):
        # A decimal keeps its digits, as text does.
        return [None if value is None else format(value, "f") for value in column.to_pylist()]
    known = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_null, pa.types.is_binary)
    if any(is_kind(kind) for is_kind in known) or pa.types.is_large_binary(kind):
        return list(column.to_pylist())
    raise InputError(f"the column {name!r} holds {kind}, which is not read", where="columns", hint="Text or numbers.")


def _days(column: pa.Array, name: str) -> list[Cell]:
    """The days of a column of days or moments; what lies beyond the calendar as text, which is no day.

    Of a moment, the day in the time zone that the column states: as it would be written out.

    Raises:
        InputError: if the time zone is none.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    unit = "D" if kind == pa.date32() else "ms" if kind == pa.date64() else kind.unit
    numbers = column.cast(pa.int32()) if unit == "D" else column.view(pa.int64())
    # A day is left at either end for time zones, of the calendar and of what nanoseconds in 64 bits reach.
    first, last = (int(min(max(end * _PER_DAY[unit], -_LARGEST), _LARGEST)) for end in _CALENDAR)
    inside = pc.and_(pc.greater_equal(numbers, first), pc.less(numbers, last))
    try:
        # Beyond the range of a day, a conversion would begin anew at some other day.
        held = pc.if_else(inside, column, pa.scalar(None, kind))
        found: list[Cell] = list(pc.cast(held, pa.date32(), safe=False).to_pylist())
    except pa.ArrowException as fault:
        text = str(fault).splitlines()[0][:200]
        raise InputError(f"the column {name!r} holds {kind}, which is not read: {text}", where="columns") from None
    for row in np.flatnonzero(~inside.fill_null(True).to_numpy(zero_copy_only=False)):
        found[row] = f"{numbers[row].as_py()} {unit} after 1970"
    return found


def read_positions(
    batch: pa.RecordBatch, columns: Columns, *, accuracy: str | None = None, decimal_comma: bool = False
) -> list[Position | Rejected | Untold]:
    """Read the position of every row.

    Args:
        batch: The rows.
        columns: Where they tell what.
        accuracy: Radius of uncertainty for rows that tell none.
        decimal_comma: Whether a comma in a latitude, longitude or accuracy is a decimal comma.

    Returns:
        For each row its position, why it cannot be read, or that none is told.

    Raises:
        InputError: if a column cannot be used at all, or `accuracy` cannot be read.
    """
    default = None if accuracy is None else parse_length_m(accuracy)
    stated = read_accuracies(batch, columns, decimal_comma=decimal_comma)
    if columns.geometry is not None:
        told = _points(batch, columns.geometry, stated)
    elif columns.position is not None:
        told = _texts(cells(batch, columns.position), columns.position, stated)
    elif columns.lat is not None and columns.lon is not None:
        told = _pairs(batch, columns.lat, columns.lon, stated, decimal_comma)
    else:
        told = [Untold()] * batch.num_rows
    if default is None:
        return told
    return [
        replace(item, accuracy_m=default) if isinstance(item, Position) and item.accuracy_m is None else item
        for item in told
    ]


def read_accuracies(
    batch: pa.RecordBatch, columns: Columns, *, decimal_comma: bool = False
) -> list[float | Rejected | None]:
    """Read the radius of uncertainty of every row, metres: `None` where it tells none.

    Raises:
        InputError: if the column cannot be used at all.
    """
    name = columns.accuracy
    if name is None:
        return [None] * batch.num_rows
    seen: dict[Cell, float | InputError | None] = {None: None}
    found: list[float | Rejected | None] = []
    for row, cell in enumerate(cells(batch, name)):
        if cell not in seen:
            try:
                seen[cell] = _accuracy(cell, columns.accuracy_unit, decimal_comma)
            except InputError as fault:
                seen[cell] = fault
            if len(seen) > 10_000:
                seen = {None: None, cell: seen[cell]}
        result = seen[cell]
        found.append(rejected(row, name, result) if isinstance(result, InputError) else result)
    return found


def _accuracy(cell: Cell, unit: str | None, decimal_comma: bool) -> float:
    text = str(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell
    if not isinstance(text, str):
        raise PositionError(f"{text!r} is not a length")
    if decimal_comma:
        text = _DECIMAL_COMMA.sub(".", text)
    if unit is None:
        return parse_length_m(text)
    if isinstance(cell, int | float):
        return parse_length_m(f"{cell:.9f} {unit}" if 0 <= cell < 1e9 else text)
    if _BARE.fullmatch(text) is None:
        words = _UNIT_WORDS[unit]
        raise PositionError(
            f"{text!r} is no number of {words}",
            hint=f"The name of the column says {words}: give the number alone, or name the column 'accuracy'.",
        )
    return parse_length_m(f"{text} {unit}")


def _points(
    batch: pa.RecordBatch, name: str, stated: Sequence[float | Rejected | None]
) -> list[Position | Rejected | Untold]:
    import shapely

    shapes = shapely.from_wkb(np.array(cells(batch, name), dtype=object), on_invalid="ignore")
    raw = cells(batch, name)
    kinds = shapely.get_type_id(shapes)
    empty = shapely.is_empty(shapes)
    # Of an empty point, not even the coordinates may be asked for.
    points = np.array(shapes, dtype=object)
    points[empty] = None
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    found: list[Position | Rejected | Untold] = []
    for row, accuracy in enumerate(stated):
        if raw[row] is None or (kinds[row] == 0 and empty[row]):
            found.append(Untold())
        elif isinstance(accuracy, Rejected):
            found.append(accuracy)
        elif kinds[row] != 0:
            what = "cannot be read" if kinds[row] < 0 else f"is a {shapes[row].geom_type}"
            found.append(Rejected(row, PositionError.code, name, f"the geometry {what}", "A Point is needed."))
        else:
            found.append(_number_pair(row, name, float(lat[row]), float(lon[row]), accuracy))
    return found


def _number_pair(row: int, name: str, lat: Any, lon: Any, accuracy: float | None) -> Position | Rejected:
    try:
        return Position.from_degrees(lat, lon, accuracy)
    except InputError as fault:
        return rejected(row, name, fault)
    except OverflowError:
        return Rejected(row, PositionError.code, name, "the number is far beyond any degree", None)


def _texts(
    told: Sequence[Cell], name: str, stated: Sequence[float | Rejected | None]
) -> list[Position | Rejected | Untold]:
    found: list[Position | Rejected | Untold] = []
    for row, (cell, accuracy) in enumerate(zip(told, stated, strict=True)):
        if cell is None:
            found.append(Untold())
        elif isinstance(accuracy, Rejected):
            found.append(accuracy)
        elif not isinstance(cell, str):
            hint = "e.g. 36°15.0'N 021°04.0'E or 36.25, 21.06"
            found.append(Rejected(row, PositionError.code, name, f"{cell!r} is no position", hint))
        else:
            try:
                found.append(parse_position(cell, accuracy=accuracy))
            except InputError as fault:
                found.append(rejected(row, name, fault))
    return found


def _pairs(
    batch: pa.RecordBatch,
    lat_name: str,
    lon_name: str,
    stated: Sequence[float | Rejected | None],
    decimal_comma: bool,
) -> list[Position | Rejected | Untold]:
    both = f"{lat_name}, {lon_name}"
    found: list[Position | Rejected | Untold] = []
    rows = zip(cells(batch, lat_name), cells(batch, lon_name), stated, strict=True)
    for row, (lat, lon, accuracy) in enumerate(rows):
        if lat is None and lon is None:
            found.append(Untold())
        elif lat is None or lon is None:
            missing, name = ("latitude", lat_name) if lat is None else ("longitude", lon_name)
            found.append(Rejected(row, PositionError.code, name, f"the {missing} is missing", None))
        elif isinstance(accuracy, Rejected):
            found.append(accuracy)
        elif isinstance(lat, str) and isinstance(lon, str):
            try:
                if len(lat) <= _SHORT >= len(lon) and _DECIMAL.fullmatch(lat) and _DECIMAL.fullmatch(lon):
                    found.append(Position.from_decimals(lat, lon, accuracy))
                else:
                    found.append(parse_position(_pair_text(lat, lon, decimal_comma), accuracy=accuracy))
            except InputError as fault:
                found.append(rejected(row, both, fault))
        elif isinstance(lat, str) or isinstance(lon, str):
            reason = "one of latitude and longitude is text, the other a number"
            found.append(Rejected(row, PositionError.code, both, reason, "Write both in the same way."))
        else:
            found.append(_number_pair(row, both, lat, lon, accuracy))
    return found


def _pair_text(lat: str, lon: str, decimal_comma: bool) -> str:
    """Two cells as one text. With labels, a hemisphere letter in the wrong column is refused, not followed."""
    if decimal_comma:
        lat, lon = (_DECIMAL_COMMA.sub(".", text) for text in (lat, lon))
    if _DECIMAL.fullmatch(lat) and _DECIMAL.fullmatch(lon):
        return f"{lat}, {lon}"
    return f"lat {lat} lon {lon}"


def read_days(batch: pa.RecordBatch, columns: Columns) -> list[dt.date | Rejected | None]:
    """Read the day of every row: `None` where it tells none.

    Raises:
        InputError: if the column cannot be used at all.
    """
    name = columns.on
    if name is None:
        return [None] * batch.num_rows
    seen: dict[Cell, dt.date | InputError | None] = {None: None}
    found: list[dt.date | Rejected | None] = []
    for row, cell in enumerate(cells(batch, name)):
        if cell not in seen:
            if len(seen) > 10_000:
                seen = {None: None}
            try:
                seen[cell] = _day(cell)
            except InputError as fault:
                seen[cell] = fault
        result = seen[cell]
        found.append(rejected(row, name, result) if isinstance(result, InputError) else result)
    return found


def _day(cell: Cell) -> dt.date | None:
    return parse_day(cell if isinstance(cell, dt.date) else day_text(cell))


def day_text(cell: Cell) -> str:
    """The day that a cell tells, as text: without a time of day, otherwise as it stands."""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    match = _DAY.fullmatch(cell) if isinstance(cell, str) else None
    return match[1] if match else str(cell)


def rejected(row: int, column: str | None, fault: InputError) -> Rejected:
    """A row at fault, with what the error says."""
    return Rejected(row, fault.code, column, fault.message, fault.hint)
