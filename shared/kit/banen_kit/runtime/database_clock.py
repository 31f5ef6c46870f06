"""The time of a service is that of its database. Events recorded while clocks differed or jumped need confirmation."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from banen_kit.application.problems import from_validation
from banen_kit.audit.log import Outcome
from banen_kit.core.clocks import utc_now
from banen_kit.core.faults import Faults
from banen_kit.core.shapes import MomentText, Shape
from banen_kit.postgres.connection import Pool, reachable
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.body import json_object
from banen_kit.web.openapi import Json, reads

TOLERANCE = timedelta(minutes=1)
LOOK_SECONDS = 10.0
AT_ONCE = 20_000
"""How many events are checked at a time."""
MOST_SHOWN = 1000


class ClockUntrusted(Exception):
    """A clock may be wrong, so nothing irreversible may be done now."""


def uptime() -> float:
    """Seconds from a clock that nobody can set; it also runs while the machine sleeps, if the system supports that."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


class DatabaseClock:
    """Calling it returns the database's time, based on the last measurement. `wall` is the process's own clock."""

    def __init__(
        self,
        pool: Pool,
        faults: Faults,
        wall: Callable[[], datetime] = utc_now,
        elapsed: Callable[[], float] = uptime,
    ) -> None:
        self._pool = pool
        self._faults = faults
        self._wall = wall
        self._elapsed = elapsed
        self._measured: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        assert self._measured is not None, "look first"
        at, elapsed = self._measured
        return at + timedelta(seconds=self._elapsed() - elapsed)

    async def look(self) -> None:
        """Measures both clocks and checks the events recorded since the last time. Raises `StoreUnavailable`."""
        async with reachable():
            before = self._elapsed()
            now: datetime = await self._pool.fetchval("select clock_timestamp()")
            half = (self._elapsed() - before) / 2
            if self._measured is not None and abs(now - self()) > TOLERANCE:
                await self._pool.execute("select note_clock_jump()")
            self._measured = now, before + half
            row = await self._pool.fetchrow("select suspects from look_at_clock($1)", AT_ONCE)
        assert row is not None
        self._tell(now, row["suspects"])

    def difference(self) -> timedelta:
        """How far the process's clock is ahead of the database's."""
        return self._wall() - self()

    async def refuse_untrusted(self) -> None:
        """Checks the clocks and all recorded events now.

        Raises `ClockUntrusted` if nothing irreversible may be done, `StoreUnavailable`.
        """
        seen: int | None = None
        while True:
            await self.look()
            async with reachable():
                position: int = await self._pool.fetchval("select position from clock_watch")
            if position == seen:
                break
            seen = position
        for name in ("clock", "clock-jump"):
            fault = self._faults.open().get(name)
            if fault is not None:
                raise ClockUntrusted(f"waits until the clocks can be trusted: {fault.reason}")

    async def suspects(self) -> list[dict[str, Any]]:
        """Returns the first unconfirmed events whose dates are uncertain."""
        query = (
            "select s.position, s.reason, split_part(e.stream, '-', 1) as category, e.recorded_at,"
            " edge_time(e.metadata) as edge from clock_suspects s left join events e using (position)"
            " where s.confirmed_at is null order by s.position limit $1"
        )
        async with reachable():
            rows = await self._pool.fetch(query, MOST_SHOWN)
        return [
            {
                "position": row["position"],
                "reason": row["reason"],
                "category": row["category"],
                "recordedAt": row["recorded_at"] and row["recorded_at"].isoformat(),
                "edgeTime": row["edge"] and row["edge"].isoformat(),
            }
            for row in rows
        ]

    async def confirm(self, until: int, by: str) -> int:
        """Marks uncertain events up to a position as checked; returns how many. Raises `StoreUnavailable`."""
        async with reachable():
            confirmed: int = await self._pool.fetchval("select confirm_clock($1, $2)", until, by)
        await self.look()
        return confirmed

    def _tell(self, now: datetime, suspects: int) -> None:
        ahead = self._wall() - now
        if abs(ahead) > TOLERANCE:
            which = "ahead of" if ahead > timedelta(0) else "behind"
            self._faults.raise_(
                "clock", f"this process's clock is {_rounded(abs(ahead))} {which} that of the database"
            )
        else:
            self._faults.clear("clock")
        if suspects:
            self._faults.raise_(
                "clock-jump",
                f"a clock jumped or was wrong: {suspects} events cannot be dated for certain; see: banen clock show",
                still_ready=True,
            )
        else:
            self._faults.clear("clock-jump")


def _rounded(span: timedelta) -> str:
    return str(timedelta(seconds=round(span.total_seconds())))


class ClockConfirmation(BaseModel, frozen=True, extra="forbid"):
    """Up to which position somebody checked."""

    model_config = ConfigDict(hide_input_in_errors=True)

    until: Annotated[int, Field(ge=0, lt=2**53)]


class Suspect(Shape, frozen=True):
    """An event whose date is uncertain, and why."""

    position: int
    reason: str
    category: str | None
    recorded_at: MomentText | None
    edge_time: MomentText | None


class ClockState(Shape, frozen=True):
    now: MomentText
    process_ahead_seconds: float
    suspects: list[Suspect]


class ClockConfirmed(Shape, frozen=True):
    confirmed: int


def routes(clock: DatabaseClock, authentication: Authentication) -> APIRouter:
    """For operators: both clocks, and the events recorded while they could not be trusted."""
    router = APIRouter(prefix="/v1", tags=["clock"])

    @router.get(
        "/clock",
        name="clock",
        summary="Both clocks, and the events that cannot be dated for certain",
        response_model=ClockState,
    )
    async def show(request: Request) -> Json:
        await clock.look()
        suspects = await clock.suspects()
        await authentication.note(request, who(request), Outcome.SHOWN, count=len(suspects))
        ahead = clock.difference().total_seconds()
        return {"now": clock().isoformat(), "processAheadSeconds": round(ahead, 1), "suspects": suspects}

    @router.post(
        "/clock/confirm",
        name="confirm-clock",
        summary="Those events were looked at",
        openapi_extra=reads(body=ClockConfirmation),
    )
    async def confirm(request: Request) -> ClockConfirmed:
        try:
            said = ClockConfirmation.model_validate(await json_object(request))
        except ValidationError as error:
            raise from_validation(error) from None
        confirmed = await clock.confirm(said.until, who(request).principal.subject)
        await authentication.note(request, who(request), Outcome.ACCEPTED, count=confirmed, until=said.until)
        return ClockConfirmed(confirmed=confirmed)

    return router
