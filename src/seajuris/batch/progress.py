"""How far a run has come: one line that is written over, on a terminal only."""

from __future__ import annotations

import sys
import time

_EVERY_S = 0.25


class Progress:
    """A line on standard error, if that is a terminal.

    Args:
        before: Rows that an earlier run has done.
    """

    def __init__(self, before: int = 0) -> None:
        self._shown = sys.stderr.isatty()
        self._before = before
        self._begin = time.monotonic()
        self._share: float | None = None
        self._last = 0.0

    def step(self, rows: int, share: float | None) -> None:
        """Show how far it is.

        Args:
            rows: Rows done.
            share: Share of the input that has been read, 0 to 1; `None` if its length is not known.
        """
        now = time.monotonic()
        if not self._shown or now - self._last < _EVERY_S:
            return
        self._last = now
        passed = max(now - self._begin, 1e-6)
        if self._share is None:
            # What an earlier run did is read again at once; it must not count as speed.
            self._share = 0.0 if not self._before else share
        rate = (rows - self._before) / passed
        text = f"{rows:,} rows, {rate:,.0f} rows/s"
        if share is not None and self._share is not None and share > self._share:
            left = passed * (1 - share) / (share - self._share)
            text += f", {share:.0%}, {_duration(left)} left"
        sys.stderr.write(f"\r\x1b[Kseajuris: {text}")
        sys.stderr.flush()

    def say(self, text: str) -> None:
        """Show what takes time before the first rows are done."""
        if self._shown:
            self._last = time.monotonic()
            sys.stderr.write(f"\r\x1b[Kseajuris: {text}")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._shown and self._last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
