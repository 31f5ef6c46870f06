"""Runs a command: load, decide, append. If another command came first, it loads and decides again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from banen_kit.application.publishable import Publisher, telling
from banen_kit.core.decider import Command, Decider, DecisionContext
from banen_kit.core.errors import WrongVersion
from banen_kit.eventstore.erasure import destroy_erased, refuse_erased
from banen_kit.eventstore.idempotency import CommandMetadata, is_repeat
from banen_kit.eventstore.port import Outcome, StoredRecord
from banen_kit.eventstore.repository import EventRepository

ATTEMPTS = 5


class KeyReused(Exception):
    """The idempotency key was already used for another request."""


class KnownAtRefused(Exception):
    """The stated `known_at` lies in the future, or before what the stream already knows."""


class VersionMismatch(Exception):
    """The stream is not at the version that the caller saw. `since` are the types of the events after that version."""

    def __init__(self, actual: int, since: Sequence[str] = ()) -> None:
        super().__init__(f"the current version is {actual}")
        self.actual = actual
        self.since = since


@dataclass(frozen=True)
class Answer:
    """The result of a command: the stream's new version, and the types of the events it added."""

    version: int
    events: tuple[str, ...]
    repeated: bool = False
    not_yet_known: tuple[str, ...] = ()
    """The fields that name something of another service of which nothing arrived yet."""


@dataclass(frozen=True)
class CommandHandler:
    """Runs the commands of one service."""

    repository: EventRepository[Any]
    publisher: Publisher

    async def handle(
        self,
        decider: Decider[Any, Any, Any],
        stream: str,
        command: Command,
        context: DecisionContext,
        meta: CommandMetadata,
        seen_version: int | None = None,
    ) -> Answer:
        """Raises `Refused`, `Unpublishable`, `KeyReused`, `KnownAtRefused`, `VersionMismatch`, `WrongVersion`,
        `StoreUnavailable`.
        """
        for _ in range(ATTEMPTS):
            answer = await self._attempt(decider, stream, command, context, meta, seen_version)
            if answer is not None:
                return answer
        raise WrongVersion(stream)

    async def _attempt(
        self,
        decider: Decider[Any, Any, Any],
        stream: str,
        command: Command,
        context: DecisionContext,
        meta: CommandMetadata,
        seen_version: int | None,
    ) -> Answer | None:
        # 1. A repeated command gets its first answer again.
        history = await self.repository.read(stream)
        if any(fact.record.id == meta.event_id(0) for fact in history):
            return await self._repeat([fact.record for fact in history], meta)
        # 2. Rebuild the state from past events, and decide.
        if seen_version is not None and seen_version != len(history):
            raise VersionMismatch(len(history), [fact.event.TYPE for fact in history[seen_version:]])
        past = [fact.event for fact in history]
        with telling():  # events have limits of their own
            events = decider.decide(command, decider.replay(past), context)
        if not events:
            return Answer(len(history), ())
        if not all(event.erased_person() or event.may_follow_erasure() for event in events):
            await refuse_erased(past, events, self.repository.serializer, self.repository.keys)
        # 3. Record nothing that cannot be published.
        self.publisher.refuse_unpublishable(events, meta)
        # 4. Append only if nobody else has appended since.
        appended = await self.repository.append(stream, events, len(history), meta)
        match appended.outcome:
            case Outcome.APPENDED:
                return Answer(appended.version, tuple(event.TYPE for event in events))
            case Outcome.KNOWN_AT_REFUSED:
                raise KnownAtRefused
            case Outcome.REPEATED:
                return await self._repeat(await self.repository.store.read(stream), meta)
            case Outcome.CONFLICT:
                return None

    async def _repeat(self, recorded: Sequence[StoredRecord], meta: CommandMetadata) -> Answer:
        """`recorded` is the whole stream. If the first event is not in it, the key was used for another stream."""
        first = next((record for record in recorded if record.id == meta.event_id(0)), None)
        if first is None or not await is_repeat(first, meta.request, self.repository.keys):
            raise KeyReused
        same = [record for record in recorded if record.metadata == first.metadata]
        # The first attempt may have failed before the keys of erased persons were destroyed.
        await destroy_erased([self.repository.fact(record).event for record in same], self.repository.keys)
        return Answer(same[-1].version, tuple(record.type for record in same), repeated=True)
