"""A day of the calendar, or the days that a date told only in part can mean."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

EARLIEST_TODAY = dt.date(2025, 1, 1)
"""No clock that is right shows an earlier day. Clocks that have lost their battery begin in 1970, 1980 or 2000."""

WRONG_CLOCK = "The clock of this computer is wrong: set it."

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def clock() -> dt.date:
    """The day that the computer shows (UTC)."""
    return dt.datetime.now(dt.UTC).date()


def latest() -> dt.date:
    """The last day that does not lie in the future, as far as the clock can be believed."""
    day = clock()
    # One that is certainly wrong is no reason to refuse what is certainly past.
    return day if day >= EARLIEST_TODAY else EARLIEST_TODAY - dt.timedelta(days=1)


def future_hint(day: dt.date) -> str | None:
    """What to say besides where a day lies after `day`, which `latest` gave."""
    return WRONG_CLOCK if day < EARLIEST_TODAY and clock() < EARLIEST_TODAY else None


@dataclass(frozen=True, slots=True)
class Days:
    """A closed interval of days; a single day where `first` is `last`.

    Attributes:
        first: The first day that is possible.
        last: The last day that is possible.
        text: As told: ``2023-06-14``, ``2023-06`` or ``2023``; several alleged dates are joined by ``or``.
    """

    first: dt.date
    last: dt.date
    text: str

    @classmethod
    def of(cls, day: dt.date | Days) -> Days:
        """A day as an interval of one day."""
        return day if isinstance(day, Days) else cls(day, day, day.isoformat())

    @classmethod
    def read(cls, text: str) -> Days | None:
        """Read ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``; `None` if it has another form.

        Raises:
            ValueError: if it has the form, but is no day, month or year of the calendar.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            return None
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None  # noqa: S101 (the pattern begins with it)
        if day is not None and month is not None:
            return cls.of(dt.date(year, month, day))
        if month is None:
            return cls(dt.date(year, 1, 1), dt.date(year, 12, 31), text)
        first = dt.date(year, month, 1)
        following = dt.date(year + month // 12, month % 12 + 1, 1)
        return cls(first, following - dt.timedelta(days=1), text)

    @classmethod
    def hull(cls, several: list[Days]) -> Days:
        """From the first day of the earliest to the last day of the latest."""
        if len(several) == 1:
            return several[0]
        return cls(
            min(d.first for d in several),
            max(d.last for d in several),
            " or ".join(dict.fromkeys(d.text for d in several)),
        )

    def until(self, day: dt.date) -> Days:
        """Without the days after a day; an interval that begins later is left as it is."""
        return Days(self.first, day, self.text) if self.first <= day < self.last else self

    @property
    def exact(self) -> bool:
        """Whether it is a single day."""
        return self.first == self.last

    def words(self) -> str:
        """In plain words."""
        if self.exact:
            return self.first.isoformat()
        return f"{self.text} ({self.first.isoformat()} to {self.last.isoformat()}, the day itself not told)"
