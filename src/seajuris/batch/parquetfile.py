"""Parquet and GeoParquet, batch by batch."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seajuris.batch.answered import Columns
from seajuris.batch.blocks import ROWS, Block, Fixed
from seajuris.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_WGS84 = {("OGC", "CRS84"), ("EPSG", "4326"), ("EPSG", 4326)}


class ArrowRows:
    """Rows of an Arrow table.

    Args:
        batch: The rows.
        geometry: The column that holds points as well-known binary, if there is one.
    """

    def __init__(self, batch: pa.RecordBatch, geometry: str | None) -> None:
        self._batch = batch
        self._geometry = geometry
        self._values: list[dict[str, Any]] | None = None

    def _row(self, index: int) -> dict[str, Any]:
        if self._values is None:
            # Only for formats of text: from Parquet to Parquet no cell becomes a Python value.
            columns = [_values(name, self._batch.column(at)) for at, name in enumerate(self._batch.schema.names)]
            self._values = [dict(zip(self._batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]
        return self._values[index]

    def __len__(self) -> int:
        return int(self._batch.num_rows)

    def cells(self, index: int) -> Sequence[str]:
        """The values as text; numbers with all their digits, points as GeoJSON, bytes as hexadecimal digits."""
        row = self._row(index)
        return [
            _plain_text(self.geometry(index) if name == self._geometry else _plain(value))
            for name, value in row.items()
        ]

    def members(self, index: int) -> str:
        """The values as JSON; days and times as ISO 8601, bytes as hexadecimal digits, NaN as null."""
        row = self._row(index)
        texts = []
        for name, value in row.items():
            text = self.geometry(index) or "null" if name == self._geometry else _dump(_plain(value))
            texts.append(f"{json.dumps(name, ensure_ascii=False)}:{text}")
        return ",".join(texts)

    def geometry(self, index: int) -> str | None:
        """The point as GeoJSON."""
        import shapely

        blob = None if self._geometry is None else self._row(index)[self._geometry]
        shape = None if blob is None else shapely.from_wkb(blob, on_invalid="ignore")
        if shape is None:
            return None
        if shape.is_empty:
            return f'{{"type":"{shape.geom_type}","coordinates":[]}}'
        return str(shapely.to_geojson(shape))

    def feature(self, index: int, added: str) -> str | None:
        """None: a row of a table is no feature."""
        return None

    def table(self, indices: NDArray[np.int64]) -> pa.RecordBatch:
        """The rows as they stood."""
        import pyarrow as pa

        if len(indices) == self._batch.num_rows:
            return self._batch
        return self._batch.take(pa.array(indices))

    def verbatim(self, index: int) -> Sequence[str]:
        """The row as JSON."""
        return [f"{{{self.members(index)}}}"]


def _values(name: str, column: pa.Array) -> list[Any]:
    """The values of a column; those that Python cannot hold, such as days after the year 9999, as Arrow writes them.

    Raises:
        InputError: if nothing can say them.
    """
    import pyarrow as pa

    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError, pa.ArrowException):
        pass
    try:
        return list(column.cast(pa.string()).to_pylist())
    except pa.ArrowException as fault:
        text = str(fault).splitlines()[0][:200]
        raise InputError(
            f"its values ({str(column.type)[:80]}) cannot be written as text: {text}",
            where=f"column {name[:80]}",
            hint="Write Parquet (--to parquet), or leave that column out.",
        ) from None


def sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch, if what calls itself text is text.

    Raises:
        pyarrow.ArrowException: if it is not: everything that comes after relies on it.
    """
    batch.validate(full=True)
    return batch


def _plain(value: Any) -> Any:
    """A value of Arrow as one of JSON."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal | dt.timedelta):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, str | int) else str(value)


def _plain_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


FAULTS = (OSError, ValueError)
"""What reading damaged Parquet raises; the errors of Arrow, and of text that is none, are among them."""


def told(fault: BaseException) -> str:
    """What a library says of a fault, in one line."""
    return (str(fault).splitlines() or [type(fault).__name__])[0][:200]


def opened(name: str) -> pq.ParquetFile:
    """A Parquet file, of which the names and types of the columns could be read.

    Raises:
        InputError: if they could not.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Without the pre-buffer, and unmapped: memory stays that of a row group's pages.
        file = pq.ParquetFile(name, pre_buffer=False)
        file.schema_arrow  # noqa: B018 (names that are no text are found here)
    except (*FAULTS, pa.ArrowException) as fault:
        raise InputError(f"cannot be read as Parquet: {told(fault)}", where=name) from None
    return file


class ParquetSource:
    """A Parquet file; its geometry column, if it has one, is GeoParquet's primary one.

    Args:
        name: Path.

    Raises:
        InputError: if it cannot be opened, is no Parquet file, or has a geometry that is not read.
    """

    headings: tuple[str, ...] = ("original",)

    def __init__(self, name: str) -> None:
        if name == "-":
            raise InputError("Parquet cannot be read from a pipe", where="--from", hint="Name a file.")
        self._path = Path(name)
        self._file = opened(name)
        self._schema = self._file.schema_arrow
        self.names = tuple(self._schema.names)
        if len(set(self.names)) != len(self.names):
            raise InputError("two columns have the same name", where=name, hint="Rename the columns.")
        self.geometry = self._primary(name)
        self._rows = int(self._file.metadata.num_rows)
        self._read = 0

    def _primary(self, name: str) -> str | None:
        raw = (self._schema.metadata or {}).get(b"geo")
        if raw is None:
            return None
        try:
            geo = json.loads(raw)
            primary = str(geo["primary_column"])
            column = geo["columns"][primary]
            encoding = column["encoding"]
        except (ValueError, KeyError, TypeError):
            raise InputError("its GeoParquet metadata cannot be read", where=name) from None
        if primary not in self.names or encoding != "WKB":
            hint = "Accepted: points encoded as WKB. Or name --lat-column and --lon-column."
            raise InputError(f"its geometry is encoded as {encoding!r}", where=name, hint=hint)
        crs = column.get("crs", {"id": {"authority": "OGC", "code": "CRS84"}})
        found = crs.get("id", {}) if isinstance(crs, dict) else {}
        if (found.get("authority"), found.get("code")) not in _WGS84:
            shown = str(crs.get("name", found) if isinstance(crs, dict) else crs)[:80]
            raise InputError(f"its reference system is {shown!r}, not WGS 84", where=name, hint="Convert it first.")
        return primary

    def schema(self) -> pa.Schema:
        """Names, types and metadata as they stand in the file."""
        return self._schema

    def done(self) -> float | None:
        """The share of the rows that has been read."""
        return self._read / self._rows if self._rows else None

    def sha256(self) -> str:
        """Hash of the file."""
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def blocks(self, columns: Columns, *, after: int, fixed: Fixed) -> Iterator[Block]:
        """Read on; see `Source.blocks`."""
        import pyarrow as pa

        number = 0
        try:
            for batch in _even(sound(batch) for batch in self._file.iter_batches(batch_size=ROWS)):
                first = number
                number += batch.num_rows
                self._read = number
                if number <= after:
                    continue
                rows = np.arange(first + 1, number + 1, dtype=np.int64)
                wanted = batch.select(list(columns.names()))
                if not columns.names():
                    wanted = pa.record_batch([pa.nulls(batch.num_rows)], names=["sj_none"])
                parts = ((np.arange(batch.num_rows, dtype=np.int64), wanted),)
                yield Block(number, rows, np.zeros_like(rows), ArrowRows(batch, self.geometry), parts, ())
        except (*FAULTS, pa.ArrowException) as fault:
            raise InputError(
                f"row {number + 1} or one after it cannot be read: {told(fault)}", where=str(self._path)
            ) from None


def _even(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches of exactly `ROWS` rows, the last one shorter: where a block ends must not depend on how it was stored."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= ROWS:
            joined = pa.concat_batches(waiting) if len(waiting) > 1 else waiting[0]
            yield joined.slice(0, ROWS)
            waiting = [joined.slice(ROWS)] if count > ROWS else []
            count -= ROWS
    if count:
        yield pa.concat_batches(waiting)
