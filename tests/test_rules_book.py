"""The rule book: complete, self-contained, escaped, the same bytes each time, and readable without colours."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import small_rules
from conftest import Run
from seajuris.render.book import anchor, book, pieces, render_book
from seajuris.rules.load import RuleSet, shipped_rules
from seajuris.rules.model import NationalBasis
from seajuris.rules.sites import encoded_instruments, encoded_states

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects what a test asks for, and checks that every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.headings: list[int] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@cache
def shipped_book() -> str:
    return render_book(shipped_rules())


@cache
def page() -> Page:
    return Page(shipped_book())


def provisions() -> list[NationalBasis]:
    laws = [shipped_rules().national(code) for code in encoded_states(shipped_rules())]
    return [base for law in laws if law is not None for base in law.bases]


def test_the_same_rules_give_the_same_bytes() -> None:
    assert render_book(RuleSet(shipped_rules().folder)) == shipped_book()


def test_every_rule_is_in_it() -> None:
    ids = set(page().ids)
    rules = shipped_rules()
    assert {f"ground-{g.id}" for g in rules.grounds} <= ids
    assert {f"state-{code}" for code in encoded_states(rules)} <= ids
    assert {f"instrument-{anchor(key)}" for key in encoded_instruments(rules)} <= ids
    assert {w.id for w in rules.warnings} <= ids
    assert {base.id for base in provisions()} <= ids
    words = page().words
    for base in provisions():
        assert " ".join(base.provision.split()) in words
        assert all(" ".join(text.split()) in words for text in base.conditions)
    assert words.count("Sign-off: ") == len(encoded_states(rules))


def test_it_is_well_formed_and_its_links_lead_somewhere() -> None:
    assert page().open == []
    assert [name for name, count in Counter(page().ids).items() if count > 1] == []
    inside = {link[1:] for link in page().links if link.startswith("#")}
    assert inside - set(page().ids) == set()
    assert all(link.startswith(("#", "http://", "https://")) for link in page().links)


def test_it_needs_nothing_else() -> None:
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base", "svg"} & set(page().tags)
    assert not [a for a in page().attributes if a[1] == "src" or a[1].startswith("on")]
    assert not re.search(r"@import|url\(|@font-face", shipped_book())
    assert "default-src 'none'" in shipped_book()


def test_it_can_be_used_without_eyes_on_the_layout() -> None:
    assert ("html", "lang", "en") in page().attributes
    assert page().tags["h1"] == page().tags["main"] == page().tags["title"] == 1
    # A heading is at most one level below the one before it.
    steps = zip(page().headings, page().headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)
    assert page().tags["caption"] == page().tags["table"] > 50
    scopes = sum(1 for tag, name, _ in page().attributes if (tag, name) == ("th", "scope"))
    assert scopes == page().tags["th"]


def test_verified_or_not_is_said_in_words() -> None:
    bases = provisions()
    unread = [b for b in bases if not b.verified]
    assert unread
    marks = Counter(value for _, name, value in page().attributes if name == "class" and value.startswith("mark"))
    assert marks["mark no"] > len(unread)
    assert marks["mark yes"] > len(bases) - len(unread)
    assert sum(1 for _, name, value in page().attributes if (name, value) == ("class", "rule unread")) >= len(unread)
    style = shipped_book().split("<style>")[1].split("</style>")[0]
    assert "@media print" in style
    assert ".mark.no::before" in style


def test_the_totals_are_those_of_the_rules() -> None:
    data = book(shipped_rules())
    rules = shipped_rules()
    laws = [law for code in encoded_states(rules) if (law := rules.national(code))]
    assert data["totals"]["provisions"] == sum(len(law.bases) for law in laws)
    assert data["totals"]["verified"] == sum(b.verified for law in laws for b in law.bases)
    italy = next(s for s in data["states"] if s["state"] == "ITA")
    assert (italy["total"], italy["verified"]) == (len(italy["bases"]), sum(b["verified"] for b in italy["bases"]))


HOSTILE = '<script>alert(1)</script> & "quotes" \'single\' javascript:alert(2) https://evil.example/"onclick=x'


def test_every_text_is_escaped(tmp_path: Path) -> None:
    files = {name: text.replace("A note.", "''") for name, text in small_rules.FILES.items()}
    quoted = HOSTILE.replace("'", "''")
    files["states/ITA.yaml"] = (
        small_rules.ITALY.replace("'A note.'", f"'{quoted}'")
        .replace("'Code art. 4'", f"'{quoted}'")
        .replace("'https://example.org/ita/4'", f"'{quoted}'")
    )
    files["grounds/flag.yaml"] = small_rules.FLAG.replace('"Ask the registry."', f"'{quoted}'")
    text = render_book(RuleSet(small_rules.write(tmp_path, files)))
    assert "<script" not in text
    hostile = Page(text)
    assert not [a for a in hostile.attributes if a[1].startswith("on")]
    assert all(link.startswith(("#", "http://", "https://")) for link in hostile.links)
    assert hostile.words.count("<script>alert(1)</script>") == 4


def test_addresses_become_links_and_nothing_else_does() -> None:
    assert pieces("seen: https://a.example/x?y=1&z=(2); rest from memory") == [
        (False, "seen: "),
        (True, "https://a.example/x?y=1&z=(2"),
        (False, "); rest from memory"),
    ]
    assert pieces("javascript:alert(1) ftp://x") == [(False, "javascript:alert(1) ftp://x")]
    assert pieces("") == []
    assert "".join(part for _, part in pieces(HOSTILE)) == HOSTILE


def test_the_command_writes_a_file_once(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "book.html"
    small = str(small_rules.write(tmp_path / "rules"))
    assert run("rules", "book", "-o", str(target), "--rules", small).code == 0
    first = target.read_bytes()
    assert first.startswith(b"<!DOCTYPE html>")
    again = run("rules", "book", "-o", str(target), "--rules", small)
    assert again.code == 2
    assert "exists already" in again.err
    assert run("rules", "book", "-o", str(target), "--rules", small, "--force").code == 0
    assert target.read_bytes() == first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["book.html", "rules"]
    nowhere = run("rules", "book", "-o", str(tmp_path / "no" / "book.html"), "--rules", small)
    assert nowhere.code == 2
