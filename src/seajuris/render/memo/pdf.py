"""A memo as PDF, set by typst. The text travels as data (JSON), never as markup, so nothing in it can be a command."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from seajuris.render.memo import environment
from seajuris.render.memo.document import Document, Figure, plain
from seajuris.yamlio import read_text

ATTACHMENT = "seajuris-record.json"
FONTS = Path(__file__).resolve().parents[1] / "map" / "fonts"
"""The fonts of the map."""

_BREAK = "\u200b"
_LONG = re.compile(r"\S{28,}")
# What the fonts inside typst can show. Anything else needs a font of the computer.
_COVERED = re.compile(
    r"[\u0000-\u024f\u0250-\u02af\u02b0-\u036f\u0370-\u03ff\u0400-\u052f\u0590-\u05ff\u1e00-\u1fff\u2000-\u20cf\u2100-\u218f\u2190-\u22ff\u25a0-\u25ff]*"
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
    source = environment.FOLDER / "memo.typ"
    data = plain(document)
    data["record_name"] = ATTACHMENT
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    compiler = typst.Compiler(
        input=read_text(source, where=str(source), error=environment.MemoError).encode(),
        font_paths=[FONTS],
        ignore_system_fonts=_COVERED.fullmatch(text) is not None,
        sys_inputs={"memo": json.dumps(_breakable(data), ensure_ascii=False), "record": document.record},
    )
    day = dt.datetime.combine(dt.date.fromisoformat(document.date), dt.time(), dt.UTC)
    try:
        pdf = compiler.compile(format="pdf", timestamp=day, pdf_standards="a-3u")
    except typst.TypstError as fault:
        raise environment.MemoError(f"the PDF cannot be set: {fault.message}") from None
    if not isinstance(pdf, bytes):
        raise environment.MemoError("the PDF cannot be set: nothing came out")
    return pdf


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
    return _BREAK.join(word[start : start + 20] for start in range(0, len(word), 20))


__all__ = ["ATTACHMENT", "Figure", "write"]
