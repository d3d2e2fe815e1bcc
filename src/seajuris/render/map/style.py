"""Colours, patterns and strokes.

Waters go from dark at the shore to white at the high seas, so that they can be told apart by lightness alone; the hues
are blue, cream and vermilion, which keep apart for red-green blind readers. What must not be missed in black and
white has a pattern or a stroke of its own: internal waters are lined, unproclaimed zones dotted, disputed waters
hatched one way and protested claims the other; agreed lines are double, equidistance is dotted.
"""

from __future__ import annotations

from dataclasses import dataclass

FILLS = {
    "land": "#f3ecd8",
    "internal_waters": "#7ba7c7",
    "archipelagic_waters": "#93b7d2",
    "territorial_sea": "#abcde4",
    "contiguous_zone": "#d0e4f1",
    "exclusive_economic_zone": "#e8f1f8",
    "high_seas": "#ffffff",
}
PAPER = "#ffffff"
INK = "#1a1a1a"
QUIET = "#4d4d4d"
COAST = "#54442b"
SEA_LINE = "#0b4f8a"
POSITION = "#a8001c"
DISPUTE = "#9a3a00"
PROTEST = "#5b2a86"
GRID = "#8a97a3"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line: colour, width and dashes in map units; `core` is the colour of a thinner line on top."""

    colour: str
    width: float
    dashes: str | None = None
    core: str | None = None


STROKES = {
    "territorial_sea": Stroke(SEA_LINE, 1.5),
    "contiguous_zone": Stroke(SEA_LINE, 1.0, "5 3"),
    "exclusive_economic_zone": Stroke(SEA_LINE, 1.2, "10 3 2 3"),
    "agreed": Stroke(INK, 3.4, core=PAPER),
    "equidistance": Stroke(INK, 1.8, "0.1 3.6"),
    "straight": Stroke(COAST, 1.0, "3 2"),
    "not_deciding": Stroke(QUIET, 1.0, "9 3 1.5 3 1.5 3"),
}

LINES = {
    "territorial_sea": "limit of a territorial sea",
    "contiguous_zone": "limit of a contiguous zone",
    "exclusive_economic_zone": "limit of an EEZ, proclaimed or not",
    "agreed": "line agreed between States",
    "equidistance": "equidistance, drawn by the data: not agreed",
    "straight": "straight baseline or closing line",
    "not_deciding": "line between States that decides nothing here",
}
"""Every kind of line in the order of the legend, with its name."""

AREAS = {
    "land": "land",
    "internal_waters": "internal waters",
    "archipelagic_waters": "archipelagic waters",
    "territorial_sea": "territorial sea",
    "contiguous_zone": "contiguous zone",
    "exclusive_economic_zone": "exclusive economic zone (EEZ)",
    "potential": "high seas; EEZ possible but not proclaimed",
    "high_seas": "high seas",
}

DOTS = {"territory": (PAPER, POSITION), "high_seas": (POSITION, PAPER), "unsure": (INK, "#f2c200")}
"""Outline and core of a position on a map of many; they differ in lightness as well."""

DOT_NAMES = {
    "territory": "positions in a State's territory",
    "high_seas": "positions where the rules of the high seas apply",
    "unsure": "positions that may lie in either, or are not known",
}

CONTESTED = {
    "dispute": "in dispute between States",
    "protested": "claim that other States protest against",
}

# Patterns by name: side of the tile, turn in degrees, content.
PATTERNS = {
    "internal_waters": (5.0, 0, f'<path d="M0 2.5H5" stroke="{SEA_LINE}" stroke-width="0.6"/>'),
    "archipelagic_waters": (5.0, 90, f'<path d="M0 2.5H5" stroke="{SEA_LINE}" stroke-width="0.6"/>'),
    "potential": (15.0, 30, '<circle cx="7.5" cy="7.5" r="0.9" fill="#6d8fb0"/>'),
    "dispute": (10.0, -45, f'<path d="M0 5H10" stroke="{DISPUTE}" stroke-width="1.1"/>'),
    "protested": (9.0, 45, f'<path d="M0 4.5H9" stroke="{PROTEST}" stroke-width="1.3" stroke-dasharray="5 2"/>'),
    "no_data": (6.0, 0, '<path d="M0 0L6 6M6 0L0 6" stroke="#b3b3b3" stroke-width="0.5"/>'),
}
