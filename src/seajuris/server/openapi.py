"""The OpenAPI description of the API: the declared routes, with the JSON Schemas that the software publishes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from seajuris.server.guard import TOKEN_HEADER
from seajuris.server.routes import JSON_TYPE, ROUTES, TEXT, Route
from seajuris.version import __version__

Data = dict[str, Any]

_REFUSALS = {
    HTTPStatus.BAD_REQUEST: "the request or its case cannot be used",
    HTTPStatus.UNAUTHORIZED: "the token is missing or wrong",
    HTTPStatus.FORBIDDEN: "another site made this request",
    HTTPStatus.NOT_FOUND: "no such address",
    HTTPStatus.METHOD_NOT_ALLOWED: "not the method of this address",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the body is too large",
    HTTPStatus.REQUEST_URI_TOO_LONG: "the address is too long",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "the media type of the body is not accepted",
    HTTPStatus.MISDIRECTED_REQUEST: "this server is not called that",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "the headers are too large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "a fault of the program; nothing was answered",
    HTTPStatus.NOT_IMPLEMENTED: "a form of HTTP that is not known here",
    HTTPStatus.SERVICE_UNAVAILABLE: "too much is being computed",
    HTTPStatus.GATEWAY_TIMEOUT: "the computation took too long and was ended",
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
                "code": TEXT,
                "message": TEXT,
                "where": {"type": ["string", "null"]},
                "hint": {"type": ["string", "null"]},
            },
        }
    },
}


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
    return {
        "openapi": "3.1.0",
        "info": {"title": "seajuris, local page", "version": __version__},
        "security": [{"token": []}],
        "paths": {route.path: {route.method.lower(): _operation(route)} for route in ROUTES},
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER}},
        },
    }


def _operation(route: Route) -> Data:
    refused = {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses: Data = {
        "200": {
            "description": route.words,
            "content": {media: {"schema": content} for media, content in route.answers.items()},
        },
        **{str(status.value): {"description": words, "content": refused} for status, words in _REFUSALS.items()},
    }
    told: Data = {"operationId": route.call, "summary": route.words, "responses": responses}
    if route.options:
        told["parameters"] = [
            {"name": option.name, "in": "query", "description": option.words, "schema": option.schema}
            for option in route.options
        ]
    if route.types:
        case: Data = {"$ref": "#/components/schemas/case"}
        told["requestBody"] = {"required": True, "content": {media: {"schema": case} for media in route.types}}
    return told


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
