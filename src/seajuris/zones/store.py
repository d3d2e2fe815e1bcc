"""Reads the zone GeoPackage: SQLite and its R*Tree from the standard library, geometries with shapely.

geopandas would cost more at start-up than the whole query.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from seajuris.errors import DataError
from seajuris.zones.measure import Floats, window

# Length of a GeoPackage geometry header by its envelope code (OGC 12-128r18, 2.1.3).
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}

_COLUMNS = {
    "zones": "zone, state, territory, claim, proclaimed_from, proclaimed_to, valid_from, valid_to, breadth_nm, method,"
    " dispute, instrument, source, confidence, accuracy_m",
    "limits": '"limit", state, territory, kind, other_state, boundary, valid_from, valid_to, proclaimed_from,'
    " proclaimed_to, breadth_nm, accuracy_m",
    "baselines": "state, territory, kind, dispute",
    "boundaries": "id, parties, role, divides, valid_from, valid_to, source, confidence, accuracy_m, note",
    "remarks": "key, text, valid_from, valid_to, source, confidence",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One feature: its attributes by column name, and its geometry as stored."""

    values: dict[str, Any]
    blob: bytes

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def in_force(self, on: str) -> bool:
        """Whether this geometry is valid on a day (ISO 8601)."""
        start, end = self.values.get("valid_from"), self.values.get("valid_to")
        return (start is None or start <= on) and (end is None or on < end)

    def proclaimed(self, on: str) -> bool:
        """Whether the claim is in force on a day (ISO 8601)."""
        start, end = self.values.get("proclaimed_from"), self.values.get("proclaimed_to")
        return (start is None or start <= on) and (end is None or on < end)


class ZoneStore:
    """The zone data in one GeoPackage, opened read-only.

    Args:
        path: The GeoPackage; its manifest stands beside it.

    Raises:
        DataError: if the file is missing, is no GeoPackage, or is not what its manifest declares.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise DataError("the zone data are missing", where=str(path), hint="Reinstall, or build them: make zones.")
        self.path = path
        try:
            # Read-only and immutable: threads may share the connection.
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._db.execute("SELECT count(*) FROM rtree_zones_geom WHERE minx > 1000").fetchone()
            tables = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error as fault:
            raise DataError(f"not a zone GeoPackage ({fault})", where=str(path)) from None
        # Imported data need not have what decides nothing.
        self._absent = {"boundaries", "remarks"} - tables

    def near(self, layer: str, lon: float, lat: float, radius_m: float) -> Iterator[Row]:
        """Features whose bounding box comes within a radius of a position."""
        if layer in self._absent:
            return
        names = [name.strip().strip('"') for name in _COLUMNS[layer].split(",")]
        # Layer and columns come from the table above, never from outside.
        query = (
            f"SELECT {_COLUMNS[layer]}, geom FROM {layer} WHERE fid IN (SELECT id FROM rtree_{layer}_geom"  # noqa: S608
            " WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?) ORDER BY fid"
        )
        try:
            for west, south, east, north in window(lon, lat, radius_m):
                for *values, blob in self._db.execute(query, (west, east, south, north)):
                    yield Row(dict(zip(names, values, strict=True)), blob)
        except sqlite3.Error as fault:
            raise DataError(f"the zone data cannot be read ({fault})", where=str(self.path)) from None

    def claims(self, state: str) -> list[dict[str, Any]]:
        """The normalised claims of a State, as the build used them."""
        columns = (
            "territory, state, zone, breadth_nm, area, valid_from, valid_to, claim, instrument, source, confidence"
        )
        rows = self._db.execute(f"SELECT {columns} FROM claims WHERE state = ? ORDER BY rowid", (state,))  # noqa: S608
        return [dict(zip(columns.split(", "), row, strict=True)) for row in rows]


def geometries(blobs: list[bytes]) -> Any:
    """GeoPackage geometries as an array of shapely geometries."""
    return shapely.from_wkb([blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :] for blob in blobs])


def coordinates(blob: bytes) -> Floats:
    """Coordinates of a GeoPackage LineString, shape (n, 2), degrees, without a detour through GEOS."""
    start = 8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7]
    order = "<" if blob[start] == 1 else ">"
    return np.frombuffer(blob, dtype=f"{order}f8", offset=start + 9).reshape(-1, 2).astype(np.float64)


@cache
def zones_in(path: Path) -> ZoneStore:
    """The store for a file, opened once."""
    return ZoneStore(path)
