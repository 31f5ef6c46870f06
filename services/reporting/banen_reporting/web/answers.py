"""How the read API sends an answer, and what its OpenAPI document says of that."""

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from fastapi import Request, Response

from banen_kit.web.openapi import ETAG, IF_NONE_MATCH, Json, problems, reads
from banen_reporting.queries.access import Scope
from banen_reporting.queries.schemas import Answer

FIGURES: Final[Json] = {
    "responses": {
        200: {"headers": ETAG},
        304: {"headers": ETAG, "description": "It is as the caller knows it (If-None-Match)"},
        **problems(404),
    },
    "openapi_extra": reads(IF_NONE_MATCH),
}
"""The shared parts of the OpenAPI description of routes about figures."""
Open = Callable[[Request], Scope]
"""Returns the answers that the caller may see."""


def answered(answer: Answer) -> Response:
    """The model's own JSON. The routes' `response_model` is only for the OpenAPI document."""
    return Response(answer.to_json(), media_type="application/json")


def tagged(request: Request, answer: Answer) -> Response:
    """Adds a hash of the answer as ETag, so that callers need not fetch an unchanged answer again."""
    response = answered(answer)
    etag = f'"{sha256(response.body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return response
