"""JSON lines, GeoJSON and GeoJSON sequences, row by row; every row keeps the text it was read from."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seajuris.batch.answered import Columns
from seajuris.batch.blocks import ROWS, Block, Fault, Fixed
from seajuris.batch.framing import Framed, Repeated, parse, spans
from seajuris.batch.stream import MAX_LINE, TextInput, damage
from seajuris.errors import InputError, PositionError

if TYPE_CHECKING:
    import pyarrow as pa

GEOMETRY = "geometry"
_WGS84 = ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326")
_LARGEST = 2**63


class _Bad(Exception):  # noqa: N818 (it never leaves this module)
    """A row that cannot be used; `column` names the member at fault."""

    def __init__(self, reason: str, hint: str | None = None, column: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.hint, self.column = reason, hint, column


class JsonRows:
    """Rows that are JSON objects.

    Args:
        names: Columns, for formats that have fixed ones.
        schema: Their types; asked for only when a table is made.
        raw: The text of each object.
        objects: The objects.
    """

    def __init__(
        self, names: tuple[str, ...], schema: pa.Schema, raw: list[str], objects: list[dict[str, Any]]
    ) -> None:
        self._names = names
        self._schema = schema
        self._raw = raw
        self._objects = objects

    def __len__(self) -> int:
        return len(self._raw)

    def cells(self, index: int) -> Sequence[str]:
        """The members as text, in the order of the names; empty where one is missing."""
        found = self._objects[index]
        return [cell_text(found.get(name)) for name in self._names]

    def members(self, index: int) -> str:
        """The members as they stood, digit by digit."""
        return self._raw[index].strip()[1:-1].strip()

    def geometry(self, index: int) -> str | None:
        """None: an object is no feature."""
        return None

    def feature(self, index: int, added: str) -> str | None:
        """None: an object is no feature."""
        return None

    def table(self, indices: NDArray[np.int64]) -> pa.RecordBatch:
        """The members in the types of the schema."""
        import pyarrow as pa

        rows = [self._objects[index] for index in indices.tolist()]
        columns = [_column([row.get(field.name) for row in rows], field.type) for field in self._schema]
        return pa.record_batch(columns, schema=self._schema)

    def verbatim(self, index: int) -> Sequence[str]:
        """The text of the object."""
        return [self._raw[index].strip("\x1e\r\n")]


class FeatureRows(JsonRows):
    """Rows that are GeoJSON features. Their columns are their properties."""

    def __init__(
        self,
        names: tuple[str, ...],
        schema: pa.Schema,
        raw: list[str],
        objects: list[dict[str, Any]],
        features: list[dict[str, Any]],
    ) -> None:
        super().__init__(names, schema, raw, objects)
        self._features = features

    def cells(self, index: int) -> Sequence[str]:
        """The properties as text; the geometry as GeoJSON."""
        return [*super().cells(index)[:-1], cell_text(self._features[index].get(GEOMETRY))]

    def members(self, index: int) -> str:
        """The properties, and the geometry as one more member."""
        raw = self._raw[index]
        found = [raw[begin:end].strip()[1:-1].strip() for name, begin, end in spans(raw) if name == "properties"]
        return ",".join([*(text for text in found if text), f'"{GEOMETRY}":{self.geometry(index) or "null"}'])

    def geometry(self, index: int) -> str | None:
        """The geometry as it stood."""
        raw = self._raw[index]
        return next((raw[begin:end] for name, begin, end in spans(raw) if name == GEOMETRY), None)

    def feature(self, index: int, added: str) -> str | None:
        """The feature as it stood, with members added behind its properties."""
        raw = self._raw[index].strip()
        for name, begin, end in spans(raw):
            if name == "properties":
                text = raw[begin:end]
                inner = text[1:-1].strip() if text.startswith("{") else ""
                joined = f"{inner},{added}" if inner and added else inner or added
                return f"{raw[:begin]}{{{joined}}}{raw[end:]}"
        return f'{raw[:-1].rstrip()},"properties":{{{added}}}}}'

    def table(self, indices: NDArray[np.int64]) -> pa.RecordBatch:
        """The properties in the types of the schema; the geometry as well-known binary."""
        import pyarrow as pa

        table = super().table(indices)
        shapes = [_shape(self._features[index].get(GEOMETRY)) for index in indices.tolist()]
        at = self._schema.get_field_index(GEOMETRY)
        return table.set_column(at, self._schema.field(at), pa.array(shapes, pa.binary()))


def _shape(geometry: Any) -> bytes | None:
    import shapely

    return None if geometry is None else bytes(shapely.to_wkb(shapely.from_geojson(json.dumps(geometry))))


def cell_text(value: Any) -> str:
    """A JSON value as a cell: text as it is, nothing for null, everything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fact_text(value: Any) -> str | None:
    """A JSON value as a cell that tells a fact: a list of texts is joined by semicolons, as in a table."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    return None if value is None else cell_text(value)


# JSON can write either half of a pair of surrogates alone; UTF-8 cannot.
_HALF = re.compile("[\ud800-\udfff]")


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_string(kind):
        return pa.array([None if value is None else cell_text(value) for value in values], kind)
    if pa.types.is_binary(kind):
        return pa.nulls(len(values), kind)
    return pa.array(values, kind)


def _kind(values: list[Any]) -> pa.DataType:
    """The type that holds all values exactly; text where there is none."""
    import pyarrow as pa

    told = [value for value in values if value is not None]
    if told and all(isinstance(value, bool) for value in told):
        return pa.bool_()
    if told and all(isinstance(v, int | float) and not isinstance(v, bool) for v in told):
        whole = all(isinstance(value, int) and -_LARGEST <= value < _LARGEST for value in told)
        return pa.int64() if whole else pa.float64()
    return pa.string()


def _fits(value: Any, kind: pa.DataType) -> bool:
    import pyarrow as pa

    if value is None or pa.types.is_string(kind) or pa.types.is_binary(kind):
        return True
    if pa.types.is_boolean(kind):
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if pa.types.is_integer(kind):
        return isinstance(value, int) and -_LARGEST <= value < _LARGEST
    return isinstance(value, float) or (isinstance(value, int) and abs(value) <= 2**53)


class JsonSource:
    """JSON lines: one object on each line.

    Args:
        name: Path, or ``-``.
        encoding: As Python names it; UTF-8 by default.

    Raises:
        InputError: if it cannot be opened or is empty.
    """

    headings: tuple[str, ...] = ("original",)

    def __init__(self, name: str, *, encoding: str | None = None) -> None:
        self._input = TextInput(name, encoding)
        self._size = 0 if name == "-" else Path(name).stat().st_size
        self.geometry: str | None = None
        self._rows = self._raws()
        self._fixed_schema: pa.Schema = None
        try:
            # The first block tells the columns; it is used twice, from here the second time.
            self._head = [row for _, row in zip(range(ROWS), self._rows, strict=False)]
            self._values = self._told()
            self.names = self._columns(tuple(self._values))
        except InputError:
            self._input.close()
            raise

    def _told(self) -> dict[str, list[Any]]:
        """The values of every member in the first block."""
        found: dict[str, list[Any]] = {}
        for _, raw, value in self._head:
            try:
                for key, item in self._members(raw, value)[0].items():
                    found.setdefault(key, []).append(item)
            except _Bad:
                continue
        return found

    def _columns(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return names

    def schema(self) -> pa.Schema:
        """For each column the type that holds all values of the first block exactly."""
        import pyarrow as pa

        if self._fixed_schema is None:
            self._fixed_schema = pa.schema([(name, self._kind(name)) for name in self.names])
            self._values = {}
        return self._fixed_schema

    def _kind(self, name: str) -> pa.DataType:
        return _kind(self._values[name])

    def done(self) -> float | None:
        """The share of the bytes that has been read."""
        return min(1.0, self._input.count / self._size) if self._size else None

    def sha256(self) -> str:
        """Hash of the bytes."""
        return self._input.sha256()

    def close(self) -> None:
        """Close the file."""
        self._input.close()

    def _raws(self) -> Iterator[tuple[int, str, Any]]:
        """Line, text and value of each row; the value is an exception where the text is no JSON."""
        line = 0
        while text := self._input.text.readline(MAX_LINE * 20):
            line += 1
            if len(text) >= MAX_LINE * 20:
                raise InputError(f"line {line} is longer than {MAX_LINE * 20} characters", where=self._input.where)
            # RFC 8142 begins each text of a sequence with a record separator.
            text = text.strip("\x1e \t\r\n")
            if text:
                yield line, text, self._value(text)

    def _value(self, text: str) -> Any:
        if self._input.damaged and (fault := damage(text)):
            return _Bad(fault, "Give --encoding, e.g. cp1252 for a file of an older Windows program.")
        try:
            return parse(text)
        except ValueError as bad:
            return _Bad(str(bad)[:300])

    def _members(self, raw: str, value: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The members that are columns, and the feature if it is one.

        Raises:
            _Bad: if it is no object.
        """
        if isinstance(value, _Bad):
            raise value
        if not isinstance(value, dict):
            raise _Bad("this is no JSON object", 'e.g. {"lat": 36.25, "lon": 21.06}')
        if isinstance(value, Repeated):
            raise _Bad("a name stands more than once in the object")
        if "\\u" in raw and (half := _HALF.search(json.dumps(value, ensure_ascii=False))):
            raise _Bad(f"U+{ord(half[0]):04X} is half a character: no text can hold it")
        return value, None

    def _make(self, raw: list[str], objects: list[dict[str, Any]], features: list[Any]) -> JsonRows:
        return JsonRows(self.names, self._fixed_schema, raw, objects)

    def _check(self, members: dict[str, Any], columns: Columns, fixed: Fixed) -> None:
        for key, value in members.items():
            if key.casefold().startswith("sj_"):
                raise _Bad("a name begins with sj_", "These names are kept for results.", key)
            if fixed is None:
                continue
            if key not in self._allowed:
                hint = "Write JSON lines or GeoJSON instead, or put a row with all columns first."
                raise _Bad(f"it has a column that no row among the first {ROWS} has", hint, key)
            if self._fixed_schema is not None and not _fits(value, self._fixed_schema.field(key).type):
                kind = self._fixed_schema.field(key).type
                raise _Bad(f"its value is not of the type of the first {ROWS} rows ({kind})", None, key)
        facts = set(columns.facts.values())
        for name in columns.names():
            value = members.get(name)
            if name in facts:
                continue
            if isinstance(value, bool | list | dict):
                what = "true or false" if isinstance(value, bool) else "a list or an object"
                raise _Bad(f"{what} cannot be read here", "Text or a number.", name)
            if isinstance(value, int | float) and not abs(value) < 1e300:
                raise _Bad("the number is far too large", None, name)

    def blocks(self, columns: Columns, *, after: int, fixed: Fixed) -> Iterator[Block]:
        """Read on; see `Source.blocks`."""
        if fixed == "types":
            self.schema()
        self._allowed = set(self.names)
        self._values = {}
        rows, self._head = chain(self._head, self._rows), []
        number = 0
        while True:
            builder = _Builder(self.headings)
            for line, raw, value in rows:
                number += 1
                try:
                    members, feature = self._members(raw, value)
                    self._check(members, columns, fixed)
                    builder.add(number, line, raw, members, feature)
                except _Bad as bad:
                    code = PositionError.code if bad.column == GEOMETRY else InputError.code
                    builder.faults.append(Fault(number, line, code, bad.column, bad.reason, bad.hint, [raw]))
                if number % ROWS == 0:
                    break
            else:
                if not builder.raw and not builder.faults:
                    return
            if number > after:
                originals = self._make(builder.raw, builder.objects, builder.features)
                yield Block(
                    number,
                    np.array(builder.numbers, dtype=np.int64),
                    np.array(builder.lines, dtype=np.int64),
                    originals,
                    tuple(_parts(builder.objects, builder.features, columns)),
                    tuple(builder.faults),
                )
            if number % ROWS:
                return


class _Builder:
    """The rows of a block that is being read."""

    def __init__(self, headings: tuple[str, ...]) -> None:
        self.numbers: list[int] = []
        self.lines: list[int] = []
        self.raw: list[str] = []
        self.objects: list[dict[str, Any]] = []
        self.features: list[Any] = []
        self.faults: list[Fault] = []

    def add(self, number: int, line: int, raw: str, members: dict[str, Any], feature: dict[str, Any] | None) -> None:
        self.numbers.append(number)
        self.lines.append(line)
        self.raw.append(raw)
        self.objects.append(members)
        self.features.append(feature)


def _parts(
    objects: list[dict[str, Any]], features: list[Any], columns: Columns
) -> Iterator[tuple[NDArray[np.int64], pa.RecordBatch]]:
    """Arrow batches of the columns asked for. Text and numbers of one column go into batches of their own."""
    import pyarrow as pa

    names = [name for name in columns.names() if name != columns.geometry]
    facts = set(columns.facts.values())
    groups: dict[tuple[bool, ...], list[int]] = {}
    values = [
        [fact_text(members.get(name)) if name in facts else members.get(name) for name in names] for members in objects
    ]
    for index, row in enumerate(values):
        groups.setdefault(tuple(isinstance(value, str) for value in row), []).append(index)
    if not groups:
        groups[(True,) * len(names)] = []
    for kinds, indices in groups.items():
        arrays, fields = [], []
        for at, (name, is_text) in enumerate(zip(names, kinds, strict=True)):
            kind = pa.string() if is_text else pa.float64()
            cells = [values[index][at] for index in indices]
            arrays.append(pa.array(cells if is_text else [None if c is None else float(c) for c in cells], kind))
            fields.append((name, kind))
        if columns.geometry is not None:
            arrays.append(_points([features[index][GEOMETRY] for index in indices]))
            fields.append((columns.geometry, pa.binary()))
        if not arrays:
            # A batch without columns would have no rows either.
            arrays, fields = [pa.nulls(len(indices))], [("sj_none", pa.null())]
        yield np.array(indices, dtype=np.int64), pa.record_batch(arrays, schema=pa.schema(fields))


def _points(geometries: list[Any]) -> pa.Array:
    import pyarrow as pa
    import shapely

    pairs = np.array([geometry["coordinates"][:2] for geometry in geometries], dtype=np.float64).reshape(-1, 2)
    return pa.array(list(shapely.to_wkb(shapely.points(pairs))), pa.binary())


class FeatureSource(JsonSource):
    """GeoJSON features, one on each line (a GeoJSON sequence). Their columns are their properties."""

    def __init__(self, name: str, *, encoding: str | None = None) -> None:
        self._asks_geometry = True
        super().__init__(name, encoding=encoding)
        self.geometry = GEOMETRY

    def _columns(self, names: tuple[str, ...]) -> tuple[str, ...]:
        if GEOMETRY in names:
            raise InputError(
                "a property is called 'geometry'", where=self._input.where, hint="Rename it: rows have a geometry too."
            )
        return (*names, GEOMETRY)

    def _kind(self, name: str) -> pa.DataType:
        import pyarrow as pa

        return pa.binary() if name == GEOMETRY else super()._kind(name)

    def blocks(self, columns: Columns, *, after: int, fixed: Fixed) -> Iterator[Block]:
        """Read on; see `Source.blocks`."""
        self._asks_geometry = columns.geometry is not None
        return super().blocks(columns, after=after, fixed=fixed)

    def _members(self, raw: str, value: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
        found, _ = super()._members(raw, value)
        if found.get("type") != "Feature":
            raise _Bad("this is no GeoJSON feature", 'It has "type": "Feature".')
        properties = found.get("properties")
        if properties is None:
            properties = {}
        if not isinstance(properties, dict) or isinstance(properties, Repeated):
            raise _Bad("its properties are no object, or a name stands more than once in them")
        if GEOMETRY in properties:
            raise _Bad("a property is called 'geometry'", "Rename it: rows have a geometry too.", GEOMETRY)
        if self._asks_geometry:
            _check_point(found.get(GEOMETRY))
        return properties, found

    def _make(self, raw: list[str], objects: list[dict[str, Any]], features: list[Any]) -> JsonRows:
        return FeatureRows(self.names, self._fixed_schema, raw, objects, features)


def _check_point(geometry: Any) -> None:
    if geometry is None:
        raise _Bad("it has no geometry", None, GEOMETRY)
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind != "Point" or isinstance(geometry, Repeated):
        raise _Bad(f"its geometry is {str(kind)[:50]!r}", "A Point is needed.", GEOMETRY)
    pair = geometry.get("coordinates")
    if not isinstance(pair, list) or len(pair) < 2:
        raise _Bad("its point has no coordinates", "[longitude, latitude]", GEOMETRY)
    for number in pair[:2]:
        sound = isinstance(number, int | float) and not isinstance(number, bool)
        if not sound or not abs(number) < 1e300 or not math.isfinite(number):
            raise _Bad("its coordinates are no numbers", "[longitude, latitude]", GEOMETRY)


class CollectionSource(FeatureSource):
    """A GeoJSON FeatureCollection, read feature by feature.

    Attributes:
        head: The text of the collection up to its first feature.
        tail: The text behind its last one; known once it has been read.
    """

    def __init__(self, name: str, *, encoding: str | None = None) -> None:
        self.head = '{"type":"FeatureCollection","features":['
        self.tail = "]}"
        super().__init__(name, encoding=encoding)

    def _raws(self) -> Iterator[tuple[int, str, Any]]:
        framed = Framed(self._input.text, self._input.where)
        framed.take("{", "a GeoJSON file")
        kind, pieces = None, []
        while True:
            key, raw_key = framed.value()
            framed.take(":", "a member of the collection")
            if key == "features":
                break
            value, raw = framed.value()
            self._check_member(framed, key, value)
            kind = value if key == "type" else kind
            pieces.append(f"{raw_key}:{raw},")
            if framed.peek() == "}":
                hint = "Write JSON lines of single features with --from geojsonseq."
                what = f"this is a GeoJSON {kind}" if isinstance(kind, str) else "this is no GeoJSON"
                raise InputError(f"{what}; a FeatureCollection is needed", where=self._input.where, hint=hint)
            framed.take(",", "the collection")
        framed.take("[", "features")
        self.head = f'{{{"".join(pieces)}"features":['
        more = framed.peek() != "]"
        while more:
            framed.peek()
            line = framed.line
            value, raw = framed.value()
            bad = damage(raw) if self._input.damaged else None
            yield line, raw, _Bad(bad, "Give --encoding.") if bad else value
            more = framed.peek() != "]"
            if more:
                framed.take(",", "the list of features")
        framed.take("]", "features")
        pieces = []
        while framed.peek() != "}":
            framed.take(",", "the collection")
            key, raw_key = framed.value()
            framed.take(":", "a member of the collection")
            value, raw = framed.value()
            self._check_member(framed, key, value)
            kind = value if key == "type" else kind
            pieces.append(f",{raw_key}:{raw}")
        framed.take("}", "the collection")
        if framed.peek():
            raise framed.fail("something follows the collection")
        if kind != "FeatureCollection":
            raise framed.fail("its type is not FeatureCollection")
        self.tail = f"]{''.join(pieces)}}}"

    def _check_member(self, framed: Framed, key: Any, value: Any) -> None:
        if key == "features":
            raise framed.fail("features stand more than once")
        if key == "type" and value != "FeatureCollection":
            hint = "Single features, one on each line: --from geojsonseq."
            what = f"this is a GeoJSON {str(value)[:50]}, not a FeatureCollection"
            raise InputError(what, where=self._input.where, hint=hint)
        if key == "crs" and value is not None:
            name = value.get("properties", {}).get("name") if isinstance(value, dict) else None
            if name not in _WGS84:
                raise InputError(
                    f"its reference system is {str(name)[:80]!r}, not WGS 84",
                    where=self._input.where,
                    hint="Convert it first.",
                )
