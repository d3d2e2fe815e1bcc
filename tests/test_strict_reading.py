"""Input that would break a naive reader, one for each limit and each refusal; docs/reading.md lists them.

What case files, archives and memos have tests of their own for is in `test_case`, `test_zones_import` and
`test_verify`.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import struct
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import marine_regions_files as files
from conftest import ROOT, Run
from seajuris import api, reading
from seajuris.case import Case, read_case_data
from seajuris.errors import CaseError, DataError, InputError, RuleError, SeajurisError
from seajuris.gazetteer import Gazetteer
from seajuris.jsonio import parse_json
from seajuris.record import LIMITS, RecordError, read_record
from seajuris.render.memo.docx import NAMESPACE
from seajuris.render.memo.extract import MAX_MEMBERS, record_text
from seajuris.rules.lint import lint
from seajuris.rules.lint.documents import read as lint_read
from seajuris.rules.load import RuleSet
from seajuris.scenarios import find
from seajuris.yamlio import compose, parse_yaml
from seajuris.zones.database import UnsafeDatabaseError, connect
from seajuris.zones.integrity import integrity_of
from seajuris.zones.store import coordinates, geometries, zones_in
from seajuris.zones.tools.diff import diff
from seajuris.zones.tools.info import info
from seajuris.zones.tools.marine_regions import archive, reader
from seajuris.zones.tools.marine_regions.importer import import_files
from seajuris.zones.tools.marine_regions.report import Report
from seajuris.zones.tools.reading import read_manifest
from small_rules import write as write_rules

Parse = Callable[..., Any]


def yaml_(text: str) -> Any:
    return parse_yaml(text, where="f", error=CaseError)


def json_(text: str, **more: Any) -> Any:
    return parse_json(text, where="f", error=CaseError, **more)


# --- YAML and JSON alike ------------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("parse", [yaml_, json_])


@BOTH
def test_a_key_that_stands_twice_flips_no_fact(parse: Parse) -> None:
    with pytest.raises(CaseError, match="twice"):
        parse('{"vessel": {"flag": "PAN", "flag": "stateless"}}')
    # The same key, written in another way.
    with pytest.raises(CaseError, match="twice"):
        parse('{"flag": "PAN", "fl\\u0061g": "stateless"}')


@BOTH
@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_depth(parse: Parse, opening: str) -> None:
    for count in (reading.MAX_DEPTH + 1, 900, 100_000):
        with pytest.raises(CaseError, match=r"nested deeper|exceeded maximum nesting"):
            parse(opening * count)


@BOTH
def test_values_at_the_limit_and_beyond(parse: Parse) -> None:
    full = "[" + "1," * (reading.MAX_NODES - 2) + "1]"
    assert len(parse(full)) == reading.MAX_NODES - 1
    with pytest.raises(CaseError, match="more than 50000 values"):
        parse(full.replace("[", "[1,1,", 1))


@BOTH
def test_size_counts_bytes_not_characters(parse: Parse) -> None:
    text = '"' + "\u20ac" * (reading.MAX_BYTES // 3) + '"'
    assert len(text) < reading.MAX_BYTES
    with pytest.raises(CaseError, match="larger than"):
        parse(text)


@BOTH
def test_a_key_as_long_as_a_file(parse: Parse) -> None:
    with pytest.raises(CaseError, match="a key of more than 200") as caught:
        parse('{? "' + "k" * 900_000 + '" : 1}' if parse is yaml_ else '{"' + "k" * 900_000 + '": 1}')
    assert len(str(caught.value)) < 500


@BOTH
def test_half_a_surrogate_pair_and_nul_are_no_text(parse: Parse) -> None:
    for text in ('{"title": "\\ud800"}', '{"title": "a\\u0000b"}', '{"a\\u0000": 1}', '["\\udc00"]'):
        with pytest.raises(CaseError, match=r"U\+0000|U\+D[8C]00|invalid Unicode character"):
            parse(text)
    # A whole pair is a character.
    assert json_('"\\ud83d\\ude00"') == "\U0001f600"


@BOTH
def test_a_key_that_is_shown_in_another_order(parse: Parse) -> None:
    with pytest.raises(CaseError, match="direction of writing"):
        parse('{"\u202egalf": "PAN"}')


@BOTH
def test_many_keys_take_no_longer_than_they_are_long(parse: Parse) -> None:
    # Comparing each with all others would take half an hour.
    began = time.process_time()
    data = parse("{" + ",".join(f'"k{i}": 1' for i in range(40_000)) + "}")
    assert len(data) == 40_000
    assert time.process_time() - began < 10


@BOTH
@pytest.mark.parametrize("number", ["1e999", "36.10", "-0.0", "1E5"])
def test_decimals_stay_as_they_were_written(parse: Parse, number: str) -> None:
    assert parse(f"[{number}]") == [number]


def test_the_position_in_a_json_case_keeps_its_digits(tmp_path: Path) -> None:
    told = []
    for name, text in (
        ("a.json", '{"position": {"lat": 36.10, "lon": 21.060}}'),
        ("a.yaml", "position: {lat: 36.10, lon: 21.060}"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        told.append(Case.load(tmp_path / name).position)
    assert told[0] == told[1]
    assert told[0] is not None and told[0].source == "36.10, 21.060"


# --- JSON ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["[NaN]", "[Infinity]", "[-Infinity]"])
def test_what_is_no_number_in_json(text: str) -> None:
    for numbers in (False, True):
        with pytest.raises(CaseError, match="is not a value"):
            json_(text, numbers=numbers)


def test_numbers_that_were_asked_for_are_finite() -> None:
    assert json_("[1.5, 2]", numbers=True) == [1.5, 2]
    with pytest.raises(CaseError, match="too large"):
        json_("[1e999]", numbers=True)


@pytest.mark.parametrize("digits", ["9" * 19, "-" + "9" * 19, "1" + "0" * 500_000])
def test_an_integer_of_many_digits(digits: str) -> None:
    with pytest.raises(CaseError, match="more than 18 digits"):
        json_(f"[{digits}]")


@pytest.mark.parametrize("text", ['"' + '\\"' * 400_000, '["' * 15, '"\\', "\ufeff{}", "{} {}", "", "[1,]"])
def test_broken_json(text: str) -> None:
    began = time.process_time()
    with pytest.raises(CaseError, match="not valid JSON"):
        json_(text)
    # A string without an end is looked at once, not once for each of its quotes.
    assert time.process_time() - began < 10


def test_brackets_in_a_text_are_no_nesting() -> None:
    assert json_(json.dumps(["[{" * 500, '\\"[' * 500])) == ["[{" * 500, '\\"[' * 500]


# --- YAML ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x 1", "anchors and aliases"),
        ("a: *x", "anchors and aliases"),
        ("a: !!str 010", "tag"),
        ("a: ! b", "tag"),
        ("<<: {flag: PAN}", "merge key"),
        ("vessel: {flag: ITA, <<: {flag: PAN}}", "merge key"),
        ("%YAML 1.1\n---\na: 1", "directives"),
        ("%TAG ! tag:yaml.org,2002:\n---\na: 1", "directives"),
        ("flag: ITA\n---\nflag: PAN\n", "second document"),
        ("title: x\u2028departure: LBY", "U\\+2028 ends a line"),
        ("title: x\x85departure: LBY", "U\\+0085 ends a line"),
        ("title: x\rdeparture: LBY", "U\\+000D ends a line"),
        ("flag: ITA # \u202e NAP :galf", "direction of writing stands outside"),
        ("a: \x1b[31m", "not valid YAML"),
        ("a: \x00", "not valid YAML"),
        ("a: \ud800", "not valid YAML"),
        ("? [a]\n: b", "a key must be a word"),
        ('"<<": 1\n<<: 2', "merge key"),
    ],
)
def test_refused_in_yaml(text: str, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        yaml_(text)


def test_what_is_only_text_in_yaml() -> None:
    words = [
        "NO",
        "12:30",
        "010",
        "0x1F",
        "0o7",
        "1_000",
        "1e999",
        ".inf",
        ".nan",
        "2023-06-14",
        "yes",
        "on",
        "Null",
        "TRUE",
        "=",
        "-0",
        "+5",
    ]
    assert yaml_("[" + ", ".join(words) + "]") == words
    assert yaml_("[9999999999999999999, 123456789012345678]") == ["9999999999999999999", 123456789012345678]
    assert yaml_('{"<<": 1}') == {"<<": 1}


def test_characters_that_change_direction_may_stand_in_a_value() -> None:
    # They are shown escaped; a name may hold them.
    assert yaml_("title: é \u202ex\nnotes: '日\u2066'") == {"title": "é \u202ex", "notes": "日\u2066"}


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(20)]
    with pytest.raises(CaseError, match="line 1: anchors"):
        yaml_("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1",
        "a: !!str b",
        "<<: {}",
        "%YAML 1.1\n---\na: 1",
        'a: "\\0"',
        "a: b # \u202e",
        f"? {'k' * 300}\n: 1",
        "- " * 30 + "x",
        "a: b\u2028c: d",
    ],
)
def test_the_lint_says_what_the_reader_refuses(text: str) -> None:
    with pytest.raises(CaseError):
        yaml_(text)
    document = lint_read(text, "f.yaml")
    assert [fault.code for fault in document.faults] in (["R101"], ["R103"])


def test_the_nodes_for_the_lint_are_limited_before_they_are_made() -> None:
    with pytest.raises(RuleError, match="too large or nested too deep"):
        compose("[" + "1," * 110_000 + "1]", where="f", error=RuleError)


# --- Names --------------------------------------------------------------------------------------------------------

ADDRESSES = (
    "http://example.org/case.yaml", "https://example.org/x.gpkg", "HTTPS://EXAMPLE.ORG/", "file:///etc/passwd",
    "file:x.yaml", "s3://bucket/x", "gs://b/x", "ftp://h/x", "data:text/plain,x", "zip://a.zip!x",
    "/vsizip/a.zip/x.gpkg", "/vsicurl/http://example.org/x.gpkg", "/vsistdin/", "/vsimem/x", "//vsicurl/x",
    "\\vsicurl\\x", "PG:host=x", "SQLITE:x.db", "gpkg:x.gpkg:layer", "|cat /etc/passwd", " |ls", "a\x00b",
)  # fmt: skip


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_is_no_file(name: str, tmp_path: Path) -> None:
    attempts: tuple[Callable[[], Any], ...] = (
        lambda: read_case_data(name),
        lambda: RuleSet(Path(name)),
        lambda: api.zone_file(name),
        lambda: reader.read(Path(name), None, Report()),
        lambda: find(Path("scenarios"), f"{name}.yaml"),
        lambda: import_files(["x.gpkg"], Path(f"{name}.gpkg"), say=lambda _: None),
    )
    for attempt in attempts:
        with pytest.raises(SeajurisError, match=r"not a file on this machine|NUL character"):
            attempt()


@pytest.mark.parametrize(
    "name", ["C:\\cases\\a.yaml", "c:/a.yaml", "./http:/x", "a b: c.yaml", "notes-12:30.yaml", "vsizip/a"]
)
def test_what_only_looks_like_an_address(name: str) -> None:
    reading.check_name(name, error=CaseError)


@pytest.mark.parametrize(
    "args",
    [
        ("assess", "http://example.org/case.yaml"),
        ("verify", "https://example.org/memo.pdf"),
        ("locate", "--at", "36 N 21 E", "--zones", "/vsicurl/http://example.org/z.gpkg"),
        ("assess", str(ROOT / "docs" / "examples" / "pylos.yaml"), "--rules", "s3://bucket/rules"),
        ("quiz", "--answers", "http://example.org/a.yaml"),
        ("zones", "import", "eez=/vsizip/x.zip", "-o", "out/z.gpkg"),
        ("scenario", "list", "--scenarios", "file:///etc"),
    ],
)
def test_an_address_on_the_command_line(run: Run, args: tuple[str, ...]) -> None:
    answer = run(*args)
    assert answer.code in (2, 5)
    assert "Nothing is fetched" in answer.err and answer.out == ""


def test_an_address_in_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAJURIS_ZONES", "https://example.org/z.gpkg")
    assert "Nothing is fetched" in run("locate", "--at", "36 N 21 E").err
    monkeypatch.delenv("SEAJURIS_ZONES")
    monkeypatch.setenv("SEAJURIS_RULES", "https://example.org/rules")
    assert "Nothing is fetched" in run("assess", str(ROOT / "docs" / "examples" / "pylos.yaml")).err


# --- Standard input -----------------------------------------------------------------------------------------------


def test_standard_input_is_read_as_strictly(run: Run) -> None:
    for sent, words in (
        (b'{"departure": "LBY", "departure": "TUN"}', "twice"),
        (b"notes: " + b"x" * 1_000_001, "larger than"),
        (("notes: " + "\u20ac" * 400_000).encode(), "larger than"),
        (b"title: \xff", "UTF-8"),
        ("title: x".encode("utf-16"), "UTF-8"),
    ):
        answer = run("assess", "-", stdin=sent)
        assert answer.code == 2 and words in answer.err, (words, answer.err)


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    from seajuris.cli.facts import case_data

    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CaseError, match="closed"):
        case_data("-")


# --- Folders ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "rules"
    write_rules(root)
    return root


def refused_folder(folder: Path, words: str) -> None:
    for use in (RuleSet, lint):
        with pytest.raises(RuleError, match=words):
            use(folder)


def test_a_link_out_of_a_rule_folder(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: hunter2\n", encoding="utf-8")
    (folder / "grounds" / "evil.yaml").symlink_to(secret)
    refused_folder(folder, "a link that leads out of the folder")


def test_a_link_to_a_folder_outside_and_one_inside(folder: Path, tmp_path: Path) -> None:
    # Inside it is an ordinary file.
    (folder / "grounds" / "again.txt").symlink_to(folder / "facts.yaml")
    RuleSet(folder)
    (folder / "more").symlink_to(tmp_path)
    refused_folder(folder, "a link that leads out of the folder")


def test_too_many_files_and_too_deep(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILES", 10)
    for i in range(11):
        (folder / f"{i}.txt").touch()
    refused_folder(folder, "more than 10 files")
    monkeypatch.undo()
    (folder / "/".join("x" * 10)).mkdir(parents=True)
    refused_folder(folder, "nested deeper")


def test_a_name_that_is_not_utf_8(folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/grounds/\xff.yaml"))).touch()
    refused_folder(folder, "not UTF-8")


def test_a_pipe_in_a_rule_folder_holds_nobody_up(folder: Path) -> None:
    os.mkfifo(folder / "grounds" / "wait.yaml")
    refused_folder(folder, "neither a file nor a folder")


def test_a_rule_file_of_any_size_is_not_hashed(folder: Path) -> None:
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(reading.MAX_BYTES + 1)
    with pytest.raises(RuleError, match="larger than"):
        _ = RuleSet(folder).sha256


def test_a_template_that_is_a_link_to_a_file_of_ours(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2", encoding="utf-8")
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "memo.md.j2").symlink_to(tmp_path / "secret")
    case = str(ROOT / "docs" / "examples" / "pylos.yaml")
    answer = run("memo", case, "-o", "-", "--format", "md", "--template", str(templates))
    assert answer.code == 2 and "hunter2" not in answer.out
    assert "a link that leads out of the folder" in answer.err


# --- Zone data of others ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    out = tmp_path_factory.mktemp("zones") / "zones.gpkg"
    import_files(files.write_world(source), out, say=lambda _: None)
    return out


Change = Callable[[sqlite3.Connection], Any]


@pytest.fixture
def changed(imported: Path, tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """A copy of the zone data, changed, with a manifest that declares the changed file."""

    def change(*statements: str | Change, manifest: Callable[[str], str] = lambda text: text) -> Path:
        import hashlib

        path = tmp_path / "changed.gpkg"
        path.write_bytes(imported.read_bytes())
        database = sqlite3.connect(path)
        for statement in statements:
            database.execute(statement) if isinstance(statement, str) else statement(database)
        database.commit()
        database.close()
        text = imported.with_name("manifest.yaml").read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines = [f"sha256: {digest}\n" if line.startswith("sha256:") else line for line in lines]
        path.with_name("manifest.yaml").write_text(manifest("".join(lines)), encoding="utf-8")
        return path

    yield change
    zones_in.cache_clear()
    integrity_of.cache_clear()


def place(path: Path) -> Any:
    return api.locate("35.42 12.6", accuracy="1 nm", on="2023-06-14", zones=path)


def test_the_copy_is_read_as_it_is(changed: Callable[..., Path]) -> None:
    assert place(changed()).zones[0].state == "ITA"


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (("ALTER TABLE zones RENAME TO z", f"CREATE VIEW zones AS SELECT z.* FROM z, ({ENDLESS})"), "a view"),
        ((f"CREATE VIEW harmless AS {ENDLESS}",), "a view"),
        (("CREATE VIRTUAL TABLE f USING fts4(x)",), "a virtual table"),
        (
            ("ALTER TABLE zones ADD COLUMN big TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000)))",),
            "a computed column",
        ),
        (("PRAGMA application_id = 7",), "no GeoPackage"),
    ],
)
def test_a_database_in_which_something_would_run(changed: Callable[..., Path], statements: Any, words: str) -> None:
    path = changed(*statements)
    with pytest.raises(UnsafeDatabaseError, match=words):
        connect(path)
    for use in (place, info):
        with pytest.raises(DataError, match=words):
            use(path)
    product = path.with_name("eez_v12.gpkg")
    product.write_bytes(path.read_bytes())
    with pytest.raises(InputError, match=words):
        reader.read(product, None, Report())


def test_a_trigger_never_fires_and_nothing_is_attached_or_written(changed: Callable[..., Path]) -> None:
    path = changed("CREATE TRIGGER t AFTER UPDATE ON zones BEGIN DELETE FROM zones; END")
    before = path.read_bytes()
    database = connect(path)
    for statement in (
        "UPDATE zones SET zone = 'land'",
        f"ATTACH '{path.with_name('new.db')}' AS other",
        "DROP TABLE zones",
    ):
        with pytest.raises(sqlite3.Error):
            database.execute(statement)
    with pytest.raises(sqlite3.Error, match="too big"):
        database.execute("SELECT zeroblob(500000000)").fetchone()
    database.close()
    assert place(path).zones[0].state == "ITA"
    assert path.read_bytes() == before and not path.with_name("new.db").exists()


def test_a_name_that_is_no_text(changed: Callable[..., Path]) -> None:
    # Found by fuzzing: the message of the database itself could not be decoded.
    def change(database: sqlite3.Connection) -> None:
        database.execute("PRAGMA writable_schema = ON")
        cell = "CAST(x'435245415445205441424c45207aff20282928' AS TEXT)"
        database.execute(f"UPDATE sqlite_master SET sql = {cell} WHERE name = 'claims'")

    with pytest.raises(DataError, match="not a zone GeoPackage"):
        place(changed(change))


def test_more_tables_than_any_map_has(changed: Callable[..., Path]) -> None:
    def many(database: sqlite3.Connection) -> None:
        tables = ";".join(f"CREATE TABLE t{i} (x)" for i in range(2_001))
        database.executescript(f"BEGIN; {tables}; COMMIT")

    with pytest.raises(DataError, match="more than 2000 tables"):
        place(changed(many))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE zones SET zone = 'atlantis'",
        "UPDATE zones SET zone = 7.5",
        "UPDATE zones SET state = 'italy'",
        "UPDATE zones SET state = x'00'",
        "UPDATE zones SET accuracy_m = 'near'",
        "UPDATE zones SET breadth_nm = -1",
        "UPDATE limits SET accuracy_m = 9e999",
        "UPDATE zones SET claim = 'maybe'",
        "UPDATE zones SET dispute = x'ff'",
    ],
)
def test_a_cell_that_nobody_could_understand(changed: Callable[..., Path], statement: str) -> None:
    with pytest.raises(DataError, match="has a row whose"):
        place(changed(statement))


HEAD = b"GP\x00\x01" + struct.pack("<i", 4326)
NAN_RING = struct.pack("<BIII", 1, 3, 1, 4) + struct.pack("<8d", 12, 35, 13, 35, float("nan"), 36, 12, 35)
DEEP = struct.pack("<BII", 1, 7, 1) * 200_000


@pytest.mark.parametrize(
    ("blob", "words"),
    [
        (None, "neither a polygon nor a line"),
        (b"", "neither a polygon nor a line"),
        (HEAD, "neither a polygon nor a line"),
        (b"GP\x00\x0f" + HEAD[4:] + NAN_RING, "neither a polygon nor a line"),
        (HEAD + DEEP, "neither a polygon nor a line"),
        (HEAD + struct.pack("<BII", 1, 3, 0xFFFFFFFF) + bytes(64), "damaged geometry"),
        (HEAD + struct.pack("<BIII", 1, 3, 1, 0xFFFFFFF0) + bytes(64), "damaged geometry"),
        (HEAD + NAN_RING, "no place on Earth"),
        (HEAD + shapely.to_wkb(shapely.box(170, 10, 1e300, 20)), "no place on Earth"),
    ],
)
def test_geometry_that_breaks_a_naive_reader(blob: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        geometries([blob])


@pytest.mark.parametrize(
    "wkb", [struct.pack("<BII", 1, 2, 2) + bytes(20), struct.pack("<BII", 1, 2, 1) + bytes(16), NAN_RING]
)
def test_lines_that_are_damaged(wkb: bytes) -> None:
    with pytest.raises(DataError, match="damaged line"):
        coordinates(HEAD + wkb)


def test_a_coordinate_that_is_no_number_is_never_far_away(changed: Callable[..., Path]) -> None:
    line = shapely.to_wkb(shapely.LineString([(12.6, 35.3), (12.7, 35.3)]))
    broken = HEAD + line[:9] + struct.pack("<d", float("nan")) + line[17:]

    def change(database: sqlite3.Connection) -> None:
        database.execute('UPDATE limits SET geom = ? WHERE state = "ITA"', (broken,))

    with pytest.raises(DataError, match="no place on Earth"):
        place(changed(change))


def test_polygons_that_cannot_be_compared(changed: Callable[..., Path], imported: Path) -> None:
    # Found by fuzzing: the library's own error came through.
    import datetime as dt

    bow_tie = HEAD + shapely.to_wkb(shapely.Polygon([(12, 35), (13, 36), (13, 35), (12, 36)]))
    path = changed(lambda database: database.execute("UPDATE zones SET geom = ? WHERE fid = 3", (bow_tie,)))
    with pytest.raises(DataError, match="cannot be compared"):
        diff(imported, path, dt.date(2023, 6, 14), lambda _: None, None)


def bomb(text: str) -> str:
    lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]" for i in range(1, 10)]
    return text + "\n".join(lines)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (bomb, "anchors"),
        (lambda text: text + "licence: other\n", "twice"),
        (lambda text: text.replace("sources:\n", "sources: x\nother:\n"), "sources is not"),
        (lambda text: text + "disputes_: 1\nclaims: !!python/name:os.system x\n", "tag"),
    ],
)
def test_a_manifest_that_breaks_a_naive_reader(changed: Callable[..., Path], manifest: Any, words: str) -> None:
    path = changed(manifest=manifest)
    with pytest.raises(DataError, match=words):
        read_manifest(path)
    with pytest.raises(DataError, match=words):
        info(path)


def test_a_gazetteer_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    head = "id,name,ascii,alternates,keys,kind,state,lat,lon,uncertainty_m,source\n"
    good = "1,Pylos,Pylos,,|pylos|,town,GRC,36.9,21.7,1000,x\n"
    path.write_text(head + good, encoding="utf-8")
    assert Gazetteer.load(path).find("Pylos").lat == 36.9
    for bad in (
        good.replace("36.9", "nan"),
        good.replace("36.9", "96"),
        good.replace("1000", "-1"),
        good.replace("1000", "inf"),
    ):
        path.write_text(head + bad, encoding="utf-8")
        with pytest.raises(DataError, match="cannot be read"):
            Gazetteer.load(path).find("Pylos")
    path.write_bytes(head.encode() + good.encode().replace(b"x\n", b"\xff\n"))
    with pytest.raises(DataError, match="damaged"):
        Gazetteer.load(path).find("Pylos")


# --- Downloads to import ------------------------------------------------------------------------------------------


def import_refused(path: Path, words: str) -> None:
    with pytest.raises(InputError, match=words):
        reader.read(path, None, Report())


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = files.write_zip(tmp_path, "12nm", files.world()["12nm"])
    outer = tmp_path / "outer" / "eez_12nm_v4.zip"
    outer.parent.mkdir()
    with zipfile.ZipFile(outer, "w") as file:
        file.write(inner, inner.name)
    import_refused(outer, "holds no product")


def test_many_small_members_that_unpack_to_something_enormous(tmp_path: Path) -> None:
    path = tmp_path / "eez_v12.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for i in range(20):
            file.writestr(f"{i}.dbf", bytes(archive.RATIO_FROM_BYTES // 10))
    import_refused(path, "times smaller")


def directory_of(entries: int, *, zip64: bool) -> bytes:
    """An archive whose end claims more members than it has."""
    if not zip64:
        return (
            b"PK\x03\x04"
            + bytes(30)
            + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, entries, entries, entries * 46, 0, 0)
        )
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, entries * 46, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    return b"PK\x03\x04" + bytes(30) + record + locator + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0)


@pytest.mark.parametrize("zip64", [False, True])
def test_a_directory_of_millions_is_not_read(tmp_path: Path, zip64: bool) -> None:
    raw = directory_of(60_000 if not zip64 else 40_000_000, zip64=zip64)
    path = tmp_path / "eez_v12.zip"
    path.write_bytes(raw)
    import_refused(path, "members, more than 200")
    with pytest.raises(RecordError, match=f"members, more than {MAX_MEMBERS}"):
        record_text(raw, "memo.docx")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing(tmp_path: Path, method: int) -> None:
    path = tmp_path / "eez_v12.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("eez_v12.gpkg", b"x" * 100)
    import_refused(path, "a method that is not read")


def test_a_stream_that_is_damaged(tmp_path: Path) -> None:
    # Found by fuzzing: the error of the decompressor is none of the archive's.
    path = tmp_path / "eez_v12.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("eez_v12.gpkg", bytes(range(256)) * 50)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"eez_v12.gpkg") + len(b"eez_v12.gpkg")
    raw[at : at + 20] = b"\xff" * 20
    path.write_bytes(bytes(raw))
    import_refused(path, "cannot be unpacked")
    memo = bytearray(docx(bytes(range(256)) * 50))
    at = memo.index(b"item0.xml") + len(b"item0.xml")
    memo[at : at + 20] = b"\xff" * 20
    with pytest.raises(RecordError, match="damaged"):
        record_text(bytes(memo), "memo.docx")


@pytest.mark.parametrize("ending", ["-journal", "-wal"])
def test_an_unfinished_change_beside_a_geopackage(tmp_path: Path, ending: str) -> None:
    path = files.write_gpkg(tmp_path, "12nm", files.world()["12nm"])
    path.with_name(path.name + ending).write_bytes(b"x")
    import_refused(path, "an unfinished change")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"type": "FeatureCollection"', '"type": "FeatureCollection", "type": "FeatureCollection"', "twice"),
        ('"coordinates": [[[', '"coordinates": [[[1e999, 35], [', "too large"),
        ('"coordinates": [[[', '"coordinates": [[[NaN, 35], [', "is not a value"),
        ('"coordinates": ', '"coordinates": ' + "[" * 50, "nested deeper"),
        ('"properties": {', '"properties": {"mrgid": 1, "MRGID": 2, ', "two columns|twice"),
    ],
)
def test_geojson_is_read_as_strictly(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = files.write_geojson(tmp_path, "12nm", files.world()["12nm"])
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    import_refused(path, words)


def test_a_vertex_that_is_no_number(tmp_path: Path) -> None:
    values, shape = files.world()["internal"][0]
    points = shapely.get_coordinates(shape)
    points[3] = (np.nan, 35.5)
    with np.errstate(invalid="ignore"):
        import_refused(files.write_gpkg(tmp_path, "internal", [(values, shapely.Polygon(points))]), "no number")
    # The points of a shapefile stand last.
    good = files.write_zip(tmp_path, "internal", files.world()["internal"])
    bad = tmp_path / "bad" / good.name
    bad.parent.mkdir()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".shp"):
                content = content[:-48] + struct.pack("<d", float("nan")) + content[-40:]
            new.writestr(name, content)
    import_refused(bad, "no number")


def test_a_file_to_write_without_a_name() -> None:
    # Found by fuzzing: the empty name has no folder beside it.
    with pytest.raises(InputError, match="needs the ending"):
        import_files(["x.gpkg"], Path(), say=lambda _: None)


# --- Records ------------------------------------------------------------------------------------------------------


def test_a_record_with_a_fact_twice() -> None:
    text = '{"format":"seajuris.record.v1","on":"2023-06-14","case":{"vessel":{"flag":"ITA"}},"case":{}}'
    with pytest.raises(RecordError, match="twice"):
        read_record(text, where="memo")


def test_a_record_of_more_values_than_any_case_has() -> None:
    with pytest.raises(RecordError, match=f"more than {LIMITS.nodes} values"):
        read_record('{"format":"seajuris.record.v1","x":[' + "[]," * LIMITS.nodes + "1]}", where="memo")


def docx(*parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for i, part in enumerate(parts):
            file.writestr(f"customXml/item{i}.xml", part)
    return stream.getvalue()


def test_parts_of_a_docx_that_are_large_together() -> None:
    with pytest.raises(RecordError, match="larger than"):
        record_text(docx(*[bytes(8_000_000)] * 4), "memo.docx")


def test_a_record_part_of_a_million_elements() -> None:
    part = f'<record xmlns="{NAMESPACE}">'.encode() + b"<a/>" * 100_000 + b"</record>"
    with pytest.raises(RecordError, match="other parts inside"):
        record_text(docx(part), "memo.docx")


def test_the_accuracy_in_a_record_comes_back_to_the_last_bit(run: Run, tmp_path: Path) -> None:
    # Found by fuzzing: 0.2 M is 370.40000000000003 m in binary, and was written down as 370.4 m.
    case = Case.from_dict({"position": "36.25 21.06", "accuracy": "0.2 nm"})
    assert Case.from_dict(case.to_dict()) == case
    told = tmp_path / "result.json"
    told.write_text(run("assess", "--at", "36.25 21.06", "--accuracy", "0.2 nm", "--on", "2023-06-14", "--json").out)
    assert run("verify", str(told)).code == 0


# --- Messages -----------------------------------------------------------------------------------------------------


def test_no_message_repeats_a_file(tmp_path: Path) -> None:
    long = "x" * 9_000
    for data in ({"vessel": {"flag": long}}, {"event": long}, {"on": long}, {"position": [long]}, {"entry": [[long]]},
                 {"accuracy": long, "position": "36 N 21 E"}, {long: 1}):  # fmt: skip
        with pytest.raises(InputError) as caught:
            Case.from_dict(data)
        assert len(caught.value.message) < 2_000, data.keys()


# --- Rules that say another thing than they seem to --------------------------------------------------------------


def rules_with(folder: Path, name: str, old: str, new: str) -> RuleSet:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, (name, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return RuleSet(folder)


@pytest.fixture
def shipped_copy(tmp_path: Path) -> Path:
    import shutil

    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    return tmp_path / "rules"


@pytest.mark.parametrize("word", ["no", "No", "'false'", "'true'", "[]", "0", "null"])
def test_a_word_for_no_is_never_yes(shipped_copy: Path, word: str) -> None:
    # Found by fuzzing: text is never empty, so that `verified: no` counted as verified.
    with pytest.raises(RuleError, match="true or false"):
        _ = rules_with(shipped_copy, "grounds/flag.yaml", "verified: true", f"verified: {word}").grounds


def test_parties_that_stand_twice(shipped_copy: Path) -> None:
    line = "parties:\n  ITA: {from: '1900-01-01', verified: true}\n"
    path = shipped_copy / "instruments" / "UNCLOS.yaml"
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    with pytest.raises(RuleError, match="twice"):
        RuleSet(shipped_copy).instrument("UNCLOS")


def test_a_party_is_verified_by_true_alone(shipped_copy: Path) -> None:
    import datetime as dt

    path = shipped_copy / "instruments" / "UNCLOS.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    index = next(i for i, line in enumerate(lines) if line.startswith("  ITA: {"))
    assert "verified: true" in lines[index]
    lines[index] = lines[index].replace("verified: true", "verified: no")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not RuleSet(shipped_copy).membership("UNCLOS", "ITA", dt.date(2023, 6, 14)).verified


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("version.yaml", "number: 1\n"),
        ("version.yaml", ""),
        ("bases.yaml", "[]\n"),
        ("bases.yaml", "prosecute: x\n"),
        ("warnings.yaml", "warnings: []\n"),
        ("facts.yaml", "facts: {on: {type: [date], ask: x}}\n"),
        ("facts.yaml", "facts: {on: {type: date}}\n"),
        ("coordination/ne-bis-in-idem.yaml", "- id: x\n  title: x\n  text: x\n  states: ITA\n"),
        ("coordination/ne-bis-in-idem.yaml", "- id: x\n  title: x\n  text: x\n  states: {at_least: two}\n"),
        ("instruments/UNCLOS.yaml", "id: UNCLOS\nkind: treaty\ntitle: x\nexcept: ITA\n"),
        ("instruments/UNCLOS.yaml", "id: UNCLOS\nkind: treaty\ntitle: x\nparties: ITA\n"),
        ("instruments/UNCLOS.yaml", "id: UNCLOS\nkind: treaty\ntitle: x\nbinds_all: no\n"),
        ("instruments/UNCLOS.yaml", "id: UNCLOS\nkind: treaty\ntitle: x\nin_force: '2023-02-30'\n"),
    ],
)
def test_a_rule_file_that_is_laid_out_otherwise(shipped_copy: Path, name: str, text: str) -> None:
    # Found by fuzzing: each of these ended in an internal fault, or was taken for something else.
    (shipped_copy / name).write_text(text, encoding="utf-8")
    with pytest.raises(RuleError):
        rules = RuleSet(shipped_copy)
        _ = rules.vocabulary, rules.version, rules.bases, rules.warnings, rules.coordination
        rules.instrument("UNCLOS")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("order: ", "order: first # "),
        ("claimant: {fact: vessel.flag}", "claimant: {fact: []}"),
    ],
)
def test_a_ground_that_cannot_be_used_is_no_fault_of_ours(run: Run, shipped_copy: Path, old: str, new: str) -> None:
    rules_with(shipped_copy, "grounds/flag.yaml", old, new)
    answer = run("assess", "--flag", "ITA", "--on", "2023-06-14", "--rules", str(shipped_copy))
    assert (answer.code, answer.out) == (5, "")
    assert "SJ200" in answer.err


# --- The page -----------------------------------------------------------------------------------------------------


def test_the_page_names_tests_that_are_there() -> None:
    import re

    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 40
    assert not {name for name in named if f"def {name}(" not in tests}
    for number in (
        reading.MAX_BYTES,
        reading.MAX_NODES,
        LIMITS.nodes,
        LIMITS.size,
        reading.MAX_FILES,
        reader.JSON_LIMITS.size,
    ):
        assert f"{number:,}" in page, number
