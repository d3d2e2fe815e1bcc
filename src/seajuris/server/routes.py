"""The addresses of the API, each declared once: what is answered, and what the OpenAPI description says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Schema = dict[str, Any]

JSON_TYPE = "application/json"
YAML_TYPE = "application/yaml"

MEMO_TYPES = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}

TEXT: Schema = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Option:
    """One name that may stand in the query of an address.

    Attributes:
        words: What it is for.
        schema: JSON Schema of its value.
    """

    name: str
    words: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the API.

    Attributes:
        path: The address.
        method: The only method that it takes.
        call: The method of the engine that answers.
        words: What the answer is.
        answers: The JSON Schema of the answer by its media type.
        options: What may stand in the query.
        types: Media types of the body that are accepted; none where there is no body.
        lane: ``quick``, or ``long`` for what takes seconds: neither waits for the other.
    """

    path: str
    method: Literal["GET", "POST"]
    call: str
    words: str
    answers: dict[str, Schema]
    options: tuple[Option, ...] = ()
    types: tuple[str, ...] = ()
    lane: Literal["quick", "long"] = "quick"


def _document(**properties: Schema) -> dict[str, Schema]:
    properties = {"format": TEXT, **properties}
    return {JSON_TYPE: {"type": "object", "required": list(properties), "properties": properties}}


_LIST: Schema = {"type": "array"}
_OBJECT: Schema = {"type": "object"}

ROUTES = (
    Route(
        "/api/assess",
        "POST",
        "assess",
        "the assessment of a case, as `seajuris assess --json` prints it",
        {JSON_TYPE: {"$ref": "#/components/schemas/assessment"}},
        types=(JSON_TYPE,),
    ),
    Route(
        "/api/case",
        "POST",
        "case",
        "a case file, checked and in canonical form",
        _document(case=_OBJECT),
        types=(JSON_TYPE, YAML_TYPE),
    ),
    Route(
        "/api/map",
        "POST",
        "map",
        "the interactive map of the position, or of a window, as HTML",
        _document(html=TEXT),
        (Option("extent", "what to show: a length, or west,south,east,north in degrees", TEXT),),
        (JSON_TYPE,),
        "long",
    ),
    Route(
        "/api/memo",
        "POST",
        "memo",
        "the memo of a case",
        {media.partition(";")[0]: {} for media in MEMO_TYPES.values()},
        (
            Option("format", "of the memo", {"enum": list(MEMO_TYPES), "default": "html"}),
            Option("date", "day of the memo: YYYY-MM-DD", TEXT),
            Option("lang", "language of the labels", TEXT),
            Option("redact", "leave out names", {"enum": ["yes", "no"], "default": "no"}),
        ),
        (JSON_TYPE,),
        "long",
    ),
    Route("/api/scenarios", "GET", "scenarios", "the teaching scenarios", _document(scenarios=_LIST)),
    Route(
        "/api/vocabulary",
        "GET",
        "vocabulary",
        "facts, States and words",
        _document(facts=_LIST, states=_LIST, words=_OBJECT),
    ),
    Route("/api/openapi.json", "GET", "openapi", "this description", {JSON_TYPE: _OBJECT}),
)
