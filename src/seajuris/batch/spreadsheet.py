"""Cells that a spreadsheet would run as a formula are disarmed."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What spreadsheets take for the beginning of a formula, also in full width; and what may hide one from a filter.
_TRIGGERS = frozenset("=+-@\t\r\n＝＋－＠")
_SUSPECT = _TRIGGERS | {" "}
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")
# A program in another country takes another character for the separator, and then sees a cell begin inside of ours. No
# quotation mark helps: it counts only where a cell begins.
_INSIDE = re.compile(
    r"""(?<=[,;|\t\r\n])(\ *)(?=[=@＝＠]|[+\-＋－](?![0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\ *(?:[],;|\t\r\n}"]|$)))"""
)
# Which bytes may stand before a formula inside a cell, and which may begin one: to look at all bytes is quick.
_KINDS = bytes(
    ord("s") if byte in b" ,;|\t\r\n" else ord("t") if byte in b"=+-@\xef" else ord(".") for byte in range(256)
)


def harmless(text: str) -> str:
    """The text of a cell; with an apostrophe before what a spreadsheet might run. Numbers stay numbers."""
    text = _INSIDE.sub(r"\1'", text)
    if text[:1] not in _SUSPECT:
        return text
    begin = text.lstrip(" ")[:1]
    if begin not in _TRIGGERS or not begin or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def harmless_column(cells: Sequence[str]) -> Sequence[str]:
    """The cells of a column, each harmless; a look at all of them together decides for most columns."""
    if _SUSPECT.isdisjoint({cell[:1] for cell in cells}):
        kinds = "\0".join(cells).encode("utf-8", "replace").translate(_KINDS)
        if b"st" not in kinds:
            return cells
    return [harmless(cell) for cell in cells]
