"""A memo as PDF, set by typst. The text travels as data (JSON), never as markup, so nothing in it can be a command."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from seajuris.render.memo import environment
from seajuris.render.memo.document import Document, plain
from seajuris.yamlio import read_text

ATTACHMENT = "seajuris-record.json"
FONTS = Path(__file__).resolve().parents[1] / "map" / "fonts"
"""The fonts of the map."""

_BREAK = "\u200b"
_STEP = 8
_LONG = re.compile(r"\S{28,}")
# What the fonts inside typst can show. Anything else needs a font of the computer.
_UNCOVERED = re.compile(
    r"[^\u0000-\u024f\u0300-\u036f\u0370-\u03ff\u0400-\u045f\u0590-\u05ff\u1e00-\u1eff\u1f00-\u1fff\u2010-\u2027\u2030-\u205e\u20ac]"
)


def write(document: Document) -> bytes:
    """Write a memo as PDF (PDF/A-3u: made to be kept, with the record attached).

    The fonts are those inside typst, so that the bytes do not depend on the computer; only where a name is written in a
    script that they lack are fonts of the computer used as well.
    """
    try:
        import typst
    except ImportError:
        raise environment.missing("typst") from None
    text = json.dumps({**plain(document), "record_name": ATTACHMENT}, ensure_ascii=False, sort_keys=True)
    attempts: list[tuple[str, bool]] = [(text, _UNCOVERED.search(text) is None)]
    if not attempts[0][1]:
        # Where no font of the computer has a character either, its number stands for it.
        attempts.append((_UNCOVERED.sub(lambda match: f"[U+{ord(match[0]):04X}]", text), True))
    for number, (data, own_fonts) in enumerate(attempts, 1):
        try:
            return _set(typst, data, document, own_fonts=own_fonts)
        except typst.TypstError as fault:
            if number == len(attempts):
                raise environment.MemoError(f"the PDF cannot be set: {fault.message}") from None
    raise AssertionError("unreachable")


def _set(typst: Any, data: str, document: Document, *, own_fonts: bool) -> bytes:
    source = environment.FOLDER / "memo.typ"
    compiler = typst.Compiler(
        input=read_text(source, where=str(source), error=environment.MemoError).encode(),
        font_paths=[FONTS],
        ignore_system_fonts=own_fonts,
        sys_inputs={"memo": json.dumps(_breakable(json.loads(data)), ensure_ascii=False), "record": document.record},
    )
    day = dt.datetime.combine(dt.date.fromisoformat(document.date), dt.time(), dt.UTC)
    return bytes(compiler.compile(format="pdf", timestamp=day, pdf_standards="a-3u"))


def _breakable(value: object) -> object:
    """Long words with places at which a line may break, so that an address or a name never leaves the page."""
    if isinstance(value, dict):
        return {k: v if k in ("href", "to", "anchor", "svg", "kind") else _breakable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_breakable(entry) for entry in value]
    return _LONG.sub(_broken, value) if isinstance(value, str) else value


def _broken(match: re.Match[str]) -> str:
    word = match[0]
    if word.startswith(("http://", "https://")):
        return re.sub(r"(?<=[/?&=._-])(?=[^/?&=._-])", _BREAK, _every(word))
    return _every(word)


def _every(word: str) -> str:
    return _BREAK.join(word[start : start + _STEP] for start in range(0, len(word), _STEP))
