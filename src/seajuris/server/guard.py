"""Which requests are answered at all: the defences of a server that other pages and programs of the machine can reach.

The token stops other programs and other users; the checks of Host and Origin stop pages of other sites, also those
whose name was made to point to this machine (DNS rebinding); the headers keep the page from loading or sending anything
elsewhere, even if foreign text found its way into it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

HOST = "127.0.0.1"
TOKEN_HEADER = "X-Seajuris-Token"  # noqa: S105 (the name of a header)
MAX_BODY = 256 * 1024
"""Bytes of a request's body. A case file of a thousand lines has a tenth of that."""
MAX_HEADER = 16 * 1024
MAX_TARGET = 1024

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cache-Control", "no-store"),
)
"""What every response carries, errors included."""


class Refusal(Exception):  # noqa: N818 (not a fault of the program)
    """A request that is not answered.

    Args:
        status: The HTTP status.
        message: What was wrong, in one sentence.
        hint: What is accepted instead.
        allow: For a wrong method, the right one.
    """

    def __init__(self, status: HTTPStatus, message: str, *, hint: str | None = None, allow: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.hint = hint
        self.allow = allow


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks requests against the address and the token of this server.

    Attributes:
        port: The port on which the server listens.
        token: The secret of this run.
    """

    port: int
    token: str

    def same_site(self, headers: Mapping[str, str]) -> None:
        """Refuse requests that were not made to this address, or that another site made.

        Args:
            headers: Names in lower case.

        Raises:
            Refusal: if Host, Origin or Sec-Fetch-Site is not that of the page.
        """
        host = headers.get("host", "")
        if host not in (f"{HOST}:{self.port}", f"localhost:{self.port}"):
            raise Refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "this server is not called that",
                hint="Open the address that `seajuris serve` printed.",
            )
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            raise Refusal(HTTPStatus.FORBIDDEN, "another site made this request")
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise Refusal(HTTPStatus.FORBIDDEN, "another site made this request")

    def authorised(self, headers: Mapping[str, str]) -> None:
        """Refuse requests without the token.

        Raises:
            Refusal: if it is missing or wrong.
        """
        given = headers.get(TOKEN_HEADER.lower(), "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode()):
            raise Refusal(
                HTTPStatus.UNAUTHORIZED,
                "the token is missing or wrong",
                hint=f"Open the address that `seajuris serve` printed; a program sends its token as {TOKEN_HEADER}.",
            )
