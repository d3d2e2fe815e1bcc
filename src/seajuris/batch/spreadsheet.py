"""Cells that a spreadsheet would run as a formula are disarmed."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What spreadsheets take for the beginning of a formula, also in full width; and what may hide one from a filter.
_TRIGGERS = frozenset("=+-@\t\r\n＝＋－＠")
_SUSPECT = _TRIGGERS | {" "}
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")


def harmless(text: str) -> str:
    """The text of a cell; with an apostrophe before it if a spreadsheet might run it. Numbers stay numbers."""
    if text[:1] not in _SUSPECT:
        return text
    begin = text.lstrip(" ")[:1]
    if begin not in _TRIGGERS or not begin or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def harmless_column(cells: Sequence[str]) -> Sequence[str]:
    """The cells of a column, each harmless; a look at their first characters decides for most columns."""
    if _SUSPECT.isdisjoint({cell[:1] for cell in cells}):
        return cells
    return [harmless(cell) for cell in cells]
