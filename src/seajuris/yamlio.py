"""Strict reading of YAML and JSON that may come from strangers.

Only mappings, sequences and scalars; no tags, aliases, anchors or duplicate keys; limits on size, depth and
number of nodes. A scalar is text unless it is ``true``, ``false``, ``null``, or an integer in its plain
form, so that ``NO`` stays Norway, ``12:30`` stays a coordinate and ``010`` stays what was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from seajuris.errors import SeajurisError

Data: TypeAlias = "dict[str, Data] | list[Data] | str | int | float | bool | None"
"""What a strict reader returns. Floats come from JSON only."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 50_000
MAX_DIGITS = 18


class _Loader(yaml.CSafeLoader):
    """A loader with its own, much smaller table of implicit types."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_BOOL = re.compile(r"^(?:true|false)$")
_NULL = re.compile(r"^(?:null|~|)$")
_INT = re.compile(r"^(?:0|-?[1-9][0-9]{0,17})$")

_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOL, ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", _NULL, ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-0123456789"))

# What each kind of scalar looks like in its plain form.
_PLAIN: dict[str, Callable[[str], object]] = {
    "bool": _BOOL.match,
    "null": _NULL.match,
    "int": _INT.match,
    "str": lambda _: True,
}


class _Builder:
    """Turns YAML nodes into plain data and enforces the limits."""

    def __init__(self, where: str, error: type[SeajurisError]) -> None:
        self.where = where
        self.error = error
        self.nodes = 0
        self.seen: set[int] = set()

    def fail(self, message: str, node: yaml.Node | None = None, hint: str | None = None) -> SeajurisError:
        line = f", line {node.start_mark.line + 1}" if node is not None else ""
        return self.error(message, where=f"{self.where}{line}", hint=hint)

    def build(self, node: yaml.Node, depth: int = 0) -> Data:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.fail(f"more than {MAX_NODES} values", node)
        if depth > MAX_DEPTH:
            raise self.fail(f"nested deeper than {MAX_DEPTH} levels", node)
        if id(node) in self.seen:
            raise self.fail("aliases (*name) are not accepted", node, "Write the value out again.")
        self.seen.add(id(node))
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, depth)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self.build(child, depth + 1) for child in node.value]
        # A tag that differs from what the text itself resolves to was written out.
        if isinstance(node, yaml.ScalarNode) and kind in _PLAIN and _PLAIN[kind](node.value):
            return self._scalar(kind, node.value)
        raise self.fail(f"the tag {node.tag!r} is not accepted", node, "Remove the tag.")

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Data]:
        result: dict[str, Data] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.fail("a key must be a word", key_node)
            key = key_node.value
            if key in result:
                raise self.fail(f"the key {key!r} stands here twice", key_node, "Keep one of them.")
            result[key] = self.build(value_node, depth + 1)
        return result

    @staticmethod
    def _scalar(kind: str, text: str) -> Data:
        if kind == "bool":
            return text == "true"
        if kind == "null":
            return None
        return int(text) if kind == "int" else text


def parse_yaml(text: str, *, where: str, error: type[SeajurisError]) -> Data:
    """Read one YAML document strictly.

    Args:
        text: The document.
        where: Name of the file or option, for messages.
        error: The class of error to raise.

    Returns:
        Plain data; ``None`` for an empty document.

    Raises:
        SeajurisError: of class `error`, with file and line, for anything not accepted.
    """
    with _yaml_faults(where, error):
        node = compose(text, where=where, error=error)
        return None if node is None else _Builder(where, error).build(node)


def compose(text: str, *, where: str, error: type[SeajurisError]) -> yaml.Node | None:
    """The nodes of one YAML document, with the line and column of each; nothing in them is checked yet.

    Raises:
        SeajurisError: of class `error`, if the text is too large or no YAML.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise error(f"larger than {MAX_BYTES} bytes", where=where)
    loader = _Loader(text)
    try:
        with _yaml_faults(where, error):
            return loader.get_single_node()
    finally:
        loader.dispose()


@contextmanager
def _yaml_faults(where: str, error: type[SeajurisError]) -> Iterator[None]:
    try:
        yield
    except yaml.MarkedYAMLError as fault:
        line = f", line {fault.problem_mark.line + 1}" if fault.problem_mark else ""
        raise error(f"not valid YAML: {fault.problem}", where=f"{where}{line}") from None
    except (yaml.YAMLError, UnicodeError, RecursionError) as fault:
        raise error(f"not valid YAML: {str(fault).splitlines()[0]}", where=where) from None


def parse_json(text: str, *, where: str, error: type[SeajurisError]) -> Data:
    """Read one JSON document with the same strictness as `parse_yaml`."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise error(f"larger than {MAX_BYTES} bytes", where=where)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise error(f"the key {key!r} stands twice in one object", where=where)
        return dict(pairs)

    def refuse(word: str) -> None:
        raise error(f"{word} is not a value", where=where)

    def short(digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            raise error(f"a number of more than {MAX_DIGITS} digits", where=where)
        return int(digits)

    try:
        data: Data = json.loads(text, object_pairs_hook=unique, parse_constant=refuse, parse_int=short)
    except json.JSONDecodeError as fault:
        raise error(f"not valid JSON: {fault.msg}", where=f"{where}, line {fault.lineno}") from None
    except RecursionError:
        raise error(f"nested deeper than {MAX_DEPTH} levels", where=where) from None
    _check_limits(data, where, error)
    return data


def _check_limits(data: Data, where: str, error: type[SeajurisError]) -> None:
    stack: list[tuple[Data, int]] = [(data, 0)]
    nodes = 0
    while stack:
        value, depth = stack.pop()
        nodes += 1
        if nodes > MAX_NODES:
            raise error(f"more than {MAX_NODES} values", where=where)
        if depth > MAX_DEPTH:
            raise error(f"nested deeper than {MAX_DEPTH} levels", where=where)
        if isinstance(value, dict):
            stack.extend((child, depth + 1) for child in value.values())
        elif isinstance(value, list):
            stack.extend((child, depth + 1) for child in value)


def read_text(path: Path, *, where: str, error: type[SeajurisError]) -> str:
    """Read a UTF-8 file of at most `MAX_BYTES` bytes."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise error(f"cannot be read: {fault.strerror}", where=where) from None
    if len(raw) > MAX_BYTES:
        raise error(f"larger than {MAX_BYTES} bytes", where=where)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise error(f"not UTF-8 text (byte {fault.start})", where=where, hint="Save the file as UTF-8.") from None
