"""Services are asked in Dutch, and a refusal is shown on one line."""

from typing import Any

import httpx2
import pytest

from banen_cli import report
from banen_cli.ask import ask, give_lines, said_in
from banen_cli.fault import Fault


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The headers of every request; each is refused."""
    found: list[dict[str, str]] = []

    def answer(*_: object, headers: dict[str, str], **__: Any) -> httpx2.Response:
        found.append(headers)
        return httpx2.Response(429, json={"code": "too-many-loads", "detail": "Wacht even."})

    monkeypatch.setattr(httpx2, "request", answer)
    monkeypatch.setattr(httpx2, "get", answer)
    return found


def test_every_request_prefers_dutch(asked: list[dict[str, str]]):
    token = {"Authorization": "Bearer synthetic"}
    ask("GET", "http://a/v1/relay", token)
    for sends in (
        lambda: give_lines("http://a", token, [{}]),
        lambda: report.fetch("http://a", "/v1", {}, token),
    ):
        with pytest.raises(Fault, match=r"^Wacht even\. \(too-many-loads\)$"):
            sends()

    assert [headers["Accept-Language"] for headers in asked] == ["nl", "nl", "nl"]
    assert [headers["Authorization"] for headers in asked] == ["Bearer synthetic"] * 3


def test_what_is_wrong_with_each_field_stands_behind_the_sentence():
    errors = [{"field": "kind", "detail": "no such kind"}, {"field": "paid", "detail": "is missing"}]
    refusal = {"code": "invalid-input", "detail": "De invoer klopt niet.", "errors": errors}

    assert said_in(refusal) == "De invoer klopt niet. (invalid-input) kind: no such kind; paid: is missing"
