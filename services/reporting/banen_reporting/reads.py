"""The read API: targets, results, the placements behind every figure, and the rule sets side by side."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from banen_contracts.base import Day
from banen_reporting.answers import Answers, Wanted

RuleSetId = Annotated[str | None, Query(alias="ruleSet", max_length=60)]
KnownOn = Annotated[Day | None, Query(alias="knownOn")]
Until = Annotated[Day | None, Query(alias="happenedUntil")]
Filter = Annotated[str | None, Query(max_length=80)]


def routes(answers: Answers) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["figures"])
    add_figures(router, answers)
    add_rows(router, answers)
    return router


def add_figures(router: APIRouter, answers: Answers) -> None:

    @router.get("/targets", summary="Targets against what counts, per unit and route")
    async def targets(
        request: Request, rule_set: RuleSetId = None, known_on: KnownOn = None, until: Until = None
    ) -> Response:
        return tagged(request, await answers.targets(answers.asked(rule_set, known_on, until)))

    @router.get("/results", summary="Programme, regular and total, per unit")
    async def results(
        request: Request, rule_set: RuleSetId = None, known_on: KnownOn = None, until: Until = None
    ) -> Response:
        return tagged(request, await answers.results(answers.asked(rule_set, known_on, until)))

    @router.get("/rule-sets", summary="The published rule sets and what each counts")
    async def rule_sets(request: Request, known_on: KnownOn = None, until: Until = None) -> Response:
        return tagged(request, await answers.rule_sets(answers.asked(None, known_on, until)))


def add_rows(router: APIRouter, answers: Answers) -> None:

    @router.get("/placements", summary="The placements behind a figure")
    async def placements(  # noqa: PLR0913, PLR0917 - each is a query parameter
        request: Request,
        rule_set: RuleSetId = None,
        known_on: KnownOn = None,
        until: Until = None,
        unit: Filter = None,
        route: Filter = None,
        verdict: Annotated[Literal["counted", "pending", "excluded"] | None, Query()] = None,
        clause: Filter = None,
        cursor: Annotated[str | None, Query(max_length=400)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> Response:
        asked = answers.asked(rule_set, known_on, until)
        return tagged(
            request, await answers.placements(asked, Wanted(unit, route, verdict, clause), cursor, limit)
        )

    @router.get("/placements/{ref}", summary="One placement: its events and its verdicts")
    async def placement(
        request: Request, ref: str, source: Filter = None, known_on: KnownOn = None, until: Until = None
    ) -> Response:
        return tagged(request, await answers.placement(ref, source, answers.asked(None, known_on, until)))

    @router.get(
        "/set-aside", summary="What was received and cannot be counted, with the reason; the first thousand"
    )
    async def set_aside() -> Response:
        _, _, reasons = await answers.view.backlog()
        rows = await answers.view.set_aside()
        shown = [dict(row) for row in rows]
        return JSONResponse({"count": sum(reasons.values()), "reasons": reasons, "setAside": shown})

    @router.get("/position", summary="How far each source was received and counted")
    async def position() -> Response:
        sources = [
            {
                "source": row["source"],
                "received": row["head"],
                "counted": row["projected"],
                "complete": not row["has_hole"],
                "through": row["through"] and row["through"].isoformat(),
            }
            for row in await answers.view.sources()
        ]
        return JSONResponse({"position": await answers.view.position(), "sources": sources})


def tagged(request: Request, body: dict[str, Any]) -> Response:
    """With the position as ETag, so that nobody fetches again what has not changed."""
    etag = f'"{body["position"]}-{body.get("knownOn", "")}-{body.get("provisional", "")}"'
    if request.headers.get("If-None-Match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return JSONResponse(body, headers={"ETag": etag, "Cache-Control": "no-cache"})
