"""The edge of a service: validates command requests, single or in bulk, runs them and answers."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from pydantic import ValidationError

from banen_contracts import Envelope
from banen_kit.application.command_handler import Answer, CommandHandler
from banen_kit.application.definition import CommandRoute, Dispatch, Learns, Service
from banen_kit.application.edge import refuse_unfit
from banen_kit.application.learned import Learned, hearing
from banen_kit.application.problems import from_validation, to_problem
from banen_kit.application.publishable import Publisher, Unpublishable
from banen_kit.application.references import arrived_of, not_yet_known
from banen_kit.application.request import Request
from banen_kit.application.source_live import is_live
from banen_kit.audit.log import Audit, Entry, Outcome, entry_of
from banen_kit.core.clocks import day_of, zone
from banen_kit.core.decider import Command, DecisionContext, DomainEvent, Refused
from banen_kit.core.errors import WrongVersion
from banen_kit.core.metrics import Metrics
from banen_kit.core.problem import Problem
from banen_kit.eventstore.idempotency import CommandMetadata
from banen_kit.eventstore.repository import EventRepository
from banen_kit.security.permissions import refuse_unless

Show: TypeAlias = Callable[[str, Any], Awaitable[object]]
"""Reads what a decision depends on and no stream holds; takes the reference and the command."""
FindDoubles: TypeAlias = Callable[[str, Any], AbstractAsyncContextManager[tuple[UUID, ...]]]
"""Finds who on record is likely the person of a command; takes the reference and the command. Until it ends, nobody with
the same telephone, e-mail address or birth date is recorded in this process."""

COMMANDS = UUID("5bb3b4a6-6b1f-5f0c-9d0d-7f6f2c1f0b1e")
"""Namespace of command ids."""


@dataclass(frozen=True)
class CommandService:
    """Runs the commands of one service."""

    service: Service
    repository: EventRepository[Any]
    partner: str
    partners: frozenset[str]
    audit: Audit
    metrics: Metrics
    clock: Callable[[], datetime]
    learned: Learned = field(default_factory=Learned)
    views: dict[str, Show] = field(default_factory=dict[str, Show])
    """For each command whose route has `needs_view`, by its name. The service's read side adds them."""
    doubles: dict[str, FindDoubles] = field(default_factory=dict[str, FindDoubles])
    """For each command that records somebody anew, by its name. The service's lists add them; without lists nobody is found."""

    @property
    def publisher(self) -> Publisher:
        return Publisher(self.partner, self.service.name, self.service.to_public_event)

    async def execute(self, request: Request) -> Answer:
        """Runs a command for a caller whom its route has authorised.

        Raises `Problem` and what `handle` raises. It first writes the audit entry: without it there is no answer.
        """
        result, entry = await self._tried(request, self._execute(request))
        await self.audit.record([entry])
        if isinstance(result, Exception):
            raise result
        return result

    async def execute_line(self, request: Request) -> tuple[Answer | Exception, Entry]:
        """Runs a line of a bulk load. Checks first whether the caller may give this command.

        Returns the answer or the error, and the audit entry that must be recorded before the caller gets it.
        """
        return await self._tried(request, self._execute_if_allowed(request))

    async def _tried(
        self, request: Request, executing: Awaitable[Answer]
    ) -> tuple[Answer | Exception, Entry]:
        operation = request.operation
        with self.metrics.command_seconds.labels(operation.name).time():
            try:
                result: Answer | Exception = await executing
            except Exception as error:  # noqa: BLE001 - the caller raises it again or answers with it
                result = error
        outcome = _outcome_of(result)
        self.metrics.commands.labels(operation.name, outcome).inc()
        correlation_id = request.correlation_id or self._command_id(request)
        entry = entry_of(request.principal, operation.name, request.ref, outcome, correlation_id)
        return result, entry

    def _command_id(self, request: Request) -> UUID:
        asked = f"{self.partner}/{self.service.name}/{request.principal.subject}/{request.key}"
        return uuid5(COMMANDS, asked)

    async def _execute_if_allowed(self, request: Request) -> Answer:
        permission = self.service.permissions.get(request.operation.name)
        refuse_unless(permission, request.principal, self.partner)
        return await self._execute(request)

    async def _execute(self, request: Request) -> Answer:
        operation = request.operation
        now = self.clock()
        try:
            # Accept only names and types of the published schema: a date is not a number of seconds, and 1 is not true.
            # No part may have an unknown field, although readers of events ignore those.
            command = operation.command.model_validate_json(
                json.dumps(request.body), strict=True, extra="forbid", by_alias=True, by_name=False
            )
        except ValidationError as error:
            raise from_validation(error) from error
        refuse_unfit(command, day_of(now))
        if operation.needs_version and request.seen_version is None:
            raise Problem(428, "version-required", "Say with If-Match which version you saw.", "If-Match")
        command_id = self._command_id(request)
        meta = CommandMetadata(
            command_id,
            request.correlation_id or command_id,
            command_id,
            now,
            request.canonical(),
            request.known_at,
        )
        if request.known_at is not None:
            await self._refuse_if_live(meta, f"{operation.category}-{request.ref}")
        return await self._handle(operation, request.ref, command, meta, request.seen_version)

    async def _refuse_if_live(self, meta: CommandMetadata, stream: str) -> None:
        """A request that was carried out before the source went live still gets its answer again."""
        store, first_id = self.repository.store, meta.event_id(0)
        if await is_live(store) and all(record.id != first_id for record in await store.read(stream)):
            raise Problem(
                409, "source-is-live", "A live source cannot state when a fact was known.", "knownAt"
            )

    async def _handle(
        self,
        operation: CommandRoute,
        ref: str,
        command: Command,
        meta: CommandMetadata,
        seen_version: int | None,
    ) -> Answer:
        related, about = await self._related(operation, command)
        heard = self.learned.needed(operation.learned) if operation.learned else None
        arrived = await arrived_of(self.repository, command, operation.refers_to)
        seen = await self.views[operation.name](ref, command) if operation.needs_view else None
        context = DecisionContext(
            ref,
            meta.now,
            self.partner,
            self.partners,
            related,
            heard,
            zone().key,
            about,
            seen,
            arrived,
            is_historic=meta.known_at is not None,
        )
        stream = f"{operation.category}-{ref}"
        handler = CommandHandler(self.repository, self.publisher)
        find = self.doubles.get(operation.name)
        async with find(ref, command) if find else nullcontext(()) as doubles:
            context = replace(context, doubles=doubles)
            answer = await handler.handle(operation.decider, stream, command, context, meta, seen_version)
        return replace(answer, not_yet_known=not_yet_known(arrived))

    async def _related(
        self, operation: CommandRoute, command: Command
    ) -> tuple[list[DomainEvent], frozenset[str]]:
        """Returns the events of the other streams, and whom a stream is about that the command names whole (see
        `DecisionContext`).
        """
        found: list[DomainEvent] = []
        about = frozenset[str]()
        for category, of_field in operation.related:
            named: Any = self.partner if of_field is None else getattr(command, of_field)
            if named is None:
                continue
            stream = f"{category}-{named}" if category is not None else f"{named.kind}-{named.ref}"
            events = [fact.event for fact in await self.repository.read(stream)]
            found += events
            if category is None:
                persons = sorted(self.repository.serializer.about(events))
                about = about.union(*[await self.repository.keys.linked(person) for person in persons])
        return found, about

    async def send(self, sent: Dispatch, cause: Envelope, policy: str) -> Answer:
        """Runs a reactor's command in this service, and those that follow it. The same event never causes one twice.

        If the cause is a historic fact, `known_at` is that fact's, or that of the stream's last event if it is later.
        """
        answer = await self._send(sent, cause, policy)
        return await self.send(sent.then, cause, f"{policy}/then") if sent.then else answer

    async def _send(self, sent: Dispatch, cause: Envelope, policy: str) -> Answer:
        if not sent.to_all_about:
            return await self._send_one(sent, sent.ref, cause, uuid5(cause.id, policy))
        answer = Answer(0, ())
        for ref in await self._mentioning(sent):
            answer = await self._send_one(sent, ref, cause, uuid5(cause.id, f"{policy}/{ref}"))
        return answer

    async def _mentioning(self, sent: Dispatch) -> list[str]:
        streams = await self.repository.store.concerning([UUID(sent.ref)], [])
        category = f"{sent.operation.category}-"
        return sorted(stream.removeprefix(category) for stream in streams if stream.startswith(category))

    async def _send_one(self, sent: Dispatch, ref: str, cause: Envelope, command_id: UUID) -> Answer:
        body = sent.command.model_dump(mode="json")
        request = json.dumps([sent.operation.name, ref, body], sort_keys=True).encode()
        known_at = await self._inherited(cause, f"{sent.operation.category}-{ref}")
        meta = CommandMetadata(command_id, cause.correlationid, cause.id, self.clock(), request, known_at)
        return await self._handle(sent.operation, ref, sent.command, meta, None)

    async def hear(self, learns: Learns, envelope: Envelope, body: bytes) -> None:
        """Keeps another service's event, unless a newer one is kept. Raises `ValidationError`, `StoreUnavailable`."""
        known = self.learned.newest(learns.event)
        if known is None or known.sequence < envelope.sequence:
            await self.send(hearing(learns, envelope, body), envelope, "learn")
            await self.learned.recall(self.repository, [learns])

    async def execute_internally(
        self,
        operation: CommandRoute,
        ref: str,
        command: Command,
        command_id: UUID,
        seen_version: int | None = None,
    ) -> Outcome:
        """Runs a command that no caller sent, such as an erasure by age.

        Raises `StoreUnavailable`, and `VersionMismatch` if the stream is not at `seen_version`.
        """
        meta = CommandMetadata(command_id, command_id, command_id, self.clock(), command_id.bytes)
        try:
            return _outcome_of(await self._handle(operation, ref, command, meta, seen_version))
        except (Refused, Unpublishable, WrongVersion) as error:
            return _outcome_of(error)

    async def _inherited(self, cause: Envelope, stream: str) -> datetime | None:
        if not cause.imported or await is_live(self.repository.store):
            return None
        history = await self.repository.store.read(stream)
        return max([cause.known_at, *(record.known_at for record in history[-1:])])


def status_of(answer: Answer) -> int:
    """201 if the command created something, else 200."""
    return 201 if answer.events and answer.version == len(answer.events) else 200


def _outcome_of(result: Answer | Exception) -> Outcome:
    if isinstance(result, Answer):
        if result.repeated:
            return Outcome.REPEATED
        return Outcome.ACCEPTED if result.events else Outcome.UNCHANGED
    try:
        problem = to_problem(result)
    except Exception:  # noqa: BLE001 - only the outcome is needed here; the caller raises the error
        return Outcome.FAILED
    return Outcome.UNAVAILABLE if problem.status == 503 else Outcome.REFUSED
