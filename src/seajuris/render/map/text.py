"""How wide text is: the metrics of Liberation Sans, which are those of Arial and Helvetica."""

from __future__ import annotations

import unicodedata

# Advance widths of the characters from space to tilde, thousandths of the size (regular, bold).
_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 "
    "584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 "
    "333 611 556 778 556 556 500 389 280 389 584"
)
_WIDTHS = {
    bold: {chr(32 + i): int(width) for i, width in enumerate(table.split())}
    for bold, table in ((False, _REGULAR), (True, _BOLD))
}
_OTHERS = {"°": 400, "′": 190, "–": 556, "…": 1000, "±": 549, "©": 737, "·": 278, "\u00a0": 278}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line in units of the size; letters with accents are as wide as without, others are wide."""
    table = _WIDTHS[bold]
    total = 0
    for character in text:
        known = table.get(character) or _OTHERS.get(character)
        if known is None:
            base = unicodedata.normalize("NFD", character)[0]
            known = table.get(base, 1000 if unicodedata.east_asian_width(character) in "WF" else 720)
        total += known
    return total * size / 1000


def wrapped(text: str, size: float, limit: float, *, bold: bool = False) -> list[str]:
    """Lines no wider than a limit; a word that is wider than a line is broken."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size, bold=bold) <= limit:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and width(lines[-1] + character, size, bold=bold) > limit:
                lines.append("")
            lines[-1] += character
    return lines
