"""A map as PNG, drawn from the SVG by resvg.

resvg draws the whole of static SVG, needs no library of the system, and is one wheel of 1.4 MB. The fonts are those
beside this file: the same map has the same pixels on every machine. Only a title in a script that they do not hold
is drawn with the fonts of the system.
"""

from __future__ import annotations

from pathlib import Path

from seajuris.errors import InputError

FONT_FOLDER = Path(__file__).parent / "fonts"
"""The fonts of maps, for whoever draws a map's SVG elsewhere (typst, for instance)."""

# Up to Hebrew, and general punctuation: what Liberation Sans holds.
_LAST_COVERED = 0x05FF
_PUNCTUATION = range(0x2010, 0x2045)


def png(document: str, *, pixels: int) -> bytes:
    """Draw an SVG document of `seajuris.render.map.svg`.

    Args:
        document: The SVG.
        pixels: Width of the picture.

    Raises:
        InputError: if the library that draws is not installed.
    """
    try:
        import resvg_py
    except ImportError:
        raise InputError(
            "PNG maps need the library resvg-py, which is not installed",
            where="map",
            hint="Install it with: pip install 'seajuris[maps]'. SVG, HTML and GeoJSON need nothing.",
        ) from None
    covered = all(ord(c) <= _LAST_COVERED or ord(c) in _PUNCTUATION for c in document)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=document,
            width=pixels,
            skip_system_fonts=covered,
            font_dirs=[str(FONT_FOLDER)],
            font_family="Liberation Sans",
            sans_serif_family="Liberation Sans",
        )
    )
