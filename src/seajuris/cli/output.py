"""What the commands share: JSON, streams, common options."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated, Any

import typer

from seajuris.errors import EXIT_BROKEN_PIPE

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


def write_json(data: dict[str, Any]) -> None:
    """Write one JSON document to stdout."""
    write(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def write(text: str) -> None:
    """Write text to stdout, whatever the locale's encoding."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(EXIT_BROKEN_PIPE) from None


def write_file(target: str, text: str, *, force: bool = False) -> None:
    """Write a text file as a whole or not at all; an existing file is replaced only if asked.

    Raises:
        InputError: if the file exists already, or cannot be written.
    """
    import tempfile
    from pathlib import Path

    from seajuris.errors import InputError

    path = Path(target)
    if path.exists() and not force:
        raise InputError("exists already; nothing was written", where=target, hint="Name another file, or add --force.")
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(text.encode("utf-8"))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as fault:
        raise InputError(f"cannot be written: {fault.strerror}", where=target) from None
