"""Cells that a spreadsheet would run as a formula are disarmed."""

from __future__ import annotations

import re

# What spreadsheets take for the beginning of a formula, also in full width; and what may hide one from a filter.
_TRIGGERS = frozenset("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")


def harmless(text: str) -> str:
    """The text of a cell; with an apostrophe before it if a spreadsheet might run it. Numbers stay numbers."""
    if not text or (text[0] not in _TRIGGERS and text[0] != " "):
        return text
    begin = text.lstrip(" ")[:1]
    if begin not in _TRIGGERS or not begin or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"
