"""The errors that users see.

Exception tree::

    SeajurisError
    ├── InputError          what was typed or handed in cannot be used      exit code 2
    │   ├── PositionError   a position that cannot be read with certainty
    │   ├── StateError      a name that is no State in the register
    │   └── CaseError       a case file or its facts
    ├── RuleError           a rule file that cannot be used                 exit code 5
    └── DataError           zone data missing, damaged or not as declared   exit code 5

Every error says what was wrong, where, and what is accepted instead.
"""

from __future__ import annotations

EXIT_ANSWERED = 0
EXIT_INTERNAL = 1
EXIT_USAGE = 2
EXIT_UNCERTAIN = 3
EXIT_FOUND = 4
EXIT_DATA = 5
EXIT_BROKEN_PIPE = 141

_LONGEST = 1_500
"""Characters of a message."""


class SeajurisError(Exception):
    """Root of all errors raised on purpose.

    Args:
        message: What was wrong, in one sentence.
        hint: What is accepted instead, or how to mend it.
        where: File, line, option or fact in which the fault was found.
    """

    code = "SJ000"
    exit_code = EXIT_INTERNAL

    def __init__(self, message: str, *, hint: str | None = None, where: str | None = None) -> None:
        # A value that is quoted may be as long as its file.
        if len(message) > _LONGEST:
            message = f"{message[:_LONGEST]}..."
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  {self.hint}" if self.hint else text


class InputError(SeajurisError):
    """What was typed or handed in cannot be used."""

    code = "SJ100"
    exit_code = EXIT_USAGE


class PositionError(InputError):
    """A position, or an accuracy, that cannot be read with certainty."""

    code = "SJ110"


class StateError(InputError):
    """A name that is not a State, territory or nationality in the register."""

    code = "SJ120"


class CaseError(InputError):
    """A case file that cannot be read, or facts that contradict each other."""

    code = "SJ130"


class RuleError(SeajurisError):
    """A rule file that cannot be used."""

    code = "SJ200"
    exit_code = EXIT_DATA


class DataError(SeajurisError):
    """Zone data or register missing, damaged, or not as its manifest declares."""

    code = "SJ300"
    exit_code = EXIT_DATA
