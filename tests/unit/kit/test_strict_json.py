"""JSON that a caller sent: read strictly, and with an end."""

import json
from typing import Any

import pytest

from banen_kit.core.problem import Problem
from banen_kit.core.strict_json import MOST_BYTES, MOST_DEPTH, MOST_VALUES, json_object_of


def refusal(text: bytes) -> Problem:
    with pytest.raises(Problem) as refused:
        json_object_of(text)
    assert "Synthetica" not in str(refused.value.to_json())
    return refused.value


def nested(depth: int) -> Any:
    return {"in": nested(depth - 1)} if depth > 1 else {}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": 1, "b": [1, 2.5, None, True, "é"], "c": {"a": 1}},
        {"text": "x" * (MOST_BYTES - 100)},
        {"many": list(range(MOST_VALUES - 1))},
        nested(MOST_DEPTH),
    ],
    ids=["empty", "all kinds", "long", "full", "deep"],
)
def test_reads_an_object(value: dict[str, Any]):
    assert json_object_of(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b'{"name": 1, "name": 1}', "name"),
        (b'{"name": 1, "n\\u0061me": 2}', "name"),
        (b'{"a": {"name": 1, "name": 2}}', "name"),
        (b'{"a": [{"name": 1, "name": 2}]}', "name"),
        (b'{"Synthetica Voorbeeld": 1, "Synthetica Voorbeeld": 2}', "(unknown)"),
    ],
)
def test_a_name_that_stands_twice_in_one_object_is_named(text: bytes, field: str):
    problem = refusal(text)
    assert (problem.status, problem.code, problem.field) == (400, "invalid-json", field)


@pytest.mark.parametrize(
    "text",
    [b'{"name": "\\ud800"}', b'{"a": {"name": "x\\udfff"}}', b'{"name": ["x", ["\\ud83d"]]}'],
)
def test_half_of_a_character_is_named(text: bytes):
    problem = refusal(text)
    assert (problem.status, problem.code, problem.field) == (400, "invalid-input", "name")


def test_both_halves_of_a_character_are_one():
    assert json_object_of(b'{"name": "\\ud83d\\udc4d"}') == {"name": "👍"}


def test_a_name_may_stand_in_two_objects():
    assert json_object_of(b'{"a": {"name": 1}, "name": [{"name": 2}]}')


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": [-Infinity]}',
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": 1} {}',
        b'{"a": "\n"}',
        b"[]",
        b"7",
        b"null",
        b"",
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        '{"a": "é"}'.encode("latin-1"),
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 20_000,
        b'{"name": "Synthetica',
    ],
    ids=lambda text: repr(text[:16]),
)
def test_what_is_no_json_object_is_refused(text: bytes):
    problem = refusal(text)
    assert (problem.status, problem.code) == (400, "invalid-json")


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": "' + b"x" * MOST_BYTES + b'"}',
        b'{"a": [' + b"[]," * MOST_VALUES + b"[]]}",
        b'{"a": [' + b"{}," * MOST_VALUES + b"{}]}",
        json.dumps({f"f{number}": number for number in range(MOST_VALUES + 1)}).encode(),
        json.dumps({"a": [list(range(20))] * (MOST_VALUES // 20 + 1)}).encode(),
        json.dumps(nested(MOST_DEPTH + 1)).encode(),
        b'{"a":' * 200 + b"1" + b"}" * 200,
    ],
    ids=["bytes", "lists", "objects", "names", "numbers", "depth", "very deep"],
)
def test_more_than_a_command_can_need_is_refused(text: bytes):
    problem = refusal(text)
    assert (problem.status, problem.code) == (413, "too-much")
    assert len(json.dumps(problem.to_json())) < 300
