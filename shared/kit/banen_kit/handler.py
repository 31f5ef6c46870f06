"""Runs a command: load, decide, append; on a lost race, load and decide again."""

from dataclasses import dataclass
from typing import Any

from banen_kit.decider import Command, Context, Decider, Refused
from banen_kit.journal import Journal, Meta
from banen_kit.personal import PersonErased
from banen_kit.store import Outcome, Recorded, WrongVersion

ATTEMPTS = 5


class KeyReused(Exception):
    """The idempotency key was used before, for another request."""


class KnownAtRefused(Exception):
    """The stated moment of knowing lies in the future, or before what its stream already knows."""


class VersionMismatch(Exception):
    """The stream is not at the version that the caller saw."""

    def __init__(self, actual: int) -> None:
        super().__init__(f"the current version is {actual}")
        self.actual = actual


@dataclass(frozen=True)
class Answer:
    """What a command did: the stream's version after it, and the types of the events that it added."""

    version: int
    events: tuple[str, ...]
    repeated: bool = False


async def handle(
    journal: Journal[Any],
    decider: Decider[Any, Any, Any],
    stream: str,
    command: Command,
    context: Context,
    meta: Meta,
    seen_version: int | None = None,
) -> Answer:
    """Raises `Refused`, `KeyReused`, `KnownAtRefused`, `VersionMismatch`, `WrongVersion`, `StoreUnavailable`."""
    try:
        for _ in range(ATTEMPTS):
            answer = await _attempt(journal, decider, stream, command, context, meta, seen_version)
            if answer is not None:
                return answer
    except PersonErased as error:
        raise Refused("candidate-erased", "This person was erased; nothing more can be recorded.") from error
    raise WrongVersion(stream)


async def _attempt(
    journal: Journal[Any],
    decider: Decider[Any, Any, Any],
    stream: str,
    command: Command,
    context: Context,
    meta: Meta,
    seen_version: int | None,
) -> Answer | None:
    # 1. A command that was honoured before gets its first answer again.
    history = await journal.read(stream)
    for fact in history:
        if fact.record.id == meta.event_id(0):
            return await _repeat(journal, fact.record, meta)
    # 2. Rebuild the state from what happened, and decide.
    if seen_version is not None and seen_version != len(history):
        raise VersionMismatch(len(history))
    past = [fact.event for fact in history]
    events = decider.decide(command, decider.replay(past), context)
    if not events:
        return Answer(len(history), ())
    if any(event.erased_person() is None for event in events):
        await journal.refuse_erased(past, events)
    # 3. Append only if nobody else did in between.
    appended = await journal.append(stream, events, len(history), meta)
    match appended.outcome:
        case Outcome.APPENDED:
            return Answer(appended.version, tuple(event.TYPE for event in events))
        case Outcome.KNOWN_AT_REFUSED:
            raise KnownAtRefused
        case Outcome.REPEATED:
            first = await journal.store.find(meta.event_id(0))
            return await _repeat(journal, first, meta) if first else None
        case Outcome.CONFLICT:
            return None


async def _repeat(journal: Journal[Any], first: Recorded, meta: Meta) -> Answer:
    if not await journal.is_repeat(first, meta.request):
        raise KeyReused
    same = [record for record in await journal.store.read(first.stream) if record.metadata == first.metadata]
    # The first time, the keys of whomever it erased may not have been destroyed.
    await journal.destroy_erased([journal.fact(record).event for record in same])
    return Answer(same[-1].version, tuple(record.type for record in same), repeated=True)
