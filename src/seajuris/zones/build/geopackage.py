"""Writing the GeoPackage, byte for byte the same from the same rows.

Only the standard library's SQLite is used. The R*Trees are laid out as the GeoPackage extension
``gpkg_rtree_index`` wants them, so that QGIS and GDAL use them too.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

LAST_CHANGE = "2026-11-01T00:00:00.000Z"
WGS84_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AUTHORITY["EPSG","4326"]]'
)
LAYERS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "zones": (
        "POLYGON",
        (
            ("zone", "TEXT NOT NULL"),
            ("territory", "TEXT"),
            ("state", "TEXT"),
            ("claim", "TEXT"),
            ("proclaimed_from", "TEXT"),
            ("proclaimed_to", "TEXT"),
            ("valid_from", "TEXT"),
            ("valid_to", "TEXT"),
            ("breadth_nm", "REAL"),
            ("method", "TEXT"),
            ("dispute", "TEXT"),
            ("instrument", "TEXT"),
            ("source", "TEXT"),
            ("confidence", "TEXT"),
            ("accuracy_m", "REAL"),
        ),
    ),
    "limits": (
        "LINESTRING",
        (
            ("limit", "TEXT NOT NULL"),
            ("state", "TEXT"),
            ("territory", "TEXT"),
            ("kind", "TEXT"),
            ("other_state", "TEXT"),
            ("boundary", "TEXT"),
            ("breadth_nm", "REAL"),
            ("valid_from", "TEXT"),
            ("valid_to", "TEXT"),
            ("proclaimed_from", "TEXT"),
            ("proclaimed_to", "TEXT"),
            ("accuracy_m", "REAL"),
        ),
    ),
    "baselines": (
        "LINESTRING",
        (
            ("state", "TEXT"),
            ("territory", "TEXT"),
            ("kind", "TEXT"),
            ("dispute", "TEXT"),
        ),
    ),
    "boundaries": (
        "LINESTRING",
        (
            ("id", "TEXT NOT NULL"),
            ("parties", "TEXT NOT NULL"),
            ("role", "TEXT NOT NULL"),
            ("divides", "TEXT"),
            ("valid_from", "TEXT"),
            ("valid_to", "TEXT"),
            ("source", "TEXT"),
            ("confidence", "TEXT"),
            ("accuracy_m", "REAL"),
            ("note", "TEXT"),
        ),
    ),
    "remarks": (
        "POLYGON",
        (
            ("key", "TEXT NOT NULL"),
            ("text", "TEXT NOT NULL"),
            ("valid_from", "TEXT"),
            ("valid_to", "TEXT"),
            ("source", "TEXT"),
            ("confidence", "TEXT"),
        ),
    ),
}
CLAIM_COLUMNS = (
    "territory",
    "state",
    "zone",
    "breadth_nm",
    "area",
    "valid_from",
    "valid_to",
    "claim",
    "instrument",
    "source",
    "confidence",
)

Feature = tuple[Sequence[Any], bytes]


def _quoted(name: str) -> str:
    """A reserved word such as LIMIT must be quoted as a column name."""
    return f'"{name}"'


def _prepare(database: sqlite3.Connection) -> None:
    database.executescript(
        """
        PRAGMA application_id = 0x47504B47;
        PRAGMA user_version = 10300;
        PRAGMA page_size = 32768;
        CREATE TABLE gpkg_spatial_ref_sys (
            srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
            organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
            definition TEXT NOT NULL, description TEXT);
        CREATE TABLE gpkg_contents (
            table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
            identifier TEXT UNIQUE, description TEXT DEFAULT '',
            last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,
            max_y DOUBLE, srs_id INTEGER,
            CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id)
                REFERENCES gpkg_spatial_ref_sys(srs_id));
        CREATE TABLE gpkg_geometry_columns (
            table_name TEXT NOT NULL, column_name TEXT NOT NULL,
            geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
            z TINYINT NOT NULL, m TINYINT NOT NULL,
            CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
            CONSTRAINT uk_gc_table_name UNIQUE (table_name),
            CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
            CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
        CREATE TABLE gpkg_extensions (
            table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
            definition TEXT NOT NULL, scope TEXT NOT NULL,
            CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
        """
    )
    database.executemany(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
        [
            ("Undefined Cartesian", -1, "NONE", -1, "undefined", None),
            ("Undefined geographic", 0, "NONE", 0, "undefined", None),
            ("WGS 84", 4326, "EPSG", 4326, WGS84_WKT, "longitude, latitude in degrees"),
        ],
    )


def blob(wkb: bytes) -> bytes:
    """GeoPackage geometry: header without envelope (the R*Tree has it), then WKB."""
    return b"GP\x00\x01" + struct.pack("<i", 4326) + wkb


def order(features: Iterable[Feature]) -> list[Feature]:
    """Canonical order: along a coarse grid (so that neighbours share pages), then by content."""
    listed = list(features)
    bounds = shapely.bounds(shapely.from_wkb(np.array([wkb for _, wkb in listed], dtype=object)))
    cell = np.floor(bounds[:, :2] / 4.0)
    keys = [
        (float(cell[i, 1]), float(cell[i, 0]), tuple(str(v) for v in columns), wkb)
        for i, (columns, wkb) in enumerate(listed)
    ]
    return [listed[i] for i in sorted(range(len(listed)), key=keys.__getitem__)]


def _write_layer(database: sqlite3.Connection, name: str, features: list[Feature]) -> None:
    kind, columns = LAYERS[name]
    names = [column for column, _ in columns]
    geometries = shapely.from_wkb(np.array([wkb for _, wkb in features], dtype=object))
    bounds = shapely.bounds(geometries)
    database.execute(
        f"CREATE TABLE {name} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom {kind}, "
        + ", ".join(f"{_quoted(column)} {type_}" for column, type_ in columns)
        + ")"
    )
    # An empty layer has no extent.
    extent = [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()] if features else [None] * 4
    database.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', ?, ?, ?, ?, ?, 4326)",
        (name, name, LAST_CHANGE, *extent),
    )
    database.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, 4326, 0, 0)", (name, kind))
    marks = ", ".join("?" * (len(names) + 2))
    listed = ", ".join(["fid", "geom", *map(_quoted, names)])
    database.executemany(
        f"INSERT INTO {name} ({listed}) VALUES ({marks})",  # noqa: S608 - constant names
        ((i + 1, blob(wkb), *values) for i, (values, wkb) in enumerate(features)),
    )
    database.execute(f"CREATE VIRTUAL TABLE rtree_{name}_geom USING rtree(id, minx, maxx, miny, maxy)")
    database.executemany(
        f"INSERT INTO rtree_{name}_geom VALUES (?, ?, ?, ?, ?)",  # noqa: S608
        ((i + 1, float(b[0]), float(b[2]), float(b[1]), float(b[3])) for i, b in enumerate(bounds)),
    )
    database.execute(
        "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', "
        "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        (name,),
    )


def content_hash(layers: dict[str, list[Feature]], claims: Sequence[Sequence[Any]]) -> str:
    """SHA-256 over all rows in canonical order."""
    digest = hashlib.sha256()
    for name in LAYERS:
        for columns, wkb in layers[name]:
            digest.update(repr((name, tuple(columns))).encode())
            digest.update(wkb)
    for row in claims:
        digest.update(repr(("claims", tuple(row))).encode())
    return digest.hexdigest()


def write(path: Path, layers: dict[str, list[Feature]], claims: Sequence[Sequence[Any]]) -> str:
    """Write the file; replaces an older one only when complete.

    Args:
        path: Where.
        layers: Features per layer, in canonical order.
        claims: Rows of the table ``claims``.

    Returns:
        The content hash.
    """
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    database = sqlite3.connect(temporary)
    try:
        _prepare(database)
        for name in LAYERS:
            _write_layer(database, name, layers[name])
        types = {"breadth_nm": "REAL"}
        database.execute(
            "CREATE TABLE claims (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
            + ", ".join(f"{c} {types.get(c, 'TEXT')}" for c in CLAIM_COLUMNS)
            + ")"
        )
        database.execute(
            "INSERT INTO gpkg_contents VALUES ('claims', 'attributes', 'claims', '', ?, NULL, NULL, NULL, NULL, NULL)",
            (LAST_CHANGE,),
        )
        database.executemany(
            f"INSERT INTO claims ({', '.join(CLAIM_COLUMNS)}) "  # noqa: S608
            f"VALUES ({', '.join('?' * len(CLAIM_COLUMNS))})",
            claims,
        )
        database.commit()
        database.execute("VACUUM")
    finally:
        database.close()
    temporary.replace(path)
    return content_hash(layers, claims)
