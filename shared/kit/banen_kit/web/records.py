"""The record of one aggregate as outsiders may see it: the public events of its stream."""

import json
from typing import Any

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from banen_kit.application.command_service import CommandService, checked_ref
from banen_kit.application.definition import CommandRoute
from banen_kit.audit.log import Outcome
from banen_kit.core.problem import Problem
from banen_kit.core.shapes import MomentText, Shape
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.openapi import ETAG, path_ref, problems


class PublicFact(Shape, frozen=True):
    """A public event of a record. `data` follows the public contract of that name."""

    event: str
    version: int
    recorded_at: MomentText
    known_at: MomentText
    data: dict[str, Any]


class Record(Shape, frozen=True):
    """The public part of a record. `version` also counts events that are not public."""

    ref: str
    version: int
    events: list[PublicFact]


def record_routes(command_service: CommandService, authentication: Authentication) -> APIRouter:
    router = APIRouter(tags=["records"])

    def add(path: str, operation: CommandRoute) -> None:
        place = path_ref(operation.ref)

        async def endpoint(http: HttpRequest, ref: str = place) -> Response:
            ref = checked_ref(operation, ref)
            record = await read(command_service, operation.category, ref)
            await authentication.note(http, who(http), Outcome.SHOWN if record else Outcome.NOT_FOUND, ref)
            if record is None:
                raise Problem(404, f"{operation.category}-unknown", "There is no such record.")
            return record.response(headers={"ETag": f'"{record.version}"'})

        router.add_api_route(
            path,
            endpoint,
            methods=["GET"],
            name=f"read-{operation.category}",
            summary=f"Read {operation.category}",
            response_model=Record,
            responses={200: {"headers": ETAG}, **problems(404)},
        )

    seen: set[str] = set()
    for operation in command_service.service.commands:
        path = operation.path[: operation.path.index("{ref}") + len("{ref}")]
        if path not in seen:
            seen.add(path)
            add(path, operation)
    return router


async def read(command_service: CommandService, category: str, ref: str) -> Record | None:
    facts = await command_service.repository.read(f"{category}-{ref}")
    if not facts:
        return None
    events: list[PublicFact] = []
    for fact in facts:
        public = command_service.service.to_public_event(fact.event)
        if public is not None:
            events.append(
                PublicFact(
                    event=public.NAME,
                    version=fact.record.version,
                    recorded_at=fact.record.recorded_at.isoformat(),
                    known_at=fact.record.known_at.isoformat(),
                    data=json.loads(public.to_json()),
                )
            )
    return Record(ref=ref, version=facts[-1].record.version, events=events)
