"""Reads the body of a request once, up to a limit, for authentication and the route."""

from typing import Any

from fastapi import Request

from banen_kit.core.problem import Problem
from banen_kit.core.strict_json import MOST_BYTES, json_object_of

JSON = "application/json"


async def limited_body(request: Request, most: int) -> bytes:
    """Raises `Problem` 413."""
    kept: bytes | None = getattr(request.state, "body", None)
    if kept is None:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise Problem(413, "too-much", f"The request is larger than {most} bytes.")
        kept = request.state.body = bytes(body)
    return kept


async def json_object(request: Request) -> dict[str, Any]:
    """Raises `Problem`."""
    refuse_other_type(request, JSON)
    return json_object_of(await limited_body(request, MOST_BYTES) or b"{}")


def refuse_other_type(request: Request, wanted: str) -> None:
    """Raises `Problem` 415 for another content type. Other sites can make a browser send a body, but not with this type."""
    given = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise Problem(415, "content-type-wrong", f"Send this with Content-Type: {wanted}.", "Content-Type")
