"""The address and the headers of a request have one meaning and an end, whatever the route."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from banen_kit.web.middleware import Guard
from banen_kit.web.request_head import MOST_ADDRESS, MOST_HEADERS, MOST_PARAMETERS

ID, OTHER = "6f2a9d1e-4c58-4d0b-8d37-0e1a7b5c9f42", "5bb3b4a6-6b1f-4f0c-9d0d-7f6f2c1f0b1e"


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.add_middleware(Guard)

    @app.api_route("/view/{ref}", methods=["GET", "POST"])
    async def view(ref: str, day: str = "") -> str:
        return f"{ref} {day}"

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://uaf") as client:
        yield client


async def test_lets_others_through(http: httpx2.AsyncClient):
    headers = [("Accept", "text/html"), ("Accept", "*/*"), ("Idempotency-Key", ID), ("Cookie", "a=b")]
    answer = await http.get("/view/p-1?day=2006-01-01&empty=&%C3%A9=x%20y", headers=headers)
    assert (answer.status_code, answer.json()) == (200, "p-1 2006-01-01")


@pytest.mark.parametrize(
    "name", ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Correlation-Id", "Purpose"]
)
async def test_a_header_that_says_one_thing_stands_there_once(http: httpx2.AsyncClient, name: str):
    for other in (ID, OTHER):
        answer = await http.post("/view/p-1", headers=[(name, ID), (name.lower(), other)])
        assert (answer.status_code, answer.json()["field"]) == (400, name)
        assert ID not in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("day=1&day=2", "day"),
        ("day=1&day=1", "day"),
        ("day=1&d%61y=1", "day"),
        ("Synthetica%20Voorbeeld=1&Synthetica%20Voorbeeld=1", "(unknown)"),
        ("day=%00", "day"),
        ("day=a%0d%0ab", "day"),
        ("day=%ff", "query"),
        ("day=%ed%a0%80", "query"),
        ("&".join(f"d{number}=1" for number in range(MOST_PARAMETERS + 1)), "query"),
    ],
)
async def test_a_query_that_can_be_read_in_two_ways_is_refused(
    http: httpx2.AsyncClient, query: str, field: str
):
    answer = await http.get(f"/view/p-1?{query}")
    body = answer.json()
    assert (answer.status_code, body["code"], body["field"]) == (400, "invalid-input", field)
    assert "Synthetica" not in answer.text


@pytest.mark.parametrize("ref", ["%00", "a%0ab", "p-1%7f"])
async def test_a_path_with_a_control_character_is_refused(http: httpx2.AsyncClient, ref: str):
    answer = await http.get(f"/view/{ref}")
    assert (answer.status_code, answer.json()["field"]) == (400, "ref")


async def test_an_address_has_an_end(http: httpx2.AsyncClient):
    for address in ("/view/" + "x" * MOST_ADDRESS, "/view/p-1?day=" + "x" * MOST_ADDRESS):
        answer = await http.get(address)
        assert (answer.status_code, answer.json()["code"]) == (414, "too-much")
        assert "xxx" not in answer.text


async def test_headers_have_an_end(http: httpx2.AsyncClient):
    answer = await http.get("/view/p-1", headers={f"X-{n}": "x" * 1024 for n in range(MOST_HEADERS // 1024)})
    assert (answer.status_code, answer.json()["code"]) == (431, "too-much")
