"""A page of plain text for a terminal or a pipe: wrapped, never cut, readable in black and white."""

from __future__ import annotations

import os
import shutil
import textwrap
import unicodedata
from typing import TextIO

PIPED_WIDTH = 100
MIN_WIDTH, MAX_WIDTH = 40, 120


def safe(text: str) -> str:
    """Text from a case without control, format and direction characters, so that it cannot steer a terminal."""
    if text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if unicodedata.category(c) not in ("Cf", "Cs", "Co")
    )


class Page:
    """Collects lines and wraps them.

    Args:
        width: Columns.
        colour: Whether to use bold and faint; the words alone carry the meaning.
    """

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self._colour = colour
        self._lines: list[str] = []

    @classmethod
    def for_stream(cls, stream: TextIO) -> Page:
        """A page as wide as the terminal, or of fixed width where there is none; honours NO_COLOR and TERM=dumb."""
        if not stream.isatty():
            return cls(PIPED_WIDTH, colour=False)
        columns = shutil.get_terminal_size((80, 24)).columns
        colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(max(MIN_WIDTH, min(columns, MAX_WIDTH)), colour=colour)

    def title(self, text: str) -> None:
        """The head of the page."""
        for line in textwrap.wrap(safe(text), self.width):
            self._lines.append(self._bold(line))
        self._lines.append("=" * self.width)

    def heading(self, text: str) -> None:
        """A section's heading, with an empty line before it."""
        self._lines += ["", *(self._bold(line) for line in textwrap.wrap(safe(text), self.width))]
        self._lines.append("-" * self.width)

    def text(self, text: str, *, indent: int = 2, lead: str = "", bold: bool = False) -> None:
        """A paragraph; `lead` (a bullet, a label) hangs to its left."""
        lines = textwrap.wrap(
            safe(text),
            max(self.width, indent + len(lead) + 20),
            initial_indent=" " * indent + lead,
            subsequent_indent=" " * (indent + len(lead)),
            break_long_words=True,
            break_on_hyphens=False,
        )
        self._lines += [self._bold(line) if bold else line for line in lines]

    def item(self, text: str, *, indent: int = 2) -> None:
        """A bulleted paragraph."""
        self.text(text, indent=indent, lead="- ")

    def row(self, text: str, *, bold: bool = False) -> None:
        """A line of a table, laid out by the caller: never wrapped, so that columns stay columns."""
        line = "  " + safe(text).rstrip()
        self._lines.append(self._bold(line) if bold else line)

    def source(self, lead: str, text: str) -> None:
        """A source; an address is never broken, so that it can be copied."""
        lead = f"  {safe(lead)} "
        self._lines += textwrap.wrap(
            safe(text),
            self.width,
            initial_indent=lead,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )

    def space(self) -> None:
        """An empty line."""
        self._lines.append("")

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"

    def _bold(self, line: str) -> str:
        return f"\x1b[1m{line}\x1b[0m" if self._colour else line
