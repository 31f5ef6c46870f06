"""The funnel: at which step people are lost."""

from collections.abc import Sequence

from fastapi import Request, Response

from banen_kit.web.shell.router import PageRouter
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.funnel import STEPS, FunnelFilter
from banen_reporting.queries.schemas_views import Bridge, ConversionFunnel, FunnelPart, Step
from banen_reporting.queries.views import refuse_unknown, seen_day
from banen_reporting.web.files import Row
from banen_reporting.web.pages.placements import partner_names
from banen_reporting.web.pages.tables import Said
from banen_reporting.web.parameters import Filter, KnownOn, OfForm, RuleSetId, Until
from banen_reporting.web.sections import Choice, Column, Section, TablesPage, shown
from banen_reporting.web.visit import Visits
from banen_reporting.web.words import ProgrammeWords


def add_funnel(router: PageRouter, visits: Visits) -> None:

    @router.page("page-funnel")
    async def page(  # noqa: PLR0913, PLR0917 - each is a query parameter
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        partner: OfForm[Filter] = None,
        region: OfForm[Filter] = None,
        route: OfForm[Filter] = None,
        file: OfForm[Filter] = None,
    ) -> Response:
        visit = await visits.of(request)
        asked = await visit.asked(rule_set, known_on, until)
        day, extent = await seen_day(visit.view, asked)
        wanted = FunnelFilter(partner, region, route)
        refuse_unknown(wanted, day, extent)
        found = await day.answer(wanted, extent)
        said = Said(visit.words, visit.links(asked), partner_names(day.model))
        return await shown(
            visit, asked, found, funnel_page(found, said, choices(wanted, day, extent, said)), file
        )


def choices(wanted: FunnelFilter, day: ProgrammeDay, extent: Extent, said: Said) -> list[Choice]:
    words, everything = said.words, ("", said.words.gettext("all_of_them"))
    partners = sorted({key[0].split(":")[3] for key in day.met if extent.has_source(key[0])})
    if wanted.partner is not None and wanted.partner not in partners:
        partners.append(wanted.partner)
    regions = [one.id for one in day.model.definition.regions] if day.model.definition else []
    return [
        Choice("partner", words.gettext("partner"), [everything, *((one, said.partner(one)) for one in partners)], wanted.partner),
        Choice("region", words.gettext("region"), [everything, *((one, words.region(one)) for one in [*regions, NONE])], wanted.region),
        Choice("route", words.gettext("route"), [everything, *((one, words.route(one)) for one in [*day.model.routes, NONE])], wanted.route),
    ]  # fmt: skip


def funnel_page(found: ConversionFunnel, said: Said, chosen: Sequence[Choice] = ()) -> TablesPage:
    words, to = said.words, said.links
    by_partner = [to.to("page-funnel", partner=one.id) for one in found.partners]
    by_region = [said.funnel_of(one.id) for one in found.regions]
    by_route = [to.to("page-funnel", route=one.id) for one in found.routes]
    sections = [
        steps_section(found, words),
        plan_section(found, words),
        parts_section("partners", words.gettext("partner"), words.gettext("funnel_partners"), [said.partner(one.id) for one in found.partners], found.partners, by_partner, words),
        parts_section("regions", words.gettext("region"), words.gettext("funnel_regions"), [words.region(one.id) for one in found.regions], found.regions, by_region, words),
        parts_section("routes", words.gettext("route"), words.gettext("funnel_routes"), [words.route(one.id) for one in found.routes], found.routes, by_route, words),
        parts_section("channels", words.gettext("channel"), words.gettext("funnel_channels"), [words.pgettext("channel", one.id) for one in found.channels], found.channels, [], words),
    ]  # fmt: skip
    if found.bridge is not None:
        sections.append(bridge_section(found.bridge, said))
    title = words.gettext("funnel_title")
    return TablesPage(
        "page-funnel", title, lead(found, words), sections, [words.gettext("funnel_note")], chosen
    )


def lead(found: ConversionFunnel, words: ProgrammeWords) -> str:
    """The share that came to the end, and the step at which most were lost."""
    first, last = found.steps[0], found.steps[-1]
    if not first.people:
        return words.gettext("funnel_empty")
    place = {
        "first": words.pgettext("of_step", first.step),
        "people": words.language.number(first.people),
        "counted": words.language.number(last.people),
        "share": words.language.percentage(last.of_first),
    }
    said = words.gettext("funnel_lead").format(**place)
    worst = max(found.steps[1:], key=lambda step: step.dropped or 0)
    if not worst.dropped:
        return said
    lost = {
        "dropped": words.language.number(worst.dropped),
        "step": words.pgettext("before_step", worst.step),
    }
    return f"{said} {words.gettext('funnel_lost').format(**lost)}"


def steps_section(found: ConversionFunnel, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("step"), "text"), Column(words.gettext("people"), has_bar=True),
        Column(words.gettext("of_previous_step"), "percent"), Column(words.gettext("of_first_step"), "percent"),
        Column(words.gettext("dropped_out")),
    ]  # fmt: skip
    rows = [
        (words.pgettext("step", one.step), one.people, one.of_previous, one.of_first, one.dropped)
        for one in found.steps
    ]
    return Section("steps", words.gettext("funnel_steps"), words.gettext("funnel_caption"), columns, rows)


def plan_section(found: ConversionFunnel, words: ProgrammeWords) -> Section:
    """Only like beside like: a contact is no conversation, so there is no rate between them."""
    plan, last = found.planned, found.steps[-1]
    columns = [
        Column(words.gettext("what"), "text"), Column(words.gettext("planned")), Column(words.gettext("measured")),
    ]  # fmt: skip
    share = words.language.percentage
    rows: list[Row] = [
        (words.gettext("contacts"), plan and plan.contacts, words.gettext("contacts_alone").format(number=words.language.number(found.contacts)) if found.contacts else words.gettext("not_recorded")),
        (words.gettext("conversations"), plan and plan.conversations, found.conversations or words.gettext("not_recorded")),
    ]  # fmt: skip
    if plan is not None and plan.placeable_percent is not None and last.of_first is not None:
        rows.append(
            (words.gettext("placed_of_conversations"), share(plan.placeable_percent), share(last.of_first))
        )
    return Section(
        "plan", words.gettext("funnel_plan"), words.gettext("funnel_plan_caption"), columns, rows,
        words.gettext("funnel_plan_note"),
    )  # fmt: skip


def parts_section(
    name: str,
    head: str,
    title: str,
    labels: Sequence[str],
    parts: Sequence[FunnelPart],
    links: Sequence[str | None],
    words: ProgrammeWords,
) -> Section:
    known: list[Step] = [step for step in STEPS if not parts or step in parts[0].people]
    columns = [
        Column(head, "text"),
        *(Column(words.pgettext("step", step)) for step in known),
        Column(words.gettext("of_first_step"), "percent"),
    ]
    rows: list[Row] = [
        (label, *(one.people[step] for step in known), one.counted_of_first)
        for label, one in zip(labels, parts, strict=True)
    ]
    return Section(name, title, words.gettext("funnel_parts_caption"), columns, rows, links=links)


def bridge_section(found: Bridge, said: Said) -> Section:
    words = said.words
    columns = [Column(words.gettext("what"), "text"), Column(words.gettext("number"))]
    rows: list[Row] = [
        (words.gettext("bridge_people"), found.people),
        (words.gettext("bridge_more"), found.more_of_the_same),
        (words.gettext("bridge_others"), found.not_through_the_funnel),
        (words.gettext("bridge_counted"), found.counted),
    ]
    place = {"people": words.language.number(found.people), "counted": words.language.number(found.counted)}
    return Section(
        "bridge", words.gettext("bridge_title").format(**place), words.gettext("bridge_caption"), columns,
        rows, links=[None, None, None, said.links.rows(verdict="counted")], has_sum=True,
    )  # fmt: skip
