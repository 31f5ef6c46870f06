"""The torture of the event store: it bites, and it says so when something was lost."""

import re
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from banen_kit.eventstore.port import Append, Appended, NewEvent, Outcome
from banen_local import torture
from banen_local.torture import Result, run
from banen_local.torture.readers import Reader, compare
from banen_local.torture.writers import Load
from support.cli import app


async def test_no_reader_loses_an_event_where_a_naive_one_does(tmp_path: Path):
    said: list[str] = []
    result = await run(5000, 1, tmp_path, said.append)
    assert (result.events, result.missed, result.duplicated, result.order_violations) == (5000, 0, 0, 0)
    assert result.naive_missed > 0
    assert result.proves


def test_the_command_says_its_seed_first_and_its_result_last():
    answer = CliRunner().invoke(app, ["torture", "--events", "1000", "--seed", "7"])
    lines = answer.stdout.splitlines()
    assert lines[0] == "seed=7"
    assert re.fullmatch(r"events=1000 missed=0 duplicated=0 order_violations=0 naive_missed=\d+", lines[-1])


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result(9, 0, 0, 0, 1), 0),
        (Result(9, 1, 0, 0, 1), 1),
        (Result(9, 0, 1, 0, 1), 1),
        (Result(9, 0, 0, 1, 1), 1),
        (Result(9, 0, 0, 0, 0), 1),
    ],
)
def test_the_command_fails_unless_only_the_naive_reader_lost_something(
    result: Result, code: int, monkeypatch: pytest.MonkeyPatch
):
    async def finished(*_: object) -> Result:
        return result

    monkeypatch.setattr(torture, "run", finished)
    answer = CliRunner().invoke(app, ["torture", "--seed", "7"])
    assert answer.exit_code == code
    assert answer.stdout.splitlines()[-1] == str(result)
    assert ("did not bite" in answer.stdout) == (result.naive_missed == 0)


@pytest.mark.parametrize(
    ("seen", "missed", "more_than_once"),
    [
        ([1, 2, 5], 0, 0),
        ([1, 5], 1, 0),
        ([], 3, 0),
        ([1, 2, 2, 5, 5], 0, 2),
        ([5, 5, 1], 1, 1),
        ([1, 2, 5, 9], 0, 1),
    ],
)
def test_counts_what_was_missed_and_what_came_too_often(seen: list[int], missed: int, more_than_once: int):
    assert compare([1, 2, 5], seen) == (missed, more_than_once)


@pytest.mark.parametrize(
    ("events", "violations"),
    [
        ([(1, "a", 1), (2, "b", 1), (4, "a", 2)], 0),
        ([(2, "b", 1), (1, "a", 1)], 1),
        ([(1, "a", 1), (1, "a", 1)], 1),
        ([(1, "a", 2)], 1),
        ([(1, "a", 1), (2, "a", 3), (3, "a", 4)], 1),
    ],
)
def test_sees_events_out_of_order(events: list[tuple[int, str, int]], violations: int):
    reader = Reader()
    reader.take(events)
    assert reader.order_violations == violations
    assert list(reader.positions) == [position for position, _, _ in events]


def test_asks_for_exactly_so_many_events_and_for_the_same_with_the_same_seed():
    loads = [Load(Random(3), left=1000) for _ in range(2)]
    asked = [list[Append](), list[Append]()]
    for load, commands in zip(loads, asked, strict=True):
        while drawn := load.draw(8):
            assert len({command.stream for command in drawn}) == len(drawn)
            commands.extend(drawn)
    assert asked[0] == asked[1]
    assert sum(len(command.events) for command in asked[0]) == 1000


def test_asks_again_for_what_was_refused_or_rolled_back():
    load = Load(Random(3), left=100)
    event = NewEvent(load.draw(1)[0].events[0].id, "thing-done", 1, "{}")
    before = load.left
    command = Append("thing-1", (event,) * 4, None, "{}")
    load.settle([command], [Appended(Outcome.CONFLICT)])
    load.take_back([command, command])
    assert load.left == before + 12
    load.settle([command], [Appended(Outcome.APPENDED, 4, 17)])
    load.settle([command], [Appended(Outcome.REPEATED)])
    assert load.left == before + 12
    assert list(load.acknowledged) == [17]
