"""Collects a history: the bulk-load lines for each service, each known some days after it happened."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from banen_employers.commands import COMMANDS as EMPLOYERS
from banen_intake.commands import COMMANDS as INTAKE
from banen_intake.domain.candidate import AssignWorker
from banen_intake.domain.consent import PublishPortrait, TakeDownPortrait
from banen_intake.domain.preparation import AgreePlan
from banen_kit.application.definition import CommandRoute
from banen_kit.core.clocks import AMSTERDAM
from banen_kit.core.decider import Command
from banen_mediation.commands import COMMANDS as MEDIATION
from banen_mediation.domain.enterprise import RecordMicrocredit
from banen_reporting.administration.commands import COMMANDS as REPORTING

Source: TypeAlias = tuple[str, str]
"""A partner and its service."""
Stages: TypeAlias = tuple[list["Line"], list["Line"]]
"""Lines of the second stage depend on the first stage, so they are sent after all of it was accepted."""

BUREAU: Source = ("bureau", "reporting")
LAST_KNOWN = datetime(2009, 1, 9, 17, tzinfo=AMSTERDAM)
"""By then everything was recorded, except the two permissions."""
OPENING = time(9)
KEYS = UUID("6f2a9d1e-4c58-5d0b-8d37-0e1a7b5c9f42")
"""Namespace of idempotency keys. They are derived from the lines, so a load can be repeated from any line."""
COMMANDS = {operation.command: operation for operation in (*INTAKE, *MEDIATION, *EMPLOYERS, *REPORTING)}
PRIVATE = (AssignWorker, AgreePlan, PublishPortrait, TakeDownPortrait, RecordMicrocredit)
"""Commands of which nothing is published."""


@dataclass(frozen=True, slots=True)
class Line:
    """One command, as a line of a bulk load."""

    command: str
    stream: str
    follows: str
    """The stream whose earlier lines it depends on: its own, or what the first command of its stream is related to, as an
    offer is to its candidate and a placement to its client."""
    ref: str
    body: dict[str, Any]
    key: UUID
    known_at: datetime | None
    if_match: int | None

    def to_json(self) -> bytes:
        fields: dict[str, Any] = {
            "command": self.command,
            "ref": self.ref,
            "key": str(self.key),
            "body": self.body,
        }
        if self.known_at:
            fields["knownAt"] = self.known_at.isoformat()
        if self.if_match is not None:
            fields["ifMatch"] = self.if_match
        return json.dumps(fields).encode()


class Book:
    """Keeps the lines in order, and per stream its length and when it last learned something."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.random = Random(seed)  # noqa: S311 - repeatable, not secret
        self.lines: dict[Source, Stages] = {}
        self.public: Counter[Source] = Counter()
        """How many events each service will have published at the end."""
        self._versions: Counter[tuple[Source, str]] = Counter()
        self._follows: dict[tuple[Source, str], str] = {}
        self._known: dict[str, datetime] = {}
        """Per stream. What another service records about the same thing starts from that thing's last known moment."""

    def ref(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def write(
        self,
        source: Source,
        ref: UUID | str,
        command: Command,
        *,
        is_late: bool = False,
        live: bool = False,
        at_once: bool = False,
    ) -> None:
        """`is_late`: sent in the second stage. `live`: becomes known when it is recorded. `at_once`: becomes known on the day
        on which it happened."""
        operation = COMMANDS[type(command)]
        stream = f"{operation.category}-{ref}"
        version = self._versions[source, stream]
        body = command.model_dump(mode="json", by_alias=True, exclude_unset=True)
        text = json.dumps([operation.name, stream, version, body], sort_keys=True)
        line = Line(
            operation.name,
            stream,
            self._follows.setdefault((source, stream), depends_on(source, operation, command) or stream),
            str(ref),
            body,
            uuid5(KEYS, f"{self._seed}/{source[0]}/{source[1]}/{text}"),
            None if live else self._learned(stream, happened_on(command), at_once=at_once),
            version if operation.needs_version else None,
        )
        self.lines.setdefault(source, ([], []))[is_late].append(line)
        self._versions[source, stream] += 1
        self.public[source] += not isinstance(command, PRIVATE)

    def _learned(self, stream: str, day: date, *, at_once: bool) -> datetime:
        """Never before what its stream already knew."""
        known = datetime.combine(day, OPENING, AMSTERDAM) if at_once else self._some_days_after(day)
        known = self._known[stream] = max(known, self._known.get(stream, known))
        return known

    def _some_days_after(self, day: date) -> datetime:
        """Some days later, during office hours; after `LAST_KNOWN` on the same day."""
        delay = timedelta(days=min(int(self.random.expovariate(0.25)), 20))
        hours = time(self.random.randrange(9, 17), self.random.randrange(60))
        if day > LAST_KNOWN.date():
            return datetime.combine(day, hours, AMSTERDAM)
        return min(datetime.combine(day + delay, hours, AMSTERDAM), LAST_KNOWN)

    def days(self, first: date, last: date, steps: int) -> list[date]:
        """Returns days in order between two others, both included."""
        length = (last - first).days
        return sorted(first + timedelta(days=self.random.randint(0, length)) for _ in range(steps))


def depends_on(source: Source, operation: CommandRoute, command: Command) -> str | None:
    """The other stream that the decision reads (`CommandRoute.related`), if there is one."""
    for category, field in operation.related:
        named = source[0] if field is None else getattr(command, field)
        if named is not None:
            return f"{category}-{named}"
    return None


def happened_on(command: Command) -> date:
    for name in ("occurred_on", "start_date", "end_date"):
        day = getattr(command, name, None)
        if day is not None:
            return day
    raise AssertionError(f"{command.NAME} has no day")
