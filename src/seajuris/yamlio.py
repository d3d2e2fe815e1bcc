"""Strict reading of YAML that may come from strangers.

Only mappings, lists and scalars; no tags, anchors, aliases, merge keys, directives or duplicate keys; limits on size,
depth and number of values. A scalar is text unless it is ``true``, ``false``, ``null``, or an integer in its plain
form, so that ``NO`` stays Norway, ``12:30`` stays a coordinate and ``010`` stays what was written.

The document is taken apart event by event: nothing that is not accepted is ever built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeAlias

import yaml

from seajuris.errors import SeajurisError
from seajuris.jsonio import parse_json as parse_json
from seajuris.reading import BIDI, CASE, Limits, check_size, fault_of, fault_of_key, short
from seajuris.reading import MAX_BYTES as MAX_BYTES
from seajuris.reading import MAX_DEPTH as MAX_DEPTH
from seajuris.reading import MAX_NODES as MAX_NODES
from seajuris.reading import read_text as read_text

Data: TypeAlias = "dict[str, Data] | list[Data] | str | int | float | bool | None"
"""What a strict reader returns. Floats come from JSON only, and only where they are asked for."""


class _Loader(yaml.CSafeLoader):
    """A loader with its own, much smaller table of implicit types."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_BOOL = re.compile(r"^(?:true|false)$")
_NULL = re.compile(r"^(?:null|~|)$")
_INT = re.compile(r"^(?:0|-?[1-9][0-9]{0,17})$")

_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOL, ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", _NULL, ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-0123456789"))

_WORDS: dict[str, Data] = {"true": True, "false": False, "null": None, "~": None, "": None}

# YAML 1.1 ends a line at these; most editors show one line.
_HIDDEN_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")

_ANCHOR = "anchors and aliases (&name, *name) are not accepted"
_MERGE = "the merge key << is not accepted"
_WRITE_OUT = "Write the value out again."


class _Builder:
    """Turns YAML events into plain data and enforces the limits.

    Args:
        text: The document.
        where: Name of the file or option, for messages.
        error: The class of error to raise.
        limits: How much is read.
    """

    def __init__(self, text: str, where: str, error: type[SeajurisError], limits: Limits) -> None:
        self.text = text
        self.where = where
        self.error = error
        self.limits = limits
        self.escapes = "\\" in text
        # Characters that change the direction of writing may stand in values, which are shown escaped.
        self.directions = len(BIDI.findall(text))
        self.directed = 0

    def fail(self, message: str, event: Any = None, hint: str | None = None) -> NoReturn:
        line = f", line {event.start_mark.line + 1}" if event is not None else ""
        raise self.error(message, where=f"{self.where}{line}", hint=hint)

    def build(self, loader: yaml.CSafeLoader) -> Data:
        """The one document in the stream; `None` for an empty one."""
        loader.get_event()
        start: Any = loader.get_event()
        if isinstance(start, yaml.StreamEndEvent):
            return self._checked(None)
        if start.version is not None or start.tags:
            self.fail("directives (%YAML, %TAG) are not accepted", start, "Remove the line.")
        data = self._document(loader)
        loader.get_event()
        rest = loader.get_event()
        if not isinstance(rest, yaml.StreamEndEvent):
            self.fail("a second document begins here", rest, "Keep one; a line of three hyphens begins another.")
        return self._checked(data)

    def _document(self, loader: yaml.CSafeLoader) -> Data:
        root: list[Data] = []
        containers: list[dict[str, Data] | list[Data]] = [root]
        # For each open mapping the key whose value comes next; None where a key comes next, and in lists.
        keys: list[str | None] = [None]
        nodes = 0
        while True:
            event: Any = loader.get_event()
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                containers.pop()
                keys.pop()
            else:
                inside = containers[-1]
                value = self._value(event)
                if isinstance(inside, dict) and keys[-1] is None:
                    keys[-1] = self._key(event, inside)
                    continue
                nodes += 1
                if nodes > self.limits.nodes:
                    self.fail(f"more than {self.limits.nodes} values", event)
                if isinstance(inside, dict):
                    inside[str(keys[-1])] = value
                    keys[-1] = None
                else:
                    inside.append(value)
                if isinstance(value, dict | list):
                    if len(containers) > self.limits.depth:
                        self.fail(f"nested deeper than {self.limits.depth} levels", event)
                    containers.append(value)
                    keys.append(None)
            if len(containers) == 1:
                return root[0]

    def _value(self, event: Any) -> Data:
        """The value that an event begins: a scalar, or an empty mapping or list to be filled."""
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.fail(_ANCHOR, event, _WRITE_OUT)
        if event.tag is not None:
            self.fail(f"the tag {short(event.tag)} is not accepted", event, "Remove the tag.")
        if isinstance(event, yaml.MappingStartEvent):
            return {}
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        text: str = event.value
        if not event.style:
            if text in _WORDS:
                return _WORDS[text]
            if _INT.match(text):
                return int(text)
        elif self.escapes:
            # Only between double quotes, and only escaped, can a character stand that the parser refuses elsewhere.
            fault = fault_of(text)
            if fault is not None:
                self.fail(fault, event)
        if self.directions:
            self.directed += len(BIDI.findall(self.text, event.start_mark.index, event.end_mark.index))
        return text

    def _key(self, event: Any, inside: dict[str, Data]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self.fail("a key must be a word", event)
        key: str = event.value
        fault = fault_of_key(key)
        if fault is not None:
            self.fail(fault, event)
        if key == "<<" and not event.style:
            self.fail(_MERGE, event, _WRITE_OUT)
        if key in inside:
            self.fail(f"the key {short(key)} stands here twice", event, "Keep one of them.")
        return key

    def _checked(self, data: Data) -> Data:
        if self.directions > self.directed:
            self.fail(
                "a character that changes the direction of writing stands outside a value",
                hint="Type that line afresh: what is seen is not what is read.",
            )
        return data


def parse_yaml(text: str, *, where: str, error: type[SeajurisError], limits: Limits = CASE) -> Data:
    """Read one YAML document strictly.

    Args:
        text: The document.
        where: Name of the file or option, for messages.
        error: The class of error to raise.
        limits: How much is read.

    Returns:
        Plain data; ``None`` for an empty document.

    Raises:
        SeajurisError: of class `error`, with file and line, for anything not accepted.
    """
    with _opened(text, where, error, limits) as loader:
        return _Builder(text, where, error, limits).build(loader)


def compose(text: str, *, where: str, error: type[SeajurisError]) -> yaml.Node | None:
    """The nodes of one YAML document, with the line and column of each.

    Size, depth and number of values are checked, and nothing else; see `hidden`.

    Raises:
        SeajurisError: of class `error`, if the text is too large or no YAML.
    """
    with _opened(text, where, error, CASE) as loader:
        depth = nodes = 0
        while loader.check_event():
            event: Any = loader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            nodes += isinstance(event, yaml.NodeEvent)
            if depth > MAX_DEPTH or nodes > 2 * MAX_NODES:
                line = f"{where}, line {event.start_mark.line + 1}"
                raise error("the file is too large or nested too deep", where=line)
    with _opened(text, where, error, CASE) as loader:
        node: yaml.Node | None = loader.get_single_node()
        return node


def hidden(text: str) -> Iterator[tuple[int, str, str]]:
    """What `parse_yaml` refuses, but the nodes of `compose` do not show: line, fault and remedy of each.

    The text must be one that `compose` accepts.
    """
    loader = _Loader(text)
    try:
        while loader.check_event():
            event: Any = loader.get_event()
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent) and (event.version is not None or event.tags):
                yield line, "directives (%YAML, %TAG) are not accepted", "Remove the line."
            if not isinstance(event, yaml.NodeEvent) or isinstance(event, yaml.AliasEvent):
                continue
            if event.anchor is not None:
                yield line, _ANCHOR, _WRITE_OUT
            if event.tag is not None and event.tag.startswith("tag:yaml.org,2002:"):  # type: ignore[attr-defined]
                yield line, "tags (!!str) are not accepted", "Remove the tag."
            if isinstance(event, yaml.ScalarEvent) and (fault := fault_of(event.value)) is not None:
                yield line, fault, "Remove it."
    finally:
        loader.dispose()
    if (found := BIDI.search(text)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        yield line, f"U+{ord(found[0]):04X} changes the direction of writing", "Type the line afresh."


@contextmanager
def _opened(text: str, where: str, error: type[SeajurisError], limits: Limits) -> Iterator[Any]:
    """A loader for a text; what it raises becomes an error of class `error`."""
    check_size(text, limits, where=where, error=error)
    broken = _HIDDEN_BREAK.search(text)
    if broken is not None:
        line = text.count("\n", 0, broken.start()) + 1
        raise error(
            f"U+{ord(broken[0]):04X} ends a line here, and most editors do not show it",
            where=f"{where}, line {line}",
            hint="End lines with a line feed.",
        )
    try:
        loader = _Loader(text)
        try:
            yield loader
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as fault:
        line_ = f", line {fault.problem_mark.line + 1}" if fault.problem_mark else ""
        raise error(f"not valid YAML: {fault.problem}", where=f"{where}{line_}") from None
    except (yaml.YAMLError, UnicodeError, RecursionError) as fault:
        raise error(f"not valid YAML: {str(fault).splitlines()[0]}", where=where) from None
