"""What is on record under a reference, for the own partner's people: its events, and those of others about the same person.

Personal values are opened for those who may record some (`Service.may_open`), the last ones that were recorded of each:
what was corrected is for a data steward alone.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request as HttpRequest
from fastapi.responses import Response
from pydantic.alias_generators import to_camel

from banen_contracts import PublicEvent
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import CommandRoute, Service
from banen_kit.application.held import corrected_in, held_on
from banen_kit.application.references import arrived_of, checked_ref, not_yet_known
from banen_kit.audit.log import Outcome
from banen_kit.core.decider import DomainEvent
from banen_kit.core.problem import Problem
from banen_kit.core.shapes import MomentText, Shape
from banen_kit.crypto.keys import open_with
from banen_kit.crypto.personal_fields import Open, Sealed, persons_of
from banen_kit.eventstore.port import ref_of
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
    personal: dict[str, Any]
    """The personal values, for those who may see them; empty if the person was erased."""


class RelatedEvent(RecordEvent, frozen=True):
    """An event of another record about the same person."""

    kind: str
    ref: str


class Record(Shape, frozen=True):
    """What is on record under a reference, in order."""

    ref: str
    version: int
    events: list[RecordEvent]
    related: list[RelatedEvent]
    """What other records say of the same person, in the order in which it was recorded."""


def record_routes(command_service: CommandService, authentication: Authentication) -> APIRouter:
    router = APIRouter(tags=["records"])

    def add(path: str, operation: CommandRoute) -> None:
        async def endpoint(http: HttpRequest) -> Response:
            ref = checked_ref(operation, http.path_params["ref"])
            record = await File(command_service, who(http).principal.roles).read(operation.category, ref)
            outcome, also = Outcome.SHOWN if record else Outcome.NOT_FOUND, record.related if record else ()
            await authentication.note(http, who(http), outcome, ref, shown=[event.ref for event in also])
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


@dataclass(frozen=True)
class File:
    """Reads records for somebody in these roles. Raises `StoreUnavailable`."""

    command_service: CommandService
    roles: frozenset[str]

    async def read(self, category: str, ref: str) -> Record | None:
        service, repository = self.command_service.service, self.command_service.repository
        facts = await repository.read(f"{category}-{ref}")
        if not facts:
            return None
        beside = await self._related(facts[0].record.stream, ref) if category in service.kept else []
        keys = await repository.keys.find_keys(self._persons([*facts, *beside]))
        return Record(
            ref=ref,
            version=facts[-1].record.version,
            events=await self._marked(category, facts, self._shown(facts, keys)),
            related=[
                RelatedEvent(**dict(event), kind=category_of(fact), ref=ref_of(fact.record.stream))
                for fact, event in zip(beside, self._shown(beside, keys), strict=True)
            ],
        )

    async def _marked(
        self, category: str, facts: Sequence[RecordedEvent[Any]], events: Sequence[RecordEvent]
    ) -> list[RecordEvent]:
        """Says which fields name something of which nothing has arrived here yet."""
        service, repository = self.command_service.service, self.command_service.repository
        routes = (one for one in service.commands if one.category == category)
        fields = dict.fromkeys(field for route in routes for field in route.refers_to)
        marked: list[RecordEvent] = []
        for fact, event in zip(facts, events, strict=True):
            arrived = await arrived_of(repository, fact.event, fields)
            marked.append(event.model_copy(update={"not_yet_known": not_yet_known(arrived)}))
        return marked

    async def _related(self, stream: str, ref: str) -> list[RecordedEvent[Any]]:
        service, repository = self.command_service.service, self.command_service.repository
        refs = await repository.keys.linked(ref)
        found: list[RecordedEvent[Any]] = []
        async for facts in held_on(service, repository, refs):
            is_readable = service.may_read(category_of(facts[0])).roles & self.roles
            if facts[0].record.stream != stream and is_readable:
                found += facts
        return sorted(found, key=lambda fact: fact.record.position)

    def _persons(self, facts: Sequence[RecordedEvent[Any]]) -> set[str]:
        return {value.person for fact in facts if self._opens(fact) for value in sealed_in(fact).values()}

    def _opens(self, fact: RecordedEvent[Any]) -> bool:
        return bool(self.command_service.service.may_open(category_of(fact)) & self.roles)

    def _shown(
        self, facts: Sequence[RecordedEvent[Any]], keys: Mapping[str, bytes | None]
    ) -> list[RecordEvent]:
        corrected = corrected_in(facts)
        return [
            record_event(
                self.command_service.service,
                fact,
                self._opened(fact, corrected[fact.record.id], keys) if self._opens(fact) else {},
            )
            for fact in facts
        ]

    def _opened(
        self, fact: RecordedEvent[Any], corrected: Collection[str], keys: Mapping[str, bytes | None]
    ) -> dict[str, Any]:
        values = {
            name: open_with(keys, value) for name, value in sealed_in(fact).items() if name not in corrected
        }
        return {to_camel(name): value.value for name, value in values.items() if isinstance(value, Open)}


def sealed_in(fact: RecordedEvent[Any]) -> dict[str, Sealed]:
    event: DomainEvent = fact.event
    values = {name: getattr(event, name) for name in persons_of(type(event))}
    return {name: value for name, value in values.items() if isinstance(value, Sealed)}


def category_of(fact: RecordedEvent[Any]) -> str:
    return fact.record.stream.split("-", 1)[0]


def record_event(service: Service, fact: RecordedEvent[Any], personal: Mapping[str, Any]) -> RecordEvent:
    public = service.to_public_event(fact.event)
    return RecordEvent(
        event=public.NAME if public else f"{service.name}.{fact.event.TYPE}",
        version=fact.record.version,
        recorded_at=fact.record.recorded_at.isoformat(),
        known_at=fact.record.known_at.isoformat(),
        data=public_data(public, fact.event) if public else private_data(fact.event),
        personal=dict(personal),
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
