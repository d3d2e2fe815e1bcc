"""`seajuris verify`: the same is the same, what differs is named, and no file can do harm."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Run
from seajuris import record
from seajuris.render.memo.docx import NAMESPACE, RECORD_PART
from seajuris.render.memo.extract import MAX_MEMBERS
from seajuris.render.memo.write import FORMATS

PYLOS = str(ROOT / "docs" / "examples" / "pylos.yaml")
NO_DAY = "{flag: x}"


@pytest.fixture(scope="module")
def memos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from seajuris.api import as_of, assess
    from seajuris.case import Case
    from seajuris.render.memo.build import Options
    from seajuris.render.memo.write import memo
    from seajuris.rules.load import shipped_rules

    folder = tmp_path_factory.mktemp("memos")
    result = assess(Case.load(PYLOS))
    paths = {}
    for form in FORMATS:
        paths[form] = folder / f"memo.{form}"
        paths[form].write_bytes(memo(result, shipped_rules(), Options("2026-01-01", format=form)))
    paths["json"] = folder / "result.json"
    paths["json"].write_text(json.dumps(result.to_dict(), ensure_ascii=False, indent=2), encoding="utf-8")
    # A case without a day: the answer is that of the day of the memo.
    import datetime as dt

    with as_of(dt.date(2024, 3, 1)):
        undated = assess(Case.from_dict({"position": "36.25, 21.06", "offences": ["migrant_smuggling"]}))
    paths["undated"] = folder / "undated.md"
    paths["undated"].write_bytes(memo(undated, shipped_rules(), Options("2024-03-01", format="md")))
    return paths


@pytest.mark.parametrize("form", [*FORMATS, "json", "undated"])
def test_what_was_not_changed_is_the_same(run: Run, memos: dict[str, Path], form: str) -> None:
    answer = run("verify", str(memos[form]))
    assert answer.code == 0, answer.out + answer.err
    assert answer.out.startswith(f"{memos[form]}: the same\n")
    assert ("to the byte" in answer.out) is (form != "json")


def changed(memos: dict[str, Path], tmp_path: Path, change: Any) -> Path:
    """The Markdown memo with another record."""
    source = memos["md"].read_text(encoding="utf-8")
    head, begin, rest = source.partition("<!-- seajuris-record\n")
    body, end, tail = rest.partition("\n-->")
    data = json.loads(body)
    change(data)
    target = tmp_path / "changed.md"
    target.write_text(
        head + begin + record.canonical(data).replace("--", "\\u002d\\u002d") + end + tail, encoding="utf-8"
    )
    return target


def test_a_finding_that_was_changed_is_named(run: Run, memos: dict[str, Path], tmp_path: Path) -> None:
    def raise_status(data: dict[str, Any]) -> None:
        (entry,) = [f for f in data["findings"] if f["state"] == "LBY" and f["kind"] == "prosecute"]
        assert entry["status"] == "conditional"
        entry["status"] = "established"

    answer = run("verify", str(changed(memos, tmp_path, raise_status)))
    assert answer.code == 3
    assert "findings LBY part-of-conduct-departure: status: recorded established, now conditional" in answer.out
    assert "1 difference(s)" in answer.out


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("software", lambda d: d["provenance"].update(software="0.0.1")),
        ("rules", lambda d: d["provenance"]["rules"].update(sha256="0" * 64)),
        ("zones", lambda d: d["provenance"]["zones"].update(sha256="0" * 64)),
        ("register", lambda d: d["provenance"].pop("register")),
        ("place", lambda d: d["place"].update(verdict="near_line")),
        ("place", lambda d: d["place"].update(sha256="0" * 64)),
        ("findings", lambda d: d["findings"].pop(0)),
        ("findings", lambda d: d["findings"].reverse()),
        ("findings", lambda d: d["findings"].append({**d["findings"][0], "state": "CHE"})),
        ("findings", lambda d: d["findings"][0].update(sha256="0" * 64)),
        ("bars", lambda d: d["bars"].clear()),
        ("questions", lambda d: d["questions"].pop()),
        ("warnings", lambda d: d["warnings"].pop()),
        ("coordination", lambda d: d["coordination"].pop()),
        ("notes", lambda d: d["notes"].append("x")),
        ("findings", lambda d: d["case"].update(departure="TUN")),
    ],
)
def test_every_part_is_compared(run: Run, memos: dict[str, Path], tmp_path: Path, part: str, change: Any) -> None:
    answer = run("verify", str(changed(memos, tmp_path, change)), "--json")
    assert answer.code == 3, answer.err
    data = json.loads(answer.out)
    assert data["same"] is False
    assert part in {entry["part"] for entry in data["differences"]}


@pytest.mark.parametrize("form", ["md", "html"])
def test_words_that_were_changed_in_the_text_are_noticed(
    run: Run, memos: dict[str, Path], tmp_path: Path, form: str
) -> None:
    target = tmp_path / f"memo.{form}"
    text = memos[form].read_text(encoding="utf-8")
    assert "CONDITIONAL" in text
    target.write_text(text.replace("CONDITIONAL", "ESTABLISHED"), encoding="utf-8")
    answer = run("verify", str(target))
    assert answer.code == 3
    assert "document text" in answer.out
    assert "1 difference(s)" in answer.out


def repacked(source: Path, target: Path, change: Any) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def test_a_docx_that_was_edited_keeps_its_record(run: Run, memos: dict[str, Path], tmp_path: Path) -> None:
    import docx

    word = docx.Document(str(memos["docx"]))
    word.paragraphs[0].add_run(" (edited)")
    word.save(str(tmp_path / "edited.docx"))
    answer = run("verify", str(tmp_path / "edited.docx"))
    assert answer.code == 3
    assert "document text" in answer.out
    assert "1 difference(s)" in answer.out


def test_other_rules_are_named(run: Run, memos: dict[str, Path], tmp_path: Path) -> None:
    import shutil

    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    ground = tmp_path / "rules" / "grounds" / "part-of-conduct-departure.yaml"
    text = ground.read_text(encoding="utf-8")
    ground.write_text(re.sub(r"(?m)^grade: national", "grade: contested", text), encoding="utf-8")
    answer = run("verify", str(memos["json"]), "--rules", str(tmp_path / "rules"))
    assert answer.code == 3
    assert "rules: recorded" in answer.out
    assert "LBY part-of-conduct-departure: grade: recorded national, now contested" in answer.out


# --- Files that may come from anybody -------------------------------------------------------------------------------


def part(text: str) -> bytes:
    return f'<?xml version="1.0"?><record xmlns="{NAMESPACE}">{text}</record>'.encode()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + f']><record xmlns="{NAMESPACE}">&j;</record>'.encode()
)
OUTSIDE = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><record xmlns="{NAMESPACE}">&x;</record>'.encode()


def package(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in entries:
            new.writestr(name, content)
    return stream.getvalue()


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "noise": bytes(range(256)) * 40,
    "text": b"Which States may have jurisdiction?",
    "json without record": b"{}",
    "json list in braces": b'{"format": ["seajuris.record.v1"]}',
    "json cut": b'{"format": "seajuris.record.v1", ',
    "json bare": b'{"format": "seajuris.record.v1"}',
    "json wrong types": b'{"format":"seajuris.record.v1","on":"2023-06-14","case":[],"provenance":{},"place":null}',
    "json parts of text": b'{"format":"seajuris.record.v1","on":"2023-06-14","case":{},"provenance":{},"place":null,'
    b'"findings":["x"],"bars":[],"questions":[],"warnings":[],"coordination":[],"notes":[]}',
    "json not a number": b'{"format": "seajuris.record.v1", "on": NaN}',
    "json long number": b'{"format": "seajuris.record.v1", "on": ' + b"9" * 5000 + b"}",
    "json deep": b'{"format":' + b"[" * 200_000,
    "unknown fact": b'{"format":"seajuris.record.v1","on":"2023-06-14","case":{"colour":"red"},"provenance":{},'
    b'"place":null,'
    b'"findings":[],"bars":[],"questions":[],"warnings":[],"coordination":[],"notes":[]}',
    "assessment cut short": b'{"format": "seajuris.assessment.v1", "case": {}, "findings": [1]}',
    "two records": b"<!-- seajuris-record\n{}\n-->\n<!-- seajuris-record\n{}\n-->\n",
    "record without end": b"<!-- seajuris-record\n{}",
    "html without record": b"<!DOCTYPE html><p>x</p>",
    "pdf head alone": b"%PDF-1.7\n",
    "pdf noise": b"%PDF-1.7\n" + bytes(range(256)) * 100,
    "pdf that points to itself": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Names 1 0 R>>endobj\n"
    b"trailer<</Root 1 0 R/Prev 0>>\nstartxref\n9\n%%EOF",
    "zip head alone": b"PK\x03\x04",
    "zip of nothing": package(("a.txt", b"x")),
    "zip with entities": package((RECORD_PART[1:], BOMB)),
    "zip with a file from outside": package((RECORD_PART[1:], OUTSIDE)),
    "zip bomb": package((RECORD_PART[1:], part(" " * 40_000_000))),
    "zip of many": package(*((f"customXml/{i}.xml", b"<a/>") for i in range(MAX_MEMBERS + 1))),
    "zip not well-formed": package((RECORD_PART[1:], f"<record {NAMESPACE}".encode())),
    "zip with empty record": package((RECORD_PART[1:], part(""))),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_what_holds_no_good_record_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    target = tmp_path / "file"
    target.write_bytes(HOSTILE[name])
    answer = run("verify", str(target))
    assert answer.code == 2, (answer.code, answer.out, answer.err)
    assert answer.out == ""
    assert "seajuris: error SJ1" in answer.err
    assert "Traceback" not in answer.err
    assert len(answer.err) < 2_000
    assert "root:" not in answer.err


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_memo_cut_short_is_refused(run: Run, memos: dict[str, Path], tmp_path: Path, form: str, share: float) -> None:
    whole = memos[form].read_bytes()
    target = tmp_path / f"cut.{form}"
    target.write_bytes(whole[: int(len(whole) * share)])
    answer = run("verify", str(target))
    # The table of a PDF lies at its end; a reader may find its way without it.
    assert answer.code in ((2, 3) if form in ("pdf", "md") else (2,))
    assert "Traceback" not in answer.err


def test_a_damaged_part_of_a_docx_is_refused(run: Run, memos: dict[str, Path], tmp_path: Path) -> None:
    def damage(name: str, content: bytes) -> bytes:
        return content.replace(b'"findings"', b'"fundings"') if name == RECORD_PART[1:] else content

    target = repacked(memos["docx"], tmp_path / "damaged.docx", damage)
    answer = run("verify", str(target))
    assert answer.code == 2
    assert "incomplete or damaged" in answer.err


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    for name in (str(tmp_path / "none.md"), str(tmp_path), "a\x00b"):
        answer = run("verify", name)
        assert answer.code == 2
        assert "SJ1" in answer.err


@pytest.mark.parametrize(
    "memo",
    [{"date": "2026-01-01", "lang": "xx"}, {"lang": "en"}, {"date": 5}, [], "x", {"date": "never", "format": "md"}],
)
def test_a_record_that_asks_for_an_impossible_memo(run: Run, memos: dict[str, Path], tmp_path: Path, memo: Any) -> None:
    answer = run("verify", str(changed(memos, tmp_path, lambda data: data.update(memo=memo))))
    assert answer.code in (2, 3)
    assert "Traceback" not in answer.err


# --- Canonical JSON -------------------------------------------------------------------------------------------------


def test_canonical_json_has_one_form() -> None:
    assert (
        record.canonical({"b": [1, None, True], "a": "\u00e9\n\u202e<"})
        == '{"a":"\\u00e9\\n\\u202e<","b":[1,null,true]}'
    )
    assert record.digest({"a": 1, "b": 2}) == record.digest({"b": 2, "a": 1})
    with pytest.raises(ValueError, match="JSON"):
        record.canonical(float("nan"))


def test_a_record_is_the_same_for_facts_in_another_order() -> None:
    from seajuris import Case, assess

    data = {"on": "2023-06-14", "departure": "LBY", "suspects": [{"role": "crew", "nationality": "EGY"}]}
    turned = {"suspects": [{"nationality": "EGY", "role": "crew"}], "departure": "LBY", "on": "2023-06-14"}
    one, other = (record.record_of(assess(Case.from_dict(d)).to_dict()) for d in (data, turned))
    assert record.differences(one, other) == ()
    assert record.canonical(one) == record.canonical(other)
