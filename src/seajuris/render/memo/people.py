"""Facts and persons in words: "Suspects 1 to 9", "Vessel: flag"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from seajuris.render import labels
from seajuris.render.words import Words
from seajuris.rules.vocabulary import general

_ENTRY = re.compile(r"([a-z_]+)\[(\d+)\](?:\.(.+))?")


def fact(path: str, words: Words) -> str:
    """A fact's label: ``suspects[0].role`` is "Suspect 1: role", ``suspects[].role`` "Suspect: role"."""
    entry = _ENTRY.fullmatch(path)
    label = labels.FACTS.get(general(path))
    field = words(label) if label else path.rpartition(".")[2].replace("_", " ")
    head = general(path).partition("[]")[0] if "[" in path else None
    if head is None or head not in labels.LISTS:
        return field
    one = words(labels.LISTS[head][0])
    number = f" {int(entry[2]) + 1}" if entry else ""
    return f"{one}{number}: {field}"


def facts(paths: Iterable[str], words: Words) -> str:
    """Labels of facts in one line."""
    return ", ".join(fact(path, words) for path in paths)


def persons(about: Iterable[str], words: Words) -> str:
    """Who is meant: ``("suspects[0]", "suspects[1]")`` is "Suspects 1 to 2"."""
    numbers: dict[str, list[int]] = {}
    others: list[str] = []
    for path in about:
        entry = _ENTRY.fullmatch(path)
        if entry and entry[1] in labels.LISTS and not entry[3]:
            numbers.setdefault(entry[1], []).append(int(entry[2]) + 1)
        else:
            others.append(fact(path, words))
    return ", ".join([*(group(head, listed, words) for head, listed in numbers.items()), *others])


def group(head: str, numbers: list[int], words: Words) -> str:
    """Entries of one list, by their numbers."""
    one, many = labels.LISTS[head]
    spans: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    listed = ", ".join(str(a) if a == b else words("{first} to {last}", first=a, last=b) for a, b in spans)
    return f"{words(one if len(numbers) == 1 else many)} {listed}"
