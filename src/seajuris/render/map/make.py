"""Maps on request: from a place, or from a window of the sea, to a document in one of four formats."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seajuris.errors import InputError

if TYPE_CHECKING:
    from seajuris.place import Place
    from seajuris.render.map.scene import Scene

FORMATS = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "geojson": "application/geo+json",
    "html": "text/html",
}
"""Formats by name, which is also the ending of a file, with their media types."""

MIN_PIXELS, MAX_PIXELS = 300, 6000
PNG_PIXELS = 1600
"""Width of a PNG: 240 dots per inch at the width of a page of text."""


def scene_of(
    place: Place | None,
    *,
    zones: str | Path | None = None,
    on: dt.date | None = None,
    title: str | None = None,
    extent: str | None = None,
    enlarge: float = 1.0,
) -> Scene:
    """Collect what a map shows.

    Args:
        place: What `seajuris.locate` returned; `None` for a map of waters, which needs an extent and a day.
        zones: The zone GeoPackage with which the place was located.
        on: Day of the claims where there is no place.
        title: Text of the case, as it came.
        extent: A length or ``west,south,east,north``; by default chosen so that the nearest limits are seen.
        enlarge: How much further than the window to draw, in width and height.

    Raises:
        InputError: if the extent cannot be used.
        DataError: if the zone data cannot be read.
    """
    from seajuris.api import today, zone_file
    from seajuris.render.map.frame import of_text
    from seajuris.render.map.scene import scene
    from seajuris.zones.integrity import intact
    from seajuris.zones.store import zones_in

    path = zone_file(zones)
    centre = None if place is None else (place.position.lon, place.position.lat)
    if place is None and extent is None:
        raise InputError("a map needs a position or a window", where="--extent", hint="Give --at, or --extent W,S,E,N.")
    frame = of_text(extent, centre) if extent is not None else None
    day = place.on if place is not None else on or today()
    with intact(path) as integrity:
        provenance = integrity.result()
        return scene(place, zones_in(path), on=day, provenance=provenance, frame=frame, title=title, enlarge=enlarge)


def svg_map(
    place: Place,
    *,
    zones: str | Path | None = None,
    title: str | None = None,
    extent: str | None = None,
    prefix: str = "map",
) -> str:
    """The map of a place as an SVG document; see `scene_of`. `prefix` begins the ids inside."""
    from seajuris.render.map.svg import svg

    return svg(scene_of(place, zones=zones, title=title, extent=extent), prefix=prefix)


def document(
    kind: str,
    place: Place | None,
    *,
    zones: str | Path | None = None,
    on: dt.date | None = None,
    title: str | None = None,
    extent: str | None = None,
    pixels: int | None = None,
) -> bytes:
    """A map as the content of a file.

    Args:
        kind: One of `FORMATS`.
        place: As for `scene_of`, like the four that follow.
        zones: The zone GeoPackage.
        on: Day of the claims where there is no place.
        title: Text of the case.
        extent: What to show.
        pixels: Width of a picture.

    Raises:
        InputError: if the extent or the width cannot be used, or the library for PNG is missing.
    """
    if pixels is not None and not MIN_PIXELS <= pixels <= MAX_PIXELS:
        raise InputError(
            f"a map cannot be {pixels} pixels wide", where="--width", hint=f"{MIN_PIXELS} to {MAX_PIXELS} are accepted."
        )
    told: dict[str, Any] = {"zones": zones, "on": on, "title": title, "extent": extent}
    if kind == "html":
        from seajuris.render.map.interactive import page

        return page(place, **told).encode()
    shown = scene_of(place, **told)
    if kind == "geojson":
        return _geojson(shown, zones)
    from seajuris.render.map.svg import svg

    drawn = svg(shown, pixels=pixels)
    if kind == "svg":
        return drawn.encode()
    from seajuris.render.map.png import png

    return png(drawn, pixels=pixels or PNG_PIXELS)


def _geojson(shown: Scene, zones: str | Path | None) -> bytes:
    import json

    from seajuris.api import zone_file
    from seajuris.render.map.geojson import geojson
    from seajuris.zones.integrity import intact
    from seajuris.zones.store import zones_in

    path = zone_file(zones)
    with intact(path):
        data = geojson(shown, zones_in(path))
    return (json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode()
