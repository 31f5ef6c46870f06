"""What a service is made of, as data: its events, its operations, what it publishes and what it reacts to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from banen_contracts import Envelope, PublicEvent
from banen_contracts.roles import Roles
from banen_kit.core.decider import Command, Decider, DomainEvent
from banen_kit.eventstore.serializer import Upcaster
from banen_kit.security.permissions import Permissions


@dataclass(frozen=True)
class CommandRoute:
    """One command as the outside may give it: `POST /v1<path>`, and by its name in a bulk load."""

    path: str
    """With `{ref}` where the reference stands, for example `/placements/{ref}/start`."""
    command: type[Command]
    category: str
    """The stream is `<category>-<ref>`."""
    decider: Decider[Any, Any, Any]
    ref: Literal["uuid", "slug"] = "uuid"
    needs_version: bool = False
    """Whether the caller must say, with `If-Match`, which version it saw."""
    erases: bool = False
    """Whether it erases the person under this reference: then its category is a kind of data on persons."""
    related: tuple[str, str | None] | None = None
    """Another stream of this service that the decision depends on, and only reads: its category, and the field of the
    command that holds its reference; None: the own partner's id. What is decided on must not change once it is there, since others may append to
    that stream meanwhile."""

    @property
    def name(self) -> str:
        return self.command.NAME


@dataclass(frozen=True)
class Dispatch:
    """A command that a policy gives to its own service."""

    operation: CommandRoute
    ref: str
    command: Command


@dataclass(frozen=True)
class Reactor:
    """Reacts to public events with commands to the own service: at most one each, the same one every time."""

    name: str
    """Stable: the ids of what it causes follow from it."""
    listens_to: tuple[type[PublicEvent], ...]
    react: Callable[[Envelope, PublicEvent, str], Dispatch | None]
    """Given the event and the own partner's id; pure."""
    only_own: bool = False
    """Whether it reacts to the own partner's events alone, so that nobody else's need be read."""


@dataclass(frozen=True)
class Service:
    """Everything that tells one service from another."""

    name: str
    events: Sequence[type[DomainEvent]]
    to_public_event: Callable[[Any], PublicEvent | None]
    commands: Sequence[CommandRoute]
    permissions: Permissions
    """Who may give which command and see which view; what is not in it is refused."""
    roles: Roles
    reactors: Sequence[Reactor] = ()
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict[tuple[str, int], Upcaster])
    read_side: str | None = None
    """Builds the part that only this service has, such as pages: a function by its name, `package.module:function`, so
    that whoever lists services need not import all that it stands on."""
    has_inbox: bool = False
    """Whether it reads every event of everybody, and the watermarks."""
    sql: tuple[str, ...] = ("banen_kit",)
    """The packages whose migrations make up the service's schema."""

    @property
    def kept(self) -> Mapping[str, CommandRoute]:
        """The kinds of data on persons, by the category of their streams, each with the command that erases one."""
        return {operation.category: operation for operation in self.commands if operation.erases}
