"""Reads rule files with the line of every value, and goes on after a fault where the ordinary reader stops."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.resolver import Resolver

from seajuris.errors import RuleError
from seajuris.reading import fault_of_key
from seajuris.rules.lint.faults import Fault, Path, show
from seajuris.yamlio import MAX_NODES, compose, hidden

_TAG = "tag:yaml.org,2002:"
_KNOWN_TAGS = ("map", "seq", "str", "int", "bool", "null")
_KIND_OF_TRAP = {
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date that is no text",
    "null": "nothing",
    "merge": "an instruction",
    "value": "an instruction",
}


@dataclass(slots=True)
class Document:
    """One file.

    Attributes:
        file: Path inside the rule folder, with ``/``.
        data: The content as the ordinary reader sees it; of keys given twice the first.
        readable: Whether there is any content to look at.
        lines: The line of each value, by its path.
        faults: What is wrong with how it is written, and later with what it says.
    """

    file: str
    data: Any = None
    readable: bool = True
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)
    _malformed: set[Path] = field(default_factory=set)

    def fault(self, code: str, path: Path, message: str, fix: str, *, malformed: bool = False) -> None:
        """Note a fault, unless one is already noted in the same place: one mistake is reported once.

        Args:
            code: A key of `CODES`.
            path: Where in the document.
            message: What is wrong.
            fix: What to do.
            malformed: Whether the value cannot be looked at any further; see `prune`.
        """
        if malformed:
            self._malformed.add(path)
        if path in self._seen:
            return
        self._seen.add(path)
        self.faults.append(Fault(self.file, self.line(path), code, show(path), message, fix))

    def prune(self) -> None:
        """Take out the values that have the wrong form, so that later passes can rely on the form of the rest."""
        if () in self._malformed:
            self.readable = False
        else:
            self.data = self._pruned(self.data, ())

    def _pruned(self, data: Any, path: Path) -> Any:
        if isinstance(data, dict):
            kept = {k: v for k, v in data.items() if (*path, k) not in self._malformed}
            return {k: self._pruned(v, (*path, k)) for k, v in kept.items()}
        if isinstance(data, list):
            # A place is kept, so that the positions of the others stay what they are.
            return [None if (*path, i) in self._malformed else self._pruned(v, (*path, i)) for i, v in enumerate(data)]
        return data

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def faulty(self, path: Path) -> bool:
        """Whether a fault is noted at a path or below it."""
        return any(seen[: len(path)] == path for seen in self._seen)


def read(text: str, file: str) -> Document:
    """Read one file; faults in how it is written are noted in the document."""
    document = Document(file)
    try:
        node = compose(text, where=file, error=RuleError)
    except RuleError as fault:
        line = re.search(r", line (\d+)$", fault.where or "")
        document.lines[()] = int(line[1]) if line else 1
        document.fault("R101", (), fault.message, "Mend the line, or the one above it: indentation, quotes, colons.")
        document.readable = False
        return document
    if node is None:
        document.fault("R101", (), "the file is empty", "Fill it, or delete it.")
        document.readable = False
        return document
    _Builder(document).start(node)
    for number, message, fix in hidden(text):
        document.faults.append(Fault(file, number, "R101", "", message, fix))
    return document


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = 0
        self.anchors: set[int] = set()

    def start(self, node: yaml.Node) -> None:
        self.document.data = self.build(node, ())
        # How deep they are nested has been checked already.
        if self.nodes > MAX_NODES:
            self.document.fault("R101", (), f"the file holds more than {MAX_NODES} values", "Split it.")
            self.document.readable = False

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.document.lines[path] = node.start_mark.line + 1
        self.nodes += 1
        if self.nodes > MAX_NODES:
            return None
        if id(node) in self.anchors:
            self.document.fault("R101", path, "aliases (*name) are not accepted", "Write the value out again.")
            return None
        self.anchors.add(id(node))
        kind = node.tag.removeprefix(_TAG)
        if kind not in _KNOWN_TAGS:
            self.document.fault("R101", path, f"the tag {node.tag} is not accepted", "Remove the tag.")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        return self._scalar(node, kind, path) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._at(line, "R101", (*path, "?"), "a key must be a word", "Write a word before the colon.")
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in result:
                text = f"the key {key!r} stands here twice; the second is on this line"
                # A place of its own: the first one is judged as if the second were not there.
                self._at(line, "R102", (*here, "(second)"), text, "Keep one of them.", shown=here)
                continue
            if (fault := fault_of_key(key)) is not None:
                self._at(line, "R101", (*path, "?"), fault, "Write another word.", shown=path)
                continue
            trap = self._trap(key_node)
            result[key] = self.build(value_node, here)
            if trap is not None:
                self._at(line, "R103", (*here, "(key)"), *trap, shown=here)
            self.document.lines[here] = line
        return result

    def _scalar(self, node: yaml.ScalarNode, kind: str, path: Path) -> Any:
        trap = self._trap(node)
        if trap is not None:
            self.document.fault("R103", path, *trap)
        match kind:
            case "bool":
                return node.value == "true"
            case "null":
                return None
            case "int":
                return int(node.value) if re.fullmatch(r"-?[0-9]{1,18}", node.value) else node.value
            case _:
                return node.value

    @staticmethod
    def _trap(node: yaml.ScalarNode) -> tuple[str, str] | None:
        """What other programs make of a word that stands without quotes, if that is not the word."""
        if node.style or node.tag != f"{_TAG}str":
            return None
        kind = _usual_kind(node.value)
        if kind == "str":
            return None
        word = _KIND_OF_TRAP.get(kind, "something else")
        return f"{node.value} without quotes is {word} for many programs", f"Write it in quotes: '{node.value}'."

    def _at(self, line: int, code: str, path: Path, message: str, fix: str, *, shown: Path | None = None) -> None:
        self.document.faults.append(Fault(self.document.file, line, code, show(shown or path), message, fix))


_USUAL = Resolver()


def _usual_kind(text: str) -> str:
    """The type that YAML 1.1, which most programs read, gives a plain word."""
    kind: str = _USUAL.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return kind.removeprefix(_TAG)
