"""What the fuzzer feeds to each reader, and what has to come out: an answer that holds, or an error of ours.

Each target makes an input from a random generator alone, so that its number and the seed give it again, and checks it:
a name of what came out (for the count), or an exception that is a finding. `benchmarks/fuzz.py` runs them at length,
`test_fuzz.py` in short.
"""

from __future__ import annotations

import contextlib
import copy
import csv
import datetime as dt
import hashlib
import io
import json
import logging
import math
import os
import random
import re
import shutil
import sqlite3
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from seajuris.errors import DataError, InputError, PositionError, RuleError, SeajurisError
from seajuris.position import Position, parse_position

ROOT = Path(__file__).resolve().parents[1]
MAX_MESSAGE = 4_000
"""Characters of a message: an error never repeats a whole file."""
PYLOS = ROOT / "docs" / "examples" / "pylos.yaml"


class FindingError(AssertionError):
    """Something that must not come out."""


def refused(fault: SeajurisError, *kinds: type[SeajurisError]) -> str:
    """What an error counts as, if it is one that may come out."""
    if not isinstance(fault, kinds) or not fault.message or len(str(fault)) > MAX_MESSAGE:
        raise FindingError(f"{type(fault).__name__}, {len(str(fault))} characters: {str(fault)[:300]}")
    return f"refused {fault.code}"


# --- Changing what is good ----------------------------------------------------------------------------------------

TOKENS = (
    "&a ", "*a", "!!str ", "!x ", "<<: ", "- ", "? ", ": ", "{", "}", "[", "]", "|\n", ">\n", "'", '"', "#",
    "%YAML 1.1\n", "---\n", "...\n", "\n", "\t", " ", ",", "\r", "\u2028", "\x85", "\u202e", "\ufeff", "\x00",
    "\ud800", "\\u0000", "\\ud800", "NaN", "Infinity", "1e999", "-0", "010", "12:30", "NO", "yes", "null", "~",
    "true", "9" * 30, "0x1F", "unknown", "none", "disputed", "{disputed: [A, B]}", "x" * 300, "é", "日本",
    "2023-02-30", "9999-12-31", "0000-01-01",
)  # fmt: skip


def changed_text(rng: random.Random, text: str, other: str = "") -> str:
    """A text with one to four changes."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(text))
        end = min(len(text), at + rng.choice((1, 1, 1, 2, 5, 20, 200)))
        kind = rng.randrange(9)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:end] + text[at:end] * rng.choice((1, 1, 2, 50)) + text[end:]
        elif kind == 2:
            text = text[:at] + rng.choice(TOKENS) + text[at:]
        elif kind == 3:
            text = text[:at] + rng.choice(TOKENS) + text[end:]
        elif kind == 4:
            number = rng.choice((rng.randrange(128), rng.randrange(0x3000), rng.randrange(0x110000)))
            text = text[:at] + chr(number) + text[at + 1 :]
        elif kind == 5 and other:
            start = rng.randint(0, len(other))
            text = text[:at] + other[start : start + rng.randint(1, 400)] + text[end:]
        elif kind == 6:
            lines = text.split("\n")
            i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[i], lines[j] = lines[j], lines[i]
            text = "\n".join(lines)
        elif kind == 7:
            lines = text.split("\n")
            i = rng.randrange(len(lines))
            lines[i] = " " * rng.randint(0, 12) + lines[i].lstrip()
            text = "\n".join(lines)
        else:
            text = text[:at] + rng.choice("[{") * rng.choice((1, 5, 30, 2000)) + text[at:]
    return text


def changed_bytes(rng: random.Random, raw: bytes) -> bytes:
    """Bytes with one to eight changes."""
    data = bytearray(raw)
    for _ in range(rng.randint(1, 8)):
        at = rng.randint(0, max(0, len(data) - 1))
        kind = rng.randrange(8)
        if kind == 0:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            data[at : at + 1] = bytes([data[at] ^ (1 << rng.randrange(8))]) if data else b"\xff"
        elif kind == 2:
            whole = rng.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, rng.getrandbits(32)))
            data[at : at + 4] = struct.pack(rng.choice("<>") + "I", whole)
        elif kind == 3:
            number = rng.choice((math.nan, math.inf, 1e308, -1e308, 1e-320, 181.0))
            data[at : at + 8] = struct.pack(rng.choice("<>") + "d", number)
        elif kind == 4:
            del data[at : at + rng.choice((1, 4, 100))]
        elif kind == 5:
            data[at:at] = data[at : at + rng.choice((1, 16, 500))]
        elif kind == 6:
            data[at : at + rng.choice((4, 64))] = bytes(rng.choice((4, 64)))
        elif rng.random() < 0.2:
            data = data[:at]
    return bytes(data)


JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**17, 1.5, "", " ", "unknown", "none", "x" * 5000, [], {}, [[]], [None], [{}],
    {"disputed": []}, {"disputed": ["ITA"]}, {"disputed": ["ITA", "GRC"]}, {"disputed": "ITA"}, "NO", "ITA",
    "Atlantis", "Korea", "stateless", "12:30", "\u202e", "\x1b[31m", "2023-02-30", "2023", "2023-13", "2999",
    "1e999", "nan", "1 nm", "36 N 21 E", "<script>", "{{ 7*7 }}", ["ITA", "ITA"], ["ITA", "unknown"],
    ["ITA", "none"], [[["ITA"]]], {"lat": 36, "lon": 21}, {"lat": "NaN", "lon": []}, ["x"] * 500, {"when": {}},
    {"all": []}, {"not": {"any": []}},
)  # fmt: skip

MILD: tuple[Any, ...] = (
    "unknown",
    "none",
    "ITA",
    "Egyptian",
    "LBY",
    "stateless",
    "2023",
    "2023-06",
    "yes",
    "no",
    ["SYR"],
)
"""Values that many facts accept: a change of these often leaves a case that can be read."""


def changed_data(rng: random.Random, data: Any) -> Any:
    """Data with one to four changes to what they say; a copy."""
    data = json.loads(json.dumps(data))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        places: list[tuple[Any, Any]] = []
        stack = [data]
        while stack:
            value = stack.pop()
            keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
            places += [(value, key) for key in keys]
            stack += [value[key] for key in keys]
        if not places:
            return copy.deepcopy(rng.choice(JUNK))
        inside, key = rng.choice(places)
        kind = rng.randrange(7)
        if kind == 0:
            del inside[key]
        elif kind == 1 and isinstance(inside, dict):
            inside[rng.choice(("", "id", "when", key + "x", "x" * 250, "state", "kind", "__class__"))] = inside.pop(key)
        elif kind == 2:
            inside[key] = [inside[key]] if rng.random() < 0.5 else {"disputed": inside[key]}
        elif kind == 3:
            other, name = rng.choice(places)
            if name in other if isinstance(other, dict) else name < len(other):
                inside[key] = json.loads(json.dumps(other[name]))
        else:
            # A copy: a later change must not reach into the list, nor a value into itself.
            inside[key] = copy.deepcopy(rng.choice(MILD if rng.random() < 0.6 else JUNK))
    return data


# --- Positions ----------------------------------------------------------------------------------------------------

_LETTERS = (
    ("N", "S", "E", "W"), ("n", "s", "e", "w"), ("North ", "South ", "East ", "West "), ("N", "S", "O", "W"),
    ("Ν", "S", "Ε", "W"),
)  # fmt: skip
_MARKS = (
    ("°", "'", '"'), ("°", "′", "″"), ("º", "’", "”"), (" ", " ", " "), ("-", "-", ""), (":", ":", ""),
    ("d", "m", "s"), ("° ", "' ", '" '), (" deg ", " min ", " sec "), ("°", "'", "''"), ("", "", ""),
)  # fmt: skip
_PIECES = (
    *"0123456789.,;:/+- °'\"NSEWnsewOo", "°", "′", "''", "  ", "\u00a0", "−", "–", ", ", " nm ", "geo:", ";u=",
    "lat=", "lon ", "e-5", "nan", "inf", "٣", "５", "²", "\u200b", "\u202e", "\ud800", "Pylos", "SW", "225", "CRS",
    "M", "km",
)  # fmt: skip
_PLACES = (
    "Pylos", "Lampedusa", "Tripoli, Libya", "Cape Bon", "Lesbos", "Malta", "Tobruk", "Zuwarah", "Gavdos", "Dover",
)  # fmt: skip
_BEARINGS = ("N", "NE", "SSW", "225", "225°", "south-west", "W", "000", "360")
_DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")


def _number(rng: random.Random, top: int, width: int = 0) -> str:
    value = rng.uniform(0, top * (1.02 if rng.random() < 0.05 else 1))
    return f"{value:0{width}.{rng.randrange(7)}f}"


def _angle(rng: random.Random, top: int, parts: int, marks: tuple[str, ...], letter: str, form: int) -> str:
    width = rng.choice((0, 2 if top == 90 else 3))
    texts = [f"{rng.randrange(top):0{width}d}" if parts > 1 else _number(rng, top, width)]
    if parts > 1:
        texts.append(f"{rng.randint(0, 59):02d}" if parts > 2 else _number(rng, 59))
    if parts > 2:
        texts.append(_number(rng, 59))
    body = "".join(text + mark for text, mark in zip(texts, marks, strict=False)).rstrip()
    return (f"{body}{letter}", f"{letter}{body}", f"{rng.choice(('', '-', '+'))}{body}", f"{body} {letter}")[form]


def _pair(rng: random.Random) -> str:
    letters, marks = rng.choice(_LETTERS), rng.choice(_MARKS)
    parts, form = rng.randint(1, 3), rng.randrange(4)
    other = (parts, form) if rng.random() < 0.9 else (rng.randint(1, 3), rng.randrange(4))
    lat = _angle(rng, 90, parts, marks, letters[rng.randrange(2)], form)
    lon = _angle(rng, 180, other[0], marks, letters[2 + rng.randrange(2)], other[1])
    if rng.random() < 0.1:
        lat, lon = lon, lat
    joint = rng.choice((" ", ", ", "; ", " / ", "  ", " - "))
    return f"{'Position: ' if rng.random() < 0.05 else ''}{lat}{joint}{lon}"


def _coded(rng: random.Random) -> str:
    if rng.random() < 0.5:
        alphabet = "23456789CFGHJMPQRVWX"
        code = "".join(rng.choice(alphabet) for _ in range(rng.choice((8, 8, 6, 4))))
        return f"{code.ljust(8, '0')}+{''.join(rng.choice(alphabet) for _ in range(rng.choice((0, 2, 3, 7))))}"
    half = rng.randrange(6)
    digits = "".join(rng.choice("0123456789") for _ in range(2 * half))
    square = f"{rng.choice('CDEFGHJKLMNPQRSTUVWX')}{rng.choice('ABCDEFGHJ')}{rng.choice('ABCDEF')}"
    return f"{rng.randint(1, 60)}{square}{digits}"


def _described(rng: random.Random) -> str:
    distance = f"{_number(rng, 200)} {rng.choice(('nm', 'M', 'km', 'miles', 'm', 'nautical miles'))}"
    bearing = rng.choice((*_BEARINGS, ""))
    anchor = rng.choice(_PLACES) if rng.random() < 0.1 else _pair(rng)
    return f"{distance} {bearing} {rng.choice(('of', 'from', 'off'))} {anchor}"


def position_text(rng: random.Random) -> str:
    """A position as somebody could write it, often with something wrong."""
    kind = rng.random()
    if kind < 0.60:
        text = _pair(rng)
    elif kind < 0.70:
        text = f"{rng.choice('+-')}{_number(rng, 90, 2)}{rng.choice('+-')}{_number(rng, 180, 3)}"
        text += rng.choice(("/", "", "+12/"))
    elif kind < 0.76:
        text = (
            f"geo:{_number(rng, 90)},{rng.choice(('', '-'))}{_number(rng, 180)}{rng.choice(('', ';u=5', ';crs=wgs84'))}"
        )
    elif kind < 0.86:
        text = _coded(rng)
    elif kind < 0.90:
        text = _described(rng)
        if text.endswith(_PLACES):
            return text
    else:
        # What follows `of` without digits is looked up among all names: slow, and the same work each time.
        text = "".join(
            rng.choice(_PIECES if rng.random() < 0.99 else (" of ", " from ")) for _ in range(rng.randint(1, 25))
        )
    if rng.random() < 0.05:
        text = text.translate(str.maketrans("0123456789", rng.choice(_DIGITS)))
    while rng.random() < 0.25:
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice((*_PIECES, "")) + text[at + rng.randint(0, 2) :]
    return text


def check_position(text: str) -> str:
    """Only a position error, or a position that states itself back."""
    try:
        found = parse_position(text)
    except PositionError as fault:
        return refused(fault, PositionError)
    if not (-90 <= found.lat <= 90 and -180 <= found.lon < 180 and 0 < found.precision_m < math.inf):
        raise FindingError(f"no position: {found!r}")
    if len(text) % 8 == 0 and parse_position(text) != found:
        raise FindingError("not the same twice")
    stated = found.read_as.partition(": ")[0] if found.described else found.read_as
    again = parse_position(stated)
    decimals = len(stated.split("'")[0].partition(".")[2])
    tolerance = 0.5 / (60 * 10**decimals) + 1e-12
    if not _same(again, found, tolerance):
        raise FindingError(f"read as {found.read_as!r}, which is {again!r}")
    if not found.described and decimals < 10 and again.precision_m > found.precision_m * (1 + 1e-6):
        raise FindingError(f"digits are lost in {found.read_as!r}")
    return "described" if found.described else "read"


def _same(a: Position, b: Position, tolerance: float) -> bool:
    turn = abs(a.lon - b.lon) % 360
    return abs(a.lat - b.lat) <= tolerance and min(turn, 360 - turn) <= tolerance


class Positions:
    """The position parser."""

    name = "position"
    seconds = 1.0

    def __init__(self, folder: Path) -> None:
        pass

    def make(self, rng: random.Random) -> str:
        return position_text(rng)

    check = staticmethod(check_position)


# --- Case files ---------------------------------------------------------------------------------------------------


class Cases:
    """Case files, YAML and JSON."""

    name = "case"
    seconds = 1.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts = [PYLOS.read_text(encoding="utf-8")]
        self.data: list[Any] = [yaml.safe_load(self.texts[0].replace("NO", "'NO'"))]
        for path in sorted((ROOT / "scenarios").glob("*.yaml")):
            case = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)["case"]
            self.data.append(case)
            self.texts.append(yaml.safe_dump(case, allow_unicode=True, sort_keys=False))
        self.data[0] = yaml.load(self.texts[0], Loader=yaml.CBaseLoader)

    def make(self, rng: random.Random) -> tuple[str, bytes]:
        index = rng.randrange(len(self.data))
        form = rng.choice(("yaml", "json"))
        kind = rng.random()
        if kind < 0.45:
            data = changed_data(rng, self.data[index])
            text = json.dumps(data, ensure_ascii=rng.random() < 0.5) if form == "json" else _yaml(data)
        else:
            text = json.dumps(self.data[index], indent=1) if form == "json" else self.texts[index]
            text = changed_text(rng, text, rng.choice(self.texts))
        raw = text.encode("utf-8", "surrogatepass")
        return form, changed_bytes(rng, raw) if kind > 0.9 else raw

    def check(self, told: tuple[str, bytes]) -> str:
        from seajuris.case import Case

        form, raw = told
        path = self.folder / f"case.{form}"
        path.write_bytes(raw)
        try:
            case = Case.load(path)
        except InputError as fault:
            return refused(fault, InputError)
        if Case.from_dict(case.to_dict()) != case:
            raise FindingError("a case that does not come back")
        return "read"


def _yaml(data: Any) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


# --- Rule files ---------------------------------------------------------------------------------------------------


class Rules:
    """Rule folders with one changed file: read, used on a case, and checked by the lint."""

    name = "rules"
    seconds = 1.0

    def __init__(self, folder: Path) -> None:
        self.root = folder / "rules"
        shutil.copytree(ROOT / "rules", self.root)
        self.files = {p.relative_to(self.root).as_posix(): p.read_bytes() for p in sorted(self.root.rglob("*.yaml"))}
        self.names = list(self.files)
        self.data = {name: yaml.load(raw, Loader=yaml.CBaseLoader) for name, raw in self.files.items()}
        self.case: Any = yaml.load(PYLOS.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        self.case.pop("position", None)
        self.case.pop("accuracy", None)

    def make(self, rng: random.Random) -> tuple[str, bytes, str]:
        name = rng.choice(self.names)
        kind = rng.random()
        if kind < 0.5:
            raw = _yaml(changed_data(rng, self.data[name])).encode("utf-8", "surrogatepass")
        else:
            text = changed_text(rng, self.files[name].decode(), self.files[rng.choice(self.names)].decode())
            raw = text.encode("utf-8", "surrogatepass")
        if kind > 0.95:
            raw = changed_bytes(rng, raw)
        use = rng.random()
        return name, raw, "assess" if use < 0.05 else "lint" if use < 0.25 else "load"

    def check(self, told: tuple[str, bytes, str]) -> str:
        name, raw, use = told
        path = self.root / name
        path.write_bytes(raw)
        try:
            return self._lint(name) if use == "lint" else self._load(name, use == "assess")
        except SeajurisError as fault:
            return refused(fault, RuleError, InputError)
        finally:
            path.write_bytes(self.files[name])

    def _lint(self, name: str) -> str:
        from seajuris.rules.lint.documents import read
        from seajuris.rules.lint.shape import check_shape
        from seajuris.yamlio import read_text

        document = read(read_text(self.root / name, where=name, error=RuleError), name)
        kind = {"grounds": "ground", "instruments": "instrument", "states": "state-law", "coordination": "coordination"}
        known = kind.get(name.partition("/")[0]) or name.removesuffix(".yaml")
        if document.readable and known != "version" and known != "bases":
            with contextlib.suppress(KeyError):
                check_shape(document, known)
        return "faults" if document.faults else "no faults"

    def _load(self, name: str, assess: bool) -> str:
        from seajuris.case import Case
        from seajuris.rules.evaluate import evaluate
        from seajuris.rules.load import RuleSet

        rules = RuleSet(self.root)
        part, _, rest = name.rpartition("/")
        _ = rules.vocabulary
        if part == "grounds":
            _ = rules.grounds
        elif part == "coordination" or not part:
            _ = rules.bases, rules.warnings, rules.coordination, rules.version
        elif part == "instruments":
            rules.instrument(rest.removesuffix(".yaml"))
        else:
            rules.national(rest.removesuffix(".yaml"))
        if assess:
            case = Case.from_dict(self.case, vocabulary=rules.vocabulary)
            evaluate(case, None, rules, dt.date(2023, 6, 14))
            return "assessed"
        return "loaded"


# --- Zone data ----------------------------------------------------------------------------------------------------


class Zones:
    """Downloads to import, and zone files beside a manifest that fits them."""

    name = "zones"
    seconds = 3.0

    def __init__(self, folder: Path) -> None:
        import marine_regions_files as files
        from seajuris.zones.tools.marine_regions.importer import import_files

        self.root = folder
        world = files.world()
        self.downloads: list[tuple[str, bytes]] = []
        for product in ("12nm", "internal", "high_seas"):
            for write in (files.write_gpkg, files.write_zip, files.write_geojson):
                place = self.root / f"{product}-{write.__name__}"
                place.mkdir()
                path = write(place, product, world[product])
                self.downloads.append((path.name, path.read_bytes()))
        source = self.root / "world"
        source.mkdir()
        out = self.root / "out" / "zones.gpkg"
        import_files(files.write_world(source, world), out, say=lambda _: None)
        self.zones = out.read_bytes()
        self.manifest = out.with_name("manifest.yaml").read_text(encoding="utf-8")
        self.number = 0

    def make(self, rng: random.Random) -> tuple[str, str, bytes, str]:
        kind = rng.random()
        if kind < 0.6:
            name, raw = rng.choice(self.downloads)
            if name.endswith("json"):
                text = raw.decode()
                text = json.dumps(changed_data(rng, json.loads(text))) if kind < 0.2 else changed_text(rng, text)
                return "import", name, text.encode("utf-8", "surrogatepass"), ""
            if name.endswith("zip") and kind < 0.3:
                return "import", name, _repacked(rng, raw), ""
            if name.endswith("gpkg") and kind < 0.4:
                return "import", name, self._queried(rng, raw), ""
            return "import", name, changed_bytes(rng, raw), ""
        raw, manifest = self.zones, self.manifest
        if kind < 0.75:
            raw = self._queried(rng, raw)
        elif kind < 0.9:
            raw = changed_bytes(rng, raw)
        else:
            manifest = changed_text(rng, manifest)
        digest = hashlib.sha256(raw).hexdigest()
        return "use", "zones.gpkg", raw, re.sub(r"(?m)^sha256: .*$", f"sha256: {digest}", manifest, count=1)

    def _queried(self, rng: random.Random, raw: bytes) -> bytes:
        """A database with cells, columns, views and triggers that nobody expects."""
        path = self.root / "changed.gpkg"
        path.write_bytes(raw)
        database = sqlite3.connect(path)
        try:
            listed = [r[0] for r in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            tables = [t for t in listed if not t.startswith(("sqlite", "gpkg_spatial"))]
            for _ in range(rng.randint(1, 3)):
                table = rng.choice(tables)
                columns = []
                with contextlib.suppress(sqlite3.Error):
                    columns = [r[1] for r in database.execute(f'PRAGMA table_info("{table}")')]
                if not columns:
                    continue
                column = rng.choice(columns)
                value = rng.choice(
                    (None, "", "x", -1, 1e308, math.inf, b"", b"GP\x00\x01", b"\xff" * 40, "Z" * 5000, 0, "ITA")
                )
                with contextlib.suppress(sqlite3.Error):
                    match rng.randrange(8):
                        case 0:
                            database.execute(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
                        case 1:
                            database.execute(f'DROP TABLE "{table}"')
                        case 2:
                            database.execute(
                                f'ALTER TABLE "{table}" ADD COLUMN more TEXT GENERATED ALWAYS AS (upper("{column}"))'
                            )
                        case 3:
                            database.execute(f'ALTER TABLE "{table}" RENAME TO other')
                            database.execute(f'CREATE VIEW "{table}" AS SELECT * FROM other')
                        case 4 if column == "geom":
                            blob = database.execute(f'SELECT geom FROM "{table}" LIMIT 1').fetchone()
                            if blob and isinstance(blob[0], bytes):
                                database.execute(f'UPDATE "{table}" SET geom = ?', (changed_bytes(rng, blob[0]),))
                        case _:
                            database.execute(f'UPDATE "{table}" SET "{column}" = ?', (value,))
            database.commit()
        finally:
            database.close()
        return path.read_bytes()

    def check(self, told: tuple[str, str, bytes, str]) -> str:
        use, name, raw, manifest = told
        self.number += 1
        place = self.root / f"n{self.number}"
        place.mkdir()
        try:
            path = place / name
            path.write_bytes(raw)
            if use == "import":
                return self._read(path)
            (place / "manifest.yaml").write_text(manifest, encoding="utf-8", errors="surrogatepass")
            return self._use(path)
        except SeajurisError as fault:
            return f"{use}: {refused(fault, InputError, DataError)}"
        finally:
            shutil.rmtree(place)

    def _read(self, path: Path) -> str:
        from seajuris.zones.tools.marine_regions import reader, shapes
        from seajuris.zones.tools.marine_regions.report import Report

        tables = reader.read(path, None, Report())
        for table in tables:
            for feature in table.features[:20]:
                if feature.shape is not None and not feature.shape.is_empty:
                    with contextlib.suppress(shapes.UnusableShapeError):
                        shapes.mend(feature.shape)
        return "import: read"

    def _use(self, path: Path) -> str:
        from seajuris import api, states
        from seajuris.batch.locator import FEW, locator_for
        from seajuris.batch.many import locate_many
        from seajuris.zones.integrity import integrity_of
        from seajuris.zones.store import zones_in
        from seajuris.zones.tools.diff import diff
        from seajuris.zones.tools.history import history
        from seajuris.zones.tools.info import info
        from seajuris.zones.tools.verify import verify

        try:
            place = api.locate("35.42 12.6", accuracy="2 nm", on="2023-06-14", zones=path)
            json.dumps(place.to_dict(), allow_nan=False)
            json.dumps(info(path).to_dict(), allow_nan=False)
            json.dumps(history(path, states.register().resolve("ITA")).to_dict(), allow_nan=False)
            if self.number % 5 == 0:
                diff(self.root / "out" / "zones.gpkg", path, dt.date(2023, 6, 14), lambda _: None, None)
            if self.number % 3 == 0:
                json.dumps(verify(path, lambda _: None).to_dict(), allow_nan=False)
            if self.number % 10 == 0:
                # Enough of them that the index of cells is built.
                lon, lat = np.linspace(-179.9, 179.9, FEW), np.linspace(-80.0, 80.0, FEW)
                with mock.patch.dict(os.environ, {"SEAJURIS_CACHE": ""}):
                    locate_many(lon, lat, on="2023-06-14", zones=path)
            return "use: answered"
        finally:
            zones_in.cache_clear()
            integrity_of.cache_clear()
            locator_for.cache_clear()


def _repacked(rng: random.Random, raw: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            kind = rng.random()
            if kind < 0.1:
                continue
            if kind < 0.6:
                content = changed_bytes(rng, content)
            if kind > 0.95:
                name = rng.choice(("../", "/", "a/../../", "\\", "")) + name + rng.choice(("", "\x00", ".zip"))
            new.writestr(name, content)
    return stream.getvalue()


# --- Records in memos ---------------------------------------------------------------------------------------------


class Memos:
    """Memos and results handed to `verify`."""

    name = "verify"
    seconds = 3.0
    forms: tuple[str, ...] = ("md", "html", "docx", "pdf")

    def __init__(self, folder: Path) -> None:
        from seajuris import api
        from seajuris.case import Case
        from seajuris.render.memo.build import Options
        from seajuris.render.memo.write import memo
        from seajuris.rules.load import shipped_rules

        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        case = Case.load(PYLOS)
        with api.as_of(None):
            result = api.assess(case)
        self.files = [json.dumps(result.to_dict()).encode()]
        self.files += [
            memo(result, shipped_rules(), Options("2026-01-01", "en", False, form, None)) for form in self.forms
        ]

    def make(self, rng: random.Random) -> tuple[bytes, bool]:
        raw = rng.choice(self.files)
        kind = rng.random()
        if raw.startswith(b"PK") and kind < 0.6:
            raw = self._record_part(rng, raw)
        elif raw.startswith(b"{") and kind < 0.7:
            raw = json.dumps(changed_data(rng, json.loads(raw))).encode()
        elif kind < 0.3 and not raw.startswith((b"PK", b"%PDF")):
            raw = changed_text(rng, raw.decode()).encode("utf-8", "surrogatepass")
        else:
            raw = changed_bytes(rng, raw)
        return raw, rng.random() < 0.1

    @staticmethod
    def _record_part(rng: random.Random, raw: bytes) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                content = old.read(name)
                if name.startswith("customXml/"):
                    content = (
                        changed_bytes(rng, content)
                        if rng.random() < 0.5
                        else changed_text(rng, content.decode()).encode("utf-8", "surrogatepass")
                    )
                new.writestr(name, content)
        return stream.getvalue()

    def check(self, told: tuple[bytes, bool]) -> str:
        from seajuris import record
        from seajuris.render.memo.extract import record_text

        raw, again = told
        try:
            text, kind = record_text(raw, "memo")
            recorded = record.read_record(text, where="memo")
            if again:
                result = record.recompute(recorded, where="memo")
                list(record.differences(recorded, record.record_of(result.to_dict(), recorded.get("memo"))))
        except SeajurisError as fault:
            return refused(fault, InputError)
        return f"read {kind}"


# --- The command line ---------------------------------------------------------------------------------------------

EXIT_CODES = {0, 2, 3, 4, 5}


class Commands:
    """Combinations of commands, options and values, in this process."""

    name = "cli"
    seconds = 30.0

    def __init__(self, folder: Path) -> None:
        root = folder
        good, bad = root / "case.json", root / "bad.yaml"
        good.write_text('{"on": "2023-06-14", "vessel": {"flag": "stateless"}, "suspects": ["EGY"]}', encoding="utf-8")
        bad.write_text("a: [1\n", encoding="utf-8")
        self.files = (
            str(PYLOS),
            str(good),
            str(bad),
            str(root),
            "-",
            "",
            "no.yaml",
            "http://x/y",
            "/vsizip/a.zip",
            "|ls",
        )
        self.out = root / "out"
        self.out.mkdir()
        self.values: dict[str, tuple[str, ...]] = {
            "--at": (
                "36.25 21.06",
                "36°15'N 21°04'E",
                "90 N 0 E",
                "0,0",
                "121 36",
                "",
                "47 nm SW of Pylos",
                "\ud800",
                "x" * 300,
            ),
            "--accuracy": ("1nm", "500m", "0m", "-1 nm", "1", "1e9 km", "nan m", ""),
            "--on": ("2023-06-14", "2023-06", "2999-01-01", "0001-01-01", "x", "", "20230614"),
            "--set": (
                "vessel.flag=PAN",
                "suspects[0].role=skipper",
                "a=b",
                "=",
                "suspects[9999].role=crew",
                "x",
                "a[0][1]=2",
                "vessel=1",
                "on=2023",
                "vessel.flag=NO",
                "position=1 2",
            ),
            "--state": ("GRC", "any", "Atlantis", "", "Korea"),
            "--ground": ("flag", "landing-through-rescue", "x", ""),
            "--flag": ("ITA", "stateless", "unknown", "none", "NO", "Liberai"),
            "--suspect": ("EGY", "EGY+SYR", "none", "+", ""),
            "--offence": ("migrant_smuggling", "death_caused", "x"),
            "--zones": (
                str(ROOT / "data" / "maritime_zones" / "zones.gpkg"),
                "no.gpkg",
                str(good),
                str(root),
                "https://x/z.gpkg",
                "/vsicurl/x",
                "\ud800",
            ),
            "--rules": (str(ROOT / "rules"), "no", str(root), "file:///etc", str(good)),
            "--format": ("md", "html", "svg", "geojson", "x", ""),
            "--date": ("2026-01-01", "x", "2999-01-01"),
            "--lang": ("en", "fr", "it", "xx"),
            "--vary": ("flag", "flag=PAN,ITA", "on=2019,2023", "position", "x", "landed="),
            "--extent": ("10nm", "10,32,18,38", "x", "0,0,0,0", "180,0,-180,1", "nan,0,1,1"),
            "--width": ("300", "1", "999999999999", "x", "-1"),
            "--steps": ("2", "0", "-1", "100000", "x"),
            "--toward": ("37 22", "x"),
            "--title": ("t", "\x1b[31m", ""),
            "--seed": ("1", "-1", "x", "9" * 30),
            "--answers": self.files,
            "-o": ("-", str(self.out / "a.md"), str(self.out / "a.svg"), str(root), "", "/no/such/folder/x.html"),
        }
        self.flags = ("--json", "--strict", "--all", "--redact", "--force", "-h", "--interactive", "--no-such")
        ids = ("flag", "GRC", "unclos", "adriana-pylos", "x", "", "../../etc/passwd", str(PYLOS))
        self.commands: tuple[tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]], ...] = (
            (("locate",), (), ("--at", "--accuracy", "--on", "--zones")),
            (
                ("assess",),
                (self.files,),
                ("--at", "--accuracy", "--on", "--set", "--flag", "--suspect", "--offence", "--zones", "--rules"),
            ),
            (("explain",), (self.files,), ("--state", "--ground", "--set", "--zones", "--rules")),
            (("whatif",), (self.files,), ("--set", "--vary", "--toward", "--steps")),
            (("memo",), (self.files,), ("-o", "--format", "--date", "--lang", "--set")),
            (("map",), (self.files,), ("-o", "--format", "--extent", "--width", "--at", "--title")),
            (("verify",), (self.files,), ("--zones",)),
            (("quiz",), (ids,), ("--answers", "--seed")),
            (("schema",), (("place", "assessment", "case", "ground", "x", ""),), ()),
            (("states", "show"), (("ITA", "Korea", "", "\ud800"),), ()),
            (("states", "list"), (), ()),
            (("scenario", "show"), (ids,), ()),
            (("scenario", "run"), (ids,), ("--rules",)),
            (("scenario", "list"), (), ()),
            (("rules", "show"), (ids,), ("--rules",)),
            (("rules", "list"), (), ("--rules",)),
            (("zones", "info"), (), ("--zones",)),
            (("zones", "history"), (("ITA", "x", ""),), ("--zones",)),
            (("zones", "import"), (self.files,), ("-o",)),
            (("zones", "diff"), (("no.gpkg", "x"), ("no.gpkg", "-")), ()),
            ((), (), ()),
            (("nothing",), (), ()),
        )

    def make(self, rng: random.Random) -> tuple[list[str], bytes]:
        words, places, options = rng.choice(self.commands)
        args = [*words]
        for values in places:
            if rng.random() < 0.9:
                args.append(values[0] if rng.random() < 0.5 else rng.choice(values))
        for _ in range(rng.choice((0, 1, 1, 2, 3, 5))):
            option = rng.choice(options) if options and rng.random() < 0.98 else rng.choice(tuple(self.values))
            if option in args:
                continue
            args.append(option)
            if rng.random() < 0.97:
                # The first values of each are good ones.
                good = rng.random() < 0.6
                args.append(self.values[option][0] if good else rng.choice(self.values[option]))
        if words == ("locate",) and "--at" not in args and rng.random() < 0.9:
            args += ["--at", rng.choice(self.values["--at"])]
        if words == ("explain",) and "--state" not in args and rng.random() < 0.9:
            args += ["--state", rng.choice(self.values["--state"])]
        if words in (("map",), ("memo",)) and "-o" not in args and rng.random() < 0.9:
            args += ["-o", self.values["-o"][1 if words == ("memo",) else 2]]
        if rng.random() < 0.3:
            args.append(rng.choice(("--json", *self.flags)))
        if rng.random() < 0.03:
            rng.shuffle(args)
        stdin = rng.choice((b"", b"on: 2023-06-14\n", b'{"on": "2023"}', b"\xff", b"a: &a [*a]", b"y\nn\n?\n\n" * 30))
        return args, stdin

    def check(self, told: tuple[list[str], bytes]) -> str:
        args, stdin = told
        if "serve" in args or any("completion" in word for word in args):
            return "not run"
        code, out, err = run_main(args, stdin)
        if code not in EXIT_CODES:
            raise FindingError(f"exit code {code}: {err[-500:]}")
        if "Traceback" in out + err or "internal fault (" in err:
            raise FindingError(err[-500:])
        if code == 2 and not err:
            raise FindingError("refused without a word")
        if code == 5 and "SJ" not in err:
            raise FindingError(f"exit code 5 without a code: {err[-300:]}")
        for path in self.out.iterdir():
            path.unlink()
        return f"exit code {code}"


class _Screen(io.TextIOWrapper):
    def __init__(self) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding="utf-8", errors="backslashreplace", write_through=True)


def run_main(args: list[str], stdin: bytes) -> tuple[int, str, str]:
    """The command line in this process: exit code, output, messages."""
    from seajuris.cli import main

    out, err, saved = _Screen(), _Screen(), (sys.argv, sys.stdin, sys.stdout, sys.stderr)
    sys.argv, sys.stdin = ["seajuris", *args], io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    sys.stdout, sys.stderr = out, err
    code: Any = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = saved
    return int(code), out.bytes.getvalue().decode("utf-8", "replace"), err.bytes.getvalue().decode("utf-8", "replace")


# --- Batches ------------------------------------------------------------------------------------------------------


class Batches:
    """Files of rows in every format, answered by the command."""

    name = "batch"
    seconds = 30.0
    per_process = 2_000
    columns = ("lat", "lon", "day", "accuracy", "vessel.flag", "note")
    rows = (
        ("35.61", "12.48", "2023-06-14", "1 nm", "PAN", "x"),
        ("36°15.1'N", "21°03.7'E", "2023-06", "", "stateless", "=1+1"),
        ("-16.5", "179.99", "", "500 m", "unknown", "a, b"),
        ("51.05", "1.4", "1990-01-01", "0", "none", "a\nb"),
        ("89.95", "0", "2023-06-14", "30 km", "Korea", "\u202e"),
    )
    endings = ("csv", "tsv", "jsonl", "geojson", "geojsonseq", "parquet")

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, rng: random.Random) -> tuple[str, list[str], bytes]:
        ending = rng.choice(self.endings)
        rows = [list(rng.choice(self.rows)) for _ in range(rng.randint(1, 6))]
        if rng.random() < 0.3:
            rng.choice(rows)[rng.randrange(len(self.columns))] = rng.choice(TOKENS)
        raw = self._written(rng, ending, rows)
        kind = rng.random()
        if ending == "parquet" or kind > 0.75:
            raw = changed_bytes(rng, raw) if kind > 0.1 else raw
        elif kind > 0.15:
            raw = changed_text(rng, raw.decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass")
        args = [rng.choice(("locate", "locate", "assess")), "--to", rng.choice(("jsonl", "jsonl", "csv", "geojson"))]
        for option in (("--full",), ("--distances",), ("--raw",), ("--decimal-comma",), ("--on", "2023-06-14"),
                       ("--lat-column", "lat"), ("--lon-column", "lon"), ("--encoding", "cp1252"),
                       ("--from", rng.choice(self.endings)), ("--delimiter", ";")):  # fmt: skip
            if rng.random() < 0.08 and (option != ("--distances",) or args[0] == "locate"):
                args += option
        return ending, args, raw

    def _written(self, rng: random.Random, ending: str, rows: list[list[str]]) -> bytes:
        told = [dict(zip(self.columns, row, strict=True)) for row in rows]
        if ending in ("csv", "tsv"):
            text = io.StringIO()
            csv.writer(text, delimiter="," if ending == "csv" else "\t").writerows((self.columns, *rows))
            return text.getvalue().encode("utf-8", "surrogatepass")
        if ending == "parquet":
            sink = io.BytesIO()
            plain = [{key: value.encode("utf-8", "replace").decode() for key, value in row.items()} for row in told]
            table = pa.Table.from_pylist(plain)
            for name in rng.sample(("lat", "lon", "day", "note"), rng.choice((0, 0, 1, 2))):
                table = table.set_column(table.schema.get_field_index(name), name, _typed(rng, len(rows)))
            pq.write_table(table, sink)
            return sink.getvalue()
        if ending != "jsonl":
            point = {"type": "Point", "coordinates": [12.48, 35.61]}
            told = [{"type": "Feature", "geometry": point, "properties": row} for row in told]  # type: ignore[dict-item]
        if ending == "geojson":
            return json.dumps({"type": "FeatureCollection", "features": told}, indent=rng.choice((None, 1))).encode()
        start = "\x1e" if ending == "geojsonseq" else ""
        return "".join(f"{start}{json.dumps(row)}\n" for row in told).encode()

    def check(self, told: tuple[str, list[str], bytes]) -> str:
        ending, (command, *options), raw = told
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        source, target, rejects = folder / f"in.{ending}", folder / "out", folder / "rejects.csv"
        source.write_bytes(raw)
        args = ["batch", command, str(source), "-o", str(target), "--rejects", str(rejects), "--json", *options]
        code, out, err = run_main(args, b"")
        if code not in (0, 2, 4) or "Traceback" in err or "internal fault (" in err:
            raise FindingError(f"exit code {code}: {err[-500:]}")
        if len(err) > 2 * MAX_MESSAGE:
            raise FindingError(f"{len(err)} characters of messages")
        if code == 2:
            if "SJ" not in err or target.exists():
                raise FindingError(f"refused without a code, or half written: {err[-300:]}")
        else:
            self._counted(json.loads(out), code, options[options.index("--to") + 1], target, rejects)
            if "--raw" not in options and "csv" in options:
                self._harmless(target)
        shutil.rmtree(folder)
        return f"exit code {code}"

    @staticmethod
    def _counted(data: dict[str, Any], code: int, form: str, target: Path, rejects: Path) -> None:
        """Every row has to be in one of the two files."""
        if form == "csv":
            written = max(0, len(_cells(target)) - 1)
        elif form == "geojson":
            written = len(json.loads(target.read_text(encoding="utf-8"))["features"])
        else:
            written = target.read_bytes().count(b"\n")
        refused_rows = 0
        if rejects.exists():
            refused_rows = max(0, len(_cells(rejects)) - 1)
        if (written, refused_rows) != (data["answered"], data["rejected"]) or data["rows"] != written + refused_rows:
            raise FindingError(f"{written} and {refused_rows} rows written, told {data}"[:500])
        if (code == 4) != (refused_rows > 0):
            raise FindingError(f"exit code {code} with {refused_rows} rejected")

    @staticmethod
    def _harmless(target: Path) -> None:
        """No cell that a spreadsheet would run, whatever it takes for the separator."""
        for separator in ",;\t|":
            for row in _cells(target, separator):
                for cell in row:
                    begins = cell.lstrip(" ")[:1] in ("=", "@")
                    if begins or (
                        cell[:1] in ("+", "-")
                        and not re.match(r"[+-][0-9.]+(e[+-]?[0-9]+)? *([],;|\t\r\n}\"]|$)", cell)
                    ):
                        raise FindingError(f"a formula: {cell[:100]!r}, separator {separator!r}")


def _typed(rng: random.Random, count: int) -> pa.Array:
    """A column of some type, with values that its type allows and nobody expects."""
    large = [rng.choice((0, 1, -1, 19_000, 10**9, 2**31 - 1, 2**62, -(2**62))) for _ in range(count)]
    instants = (pa.timestamp("us"), pa.timestamp("ms", "UTC"), pa.timestamp("us", "Europe/Rome"), pa.timestamp("ns"))
    kind = rng.choice((*instants, pa.time64("us"), pa.duration("us"), pa.int64(), pa.float64()))
    numbers = pa.array(large, pa.int64())
    match rng.randrange(8):
        case 0:
            return pa.array([[str(value)] * rng.randrange(3) for value in large])
        case 1:
            return pa.array([{"a": value} for value in large])
        case 2:
            return pa.array([str(value).encode() for value in large])
        case 3:
            return pa.array([rng.choice((math.nan, math.inf, -0.0, 1e300, 36.25)) for _ in large])
        case 4:
            return pa.array([str(value) for value in large]).dictionary_encode()
        case 5:
            return pa.array([max(min(value, 2**31 - 1), -(2**31)) for value in large], pa.int32()).view(pa.date32())
        case _:
            return numbers.view(kind)


def _cells(path: Path, separator: str = ",") -> list[list[str]]:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=separator))


# --- The server ---------------------------------------------------------------------------------------------------


class Requests:
    """Requests to the local page's application, without a network."""

    name = "server"
    seconds = 10.0
    port, token = 8123, "the-token-of-this-run"

    def __init__(self, folder: Path) -> None:
        from seajuris.server.app import App
        from seajuris.server.engine import Engine
        from seajuris.server.guard import Guard

        self.app = App(Engine(), Guard(self.port, self.token))
        self.case = {"on": "2023-06-14", "vessel": {"flag": "stateless"}, "suspects": ["EGY"], "landed_in": "ITA"}
        self.placed = {**self.case, "position": "36.25 21.06", "accuracy": "1 nm"}

    def make(self, rng: random.Random) -> dict[str, Any]:
        kind = rng.random()
        data: Any = self.placed if rng.random() < 0.1 else self.case
        data = changed_data(rng, data) if rng.random() < 0.8 else data
        body = (
            json.dumps(data).encode()
            if kind < 0.6
            else changed_text(rng, json.dumps(self.case)).encode("utf-8", "surrogatepass")
        )
        if kind > 0.85:
            body = changed_bytes(rng, body)
        path = rng.choice(
            (*["/api/assess", "/api/case"] * 8, "/api/map", "/api/memo", "/api/vocabulary", "/", "/x", "/../etc")
        )
        query = rng.choice(
            (
                *("format=md", "extent=10,32,10.5,32.5", "extent=x", "format=x", "lang=fr", "a=b", "%ff", "date=x"),
                *("redact=maybe", "format=md&format=md", "&&&", "extent=nan,0,1,1"),
            )
        )
        if not path.startswith(("/api/map", "/api/memo")) and rng.random() < 0.9:
            query = ""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": rng.choice((*["POST"] * 12, "GET", "PUT", "HEAD", "")),
            "PATH_INFO": path if rng.random() < 0.95 else changed_text(rng, path),
            "QUERY_STRING": query if rng.random() < 0.95 else changed_text(rng, query),
            "HTTP_HOST": f"127.0.0.1:{self.port}",
            "HTTP_X_SEAJURIS_TOKEN": self.token,
            "CONTENT_TYPE": rng.choice((*["application/json"] * 12, "application/yaml", "text/plain", "")),
            "CONTENT_LENGTH": str(len(body)),
        }
        for _ in range(rng.choice((*[0] * 8, 1, 2))):
            name = rng.choice((*environ, "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_TRANSFER_ENCODING"))
            value = rng.choice(
                ("", "x", "²", "-1", "9" * 5000, "1e3", "é\x00", "http://evil", "\xff" * 50, "null", "0")
            )
            if name != "REQUEST_METHOD":
                environ[name] = value
        environ["body"] = body
        return environ

    def check(self, told: dict[str, Any]) -> str:
        environ = dict(told)
        environ["wsgi.input"] = io.BytesIO(environ.pop("body"))
        heads: list[Any] = []
        stderr, sys.stderr = sys.stderr, io.StringIO()
        try:
            content = b"".join(self.app(environ, lambda status, headers, *_: heads.extend((status, headers))))  # type: ignore[arg-type]
        finally:
            sys.stderr = stderr
        status = int(heads[0][:3])
        if status >= 500 and status != 503:
            raise FindingError(f"{heads[0]}: {content[:300]!r}")
        if status >= 400 and environ["REQUEST_METHOD"] != "HEAD":
            error = json.loads(content)["error"]
            if len(content) > 2 * MAX_MESSAGE or not error["message"]:
                raise FindingError(f"an error of {len(content)} bytes")
        return f"{status // 100}xx"


TARGETS: dict[str, Callable[[Path], Any]] = {
    target.name: target for target in (Positions, Cases, Rules, Zones, Memos, Commands, Batches, Requests)
}
