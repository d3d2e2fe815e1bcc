"""Reading the layers of a download: formats, reference system, columns, limits."""

from __future__ import annotations

import json
import math
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from seajuris.errors import InputError
from seajuris.jsonio import parse_json
from seajuris.reading import Limits, read_text
from seajuris.zones.database import FAULTS, UnsafeDatabaseError, connect
from seajuris.zones.tools.marine_regions import archive
from seajuris.zones.tools.marine_regions.products import BY_KEY, Product, plain, recognise
from seajuris.zones.tools.marine_regions.report import Report

MAX_FEATURES = 5_000
MAX_VERTICES = 40_000_000
MAX_LAYERS = 50
JSON_LIMITS = Limits(size=600_000_000, nodes=60_000_000)
"""Of a GeoJSON file. A vertex is three values: the pair, and two numbers."""
WIDEST_LONGITUDE = 540.0
MOST_LETTERS = 160
_MOST_WORDS = 300
"""Characters of what a library says."""

_SQLITE = b"SQLite format 3\x00"
_SHAPEFILE = b"\x00\x00\x27\x0a"
_ZIP = b"PK\x03\x04"
_CRS84 = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"}
_FORMATS = "Accepted: GeoPackage (.gpkg), shapefile in a zip archive, GeoJSON, as downloaded."


@dataclass(frozen=True, slots=True)
class Feature:
    """One polygon feature as read: attributes by column name in capitals, blanks and NaN as `None`."""

    values: dict[str, Any]
    shape: Any

    def text(self, column: str) -> str | None:
        """A cell as text, or `None` where it says nothing."""
        value = self.values.get(column)
        return None if value is None else str(value)

    @property
    def number(self) -> str:
        """The identifier of the feature in the gazetteer of Marine Regions, for messages."""
        value = self.values.get("MRGID")
        return "?" if value is None else str(int(value)) if isinstance(value, float) else str(value)[:MOST_LETTERS]

    @property
    def label(self) -> str:
        """Name and number, for messages."""
        name = self.text("GEONAME") or self.text("NAME") or "unnamed"
        return f"{name[:MOST_LETTERS]} (MRGID {self.number})"


@dataclass(frozen=True, slots=True)
class Table:
    """One product as read from one layer."""

    product: Product
    name: str
    features: list[Feature]


def read(path: Path, product: str | None, report: Report) -> list[Table]:
    """Read every product in a file.

    Args:
        path: GeoPackage, zip archive, or GeoJSON.
        product: Key of the product, where the user says so; otherwise it is recognised.
        report: Takes up what was not used.

    Raises:
        InputError: if the file cannot be read, is too large, is not in WGS 84 degrees, or holds no product.
    """
    archive.check_size(path)
    with tempfile.TemporaryDirectory(prefix="seajuris-import-") as folder:
        files = [path]
        if _begins(path, _ZIP) or zipfile.is_zipfile(path):
            files = archive.unpack(path, Path(folder))
        layers = [layer for file in files for layer in _layers(file, path.name, report)]
        tables = []
        for name, features in layers:
            chosen = _product(name, features, product, path.name, report)
            if chosen is not None:
                tables.append(Table(chosen, name, features))
    if not tables:
        raise InputError(
            "holds no product of Marine Regions that can be imported",
            where=path.name,
            hint="Known: " + ", ".join(BY_KEY) + ". If the file was renamed, write PRODUCT=FILE, for example "
            f"eez={path.name}.",
        )
    return tables


def _product(name: str, features: list[Feature], told: str | None, file: str, report: Report) -> Product | None:
    types = {plain(f.text("POL_TYPE")) for f in features} - {""}
    found = recognise(name, types)
    if told is None:
        found = found or recognise(Path(file).stem, types)
    elif found is not None and found.key != told:
        raise InputError(f"holds {found.title}, not {BY_KEY[told].title}", where=f"{file}: {name}")
    elif found is None:
        found = BY_KEY[told]
    if found is None:
        report.note("not_used", f"layer {name} of {file}: none of the products that can be imported")
    return found


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _layers(path: Path, origin: str, report: Report) -> Iterator[tuple[str, list[Feature]]]:
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        # The content decides, not the name: a library would open whatever it recognises.
        if not _begins(path, _SQLITE):
            raise InputError("named .gpkg but no GeoPackage", where=origin, hint="Download it again.")
        _check_database(path, origin)
        yield from _vector(path, origin, report)
    elif suffix == ".shp":
        if not _begins(path, _SHAPEFILE):
            raise InputError("named .shp but no shapefile", where=origin, hint="Download it again.")
        if not path.with_suffix(".prj").exists():
            raise InputError(
                "the shapefile has no .prj, so that nobody can know its reference system",
                where=f"{origin}: {path.name}",
                hint="Give the zip archive as downloaded.",
            )
        yield from _vector(path, origin, report)
    elif suffix in (".geojson", ".json"):
        yield path.stem, _geojson(path, origin)
    elif suffix not in archive.READ:
        raise InputError(f"files of the kind {suffix or path.name!r} are not read", where=origin, hint=_FORMATS)


def _check_database(path: Path, origin: str) -> None:
    """Refuse a GeoPackage in which something would run, or that is not finished; GDAL would open both."""
    for ending in ("-journal", "-wal"):
        if path.with_name(path.name + ending).exists():
            raise InputError(
                f"an unfinished change lies beside it ({path.name}{ending})",
                where=origin,
                hint="Close the program that has the file open, or download it again.",
            )
    try:
        connect(path).close()
    except (*FAULTS, UnsafeDatabaseError) as fault:
        raise InputError(f"not a GeoPackage that can be used: {str(fault)[:200]}", where=origin) from None


def _vector(path: Path, origin: str, report: Report) -> Iterator[tuple[str, list[Feature]]]:
    import geopandas

    # A name with a folder before it is never taken for an address.
    path = path.absolute()
    with _by_library(report, path, path.name, origin):
        listed = geopandas.list_layers(path)
    if len(listed) > MAX_LAYERS:
        raise InputError(f"{len(listed)} layers, more than {MAX_LAYERS}", where=origin)
    for name, kind in zip(listed["name"], listed["geometry_type"], strict=True):
        if "Polygon" not in str(kind):
            continue
        with _by_library(report, path, str(name), origin):
            frame = geopandas.read_file(path, layer=name, engine="pyogrio")
        yield str(name), _features(frame, f"{origin}: {name}")


@contextmanager
def _by_library(report: Report, path: Path, what: str, origin: str) -> Iterator[None]:
    """Take what a library warns of into the report, and what it fails of for a fault of the file.

    Of a damaged file the libraries raise whatever they come upon: errors of the system, of geometry, of a value that
    was never set.
    """
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        try:
            yield
        except MemoryError:
            raise
        except Exception as fault:
            text = str(fault).replace(str(path), path.name)[:_MOST_WORDS]
            raise InputError(f"cannot be read: {text}", where=origin, hint="Download it again.") from None
    for remark in remarks:
        report.note("reader", f"{what}: {str(remark.message).replace(str(path), path.name)}")


def _features(frame: Any, where: str) -> list[Feature]:
    _check_crs(frame.crs, where)
    if len(frame) > MAX_FEATURES:
        raise InputError(f"{len(frame)} features, more than {MAX_FEATURES}", where=where)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    table = frame.drop(columns=frame.geometry.name)
    names = _columns(list(table.columns), where)
    rows = zip(*(table[c].tolist() for c in table.columns), strict=True) if names else ((),) * len(frame)
    features = [
        Feature({n: _cell(v) for n, v in zip(names, row, strict=True)}, shape)
        for row, shape in zip(rows, shapes, strict=True)
    ]
    _check_shapes(features, where)
    return features


def _columns(names: list[Any], where: str) -> list[str]:
    # Downloads have capitals, the web service small letters.
    upper = [str(name).upper() for name in names]
    twice = sorted({name for name in upper if upper.count(name) > 1})
    if twice:
        raise InputError(f"two columns {', '.join(twice)}", where=where)
    return upper


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return value.strip() or None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def _check_crs(crs: Any, where: str) -> None:
    import pyproj

    if crs is None:
        raise InputError("the reference system is not stated", where=where, hint="WGS 84 (EPSG:4326) is needed.")
    known = pyproj.CRS.from_user_input(crs)
    if not known.is_geographic or not (
        known.equals(pyproj.CRS.from_epsg(4326), ignore_axis_order=True) or known.to_epsg(min_confidence=70) == 4326
    ):
        raise InputError(
            f"the reference system is {known.name}, not WGS 84",
            where=where,
            hint="Marine Regions publishes in WGS 84 (EPSG:4326): use the file as downloaded.",
        )


def _geojson(path: Path, origin: str) -> list[Feature]:
    if path.stat().st_size > JSON_LIMITS.size:
        raise InputError(f"larger than {JSON_LIMITS.size} bytes", where=origin, hint="Use the GeoPackage.")
    try:
        text = read_text(path, where=origin, error=InputError, size=JSON_LIMITS.size)
        content: Any = parse_json(text, where=origin, error=InputError, limits=JSON_LIMITS, numbers=True)
    except InputError as fault:
        raise InputError(f"not valid GeoJSON: {fault.message}", where=fault.where, hint=fault.hint) from None
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise InputError("not a GeoJSON FeatureCollection", where=origin)
    crs = content.get("crs")
    if crs is not None:
        name = (crs.get("properties") or {}).get("name") if isinstance(crs, dict) else None
        if name not in _CRS84:
            raise InputError(f"the reference system is {name!r}, not WGS 84", where=origin)
    listed = content.get("features")
    if not isinstance(listed, list):
        raise InputError("a FeatureCollection without features", where=origin)
    if len(listed) > MAX_FEATURES:
        raise InputError(f"{len(listed)} features, more than {MAX_FEATURES}", where=origin)
    features = [_json_feature(entry, i, origin) for i, entry in enumerate(listed)]
    _check_shapes(features, origin)
    return features


def _json_feature(entry: Any, index: int, origin: str) -> Feature:
    where = f"{origin}: features[{index}]"
    try:
        geometry, values = entry["geometry"], entry.get("properties") or {}
        if geometry is not None and geometry["type"] not in ("Polygon", "MultiPolygon"):
            raise InputError(f"a {geometry['type']}, not a polygon", where=where)
        shape = None if geometry is None else shapely.from_geojson(json.dumps(geometry))
        names = _columns(list(values), where)
        return Feature({n: _cell(v) for n, v in zip(names, values.values(), strict=True)}, shape)
    except (KeyError, TypeError, AttributeError, ValueError, shapely.GEOSException) as fault:
        raise InputError(f"not a feature: {fault}", where=where) from None


def _check_shapes(features: list[Feature], where: str) -> None:
    shapes = np.array([f.shape for f in features], dtype=object)
    count = int(shapely.get_num_coordinates(shapes).sum()) if len(shapes) else 0
    if count > MAX_VERTICES:
        raise InputError(f"{count} vertices, more than {MAX_VERTICES}", where=where)
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        # The bounds of a polygon do not show it, and no comparison with it is ever true.
        raise InputError("a coordinate that is no number (NaN or infinity)", where=where)
    for feature in features:
        if feature.shape is None or feature.shape.is_empty:
            continue
        # Not the bounds, which are those of the outer rings: a hole may lie anywhere.
        corners = shapely.get_coordinates(feature.shape)
        (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
        if not (
            -WIDEST_LONGITUDE <= west <= east <= WIDEST_LONGITUDE and -90.0 - 1e-6 <= south <= north <= 90.0 + 1e-6
        ):
            raise InputError(
                f"{feature.label} lies at {west:g} to {east:g} east, {south:g} to {north:g} north",
                where=where,
                hint="Longitude and latitude in degrees, in this order, are needed.",
            )
