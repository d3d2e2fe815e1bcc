"""CSV and TSV, row by row: every fault is found with its row and line, and no row takes its neighbours along."""

from __future__ import annotations

import csv
import json
from collections import deque
from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seajuris.batch.answered import Columns
from seajuris.batch.blocks import ROWS, Block, Fault, Fixed, text_column
from seajuris.batch.stream import MAX_LINE, TextInput, damage, shown
from seajuris.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MAX_FIELD = 200_000
"""Longest cell, in characters: a quotation mark that is never closed must not swallow the rest of the file."""


class _Lines:
    """Lines that can be given back."""

    def __init__(self, source: TextInput) -> None:
        self._source = source
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0
        self.nul = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            line = self._source.text.readline(MAX_LINE)
            if not line:
                raise StopIteration
            if len(line) >= MAX_LINE:
                raise InputError(
                    f"line {self.number + 1} is longer than {MAX_LINE} characters: this is no table of rows",
                    where=self._source.where,
                )
        if "\0" in line:
            self.nul = True
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self, keep: int) -> None:
        """Give back the lines taken, but for the first ones."""
        self._again.extendleft(reversed(self.taken[keep:]))
        self.number -= len(self.taken) - keep
        del self.taken[keep:]


class CsvRows:
    """Rows of text cells."""

    def __init__(self, names: tuple[str, ...], rows: list[list[str]]) -> None:
        self._rows = rows
        self._names = names
        self._keys = [json.dumps(name, ensure_ascii=False) for name in names]

    def __len__(self) -> int:
        return len(self._rows)

    def cells(self, index: int) -> Sequence[str]:
        """The cells as they were read."""
        return self._rows[index]

    def members(self, index: int) -> str:
        """Every cell as a JSON text: what a cell means is not guessed."""
        row = self._rows[index]
        pairs = zip(self._keys, row, strict=True)
        return ",".join([f"{key}:{encode_basestring(cell)}" for key, cell in pairs])

    def geometry(self, index: int) -> str | None:
        """None: a table has no geometry."""
        return None

    def feature(self, index: int, added: str) -> str | None:
        """None: a row of a table is no feature."""
        return None

    def table(self, indices: NDArray[np.int64]) -> pa.RecordBatch:
        """Every column as text."""
        import pyarrow as pa

        rows = [self._rows[index] for index in indices.tolist()]
        columns = [text_column([row[i] for row in rows]) for i in range(len(self._names))]
        return pa.record_batch(columns, schema=_schema(self._names))

    def verbatim(self, index: int) -> Sequence[str]:
        """The cells as they were read."""
        return self._rows[index]


def _schema(names: tuple[str, ...]) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in names])


class CsvSource:
    """A CSV or TSV file with a header.

    Args:
        name: Path, or ``-``.
        delimiter: The character between cells; by default the only likely one in the header.
        encoding: As Python names it; UTF-8 by default.

    Attributes:
        delimiter: The character between cells.
        newline: How its lines end.
        bom: Whether a byte-order mark stands at its beginning.

    Raises:
        InputError: if it cannot be opened, or its header cannot be used.
    """

    def __init__(self, name: str, *, delimiter: str | None = None, encoding: str | None = None) -> None:
        csv.field_size_limit(MAX_FIELD)
        self._input = TextInput(name, encoding)
        self._size = 0 if name == "-" else Path(name).stat().st_size
        self.bom = self._input.bom
        self._lines = _Lines(self._input)
        self.geometry: str | None = None
        try:
            self.newline, self.delimiter, self.names = self._header(delimiter)
        except InputError:
            self._input.close()
            raise
        self.headings = self.names

    def _header(self, delimiter: str | None) -> tuple[str, str, tuple[str, ...]]:
        """The end of a line, the separator, and the names of the columns."""
        first = next(self._lines, None)
        while first is not None and not first.strip("\r\n"):
            first = next(self._lines, None)
        where = self._input.where
        if first is None:
            raise InputError("is empty: a header with the names of the columns is needed", where=where)
        self._lines.give_back(len(self._lines.taken) - 1)
        self._lines.taken.clear()
        delimiter = delimiter or _delimiter(first, where)
        try:
            names = next(csv.reader(self._lines, delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration) as fault:
            raise InputError(f"the header cannot be read: {fault}", where=where) from None
        # The columns are found by their names: what cannot be told apart cannot be asked for.
        for text in names:
            if names.count(text) > 1:
                what = "an empty name" if not text else f"the name {shown(text)[:100]!r}"
                raise InputError(f"{what} stands more than once in the header", where=where, hint="Rename the columns.")
            if damage(text) or "\0" in text:
                raise InputError(
                    f"the header holds what is no character: {shown(text)[:100]!r}",
                    where=where,
                    hint="Give --encoding.",
                )
        self._lines.taken.clear()
        return "\r\n" if first.endswith("\r\n") else "\n", delimiter, tuple(names)

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines, delimiter=self.delimiter, strict=True)

    def schema(self) -> pa.Schema:
        """Text in every column: what a cell means is not guessed."""
        return _schema(self.names)

    def done(self) -> float | None:
        """The share of the bytes that has been read."""
        return min(1.0, self._input.count / self._size) if self._size else None

    def sha256(self) -> str:
        """Hash of the bytes."""
        return self._input.sha256()

    def close(self) -> None:
        """Close the file."""
        self._input.close()

    def blocks(self, columns: Columns, *, after: int, fixed: Fixed) -> Iterator[Block]:
        """Read on; see `Source.blocks`."""
        import pyarrow as pa

        wanted = [(name, self.names.index(name)) for name in columns.names()]
        schema = _schema(tuple(name for name, _ in wanted))
        records = self._records()
        number = 0
        while True:
            rows: list[list[str]] = []
            numbers: list[int] = []
            lines: list[int] = []
            faults: list[Fault] = []
            for record in records:
                number += 1
                if isinstance(record, Fault):
                    faults.append(record)
                else:
                    line, cells = record
                    rows.append(cells)
                    numbers.append(number)
                    lines.append(line)
                if number % ROWS == 0:
                    break
            else:
                if not rows and not faults:
                    return
            if number > after:
                batch = pa.record_batch([text_column([row[i] for row in rows]) for _, i in wanted], schema=schema)
                if not wanted:
                    # A batch without columns would have no rows either.
                    batch = pa.record_batch([pa.nulls(len(rows))], names=["sj_none"])
                every = np.arange(len(rows), dtype=np.int64)
                yield Block(
                    number,
                    np.array(numbers, dtype=np.int64),
                    np.array(lines, dtype=np.int64),
                    CsvRows(self.names, rows),
                    ((every, batch),),
                    tuple(faults),
                )
            if number % ROWS:
                return

    def _records(self) -> Iterator[tuple[int, list[str]] | Fault]:
        """The rows, with the line on which each begins; empty lines are passed over."""
        lines = self._lines
        reader = self._reader()
        width = len(self.names)
        number = 0
        while True:
            lines.taken.clear()
            begin = lines.number + 1
            reason = hint = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                # Only the first line is surely at fault: a quotation mark may have swallowed sound rows after it.
                lines.give_back(1)
                reader = self._reader()
                cells = [lines.taken[0].rstrip("\r\n")] if lines.taken else []
                reason, hint = _words(str(fault)), "A quotation mark within a quoted cell is written twice."
            if not cells:
                continue
            number += 1
            if reason is None and len(cells) != width:
                reason = f"{_counted(len(cells), 'cell')} where the header has {width}"
            # Once a file holds one, every row is looked at.
            if reason is None and lines.nul and any("\0" in cell for cell in cells):
                reason = "it holds a NUL character"
            if reason is None and self._input.damaged:
                reason = next((found for cell in cells if (found := damage(cell))), None)
                hint = "Give --encoding, e.g. cp1252 for a file of an older Windows program."
            if reason is None:
                yield begin, cells
            else:
                yield Fault(number, begin, InputError.code, None, reason, hint, cells)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _words(fault: str) -> str:
    if "unexpected end" in fault or "field larger" in fault:
        return "a quotation mark is opened and never closed"
    if "expected after" in fault:
        return "text follows the closing quotation mark of a cell"
    return f"the row cannot be split into cells ({fault})"


def _delimiter(header: str, where: str) -> str:
    """The only likely separator in the header, outside quotation marks."""
    outside = "".join(header.split('"')[::2])
    found = [char for char in DELIMITERS if char in outside]
    if len(found) > 1:
        names = " or ".join(f"{DELIMITERS[char]} ({char!r})" for char in found)
        raise InputError(f"the cells may be separated by {names}", where=where, hint="Give --delimiter.")
    return found[0] if found else ","
