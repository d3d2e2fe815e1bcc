"""``seajuris locate``: which maritime zones a position lies in."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from seajuris.cli.output import JsonOption, StrictOption, ZonesOption, write, write_json
from seajuris.errors import EXIT_UNCERTAIN


def locate(
    at: Annotated[str, typer.Option("--at", metavar="POSITION", help="e.g. \"36°15'N 21°04'E\" or 36.25,21.06")],
    accuracy: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Radius of uncertainty, e.g. 1nm or 500m.")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Day of the facts, YYYY-MM-DD; default today.")] = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
    zones: ZonesOption = None,
) -> None:
    """Say in which maritime zones a position lies, whose they are, and how sure that is."""
    from seajuris.api import locate as locate_position

    place = locate_position(at, accuracy=accuracy, on=on, zones=zones)
    if as_json:
        write_json(place.to_dict())
    else:
        from seajuris.render.page import Page
        from seajuris.render.terminal import render_place

        page = Page.for_stream(sys.stdout)
        render_place(place, page)
        write(str(page))
    if strict and place.verdict != "robust":
        raise typer.Exit(EXIT_UNCERTAIN)
