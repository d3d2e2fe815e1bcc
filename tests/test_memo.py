"""Memos: all that was found is in every format, nothing told becomes a command, the same input gives the same bytes."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from browser import browser
from conftest import ROOT, Run
from memo_messages import LOCALE, compiled, untranslated
from memo_scenarios import DATE, SCENARIOS, assessment, fold, text_of, written
from seajuris import Case, assess
from seajuris.assessment import ANY_STATE, DISCLAIMER, Assessment, Mandate
from seajuris.render import labels
from seajuris.render.memo.build import Options, build
from seajuris.render.memo.document import Document, Table, visible
from seajuris.render.memo.document import Run as TextRun
from seajuris.render.memo.write import FORMATS, memo
from seajuris.render.words import LANGUAGES, Words
from seajuris.rules.load import shipped_rules

PYLOS = str(ROOT / "docs" / "examples" / "pylos.yaml")


def document(result: Assessment, **options: Any) -> Document:
    return build(result, shipped_rules(), Options(DATE, **options))


def root(reader: Any) -> Any:
    """The catalogue of a PDF."""
    return reader.trailer["/Root"].get_object()


def runs(value: Any) -> list[TextRun]:
    """Every piece of text in a document."""
    if isinstance(value, TextRun):
        return [value]
    if isinstance(value, tuple):
        return [run for entry in value for run in runs(entry)]
    if hasattr(value, "__dataclass_fields__"):
        return [run for name in value.__dataclass_fields__ for run in runs(getattr(value, name))]
    return []


@functools.cache
def read(name: str, form: str) -> str:
    return text_of(written(name, form), form)


# --- Everything is there --------------------------------------------------------------------------------------------


def wanted(result: Assessment) -> list[str]:
    """What a reader must find, whatever the format."""
    found = [DISCLAIMER, result.on.isoformat()]
    shown = [f for f in result.findings if f.status != "excluded" or (f.kind == "prosecute" and f.barred_by)]
    for finding in shown:
        if finding.state is None:
            found.append(finding.title)
            continue
        found += [finding.title, finding.status.upper(), finding.summary, *finding.conditions]
        found.append(labels.state(finding.state))
        found += [text for n in finding.national if n.met != "no" for text in (n.provision, *n.conditions)]
        found += cited(m for m in finding.mandate if m.applies != "no")
    for state in {f.state for f in shown if f.kind == "prosecute" and f.state not in (None, ANY_STATE)}:
        law = shipped_rules().national(str(state))
        for offence in law.offences if law is not None else ():
            if set(offence["covers"]) & set(result.case.told("offences").values):
                found += [offence["provision"], offence["penalty"], offence["source"]]
    for bar in result.bars:
        found += [bar.title, bar.summary, *bar.conditions, *cited(bar.authority)]
    for question in result.questions:
        found += [question.ask, question.why, question.fact]
        found += [labels.name(state) for state in question.decides if state != ANY_STATE]
    for step in (*result.coordination, *result.warnings):
        found += [step.text, *cited(step.authority)]
    for finding in result.excluded():
        found.append(finding.reason or "")
    found += result.notes
    if result.place is not None:
        found += [labels.ZONES[zone.zone] for zone in result.place.zones]
        found += [f"{abs(limit.distance_nm):.2f} M" for limit in result.place.limits[:8]]
        found += [labels.VERDICTS[result.place.verdict], *result.place.notes]
    found += [result.provenance["rules"]["sha256"], result.provenance["software"]]
    return [text for text in found if text]


def cited(mandates: Any) -> list[str]:
    return [text for m in mandates for text in (m.title, m.provision, m.source)]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_finding_condition_question_and_authority_is_there(name: str, form: str) -> None:
    text = read(name, form)
    lost = [line for line in dict.fromkeys(wanted(assessment(name))) if fold(visible(line)) not in text]
    assert not lost


@pytest.mark.parametrize("name", SCENARIOS)
def test_marks_of_what_nobody_read_are_never_lost(name: str) -> None:
    expected = sum(run.text.count("unverified") for run in runs(document(assessment(name)).sections))
    assert expected
    assert {form: read(name, form).count("unverified") for form in FORMATS} == dict.fromkeys(FORMATS, expected)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_unverified_provision_is_marked_where_it_is_cited(name: str) -> None:
    result = assessment(name)
    text = read(name, "html")
    for finding in (*result.prosecute(), *result.act_at_sea()):
        for mandate in finding.mandate:
            if finding.state is not None and mandate.applies != "no" and not mandate.verified:
                place = re.escape(fold(f"{mandate.title}, {mandate.provision}"))
                assert re.search(rf"{place}\[T\d+,unverified\]", text), mandate.provision


def test_a_memo_never_says_that_a_state_has_jurisdiction() -> None:
    for name in SCENARIOS:
        for run in runs(document(assessment(name)).sections):
            assert not re.search(r"\b(has|have) jurisdiction under\b", run.text.replace("may have", "")), run.text


def test_treaty_law_and_national_law_stand_apart() -> None:
    result = assessment("pylos-adriana-2023")
    tables = [
        b for s in document(result).sections if s.anchor == "authorities" for b in s.blocks if isinstance(b, Table)
    ]
    national = {n.provision for f in result.findings for n in f.national}
    treaty, domestic = (" ".join(run.text for run in runs(table.rows)) for table in tables[:2])
    assert "UN Convention against Transnational" in treaty
    assert "UN Convention against Transnational" not in domestic
    assert any(provision in domestic for provision in national)
    assert not any(provision in treaty for provision in national)


def test_references_lead_to_an_authority() -> None:
    for name in SCENARIOS:
        memo_ = document(assessment(name))
        anchors = {row.anchor for s in memo_.sections for b in s.blocks if isinstance(b, Table) for row in b.rows}
        targets = {run.to for run in runs(memo_.sections) if run.to}
        assert targets
        assert targets <= anchors


def test_facts_say_what_is_known_unknown_none_and_disputed() -> None:
    text = read("pylos-adriana-2023", "html")
    for row in (
        "Suspects1to9:partplayedcreworpassenger(alsoonemadetosteer)disputed",
        "Flagofthevesselstatelessknown:none",
        "StateofdepartureLibya(LBY)known",
    ):
        assert row in text
    assert "OrganisedcriminalgroupopenstheConvention" in text


def test_a_day_told_in_part_is_known_in_part() -> None:
    case = Case.from_dict(
        {"on": "2023-06", "departed_on": "2023", "landed_on": "2023-06-14", "vessel": {"name": "2023"}}
    )
    rows = [row for s in document(assess(case)).sections for b in s.blocks if isinstance(b, Table) for row in b.rows]
    known = {run.text: [r.text for r in runs(row.cells[-1])] for row in rows for run in runs(row.cells[0])}
    assert known["Day of the facts"] == known["Day of departure"] == ["known in part"]
    assert known["Day of landing"] == known["Name of the vessel"] == ["known"]


def test_people_of_whom_the_same_is_told_stand_in_one_row() -> None:
    case = Case.from_dict({"on": "2023-06-14", "victims": [{"nationality": "SYR"}] * 300 + [{"nationality": "EGY"}]})
    labels_ = [run.text for run in runs(document(assess(case)).sections)]
    assert "Victims 1 to 300: nationality" in labels_
    assert "Victim 301: nationality" in labels_


def test_a_case_without_facts_makes_a_memo() -> None:
    result = assess(Case.from_dict({}))
    for form in FORMATS:
        text = text_of(memo(result, shipped_rules(), Options(DATE, format=form)), form)
        assert fold("No position was told.") in text
        assert fold("No facts were told.") in text


# --- Text stays text ------------------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "[bold]x[/bold] **b** _i_ # h",
    '=HYPERLINK("https://evil.example/","x")',
    '#read("/etc/passwd") #panic() $x$ @ref <label> \\ ] }',
    "{{ 7*7 }} {% for x in y %} {# c #}",
    "a\x00b\x07c\x1b[31md\x7fe\x85f",
    "gpj.exe\u202egpj\u2066x\u2069 \u200fend \ufeff \ue000 \ufffe",
    "https://evil.example/?a=1&b=2 [x](javascript:alert(1)) ![i](https://evil.example/i.png)",
    "| a | b |\n|---|---|\n\n# heading\n\n- item\n\n--> <!-- --> ]]> </w:t> &lt;&amp;",
    "\u0633\u0641\u064a\u0646\u0629 \u05e1\u05e4\u05d9\u05e0\u05d4 \u8239 \u039c\u03ac\u03c1\u03b7",
)


def hostile_case(texts: tuple[str, ...]) -> Case:
    everything = " ".join(texts)
    data = {"id": texts[0] + texts[4], "title": everything[:190], "notes": "\n".join(texts), "on": "2023-06-14"}
    vessel = {"name": everything, "imo": everything[::-1][:9000], "mmsi": "247320000"}
    return Case.from_dict({**data, "position": "36.25, 21.06", "vessel": vessel})


@functools.cache
def hostile(form: str) -> bytes:
    return memo(assess(hostile_case(HOSTILE)), shipped_rules(), Options(DATE, format=form))


# The fonts inside typst have no Chinese; what a text extractor makes of Arabic and Hebrew is its own order.
LATIN = tuple(text for text in HOSTILE if text.isascii() or "\u202e" in text)


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_user_typed_comes_out_as_text(form: str) -> None:
    text = text_of(hostile(form), form)
    for told in LATIN if form == "pdf" else HOSTILE:
        for line in told.splitlines() if "\n" in told else [told]:
            assert fold(visible(line)) in text, line
    assert "[U+202E]" in text
    assert "[U+0000]" in text


def test_html_holds_no_element_that_a_user_typed() -> None:
    page = hostile("html").decode()
    plain = memo(assess(hostile_case(("x",) * 10)), shipped_rules(), Options(DATE, format="html")).decode()

    def tags(source: str) -> Counter[str]:
        body = re.sub(r"(?s)<(script|style)\b[^>]*>.*?</\1>", r"<\1>", source)
        return Counter(re.findall(r"<(\w+)", body))

    quiet = {"p", "strong", "bdi"}  # one paragraph for each line of the notes
    assert {t: n for t, n in tags(page).items() if t not in quiet} == {
        t: n for t, n in tags(plain).items() if t not in quiet
    }
    assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", re.sub(r"(?s)<script.*?</script>", "", page))


def test_markdown_holds_no_markup_that_a_user_typed() -> None:
    from markdown_it import MarkdownIt

    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(hostile("md").decode())
    visible_page = re.sub(r"(?s)<!--.*?-->", "", page)
    assert "<script" not in visible_page
    assert "<img" not in visible_page
    assert "javascript:alert" not in "".join(re.findall(r'href="([^"]*)"', visible_page))
    assert "evil.example" not in "".join(re.findall(r'href="([^"]*)"', visible_page))
    assert visible_page.count("<h1") == 1
    assert "https://evil" not in hostile("md").decode().partition("<!-- seajuris-record")[0]


def test_docx_is_well_formed_and_holds_no_field_or_link_that_a_user_typed() -> None:
    import docx
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(io.BytesIO(hostile("docx"))) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                fromstring(package.read(name), forbid_dtd=True)
        everything = package.read("word/document.xml").decode()
        links = package.read("word/_rels/document.xml.rels").decode()
    assert "<w:instrText" not in everything
    assert "w:fldSimple" not in everything
    assert "evil.example" not in links
    assert docx.Document(io.BytesIO(hostile("docx"))).core_properties.title.startswith("Memo: possible jurisdiction")


def test_pdf_holds_no_action_and_no_link_that_a_user_typed() -> None:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(hostile("pdf")))
    assert "/OpenAction" not in root(reader)
    for page in reader.pages:
        for annotation in page.get("/Annots") or []:
            assert "evil.example" not in str(annotation.get_object().get("/A"))
    assert "root:" not in text_of(hostile("pdf"), "pdf")


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_of_ten_thousand_characters(form: str) -> None:
    names = {"title": "T" * 10_000, "id": "I" * 10_000, "notes": "N" * 10_000}
    case = Case.from_dict({**names, "on": "2023-06-14", "vessel": {"name": "Ab" * 5_000, "imo": "9" * 10_000}})
    text = text_of(memo(assess(case), shipped_rules(), Options(DATE, format=form)), form)
    if form == "pdf":
        # Where a name goes on to another page, the head of the table stands between; nothing of the name is lost.
        assert text.count("Ab") >= 5_000
        assert {letter: text.count(letter) >= 10_000 for letter in "TIN9"} == dict.fromkeys("TIN9", True)
        return
    assert "Ab" * 5_000 in text
    for name in names.values():
        assert name in text


def test_only_web_addresses_become_links() -> None:
    for address in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        'https://x"><script>',
        "https://a b",
        "data:text/html,x",
    ):
        assert TextRun("x", href=address).href is None
    assert TextRun("x", href="https://treaties.un.org/?a=1&b=2").href


def test_characters_that_cannot_be_seen_are_shown() -> None:
    assert visible("a\u202eb\x00c\nd\ud800") == "a[U+202E]b[U+0000]c d[U+D800]"
    assert visible("\u0646\u06cc\u200c\u0645") == "\u0646\u06cc\u200c\u0645"


# --- The same input, the same bytes ---------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from seajuris import Case, assess; from seajuris.rules.load import shipped_rules;"
        "from seajuris.render.memo.build import Options; from seajuris.render.memo.write import FORMATS, memo;"
        f"r = assess(Case.load({PYLOS!r}));"
        "v = shipped_rules();"
        f"print([hashlib.sha256(memo(r, v, Options({DATE!r}, format=f))).hexdigest() for f in FORMATS])"
    )
    other = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=other, timeout=300
    )
    result = assess(Case.load(PYLOS))
    here = [memo(result, shipped_rules(), Options(DATE, format=form)) for form in FORMATS]
    assert done.stdout.strip() == str([hashlib.sha256(content).hexdigest() for content in here])


def test_docx_holds_no_time_but_that_of_the_memo() -> None:
    with zipfile.ZipFile(io.BytesIO(written("lotus", "docx"))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d{2}-\d{2}", core)) == {DATE}


def test_pdf_holds_no_time_but_that_of_the_memo() -> None:
    import pypdf

    facts = pypdf.PdfReader(io.BytesIO(written("lotus", "pdf"))).metadata
    assert facts is not None
    assert "20260101000000" in str(facts["/CreationDate"])


# --- DOCX, PDF, HTML: what each is for ------------------------------------------------------------------------------


def test_docx_has_headings_tables_and_page_numbers() -> None:
    import docx

    word = docx.Document(io.BytesIO(written("pylos-adriana-2023", "docx")))
    styles = Counter(p.style.name for p in word.paragraphs if p.style is not None)
    assert styles["Title"] == 1
    assert styles["Heading 1"] == len(document(assessment("pylos-adriana-2023")).sections)
    assert styles["Heading 2"] >= 6
    assert styles["Heading 3"] >= 10
    assert len(word.tables) > 20
    assert word.tables[1]._tbl.xpath("./w:tr[1]/w:trPr/w:tblHeader")
    footer = word.sections[0].footer._element.xml
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert len(word.inline_shapes) == 1
    assert word.inline_shapes[0]._inline.docPr.get("descr")


def test_pdf_is_tagged_and_has_an_outline() -> None:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(written("pylos-adriana-2023", "pdf")))
    assert root(reader)["/MarkInfo"]["/Marked"]
    assert root(reader)["/Lang"] == "en"
    assert len([entry for entry in reader.outline if not isinstance(entry, list)]) == len(
        document(assessment("pylos-adriana-2023")).sections
    )


def test_html_allows_exactly_what_it_holds() -> None:
    page = written("pylos-adriana-2023", "html").decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "unsafe" not in policy[1]
    assert policy[1].startswith("default-src 'none'; ")
    assert page.index("Content-Security-Policy") < page.index("<style")
    blocks = re.findall(r"(?s)<(?:style|script)>(.*?)</(?:style|script)>", page)
    assert len(blocks) == 3
    for block in blocks:
        value = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"'sha256-{value}'" in policy[1]
    assert not re.search(
        r"<(?:link|iframe|object|embed|base|form)\b|\ssrc=\"(?!data:)|@import|url\((?!#|&quot;#)", page
    )


@pytest.mark.slow
@pytest.mark.browser
def test_html_in_a_browser_is_quiet_and_runs_nothing_that_was_typed(tmp_path: Path) -> None:
    (tmp_path / "memo.html").write_bytes(hostile("html"))
    address = (tmp_path / "memo.html").as_uri()
    with browser(tmp_path, width=500) as tab:
        tab.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
        tab.go(address)
        assert tab.requests == [address]
        assert tab.complaints == []
        assert tab.js("document.querySelectorAll('main h2').length") >= 10
        # Nothing is wider than a telephone.
        assert tab.js("document.documentElement.scrollWidth") == 390
        assert (
            tab.js("JSON.parse(document.getElementById('seajuris-record').textContent).format") == "seajuris.record.v1"
        )
        assert tab.js("getComputedStyle(document.querySelector('h1')).color") == "rgb(11, 79, 124)"
        assert tab.js("document.querySelectorAll('.sjmap svg').length") >= 1


# --- Languages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_every_label_is_translated_and_the_catalogue_is_compiled(lang: str) -> None:
    assert untranslated(lang) == [], "docs/memo.md says how to add a translation"
    shipped = (LOCALE / lang / "LC_MESSAGES" / "seajuris.mo").read_bytes()
    assert shipped == compiled(lang), "run: python tests/memo_messages.py"


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_no_label_stays_english(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = Words.__call__

    def listen(self: Words, text: str, **values: object) -> str:
        asked.append(text)
        return original(self, text, **values)

    monkeypatch.setattr(Words, "__call__", listen)
    for name in SCENARIOS:
        document(assessment(name), lang=lang)
    words = Words(lang)
    stays = {text for text in asked if text and words._catalogue.gettext(text) == text}
    # Spelt the same, or words of the rules.
    values = {v for fact in shipped_rules().vocabulary for v in (*fact.values.values(), fact.none)}
    same = {"Source", "Position", "Distance", "Zone", "page", "date", "certain", "torture", "nationality", "Software"}
    same |= {"Suspect", "Suspects", "no"}
    assert stays <= same | values | {"seajuris {software}, rules {rules}, zones {zones}"}


def test_names_numbers_and_placeholders_are_those_of_the_language() -> None:
    words = Words("fr")
    assert words.state("GRC") == "Gr\u00e8ce (GRC)"
    assert words.number(28.167, 2) == "28,17"
    assert Words("it").name("LBY") == "Libia"
    # What is filled in is never read as a placeholder.
    assert "{day}" in words("{position}, uncertain by {radius} ({stated})", position="{day}", radius="1", stated="x")


def test_law_stays_in_its_language() -> None:
    text = text_of(written("pylos-adriana-2023", "html", "fr"), "html")
    assert fold("Note : comp\u00e9tence possible") in text
    for finding in assessment("pylos-adriana-2023").prosecute():
        for condition in finding.conditions:
            assert finding.state is None or fold(condition) in text


# --- The command ----------------------------------------------------------------------------------------------------


def test_the_command_writes_once_and_never_over(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "memo.md"
    assert run("memo", PYLOS, "-o", str(target), "--date", DATE).code == 0
    before = target.read_bytes()
    answer = run("memo", PYLOS, "-o", str(target), "--date", "2026-01-02")
    assert answer.code == 2
    assert "--force" in answer.err
    assert target.read_bytes() == before
    assert run("memo", PYLOS, "-o", str(target), "--date", "2026-01-02", "--force").code == 0
    assert target.read_bytes() != before
    assert [path.name for path in tmp_path.iterdir()] == ["memo.md"]


def test_text_formats_go_to_standard_output(run: Run) -> None:
    answer = run("memo", PYLOS, "-o", "-", "--format", "md", "--date", DATE)
    assert answer.code == 0
    assert answer.out.startswith("# Memo: possible jurisdiction\n")
    assert answer.err == ""


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("-o", "-"), "--format"),
        (("-o", "-", "--format", "docx"), "not text"),
        (("-o", "memo.txt"), ".docx"),
        (("-o", "memo.md", "--format", "rtf"), "md, html, docx, pdf"),
        (("-o", "memo.md", "--lang", "de"), "en, fr, it"),
        (("-o", "memo.md", "--date", "yesterday"), "--date"),
        (("-o", "memo.md", "--date", "2999-01-01"), "future"),
        (("-o", "no/such/folder/memo.md"), "cannot be written"),
        (("-o", "memo.pdf", "--template", "."), "no template"),
    ],
)
def test_wrong_usage_is_explained(
    run: Run, tmp_path: Path, monkeypatch: Any, args: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("memo", PYLOS, *args)
    assert answer.code == 2
    assert words in answer.err
    assert answer.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("form", "package"), [("pdf", "typst"), ("docx", "docx"), ("html", "jinja2"), ("md", "jinja2")]
)
def test_a_missing_library_is_named_with_the_command(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    answer = run("memo", PYLOS, "-o", str(tmp_path / f"memo.{form}"))
    assert answer.code == 2
    assert 'pip install "seajuris[memo]"' in answer.err
    assert list(tmp_path.iterdir()) == []


NAMED = """
id: FILE-77
title: The Secret Star
notes: Witness Jane Roe
position: "36.25, 21.06"
on: 2023-06-14
offences: [migrant_smuggling]
vessel: {name: Secret Star, mmsi: '247320000', imo: '9074729', flag: ITA}
suspects: [{nationality: EGY}]
"""


@pytest.mark.parametrize("form", FORMATS)
def test_redacted_memos_hold_no_name(run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "case.yaml").write_text(NAMED, encoding="utf-8")
    secrets = ("FILE-77", "SecretStar", "JaneRoe", "247320000", "9074729", "Secret Star", "Jane Roe")
    found = {}
    for redact in ((), ("--redact",)):
        target = tmp_path / f"memo{len(redact)}.{form}"
        assert run("memo", str(tmp_path / "case.yaml"), "-o", str(target), "--date", DATE, *redact).code == 0
        content = target.read_bytes()
        text = text_of(content, form) + content.decode("latin-1")
        if form == "docx":
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                text += "".join(package.read(name).decode("latin-1") for name in package.namelist())
        if form == "pdf":
            import pypdf

            text += "".join(c.decode() for entry in pypdf.PdfReader(target).attachments.values() for c in entry)
        found[bool(redact)] = [secret for secret in secrets if secret in text]
        assert ("Redacted" in text) is bool(redact)
    assert len(found[False]) >= 6
    assert found[True] == []


def test_an_option_overrides_the_file(run: Run) -> None:
    answer = run("memo", PYLOS, "-o", "-", "--format", "md", "--set", "vessel.flag=PAN", "--date", DATE)
    assert "Panama (PAN)" in answer.out


# --- Templates ------------------------------------------------------------------------------------------------------


def test_a_template_of_ones_own(run: Run, tmp_path: Path) -> None:
    (tmp_path / "memo.html.j2").write_text(
        "<!DOCTYPE html><meta http-equiv='Content-Security-Policy' content=\"{{ policy|trusted }}\">"
        "<h1>Office of X: {{ memo.subtitle }}</h1>{{ memo.sections|length }}"
        '<script type="application/json" id="seajuris-record">{{ record }}</script>',
        encoding="utf-8",
    )
    target = tmp_path / "memo.html"
    case = f"--set=title={HOSTILE[0]}"
    assert run("memo", PYLOS, "-o", str(target), "--template", str(tmp_path), case, "--date", DATE).code == 0
    page = target.read_text(encoding="utf-8")
    assert "<h1>Office of X: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img" not in page
    answer = run("verify", str(target))
    assert answer.code == 0
    assert "templates of its own" in answer.out


@pytest.mark.parametrize(
    "source",
    [
        "{{ memo.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''.__class__ }}",
        "{{ memo.sections.append(1) }}",
        "{% include '../../../../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
        "{{ nothing }}",
        "{{ 1/0 }}",
        "{% for %}",
        "{{ range(10**9)|list }}",
        "{{ cycler.__init__.__globals__ }}",
    ],
)
def test_a_template_cannot_reach_beyond_the_memo(run: Run, tmp_path: Path, source: str) -> None:
    (tmp_path / "memo.md.j2").write_text(source, encoding="utf-8")
    answer = run("memo", PYLOS, "-o", str(tmp_path / "memo.md"), "--template", str(tmp_path))
    assert answer.code == 2, answer.out
    assert "template" in answer.err
    assert not (tmp_path / "memo.md").exists()


def test_every_format_is_written_from_the_same_record() -> None:
    from seajuris.render.memo.extract import record_text

    records = []
    for form in FORMATS:
        text, kind = record_text(written("lotus", form), form)
        assert kind == form
        data = json.loads(text)
        assert data["memo"].pop("format") == form
        records.append(data)
    assert all(record == records[0] for record in records)


def test_mandates_are_cited_with_their_treaty() -> None:
    # What `wanted` asks for is not nothing.
    mandates = [m for name in SCENARIOS for f in assessment(name).findings for m in f.mandate]
    assert len(mandates) > 100
    assert all(isinstance(m, Mandate) and m.source for m in mandates)
