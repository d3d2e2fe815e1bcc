"""Facts told one by one, as options or as cells of a table, laid over those of a case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from seajuris.errors import CaseError

PEOPLE = ("suspects", "victims")
"""Lists of persons; each entry that is told alone is a nationality."""

_STEP = re.compile(r"([a-z_]+)(?:\[(\d{1,4})\])?")


def lay_over(data: dict[str, Any], told: Mapping[str, Any]) -> None:
    """Lay facts over those of a case: what is told here counts.

    Args:
        data: The facts of a case, as in a case file; changed in place.
        told: Facts by their paths; `None` is not told. Persons are told by nationality, one text for each.

    Raises:
        CaseError: if a path is no path of a fact.
    """
    if told.get("position") is not None and told.get("accuracy") is None:
        # The accuracy in the file belongs to the position in the file.
        data.pop("accuracy", None)
    for path, value in told.items():
        entry = people(value) if path in PEOPLE else value
        if entry is not None:
            put(data, path, entry, where=path)


def one(option: str, values: Sequence[str] | None) -> str | None:
    """The value of a fact that may be told once; several are a contradiction."""
    if not values:
        return None
    if len({v.strip().lower() for v in values}) > 1:
        raise CaseError(
            f"contradictory facts: {' and '.join(repr(v) for v in values)}",
            where=option,
            hint="Give one value. If several are alleged, write {disputed: [A, B]} in a case file.",
        )
    return values[0]


def people(values: Sequence[str] | None) -> Any:
    """Suspects or victims: each a nationality, or several joined by ``+``."""
    if not values:
        return None
    if [v.strip().lower() for v in values] == ["none"]:
        return "none"
    return [{"nationality": [part.strip() for part in value.split("+")]} for value in values]


def assign(data: dict[str, Any], text: str) -> None:
    """Apply one ``--set PATH=VALUE``; a value with commas is a list.

    Raises:
        CaseError: if the path or the form is not accepted.
    """
    path, equals, value = text.partition("=")
    where = f"--set {text}"
    if not equals or not path.strip():
        raise CaseError("needs PATH=VALUE", where=where, hint="e.g. --set vessel.type=small_craft")
    parsed: Any = [v.strip() for v in value.split(",")] if "," in value else value.strip()
    put(data, path.strip(), parsed, where=where)


def put(data: dict[str, Any], path: str, value: Any, *, where: str) -> None:
    """Set one fact by its path.

    Raises:
        CaseError: if the path cannot be followed.
    """
    *parents, last = path.split(".")
    target: Any = data
    for step in parents:
        match = _STEP.fullmatch(step)
        if match is None:
            raise CaseError(f"{step!r} is no step of a path", where=where, hint="e.g. suspects[0].role=skipper")
        key, index = match.groups()
        target = target.setdefault(key, {} if index is None else []) if isinstance(target, dict) else None
        if index is not None and isinstance(target, list):
            while len(target) <= int(index):
                target.append({})
            target = target[int(index)]
        if not isinstance(target, dict):
            raise CaseError(f"{step!r} holds no facts of its own here", where=where)
    target[last] = value
