"""One engine in a process of its own, which ends itself when an answer takes too long.

``python -P -m seajuris.server.worker`` reads questions from standard input and writes answers to standard output, one
after the other. The form of both is in `write` and `read`: a line of JSON that names a length, and so many bytes.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import sys
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import IO, Any

from seajuris.errors import SeajurisError
from seajuris.server.answer import Answer, attempt
from seajuris.server.engine import Engine
from seajuris.server.routes import ROUTES

MAX_MEMORY = 6 * 2**30
"""Bytes of address space, where the system can limit them: several times what the largest map was seen to need."""

START_S = 120.0
"""How long reading rules and zone data may take; it takes one second."""


def write(pipe: IO[bytes], head: dict[str, Any], content: bytes = b"") -> None:
    """Send a message.

    Raises:
        OSError: if the other side is gone.
    """
    pipe.write(json.dumps({**head, "length": len(content)}).encode() + b"\n" + content)
    pipe.flush()


def read(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next message; None if the other side is gone, even in the middle of one."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        return None
    head: dict[str, Any] = json.loads(line)
    content = pipe.read(head["length"])
    return (head, content) if len(content) == head["length"] else None


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End this process if the block takes longer.

    The watchdog of ``faulthandler`` is a thread in C: it also ends what Python cannot interrupt. What it would tell
    (files and lines, no values) is dropped.
    """
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 (a device, not a path)
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def main() -> None:
    """Answer until standard input ends."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Nothing that a library prints may get between the answers.
    os.dup2(2, 1)
    _limit_memory()
    start = read(questions)
    if start is None:
        return
    told = start[0]
    engine = Engine(zones=told["zones"], rules=told["rules"])
    try:
        with deadline(START_S):
            engine.warm()
    except SeajurisError as fault:
        error = {"code": fault.code, "message": fault.message, "hint": fault.hint, "where": fault.where}
        write(answers, {"fault": error})
        return
    write(answers, {"fault": None})
    routes = {route.call: route for route in ROUTES}
    while (question := read(questions)) is not None:
        head, body = question
        call = partial(engine.answer, routes[head["call"]], head["options"], body.decode())
        with deadline(told["deadline_s"]):
            answer = attempt(call)
        told_of = {"status": answer.status.value, "media_type": answer.media_type, "file_name": answer.file_name}
        write(answers, told_of, answer.content)


def answer_of(message: tuple[dict[str, Any], bytes]) -> Answer:
    """The answer in a message."""
    head, content = message
    return Answer(content, head["media_type"], HTTPStatus(head["status"]), head["file_name"])


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        # No such thing on Windows.
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    with contextlib.suppress(OSError):
        # Whoever asked is gone.
        main()
