"""A request for a command, and its answer."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from pydantic.alias_generators import to_camel

from banen_kit.application.definition import CommandRoute
from banen_kit.core.identity import Principal
from banen_kit.core.shapes import Shape


class CommandAnswer(Shape, frozen=True):
    """The result of a command: the new version of the record, and the events that were added."""

    ref: str
    version: int
    events: tuple[str, ...]
    repeated: bool
    """Whether this request was answered before."""
    not_yet_known: tuple[str, ...]
    """The fields that name something of another service of which nothing has arrived here yet."""


@dataclass(frozen=True)
class Request:
    """A request for a command as received; only its reference was checked (`checked_ref`)."""

    operation: CommandRoute
    principal: Principal
    ref: str
    body: dict[str, Any]
    key: UUID
    correlation_id: UUID | None = None
    seen_version: int | None = None
    known_at: datetime | None = None

    @property
    def stream(self) -> str:
        return f"{self.operation.category}-{self.ref}"

    @property
    def related(self) -> list[str]:
        """The other streams that it depends on, as named in its body."""
        return [
            stream for category, field in self.operation.related if (stream := self._named(category, field))
        ]

    def _named(self, category: str | None, field: str | None) -> str | None:
        # Only the own partner's people give commands.
        named = self.principal.partner if field is None else self.body.get(to_camel(field))
        if category is None:
            if not isinstance(named, dict):
                return None
            both = cast("dict[str, Any]", named)
            category, named = both.get("kind"), both.get("ref")
        return None if named is None else f"{category}-{named}".lower()

    def canonical(self) -> bytes:
        """Returns the same bytes for the same request, whatever the order of its fields."""
        fields = [self.operation.name, self.ref, self.body, self.known_at and self.known_at.isoformat()]
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
