"""``seajuris zones``: describing, checking, importing and comparing zone data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from seajuris.cli.output import JsonOption, ZonesOption, write, write_json
from seajuris.errors import EXIT_FOUND

if TYPE_CHECKING:
    from seajuris.render.page import Page

app = typer.Typer(
    help="The zone data: what is in them, what applied when, checks, imports, comparisons.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _say(text: str) -> None:
    from seajuris.render.page import safe

    sys.stderr.write(f"seajuris: {safe(text)}\n")
    sys.stderr.flush()


def _page() -> Page:
    from seajuris.render.page import Page

    return Page.for_stream(sys.stdout)


@app.command("info")
def info(as_json: JsonOption = False, zones: ZonesOption = None) -> None:
    """Say what the zone data are: version, sources, licences, method, accuracy, contents, and what is not in them."""
    from seajuris.api import zone_file
    from seajuris.zones.tools.info import info as describe

    found = describe(zone_file(zones))
    if as_json:
        write_json(found.to_dict())
        return
    from seajuris.render.zone_tools import render_info

    page = _page()
    render_info(found, page)
    write(str(page))


@app.command("history")
def history(
    name: Annotated[str, typer.Argument(metavar="STATE", help="Code, name or nationality: ITA, Italy.")],
    as_json: JsonOption = False,
    zones: ZonesOption = None,
) -> None:
    """Show what a State and its territories claimed, when, on what source, and which lines bound its zones."""
    from seajuris import states
    from seajuris.api import zone_file
    from seajuris.zones.integrity import integrity_of
    from seajuris.zones.tools.history import history as history_of

    state = states.register().resolve(name)
    path = zone_file(zones)
    checked = integrity_of(path)
    found = history_of(path, state)
    checked.result()
    if as_json:
        write_json(found.to_dict())
        return
    from seajuris.render.zone_tools import render_history

    page = _page()
    render_history(found, page)
    write(str(page))


@app.command("verify")
def verify(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Zone GeoPackage; default the shipped one.")
    ] = None,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
) -> None:
    """Check zone data: hashes, geometry, gaps, overlaps, known disputes, nesting.

    Exit code 0: nothing found; 4: the file is what its manifest says, but something was found in it; 5: it is not.
    """
    from seajuris.api import zone_file
    from seajuris.zones.tools.verify import verify as check

    found = check(zone_file(file or zones), _say)
    if as_json:
        write_json(found.to_dict())
    else:
        from seajuris.render.zone_tools import render_verification

        page = _page()
        render_verification(found, page)
        write(str(page))
    if found.count:
        raise typer.Exit(EXIT_FOUND)


@app.command("import")
def import_(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILES...", help="Downloads of Marine Regions, or PRODUCT=FILE; see the docs."),
    ],
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="OUT", help="GeoPackage to write, in a folder of its own.")
    ],
    as_drawn: Annotated[
        bool, typer.Option("--as-drawn", help="Divide long edges straight in degrees, not along geodesics.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: JsonOption = False,
    zones: ZonesOption = None,
) -> None:
    """Turn official downloads of Marine Regions into zone data that --zones accepts.

    Whether a State proclaimed a zone, and since when, comes from the zone data in use. What was changed, assumed or
    left out goes to standard error and into the manifest.
    """
    from pathlib import Path

    from seajuris.zones.tools.marine_regions.importer import import_files

    claims = None if zones is None else Path(zones)
    done = import_files(files, Path(out), say=_say, geodesic=not as_drawn, force=force, claims=claims)
    for line in done.report.lines():
        _say(line)
    if as_json:
        write_json(done.to_dict())
        return
    from seajuris.render.zone_tools import render_import

    page = _page()
    render_import(done, page)
    write(str(page))


@app.command("diff")
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="Zone GeoPackage, or - for the shipped one.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Zone GeoPackage, or - for the shipped one.")],
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Day to compare, YYYY-MM-DD; default today.")] = None,
    scenarios: Annotated[bool, typer.Option(help="Also compare the positions of the teaching cases.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Say which zones of which States differ between two zone files, by how much area, and which cases change.

    Exit code 0: no difference; 4: they differ.
    """
    from seajuris.api import parse_day, today, zone_file
    from seajuris.paths import shipped
    from seajuris.zones.tools.diff import diff as compare

    paths = [zone_file(None if name == "-" else name) for name in (a, b)]
    folder = shipped("scenarios") if scenarios else None
    found = compare(paths[0], paths[1], parse_day(on) or today(), _say, folder)
    if as_json:
        write_json(found.to_dict())
    else:
        from seajuris.render.zone_tools import render_difference

        page = _page()
        render_difference(found, page, (str(paths[0]), str(paths[1])))
        write(str(page))
    if not found.same:
        raise typer.Exit(EXIT_FOUND)
