"""Typed text made plain, and lengths with units.

Text that people paste holds typographic minus signs, primes, no-break spaces and digits of other scripts.
`clean` maps what has one meaning to ASCII and refuses what cannot be seen; nothing else is changed.
"""

from __future__ import annotations

import re
import unicodedata

from seajuris.errors import PositionError

MAX_CHARACTERS = 200
METRES_PER_NM = 1852.0
MAX_LENGTH_M = 20_000_000.0
"""About half the way round the Earth: a larger radius covers every position."""

_SAME = (
    ("°", "º˚∘"),
    ("'", "′’‘ʹʼ´`‵"),
    ('"', "″”“ʺ‶"),
    ("-", "−‐‑‒–—﹣"),
    (".", "٫"),
    (",", "،"),
    (";", "؛"),
)
_PLAIN = {ord(char): plain for plain, chars in _SAME for char in chars} | {
    code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)
}

_LENGTH = re.compile(r"(?:±|\+/-)? ?([0-9]+(?:\.[0-9]+)?) ?([^\W\d_]+(?: [^\W\d_]+)?)")
_UNITS = {
    "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0,
    "km": 1000.0, "kilometre": 1000.0, "kilometres": 1000.0, "kilometer": 1000.0,
    "kilometers": 1000.0,
    "nm": METRES_PER_NM, "nmi": METRES_PER_NM, "nautical mile": METRES_PER_NM,
    "nautical miles": METRES_PER_NM,
    "cable": METRES_PER_NM / 10, "cables": METRES_PER_NM / 10,
    "ft": 0.3048, "foot": 0.3048, "feet": 0.3048,
}  # fmt: skip
_UNCLEAR = {"mi": "mile", "mile": "mile", "miles": "mile", "sm": "statute mile or Seemeile"}
_ACCEPTED = "Write a number and a unit: m, km, nm (or M, nautical mile), cable, ft; e.g. 0.5 nm."


def plural(count: int, noun: str) -> str:
    """``1 number``, ``2 numbers``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def name_of(char: str) -> str:
    """Name a character so that it can be told from its look-alikes, e.g. ``U+039D GREEK ...``."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()


def clean(text: str, what: str) -> str:
    """Map typographic variants with one meaning to ASCII; collapse blanks.

    Args:
        text: As typed.
        what: What the text should be, for messages: ``position``, ``length``.

    Returns:
        Text without outer blanks, with single spaces, ASCII digits, signs and marks. Letters stay.

    Raises:
        PositionError: if it is empty, longer than 200 characters, or holds characters that cannot be
            seen (control characters, direction marks, zero-width characters).
    """
    if len(text) > MAX_CHARACTERS:
        raise PositionError(
            f"a {what} of {len(text)} characters is too long",
            hint=f"At most {MAX_CHARACTERS} characters are read.",
        )
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_PLAIN)
    plain: list[str] = []
    for char in text.strip():
        if " " <= char <= "~":
            plain.append(char)
            continue
        category = unicodedata.category(char)
        if category == "Zs" or char == "\t":
            plain.append(" ")
        elif category == "Nd":
            plain.append(str(unicodedata.decimal(char)))
        elif category[0] == "C" or category in ("Zl", "Zp"):
            # A direction mark can show a position in another order than it is stored in.
            raise PositionError(
                f"the {what} holds an invisible or control character ({name_of(char)})",
                hint="Type it afresh instead of pasting it.",
            )
        else:
            plain.append(char)
    result = " ".join("".join(plain).replace("''", '"').split(" ")).strip()
    while "  " in result:
        result = result.replace("  ", " ")
    if not result:
        raise PositionError(f"the {what} is empty")
    return result


def parse_length_m(text: str | float) -> float:
    """Read a length, such as the accuracy of a position.

    Args:
        text: A number with a unit (``1 nm``, ``1 M``, ``1852 m``, ``2 km``), or a `float` or `int` in
            metres. ``M`` is a nautical mile of 1852 m, ``m`` a metre.

    Returns:
        Metres, not negative.

    Raises:
        PositionError: if the unit is missing or unclear, or the number is negative, not finite, or
            larger than the Earth.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise PositionError(f"{text!r} is not a length", hint=_ACCEPTED)
    if not isinstance(text, str):
        return _checked(text)
    plain = clean(text, "length")
    if plain.startswith(("-", "+ ", "+-")):
        raise PositionError(f"the length {plain!r} is negative or signed", hint=_ACCEPTED)
    if re.search("[0-9],[0-9]", plain):
        point, joined = plain.replace(",", "."), plain.replace(",", "")
        raise PositionError(
            f"the comma in {plain!r} is unclear",
            hint=f"It could mean {point!r} or {joined!r}. Write the one that is meant.",
        )
    match = _LENGTH.fullmatch(plain)
    if match is None:
        bare = re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", plain)
        fault = f"the length {plain!r} has no unit" if bare else f"{plain!r} is not a length"
        raise PositionError(fault, hint=_ACCEPTED)
    number, unit = match.groups()
    low = unit.casefold()
    if low in _UNCLEAR:
        raise PositionError(
            f"the unit {unit!r} is unclear ({_UNCLEAR[low]})",
            hint=f"It could mean {number} nautical miles ({number} nm, 1852 m each) "
            f"or {number} statute miles (1609.344 m each). Write nm, or convert to km.",
        )
    # The one unit in which case matters: M is the nautical mile of charts, m the metre.
    factor = METRES_PER_NM if unit == "M" else _UNITS.get(low)
    if factor is None:
        raise PositionError(f"the unit {unit!r} is not known", hint=_ACCEPTED)
    return _checked(float(number) * factor)


def _checked(metres: float) -> float:
    # The number is not repeated in the message: an enormous int cannot even be written out.
    if 0 <= metres <= MAX_LENGTH_M:
        # To a millionth of a metre: as a case writes it down, so that it comes back the same to the last bit.
        return round(float(metres), 6)
    if metres < 0:
        raise PositionError("the length is negative", hint=_ACCEPTED)
    if metres > MAX_LENGTH_M:
        raise PositionError("the length is more than half the way round the Earth", hint=_ACCEPTED)
    raise PositionError("the length is not a number (NaN)", hint=_ACCEPTED)
