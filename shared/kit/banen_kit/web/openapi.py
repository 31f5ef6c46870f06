"""The OpenAPI document of a service: what FastAPI knows about its routes, completed with what all routes share.

A route declares its answers (`response_model`, `problems`), and the body and headers that it reads itself (`reads`),
since FastAPI does not know those. What authentication, middleware and server do before any route is added here.
"""

import asyncio
import json
from collections.abc import Mapping
from functools import cache, partial
from http import HTTPStatus
from typing import Any, Final, Literal, TypeAlias, cast

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema, UuidSchema

from banen_kit.application.references import SLUG
from banen_kit.core.decider import Command
from banen_kit.core.problem import MEDIA_TYPE, ProblemDetails
from banen_kit.core.text import Mark
from banen_kit.security.permissions import ANYONE, Permission, Permissions

Mode: TypeAlias = Literal["validation", "serialization"]
Json: TypeAlias = dict[str, Any]
Responses: TypeAlias = dict[int | str, Json]

JSON: Final = "application/json"
REF: Final = "#/components/schemas/"
HEX: Final = "[0-9a-f]"
UUID_OF: Final = f"^{HEX}{{8}}-{HEX}{{4}}-[%s]{HEX}{{3}}-[89ab]{HEX}{{3}}-{HEX}{{12}}$"
PATTERNS: Final = {"uuid": UUID_OF % "47", "slug": f"^{SLUG.pattern}$"}
"""The forms of references. The command service checks them."""
REQUEST_ID: Final = {"type": "string", "pattern": UUID_OF % "457"}
"""An idempotency key or correlation id. Without `format: uuid`, generated clients send it as plain text."""


def path_ref(kind: Literal["uuid", "slug"]) -> Json:
    """The parameter `ref` of a path. This only documents it; the route refuses other forms."""
    form = {"format": "uuid"} if kind == "uuid" else {}
    schema = {"title": "Ref", "type": "string", **form, "pattern": PATTERNS[kind]}
    return {"name": "ref", "in": "path", "required": True, "schema": schema}


class CommandSchema(GenerateJsonSchema):
    """Says what the edge requires of a command but no type says: references are random UUIDs, no field is unknown."""

    def uuid_schema(self, schema: UuidSchema) -> JsonSchemaValue:
        return {**super().uuid_schema(schema), "pattern": PATTERNS["uuid"]}

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        return {**super().model_schema(schema), "additionalProperties": False}


@cache
def schema_of(kind: Any, mode: Mode, generator: type[GenerateJsonSchema] = GenerateJsonSchema) -> Json:
    """Returns the schema of a type. Schemas it refers to are included in it, until `document` moves them."""
    refs, definitions = TypeAdapter.json_schemas(
        [("it", mode, TypeAdapter[Any](kind))], ref_template=f"{REF}{{model}}", schema_generator=generator
    )
    return {**refs["it", mode], **definitions}


@cache
def _of_command(command: type[Command]) -> Json:
    """The schema of its body. Its parts have names of their own, since in an answer the same part is tolerant."""
    found = schema_of(command, "validation", CommandSchema)
    models = (name for name, one in found["$defs"].items() if one.get("type") == "object")
    parts = {name for name in models if name != command.__name__}
    written = json.dumps(found)
    for name in parts:
        written = written.replace(f'"{REF}{name}"', f'"{REF}{name}Input"')
    renamed: Json = json.loads(written)
    renamed["$defs"] = {
        **{name: one for name, one in renamed["$defs"].items() if name not in parts},
        **{f"{name}Input": {**renamed["$defs"][name], "title": f"{name}Input"} for name in parts},
    }
    return renamed


def header(name: str, description: str, schema: Json, *, required: bool = False) -> Json:
    """A request header."""
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


CORRELATION_ID: Final = header(
    "Correlation-Id", "Joins this request with others, in the audit log and on the bus.", REQUEST_ID
)
PURPOSE: Final = header(
    "Purpose",
    "Why an auditor looks: the mark of a document.",
    schema_of(Mark, "validation"),
)
ACCEPT_LANGUAGE: Final = header(
    "Accept-Language",
    "The language of the sentences of refusals: Dutch (nl) or English (en); English where it says nothing else.",
    {"type": "string"},
)
IF_NONE_MATCH: Final = header(
    "If-None-Match", "The ETag of an answer that the caller kept.", {"type": "string"}
)


def reads(*headers: Json, body: type[BaseModel] | None = None) -> Json:
    """`openapi_extra` of a route that reads headers and a JSON body itself, more strictly than FastAPI."""
    found: Json = {"parameters": [*headers]}
    if body is not None:
        schema = _of_command(body) if issubclass(body, Command) else schema_of(body, "validation")
        content = {JSON: {"schema": schema}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def answers(model: type[BaseModel], headers: Json) -> Json:
    """An answer whose route makes it itself. FastAPI's `response_model` would build a validator for each such route."""
    return {"content": {JSON: {"schema": schema_of(model, "serialization")}}, "headers": headers}


def lines_of_json(media_type: str, kind: Any, mode: Mode) -> Json:
    """A body with one JSON value per line (NDJSON); in JSON Schema this is a string that contains them."""
    lines = {**schema_of(list[kind], mode)}
    schema = {"type": "string", "format": "binary", "contentMediaType": media_type, "contentSchema": lines}
    return {media_type: {"schema": schema}}


ETAG: Final = {"ETag": {"description": "What this is an answer about, as it is now.", "required": True,
                        "schema": {"type": "string"}}}  # fmt: skip
_RETRY_AFTER: Final = {"Retry-After": {"description": "In how many seconds to try again.",
                                       "schema": {"type": "integer", "minimum": 1}}}  # fmt: skip
_CHALLENGE: Final = {"WWW-Authenticate": {"description": "RFC 6750.", "required": True,
                                          "schema": {"type": "string"}}}  # fmt: skip
CONTENT_LANGUAGE: Final = {"Content-Language": {"description": "The language of the sentences of refusals.",
                                                "schema": {"enum": ["en", "nl"]}}}  # fmt: skip
_HEADERS: Final[Mapping[int, Json]] = {401: _CHALLENGE, 429: _RETRY_AFTER, 503: _RETRY_AFTER}

OF_EVERY_ROUTE: Final = (400, 408, 414, 431, 500, 503)
"""Given by the server and by `Guard`, before any route runs."""
OF_THE_GATE: Final = (401, 403, 429)
WITH_A_BODY: Final = (413, 415)


def problems(*statuses: int) -> Responses:
    """`responses` of a route that refuses with these statuses, besides those of every route."""
    schema = schema_of(ProblemDetails, "serialization")
    return {status: _problem(status, schema) for status in statuses}


def _problem(status: int, schema: Json) -> Json:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": schema}},
        "headers": {**CONTENT_LANGUAGE, **_HEADERS.get(status, {})},
    }


BEARER: Final = "bearerAuth"
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of the programme's OpenID issuer, made out to this service.",
}
_FRAMEWORKS_OWN: Final = ("HTTPValidationError", "ValidationError")
"""FastAPI's own answers to a wrong parameter; here these are problems with status 400."""


def routes(app: FastAPI, permissions: Permissions) -> APIRouter:
    """The route of the document. It is open to anyone, since it describes requests and answers and holds no data.

    The document is made once, in a thread, at the first request.
    """
    app.openapi = cache(partial(document, app, permissions))
    router = APIRouter(tags=["document"])
    making = asyncio.Lock()

    @cache
    def written() -> bytes:
        return json.dumps(app.openapi()).encode()

    @router.get("/v1/openapi.json", name="openapi", summary="This document", response_model=Json)
    async def openapi() -> Response:
        async with making:
            return Response(await asyncio.to_thread(written), media_type=JSON)

    return router


def document(app: FastAPI, permissions: Permissions) -> Json:
    """Returns the document for an application and its current routes."""
    found = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        servers=app.servers,
    )
    commands = [operation for path in found["paths"].values() for operation in path.values()]
    for operation in commands:
        _complete(operation, permissions.get(operation["operationId"]))
    found["tags"] = [{"name": name} for name in sorted({tag for one in commands for tag in one["tags"]})]
    schemas = found["components"]["schemas"]
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    _lift(found["paths"], schemas)
    found["components"]["securitySchemes"] = {BEARER: _BEARER}
    return found


def _complete(operation: Json, access: Permission | None) -> None:
    """Adds what server, middleware and authentication do before the route."""
    responses: Json = operation["responses"]
    if MEDIA_TYPE not in responses.get("422", {}).get("content", {MEDIA_TYPE: None}):
        del responses["422"]
    statuses: list[int] = []
    operation.setdefault("parameters", []).append(ACCEPT_LANGUAGE)
    if access is not ANYONE:
        operation["security"] = [{BEARER: []}]
        operation["parameters"] += [CORRELATION_ID, PURPOSE]
        statuses += OF_THE_GATE
        if access is not None and access.partners == "own":
            statuses.append(404)
    if "requestBody" in operation:
        statuses += WITH_A_BODY
    for status in statuses:
        responses.setdefault(str(status), _problem(status, {"$ref": f"{REF}ProblemDetails"}))
    operation["responses"] = dict(sorted(responses.items()))


def _lift(value: object, schemas: Json) -> None:
    """Moves the definitions inside schemas to the document's own, where each model appears once."""
    if isinstance(value, dict):
        inside = cast("Json", value)
        for name, schema in inside.pop("$defs", {}).items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two schemas are called {name}")
        for one in inside.values():
            _lift(one, schemas)
    elif isinstance(value, list):
        for one in cast("list[object]", value):
            _lift(one, schemas)
