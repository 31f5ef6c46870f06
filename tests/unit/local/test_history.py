"""The made-up history: decided by the services' own rules and counted by reporting's, it gives the published figures."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import pytest

from banen_cli.installed import services
from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of
from banen_contracts.employers import GroupPlacementClosed
from banen_contracts.intake import ContactMade
from banen_contracts.mediation import PlacementStarted
from banen_kit.application.definition import CommandRoute, Reactor
from banen_kit.core.clocks import end_of
from banen_kit.core.decider import DecisionContext
from banen_local.demo.history import History, make_history
from banen_local.demo.history.book import BUREAU, Line, Source
from banen_local.demo.history.plan import CELLS
from banen_local.demo.published import PUBLISHED
from banen_reporting.facts.evolve import Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import Fact, RecordedFact
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.snapshot import FactSnapshot
from support.histories import SOME

C = TypeVar("C", bound=PublicEvent)

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEED = 2005
PERMISSIONS_FROM = datetime(2009, 1, 14, 23, tzinfo=UTC)
KNOWN_BY = datetime(2009, 1, 9, 23, tzinfo=UTC)
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
        category, field = operation.related or ("", None)
        other = getattr(command, field) if field else source[0]
        related = self.streams.get((source, f"{category}-{other}"), [])
        heard = self.events(operation.learned)[-1] if operation.learned else None
        context = DecisionContext(ref, NOW, source[0], self.partners, related, heard)
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
        envelope = Envelope.model_construct(source=source_of(*source), partner=source[0])
        for name, policy in POLICIES.get(type(event), []):
            for partner in self.partners:
                sent = policy.react(envelope, event, partner)
                if sent is not None:
                    place = ((partner, name), f"{sent.operation.category}-{sent.ref}")
                    known = max(known_at, self.known.get(place, known_at))
                    self.give((partner, name), sent.operation, sent.ref, sent.command, known)

    def take(self, source: Source, line: Line) -> None:
        operation = COMMANDS[source[1]][line.command]
        if operation.needs_version:
            assert line.if_match == len(self.streams[source, line.stream])
        command = operation.command.model_validate(line.body, by_alias=True, by_name=False)
        self.give(source, operation, line.ref, command, line.known_at or NOW)

    def events(self, kind: type[C]) -> list[C]:
        return self.by_type[kind]

    @cache  # noqa: B019 - there are as many worlds as seeds
    def model(self, known_on: date | None) -> FactSnapshot:
        """What reporting knows of it."""
        rows: dict[tuple[str, str, str], Fact] = {}
        for one in self.published:
            if known_on is None or one.known_at < end_of(known_on):
                kind = BY_EVENT[type(one.event)]
                key = (kind.name, source_of(*one.source), one.event.ref)
                rows[key] = kind.fold(rows.get(key), one.event, Learned(one.known_at, imported=True))
        model = FactSnapshot()
        for (_, source, ref), row in rows.items():
            model.apply(RecordedFact(source, ref, row))
        return model

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


@pytest.fixture
def history() -> History:
    return history_of(SEED)


@pytest.fixture
def world() -> World:
    return world_of(SEED)


@pytest.mark.parametrize("unit", PUBLISHED.units, ids=lambda unit: unit.id)
def test_counts_as_published_per_unit_and_route(world: World, unit: Any):
    counted = world.counted("published")
    assert {route: counted[unit.id, route] for route in unit.result} == unit.result


@pytest.mark.parametrize("rule_set", PUBLISHED.rule_sets, ids=lambda rule_set: rule_set.id)
def test_counts_as_published_under_each_rule_set(world: World, rule_set: Any):
    imported = rule_set.parts.imported if rule_set.parts else 0
    assert world.counted(rule_set.id).total() + imported == rule_set.count


@pytest.mark.parametrize("figure", PUBLISHED.known_on, ids=lambda figure: figure.day.isoformat())
def test_counts_as_known_on_each_date(world: World, figure: Any):
    assert world.counted("published", figure.day).total() == figure.count


@pytest.mark.parametrize("seed", [1, 2])
def test_comes_to_the_same_whatever_the_seed(seed: int):
    counted = world_of(seed).counted("published")
    assert {cell: count for cell, count in counted.items() if count} == {
        (cell.unit, cell.route): count
        for cell in SOME
        if (count := PUBLISHED.unit(cell.unit).result[cell.route])
    }


def test_leaves_out_placements_for_every_reason_that_the_programme_knew(world: World):
    model = world.model(None)
    judged = Evaluation(model, model.rule_set("published"), TODAY, 0)
    judged.judge_all()
    clauses = {one.clause for one in judged.verdicts if one.outcome == "excluded"}
    assert clauses == {"R1", "R3", "R5", "R9-conversion", "voided"}


def test_leaves_nothing_pending(world: World):
    model = world.model(None)
    judged = Evaluation(model, model.rule_set("published"), TODAY, 0)
    judged.judge_all()
    assert not [one for one in judged.verdicts if one.outcome == "pending"]


def test_has_something_on_route_b_at_goed_werk_and_nothing_at_uwv(world: World):
    kinds = Counter((event.primary_partner, event.route_reported) for event in world.events(PlacementStarted))
    assert kinds["goed-werk", "B"] == 1
    assert kinds["uwv", "B"] == 0


def test_has_four_thousand_conversations(world: World):
    assert (
        sum(event.kind == "conversation" for event in world.events(ContactMade))
        == PUBLISHED.funnel.conversations
    )


def test_places_as_many_in_each_group_as_was_reported(world: World):
    placed = Counter(event.group_ref for event in world.events(PlacementStarted))
    closed = {event.group_ref: event.placed for event in world.events(GroupPlacementClosed)}
    reported = {ref: number for ref, number in closed.items() if number is not None}
    assert Counter(closed.values()) == Counter(group.placed for group in PUBLISHED.group_placements)
    assert {ref: placed[ref] for ref in reported} == reported


def test_names_nobody_on_the_bus(history: History, world: World):
    families = {
        line.body["name"].split()[-1]
        for _, line in lines_of(history)
        if line.command in ("register-candidate", "take-on-client")
    }
    bodies = b"\n".join(one.event.to_json() for one in world.published).decode()
    assert families
    assert not [name for name in families if name in bodies]


def test_publishes_as_many_events_as_it_says(history: History, world: World):
    assert Counter(one.source for one in world.published) == Counter(history.public)


def test_everything_was_known_after_it_happened_and_before_the_permissions(history: History):
    permissions = {line.key for line in history.permissions}
    for _, line in lines_of(history):
        if line.known_at is None:
            continue
        day = next(line.body[name] for name in ("occurredOn", "startDate", "endDate") if name in line.body)
        assert line.known_at.date() >= date.fromisoformat(day)
        if line.key in permissions:
            assert line.known_at >= PERMISSIONS_FROM
        else:
            assert line.known_at <= KNOWN_BY


def test_is_the_same_for_the_same_seed(history: History):
    again = make_history(SEED, TODAY)
    assert [line.to_json() for _, line in lines_of(again)] == [
        line.to_json() for _, line in lines_of(history)
    ]


def test_gives_every_line_a_key_of_its_own(history: History):
    keys = [line.key for _, line in lines_of(history)]
    assert len(set(keys)) == len(keys)


def test_makes_references_of_the_shape_of_random_ones(history: History):
    refs = {line.ref for source, line in lines_of(history) if source != BUREAU}
    assert {UUID(ref).version for ref in refs} == {4}


def test_another_seed_makes_another_history(history: History):
    other = history_of(1)
    assert not {line.key for _, line in lines_of(other)} & {line.key for _, line in lines_of(history)}
