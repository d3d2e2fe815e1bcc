"""JSON values one after the other out of a long text, each with the text it was read from.

The values themselves are read by the standard library; this only finds where they begin, and never holds more of the
text than the longest of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from seajuris.errors import InputError

_CHUNK = 1 << 18
MAX_VALUE = 20_000_000
"""Longest value, in characters."""


class Repeated(dict[str, Any]):
    """An object in which a name stands more than once: which of the values is meant cannot be known."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(found)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON value")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse)


class Framed:
    """A text of which values are taken off the front.

    Args:
        stream: The text.
        where: Name of the input, for messages.
    """

    def __init__(self, stream: TextIO, where: str) -> None:
        self._stream = stream
        self._where = where
        self._text = ""
        self._at = 0
        self._ended = False
        self.line = 1

    def fail(self, what: str) -> InputError:
        """The error for something that stands where the text is now."""
        return InputError(f"line {self.line}: {what}", where=self._where)

    def _more(self, size: int = _CHUNK) -> None:
        chunk = self._stream.read(size)
        self._ended = not chunk
        self._text = self._text[self._at :] + chunk
        self._at = 0

    def _pass(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in " \t\r\n":
                at += 1
            self._pass(at)
            if at < len(text):
                return text[at]
            if self._ended:
                return ""
            self._more()

    def take(self, char: str, what: str) -> None:
        """Take one character.

        Raises:
            InputError: if another one stands there.
        """
        found = self.peek()
        if found != char:
            shown = repr(found) if found else "the end of the file"
            raise self.fail(f"{what}: {char!r} is needed, {shown} is found")
        self._pass(self._at + 1)

    def value(self) -> tuple[Any, str]:
        """The next value, and the text of it.

        Raises:
            InputError: if none stands there, or it is too long.
        """
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as fault:
                if self._ended or len(self._text) - self._at > MAX_VALUE:
                    raise self.fail(f"not valid JSON ({_words(fault)})") from None
            else:
                # A number could go on in what has not been read yet.
                if self._ended or end < len(self._text):
                    raw = self._text[self._at : end]
                    self._pass(end)
                    return found, raw
            self._more(max(_CHUNK, len(self._text) - self._at))

    def rest(self) -> str:
        """All that is left."""
        text = self._text[self._at :] + self._stream.read(MAX_VALUE)
        if len(text) >= MAX_VALUE:
            raise self.fail("what follows is too long")
        return text


def _words(fault: Exception) -> str:
    if isinstance(fault, json.JSONDecodeError):
        return fault.msg
    return "nested too deeply" if isinstance(fault, RecursionError) else str(fault)[:200]


def parse(text: str) -> Any:
    """Read one value that is the whole text.

    Raises:
        ValueError: if it is not, saying why.
    """
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as fault:
        raise ValueError(f"not valid JSON: {fault.msg} at character {fault.pos + 1}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def spans(raw: str) -> Iterator[tuple[str, int, int]]:
    """The members of an object: name, and where the text of the value begins and ends.

    Args:
        raw: The text of a valid object.
    """
    at = raw.index("{") + 1
    while True:
        while raw[at] in " \t\r\n,":
            at += 1
        if raw[at] == "}":
            return
        name, at = DECODER.raw_decode(raw, at)
        while raw[at] in " \t\r\n:":
            at += 1
        begin = at
        _, at = DECODER.raw_decode(raw, begin)
        yield name, begin, at
