"""The words and marks of a position, read left to right in one pass.

Only tokens with a meaning come out. Hemisphere words of the languages around the Mediterranean are known;
a letter that means different things in different languages comes out with both meanings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from seajuris.errors import PositionError
from seajuris.quantity import name_of

ACCEPTED = (
    "Accepted, for instance: 36°15.0'N 021°04.0'E · 36-15.0N 021-04.0E · 3615.0N 02104.0E · "
    "36.25 21.0667 (latitude first) · lat=36.25 lon=21.0667 · +36.25+021.0667/ · "
    "geo:36.25,21.0667 · 47 nm SW of Pylos · 12 M off Lampedusa"
)

_MARKS = {
    "°": ("d", "deg", "degs", "degree", "degrees", "degré", "degrés", "degres", "gradi", "grados"),
    "'": ("m", "min", "mins", "minute", "minutes", "minuti", "minutos"),
    '"': ("sec", "secs", "second", "seconds", "seconde", "secondes", "secondi", "segundos"),
}
_LETTERS = {
    "N": ("n", "north", "nord", "norte", "noord", "kuzey", "β", "βόρεια", "شمال", "شمالا"),
    "S": ("s", "south", "sud", "sur", "sul", "süd", "zuid", "güney", "νότια", "جنوب", "جنوبا"),
    "E": ("e", "east", "est", "este", "leste", "ost", "oost", "doğu", "α", "ανατολικά", "شرق", "شرقا"),
    "W": ("w", "west", "ouest", "oeste", "ovest", "batı", "δ", "δυτικά", "غرب", "غربا"),
    "WE": ("o",),  # Ouest, Oeste, Ovest; but Ost, Oost
    "NS": ("ν",),  # Greek nu: notos, south; but it looks like, and is typed for, the Latin N
}
_LABELS = {"lat": ("lat", "latitude"), "lon": ("lon", "long", "lng", "longitude")}
_WORDS = {
    word: (kind, text)
    for kind, table in (("mark", _MARKS), ("letter", _LETTERS), ("label", _LABELS))
    for text, words in table.items()
    for word in words
}
_GLUED = re.compile(r"(deg|min|sec|d|m|s)([nsewoνβαδ])", re.IGNORECASE)
_DESCRIBING = {"nm", "nmi", "mi", "mile", "miles", "km", "off", "of", "from", "bearing", "cable", "cables", "nautical"}

_TOKEN = re.compile(
    r"(?P<num>[0-9]+(?:\.[0-9]+)?)|(?P<word>[^\W\d_]+)|(?P<mark>[°'\"])|(?P<sep>[,;/|])"
    r"|(?P<sign>[+-])|(?P<colon>:)|(?P<space> )"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One element of a position.

    Args:
        kind: ``num``, ``mark`` (degrees, minutes, seconds), ``letter``, ``label``, ``sep``,
            ``hyphen`` (between two numbers), ``dash`` (standing free) or ``colon``.
        text: Digits, the mark, the hemisphere (two where the letter has two meanings), or the axis.
        sign: Sign written directly before a number.
        tight: Of a comma: that a digit stands on either side.
    """

    kind: str
    text: str
    sign: str = ""
    tight: bool = False


def tokens_of(text: str) -> list[Token]:
    """Split cleaned text into tokens.

    Raises:
        PositionError: at the first character or word that has no meaning where it stands.
    """
    return _with_decimal_commas(_scan(text))


def _is_digit(char: str) -> bool:
    """Whether it is a digit of a number; `str.isdigit` says so of a superscript two as well."""
    return "0" <= char <= "9"


def _scan(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _stray(text, at)
        kind, piece, end = str(match.lastgroup), match.group(), match.end()
        apart = at == 0 or text[at - 1] == " "
        before = "" if apart else tokens[-1].kind
        digit_next = _is_digit(text[end : end + 1])
        if kind == "word":
            found = _word(piece, tokens)
            tokens += found
            if found[-1].kind == "label":
                end = _after_label(text, end)
        elif kind == "sign":
            number = _TOKEN.match(text, end) if digit_next else None
            if number is not None and before not in ("num", "mark"):
                tokens.append(Token("num", number.group(), sign=piece))
                end = number.end()
            elif piece == "-" and number is not None:
                tokens.append(Token("hyphen", piece))
            elif piece == "-" and apart and text[end : end + 1] == " ":
                tokens.append(Token("dash", piece))
            else:
                raise _stray(text, at)
        elif kind == "sep":
            tokens.append(Token(kind, piece, tight=piece == "," and before == "num" and digit_next))
        elif kind == "colon" and not (before == "num" and digit_next):
            raise _stray(text, at)
        elif kind != "space":
            tokens.append(Token(kind, piece))
        at = end
    return tokens


def _after_label(text: str, at: int) -> int:
    """Skip what may follow a label: ``Lat. 35``, ``lat = 35``, ``lat: 35``; but not ``lat.5``."""
    if text[at : at + 1] == "." and not _is_digit(text[at + 1 : at + 2]):
        at += 1
    sign = at + 1 if text[at : at + 1] == " " else at
    return sign + 1 if text[sign : sign + 1] in ("=", ":") else at


def _word(word: str, tokens: list[Token]) -> list[Token]:
    low = word.casefold()
    if word == "s" and [token.kind for token in tokens[-2:]] == ["mark", "num"] and tokens[-2].text == "'":
        # After the minutes a small s is seconds. Were it meant as South, that half would have no letter,
        # and the text would be refused.
        return [Token("mark", '"')]
    if low in _WORDS:
        return [Token(*_WORDS[low])]
    glued = _GLUED.fullmatch(word)
    if glued is not None:
        unit, letter = glued.group(1).casefold(), glued.group(2).casefold()
        return [Token("mark", '"') if unit == "s" else Token(*_WORDS[unit]), Token(*_WORDS[letter])]
    if low in ("nan", "inf", "infinity"):
        raise PositionError(f"{word!r} is not a number", hint=ACCEPTED)
    if low in _DESCRIBING:
        raise PositionError(
            f"a distance ({word!r}) without the place that it counts from",
            hint="47 nm SW of Pylos · 12 M off Lampedusa · 47 nm 225 from 36.9, 21.7",
        )
    shown = word if word.isascii() else f"{word!r} ({name_of(word[0])})"
    fault = f"the word {shown} is no part of a position; places are read only with a distance from them"
    raise PositionError(fault, hint=ACCEPTED)


def _stray(text: str, at: int) -> PositionError:
    char = text[at]
    if char == "." and _is_digit(text[at - 1 : at]) and _is_digit(text[at + 1 : at + 2]):
        return PositionError(
            "a number has two decimal points",
            hint="For degrees, minutes and seconds write 35°30'00\"N or 35-30-00N.",
        )
    shown = char if char.isascii() else f"{char} ({name_of(char)})"
    return PositionError(f"{shown!r} at character {at + 1} has no meaning there", hint=ACCEPTED)


def _with_decimal_commas(tokens: list[Token]) -> list[Token]:
    """Join ``30,5'``: before a degree, minute or second mark a comma can only be a decimal comma."""
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        four = tokens[at : at + 4]
        fits = [token.kind for token in four] == ["num", "sep", "num", "mark"] and four[1].tight
        chained = bool(result) and result[-1].tight
        if fits and not chained and "." not in four[0].text + four[2].text:
            result.append(replace(four[0], text=f"{four[0].text}.{four[2].text}"))
            at += 3
        else:
            result.append(tokens[at])
            at += 1
    return result
