"""The record of one aggregate, for the own partner's people: the events of its stream, without personal fields."""

import json
from typing import Any

from fastapi import APIRouter, Request as HttpRequest
from fastapi.responses import Response
from pydantic.alias_generators import to_camel

from banen_contracts import PublicEvent
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import CommandRoute, Service
from banen_kit.application.references import arrived_of, checked_ref, not_yet_known
from banen_kit.audit.log import Outcome
from banen_kit.core.decider import DomainEvent
from banen_kit.core.problem import Problem
from banen_kit.core.shapes import MomentText, Shape
from banen_kit.crypto.personal_fields import persons_of
from banen_kit.eventstore.repository import RecordedEvent
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.openapi import ETAG, answers, path_ref, problems, reads


class RecordEvent(Shape, frozen=True):
    """An event of a record. `data` follows the public contract of that name, with what the service keeps where others are not
    told; if it is not public, it is what the service keeps. Personal fields are left out.
    """

    event: str
    """The name of the public event, or `<service>.<event>` without a version if it is not public."""
    version: int
    recorded_at: MomentText
    known_at: MomentText
    data: dict[str, Any]
    not_yet_known: tuple[str, ...] = ()
    """The fields that name something of another service of which nothing has arrived here yet."""


class Record(Shape, frozen=True):
    """What is on record under a reference, in order."""

    ref: str
    version: int
    events: list[RecordEvent]


def record_routes(command_service: CommandService, authentication: Authentication) -> APIRouter:
    router = APIRouter(tags=["records"])

    def add(path: str, operation: CommandRoute) -> None:
        async def endpoint(http: HttpRequest) -> Response:
            ref = checked_ref(operation, http.path_params["ref"])
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
            responses={200: answers(Record, ETAG), **problems(404)},
            openapi_extra=reads(path_ref(operation.ref)),
        )

    seen: set[str] = set()
    for operation in (*command_service.service.commands, *command_service.service.records):
        path = operation.path[: operation.path.index("{ref}") + len("{ref}")]
        if path not in seen:
            seen.add(path)
            add(path, operation)
    return router


async def read(command_service: CommandService, category: str, ref: str) -> Record | None:
    facts = await command_service.repository.read(f"{category}-{ref}")
    if not facts:
        return None
    service, repository = command_service.service, command_service.repository
    routes = (one for one in service.commands if one.category == category)
    fields = dict.fromkeys(field for route in routes for field in route.refers_to)
    events: list[RecordEvent] = []
    for fact in facts:
        arrived = await arrived_of(repository, fact.event, fields)
        event = record_event(service, fact)
        events.append(event.model_copy(update={"not_yet_known": not_yet_known(arrived)}))
    return Record(ref=ref, version=facts[-1].record.version, events=events)


def record_event(service: Service, fact: RecordedEvent[Any]) -> RecordEvent:
    public = service.to_public_event(fact.event)
    return RecordEvent(
        event=public.NAME if public else f"{service.name}.{fact.event.TYPE}",
        version=fact.record.version,
        recorded_at=fact.record.recorded_at.isoformat(),
        known_at=fact.record.known_at.isoformat(),
        data=public_data(public, fact.event) if public else private_data(fact.event),
    )


def public_data(public: PublicEvent, event: DomainEvent) -> dict[str, Any]:
    data, kept = json.loads(public.to_json()), private_data(event)
    return {name: kept.get(name) if value is None else value for name, value in data.items()}


def private_data(event: DomainEvent) -> dict[str, Any]:
    """The fields of a private event in camelCase, without those that are personal."""
    personal = set(persons_of(type(event)))
    return {
        to_camel(name): value
        for name, value in event.model_dump(mode="json", by_alias=True, exclude=personal).items()
    }
