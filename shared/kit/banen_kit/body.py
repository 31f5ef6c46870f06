"""Reads the body of a request, up to a limit; once, for the gate and the route behind it."""

import json
from typing import Any

from fastapi import Request

from banen_kit.problem import Problem

MOST_BYTES = 256 * 1024


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
    try:
        body = json.loads(await limited_body(request, MOST_BYTES) or b"{}")
    except (ValueError, RecursionError):
        raise Problem(400, "invalid-json", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Problem(400, "invalid-json", "The body must be a JSON object.")
    return body  # pyright: ignore[reportUnknownVariableType]
