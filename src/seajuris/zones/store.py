"""Reads the zone GeoPackage: SQLite and its R*Tree from the standard library, geometries with shapely.

geopandas would cost more at start-up than the whole query.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from seajuris.errors import DataError
from seajuris.paths import shipped
from seajuris.place import ZONES
from seajuris.zones.database import FAULTS, UnsafeDatabaseError, connect, tables
from seajuris.zones.measure import Floats, window

# Length of a GeoPackage geometry header by its envelope code (OGC 12-128r18, 2.1.3).
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_LINE, _POLYGON = 2, 3
_MOST_BLOB_BYTES = 50_000_000
_COORDINATE_BYTES = 16

_WORLD = (180.0, 90.0)
_NOWHERE = "the zone data hold coordinates that are no place on Earth"

_LINES = frozenset({"limits", "baselines", "boundaries"})
_NUMBERS = frozenset({"breadth_nm", "accuracy_m"})
_WORDS: dict[str, frozenset[Any]] = {
    "zone": frozenset(ZONES) - {"outside_data"},
    "limit": frozenset({"territorial_sea", "contiguous_zone", "exclusive_economic_zone"}),
    "claim": frozenset({"proclaimed", "potential", "protested"}),
}
_CODES = frozenset({"state", "territory", "other_state"})
_NEVER_NULL = frozenset({"zone", "limit", "parties", "id", "key", "text", "role"})

_COLUMNS = {
    "zones": "zone, state, territory, claim, proclaimed_from, proclaimed_to, valid_from, valid_to, breadth_nm, method,"
    " dispute, instrument, source, confidence, accuracy_m",
    "limits": '"limit", state, territory, kind, other_state, boundary, valid_from, valid_to, proclaimed_from,'
    " proclaimed_to, breadth_nm, accuracy_m",
    "baselines": "state, territory, kind, dispute",
    "boundaries": "id, parties, role, divides, valid_from, valid_to, source, confidence, accuracy_m, note",
    "remarks": "key, text, valid_from, valid_to, source, confidence",
}


def columns_of(layer: str) -> tuple[str, ...]:
    """The columns of a layer that are read, without key and geometry."""
    return tuple(name.strip().strip('"') for name in _COLUMNS[layer].split(","))


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
        examined: Whether rows and indexes have been looked at, so that what is wrong with them is no longer refused.

    Raises:
        DataError: if the file is missing, is no GeoPackage, or is not what its manifest declares.
    """

    def __init__(self, path: Path, *, examined: bool = False) -> None:
        if not path.is_file():
            raise DataError("the zone data are missing", where=str(path), hint="Reinstall, or build them: make zones.")
        self.path = path
        self._kept: dict[str, list[tuple[Row, tuple[float, float, float, float]]]] = {}
        # What ships is checked when it is built; no answer is given unless its hash is that of the manifest.
        self._foreign = not examined and path.resolve() != shipped("data", "maritime_zones", "zones.gpkg").resolve()
        self._unsearched = set(_COLUMNS) if self._foreign else set()
        try:
            self._db = connect(path, threads=True)
            # From Python 3.13 on, a connection that is only forgotten is a warning.
            weakref.finalize(self, self._db.close)
            self._db.execute("SELECT count(*) FROM rtree_zones_geom WHERE minx > 1000").fetchone()
            # Imported data need not have what decides nothing.
            self._absent = {"boundaries", "remarks"} - tables(self._db)
        except (*FAULTS, UnsafeDatabaseError) as fault:
            raise DataError(f"not a zone GeoPackage ({str(fault)[:200]})", where=str(path)) from None

    def near(self, layer: str, lon: float, lat: float, radius_m: float) -> Iterator[Row]:
        """Features whose bounding box comes within a radius of a position."""
        if layer in self._absent:
            return
        if layer in self._kept:
            for west, south, east, north in window(lon, lat, radius_m):
                for row, (minx, maxx, miny, maxy) in self._kept[layer]:
                    if maxx >= west and minx <= east and maxy >= south and miny <= north:
                        yield row
            return
        names = columns_of(layer)
        # Layer and columns come from the table above, never from outside.
        query = (
            f"SELECT {_COLUMNS[layer]}, geom FROM {layer} WHERE fid IN (SELECT id FROM rtree_{layer}_geom"  # noqa: S608
            " WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?) ORDER BY fid"
        )
        try:
            self._check_index(layer)
            for west, south, east, north in window(lon, lat, radius_m):
                for *values, blob in self._db.execute(query, (west, east, south, north)):
                    yield self._row(layer, dict(zip(names, values, strict=True)), blob)
        except FAULTS as fault:
            raise DataError(f"the zone data cannot be read ({str(fault)[:200]})", where=str(self.path)) from None

    def keep(self, *layers: str) -> None:
        """Hold small layers in memory, for many positions."""
        for layer in layers:
            if layer not in self._absent:
                index = f"rtree_{layer}_geom"
                query = f"SELECT minx, maxx, miny, maxy FROM {index} JOIN {layer} ON fid = {index}.id ORDER BY fid"  # noqa: S608
                try:
                    self._check_index(layer)
                    boxes = self._db.execute(query).fetchall()
                    # A damaged index may hold a feature twice.
                    self._kept[layer] = list(zip(self.every(layer), boxes, strict=True))
                except (*FAULTS, ValueError) as fault:
                    raise DataError(f"the zone data cannot be read ({fault})", where=str(self.path)) from None

    def _row(self, layer: str, values: dict[str, Any], blob: bytes) -> Row:
        if self._foreign:
            check_values(layer, values, str(self.path))
            # Of polygons this is seen when they are read as shapes.
            if blob and layer in _LINES and not (np.abs(coordinates(blob)) <= _WORLD).all():
                raise DataError(_NOWHERE, where=str(self.path))
        return Row(values, blob)

    def _check_index(self, layer: str) -> None:
        """Refuse, before a layer is searched, a feature that no search would find: a zone would be missing silently."""
        if layer in self._unsearched:
            query = f"SELECT count(*) FROM {layer} WHERE fid NOT IN (SELECT id FROM rtree_{layer}_geom)"  # noqa: S608
            (missing,) = self._db.execute(query).fetchone()
            if missing:
                raise DataError(
                    f"the index of the layer {layer} lacks features ({missing}), which would not be found",
                    where=str(self.path),
                    hint="`seajuris zones verify` shows which.",
                )
            self._unsearched.discard(layer)

    def every(self, layer: str, *, geometry: bool = True) -> Iterator[Row]:
        """All features of a layer in the order of `fid`; without geometry, their `blob` is empty."""
        if layer in self._absent:
            return
        names = columns_of(layer)
        shape = "geom" if geometry else "x''"
        try:
            for *values, blob in self._db.execute(f"SELECT {_COLUMNS[layer]}, {shape} FROM {layer} ORDER BY fid"):  # noqa: S608
                yield self._row(layer, dict(zip(names, values, strict=True)), blob)
        except FAULTS as fault:
            raise DataError(f"the zone data cannot be read ({fault})", where=str(self.path)) from None

    def days_of_change(self) -> list[str]:
        """Every day (ISO 8601) on which a zone or a limit begins or ends, sorted."""
        columns = ("valid_from", "valid_to", "proclaimed_from", "proclaimed_to")
        query = " UNION ".join(f'SELECT "{name}" FROM {layer}' for layer in ("zones", "limits") for name in columns)  # noqa: S608
        try:
            return sorted(day for (day,) in self._db.execute(query) if day is not None)
        except FAULTS as fault:
            raise DataError(f"the zone data cannot be read ({fault})", where=str(self.path)) from None

    @cached_property
    def largest_limit_accuracy_m(self) -> float:
        """The accuracy of the limit that is known least well, metres."""
        try:
            (worst,) = self._db.execute("SELECT max(accuracy_m) FROM limits").fetchone()
        except FAULTS as fault:
            raise DataError(f"the zone data cannot be read ({fault})", where=str(self.path)) from None
        return float(worst or 0.0)

    def claims(self, state: str) -> list[dict[str, Any]]:
        """The normalised claims of a State, as the build used them."""
        columns = (
            "territory, state, zone, breadth_nm, area, valid_from, valid_to, claim, instrument, source, confidence"
        )
        try:
            rows = self._db.execute(
                f"SELECT {columns} FROM claims WHERE state = ? ORDER BY rowid",  # noqa: S608
                (state,),
            ).fetchall()
        except FAULTS as fault:
            raise DataError(f"the zone data cannot be read ({str(fault)[:200]})", where=str(self.path)) from None
        return [dict(zip(columns.split(", "), row, strict=True)) for row in rows]


def check_values(layer: str, row: Mapping[str, Any], where: str) -> None:
    """Refuse a row that could not be understood, before it is taken for something else.

    Args:
        layer: Its layer, for the message.
        row: Values by column; columns that are not known are not looked at.
        where: The file, for the message.

    Raises:
        DataError: if a value has another type than its column, or is not one of its words.
    """
    for name, value in row.items():
        if name in _NUMBERS:
            good = value is None or (isinstance(value, int | float) and 0 <= value < math.inf)
        elif value is None:
            good = name not in _NEVER_NULL
        elif name in _CODES:
            good = isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()
        elif name in _WORDS and layer in _COLUMNS:
            good = isinstance(value, str) and value in _WORDS[name]
        else:
            good = isinstance(value, str)
        if not good:
            raise DataError(
                f"the layer {layer} has a row whose {name} is {repr(value)[:60]}",
                where=where,
                hint="Zone data come from `make zones` or `seajuris zones import`.",
            )


def geometries(blobs: list[bytes], *, anywhere: bool = False) -> Any:
    """GeoPackage geometries (polygons and lines) as an array of shapely geometries.

    Args:
        blobs: The geometries.
        anywhere: Whether they may lie where no place on Earth is, for checks that look for just that.

    Raises:
        DataError: if one is none, or has coordinates that are no place on Earth.
    """
    try:
        with np.errstate(invalid="ignore"):
            shapes = shapely.from_wkb([blob[_body(blob)[0] :] for blob in blobs])
    except (shapely.GEOSException, TypeError) as fault:
        raise DataError(f"the zone data hold a damaged geometry ({str(fault)[:100]})") from None
    # Every comparison with a coordinate that is no number is false: a zone would seem to lie elsewhere.
    if not anywhere and not (np.abs(shapely.get_coordinates(shapes)) <= _WORLD).all():
        raise DataError(_NOWHERE)
    return shapes


def coordinates(blob: bytes) -> Floats:
    """Coordinates of a GeoPackage LineString, shape (n, 2), degrees, without a detour through GEOS.

    Raises:
        DataError: if it is none. Whether the numbers are places on Earth is seen where rows are read.
    """
    start, kind, order = _body(blob)
    if kind != _LINE or len(blob) < start + 9 + 2 * _COORDINATE_BYTES or (len(blob) - start - 9) % _COORDINATE_BYTES:
        raise DataError("the zone data hold a damaged line")
    return np.frombuffer(blob, dtype=f"{order}f8", offset=start + 9).reshape(-1, 2).astype(np.float64)


def _body(blob: Any) -> tuple[int, int, str]:
    """Where the WKB in a GeoPackage geometry begins, its type, and its byte order.

    A collection is refused here: one in another, a hundred thousand deep, would end the program in GEOS.
    """
    if isinstance(blob, bytes) and 13 <= len(blob) <= _MOST_BLOB_BYTES and blob[:2] == b"GP":
        length = _ENVELOPE_BYTES.get((blob[3] >> 1) & 7)
        if length is not None and len(blob) >= length + 17 and blob[8 + length] <= 1:
            order = "<" if blob[8 + length] == 1 else ">"
            kind = int.from_bytes(blob[9 + length : 13 + length], "little" if order == "<" else "big")
            if kind in (_LINE, _POLYGON):
                return 8 + length, kind, order
    raise DataError("the zone data hold something that is neither a polygon nor a line")


@cache
def zones_in(path: Path) -> ZoneStore:
    """The store for a file, opened once."""
    return ZoneStore(path)
