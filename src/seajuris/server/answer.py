"""What the server sends back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


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
        """Data as compact JSON. Half surrogates, which are no text, become question marks."""
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return cls(text.encode("utf-8", "replace"), "application/json", status)
