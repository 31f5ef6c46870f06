"""Refusals as HTTP shows them."""

import httpx2

from banen_kit.core.problem import MEDIA_TYPE


def is_problem(answer: httpx2.Response, status: int, code: str, field: str | None = None) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"], body.get("field")) == (status, code, field), body
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert body["status"] == status
    assert body["type"] == f"urn:banen:problem:{code}"
