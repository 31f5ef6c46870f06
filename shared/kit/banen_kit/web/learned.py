"""What a service has heard of others, and decides by."""

import json
from typing import Any

from fastapi import APIRouter, Path
from fastapi.responses import Response

from banen_kit.application.command_service import CommandService
from banen_kit.core.problem import Problem
from banen_kit.core.shapes import MomentText, Shape
from banen_kit.web.openapi import problems


class HeardEvent(Shape, frozen=True):
    """The newest of one kind of event. `data` is as the contract of that name says; `sequence` is that of its source."""

    event: str
    source: str
    sequence: int
    heard_at: MomentText
    data: dict[str, Any]


def learned_routes(command_service: CommandService) -> APIRouter:
    router = APIRouter(tags=["learned"])
    known = {one.event.NAME: one for one in command_service.service.learns}
    place = Path(json_schema_extra={"enum": [*known]})

    @router.get(
        "/learned/{event}",
        name="learned",
        summary="What this service heard last of one kind of event",
        response_model=HeardEvent,
        responses=problems(404),
    )
    async def learned(event: str = place) -> Response:
        learns = known.get(event)
        if learns is None:
            raise Problem(404, "not-found", "Not Found")
        newest = command_service.learned.newest(learns.event)
        if newest is None:
            raise Problem(404, "not-learned-yet", f"This service has not heard yet of {event}.")
        return HeardEvent(
            event=event,
            source=learns.source,
            sequence=newest.sequence,
            heard_at=newest.heard_at.isoformat(),
            data=json.loads(newest.event.to_json()),
        ).response()

    return router
