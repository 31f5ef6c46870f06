"""For ops: what stands in the relay's way, and the decision about it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from banen_kit.application.problems import from_validation
from banen_kit.audit.log import Outcome
from banen_kit.eventstore.port import StoredRecord, ref_of
from banen_kit.messaging.blocked import CannotPublish, Correction, Decision, Outbound
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.body import json_object


def shown(blocked: CannotPublish | None, waiting: int) -> dict[str, Any]:
    if blocked is None:
        return {"blocked": None}
    record: StoredRecord = blocked.record
    at: datetime = record.recorded_at
    return {
        "blocked": {
            "position": record.position,
            "eventId": str(record.id),
            "type": record.type,
            "stream": record.stream,
            "recordedAt": at.isoformat(),
            "reason": blocked.reason,
            "waiting": waiting,
        }
    }


def routes(outbound: Outbound, authentication: Authentication) -> APIRouter:
    """For ops: what stands in the relay's way, and the decision about it."""
    router = APIRouter(prefix="/v1", tags=["relay"])

    @router.get(
        "/relay", name="blocked-event", summary="The event that the relay cannot publish, if there is one"
    )
    async def show(request: Request) -> Response:
        blocked = await outbound.blocked()
        waiting = await outbound.waiting(blocked) if blocked else 0
        about = ref_of(blocked.record.stream) if blocked else None
        await authentication.note(request, who(request), Outcome.SHOWN, about)
        return JSONResponse(shown(blocked, waiting))

    async def decide(request: Request, kind: type[Decision]) -> Response:
        try:
            decision = kind.model_validate(await json_object(request), by_alias=True, by_name=False)
        except ValidationError as error:
            raise from_validation(error) from None
        await outbound.decide(decision, who(request).principal.subject)
        await authentication.note(request, who(request), Outcome.ACCEPTED, str(decision.event_id))
        return JSONResponse({"position": decision.position, "eventId": str(decision.event_id)}, 201)

    @router.post("/relay/skip", name="skip-event", summary="Publish a marker in its place")
    async def skip(request: Request) -> Response:
        return await decide(request, Decision)

    @router.post("/relay/correct", name="correct-event", summary="Publish what it should have been")
    async def correct(request: Request) -> Response:
        return await decide(request, Correction)

    return router
