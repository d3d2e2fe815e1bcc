"""The terminal as a partner in a dialogue: questions to standard error, so that the answer can be piped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seajuris.render.page import Page

_LONGEST = 20_000
"""Bytes of one answer."""


class Terminal:
    """Reads lines from standard input and writes to standard error."""

    def ask(self, prompt: str) -> str:
        """One line of answer, without its end.

        Raises:
            EOFError: at the end of the input.
        """
        self._write(prompt)
        if sys.stdin is None:
            raise EOFError
        # Bytes: an answer that is no UTF-8 is an answer that is refused, not the end of the dialogue.
        line = sys.stdin.buffer.readline(_LONGEST)
        if not line:
            self._write("\n")
            raise EOFError
        if not sys.stdin.isatty():
            # Without the echo of a terminal the record would show questions alone.
            self._write("\n")
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def page(self) -> Page:
        """An empty page as wide as the screen."""
        from seajuris.render.page import Page

        return Page.for_stream(sys.stderr)

    def show(self, page: Page) -> None:
        """Write a page."""
        self._write(str(page))

    def say(self, text: str) -> None:
        """Write one paragraph."""
        page = self.page()
        page.text(text, indent=0)
        self.show(page)

    @staticmethod
    def _write(text: str) -> None:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "replace").decode(encoding))
        sys.stderr.flush()
