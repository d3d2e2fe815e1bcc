"""``seajuris schema``: the JSON Schemas of what comes out and of what goes in."""

from __future__ import annotations

from typing import Annotated

import typer

from seajuris.cli.output import write_json


def schema(
    which: Annotated[
        str,
        typer.Argument(
            metavar="WHICH",
            help="place, assessment, explanation, case; for rule authors: ground, state-law, instrument, "
            "coordination, warnings, facts",
        ),
    ],
) -> None:
    """Print the JSON Schema of a place, an assessment, a case file or a kind of rule file."""
    from seajuris.schema import schema as schema_of

    write_json(schema_of(which))
