"""Reads a whole zone GeoPackage, for tools that look at all of it rather than around one position."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seajuris.errors import DataError
from seajuris.reading import Limits, check_name, read_text, short
from seajuris.yamlio import parse_yaml
from seajuris.zones.build.geopackage import CLAIM_COLUMNS
from seajuris.zones.database import FAULTS, UnsafeDatabaseError, connect
from seajuris.zones.store import check_values, columns_of, geometries

Shapes = npt.NDArray[np.object_]

_KEYS = ("fid", "geom")
_SHAPE: dict[str, type] = {"sources": list, "claims_from": dict, "not_covered": list, "counts": dict, "disputes": dict}
MANIFEST = Limits(size=5_000_000, nodes=500_000)


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
    check_name(path, error=DataError)
    if not path.is_file():
        raise DataError("the zone data are missing", where=str(path), hint="Reinstall, or build them: make zones.")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A zone GeoPackage opened read-only.

    Raises:
        DataError: if it is missing or cannot be read, or was replaced or written to in the meantime.
    """
    from seajuris.zones.integrity import identity as identity_of

    check_exists(path)
    before = identity_of(path.stat())
    try:
        with closing(connect(path)) as database:
            yield database
    except (*FAULTS, UnsafeDatabaseError) as fault:
        raise DataError(f"not a zone GeoPackage ({str(fault)[:200]})", where=str(path)) from None
    check_exists(path)
    if identity_of(path.stat()) != before:
        raise DataError("the zone data were replaced or written to while they were read", where=str(path))


def read_layer(database: sqlite3.Connection, name: str) -> Layer:
    """All features of a layer, in the order of their keys."""
    # The name comes from this package, never from outside.
    cursor = database.execute(f'SELECT * FROM "{name}" ORDER BY fid')  # noqa: S608
    names = [column[0] for column in cursor.description]
    found = list(cursor)
    if "fid" not in names or "geom" not in names:
        raise DataError(f"the layer {name} has no fid or no geom")
    for row in found:
        check_values(name, {n: v for n, v in zip(names, row, strict=True) if n not in _KEYS}, name)
    lacking = [n for n in columns_of(name) if n not in names]
    if lacking:
        raise DataError(f"the layer {name} lacks {', '.join(lacking)}", hint="It was made by another version.")
    fids = [row[names.index("fid")] for row in found]
    blobs = [row[names.index("geom")] for row in found]
    columns = {n: [row[i] for row in found] for i, n in enumerate(names) if n not in ("fid", "geom")}
    shapes = np.asarray(geometries(blobs, anywhere=True), dtype=object) if blobs else np.empty(0, dtype=object)
    # `blob[3]` tells how long the header is; this file format writes the shortest one.
    return Layer(columns, [bytes(b[8:]) if not (b[3] >> 1) & 7 else b"" for b in blobs], shapes, fids)


def has_table(database: sqlite3.Connection, name: str) -> bool:
    """Whether the file has a table of that name."""
    return database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def read_claims(database: sqlite3.Connection, state: str | None = None) -> list[dict[str, Any]]:
    """The table ``claims``, of one State or of all."""
    cursor = database.execute("SELECT * FROM claims WHERE ? IS NULL OR state = ? ORDER BY fid", (state, state))
    names = [column[0] for column in cursor.description]
    rows = [{n: v for n, v in zip(names, row, strict=True) if n != "fid"} for row in cursor]
    for row in rows:
        check_values("claims", row, "claims")
        if missing := [n for n in CLAIM_COLUMNS if n not in row]:
            raise DataError(f"the table claims lacks {', '.join(missing)}", hint="It was made by another version.")
    return rows


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest beside a zone file.

    Raises:
        DataError: if it is missing or is no manifest.
    """
    where = path.with_name("manifest.yaml")
    text = read_text(where, where=str(where), error=DataError, size=MANIFEST.size)
    content: Any = parse_yaml(text, where=str(where), error=DataError, limits=MANIFEST)
    if not isinstance(content, dict):
        raise DataError("the manifest is no table of keys", where=str(where))
    for key, kind in _SHAPE.items():
        if not isinstance(content.get(key, kind()), kind):
            raise DataError(f"{key} is not what a manifest has there", where=str(where))
    if not all(isinstance(source, dict) for source in content.get("sources", [])):
        raise DataError("sources is not what a manifest has there", where=str(where))
    for key, states in content.get("disputes", {}).items():
        if not isinstance(states, list) or not all(isinstance(state, str) for state in states):
            raise DataError(f"disputes: {short(key)} is no list of States", where=str(where))
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
