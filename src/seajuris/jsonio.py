"""Strict reading of JSON that may come from strangers: case files, requests, records, maps.

As strict as `seajuris.yamlio`: no key twice in one object (other programs take the first, or the last), no NaN or
infinity, limits on size, depth and number of values. A number with a point or an exponent stays the text that was
written, as in YAML, so that ``36.10`` keeps its digits; a reader that needs numbers asks for them.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from seajuris.errors import SeajurisError
from seajuris.reading import CASE, MAX_DIGITS, Limits, check_size, fault_of, fault_of_key, short

if TYPE_CHECKING:
    from seajuris.yamlio import Data

# A string that does not end runs to the end of the text: each character is looked at once, whatever stands there.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]+|[\]}]+|,', re.DOTALL)


def parse_json(
    text: str,
    *,
    where: str,
    error: type[SeajurisError],
    limits: Limits = CASE,
    numbers: bool = False,
) -> Data:
    """Read one JSON document strictly.

    Args:
        text: The document.
        where: Name of the file or option, for messages.
        error: The class of error to raise.
        limits: How much is read.
        numbers: Whether a number with a point or an exponent becomes a float; otherwise it stays text.

    Raises:
        SeajurisError: of class `error`, with file and line, for anything not accepted.
    """
    check_size(text, limits, where=where, error=error)
    # Counted before anything is built: a document can be a hundred times larger in memory than in its file.
    _check_shape(text, limits, where, error)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            fault = fault_of_key(key)
            if fault is not None:
                raise error(fault, where=where)
            if key in found:
                raise error(f"the key {short(key)} stands twice in one object", where=where, hint="Keep one of them.")
            found[key] = value
        return found

    def refuse(word: str) -> None:
        raise error(f"{word} is not a value", where=where)

    def whole(digits: str) -> int:
        if len(digits.lstrip("-")) > MAX_DIGITS:
            raise error(f"a number of more than {MAX_DIGITS} digits", where=where)
        return int(digits)

    def decimal(written: str) -> float | str:
        if not numbers:
            return written
        number = float(written)
        if not math.isfinite(number):
            raise error(f"{short(written)} is too large for a number", where=where)
        return number

    try:
        data: Data = json.loads(
            text, object_pairs_hook=unique, parse_constant=refuse, parse_int=whole, parse_float=decimal
        )
    except json.JSONDecodeError as fault:
        raise error(f"not valid JSON: {fault.msg}", where=f"{where}, line {fault.lineno}") from None
    except RecursionError:
        raise error(f"nested deeper than {limits.depth} levels", where=where) from None
    if "\\u" in text or fault_of(text) is not None:
        _check_characters(data, where, error)
    return data


def _check_shape(text: str, limits: Limits, where: str, error: type[SeajurisError]) -> None:
    depth, nodes = 0, 1
    for match in _TOKEN.finditer(text):
        token = match[0]
        first = token[0]
        if first in "[{":
            # Each may hold a value of its own.
            depth += len(token)
            nodes += len(token)
        elif first in "]}":
            depth -= len(token)
        elif first == ",":
            nodes += 1
        else:
            continue
        if depth > limits.depth:
            raise error(f"nested deeper than {limits.depth} levels", where=where)
        if nodes > limits.nodes:
            raise error(f"more than {limits.nodes} values", where=where)


def _check_characters(data: Data, where: str, error: type[SeajurisError]) -> None:
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            fault = fault_of(value)
            if fault is not None:
                raise error(fault, where=where)
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
