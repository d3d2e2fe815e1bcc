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
