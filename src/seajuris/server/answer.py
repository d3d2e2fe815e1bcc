"""What the server sends back: answers, and errors in the same form everywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from seajuris.errors import DataError, RuleError, SeajurisError


@dataclass(frozen=True, slots=True)
class Answer:
    """Content with its media type.

    Attributes:
        file_name: The name under which a browser saves it; a constant of this package, never taken from a request.
    """

    content: bytes
    media_type: str
    status: HTTPStatus = HTTPStatus.OK
    file_name: str | None = None

    @classmethod
    def json(cls, data: Any, *, status: HTTPStatus = HTTPStatus.OK) -> Answer:
        """Data as compact JSON with sorted keys. Half surrogates, which are no text, become question marks."""
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        return cls(text.encode("utf-8", "replace"), "application/json", status)


def failure(
    status: HTTPStatus, code: str, message: str, *, hint: str | None = None, where: str | None = None
) -> Answer:
    """An error as JSON."""
    data = {"error": {"code": code, "message": message, "where": where, "hint": hint}}
    return Answer.json(data, status=status)


def fault_of_ours(name: str) -> Answer:
    """A defect of the program: its kind is told, to nobody a traceback, which could show names of victims.

    Args:
        name: The name of the exception, or what else happened, in a word.
    """
    sys.stderr.write(f"seajuris: internal fault ({name}); that request was not answered\n")
    return failure(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        SeajurisError.code,
        f"internal fault ({name}); nothing was answered",
        hint="Please report it.",
    )


def attempt(call: Callable[[], Answer]) -> Answer:
    """The answer of a call, or its error as JSON."""
    try:
        return call()
    except SeajurisError as fault:
        # Input of the user's, or data and rules of ours.
        ours = isinstance(fault, DataError | RuleError)
        status = HTTPStatus.INTERNAL_SERVER_ERROR if ours else HTTPStatus.BAD_REQUEST
        return failure(status, fault.code, fault.message, hint=fault.hint, where=fault.where)
    except Exception as fault:
        return fault_of_ours(type(fault).__name__)
