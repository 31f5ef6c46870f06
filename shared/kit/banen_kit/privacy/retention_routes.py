"""HTTP routes for privacy staff: who is due to be erased by age, and the confirmation when there are unusually many."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from banen_kit.application.problems import from_validation
from banen_kit.audit.log import Outcome
from banen_kit.core.clocks import day_of
from banen_kit.core.problem import Problem
from banen_kit.core.shapes import DayText, RefText, Shape
from banen_kit.privacy.retention import STOPPED, Retention
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.body import json_object
from banen_kit.web.openapi import Json, problems, reads


class RetentionConfirmation(BaseModel, frozen=True, extra="forbid"):
    """How many will be erased, so that nobody confirms without looking."""

    model_config = ConfigDict(hide_input_in_errors=True)

    count: Annotated[int, Field(ge=1, le=10_000_000)]


class DueToErase(Shape, frozen=True):
    kind: str
    ref: RefText
    due_since: DayText
    not_erased_before: DayText
    confirmed: bool


class RetentionState(Shape, frozen=True):
    """Who is due. `stopped` gives the reason if a pass stopped because unusually many are ready."""

    count: int
    ready: int
    stopped: str | None
    due: list[DueToErase]


class RetentionConfirmed(Shape, frozen=True):
    confirmed: int


def routes(retention: Retention, authentication: Authentication) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["retention"])

    @router.get(
        "/retention",
        name="retention",
        summary="Whose data is due to be erased, and from when on",
        response_model=RetentionState,
    )
    async def show(request: Request) -> Json:
        listed = await retention.listing.listed()
        today = day_of(retention.command_service.clock())
        rows = [
            {
                "kind": one.kind,
                "ref": one.ref,
                "dueSince": one.since.isoformat(),
                "notErasedBefore": (today + timedelta(days=max(0, retention.wait - one.days))).isoformat(),
                "confirmed": one.confirmed,
            }
            for one in listed
        ]
        ready = sum(one.days >= retention.wait and not one.confirmed for one in listed)
        shown = [one.ref for one in listed]
        await authentication.note(request, who(request), Outcome.SHOWN, shown=shown, count=len(rows))
        fault = retention.faults.open().get(STOPPED)
        return {"count": len(rows), "ready": ready, "stopped": fault and fault.reason, "due": rows}

    @router.post(
        "/retention/confirm",
        name="confirm-retention-pass",
        summary="Let all be erased that are ready",
        responses=problems(409),
        openapi_extra=reads(body=RetentionConfirmation),
    )
    async def confirm(request: Request) -> RetentionConfirmed:
        try:
            said = RetentionConfirmation.model_validate(await json_object(request))
        except ValidationError as error:
            raise from_validation(error) from None
        done = await retention.confirm(said.count)
        outcome = Outcome.ACCEPTED if done else Outcome.REFUSED
        await authentication.note(request, who(request), outcome, count=said.count)
        if not done:
            raise Problem(409, "count-differs", "So many are not ready; look again.", "count")
        return RetentionConfirmed(confirmed=said.count)

    return router
