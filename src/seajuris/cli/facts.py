"""Facts given as options, laid over those of a case file."""

from __future__ import annotations

import re
import sys
from typing import Any

from seajuris.errors import CaseError

_STEP = re.compile(r"([a-z_]+)(?:\[(\d{1,4})\])?")


def case_data(source: str | None) -> dict[str, Any]:
    """The raw facts of a case file; ``-`` is stdin (JSON if it begins with a brace, else YAML); `None` is no file."""
    from seajuris.case import case_data_from_text, read_case_data
    from seajuris.yamlio import MAX_BYTES, parse_json, parse_yaml

    if source is None:
        return {}
    if source != "-":
        return read_case_data(source)
    raw = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CaseError("not UTF-8 text", where="standard input") from None
    parse = parse_json if text.lstrip().startswith("{") else parse_yaml
    return case_data_from_text(text, where="standard input", parse=parse)


def one(option: str, values: list[str] | None) -> str | None:
    """The value of an option that may be given once; several are a contradiction."""
    if not values:
        return None
    if len({v.strip().lower() for v in values}) > 1:
        raise CaseError(
            f"contradictory facts: {' and '.join(repr(v) for v in values)}",
            where=option,
            hint="Give one value. If several are alleged, write {disputed: [A, B]} in a case file.",
        )
    return values[0]


def people(values: list[str] | None) -> Any:
    """Suspects or victims from an option: each a nationality, or several joined by ``+``."""
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
    *parents, last = path.strip().split(".")
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
    target[last] = parsed
