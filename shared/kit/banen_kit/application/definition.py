"""What a service consists of, as data: its events, commands, public events and reactors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of, subject_of
from banen_contracts.roles import Roles
from banen_kit.application.read_model import ReadModel, Tally
from banen_kit.core.answer_language import SHARED
from banen_kit.core.decider import Command, Decider, DomainEvent
from banen_kit.eventstore.serializer import Upcaster
from banen_kit.security.permissions import Permission, Permissions


@dataclass(frozen=True)
class CommandRoute:
    """A command that callers may give: `POST /v1<path>`, or by its name in a bulk load."""

    path: str
    """With `{ref}` where the reference stands, for example `/placements/{ref}/start`."""
    command: type[Command]
    category: str
    """The stream is `<category>-<ref>`."""
    decider: Decider[Any, Any, Any]
    permission: Permission | None = None
    """Who may give it from outside. What erases somebody leaves it out: the same people do that in every service."""
    ref: Literal["uuid", "slug"] = "uuid"
    needs_version: bool = False
    """Whether the caller must say, with `If-Match`, which version it saw."""
    erases: bool = False
    """Whether it erases the person under this reference: then its category is a kind of data on persons."""
    related: tuple[tuple[str | None, str | None], ...] = ()
    """Other streams of this service that the decision depends on, and only reads. For each its category, and the field of
    the command that holds its reference; None: the own partner's id. Without a category the field, if it is given, holds
    both, as `kind` and `ref`. What is decided on must not change once it is there, since others may append to that
    stream meanwhile."""
    refers_to: tuple[str, ...] = ()
    """Fields that name something that another service keeps. What arrived of that is in this service's stream
    `reference-<value>`, which a reactor writes; the decision gets it by the field. It may be nothing."""
    learned: type[PublicEvent] | None = None
    """The public event of another service that the decision needs, one of what its service `learns`."""
    needs_view: bool = False
    """Whether the decision depends on what the service's read side shows, see `CommandService.views`."""

    @property
    def name(self) -> str:
        return self.command.NAME

    @property
    def is_personal(self) -> bool:
        """Whether the command holds personal data, which no log may repeat."""
        return not all(one.repr for one in self.command.model_fields.values())


@dataclass(frozen=True)
class Dispatch:
    """A command that a reactor gives to its own service."""

    operation: CommandRoute
    ref: str
    command: Command
    to_all_about: bool = False
    """Whether `ref` is not that of the record but one that it mentions: then the command goes to each such record."""
    then: "Dispatch | None" = None
    """What is given after this one was carried out, also if that changed nothing."""


@dataclass(frozen=True)
class Reactor:
    """Reacts to public events: returns at most one dispatch for its own service, always the same for the same event."""

    name: str
    """Stable: the ids of the events it causes are derived from it."""
    listens_to: tuple[type[PublicEvent], ...]
    react: Callable[[Envelope, PublicEvent, str], Dispatch | None]
    """Called with the envelope, the event and the own partner's id; pure."""
    only_own: bool = False
    """Whether it reacts only to its own partner's events."""


@dataclass(frozen=True)
class Timer:
    """Gives a command to a stream on the day on which that is due: once, also after a week of downtime."""

    name: str
    """Stable, lower-case letters and hyphens: the ids of the events it causes are derived from it."""
    operation: CommandRoute
    """The command, which is not in the table of commands: nobody else gives it. Its category is the one that is followed."""
    due: Callable[[date | None, Any, date], date | None]
    """Folds an event of the stream: takes the day on which it was due so far, the event, and the day on which that was
    recorded; returns the day from which on it is due now, or None. Pure; it gets every event of the category."""
    fire: Callable[[date], Command]
    """Makes the command, of the day on which it was due; pure."""


@dataclass(frozen=True)
class Learns:
    """A public event of another service that decisions need: of all that were said only the newest counts."""

    event: type[PublicEvent]
    partner: str
    """Whose word it is; what anybody else says is not taken."""
    zone: Callable[[Any], str] | None = None
    """Reads from the event the zone in which the service's moments should become days."""

    @property
    def source(self) -> str:
        return source_of(self.partner, self.event.NAME.split(".")[0])

    @property
    def subject(self) -> str:
        """Where it is published."""
        return subject_of(self.partner, self.event.NAME)


@dataclass(frozen=True)
class Service:
    """Everything in which one service differs from another."""

    name: str
    events: Sequence[type[DomainEvent]]
    to_public_event: Callable[[Any], PublicEvent | None]
    commands: Sequence[CommandRoute]
    views: Permissions
    """Who may see what. Who may give a command is in its route."""
    roles: Roles
    records: Sequence[CommandRoute] = ()
    """Commands that nobody may give from outside, of records that can be read all the same."""
    reactors: Sequence[Reactor] = ()
    learns: Sequence[Learns] = ()
    timers: Sequence[Timer] = ()
    lists: Sequence[ReadModel] = ()
    tallies: Sequence[Tally] = ()
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict[tuple[str, int], Upcaster])
    read_side: str | None = None
    """The function that builds what only this service has, such as pages, as `package.module:function`: a name, so that
    listing services does not import everything that the function needs.
    """
    has_inbox: bool = False
    """Whether it reads all public events, and the watermarks."""
    sql: tuple[str, ...] = ("banen_kit",)
    """The packages whose migrations make up the service's schema."""

    menu: tuple[str, ...] = ()
    """The pages in its menu, in order, by the names of their routes: each for those who may see it."""
    texts: tuple[str, ...] = SHARED
    """The packages whose catalogues have the Dutch sentences of its refusals."""

    @cached_property
    def permissions(self) -> Permissions:
        """Who may do what, by the name of the route; what is not in it is refused."""
        commands = {
            operation.name: operation.permission for operation in self.commands if operation.permission
        }
        reads = {f"read-{category}": self.may_read(category) for category in self.recorded}
        lists = {
            **{f"list-{model.name}": self.may_read(model.category) for model in self.lists},
            **{f"list-{tally.name}": self.may_read(tally.of.category) for tally in self.tallies},
        }
        if self.timers:
            kinds = {timer.operation.category for timer in self.timers}
            lists["list-due"] = Permission(
                frozenset[str]().union(*(self.may_read(kind).roles for kind in kinds))
            )
        return {**commands, **self.views, **reads, **lists}

    @property
    def recorded(self) -> Sequence[str]:
        """The stream categories of the records that people can read."""
        return list(dict.fromkeys(one.category for one in (*self.commands, *self.records)))

    def may_read(self, category: str) -> Permission:
        """Who may read these records: whoever the views name, and whoever may record something in them."""
        viewed = self.views.get(f"read-{category}") or Permission(frozenset())
        given = (one.permission.roles for one in self.commands if one.category == category and one.permission)
        return replace(viewed, roles=viewed.roles.union(*given))

    def may_open(self, category: str) -> frozenset[str]:
        """The roles that see personal fields of these records: those that may give a command with personal fields."""
        return frozenset[str]().union(
            *(
                one.permission.roles
                for one in self.commands
                if one.category == category and one.permission and one.is_personal
            )
        )

    @property
    def kept(self) -> Mapping[str, CommandRoute]:
        """The stream categories that hold persons' data, each with the command that erases one person."""
        return {operation.category: operation for operation in self.commands if operation.erases}
