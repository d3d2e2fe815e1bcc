"""The OpenAPI description of the API, made of the JSON Schemas that the software publishes."""

from __future__ import annotations

from typing import Any

from seajuris.server.guard import TOKEN_HEADER
from seajuris.version import __version__

Data = dict[str, Any]


def openapi() -> Data:
    """The description, OpenAPI 3.1."""
    from seajuris.schema import schema

    schemas: Data = {"Error": _ERROR}
    for name in ("assessment", "case"):
        whole = schema(name)
        whole.pop("$schema")
        for part, content in whole.pop("$defs", {}).items():
            schemas[f"{name}-{part}"] = _moved(content, name)
        schemas[name] = _moved(whole, name)
    refused = {
        "description": "refused: what was wrong, where, and what is accepted",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "seajuris, local page", "version": __version__},
        "security": [{"token": []}],
        "paths": {
            path: {method: {**told, "responses": {**told["responses"], "default": refused}}}
            for path, method, told in _operations()
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER}},
        },
    }


_ERROR: Data = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "where", "hint"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "where": {"type": ["string", "null"]},
                "hint": {"type": ["string", "null"]},
            },
        }
    },
}


def _operations() -> list[tuple[str, str, Data]]:
    from seajuris.server.engine import MEMO_TYPES

    case: Data = {"schema": {"$ref": "#/components/schemas/case"}}
    body: Data = {"required": True, "content": {"application/json": case}}
    text: Data = {"type": "string"}
    either: Data = {"required": True, "content": {"application/json": case, "application/yaml": {"schema": text}}}
    document: Data = {"type": "object", "required": ["format"], "properties": {"format": text}}

    def answers(schema: Data, words: str) -> Data:
        return {"200": {"description": words, "content": {"application/json": {"schema": schema}}}}

    def option(name: str, words: str, schema: Data) -> Data:
        return {"name": name, "in": "query", "description": words, "schema": schema}

    assessment: Data = {"$ref": "#/components/schemas/assessment"}
    memo = [
        option("format", "of the memo", {"enum": list(MEMO_TYPES), "default": "html"}),
        option("date", "day of the memo", text),
        option("lang", "language of the labels", text),
        option("redact", "leave out names", {"enum": ["yes", "no"], "default": "no"}),
    ]
    files: Data = {media.partition(";")[0]: {} for media in MEMO_TYPES.values()}
    window = [option("extent", "what to show: a length, or west,south,east,north", text)]
    return [
        ("/api/assess", "post", {"requestBody": body, "responses": answers(assessment, "the assessment")}),
        ("/api/case", "post", {"requestBody": either, "responses": answers(document, "the case in canonical form")}),
        (
            "/api/map",
            "post",
            {"requestBody": body, "parameters": window, "responses": answers(document, "HTML of a map")},
        ),
        (
            "/api/memo",
            "post",
            {
                "requestBody": body,
                "parameters": memo,
                "responses": {"200": {"description": "the memo", "content": files}},
            },
        ),
        ("/api/scenarios", "get", {"responses": answers(document, "teaching scenarios")}),
        ("/api/vocabulary", "get", {"responses": answers(document, "facts, States, words")}),
        ("/api/openapi.json", "get", {"responses": answers({"type": "object"}, "this description")}),
    ]


def _moved(content: Any, name: str) -> Any:
    """References to definitions of one schema, as references within the whole description."""
    if isinstance(content, dict):
        return {
            key: f"#/components/schemas/{name}-{value.removeprefix('#/$defs/')}"
            if key == "$ref" and isinstance(value, str)
            else _moved(value, name)
            for key, value in content.items()
        }
    return [_moved(item, name) for item in content] if isinstance(content, list) else content
