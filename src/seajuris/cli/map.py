"""``seajuris map``: a map of a position, or of a part of the sea."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from seajuris.cli.output import JsonOption, ZonesOption, note, write_document, write_json


def map_(
    case: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="Case file (YAML or JSON), or - for stdin.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="POSITION", help="Where it happened.")] = None,
    accuracy: Annotated[str | None, typer.Option(metavar="LENGTH", help="Radius of uncertainty, e.g. 1nm.")] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Day of the facts, YYYY-MM-DD; default today.")] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Ends in .svg, .png, .geojson or .html; - is stdout."),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="svg, png, geojson or html; default by ending.")
    ] = None,
    width: Annotated[int | None, typer.Option(metavar="PIXELS", help="Width of a picture, 300 to 6000.")] = None,
    extent: Annotated[
        str | None,
        typer.Option(metavar="LENGTH|W,S,E,N", help="What to show: 40nm around the position, or a window in degrees."),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title; default that of the case.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
) -> None:
    """Draw a map: zones, limits, position with its uncertainty, nearest lines with their distances.

    Without a position, --extent W,S,E,N draws the zones of that part of the sea.
    """
    import hashlib

    from seajuris.api import locate, parse_day
    from seajuris.cli.files import refuse_existing, write_bytes
    from seajuris.cli.mapfile import format_of, told_by
    from seajuris.errors import InputError
    from seajuris.render.map.make import FORMATS, document

    file, kind = format_of(output, form)
    if file == "-" and (as_json or (kind == "png" and sys.stdout.isatty())):
        raise InputError("the map itself goes to standard output", where="--output", hint="Name a file.")
    if file != "-":
        refuse_existing(file, force=force)
    place, day = None, parse_day(on)
    if case is not None:
        told = told_by(case, at=at, accuracy=accuracy, on=on)
        title = title if title is not None else told.texts.get("title")
        day = told.on
        if told.position is not None:
            place = locate(told.position, on=day, zones=zones)
    elif at is not None:
        place = locate(at, accuracy=accuracy, on=day, zones=zones)
    elif accuracy is not None:
        raise InputError("an accuracy needs a position", where="--accuracy", hint="Give --at.")
    content = document(kind, place, zones=zones, on=day, title=title, extent=extent, pixels=width)
    if file == "-":
        write_document(content)
        return
    write_bytes(file, content, force=force)
    if as_json:
        write_json(
            {
                "format": "seajuris.map-written.v1",
                "file": file,
                "media_type": FORMATS[kind],
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    else:
        note(f"seajuris: {file}: {kind}, {max(1, round(len(content) / 1000))} kB\n")
