"""The read API: targets, results, placements behind figures, rule sets side by side, and the progress of the sources."""

from typing import Final

from fastapi import APIRouter, Request, Response

from banen_kit.audit.log import REFERENCE, Outcome
from banen_kit.web.authentication import who
from banen_kit.web.openapi import IF_NONE_MATCH, Json, path_ref, reads
from banen_reporting.queries import state
from banen_reporting.queries.access import FigureAccess
from banen_reporting.queries.programme import ProgrammeInForce, programme_in_force
from banen_reporting.queries.rows import PlacementFilter
from banen_reporting.queries.schemas import (
    PlacementHistory,
    Placements,
    Results,
    RuleSets,
    Targets,
)
from banen_reporting.queries.schemas_course import Comparison, Course
from banen_reporting.web.answers import FIGURES, Open, answered, tagged
from banen_reporting.web.api_views import add_views
from banen_reporting.web.parameters import (
    Cursor,
    Filter,
    KnownOn,
    Limit,
    OtherKnownOn,
    OtherRuleSetId,
    RuleSetId,
    Until,
    Verdict,
)

ONE_PLACEMENT: Final[Json] = {**FIGURES, "openapi_extra": reads(path_ref("uuid"), IF_NONE_MATCH)}


def routes(readers: FigureAccess) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["figures"])
    add_figures(router, readers.reading)
    add_rows(router, readers.reading)
    add_views(router, readers.reading)
    add_state(router, readers)
    return router


def add_figures(router: APIRouter, reading: Open) -> None:

    @router.get(
        "/targets",
        name="targets",
        summary="Targets against what counts, per unit and route",
        response_model=Targets,
        **FIGURES,
    )
    async def targets(
        request: Request, rule_set: RuleSetId = None, known_on: KnownOn = None, until: Until = None
    ) -> Response:
        view = reading(request)
        return tagged(request, await view.targets(view.asked(rule_set, known_on, until)))

    @router.get(
        "/results",
        name="results",
        summary="Programme, regular and total, per unit",
        response_model=Results,
        **FIGURES,
    )
    async def results(
        request: Request, rule_set: RuleSetId = None, known_on: KnownOn = None, until: Until = None
    ) -> Response:
        view = reading(request)
        return tagged(request, await view.results(view.asked(rule_set, known_on, until)))

    @router.get(
        "/rule-sets",
        name="rule-sets",
        summary="The published rule sets and what each counts",
        response_model=RuleSets,
        **FIGURES,
    )
    async def rule_sets(request: Request, known_on: KnownOn = None, until: Until = None) -> Response:
        view = reading(request)
        return tagged(request, await view.rule_sets(view.asked(None, known_on, until)))

    @router.get(
        "/course",
        name="course",
        summary="What counts month by month, beside the plan pro rata",
        response_model=Course,
        **FIGURES,
    )
    async def course(
        request: Request,
        rule_set: RuleSetId = None,
        known_on: KnownOn = None,
        until: Until = None,
        unit: Filter = None,
    ) -> Response:
        view = reading(request)
        asked = view.asked(rule_set, known_on, until)
        if unit is not None:
            await view.unit(asked, unit)
        return tagged(request, await view.course(asked, unit))

    @router.get(
        "/comparison",
        name="comparison",
        summary="Two states side by side, and what made the difference",
        response_model=Comparison,
        **FIGURES,
    )
    async def comparison(
        request: Request,
        rule_set: RuleSetId = None,
        known_on: KnownOn = None,
        until: Until = None,
        other_rule_set: OtherRuleSetId = None,
        other_known_on: OtherKnownOn = None,
    ) -> Response:
        view = reading(request)
        before, after = view.asked_twice(rule_set, known_on, until, other_rule_set, other_known_on)
        return tagged(request, await view.comparison(before, after))


def add_rows(router: APIRouter, reading: Open) -> None:

    @router.get(
        "/placements",
        name="placements",
        summary="The placements behind a figure",
        response_model=Placements,
        **FIGURES,
    )
    async def placements(  # noqa: PLR0913, PLR0917 - each is a query parameter
        request: Request,
        rule_set: RuleSetId = None,
        known_on: KnownOn = None,
        until: Until = None,
        unit: Filter = None,
        route: Filter = None,
        verdict: Verdict = None,
        clause: Filter = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Response:
        view = reading(request)
        wanted = PlacementFilter(unit, route, verdict, clause)
        asked = view.asked(rule_set, known_on, until)
        return tagged(request, await view.placements(asked, wanted, cursor, limit))

    @router.get(
        "/placements/{ref}",
        name="placement",
        summary="One placement: its events and its verdicts",
        response_model=PlacementHistory,
        **ONE_PLACEMENT,
    )
    async def placement(
        request: Request,
        source: Filter = None,
        known_on: KnownOn = None,
        until: Until = None,
    ) -> Response:
        view, ref = reading(request), request.path_params["ref"]
        return tagged(request, await view.placement(ref, source, view.asked(None, known_on, until)))


def add_state(router: APIRouter, readers: FigureAccess) -> None:
    answers = readers.answers

    @router.get(
        "/programme",
        name="programme",
        summary="The programme as the bureau has defined and decided it, as known now",
        response_model=ProgrammeInForce,
        **FIGURES,
    )
    async def programme(request: Request) -> Response:
        return tagged(request, await programme_in_force(answers))

    @router.get(
        "/set-aside",
        name="set-aside",
        summary="What was received and cannot be counted, with the reason; the first thousand",
        response_model=state.SetAside,
    )
    async def set_aside(request: Request) -> Response:
        found = await state.set_aside(answers.view)
        # Other partners wrote the references.
        refs = [row.ref for row in found.set_aside if row.ref and REFERENCE.fullmatch(row.ref)]
        count = len(found.set_aside)
        await readers.authentication.note(request, who(request), Outcome.SHOWN, shown=refs, count=count)
        return answered(found)

    @router.get(
        "/position",
        name="position",
        summary="How far each source was received and counted",
        response_model=state.Position,
    )
    async def position() -> Response:
        return answered(await state.position(answers.view))
