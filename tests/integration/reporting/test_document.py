"""The OpenAPI document says what the read API answers: a client that is made of it reads a figure."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, create_model

from banen_contracts.roles import Role
from banen_reporting.queries.programme import ProgrammeInForce
from banen_reporting.queries.schemas import Answer, Placements, Results, RuleSets, Targets

Schema = Mapping[str, Any]
Reader = Callable[..., httpx2.AsyncClient]
PATHS: Mapping[str, type[Answer]] = {
    "/v1/targets": Targets,
    "/v1/results": Results,
    "/v1/rule-sets": RuleSets,
    "/v1/placements": Placements,
    "/v1/programme": ProgrammeInForce,
}
SIMPLE: Mapping[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None}


class Client:
    """Models of the answers, made of nothing but the document."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._models: dict[str, type[BaseModel]] = {}

    def answer(self, path: str, text: str) -> Any:
        said = self._document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        return self._type(said["schema"]).model_validate_json(text)

    def _type(self, schema: Schema) -> Any:
        match schema:
            case {"$ref": str(ref)}:
                return self._model(ref.rpartition("/")[2])
            case {"anyOf": [first, {"type": "null"}]}:
                return self._type(first) | None
            case {"anyOf": [first, second]}:
                return self._type(first) | self._type(second)
            case {"type": "array", "items": items}:
                return list[self._type(items)]
            case {"type": "object", "additionalProperties": dict(values)}:
                return dict[str, self._type(values)]
            case {"type": str(name)}:
                return SIMPLE.get(name, Any)
            case _:
                raise AssertionError(f"says nothing of what it is: {schema}")

    def _model(self, name: str) -> Any:
        schema = self._document["components"]["schemas"][name]
        if "properties" not in schema:
            return self._type(schema)
        if name not in self._models:
            required = schema.get("required", ())
            fields: dict[str, Any] = {
                field: (self._type(said), ... if field in required else said.get("default"))
                for field, said in schema["properties"].items()
            }
            self._models[name] = create_model(name, __config__={"extra": "forbid"}, **fields)
        return self._models[name]


@pytest.mark.usefixtures("month_ends")
@pytest.mark.parametrize(
    ("partner", "role"),
    [("bureau", Role.PROJECT_BUREAU), ("uaf", Role.MEDIATOR), ("ministry", Role.MINISTRY_OBSERVER)],
)
async def test_every_answer_is_as_the_document_says(app: FastAPI, reader: Reader, partner: str, role: Role):
    client = Client(app.openapi())
    async with reader(partner, role) as http:
        for path, model in PATHS.items():
            answer = await http.get(path if model is ProgrammeInForce else f"{path}?knownOn=2008-12-31")
            if answer.status_code == 403 and role is Role.MINISTRY_OBSERVER:
                continue
            client.answer(path, answer.text)
            assert model.model_validate_json(answer.text).to_json() == answer.text


async def test_a_client_made_of_the_document_reads_figures(app: FastAPI, browser: httpx2.AsyncClient):
    client = Client(app.openapi())
    targets, results, position = [
        client.answer(path, (await browser.get(path)).text)
        for path in ("/v1/targets", "/v1/results", "/v1/position")
    ]
    first = client.answer("/v1/placements", (await browser.get("/v1/placements")).text).placements[0]
    history = client.answer("/v1/placements/{ref}", (await browser.get(f"/v1/placements/{first.ref}")).text)

    assert targets.national.total.counted == results.national.programme.value == 5
    assert targets.units[0].routes["A"].target == 4
    assert history.events[0].data["placementRef"] == first.ref
    assert position.position == targets.position
