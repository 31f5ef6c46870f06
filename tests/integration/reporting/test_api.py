"""The read API over HTTP: who kept an answer is told that it is the same only while it is."""

from typing import Any

import httpx2
import pytest


@pytest.mark.parametrize(
    "path", ["/v1/placements/{ref}", "/v1/targets", "/v1/results", "/v1/rule-sets", "/v1/placements"]
)
async def test_an_answer_that_differs_has_another_tag(browser: httpx2.AsyncClient, facts: Any, path: str):
    """A placement is pending on one day and counted on the next, though nothing was recorded between."""
    path = path.format(ref=facts.address("job").rsplit("/")[-1])
    before, after = [
        await browser.get(path, params={"happenedUntil": day}) for day in ("2006-12-31", "2007-01-01")
    ]
    assert before.json()["position"] == after.json()["position"]
    assert before.text != after.text

    kept = {"If-None-Match": before.headers["ETag"]}
    same = await browser.get(path, params={"happenedUntil": "2006-12-31"}, headers=kept)
    other = await browser.get(path, params={"happenedUntil": "2007-01-01"}, headers=kept)

    assert (same.status_code, same.text, same.headers["ETag"]) == (304, "", before.headers["ETag"])
    assert (other.status_code, other.text) == (200, after.text)


@pytest.mark.parametrize(
    "path", ["/v1/placements", "/v1/targets", "/v1/rule-sets", "/v1/set-aside", "/nl/overzicht"]
)
async def test_a_parameter_that_is_misspelt_is_refused(browser: httpx2.AsyncClient, path: str):
    """Else the list without the filter would be taken for the list with it."""
    answer = await browser.get(path, params={"kind": "temp"})

    assert answer.status_code == 400
    if path != "/nl/overzicht":
        assert (answer.json()["code"], answer.json()["field"]) == ("invalid-input", "kind")
    named = await browser.get(path, params={"Synthetica Voorbeeld": "1"})
    assert named.status_code == 400
    assert "Synthetica" not in named.text
