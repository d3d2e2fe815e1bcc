"""The WSGI application: the declared routes, each with its one method; everything else is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl

from seajuris.server.answer import Answer, attempt, failure, fault_of_ours
from seajuris.server.guard import HEADERS, MAX_BODY, MAX_TARGET, Guard, Refusal
from seajuris.server.pages import pages
from seajuris.server.routes import ROUTES, Route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Answering(Protocol):
    """Whatever can answer a route: the engine itself, or engines in processes of their own."""

    def answer(self, route: Route, options: Mapping[str, str], body: str) -> Answer:
        """The answer to a request that was let in; errors may be raised or be answers."""


class App:
    """Answers requests; safe to be called from several threads.

    Args:
        engine: What answers.
        guard: What refuses.
    """

    def __init__(self, engine: Answering, guard: Guard) -> None:
        self._engine = engine
        self._guard = guard
        # Read once, here: no later request reaches the file system by a name of its own.
        self._pages = pages()
        self._routes = {route.path: route for route in ROUTES}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        allow = None
        try:
            answer = self._answer(environ)
        except Refusal as fault:
            allow = fault.allow
            answer = failure(fault.status, f"HTTP-{fault.status.value}", fault.message, hint=fault.hint)
        except Exception as fault:
            answer = fault_of_ours(type(fault).__name__)
        headers = [*HEADERS, ("Content-Type", answer.media_type), ("Content-Length", str(len(answer.content)))]
        if answer.file_name is not None:
            headers.append(("Content-Disposition", f'attachment; filename="{answer.file_name}"'))
        if allow is not None:
            headers.append(("Allow", allow))
        if answer.status == HTTPStatus.UNAUTHORIZED:
            headers.append(("WWW-Authenticate", "Token"))
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.content]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        headers = _headers(environ)
        self._guard.same_site(headers)
        path, query, method = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""), environ["REQUEST_METHOD"]
        # An address with a host in it (`GET http://...`, `CONNECT host`) is for proxies: its host would count.
        target = str(environ.get("REQUEST_URI", path))
        if not target.startswith("/"):
            raise Refusal(HTTPStatus.NOT_FOUND, "an address here begins with /")
        if max(len(target), len(path) + len(query)) > MAX_TARGET:
            raise Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, f"the address is longer than {MAX_TARGET} characters")
        page = self._pages.get(path)
        if page is not None:
            # The page holds no secret: it can be shown before its script has sent the token.
            _only(method, "GET")
            return page
        self._guard.authorised(headers)
        route = self._routes.get(path)
        if route is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such address", hint="GET /api/openapi.json lists all.")
        _only(method, route.method)
        options = _options(query, tuple(option.name for option in route.options))
        body = _body(environ, headers, route) if route.types else ""
        return attempt(lambda: self._engine.answer(route, options, body))


def _only(method: str, allowed: str) -> None:
    if method != allowed:
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"only {allowed} is accepted here", allow=allowed)


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    found = {key[5:].replace("_", "-").lower(): str(v) for key, v in environ.items() if key.startswith("HTTP_")}
    return found | {"content-type": str(environ.get("CONTENT_TYPE", ""))}


def _options(query: str, known: tuple[str, ...]) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), errors="strict", max_num_fields=8)
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the query of the address cannot be read") from None
    options = dict(pairs)
    unknown = sorted(set(options) - set(known))
    if unknown or len(options) != len(pairs):
        what = f"{unknown[0]!r} is no option here" if unknown else "an option stands twice"
        hint = f"Accepted: {', '.join(known)}." if known else "None is accepted."
        raise Refusal(HTTPStatus.BAD_REQUEST, what, hint=hint)
    return options


def _body(environ: WSGIEnvironment, headers: Mapping[str, str], route: Route) -> str:
    media_type = headers["content-type"].partition(";")[0].strip().lower()
    # A form of another site can send text/plain without asking; it cannot send these.
    if media_type not in route.types:
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"{media_type or 'no media type'} is not accepted",
            hint=f"Content-Type: {' or '.join(route.types)}",
        )
    length = str(environ.get("CONTENT_LENGTH") or "0")
    # `isdigit` alone would let digits of other scripts through, which no number is made of.
    if not (length.isascii() and length.isdigit()):
        raise Refusal(HTTPStatus.BAD_REQUEST, "Content-Length is no number")
    if len(length) > len(str(MAX_BODY)) or int(length) > MAX_BODY:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {MAX_BODY} bytes")
    try:
        return bytes(environ["wsgi.input"].read(int(length))).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the body is not UTF-8 text") from None
