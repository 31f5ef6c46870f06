"""The OpenAPI document of every service: whole, and the same as what its routes do."""

import json
from collections.abc import Callable, Iterator
from re import fullmatch
from typing import Any, cast
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from banen_cli.installed import services
from banen_contracts.roles import SERVICES
from banen_kit.core.problem import MEDIA_TYPE
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.postgres.connection import Pool
from banen_kit.security.permissions import ANYONE
from banen_reporting.permissions import VIEWS
from banen_reporting.queries.queries import FigureQueries

NAMES = SERVICES
NOT_JSON = {
    "metrics",
    "home",
    "style",
    "state-purpose",
    "login",
    "login-answer",
    "logout",
    "backchannel-logout",
} | {name for name in VIEWS if name.startswith("page-")}
"""Pages, what browsers do when they sign in and out, and what Prometheus reads."""
AppOf = Callable[[str], FastAPI]
RANDOM, HASHED = str(UUID(int=1, version=4)), str(UUID(int=1, version=5))


@pytest.fixture
def pool() -> Pool:
    """None: nobody is asked anything here but what they would take and answer."""
    return cast("Pool", None)


@pytest.fixture
def answers() -> FigureQueries:
    return cast("FigureQueries", None)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


_documents: dict[str, dict[str, Any]] = {}
"""Of each service; it is the same for all tests, which only read it."""


@pytest.fixture
async def document(app_of: AppOf, name: str) -> dict[str, Any]:
    if name not in _documents:
        _documents[name] = await shown(app_of(name))
    return _documents[name]


async def shown(app: FastAPI) -> dict[str, Any]:
    """As somebody gets it who shows no token."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://s") as http:
        answer = await http.get("/v1/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


def inside(value: object) -> Iterator[dict[str, Any]]:
    """Every object in it."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from inside(one)
    elif isinstance(value, list):
        for one in value:
            yield from inside(one)


def of_model(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]


def commands(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["operationId"]: one for path in document["paths"].values() for one in path.values()}


def test_is_openapi_3_1(document: dict[str, Any]):
    validate(with_each_answer_once(document), cls=OpenAPIV31SpecValidator)
    assert document["servers"] == [{"url": "/"}]


def with_each_answer_once(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, but that operations refer to what they answer alike: it takes a quarter of the time to validate."""
    found: dict[str, Any] = json.loads(json.dumps(document))
    names: dict[str, str] = {}
    for operation in commands(found).values():
        for status, answer in operation["responses"].items():
            name = names.setdefault(json.dumps(answer), f"Answer{len(names)}")
            operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    assert "responses" not in found["components"]
    found["components"]["responses"] = {name: json.loads(answer) for answer, name in names.items()}
    return found


@pytest.mark.parametrize("name", ["reporting"])
def test_a_fault_in_one_answer_of_one_operation_is_found(document: dict[str, Any]):
    broken: dict[str, Any] = json.loads(json.dumps(document))
    del commands(broken)["livez"]["responses"]["500"]["description"]
    with pytest.raises(OpenAPIValidationError):
        validate(with_each_answer_once(broken), cls=OpenAPIV31SpecValidator)


def test_every_reference_leads_somewhere(document: dict[str, Any]):
    refs = {one["$ref"] for one in inside(document) if isinstance(one.get("$ref"), str)}
    dangling: list[str] = []
    for ref in refs:
        found: Any = document
        for part in ref.removeprefix("#/").split("/"):
            found = found.get(part) if isinstance(found, dict) else None
        if found is None:
            dangling.append(ref)

    assert dangling == []
    assert len(refs) > 20


def test_each_model_stands_there_once(document: dict[str, Any]):
    assert [one for one in inside(document["paths"]) if "$defs" in one or "properties" in one] == []
    used = {one["$ref"].rsplit("/", 1)[1] for one in inside(document) if isinstance(one.get("$ref"), str)}
    assert set(document["components"]["schemas"]) == used


def test_every_route_is_in_it_but_for_those_that_are_no_json(
    app_of: AppOf, name: str, document: dict[str, Any]
):
    routes = [
        one for one in iter_route_contexts(app_of(name).routes) if isinstance(one.original_route, APIRoute)
    ]
    listed = commands(document)

    assert {str(route.name) for route in routes} - set(listed) == NOT_JSON & set(services()[name].permissions)
    for route in routes:
        if route.name in listed:
            assert [method.lower() for method in route.methods or ()] == [
                method
                for method, one in document["paths"][route.path].items()
                if one["operationId"] == route.name
            ]


def test_says_how_to_sign_in_wherever_that_is_needed(name: str, document: dict[str, Any]):
    permissions = services()[name].permissions
    open_to_anyone = {name for name, one in commands(document).items() if "security" not in one}

    assert open_to_anyone == {one for one, access in permissions.items() if access is ANYONE} - NOT_JSON
    assert document["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"


def test_no_answer_is_without_a_form(document: dict[str, Any]):
    for operation in commands(document).values():
        for status, answer in operation["responses"].items():
            assert all(media["schema"] for media in answer.get("content", {}).values())
            assert status == "304" or answer["content"]
            refused = int(status) >= 400 and (operation["operationId"], status) != ("readyz", "503")
            assert not refused or list(answer["content"]) == [MEDIA_TYPE]


def test_a_command_has_its_headers_its_body_and_its_refusals(name: str, document: dict[str, Any]):
    listed = commands(document)
    for operation in services()[name].commands:
        found = listed[operation.name]
        headers = {one["name"]: one["required"] for one in found["parameters"] if one["in"] == "header"}
        body = found["requestBody"]["content"]["application/json"]["schema"]

        assert headers == {
            "Idempotency-Key": True,
            "If-Match": operation.needs_version,
            "Accept-Language": False,
            "Correlation-Id": False,
            "Purpose": False,
        }
        assert body == {"$ref": f"#/components/schemas/{operation.command.__name__}"}
        refs = [one for one in inside(of_model(document, body)) if one.get("format") == "uuid"]
        assert all(
            fullmatch(one["pattern"], RANDOM) and not fullmatch(one["pattern"], HASHED) for one in refs
        )
        assert {
            "200",
            "201",
            "400",
            "401",
            "403",
            "404",
            "409",
            "412",
            "413",
            "415",
            "422",
            "429",
            "503",
        } <= set(found["responses"])
        assert ("428" in found["responses"]) == operation.needs_version
        assert "ETag" in found["responses"]["200"]["headers"]


def test_a_bulk_load_is_described_line_by_line(document: dict[str, Any]):
    bulk = commands(document)["bulk"]
    asked = bulk["requestBody"]["content"]["application/x-ndjson"]["schema"]["contentSchema"]
    answered = bulk["responses"]["200"]["content"]["application/x-ndjson"]["schema"]["contentSchema"]

    assert asked["items"] == {"$ref": "#/components/schemas/BulkLine"}
    assert [one["$ref"].rsplit("/", 1)[1] for one in answered["items"]["anyOf"]] == [
        "BulkAnswer",
        "BulkRefusal",
    ]
