"""A service's HTTP face: an endpoint per command, bulk loads, what is on record, health and metrics."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI
from fastapi import Request as HttpRequest
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from banen_kit.application import problems
from banen_kit.application.bulk import Loads
from banen_kit.application.bulk import bulk as take_bulk
from banen_kit.application.command_service import CommandService, Request, checked_ref, status_of, to_json
from banen_kit.application.definition import CommandRoute
from banen_kit.audit.log import Outcome
from banen_kit.core.faults import Faults, reason_of
from banen_kit.core.problem import FieldError, Problem, invalid
from banen_kit.web.audited import Audited
from banen_kit.web.authentication import Authentication, optional_uuid, recorded_elsewhere, refused, who
from banen_kit.web.body import json_object, limited_body, refuse_other_type
from banen_kit.web.middleware import Guard

MOST_BULK_BYTES = 8 * 1024 * 1024
MOST_BULK_LINES = 2000
"""Blank ones included, so that counting them costs nothing."""
NDJSON = "application/x-ndjson"
VERSION = re.compile(r"[0-9]{1,18}")

Check = Callable[[], Awaitable[None]]
"""Raises when the service should not be given work now."""
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Health:
    """What is asked and what is noted about a running service, and who may hear more than whether it is ready."""

    faults: Faults
    token: SecretStr
    """For whoever operates it; static, since what scrapes metrics cannot renew an access token."""
    checks: dict[str, Check] = field(default_factory=dict[str, Check])

    async def failing(self) -> dict[str, str]:
        """Why the service should not be given work now, by name."""
        found = {name: fault.reason for name, fault in self.faults.open().items() if not fault.still_ready}
        for name, check in list(self.checks.items()):  # a service that is starting still adds some
            try:
                await check()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is why this service is not ready
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
    """The application of one service; also how tests reach it. `routers` follow those that every service has."""
    app = FastAPI(
        title=f"banen {command_service.service.name}",
        version="0.1.0",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect repeats the address, whatever somebody put in it
        dependencies=[Depends(authentication)],
    )
    app.add_middleware(Audited)
    app.add_middleware(Guard)
    problems.install(app)
    app.include_router(command_routes(command_service), prefix="/v1")
    app.include_router(record_routes(command_service, authentication), prefix="/v1")
    for router in routers:
        app.include_router(router)
    app.include_router(health_routes(command_service, health))
    return app


def command_routes(command_service: CommandService) -> APIRouter:
    router = APIRouter(tags=["commands"])
    loads = Loads()

    def add(operation: CommandRoute) -> None:
        async def endpoint(ref: str, http: HttpRequest) -> Response:
            request = Request(
                operation,
                who(http).principal,
                checked_ref(operation, ref),
                await json_object(http),
                idempotency_key(http),
                optional_uuid(http, "Correlation-Id"),
                seen_version(http),
            )
            recorded_elsewhere(http)
            answer = await command_service.execute(request)
            body = {"ref": request.ref, **to_json(answer)}
            return JSONResponse(body, status_of(answer), {"ETag": f'"{answer.version}"'})

        router.add_api_route(
            operation.path,
            endpoint,
            methods=["POST"],
            name=operation.name,
            summary=operation.name.replace("-", " ").capitalize(),
            openapi_extra={
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": operation.command.model_json_schema(by_alias=True)}
                    },
                }
            },
        )

    for operation in command_service.service.commands:
        add(operation)

    @router.post(
        "/bulk", name="bulk", summary="Many commands, one JSON line each; answers a line each, in order"
    )
    async def bulk(http: HttpRequest) -> Response:
        refuse_other_type(http, NDJSON)
        principal = who(http).principal
        with loads.one_more(principal.subject):
            body = await limited_body(http, MOST_BULK_BYTES)
            results = await take_bulk(command_service, lines_of(body), principal)
        return Response(await ndjson(results), media_type=NDJSON)

    return router


def record_routes(command_service: CommandService, authentication: Authentication) -> APIRouter:
    """What is on record about one thing, as the outside may know it: the public events of its stream."""
    router = APIRouter(tags=["records"])

    def add(path: str, operation: CommandRoute) -> None:
        async def endpoint(ref: str, http: HttpRequest) -> Response:
            ref = checked_ref(operation, ref)
            facts = await command_service.repository.read(f"{operation.category}-{ref}")
            await authentication.note(http, who(http), Outcome.SHOWN if facts else Outcome.NOT_FOUND, ref)
            if not facts:
                raise Problem(404, f"{operation.category}-unknown", "There is no such record.")
            events: list[dict[str, Any]] = []
            for fact in facts:
                public = command_service.service.to_public_event(fact.event)
                if public is not None:
                    events.append(
                        {
                            "event": public.NAME,
                            "version": fact.record.version,
                            "recordedAt": fact.record.recorded_at.isoformat(),
                            "knownAt": fact.record.known_at.isoformat(),
                            "data": json.loads(public.to_json()),
                        }
                    )
            version = facts[-1].record.version
            return JSONResponse(
                {"ref": ref, "version": version, "events": events}, 200, {"ETag": f'"{version}"'}
            )

        router.add_api_route(
            path,
            endpoint,
            methods=["GET"],
            name=f"read-{operation.category}",
            summary=f"Read {operation.category}",
        )

    seen: set[str] = set()
    for operation in command_service.service.commands:
        path = operation.path[: operation.path.index("{ref}") + len("{ref}")]
        if path not in seen:
            seen.add(path)
            add(path, operation)
    return router


def health_routes(command_service: CommandService, health: Health) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def readyz(http: HttpRequest) -> Response:
        failing = await health.failing()
        degraded = {name: fault.reason for name, fault in health.faults.open().items() if fault.still_ready}
        status = "not ready" if failing else "degraded" if degraded else "ok"
        body: dict[str, Any] = {"status": status}
        if health.is_operator(http):
            body |= {"failing": failing, "degraded": degraded}
        return JSONResponse(body, 503 if failing else 200)

    @router.get("/metrics")
    async def metrics(http: HttpRequest) -> Response:
        if not health.is_operator(http):
            raise refused("token-refused", "Send the token of BANEN_METRICS_TOKEN as Authorization: Bearer …")
        return Response(generate_latest(command_service.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def lines_of(body: bytes) -> list[bytes]:
    """Those that are not blank. Raises `Problem` 413."""
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


def seen_version(http: HttpRequest) -> int | None:
    value = http.headers.get("If-Match")
    if value is None:
        return None
    text = value.strip().removeprefix('"').removesuffix('"')
    if not VERSION.fullmatch(text):
        raise invalid([FieldError("If-Match", 'must be a version, such as "3"')])
    return int(text)
