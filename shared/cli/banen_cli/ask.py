"""Calls a service over HTTP, and turns a refusal into one line."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import httpx2

from banen_cli.fault import Fault

TIMEOUT_SECONDS = 120
"""Removing destroyed keys from disk may take half a minute."""
SPOKEN = {"Accept-Language": "nl"}
"""Refusals are shown as the service says them."""


def get(url: str, path: str, headers: Mapping[str, str]) -> Any:
    """Returns None for a 404. Raises `Fault`."""
    answer = ask("GET", f"{url.rstrip('/')}{path}", headers)
    found = object_in(answer)
    if answer.status_code == 404 and str(found.get("code", "")).endswith("-unknown"):
        return None
    if answer.status_code != 200 or not found:
        raise Fault(refusal_in(answer))
    return found


def ask(method: str, address: str, headers: Mapping[str, str], body: object = None) -> httpx2.Response:
    told = {**SPOKEN, **headers}
    try:
        return httpx2.request(method, address, headers=told, json=body, timeout=TIMEOUT_SECONDS)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Fault(f"The service cannot be reached: {type(error).__name__}") from error


def refusal_in(answer: httpx2.Response) -> str:
    body = object_in(answer)
    if "detail" in body and "code" in body:
        return said_in(body)
    return f"The service answers {answer.status_code}; is the address right?"


def said_in(refusal: Mapping[str, Any]) -> str:
    """One line: its sentence and its code, and what is wrong with which field, if it says so."""
    errors: Sequence[Mapping[str, Any]] = refusal.get("errors") or ()
    wrong = "; ".join(f"{error['field']}: {error['detail']}" for error in errors)
    return f"{refusal['detail']} ({refusal['code']})" + (f" {wrong}" if wrong else "")


def object_in(answer: httpx2.Response) -> Mapping[str, Any]:
    """Returns the JSON object in an answer; an empty one if there is none, since any server may be at an address."""
    try:
        found: object = answer.json()
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def give(url: str, path: str, headers: Mapping[str, str], body: object) -> Mapping[str, Any]:
    """Sends a request that changes something and returns the answer. Raises `Fault` with the refusal."""
    answer = ask("POST", f"{url.rstrip('/')}{path}", headers, body)
    if not answer.is_success:
        raise Fault(refusal_in(answer))
    return object_in(answer)


def give_lines(url: str, headers: Mapping[str, str], lines: Sequence[object]) -> Sequence[Mapping[str, Any]]:
    """Sends a bulk load and returns the answer to each line. Raises `Fault` if it was not taken as a whole."""
    try:
        answer = httpx2.request(
            "POST",
            f"{url.rstrip('/')}/v1/bulk",
            headers={**SPOKEN, **headers, "Content-Type": "application/x-ndjson"},
            content="\n".join(json.dumps(line) for line in lines),
            timeout=TIMEOUT_SECONDS,
        )
        if answer.status_code != 200:
            raise Fault(refusal_in(answer))
        found: list[dict[str, Any]] = [json.loads(line) for line in answer.text.splitlines()]
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Fault(f"The service cannot be reached: {type(error).__name__}") from error
    except ValueError:
        found = []
    if len(found) != len(lines):
        raise Fault("The service does not answer every line; is the address right?")
    return found
