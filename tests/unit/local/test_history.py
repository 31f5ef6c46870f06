"""The made-up history: decided by the services' own rules and counted by reporting's, it gives the published figures."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.employers import GroupPlacementClosed
from banen_contracts.intake import ContactMade
from banen_contracts.mediation import PlacementStarted
from banen_local.demo.history import History, make_history
from banen_local.demo.history.book import BUREAU
from banen_local.demo.published import PUBLISHED
from banen_reporting.figures.evaluation import Evaluation
from support.histories import COMMANDS, SEED, SOME, TODAY, World, history_of, lines_of, world_of

pytestmark = pytest.mark.long

PERMISSIONS_FROM = datetime(2009, 1, 14, 23, tzinfo=UTC)
KNOWN_BY = datetime(2009, 1, 9, 23, tzinfo=UTC)


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


def test_is_the_same_for_the_same_seed():
    again = make_history(1, TODAY, SOME)
    assert [line.to_json() for _, line in lines_of(again)] == [
        line.to_json() for _, line in lines_of(history_of(1))
    ]


def test_gives_every_line_a_key_of_its_own(history: History):
    keys = [line.key for _, line in lines_of(history)]
    assert len(set(keys)) == len(keys)


def test_makes_references_of_the_shape_of_random_ones(history: History):
    refs = {
        line.ref
        for (partner, service), line in lines_of(history)
        if partner != BUREAU[0] and COMMANDS[service][line.command].ref == "uuid"
    }
    assert {UUID(ref).version for ref in refs} == {4}


def test_another_seed_makes_another_history(history: History):
    other = history_of(1)
    assert not {line.key for _, line in lines_of(other)} & {line.key for _, line in lines_of(history)}
