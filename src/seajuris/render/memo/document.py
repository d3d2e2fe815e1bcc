"""The document model of a memo: sections, paragraphs, tables, lists. Every writer writes exactly this.

Text enters the model only through `Run`, and `Run` shows what would steer a reader (control and direction
characters) instead of passing it on, so that no writer has to think of it again.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

Style = Literal["", "strong", "soft", "mark", "code", "status"]

_JOINERS = ("\u200c", "\u200d")
"""Zero-width joiners: part of the spelling of names in Persian, Hindi and other languages."""

_SPACES = ("\t", "\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c")


def visible(text: str) -> str:
    """Text in which characters that are not seen can be seen, for instance ``[U+202E]``.

    Nothing is left out silently: a memo may be evidence of what was told. Line breaks become spaces.
    """
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if character in _SPACES or unicodedata.category(character) == "Zs":
        return " "
    return f"[U+{ord(character):04X}]"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one style.

    Attributes:
        style: ``strong``, ``soft`` (of less weight), ``mark`` (a warning, such as *[unverified]*), ``code``,
            ``status`` (the word for a status), or plain.
        href: Address to link to; only ``https`` and ``http`` are kept.
        to: Anchor in this document to link to.
        told: Whether the words come from the case; its direction of writing is then its own.
    """

    text: str
    style: Style = ""
    href: str | None = None
    to: str | None = None
    told: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", visible(self.text))
        if self.href is not None and not _is_web(self.href):
            object.__setattr__(self, "href", None)


def _is_web(address: str) -> bool:
    good = address.startswith(("https://", "http://")) and address.isprintable()
    return good and not any(c.isspace() or c in "\"'<>\\" for c in address)


Inline: TypeAlias = "tuple[Run, ...]"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `role` is ``note`` (an explanation), ``lead`` (what counts most) or plain."""

    kind: ClassVar[str] = "paragraph"
    runs: Inline
    role: Literal["", "note", "lead"] = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section: level 2 or 3 (the section's own is 1)."""

    kind: ClassVar[str] = "heading"
    runs: Inline
    level: Literal[2, 3] = 2


@dataclass(frozen=True, slots=True)
class Items:
    """A list; with `boxes`, one to tick."""

    kind: ClassVar[str] = "items"
    entries: tuple[Inline, ...]
    boxes: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One line of `Fields`: a label, and paragraphs or a list."""

    label: str
    entries: tuple[Inline, ...]
    boxes: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with what they stand for, in two columns where there is room."""

    kind: ClassVar[str] = "fields"
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: one entry of paragraphs for each column; `anchor` is where a reference leads."""

    cells: tuple[tuple[Inline, ...], ...]
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `widths` are shares of the width, one for each column."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with room for the answer."""

    ask: Inline
    why: Inline


@dataclass(frozen=True, slots=True)
class Checklist:
    """Numbered questions to tick off, each with space to write; `answer` is the label of that space."""

    kind: ClassVar[str] = "checklist"
    questions: tuple[Question, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Figure:
    """The map.

    Attributes:
        svg: A drawing, SVG.
        png: The same as pixels, PNG.
        html: A fragment with an interactive map; empty if there is none.
    """

    kind: ClassVar[str] = "figure"
    alt: str
    caption: Inline
    svg: str = ""
    png: bytes = b""
    html: str = ""


Block: TypeAlias = "Paragraph | Heading | Items | Fields | Table | Checklist | Figure"


@dataclass(frozen=True, slots=True)
class Section:
    """A section with a number of its own in the order of the document."""

    title: str
    anchor: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A memo.

    Attributes:
        lang: Language of the labels, BCP 47.
        date: Day on which the memo is dated, ISO 8601.
        title: First line; `subtitle` the second, from the case.
        head: What the memo is about, as label and value.
        page: Word for "page" and "of", for footers.
        contents: Heading of the table of contents.
        footer: One line at the foot of every page.
        record: The embedded record, canonical JSON (ASCII only).
        record_note: What the record is for, in one sentence.
    """

    lang: str
    date: str
    title: str
    subtitle: str
    head: Fields
    sections: tuple[Section, ...]
    disclaimer: str
    page: tuple[str, str]
    contents: str
    skip: str
    footer: str
    software: str
    record: str
    record_note: str


def plain(document: Document) -> dict[str, Any]:
    """The document as plain data, for writers that take JSON; pictures are left out."""
    return {name: _data(getattr(document, name)) for name in document.__dataclass_fields__ if name not in ("record",)}


def _data(value: Any) -> Any:
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, tuple):
        return [_data(entry) for entry in value]
    data = {name: _data(getattr(value, name)) for name in value.__dataclass_fields__ if name not in ("png", "html")}
    if kind := getattr(value, "kind", None):
        data["kind"] = kind
    return data
