"""Blocks as bytes of an output format. Where the bytes go is no matter of this module."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seajuris.batch.answered import JSON_COLUMNS
from seajuris.batch.blocks import Originals
from seajuris.batch.spreadsheet import harmless, harmless_column
from seajuris.batch.stream import shown

if TYPE_CHECKING:
    import pyarrow as pa


class Writer(Protocol):
    """Makes the bytes of an output, piece by piece. The pieces put together are the file.

    Attributes:
        begun: Whether rows have been written before, perhaps by a run that was interrupted.
    """

    begun: bool

    def head(self) -> bytes:
        """What stands before the first row."""
        ...

    def rows(self, originals: Originals, indices: NDArray[np.int64], answers: pa.RecordBatch) -> bytes:
        """Some rows, each with its answer."""
        ...

    def tail(self) -> bytes:
        """What stands behind the last row; asked for once everything has been read."""
        ...


class _Lines:
    """Takes the lines of a CSV writer without their ends."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def write(self, line: str) -> None:
        self.found.append(line[:-2])


def csv_text(rows: Iterable[Sequence[str]], delimiter: str, newline: str) -> str:
    """Rows of cells as CSV (RFC 4180, but for the separator and the end of a line)."""
    lines = _Lines()
    # The writer quotes only the characters of its own line end: with both of them, no cell can break a line.
    csv.writer(lines, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return "".join([f"{line}{newline}" for line in lines.found])


class CsvWriter:
    """CSV or TSV.

    Args:
        names: The columns of the input.
        added: The columns that answers add.
        delimiter: The character between cells.
        newline: How lines end.
        bom: Whether a byte-order mark stands at the beginning.
        raw: Leave cells as they are, even if a spreadsheet would run them.
    """

    def __init__(
        self, names: Sequence[str], added: Sequence[str], *, delimiter: str, newline: str, bom: bool, raw: bool
    ) -> None:
        self._header = [*names, *added]
        self._delimiter = delimiter
        self._newline = newline
        self._bom = bom
        self._raw = raw
        self.begun = False

    def _bytes(self, rows: Iterable[Sequence[str]]) -> bytes:
        return csv_text(rows, self._delimiter, self._newline).encode("utf-8", "replace")

    def head(self) -> bytes:
        """The header."""
        mark = "\ufeff".encode() if self._bom else b""
        return mark + self._bytes([self._header if self._raw else [harmless(name) for name in self._header]])

    def rows(self, originals: Originals, indices: NDArray[np.int64], answers: pa.RecordBatch) -> bytes:
        """One line for each row."""
        columns: list[Sequence[str]] = list(zip(*(originals.cells(index) for index in indices.tolist()), strict=True))
        columns += [_texts(column) for column in answers.columns]
        if not self._raw:
            columns = [harmless_column(column) for column in columns]
        return self._bytes(zip(*columns, strict=True))

    def tail(self) -> bytes:
        """Nothing."""
        return b""


def _texts(column: pa.Array) -> list[str]:
    """Answers as cells: nothing for null, days as ISO 8601, lists joined by semicolons."""
    import pyarrow as pa

    values = column.to_pylist()
    if pa.types.is_string(column.type):
        return [value or "" for value in values] if column.null_count else values
    return ["" if value is None else _text(value) for value in values]


def _text(value: Any) -> str:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join("" if item is None else _text(item) for item in value)
    return str(value)


def json_members(answers: pa.RecordBatch) -> list[str]:
    """For each row the members that its answer adds to a JSON object."""
    texts = []
    for name, column in zip(answers.schema.names, answers.columns, strict=True):
        key = json.dumps(name)
        dump = _nested if name in JSON_COLUMNS else json_value
        texts.append([f"{key}:{dump(value)}" for value in column.to_pylist()])
    return [",".join(row) for row in zip(*texts, strict=True)]


def json_value(value: Any) -> str:
    """A value of an answer as JSON; days as ISO 8601."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, float) and isfinite(value):
        return repr(value)
    plain = value if value is None or isinstance(value, bool | int | float | list) else str(value)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _nested(value: str | None) -> str:
    # The text is JSON already: it is put in as it is, so that it stays the same to the byte.
    return "null" if value is None else value


def _joined(*members: str) -> str:
    return ",".join(text for text in members if text)


def _line(text: str) -> str:
    """JSON as one line: the line ends of a row that was read from several lines are blanks."""
    return text.replace("\r", " ").replace("\n", " ") + "\n"


class JsonLinesWriter:
    """One JSON object on each line."""

    begun = False

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def rows(self, originals: Originals, indices: NDArray[np.int64], answers: pa.RecordBatch) -> bytes:
        """One line for each row."""
        pairs = zip(indices.tolist(), json_members(answers), strict=True)
        lines = [_line(f"{{{_joined(originals.members(index), added)}}}") for index, added in pairs]
        return "".join(lines).encode("utf-8", "replace")

    def tail(self) -> bytes:
        """Nothing."""
        return b""


class FeatureWriter:
    """GeoJSON features, one on each line: a sequence, or a collection.

    Args:
        head: What stands before the first feature; `None` for a sequence.
        tail: Gives what stands behind the last one.
    """

    def __init__(self, head: str | None, tail: Callable[[], str]) -> None:
        self._head = head
        self._tail = tail
        self.begun = False

    def head(self) -> bytes:
        """The beginning of the collection."""
        return b"" if self._head is None else f"{self._head}\n".encode()

    def rows(self, originals: Originals, indices: NDArray[np.int64], answers: pa.RecordBatch) -> bytes:
        """Features; in a collection a comma stands before each but the first."""
        lines = []
        points = _points(answers)
        for index, added, point in zip(indices.tolist(), json_members(answers), points, strict=True):
            text = originals.feature(index, added)
            if text is None:
                members = _joined(originals.members(index), added)
                geometry = originals.geometry(index) or point
                text = f'{{"type":"Feature","geometry":{geometry},"properties":{{{members}}}}}'
            comma = "," if self.begun and self._head is not None else ""
            self.begun = True
            lines.append(_line(comma + text))
        return "".join(lines).encode("utf-8", "replace")

    def tail(self) -> bytes:
        """The end of the collection."""
        return b"" if self._head is None else f"{self._tail()}\n".encode()


def _points(answers: pa.RecordBatch) -> list[str]:
    """The positions as they were read, as GeoJSON; null where an answer has none."""
    if not {"sj_lat", "sj_lon"} <= set(answers.schema.names):
        return ["null"] * answers.num_rows
    pairs = zip(answers.column("sj_lon").to_pylist(), answers.column("sj_lat").to_pylist(), strict=True)
    return [
        "null" if None in (lon, lat) else f'{{"type":"Point","coordinates":[{lon!r},{lat!r}]}}' for lon, lat in pairs
    ]


class ArrowWriter:
    """Arrow streams, one for each block, from which Parquet is made at the end.

    A Parquet file cannot be written on after an interruption: its directory stands at its end.
    """

    begun = False

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def rows(self, originals: Originals, indices: NDArray[np.int64], answers: pa.RecordBatch) -> bytes:
        """The rows as a stream of their own."""
        import pyarrow as pa

        if not len(indices):
            return b""
        table = originals.table(indices)
        joined = pa.record_batch([*table.columns, *answers.columns], schema=pa.schema([*table.schema, *answers.schema]))
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, joined.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
            stream.write_batch(joined)
        return sink.getvalue()

    def tail(self) -> bytes:
        """Nothing."""
        return b""


REJECT_HEADINGS = ("sj_row", "sj_line", "sj_code", "sj_column", "sj_reason", "sj_hint")


def reject_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """Lines of the file of rejected rows: always CSV, always safe to open in a spreadsheet."""
    text = csv_text(([harmless(shown(cell)) for cell in row] for row in rows), ",", "\n")
    return text.encode("utf-8")
