"""First pass: whether a document has the form that its schema asks for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from seajuris.rules.lint.documents import Document
from seajuris.rules.lint.faults import Path, suggestion
from seajuris.rules.schemas import CONDITION_FORMS, rule_schema

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_TYPES = {
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (key: value)",
    "integer": "a whole number",
    "null": "null",
}
_DATE_KEYS = frozenset(
    {"checked", "from", "to", "as_of", "signed", "believed_until", "not_party_on", "known_by", "consent"}
    | {"union_law_to", "adopted", "in_force", "entered_into_force", "transposition", "expired"}
)


@cache
def _validator(kind: str) -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    return Draft202012Validator(rule_schema(kind), format_checker=FormatChecker(["date"]))


def check_shape(document: Document, kind: str) -> None:
    """Note every deviation from the schema of a kind of rule file."""
    malformed: set[Path] = set()
    for fault in sorted(_leaves(_validator(kind).iter_errors(document.data)), key=_order):
        path: Path = tuple(fault.absolute_path)
        if fault.validator == "oneOf":
            malformed.add(path)
        elif fault.validator == "additionalProperties" and path in malformed:
            continue
        for code, where, message, fix in _translate(fault, path):
            lost = code in ("R203", "R204", "R205", "R601") and fault.validator != "uniqueItems"
            document.fault(code, where, message, fix, malformed=lost)
    document.prune()


def _leaves(faults: Any) -> Iterator[ValidationError]:
    """The faults themselves: of an optional condition the fault inside, not "neither a condition nor null"."""
    for fault in faults:
        if fault.validator == "anyOf" and fault.context:
            deepest = [f for f in fault.context if f.schema_path[0] == 0]
            yield from _leaves(deepest or fault.context)
        else:
            yield fault


def _order(fault: ValidationError) -> tuple[int, int, str]:
    # "No condition" explains unknown keys in the same place; what is said first is kept.
    return -len(fault.absolute_path), 0 if fault.validator == "oneOf" else 1, str(fault.message)


def _translate(fault: ValidationError, path: Path) -> Iterator[tuple[str, Path, str, str]]:
    value: Any = fault.instance
    rule: Any = fault.validator_value
    schema: Any = fault.schema
    match fault.validator:
        case "required":
            # One fault for each key that is missing; the schema says them one by one.
            (missing,) = [k for k in rule if f"{k!r} is a required property" == fault.message]
            yield from _missing(missing, path)
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            for key in value:
                if key not in known:
                    fix = f"{suggestion(key, known)}Accepted here: {', '.join(known)}."
                    yield "R202", (*path, key), f"unknown key {key!r}", fix
        case "oneOf":
            forms = ", ".join("{" + ", ".join(f"{k}: ..." for k in form) + "}" for form in CONDITION_FORMS)
            keys = ", ".join(map(str, value)) if isinstance(value, dict) else ""
            yield "R205", path, f"not a condition: the keys are {keys or 'none'}", f"Accepted: {forms}."
        case "type":
            types = [rule] if isinstance(rule, str) else list(rule)
            if path and path[-1] in ("source", "checked") and value is None:
                yield from _missing(str(path[-1]), path[:-1], path)
            else:
                wanted = " or ".join(_TYPES[t] for t in types)
                hint = " Put it in quotes." if "string" in types and isinstance(value, int | bool) else ""
                yield "R203", path, f"{_quoted(value)} is not {wanted}", f"Write {wanted}.{hint}"
        case "format":
            yield "R601", path, f"{_quoted(value)} is not a day of the calendar", "Write the day as 'YYYY-MM-DD'."
        case "pattern" if path and path[-1] in _DATE_KEYS:
            yield "R601", path, f"{_quoted(value)} is not a date", "Write the day as 'YYYY-MM-DD', in quotes."
        case "pattern" if path and path[-1] == "source":
            yield from _missing("source", path[:-1], path)
        case "enum":
            listed = [str(v) for v in rule if v is not None]
            fix = f"{suggestion(value, listed)}Accepted: {', '.join(listed)}."
            yield "R204", path, f"{_quoted(value)} is not accepted here", fix
        case "minItems" | "minProperties" | "minLength":
            yield "R201", path, "nothing stands here", "Name at least one, or take the key out."
        case "uniqueItems":
            yield "R204", path, "something stands in this list twice", "Keep one of them."
        case "const":
            yield "R204", path, f"{_quoted(value)} is not accepted here", f"Accepted: {_quoted(rule)}."
        case _:
            described = schema.get("description")
            fix = f"Expected: {described}." if described else f"Accepted: what fits {rule}."
            yield "R204", path, f"{_quoted(value)} is not accepted here", fix


def _missing(key: str, parent: Path, at: Path | None = None) -> Iterator[tuple[str, Path, str, str]]:
    path = at or (*parent, key)
    if key == "source":
        yield "R501", path, "no source is named", "Give the address of the text that was read, or write: from memory."
    elif key == "checked":
        yield "R502", path, "the day of the check is missing", "Add the day on which the source was looked at."
    else:
        yield "R201", path, f"`{key}` is missing", f"Add the line `{key}: ...`."


def _quoted(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = {True: "true", False: "false", None: "null"}.get(value, repr(value)) if not value or value is True else None
    text = text or repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
