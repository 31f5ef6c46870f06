"""Reads the body of a request, up to a limit; once, for the gate and the route behind it."""

from fastapi import Request

from banen_kit.problem import Problem


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
