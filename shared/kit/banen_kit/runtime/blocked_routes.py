"""HTTP routes for operators: the event that blocks the relay, and the decision about it."""

from fastapi import APIRouter, Request
from pydantic import ValidationError

from banen_kit.application.problems import from_validation
from banen_kit.audit.log import Outcome
from banen_kit.core.shapes import MomentText, RefText, Shape
from banen_kit.eventstore.port import ref_of
from banen_kit.messaging.blocked import CannotPublish, Correction, Decision, Outbound
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.body import json_object
from banen_kit.web.openapi import problems, reads


class BlockedEvent(Shape, frozen=True):
    """The blocking event, and how many are waiting behind it."""

    position: int
    event_id: RefText
    type: str
    stream: str
    recorded_at: MomentText
    reason: str
    waiting: int


class RelayState(Shape, frozen=True):
    blocked: BlockedEvent | None


class Decided(Shape, frozen=True):
    position: int
    event_id: RefText


def shown(blocked: CannotPublish | None, waiting: int) -> RelayState:
    if blocked is None:
        return RelayState(blocked=None)
    record = blocked.record
    return RelayState(
        blocked=BlockedEvent(
            position=record.position,
            event_id=str(record.id),
            type=record.type,
            stream=record.stream,
            recorded_at=record.recorded_at.isoformat(),
            reason=blocked.reason,
            waiting=waiting,
        )
    )


def routes(outbound: Outbound, authentication: Authentication) -> APIRouter:
    """Show the event that blocks the relay, skip it or correct it."""
    router = APIRouter(prefix="/v1", tags=["relay"])

    @router.get(
        "/relay", name="blocked-event", summary="The event that the relay cannot publish, if there is one"
    )
    async def show(request: Request) -> RelayState:
        blocked = await outbound.blocked()
        waiting = await outbound.waiting(blocked) if blocked else 0
        about = ref_of(blocked.record.stream) if blocked else None
        await authentication.note(request, who(request), Outcome.SHOWN, about)
        return shown(blocked, waiting)

    async def decide(request: Request, kind: type[Decision]) -> Decided:
        try:
            decision = kind.model_validate(await json_object(request), by_alias=True, by_name=False)
        except ValidationError as error:
            raise from_validation(error) from None
        await outbound.decide(decision, who(request).principal.subject)
        await authentication.note(request, who(request), Outcome.ACCEPTED, str(decision.event_id))
        return Decided(position=decision.position, event_id=str(decision.event_id))

    @router.post(
        "/relay/skip",
        name="skip-event",
        summary="Publish a marker in its place",
        status_code=201,
        responses=problems(409),
        openapi_extra=reads(body=Decision),
    )
    async def skip(request: Request) -> Decided:
        return await decide(request, Decision)

    @router.post(
        "/relay/correct",
        name="correct-event",
        summary="Publish what it should have been",
        status_code=201,
        responses=problems(409),
        openapi_extra=reads(body=Correction),
    )
    async def correct(request: Request) -> Decided:
        return await decide(request, Correction)

    return router
