"""Starts the server library (waitress) on the loopback interface, and stops it.

waitress reads a request as a whole, within limits, before a thread of ours sees it: a client that sends slowly holds a
connection, for half a minute, and never a thread.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
from typing import Any

from seajuris.errors import InputError
from seajuris.server.guard import HEADERS, HOST, MAX_BODY, MAX_HEADER, Guard

THREADS = 8
MAX_CONNECTIONS = 200
IDLE_S = 30
IN_MEMORY = 2**30
HINT = 'Install it with: pip install "seajuris[serve]"'


class ServeError(InputError):
    """A server that cannot be started as asked."""


def address(port: int, token: str) -> str:
    """What to open. The part after # stays in the browser: no server, log or referrer sees the token."""
    return f"http://{HOST}:{port}/#token={token}"


def start(engine: Any, *, port: int = 0, token: str | None = None, idle_s: int = IDLE_S) -> tuple[Any, str]:
    """Listen, without answering yet.

    Args:
        engine: What answers (`seajuris.server.workers.Workers`, or an engine alone).
        port: The port; 0 takes one that is free.
        token: The secret of this run; by default a new one.
        idle_s: Seconds after which a connection is closed that asks nothing, or has not asked whole.

    Returns:
        The server, whose ``run()`` answers until SIGINT or SIGTERM and whose ``close()`` ends it, and the address to
        open.

    Raises:
        ServeError: if waitress is not installed or the port cannot be used.
    """
    try:
        from waitress.channel import HTTPChannel
        from waitress.parser import HTTPRequestParser, ParsingError
        from waitress.server import create_server
        from waitress.task import ErrorTask
    except ImportError:
        raise ServeError("the local page needs the package 'waitress', which is not installed", hint=HINT) from None

    from seajuris.server.app import App

    class Malformed(ErrorTask):
        """What is no HTTP, or exceeds a limit, is refused in the form of all other errors."""

        def execute(self) -> None:
            error = self.request.error  # type: ignore[attr-defined]
            told = {"code": f"HTTP-{error.code}", "message": str(error.reason), "where": None, "hint": None}
            content = json.dumps({"error": told}).encode()
            self.status = f"{error.code} {error.reason}"
            self.response_headers = [*HEADERS, ("Content-Type", "application/json")]
            self.set_close_on_finish()
            self.content_length = len(content)
            self.write(content)

    class Parser(HTTPRequestParser):
        """Reads a request; what could be read in two ways is refused."""

        def parse_header(self, header_plus: bytes) -> None:
            try:
                super().parse_header(header_plus)
            except ValueError as fault:
                # A length of thousands of digits, an address with half a bracket: not foreseen by waitress.
                raise ParsingError("the request cannot be read") from fault
            # Two lengths of one body. waitress takes this header away where it understands it, else ignores it.
            if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
                raise ParsingError("the length of the body is told in two ways")

    class Channel(HTTPChannel):
        """A connection; a request that comes in drops has as long as a client that says nothing."""

        error_task_class = Malformed
        parser_class = Parser

        def handle_read(self) -> None:
            begun = self.last_activity if self.request is not None else None
            super().handle_read()
            if begun is not None and self.request is not None:
                self.last_activity = begun

    # Not even the addresses that were asked for are written anywhere; refused clients are no news.
    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    secret = token or secrets.token_urlsafe(32)
    later: list[Any] = []

    def application(environ: Any, start_response: Any) -> Any:
        return later[0](environ, start_response)

    server: Any = create_server(
        application,
        sockets=[_listening(port)],
        threads=THREADS,
        connection_limit=MAX_CONNECTIONS,
        backlog=1024,
        channel_timeout=idle_s,
        cleanup_interval=min(5, idle_s),
        max_request_header_size=MAX_HEADER,
        max_request_body_size=MAX_BODY + 1,
        # Beyond these, waitress keeps what it receives and sends in a temporary file. Nothing of a case gets on a disk.
        inbuf_overflow=IN_MEMORY,
        outbuf_overflow=IN_MEMORY,
        ident=None,
        expose_tracebacks=False,
        asyncore_use_poll=True,
    )
    server.channel_class = Channel
    # The port may have been chosen only now, and the guard has to know it.
    chosen = int(server.effective_port)
    later.append(App(engine, Guard(chosen, secret)))
    return server, address(chosen, secret)


def _listening(port: int) -> socket.socket:
    """A socket on the loopback interface, and on no other."""
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # A port that was in use a moment ago can be used again; elsewhere this would share it with strangers.
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind((HOST, port))
    except OSError as fault:
        own.close()
        raise ServeError(
            f"port {port} cannot be used: {fault.strerror}",
            where="--port",
            hint="Name another port, or leave --port out.",
        ) from None
    return own


def stop(server: Any) -> None:
    """End a server that runs in another thread, with all its connections."""
    from waitress import wasyncore

    # Its sockets are closed by the thread that watches them, whose loop ends when none is left.
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    server.task_dispatcher.shutdown()
