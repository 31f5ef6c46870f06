"""The demo's history, short in `make test` and whole in `make nightly`, and a world in which its commands are given."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

from banen_cli.installed import services
from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of
from banen_kit.application.definition import CommandRoute, Reactor
from banen_kit.core.clocks import end_of
from banen_kit.core.decider import DecisionContext
from banen_local.demo.history import History, make_history
from banen_local.demo.history.book import BUREAU, Line, Source
from banen_local.demo.history.plan import CELLS, Cell
from banen_reporting.facts.evolve import Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import Fact, RecordedFact
from banen_reporting.figures.activity import ActivitySnapshot
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.day import ProgrammeDay
from banen_reporting.queries.schemas import Heading, RuleSetVersion
from support.searches import IS_LONG

SOME: Sequence[Cell] = CELLS if IS_LONG else [cell for cell in CELLS if cell.route == "B"]
FEW: Sequence[Cell] = CELLS if IS_LONG else [cell for cell in SOME if cell.unit == "uaf"]

C = TypeVar("C", bound=PublicEvent)

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEED = 2005
SERVICES = services()
COMMANDS = {name: {one.name: one for one in service.commands} for name, service in SERVICES.items()}
POLICIES: dict[type[PublicEvent], list[tuple[str, Reactor]]] = {}
for service in SERVICES.values():
    for one in service.reactors:
        for listened in one.listens_to:
            POLICIES.setdefault(listened, []).append((service.name, one))


@dataclass(frozen=True)
class Published:
    source: Source
    event: PublicEvent
    known_at: datetime


@dataclass(eq=False)
class World:
    """Every service of every partner, in memory, with the policies between them."""

    partners: frozenset[str]
    published: list[Published] = field(default_factory=list[Published])
    by_type: dict[type[PublicEvent], list[Any]] = field(default_factory=lambda: defaultdict(list))
    streams: dict[tuple[Source, str], list[Any]] = field(default_factory=dict[tuple[Source, str], list[Any]])
    known: dict[tuple[Source, str], datetime] = field(default_factory=dict[tuple[Source, str], datetime])

    def give(
        self, source: Source, operation: CommandRoute, ref: str, command: Any, known_at: datetime
    ) -> None:
        place = (source, f"{operation.category}-{ref}")
        past = self.streams.setdefault(place, [])
        named = [(one, getattr(command, field) if field else source[0]) for one, field in operation.related]
        related = [event for one, ref in named for event in self.streams.get((source, f"{one}-{ref}"), [])]
        heard = self.events(operation.learned)[-1] if operation.learned else None
        refers_to = {field: getattr(command, field, None) for field in operation.refers_to}
        arrived = {
            field: self.streams.get((source, f"reference-{ref}"), [])
            for field, ref in refers_to.items()
            if ref
        }
        context = DecisionContext(ref, NOW, source[0], self.partners, related, heard, arrived=arrived)
        decider = operation.decider
        events = decider.decide(command, decider.replay(past), context)
        assert self.known.get(place, known_at) <= known_at
        past += events
        for event in events:
            self.known[place] = known_at
            public = SERVICES[source[1]].to_public_event(event)
            if public is not None:
                self.published.append(Published(source, public, known_at))
                self.by_type[type(public)].append(public)
                self.react(source, public, known_at)

    def react(self, source: Source, event: PublicEvent, known_at: datetime) -> None:
        """What services do by themselves; nothing here is taken back, so that no command goes to all that mention something."""
        envelope = Envelope.model_construct(
            source=source_of(*source), partner=source[0], imported=True, sequence=len(self.published)
        )
        for name, policy in POLICIES.get(type(event), []):
            for partner in self.partners:
                sent = policy.react(envelope, event, partner)
                while sent is not None and not sent.to_all_about:
                    place = ((partner, name), f"{sent.operation.category}-{sent.ref}")
                    known = max(known_at, self.known.get(place, known_at))
                    self.give((partner, name), sent.operation, sent.ref, sent.command, known)
                    sent = sent.then

    def take(self, source: Source, line: Line) -> None:
        operation = COMMANDS[source[1]][line.command]
        if operation.needs_version:
            assert line.if_match == len(self.streams[source, line.stream])
        command = operation.command.model_validate(line.body, by_alias=True, by_name=False)
        self.give(source, operation, line.ref, command, line.known_at or NOW)

    def events(self, kind: type[C]) -> list[C]:
        return self.by_type[kind]

    @cache  # noqa: B019 - there are as many worlds as seeds
    def facts(self, known_on: date | None) -> list[RecordedFact]:
        """What reporting knows of it."""
        rows: dict[tuple[str, str, str], Fact] = {}
        for one in self.published:
            if known_on is None or one.known_at < end_of(known_on):
                kind = BY_EVENT.get(type(one.event))
                if kind is None:  # reporting passes over it
                    continue
                key = (kind.name, source_of(*one.source), one.event.ref)
                rows[key] = kind.fold(rows.get(key), one.event, Learned(one.known_at, imported=True))
        return [RecordedFact(source, ref, row) for (_, source, ref), row in rows.items()]

    @cache  # noqa: B019 - there are as many worlds as seeds
    def model(self, known_on: date | None) -> FactSnapshot:
        model = FactSnapshot()
        for fact in self.facts(known_on):
            model.apply(fact)
        return model

    @cache  # noqa: B019 - there are as many worlds as seeds
    def day(self, known_on: date) -> ProgrammeDay:
        """What the views count, under the published rule set, of what happened until the day too."""
        model = self.model(known_on)
        judged = Evaluation(model, model.rule_set("published"), known_on, 0)
        judged.judge_all()
        heading = Heading(
            rule_set=RuleSetVersion(id="published", version=1), known_on=known_on, happened_until=known_on,
            provisional=False, position=0,
        )  # fmt: skip
        return ProgrammeDay(heading, model, ActivitySnapshot().after(self.facts(known_on)), judged.verdicts)

    def counted(self, rule_set: str, known_on: date | None = None) -> Counter[tuple[str | None, str | None]]:
        """Per unit and route."""
        model = self.model(known_on)
        judged = Evaluation(model, model.rule_set(rule_set), known_on or TODAY, 0)
        judged.judge_all()
        return Counter((one.unit, one.route) for one in judged.verdicts if one.outcome == "counted")


def lines_of(history: History) -> Iterator[tuple[Source, Line]]:
    """In the order in which they are sent."""
    for line in history.programme:
        yield BUREAU, line
    for stage in (0, 1):
        for source, stages in history.partners.items():
            for line in stages[stage]:
                yield source, line
    for line in (*history.permissions, *history.going_live):
        yield BUREAU, line


@cache
def history_of(seed: int) -> History:
    return make_history(seed, TODAY, CELLS if seed == SEED else SOME)


@cache
def world_of(seed: int) -> World:
    history = history_of(seed)
    world = World(frozenset(line.ref for line in history.programme if line.command == "admit-partner"))
    for source, line in lines_of(history):
        world.take(source, line)
    return world
