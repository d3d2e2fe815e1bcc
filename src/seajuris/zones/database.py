"""Opens a GeoPackage that may come from anybody: read-only, and only if nothing in it could run.

A GeoPackage is a database, and a database can hold programs: a view named like a layer computes its rows, for ever if
it likes; a generated column computes its cells; a virtual table is code of its own. None of them is needed for maps.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

MAX_SCHEMA = 2_000
"""Tables, indexes and triggers."""
MAX_VALUE_BYTES = 400_000_000
"""Of one cell. The largest polygon of a download has some ten megabytes."""

_APPLICATIONS = frozenset({0x47504B47, 0x47503130, 0x47503131})
"""``GPKG``, and ``GP10`` and ``GP11`` of the first editions (OGC 12-128r18, requirement 2)."""
_RTREE = re.compile(r'CREATE VIRTUAL TABLE\s+(?:"(?:[^"]|"")+"|\w+)\s+USING\s+rtree\s*\([\w\s",]*\)\s*', re.IGNORECASE)


FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged database raises: its messages may quote bytes that are no text."""


class UnsafeDatabaseError(Exception):
    """A database that holds something that would run when it is read; the text says what."""


def connect(path: Path, *, threads: bool = False) -> sqlite3.Connection:
    """Open a GeoPackage.

    Args:
        path: An existing file.
        threads: Whether threads share the connection.

    Raises:
        UnsafeDatabaseError: if it is no GeoPackage, or holds views, generated columns, or virtual tables other than
            R*Trees.
        sqlite3.Error: if it is damaged.
    """
    # Immutable: no journal beside the file is looked at, and nothing is ever written, so that no trigger can fire.
    database = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=not threads
    )
    try:
        # Functions with side effects stay out of reach of whatever the schema says.
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        _check(database)
    except UnicodeDecodeError:
        # Names, and SQLite's own messages about them, may hold any bytes.
        database.close()
        raise UnsafeDatabaseError("holds a name that is not UTF-8") from None
    except BaseException:
        database.close()
        raise
    return database


def tables(database: sqlite3.Connection) -> set[str]:
    """The names of all tables."""
    return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _check(database: sqlite3.Connection) -> None:
    (number,) = database.execute("PRAGMA application_id").fetchone()
    if number not in _APPLICATIONS:
        raise UnsafeDatabaseError("a database, but no GeoPackage (its application number differs)")
    query = "SELECT type, name, sql FROM sqlite_master LIMIT ?"
    listed = database.execute(query, (MAX_SCHEMA + 1,)).fetchall()
    if len(listed) > MAX_SCHEMA:
        raise UnsafeDatabaseError(f"more than {MAX_SCHEMA} tables and indexes")
    plain = []
    for kind, name, sql in listed:
        if kind == "view":
            raise UnsafeDatabaseError(f"holds a view ({str(name)[:60]!r}), which would be run")
        if kind != "table":
            continue
        if sql is not None and re.match(r"\s*CREATE\s+VIRTUAL", sql, re.IGNORECASE):
            if _RTREE.fullmatch(sql) is None:
                raise UnsafeDatabaseError(f"holds a virtual table ({str(name)[:60]!r}), which would be run")
        else:
            plain.append(str(name))
    for name in plain:
        hidden = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3)"
        found = database.execute(hidden, (name,)).fetchone()
        if found is not None:
            raise UnsafeDatabaseError(f"holds a computed column ({name[:60]}.{str(found[0])[:60]}), which would be run")
