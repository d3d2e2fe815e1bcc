"""The WSGI application: a fixed list of routes, each with its one method; everything else is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from seajuris.errors import DataError, RuleError, SeajurisError
from seajuris.server.answer import Answer
from seajuris.server.engine import Busy, Engine
from seajuris.server.guard import HEADERS, MAX_BODY, MAX_TARGET, Guard, Refusal
from seajuris.server.pages import pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

JSON_TYPE = "application/json"
YAML_TYPE = "application/yaml"


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the API.

    Attributes:
        method: The only method that it takes.
        call: What answers; gets the options of the address, and the text of the body.
        options: The names that may stand in the query.
        types: Media types of the body that are accepted.
    """

    method: str
    call: Callable[[Mapping[str, str], str], Answer]
    options: tuple[str, ...] = ()
    types: tuple[str, ...] = (JSON_TYPE,)


class App:
    """Answers requests; safe to be called from several threads.

    Args:
        engine: What answers.
        guard: What refuses.
    """

    def __init__(self, engine: Engine, guard: Guard) -> None:
        self._guard = guard
        # Read once, here: no later request reaches the file system by a name of its own.
        self._pages = pages()
        self._routes = {
            "/api/assess": Route("POST", engine.assess),
            "/api/case": Route("POST", engine.case, types=(JSON_TYPE, YAML_TYPE)),
            "/api/map": Route("POST", engine.map, ("extent",)),
            "/api/memo": Route("POST", engine.memo, ("format", "date", "lang", "redact")),
            "/api/scenarios": Route("GET", engine.scenarios),
            "/api/vocabulary": Route("GET", engine.vocabulary),
            "/api/openapi.json": Route("GET", engine.openapi),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        allow = None
        try:
            answer = self._answer(environ)
        except Refusal as fault:
            allow = fault.allow
            answer = failure(fault.status, f"HTTP-{fault.status.value}", fault.message, hint=fault.hint)
        except Busy:
            answer = failure(
                HTTPStatus.SERVICE_UNAVAILABLE, "HTTP-503", "too much is being computed", hint="Try again in a moment."
            )
        except SeajurisError as fault:
            # Input of the user's, or data and rules of ours.
            status = HTTPStatus.BAD_REQUEST
            if isinstance(fault, DataError | RuleError):
                status = HTTPStatus.INTERNAL_SERVER_ERROR
            answer = failure(status, fault.code, fault.message, hint=fault.hint, where=fault.where)
        except Exception as fault:
            # No traceback, to nobody: it could show names of victims.
            sys.stderr.write(f"seajuris: internal fault ({type(fault).__name__}); that request was not answered\n")
            answer = failure(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                SeajurisError.code,
                f"internal fault ({type(fault).__name__}); nothing was answered",
                hint="Please report it.",
            )
        headers = [*HEADERS, ("Content-Type", answer.media_type), ("Content-Length", str(len(answer.content)))]
        if answer.file_name is not None:
            headers.append(("Content-Disposition", f'attachment; filename="{answer.file_name}"'))
        if allow is not None:
            headers.append(("Allow", allow))
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.content]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        headers = _headers(environ)
        self._guard.same_site(headers)
        path, query, method = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""), environ["REQUEST_METHOD"]
        if len(path) + len(query) > MAX_TARGET:
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
        options = _options(query, route.options)
        return route.call(options, _body(environ, headers, route) if route.method == "POST" else "")


def failure(
    status: HTTPStatus, code: str, message: str, *, hint: str | None = None, where: str | None = None
) -> Answer:
    """An error as JSON."""
    data = {"error": {"code": code, "message": message, "where": where, "hint": hint}}
    return Answer.json(data, status=status)


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
    length: Any = environ.get("CONTENT_LENGTH") or "0"
    if not str(length).isdigit():
        raise Refusal(HTTPStatus.BAD_REQUEST, "Content-Length is no number")
    if int(length) > MAX_BODY:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {MAX_BODY} bytes")
    try:
        return bytes(environ["wsgi.input"].read(int(length))).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the body is not UTF-8 text") from None
