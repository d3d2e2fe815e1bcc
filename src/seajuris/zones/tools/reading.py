"""Reads a whole zone GeoPackage, for tools that look at all of it rather than around one position."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from seajuris.errors import DataError
from seajuris.zones.store import geometries

Shapes = npt.NDArray[np.object_]

MAX_MANIFEST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Layer:
    """All features of one layer.

    Attributes:
        columns: Values by column name, without the geometry; all of the same length.
        wkb: Geometries as stored, without the GeoPackage header.
        shapes: The same as shapely geometries, shape (n,).
        fids: Keys.
    """

    columns: dict[str, list[Any]]
    wkb: list[bytes]
    shapes: Shapes
    fids: list[int]

    def __len__(self) -> int:
        return len(self.fids)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Attributes feature by feature."""
        names = list(self.columns)
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, values, strict=True))


def check_exists(path: Path) -> None:
    """Refuse a zone file that is not there.

    Raises:
        DataError: if so.
    """
    if not path.is_file():
        raise DataError("the zone data are missing", where=str(path), hint="Reinstall, or build them: make zones.")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A zone GeoPackage opened read-only.

    Raises:
        DataError: if it is missing or cannot be read.
    """
    check_exists(path)
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        yield database
    except sqlite3.Error as fault:
        raise DataError(f"not a zone GeoPackage ({fault})", where=str(path)) from None
    finally:
        database.close()


def read_layer(database: sqlite3.Connection, name: str) -> Layer:
    """All features of a layer, in the order of their keys."""
    # The name comes from this package, never from outside.
    cursor = database.execute(f'SELECT * FROM "{name}" ORDER BY fid')  # noqa: S608
    names = [column[0] for column in cursor.description]
    found = list(cursor)
    fids = [row[names.index("fid")] for row in found]
    blobs = [row[names.index("geom")] for row in found]
    columns = {n: [row[i] for row in found] for i, n in enumerate(names) if n not in ("fid", "geom")}
    shapes = np.asarray(geometries(blobs), dtype=object) if blobs else np.empty(0, dtype=object)
    # `blob[3]` tells how long the header is; this file format writes the shortest one.
    return Layer(columns, [bytes(b[8:]) if not (b[3] >> 1) & 7 else b"" for b in blobs], shapes, fids)


def has_table(database: sqlite3.Connection, name: str) -> bool:
    """Whether the file has a table of that name."""
    return database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def read_claims(database: sqlite3.Connection, state: str | None = None) -> list[dict[str, Any]]:
    """The table ``claims``, of one State or of all."""
    cursor = database.execute("SELECT * FROM claims WHERE ?1 IS NULL OR state = ?1 ORDER BY fid", (state,))
    names = [column[0] for column in cursor.description]
    return [{n: v for n, v in zip(names, row, strict=True) if n != "fid"} for row in cursor]


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest beside a zone file.

    Raises:
        DataError: if it is missing or is no manifest.
    """
    where = path.with_name("manifest.yaml")
    try:
        if where.stat().st_size > MAX_MANIFEST_BYTES:
            raise DataError(f"larger than {MAX_MANIFEST_BYTES} bytes", where=str(where))
        content = yaml.load(where.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise DataError(f"the manifest cannot be read: {fault}", where=str(where)) from None
    if not isinstance(content, dict):
        raise DataError("the manifest is no table of keys", where=str(where))
    return content


def identity(path: Path) -> dict[str, str]:
    """Version and hashes of a zone file, compared with its manifest now.

    Raises:
        DataError: if the file is not what its manifest declares.
    """
    from seajuris.zones.integrity import Integrity

    check_exists(path)
    return Integrity(path).result()


def in_force(start: str | None, end: str | None, on: str) -> bool:
    """Whether a period ``[start, end)`` contains a day; `None` is open."""
    return (start is None or start <= on) and (end is None or on < end)
