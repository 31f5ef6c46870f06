"""Turns recorded events into messages for the bus, and finds beforehand what readers would refuse."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticSerializationError

from banen_contracts import PublicEvent
from banen_contracts.base import source_of, subject_of
from banen_kit.application.header_lines import header_lines
from banen_kit.core.decider import DomainEvent
from banen_kit.eventstore.idempotency import CommandMetadata

ToContract = Callable[[Any], PublicEvent | None]


class Unpublishable(Exception):
    """Readers would refuse the public event. Says where and why, never a value."""

    def __init__(self, *errors: tuple[tuple[int | str, ...], str]) -> None:
        said = (f"{'.'.join(map(str, place)) or 'body'}: {what}" for place, what in errors)
        super().__init__("; ".join(said))
        self._errors = errors

    def errors(self) -> list[dict[str, Any]]:
        """In pydantic's form: `loc` and `msg`."""
        return [{"loc": place, "msg": what} for place, what in self._errors]


class PublicMessage(NamedTuple):
    """A public event as sent over the bus."""

    subject: str
    headers: str
    """As lines, in the form sent over the wire."""
    body: str


@dataclass(frozen=True)
class Publisher:
    """Turns the events of one service of one partner into public messages."""

    partner: str
    service: str
    to_public_event: ToContract

    def public(self, event: DomainEvent) -> PublicEvent | None:
        """Returns None if the event is private. Raises `Unpublishable` if the public event is invalid."""
        with telling():
            return self.to_public_event(event)

    def message(
        self,
        public: PublicEvent,
        sequence: int,
        event_id: UUID,
        recorded_at: datetime,
        known_at: datetime | None,
        metadata: Mapping[str, Any],
    ) -> PublicMessage:
        """`known_at` is None unless a historic load stated it. Raises `Unpublishable` if readers would refuse it."""
        with telling():
            headers = header_lines(
                source_of(self.partner, self.service),
                public,
                sequence,
                event_id,
                recorded_at,
                known_at,
                metadata,
            )
            body = public.to_json()
        if len(body) > MOST_BYTES:
            raise Unpublishable(((), f"the public event has {len(body)} bytes; {MOST_BYTES} is the most"))
        return PublicMessage(subject_of(self.partner, public.NAME), headers, body.decode())

    def refuse_unpublishable(self, events: Sequence[DomainEvent], meta: CommandMetadata) -> None:
        """Checks events before they are recorded, so all accepted events can be published. Raises `Unpublishable`."""
        metadata = {"correlationId": meta.correlation_id, "causationId": meta.causation_id}
        known_at = min(meta.known_at, meta.now) if meta.known_at else None
        for index, event in enumerate(events):
            public = self.public(event)
            if public is not None:
                message = self.message(public, 1, meta.event_id(index), meta.now, known_at, metadata)
                with telling():
                    type(public).model_validate_json(message.body)  # parse it as a reader does


@contextmanager
def telling() -> Generator[None]:
    """Turns errors into `Unpublishable` that says where and why, without the value: it could be personal data."""
    try:
        yield
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
        raise Unpublishable(*((_in_camel(item["loc"]), item["msg"]) for item in errors)) from None
    except (PydanticSerializationError, UnicodeError):
        raise Unpublishable(((), "holds text that cannot be written as UTF-8")) from None


def _in_camel(place: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Uses the field names that the sender of a command uses."""
    return tuple(to_camel(part) if isinstance(part, str) else part for part in place)


MOST_BYTES = 64 * 1024
"""The size limit of a public event; real ones are far smaller."""
