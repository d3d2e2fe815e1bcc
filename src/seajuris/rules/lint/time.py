"""Fourth pass: dates that run the wrong way, versions that overlap, and gaps between them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seajuris.rules.lint.documents import Document
from seajuris.rules.lint.faults import Path

_BEGINNING, _END = dt.date.min, dt.date.max
_ORDERED = (("from", "to"), ("consent", "from"), ("from", "union_law_to"), ("to", "union_law_to"), ("signed", "as_of"))


def check_order(document: Document) -> None:
    """Note every pair of dates that runs the wrong way, anywhere in a document."""
    for path, data in _mappings(document.data, ()):
        for first, last in (*_ORDERED, ("adopted", "in_force"), ("in_force", "expired"), ("as_of", "believed_until")):
            start, end = _day(data.get(first)), _day(data.get(last))
            if start is None or end is None or (first == "consent" and data.get("how") == "succession"):
                continue
            # The last day of an interval is not included: one that ends on the day it begins is empty.
            wrong = start >= end if (first, last) == ("from", "to") else start > end
            if wrong:
                text = f"`{last}` ({end}) is not after `{first}` ({start})"
                document.fault("R602", (*path, last), text, "Exchange or correct the dates.")


@dataclass(frozen=True, slots=True)
class _Version:
    """A provision with its time, for one State."""

    index: int
    id: str
    start: dt.date
    end: dt.date
    text: str
    meets: str
    offences: frozenset[str] | None
    grounds: frozenset[str]

    def twin(self, other: _Version) -> bool:
        """Whether two provisions answer the same question: same condition, offences in common."""
        both = self.offences is None or other.offences is None or bool(self.offences & other.offences)
        return both and self.meets == other.meets

    def replaces(self, other: _Version) -> bool:
        """Whether this begins while the other, which ends, is still in force: the pattern of a change of the law."""
        return other.start < self.start < other.end < self.end or (
            self.text == other.text and self.start < other.end and other.start < self.end
        )


def check_versions(document: Document) -> None:
    """Hold the provisions of one State for the same ground against each other."""
    versions = list(_versions(document))
    overlaps: dict[tuple[int, int], list[str]] = {}
    gaps: dict[int, tuple[_Version, _Version, list[str]]] = {}
    for ground in dict.fromkeys(g for v in versions for g in sorted(v.grounds)):
        serving = sorted((v for v in versions if ground in v.grounds), key=lambda v: (v.start, v.index))
        last: _Version | None = None
        for position, version in enumerate(serving):
            for earlier in serving[:position]:
                first, second = (earlier, version) if version.replaces(earlier) else (version, earlier)
                if second.replaces(first) and first.twin(second):
                    overlaps.setdefault((second.index, first.index), []).append(ground)
            if last is not None and version.start > last.end:
                gaps.setdefault(version.index, (last, version, []))[2].append(ground)
            if last is None or version.end > last.end:
                last = version
    by_index = {v.index: v for v in versions}
    for (later, before), grounds in overlaps.items():
        new, old = by_index[later], by_index[before]
        text = f"{new.id} and {old.id} are both in force from {max(new.start, old.start)} for {', '.join(grounds)}"
        _note(document, "R603", later, text, f"End {old.id} on the first day of {new.id}, or let them differ.")
    for index, (old, new, grounds) in gaps.items():
        text = f"between {old.id} (to {old.end}) and {new.id} (from {new.start}) nothing is in force for "
        _note(document, "R604", index, text + ", ".join(grounds), "Close the gap, or add the provision of that time.")


def _note(document: Document, code: str, index: int, message: str, fix: str) -> None:
    has_date = ("bases", index, "valid", "from") in document.lines
    path: Path = ("bases", index, "valid", "from") if has_date else ("bases", index)
    document.fault(code, path, message, fix)


def _versions(document: Document) -> Iterator[_Version]:
    for index, base in enumerate(document.data.get("bases") or ()):
        if not isinstance(base, dict) or document.faulty(("bases", index, "valid")) or base.get("applied") is False:
            continue
        valid = base.get("valid") or {}
        offences = base.get("offences", "any")
        yield _Version(
            index,
            str(base.get("id")),
            _day(valid.get("from")) or _BEGINNING,
            _day(valid.get("to")) or _END,
            " ".join(str(base.get("provision")).casefold().split()),
            json.dumps([base.get("when"), base.get("conditions")], sort_keys=True),
            frozenset(map(str, offences)) if isinstance(offences, list) else None,
            frozenset(g for g in base.get("grounds") or () if isinstance(g, str)),
        )


def _mappings(data: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(data, dict):
        yield path, data
        for key, value in data.items():
            yield from _mappings(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _mappings(value, (*path, index))


def _day(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
