"""The map of a memo: interactive in HTML, drawn in DOCX and PDF."""

from __future__ import annotations

from pathlib import Path

from seajuris.place import Place
from seajuris.render.memo.document import Figure, Run
from seajuris.render.memo.where import Draw
from seajuris.render.words import Words

PIXELS = 1100
_NEAR = 1.0
"""A memo shows the waters around the position and no more: drawing more of the sea costs more than all the rest."""


def drawer(form: str, words: Words, zones: str | Path | None) -> Draw | None:
    """What draws the map in a format; `None` where there is no map (Markdown)."""
    if form not in ("html", "docx", "pdf"):
        return None

    def draw(place: Place) -> Figure:
        alt = words("Map of the position, the zones and the nearest limits")
        caption = (
            Run(words("Drawn from the zone data. Not a chart; it implies no opinion on the status of any territory.")),
        )
        if form == "html":
            from seajuris.render.map.interactive import interactive_fragment

            return Figure(alt, caption, html=interactive_fragment(place, zones=zones, heading_level=3, enlarge=_NEAR))
        from seajuris.render.map.make import svg_map

        svg = svg_map(place, zones=zones)
        if form == "pdf":
            return Figure(alt, caption, svg=svg)
        from seajuris.render.map.png import png

        return Figure(alt, caption, svg=svg, png=png(svg, pixels=PIXELS))

    return draw
