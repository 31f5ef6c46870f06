"""The HTTP application of a service: a route per command, bulk loads, records, health and metrics."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request as HttpRequest
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr
from pydantic.json_schema import SkipJsonSchema

from banen_kit.application.bulk import BulkAnswer, BulkLine, BulkRefusal, Loads, bulk as take_bulk
from banen_kit.application.command_service import CommandService, status_of
from banen_kit.application.definition import CommandRoute
from banen_kit.application.problems import install as install_problems
from banen_kit.application.references import checked_ref
from banen_kit.application.request import CommandAnswer, Request
from banen_kit.core.answer_language import answer_language
from banen_kit.core.faults import Faults, reason_of
from banen_kit.core.problem import FieldError, Problem, invalid
from banen_kit.core.shapes import Shape
from banen_kit.web import openapi
from banen_kit.web.audited import Audited
from banen_kit.web.authentication import Authentication, optional_uuid, recorded_elsewhere, refused, who
from banen_kit.web.body import json_object, limited_body, refuse_other_type
from banen_kit.web.learned import learned_routes
from banen_kit.web.middleware import Guard
from banen_kit.web.openapi import (
    CONTENT_LANGUAGE,
    ETAG,
    OF_EVERY_ROUTE,
    REQUEST_ID,
    Json,
    answers,
    header,
    lines_of_json,
    path_ref,
    problems,
    reads,
)
from banen_kit.web.records import record_routes

MOST_BULK_BYTES = 8 * 1024 * 1024
MOST_BULK_LINES = 2000
"""Includes blank lines, so that counting is cheap."""
NDJSON = "application/x-ndjson"
VERSION = re.compile(r"[0-9]{1,18}")
IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    "Chosen by the caller, another one for each command: whoever repeats a request with its key gets its answer again.",
    REQUEST_ID,
    required=True,
)


class Liveness(Shape, frozen=True):
    status: Literal["ok"] = "ok"


class Readiness(Shape, frozen=True):
    """The reasons are shown to operators only."""

    status: Literal["ok", "degraded", "not ready"]
    failing: dict[str, str] | SkipJsonSchema[None] = None
    degraded: dict[str, str] | SkipJsonSchema[None] = None


Check = Callable[[], Awaitable[None]]
"""Raises if the service should not get work now."""
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Health:
    """The health checks and current faults of a service, and the token with which operators see the reasons."""

    faults: Faults
    token: SecretStr
    """For operators. It is static, since a metrics scraper cannot renew an access token."""
    checks: dict[str, Check] = field(default_factory=dict[str, Check])

    async def failing(self) -> dict[str, str]:
        """Returns why the service should not get work now, by name."""
        found = {name: fault.reason for name, fault in self.faults.open().items() if not fault.still_ready}
        for name, check in list(self.checks.items()):  # a service that is starting may still add checks
            try:
                await check()
            except Exception as error:  # noqa: BLE001 - whatever the error is, it is the reason
                found[name] = reason_of(error)
        return found

    def is_operator(self, http: HttpRequest) -> bool:
        given = http.headers.get("Authorization", "").encode()
        return compare_digest(given, f"Bearer {self.token.get_secret_value()}".encode())


def create_app(
    command_service: CommandService,
    authentication: Authentication,
    health: Health,
    *routers: APIRouter,
) -> FastAPI:
    """Creates the application of one service, also for tests. `routers` are added to those of every service."""
    app = FastAPI(
        title=f"banen {command_service.service.name}",
        version="0.1.0",
        openapi_url=None,  # FastAPI's own route would skip authentication; see `openapi.routes`
        servers=[{"url": "/"}],
        generate_unique_id_function=lambda route: route.name,
        responses=problems(*OF_EVERY_ROUTE),
        redirect_slashes=False,  # a redirect would repeat the address, whatever somebody put in it
        dependencies=[Depends(authentication)],
    )
    app.add_middleware(Audited)
    app.add_middleware(Guard, texts=command_service.service.texts)
    install_problems(app)
    app.include_router(command_routes(command_service), prefix="/v1")
    app.include_router(record_routes(command_service, authentication), prefix="/v1")
    if command_service.service.learns:
        app.include_router(learned_routes(command_service), prefix="/v1")
    for router in routers:
        app.include_router(router)
    app.include_router(health_routes(command_service, health))
    app.include_router(openapi.routes(app, command_service.service.permissions))
    return app


def command_routes(command_service: CommandService) -> APIRouter:
    router = APIRouter(tags=["commands"])

    def add(operation: CommandRoute) -> None:
        async def endpoint(http: HttpRequest) -> Response:
            request = Request(
                operation,
                who(http).principal,
                checked_ref(operation, http.path_params["ref"]),
                await json_object(http),
                idempotency_key(http),
                optional_uuid(http, "Correlation-Id"),
                seen_version(http),
            )
            recorded_elsewhere(http)
            answer = await command_service.execute(request)
            done = CommandAnswer(
                ref=request.ref,
                version=answer.version,
                events=answer.events,
                repeated=answer.repeated,
                not_yet_known=answer.not_yet_known,
            )
            return done.response(status_of(answer), {"ETag": f'"{answer.version}"'})

        router.add_api_route(
            operation.path,
            endpoint,
            methods=["POST"],
            name=operation.name,
            summary=operation.name.replace("-", " ").capitalize(),
            responses={
                200: answers(CommandAnswer, ETAG),
                201: {**answers(CommandAnswer, ETAG), "description": "It is new"},
                **problems(404, 409, 412, 422, *([428] if operation.needs_version else [])),
            },
            openapi_extra=reads(
                path_ref(operation.ref),
                IDEMPOTENCY_KEY,
                if_match(required=operation.needs_version),
                body=operation.command,
            ),
        )

    for operation in command_service.service.commands:
        add(operation)

    add_bulk(router, command_service)
    return router


def add_bulk(router: APIRouter, command_service: CommandService) -> None:
    loads = Loads()

    @router.post(
        "/bulk",
        name="bulk",
        summary="Many commands, one JSON line each; answers a line each, in order",
        response_class=Response,
        responses={
            200: {
                "content": lines_of_json(NDJSON, BulkAnswer | BulkRefusal, "serialization"),
                "headers": CONTENT_LANGUAGE,
            }
        },
        openapi_extra={
            "requestBody": {"required": True, "content": lines_of_json(NDJSON, BulkLine, "validation")}
        },
    )
    async def bulk(http: HttpRequest) -> Response:
        refuse_other_type(http, NDJSON)
        principal = who(http).principal
        with loads.one_more(principal.subject):
            body = await limited_body(http, MOST_BULK_BYTES)
            results = await take_bulk(command_service, loads, lines_of(body), principal)
        return Response(await ndjson(results), media_type=NDJSON, headers=answer_language().headers)


def health_routes(command_service: CommandService, health: Health) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/livez", summary="Whether the process answers")
    async def livez() -> Liveness:
        return Liveness()

    @router.get(
        "/readyz",
        summary="Whether the service should be given work now",
        response_model=Readiness,
        response_model_exclude_none=True,
        responses={503: {**problems(503)[503], "model": Readiness}},
    )
    async def readyz(http: HttpRequest, response: Response) -> Readiness:
        failing = await health.failing()
        degraded = {name: fault.reason for name, fault in health.faults.open().items() if fault.still_ready}
        status = "not ready" if failing else "degraded" if degraded else "ok"
        response.status_code = 503 if failing else 200
        if health.is_operator(http):
            return Readiness(status=status, failing=failing, degraded=degraded)
        return Readiness(status=status)

    @router.get("/metrics", include_in_schema=False)
    async def metrics(http: HttpRequest) -> Response:
        if not health.is_operator(http):
            raise refused("token-refused", "Send the token of BANEN_METRICS_TOKEN as Authorization: Bearer …")
        return Response(generate_latest(command_service.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def lines_of(body: bytes) -> list[bytes]:
    """Returns the lines that are not blank. Raises `Problem` 413."""
    lines = body.split(b"\n", MOST_BULK_LINES)
    if len(lines) > MOST_BULK_LINES and not _is_blank(lines.pop()):
        raise Problem(413, "too-much", f"At most {MOST_BULK_LINES} lines at once, blank ones included.")
    return [line for line in lines if not _is_blank(line)]


def _is_blank(line: bytes) -> bool:
    return not line or line.isspace()


async def ndjson(results: Iterable[dict[str, Any]]) -> bytes:
    written = bytearray()
    for result in results:
        written += json.dumps(result).encode() + b"\n"
        await asyncio.sleep(0)
    return bytes(written)


def idempotency_key(http: HttpRequest) -> UUID:
    key = optional_uuid(http, "Idempotency-Key")
    if key is None:
        detail = "Send an Idempotency-Key (a UUID), so that the request can be repeated safely."
        raise Problem(400, "idempotency-key-missing", detail, "Idempotency-Key")
    return key


def if_match(*, required: bool) -> Json:
    schema = {"type": "string", "pattern": f'^("{VERSION.pattern}"|{VERSION.pattern})$'}
    return header("If-Match", "The version that the caller saw (ETag).", schema, required=required)


def seen_version(http: HttpRequest) -> int | None:
    value = http.headers.get("If-Match")
    if value is None:
        return None
    text = value.strip().removeprefix('"').removesuffix('"')
    if not VERSION.fullmatch(text):
        raise invalid([FieldError("If-Match", 'must be a version, such as "3"')])
    return int(text)
