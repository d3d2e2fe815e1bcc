"""The grammar of positions: tokens to two exact angles.

A text is split into two halves by labels, hemisphere letters, one separator, or degree marks; each half is read as
degrees, minutes and seconds. Where two readings remain, the error shows both. Angles stay ratios of integers, so
that ``90.00000000000000001`` is beyond the pole and ``12°36'`` is the float nearest to 12.6.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from seajuris._position_tokens import ACCEPTED, Token, tokens_of
from seajuris.errors import PositionError
from seajuris.quantity import plural

Order = Literal["latlon", "lonlat"]

LETTERS = "Write the hemisphere letters: 36°15.0'N 021°04.0'E."
_AXES = {"N": "lat", "S": "lat", "E": "lon", "W": "lon"}
_NAMES = {"lat": "latitude", "lon": "longitude"}
_PARTS = ("degrees", "minutes", "seconds")
_MAX_DECIMALS = 10  # of a minute: 0.2 micrometres, about where a float ends


@dataclass(frozen=True, slots=True)
class Angle:
    """An exact angle: `num` / `den` degrees. One `den`-th of a degree is the last digit written."""

    num: int
    den: int

    @property
    def degrees(self) -> float:
        """The float nearest to the angle, in degrees; never ``-0.0``."""
        return self.num / self.den


@dataclass(frozen=True, slots=True)
class Typed:
    """The text as typed, for the readings in an error (empty: look for none), and the order of a bare pair."""

    text: str
    order: Order


def unclear(fault: str, readings: Sequence[str], advice: str) -> PositionError:
    """The error for text with more than one reading; it shows them all."""
    return PositionError(fault, hint=f"It could mean {', or '.join(readings)}. {advice}")


def angle(parts: Sequence[str], *, negative: bool = False) -> Angle:
    """Build an angle from the digits of degrees, minutes and seconds.

    Raises:
        PositionError: if minutes or seconds reach 60, or another part than the last has a fraction.
    """
    for name, part in zip(_PARTS, parts[:-1], strict=False):
        if "." in part:
            raise PositionError(
                f"the {name} ({part}) have a fraction, yet another part follows",
                hint="Only the last part may have a fraction: 35.5° or 35°30' or 35°30.5'.",
            )
    whole, _, fraction = parts[-1].partition(".")
    numbers = [*map(int, parts[:-1]), int(whole)]
    for name, number, part in zip(_PARTS[1:], numbers[1:], parts[1:], strict=False):
        if number >= 60:
            raise PositionError(
                f"{name} must be below 60, not {part}",
                hint=f"Check the {name}, or write decimal degrees.",
            )
    total = 0
    for number in numbers:
        total = total * 60 + number
    tens = 10 ** len(fraction)
    total = total * tens + int(fraction or "0")
    return Angle(-total if negative else total, 60 ** (len(parts) - 1) * tens)


def packed(text: str, degree_digits: int) -> Angle | None:
    """Read ``3530.0`` or ``353000`` (two degree digits), ``01236.0`` (three); None if it is neither."""
    digits = len(text.partition(".")[0]) - degree_digits
    if digits not in (0, 2, 4):
        return None
    cuts = range(degree_digits, degree_digits + digits, 2)
    starts, ends = [0, *cuts], [*cuts, len(text)]
    return angle([text[start:end] for start, end in zip(starts, ends, strict=True)])


def decimals_for(*angles: Angle) -> int:
    """Decimals of a minute that keep every digit typed; at least 1, at most 10."""
    finest = max(item.den for item in angles)
    return next((n for n in range(1, _MAX_DECIMALS) if 60 * 10**n >= finest), _MAX_DECIMALS)


def canonical(lat: Angle, lon: Angle, decimals: int | None = None) -> str:
    """State a position as ``36°15.0'N 021°04.0'E``; halves are rounded away from zero."""
    decimals = decimals_for(lat, lon) if decimals is None else decimals
    texts = []
    for item, width, letters in ((lat, 2, "NS"), (lon, 3, "EW")):
        scale = 10**decimals
        total = (2 * abs(item.num) * 60 * scale + item.den) // (2 * item.den)
        degrees, rest = divmod(total, 60 * scale)
        minutes, fraction = divmod(rest, scale)
        point = f".{fraction:0{decimals}d}" if decimals else ""
        letter = letters[1] if item.num < 0 and total else letters[0]
        texts.append(f"{degrees:0{width}d}°{minutes:02d}{point}'{letter}")
    return " ".join(texts)


def checked(lat: Angle, lon: Angle) -> tuple[Angle, Angle]:
    """Return the pair if it lies on the Earth.

    Raises:
        PositionError: if the latitude is beyond 90 or the longitude beyond 180 degrees.
    """
    if abs(lat.num) > 90 * lat.den:
        fault = "the latitude is beyond 90 degrees"
        if abs(lat.num) <= 180 * lat.den and abs(lon.num) <= 90 * lon.den:
            hint = f"Were the two swapped? Then it is {canonical(lon, lat)}: write it so."
        else:
            hint = "A latitude lies between 90°S and 90°N. Digits in a row (3530.0N) need a letter."
        raise PositionError(fault, hint=hint)
    if abs(lon.num) > 180 * lon.den:
        hint = "A longitude lies between 180°W and 180°E. Digits in a row (01236.0E) need a letter."
        if 180 * lon.den < lon.num <= 360 * lon.den:
            turned = canonical(lat, Angle(lon.num - 360 * lon.den, lon.den))
            hint = f"If it counts from 0 to 360 eastwards, it is {turned}: write it so."
        raise PositionError("the longitude is beyond 180 degrees", hint=hint)
    return lat, lon


def read_pair(text: str, order: Order) -> tuple[Angle, Angle]:
    """Read cleaned text as latitude and longitude.

    Raises:
        PositionError: if there is not exactly one reading, or it lies not on the Earth.
    """
    tokens = tokens_of(text)
    letters = [token for token in tokens if token.kind == "letter"]
    if len(letters) > 2:
        raise PositionError("more than one hemisphere letter on one half", hint=LETTERS)
    if any(len(token.text) > 1 for token in letters):
        raise _double_letter(tokens, order)
    return checked(*_pair(tokens, Typed(text, order)))


def _double_letter(tokens: list[Token], order: Order) -> PositionError:
    """The error for letters with two meanings, at most two of them."""
    variants = [tokens]
    for at, token in enumerate(tokens):
        if token.kind == "letter":
            variants = [[*v[:at], replace(token, text=one), *v[at + 1 :]] for v in variants for one in token.text]
    readings = []
    for variant in variants:
        try:
            readings.append(canonical(*checked(*_pair(variant, Typed("", order)))))
        except PositionError:
            continue
    doubles = {token.text for token in tokens if token.kind == "letter"}
    if "WE" in doubles:
        fault = "the letter O is West in French, Italian and Spanish, East in German and Dutch"
        advice = "Write W or E; for degrees write °."
    else:
        fault = "the Greek letter nu means south in Greek, but looks like the N of north"
        advice = "Write a Latin N or S."
    return unclear(fault, readings or ["either"], advice)


def _pair(tokens: list[Token], typed: Typed) -> tuple[Angle, Angle]:
    labels = [i for i, token in enumerate(tokens) if token.kind == "label"]
    letters = [i for i, token in enumerate(tokens) if token.kind == "letter"]
    if labels:
        if labels[0] != 0 or len(labels) != 2:
            raise PositionError("labels must stand before both halves", hint="lat=35.5 lon=12.6")
        if len(letters) == 1:
            raise _one_letter(tokens, tokens[letters[0]].text)
        axes = [tokens[i].text for i in labels]
        halves = [tokens[1 : labels[1]], tokens[labels[1] + 1 :]]
    elif letters:
        halves = _split_by_letters(tokens, letters)
        axes = [_AXES[tokens[i].text] for i in letters]
    else:
        halves = _split_bare(tokens, typed)
        axes = ["lat", "lon"] if typed.order == "latlon" else ["lon", "lat"]
    if axes[0] == axes[1]:
        raise PositionError(f"two {_NAMES[axes[0]]}s and no other half", hint=LETTERS)
    if (labels or letters) and halves[0] and halves[0][-1].kind in ("sep", "dash"):
        halves[0].pop()
    elif letters and not labels and halves[1] and halves[1][0].kind in ("sep", "dash"):
        # Never after a label: in `lon= - 12.6` the dash is a sign.
        halves[1].pop(0)
    angles = {axis: _half(half, axis, typed) for axis, half in zip(axes, halves, strict=True)}
    pair = angles["lat"], angles["lon"]
    if letters and not labels:
        _same_parts(halves, pair)
    return pair


def _same_parts(halves: list[list[Token]], angles: tuple[Angle, Angle]) -> None:
    """Refuse ``N35 E12 10``: a stray number beside a half would be taken for its minutes or degrees."""
    counts = [[token.kind for token in half].count("num") for half in halves]
    blank = any((a.kind, b.kind) == ("num", "num") for half in halves for a, b in pairwise(half))
    if blank and counts[0] != counts[1]:
        fault = f"{plural(counts[0], 'number')} in the first half and {plural(counts[1], 'number')} in the second"
        readings = [canonical(*checked(*angles)), "one number is not part of it"]
        raise unclear(fault, readings, f"Mark degrees and minutes. {LETTERS}")


def _split_by_letters(tokens: list[Token], letters: list[int]) -> list[list[Token]]:
    if len(letters) == 1:
        raise _one_letter(tokens, tokens[letters[0]].text)
    leading, trailing = letters[0] == 0, letters[1] == len(tokens) - 1
    if leading == trailing:
        raise PositionError("the hemisphere letters must both stand before, or both after, their numbers", hint=LETTERS)
    cut = letters[1] if leading else letters[0] + 1
    return [tokens[:cut], tokens[cut:]]


def _one_letter(tokens: list[Token], letter: str) -> PositionError:
    fault = f"only one hemisphere letter ({letter}): the other half is missing or has no letter"
    readings: dict[str, None] = {}
    others = "EW" if _AXES[letter] == "lat" else "NS"
    # More than three numbers a half are refused anyhow: no need to try every place for the letter.
    for other in others if len(tokens) <= 4 * len(_PARTS) else "":
        for at in range(1, len(tokens) + 1):
            try:
                pair = _pair([*tokens[:at], Token("letter", other), *tokens[at:]], Typed("", "latlon"))
                readings[canonical(*checked(*pair))] = None
            except PositionError:
                continue
    if len(readings) == 2:
        return unclear(fault, list(readings), "Write the letters of both halves, or signs.")
    return PositionError(fault, hint=f"Give {others[0]} or {others[1]} for it. {LETTERS}")


def _split_bare(tokens: list[Token], typed: Typed) -> list[list[Token]]:
    """Split a text without letters and labels, or say why it cannot be split."""
    text = typed.text
    kinds = [token.kind for token in tokens]
    seps = [i for i, kind in enumerate(kinds) if kind == "sep"]
    count = kinds.count("num")
    if "hyphen" in kinds or "dash" in kinds:
        readings = _readings(
            typed.order,
            re.sub("(?<=[0-9])-(?=[0-9])", ":", text),
            re.sub(" ?- ?", " ", text),
            re.sub(" ?- ?", " -", text),
        )
        advice = f"Write a sign directly before its number, after a blank. {LETTERS}"
        raise unclear("the dash could be a separator or a minus sign", readings, advice)
    tight = sum(tokens[i].tight for i in seps)
    if "." not in text and (tight > 1 or (tight == 1 and count == 3)):
        raise _comma(typed)
    if tight == 1 and count == 2 and "." not in text:
        readings = [*_readings(typed.order, text.replace(",", ", ")), f"{text.replace(',', '.')} alone, half missing"]
        raise unclear(f"the comma in {text} is unclear", readings, "Put a blank after the comma.")
    if len(seps) > 1:
        hint = "Leave out a height and the like; write a decimal point, not a comma."
        raise PositionError(f"{len(seps) + 1} parts between separators, where two belong", hint=hint)
    if seps:
        return [tokens[: seps[0]], tokens[seps[0] + 1 :]]
    starts = [i - 1 for i, token in enumerate(tokens) if token.kind == "mark" and token.text == "°"]
    if not starts:
        # Numbers that no colon ties to the one before.
        starts = [i for i, kind in enumerate(kinds) if kind == "num" and kinds[:i][-1:] != ["colon"]]
    if count < 2 or (len(starts) == 1 and {"'", '"', ":"} & {token.text for token in tokens}):
        raise PositionError("half of the position is missing", hint=ACCEPTED)
    if len(starts) == 1:
        numbers = [token.sign + token.text for token in tokens if token.kind == "num"]
        readings = [f"{text} as one half, the other missing", *_readings(typed.order, ", ".join(numbers))]
        raise unclear("half of the position, or its marks, are missing", readings, LETTERS)
    if len(starts) != 2:
        raise _numbers(tokens, typed)
    return [tokens[: starts[1]], tokens[starts[1] :]]


def _numbers(tokens: list[Token], typed: Typed) -> PositionError:
    numbers = [token.sign + token.text for token in tokens if token.kind == "num"]
    fault = f"{plural(len(numbers), 'number')} without marks or letters"
    if len(numbers) not in (4, 6):
        return PositionError(f"{fault}: where the latitude ends is not certain", hint=LETTERS)
    if not typed.text:
        return PositionError(fault)
    half = len(numbers) // 2
    texts = [f"{':'.join(numbers[:half])}, {':'.join(numbers[half:])}"]
    if half == 2 and "." not in typed.text:
        texts.append(f"{'.'.join(numbers[:2])}, {'.'.join(numbers[2:])}")
    readings = [*_readings(typed.order, *texts), f"the {len(numbers)} separate numbers {', '.join(numbers)}"]
    return unclear(fault, readings, LETTERS)


def _comma(typed: Typed) -> PositionError:
    text = typed.text
    fault = f"the comma in {text} could be a decimal comma or a separator"
    rewritten = [re.sub("(?<=[0-9]),(?=[0-9])", mark, text) for mark in ".:"]
    numbers = re.findall(r"[0-9]+(?:\.[0-9]+)?", text)
    readings = [*_readings(typed.order, *rewritten), f"the {len(numbers)} separate numbers {', '.join(numbers)}"]
    return unclear(fault, readings, "Write a decimal point.")


def _readings(order: Order, *texts: str) -> list[str]:
    """What rewritten texts would mean, where they are positions at all.

    They are read without their text, so that an error in them looks for no further readings.
    """
    found: dict[str, None] = {}
    for text in texts:
        try:
            found[canonical(*checked(*_pair(tokens_of(text), Typed("", order))))] = None
        except PositionError:
            continue
    return list(found)


def _half(tokens: list[Token], axis: str, typed: Typed) -> Angle:
    """Read one half: a number with a letter, or degrees, minutes and seconds."""
    letters = [token.text for token in tokens if token.kind == "letter"]
    name = _NAMES[axis]
    if any(_AXES[letter] != axis for letter in letters):
        raise PositionError(f"{letters[0]} is no {name}", hint=LETTERS)
    if len(letters) > 1:
        raise PositionError(f"two letters on the {name}", hint=LETTERS)
    body = [token for token in tokens if token.kind != "letter"]
    if letters and len(tokens) > 1 and "letter" not in (tokens[0].kind, tokens[-1].kind):
        raise PositionError(f"the letter stands within the {name}", hint=LETTERS)
    if any(token.kind == "sep" and token.tight for token in body):
        raise _comma(typed)
    parts, signs, marked, joined = _parts(body, name)
    if signs[0] and letters:
        raise PositionError(
            f"the {name} has both a sign ({signs[0]}) and a letter ({letters[0]})",
            hint="Write -35.5 or 35.5S, not both.",
        )
    if any(signs[1:]):
        raise PositionError(f"the minutes or seconds of the {name} have a sign", hint="Only degrees may have one.")
    if not letters and (joined == "-" or (len(parts) > 1 and not marked and not joined)):
        fault = f"the {name} has {len(parts)} numbers without marks or letters"
        rewritten = [re.sub("(?<=[0-9])[ -](?=[0-9])", mark, typed.text) for mark in ":."]
        readings = [*_readings(typed.order, *rewritten), f"the separate numbers {', '.join(parts)}"]
        raise unclear(fault, readings, LETTERS)
    negative = signs[0] == "-" or letters in (["S"], ["W"])
    digits = len(parts[0].partition(".")[0])
    if len(parts) == 1 and letters and not marked and digits > 3:
        found = packed(parts[0], 2 if axis == "lat" else 3)
        if found is None:
            forms = "3530N or 353000N" if axis == "lat" else "01236E or 0123600E"
            raise PositionError(f"{parts[0]} is no {name}", hint=f"Digits in a row: {forms}.")
        return replace(found, num=-found.num if negative else found.num)
    return angle(parts, negative=negative)


def _parts(body: list[Token], name: str) -> tuple[list[str], list[str], bool, str]:
    """Take a half apart: digits and signs of each part, whether a mark stands there, what joins them."""
    parts: list[str] = []
    signs: list[str] = []
    marked = False
    joined = ""
    previous = ""
    for token in body:
        if token.kind == "num":
            parts.append(token.text)
            signs.append(token.sign)
        elif token.kind == "mark" and previous == "num":
            expected = "°'\""[len(parts) - 1 : len(parts)]
            if token.text != expected:
                raise PositionError(
                    f"the mark {token.text} after {parts[-1]} does not fit the {name}",
                    hint="The order is degrees °, minutes ', seconds \".",
                )
            marked = True
        elif token.kind in ("hyphen", "colon") and previous in ("num", "mark"):
            if joined not in ("", token.text):
                raise PositionError(f"the {name} mixes - and :", hint=LETTERS)
            joined = token.text
        else:
            raise PositionError(f"{token.text!r} has no meaning in the {name}", hint=ACCEPTED)
        previous = token.kind
    if not parts:
        raise PositionError(f"the {name} has no number", hint=ACCEPTED)
    if len(parts) > 3:
        raise PositionError(f"the {name} has {len(parts)} numbers, at most 3 are read", hint=LETTERS)
    return parts, signs, marked, joined
