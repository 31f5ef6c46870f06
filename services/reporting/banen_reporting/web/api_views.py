"""The read API of the views beside the figures: what the pages show, as JSON."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.effort import effort
from banen_reporting.queries.employers import employers_view
from banen_reporting.queries.follow_up import follow_up
from banen_reporting.queries.funnel import FunnelFilter
from banen_reporting.queries.money import money
from banen_reporting.queries.programme_facts import programme_facts
from banen_reporting.queries.quality import data_quality
from banen_reporting.queries.reach import reach_view
from banen_reporting.queries.regions import regions_view
from banen_reporting.queries.schemas import Answer
from banen_reporting.queries.schemas_course import WhatIf
from banen_reporting.queries.schemas_money import Money, ProgrammeFacts
from banen_reporting.queries.schemas_places import ReachView, RegionsView
from banen_reporting.queries.schemas_views import (
    ConversionFunnel,
    DataQuality,
    Effort,
    EmployersView,
    FollowUp,
    SupplyAndDemand,
)
from banen_reporting.queries.supply_and_demand import supply_and_demand
from banen_reporting.queries.views import refuse_unknown, seen_day
from banen_reporting.queries.what_if import what_if
from banen_reporting.web.answers import FIGURES, Open, tagged
from banen_reporting.web.parameters import Filter, KnownOn, RuleSetId, Until
from banen_reporting.web.rule_changes import Changes


@dataclass(frozen=True)
class View:
    """A view without a filter of its own: its name, which is its path too."""

    name: str
    summary: str
    answer: type[Answer]
    make: Callable[[ProgrammeDay, Extent], Answer]


VIEWS = (
    View("regions", "The regions of the programme beside each other", RegionsView, regions_view),
    View(
        "reach",
        "Who was met in each municipality, beside the estimate of how many live there",
        ReachView,
        reach_view,
    ),
    View("employers", "Employers, groups, agreements and own firms", EmployersView, employers_view),
    View("data-quality", "The checks on the data, and what each found", DataQuality, data_quality),
    View("follow-up", "Handovers, milestones and aftercare", FollowUp, follow_up),
    View("supply-and-demand", "People who wait for work, and places", SupplyAndDemand, supply_and_demand),
    View("effort", "Hours of volunteers and staff, and their meetings", Effort, effort),
    View("money", "What the programme costs, and who pays", Money, money),
    View(
        "programme-facts", "Numbers that no event counts, with their sources", ProgrammeFacts, programme_facts
    ),
)


def add_views(router: APIRouter, reading: Open) -> None:
    for view in VIEWS:
        add_view(router, reading, view)
    add_what_if(router, reading)

    @router.get(
        "/funnel",
        name="funnel",
        summary="The same people from a conversation to work",
        response_model=ConversionFunnel,
        **FIGURES,
    )
    async def of_people(
        request: Request,
        rule_set: RuleSetId = None,
        known_on: KnownOn = None,
        until: Until = None,
        partner: Filter = None,
        region: Filter = None,
        route: Filter = None,
    ) -> Response:
        view = reading(request)
        day, extent = await seen_day(view, view.asked(rule_set, known_on, until))
        wanted = FunnelFilter(partner, region, route)
        refuse_unknown(wanted, day, extent)
        return tagged(request, await day.answer(wanted, extent))


def add_what_if(router: APIRouter, reading: Open) -> None:

    @router.get(
        "/what-if",
        name="what-if",
        summary="What would count under other rules, without publishing them",
        response_model=WhatIf,
        **FIGURES,
    )
    async def tried(
        request: Request,
        changes: Changes,
        rule_set: RuleSetId = None,
        known_on: KnownOn = None,
        until: Until = None,
    ) -> Response:
        view = reading(request)
        return tagged(request, await what_if(view, view.asked(rule_set, known_on, until), changes))


def add_view(router: APIRouter, reading: Open, view: View) -> None:

    @router.get(f"/{view.name}", name=view.name, summary=view.summary, response_model=view.answer, **FIGURES)
    async def answer(
        request: Request, rule_set: RuleSetId = None, known_on: KnownOn = None, until: Until = None
    ) -> Response:
        seen = reading(request)
        day, extent = await seen_day(seen, seen.asked(rule_set, known_on, until))
        return tagged(request, await day.answer(view.make, extent))
