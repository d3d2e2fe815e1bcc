"""What the commands share: JSON, streams, common options."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from seajuris.errors import EXIT_BROKEN_PIPE, InputError

ZonesOption = Annotated[
    str | None,
    typer.Option(
        "--zones", envvar="SEAJURIS_ZONES", metavar="FILE", help="Zone GeoPackage instead of the shipped one."
    ),
]
RulesOption = Annotated[
    str | None,
    typer.Option("--rules", envvar="SEAJURIS_RULES", metavar="DIR", help="Rule folder instead of the shipped one."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for scripts (see: seajuris schema).")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit code 3 if the answer is uncertain.")]


def json_bytes(data: Any) -> bytes:
    """One JSON document in the form in which it is printed: UTF-8, sorted keys, two spaces, one line feed at the end.

    The same content has the same bytes, in every locale and on every system (docs/reproducibility.md).

    Raises:
        ValueError: if it holds a number that is none (NaN, infinity).
    """
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    # A file name may hold bytes that are no text: JSON can tell them as an escape, UTF-8 cannot.
    return f"{text}\n".encode("utf-8", "backslashreplace")


def write_json(data: dict[str, Any]) -> None:
    """Write one JSON document to stdout."""
    write_document(json_bytes(data))


def write_document(content: bytes) -> None:
    """Write a document to stdout, byte for byte: its encoding is part of it, whatever the locale.

    Raises:
        InputError: if stdout is closed, or the disk to which it goes is full.
    """

    def send() -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    _sent(send)


def write(text: str) -> None:
    """Write text for people to stdout, in the encoding of the locale.

    Raises:
        InputError: if stdout is closed, or the disk to which it goes is full.
    """
    encoding = sys.stdout.encoding or "utf-8"

    def send() -> None:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()

    _sent(send)


def note(text: str) -> None:
    """Write a remark to stderr. What cannot be told there is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _sent(send: Callable[[], None]) -> None:
    try:
        send()
    except BrokenPipeError:
        silence(sys.stdout)
        raise typer.Exit(EXIT_BROKEN_PIPE) from None
    except OSError as fault:
        silence(sys.stdout)
        raise InputError(
            f"cannot be written: {fault.strerror}",
            where="standard output",
            hint="What came out is not complete: do not use it.",
        ) from None


def silence(stream: Any) -> None:
    """Send what a stream still holds nowhere: Python would complain once more when it flushes it at exit."""
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
