"""A command holds no unknown field, at any depth, also where its parts are those of public events; its document says so."""

from typing import Any, ClassVar, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from banen_contracts.base import Day
from banen_contracts.roles import ROLES, Role
from banen_kit.application.definition import CommandRoute, Service
from banen_kit.application.request import Request
from banen_kit.core.decider import Command, Decider
from banen_kit.core.identity import Principal
from banen_kit.core.problem import Problem
from banen_kit.web.openapi import REF, reads, schema_of
from support.commands import Office


class Step(BaseModel, frozen=True, extra="ignore"):
    """Of a contract: its readers ignore what a later version says."""

    length: int = 1


class Part(BaseModel, frozen=True, extra="ignore"):
    step: Step = Step()
    kind: Literal["up", "down"] = "up"


class Climb(Command, frozen=True):
    NAME: ClassVar[str] = "climb"
    occurred_on: Day
    part: Part = Part()
    parts: tuple[Part, ...] = ()
    by_name: dict[str, int] = Field(default_factory=dict[str, int])


NOTHING: Decider[Climb, None, Any] = Decider(None, lambda *_: (), lambda *_: None)
CLIMB = CommandRoute("/stairs/{ref}/climb", Climb, "stairs", NOTHING)
SERVICE = Service("mediation", (), lambda _: None, (CLIMB,), {}, ROLES)
SOMEBODY = Principal("somebody", "uaf", frozenset({Role.MEDIATOR}))
DAY = {"occurredOn": "2006-03-01"}
REF_OF_STAIRS, KEY = str(UUID(int=1, version=4)), UUID(int=2, version=4)


async def give(body: dict[str, Any]) -> None:
    await Office(SERVICE).command_service.execute(Request(CLIMB, SOMEBODY, REF_OF_STAIRS, DAY | body, KEY))


async def test_takes_what_it_knows():
    await give({"part": {"step": {"length": 2}}, "parts": [{"kind": "down"}], "byName": {"any": 1}})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"more": 1}, "more"),
        ({"part": {"more": 1}}, "part.more"),
        ({"part": {"step": {"lenght": 1}}}, "part.step.lenght"),
        ({"parts": [{"kind": "up"}, {"kinds": "up"}]}, "parts.1.kinds"),
    ],
)
async def test_refuses_what_it_does_not_know_and_says_where(body: dict[str, Any], field: str):
    with pytest.raises(Problem) as refused:
        await give(body)
    assert (refused.value.status, refused.value.code) == (400, "invalid-input")
    assert [error.field for error in refused.value.errors] == [field]


def test_the_document_of_a_command_allows_none_either():
    schema = reads(body=Climb)["requestBody"]["content"]["application/json"]["schema"]
    assert schema["$ref"] == f"{REF}Climb"
    parts = schema["$defs"]
    assert {name: one["additionalProperties"] for name, one in parts.items()} == {
        "Climb": False,
        "PartInput": False,
        "StepInput": False,
    }
    assert parts["Climb"]["properties"]["parts"]["items"] == {"$ref": f"{REF}PartInput"}
    assert parts["PartInput"]["properties"]["step"]["$ref"] == f"{REF}StepInput"
    assert parts["Climb"]["properties"]["byName"]["additionalProperties"] == {"type": "integer"}


def test_the_same_part_in_an_answer_is_tolerant():
    assert "additionalProperties" not in schema_of(Part, "serialization")["$defs"]["Part"]
