"""What is due on a date, as the timers of a service know it."""

from datetime import date
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request

from banen_contracts.base import Day
from banen_kit.application.command_service import CommandService
from banen_kit.application.timer_table import TimerTable
from banen_kit.audit.log import Outcome
from banen_kit.core.clocks import day_of
from banen_kit.core.shapes import Shape
from banen_kit.web.authentication import Authentication, who

MOST = 200


class Due(Shape, frozen=True):
    """Something that is due on a day, about a record of that kind."""

    timer: str
    kind: str
    ref: str
    due_on: date
    is_overdue: bool


class DueList(Shape, frozen=True):
    """The first of what is due, in order of the day."""

    items: list[Due]
    is_all: bool
    """Whether nothing more is due by that day."""


def routes(command_service: CommandService, table: TimerTable, authentication: Authentication) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["lists"])
    service = command_service.service
    kind_of = {timer.name: timer.operation.category for timer in service.timers}
    known = cast("Any", Annotated)[str | None, Query(pattern=f"^({'|'.join(kind_of)})$")]

    async def endpoint(
        request: Request,
        timer: str | None = None,
        until: Day | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    ) -> DueList:
        roles, today = who(request).principal.roles, day_of(command_service.clock())
        names = [
            name
            for name, kind in kind_of.items()
            if service.may_read(kind).roles & roles and timer in (None, name)
        ]
        rows = await table.waiting(names, until or date.max, limit + 1)
        items = [
            Due(
                timer=row.name,
                kind=kind_of[row.name],
                ref=row.ref,
                due_on=row.due_on,
                is_overdue=row.due_on < today,
            )
            for row in rows[:limit]
        ]
        await authentication.note(request, who(request), Outcome.SHOWN, count=len(items))
        return DueList(items=items, is_all=len(rows) <= limit)

    endpoint.__annotations__["timer"] = known
    router.add_api_route(
        "/due",
        endpoint,
        methods=["GET"],
        name="list-due",
        summary="What is due on a date: the first first, and what is overdue",
        response_model=DueList,
    )
    return router
