"""Reads the body of a request, up to a limit."""

from fastapi import Request

from banen_kit.problem import Problem


async def limited_body(request: Request, most: int) -> bytes:
    """Raises `Problem` 413."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Problem(413, "too-much", f"The request is larger than {most} bytes.")
    return bytes(body)
