"""`seajuris scenario`: nothing gives an answer away before it is asked for, and text of a scenario stays text."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Run
from seajuris import scenarios
from seajuris.scenario_template import template

FOLDER = ROOT / "scenarios"
HOSTILE = "<script>alert(1)</script>[bold]*x*`y`|z\x1b[31m\u202e=HYPERLINK() https://e.example/ {{ 7*7 }} @@policy@@"
LONG = "n" * 9_800


def flat(text: str) -> str:
    return " ".join(text.split())


def hostile(folder: Path) -> None:
    """A folder with one scenario, all of whose texts are hostile."""
    data: dict[str, Any] = {
        "id": "hostile",
        "title": HOSTILE,
        "position_note": HOSTILE,
        "authority": HOSTILE,
        "outcome": HOSTILE,
        "case": {"title": HOSTILE, "vessel": {"name": HOSTILE + LONG, "flag": "ITA"}, "on": "2023-06-14"},
        "expect": {},
        "learning": [HOSTILE],
        "discuss": [HOSTILE],
        "sources": ["javascript:alert(1)", HOSTILE, 'https://example.org/?a="><script>alert(2)</script>'],
    }
    # JSON is YAML; control characters are written as escapes.
    (folder / "hostile.yaml").write_text(json.dumps(data), encoding="utf-8")


class Tags(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# --- list, show -----------------------------------------------------------------------------------------------------


def test_list_has_the_teaching_cases_only_unless_asked(run: Run) -> None:
    found = json.loads(run("scenario", "list", "--json").out)["scenarios"]
    everything = json.loads(run("scenario", "list", "--all", "--json").out)["scenarios"]
    names = {one["id"] for one in found}
    assert len(names) >= 25
    assert not any(name.startswith("law-") for name in names)
    assert {one["id"] for one in everything} == set(scenarios.names(FOLDER)) > names
    by = {one["id"]: one for one in found}
    assert by["pylos-adriana-2023"]["on"] == "2023-06-14"
    assert by["pylos-adriana-2023"]["position"] == "36.356, 21.010"
    assert by["pylos-adriana-2023"]["teaches"][0].startswith("Rescue and landing")


def test_list_for_people(run: Run) -> None:
    out = run("scenario", "list").out
    assert "pylos-adriana-2023\n  The Adriana, 47 miles off Pylos" in out
    assert "teaches: Rescue and landing" in out


def test_show_gives_nothing_away_unless_asked(run: Run) -> None:
    found = scenarios.load(FOLDER / "pylos-adriana-2023.yaml")
    plain, full = run("scenario", "show", found.id), run("scenario", "show", found.id, "--answers")
    assert (plain.code, full.code) == (0, 0)
    for secret in (str(found.data["outcome"]), str(found.data["authority"])):
        assert flat(secret)[:60] not in flat(plain.out)
        assert flat(secret)[:60] in flat(full.out)
    assert "Not: Greece (GRC): In its territory" not in plain.out
    assert "Not: Greece (GRC): In its territory" in full.out
    for open_ in (*found.texts("learning"), *found.texts("discuss"), *found.texts("sources")):
        assert flat(open_) in flat(plain.out)
    assert "Suspects 1 to 9" in plain.out
    data = json.loads(run("scenario", "show", found.id, "--json").out)
    assert "expect" not in data
    assert json.loads(run("scenario", "show", found.id, "--json", "--answers").out)["expect"] == found.expect


@pytest.mark.parametrize("name", scenarios.teaching(FOLDER))
def test_every_teaching_case_can_be_shown(name: str) -> None:
    from seajuris.render.page import Page
    from seajuris.render.scenario import render_show
    from seajuris.rules.load import shipped_rules

    found = scenarios.load(FOLDER / f"{name}.yaml")
    for width in (80, 120):
        page = Page(width, colour=False)
        render_show(found, shipped_rules(), page, answers=True)
        for line in str(page).splitlines():
            # Addresses are never broken.
            assert len(line) <= width or "://" in line, line
    assert found.texts("learning"), name


def test_names_that_are_none_are_refused_with_a_suggestion(run: Run) -> None:
    answer = run("scenario", "show", "pylos-adriana-2022")
    assert answer.code == 2
    assert "Did you mean pylos-adriana-2023" in answer.err
    for bad in ("../README", "", "/etc/passwd", "x" * 500):
        assert run("scenario", "show", bad).code == 2
    assert run("scenario", "show", "no-such-file.yaml").code == 2


# --- run, new -------------------------------------------------------------------------------------------------------


def test_run_says_whether_the_expectations_are_met(run: Run, tmp_path: Path) -> None:
    answer = run("scenario", "run", "pylos-adriana-2023")
    assert answer.code == 0, answer.out
    assert "All met." in answer.out
    assert "Libya (LBY)" in answer.out
    text = (FOLDER / "pylos-adriana-2023.yaml").read_text(encoding="utf-8")
    (tmp_path / "changed.yaml").write_text(
        text.replace("id: pylos-adriana-2023", "id: changed").replace("regime: high_seas", "regime: territory"),
        encoding="utf-8",
    )
    answer = run("scenario", "run", str(tmp_path / "changed.yaml"))
    assert answer.code == 4
    assert "regime territory: found high_seas" in answer.out
    data = json.loads(run("scenario", "run", "--all", "--scenarios", str(tmp_path), "--json").out)
    assert data["failed"] == 1
    assert data["scenarios"][0]["faults"] == ["regime territory: found high_seas"]


def test_run_wants_one_or_all(run: Run) -> None:
    assert run("scenario", "run").code == 2
    assert run("scenario", "run", "lotus", "--all").code == 2


def test_new_writes_a_scenario_that_runs_and_never_over_another(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "my-case.yaml"
    assert run("scenario", "new", str(file)).code == 0
    answer = run("scenario", "run", str(file))
    assert answer.code == 0, answer.out + answer.err
    before = file.read_bytes()
    again = run("scenario", "new", str(file))
    assert again.code == 2
    assert "exists already" in again.err
    assert file.read_bytes() == before
    assert run("scenario", "new", str(tmp_path / "case.txt")).code == 2


@pytest.mark.parametrize("name", ["a: b", "#", "'", '"', "true", "é", "@id@"])
def test_a_new_scenario_has_its_name_whatever_it_is(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.yaml"
    path.write_text(template(name), encoding="utf-8")
    found = scenarios.load(path)
    assert found.data["id"] == name
    assert not scenarios.word_faults(found.data, _rules())


def _rules() -> Any:
    from seajuris.rules.load import shipped_rules

    return shipped_rules()


# --- handout --------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages(run: Run, tmp_path: Path) -> dict[str, str]:
    """Handouts of one scenario in both formats, with and without answers."""
    found = {}
    for name, more in (("plain", []), ("full", ["--answers"])):
        for kind in ("html", "md"):
            file = tmp_path / f"{name}.{kind}"
            assert run("scenario", "handout", "pylos-adriana-2023", "-o", str(file), *more).code == 0
            found[f"{name}.{kind}"] = file.read_text(encoding="utf-8")
            again = tmp_path / f"again-{name}.{kind}"
            assert run("scenario", "handout", "pylos-adriana-2023", "-o", str(again), *more).code == 0
            assert again.read_bytes() == file.read_bytes()
    return found


def test_a_handout_asks_and_answers_only_if_asked(pages: dict[str, str]) -> None:
    found = scenarios.load(FOLDER / "pylos-adriana-2023.yaml")
    secrets = [str(found.data["outcome"]), *found.texts("learning"), "CONDITIONAL", "thepressproject"]
    for kind in ("html", "md"):
        plain, full = pages[f"plain.{kind}"], pages[f"full.{kind}"]
        if kind == "html":
            plain, full = Tags(plain).text, Tags(full).text
        for secret in secrets:
            assert flat(secret)[:60] not in flat(plain)
            assert flat(secret)[:40].split("'")[0] in flat(full)
        for question in found.texts("discuss"):
            assert flat(question)[:30] in flat(plain)
        assert "Suspects 1 to 9" in plain
        assert full.index("Questions") < full.index("Answers (for the trainer)") < full.index("Libya (LBY)", 3000)


def test_the_page_needs_nothing_but_itself_and_has_the_map(pages: dict[str, str]) -> None:
    tags = Tags(pages["plain.html"]).tags
    names = [tag for tag, _ in tags]
    assert "script" not in names
    assert "link" not in names
    (picture,) = [attrs for tag, attrs in tags if tag == "img"]
    head, _, body = str(picture["src"]).partition(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(body).startswith(b"<svg") or b"<svg" in base64.b64decode(body)[:300]
    assert picture["alt"]
    (policy,) = [attrs["content"] for tag, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'")
    assert "unsafe" not in str(policy)
    assert names.count("div") > 15


def test_the_map_can_be_kept_for_the_answers(run: Run, tmp_path: Path) -> None:
    for more, count in (([], 0), (["--answers"], 1)):
        file = tmp_path / f"page{count}.html"
        assert run("scenario", "handout", "pylos-adriana-2023", "-o", str(file), "--no-map", *more).code == 0
        page = file.read_text(encoding="utf-8")
        assert page.startswith("<!DOCTYPE html>") or page.lstrip().startswith("<!DOCTYPE html>")
        assert page.count("<img ") == count
        assert "<img " not in page.partition("Answers (for the trainer)")[0]


def test_hostile_text_stays_text(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    hostile(folder)
    for kind in ("html", "md"):
        file = tmp_path / f"page.{kind}"
        args = ["--scenarios", str(folder), "-o", str(file), "--answers"]
        answer = run("scenario", "handout", "hostile", *args)
        assert answer.code == 0, answer.err
        text = file.read_text(encoding="utf-8")
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert LONG in text
        if kind == "html":
            tags = Tags(text)
            assert "script" not in [tag for tag, _ in tags.tags]
            assert all(str(attrs["href"]).startswith("https://") for tag, attrs in tags.tags if tag == "a")
            assert not any(name.startswith("on") for _, attrs in tags.tags for name in attrs)
            assert "<script>alert(1)</script>[bold]*x*" in tags.text
            assert "{{ 7*7 }}" in tags.text
            # The policy of the page is not written into its text.
            assert "@@policy@@" in tags.text
        else:
            assert "<script" not in text
            assert "](" not in text
            assert not re.search(r"(?<!<)https://", text)
    for args in (["show", "hostile", "--answers"], ["list"], ["run", "hostile"]):
        answer = run("scenario", *args, "--scenarios", str(folder))
        assert answer.code == 0, answer.err
        assert "\x1b" not in answer.out
        assert "\u202e" not in answer.out


def test_a_handout_is_never_written_over_another_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("mine", encoding="utf-8")
    answer = run("scenario", "handout", "archangelos", "-o", str(file))
    assert answer.code == 2
    assert file.read_text(encoding="utf-8") == "mine"
    assert run("scenario", "handout", "archangelos", "-o", str(file), "--force").code == 0
    answer = run("scenario", "handout", "archangelos", "-o", str(tmp_path / "page.docx"))
    assert answer.code == 2
    assert ".html, .md" in answer.err


def test_a_case_without_position_has_no_map(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert run("scenario", "handout", "archangelos", "-o", str(file), "--answers").code == 0
    page = Tags(file.read_text(encoding="utf-8"))
    assert "img" not in [tag for tag, _ in page.tags]
    assert "No position is told." in page.text
