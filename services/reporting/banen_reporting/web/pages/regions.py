"""Regions compared: where people get on, and where they stay behind."""

from banen_reporting.queries.cells import NONE
from banen_reporting.queries.funnel import STEPS
from banen_reporting.queries.regions import regions_view
from banen_reporting.queries.schemas_places import RegionPart, RegionsView
from banen_reporting.web.files import Row, Value
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.words import ProgrammeWords


def say(found: RegionsView, said: Said) -> TablesPage:
    words = said.words
    parts = [*found.regions, found.total]
    labels = [*(words.region(one.id) for one in found.regions), words.gettext("total")]
    links = [
        *(said.funnel_of(one.id) for one in found.regions),
        said.links.to("page-funnel"),
    ]
    region = Column(words.gettext("region"), "text")
    sections = [
        Section(
            "regions", words.gettext("regions_people"), words.gettext("regions_caption"),
            [region, *(Column(words.pgettext("step", step)) for step in STEPS), Column(words.gettext("open_handovers"))],
            [people_row(label, one, words) for label, one in zip(labels, parts, strict=True)],
            words.gettext("regions_note"), links, has_sum=True,
        ),
        Section(
            "shares", words.gettext("regions_shares"), words.gettext("regions_shares_caption"),
            [region, *(Column(words.pgettext("step", step), "percent") for step in STEPS[1:])],
            [(label, *(step.of_first for step in one.steps[1:])) for label, one in zip(labels, parts, strict=True)],
            links=links, has_sum=True,
        ),
        Section(
            "steps", words.gettext("regions_steps"), words.gettext("regions_steps_caption"),
            [region, *(Column(words.pgettext("step", step), "percent") for step in STEPS[1:])],
            [(label, *(step.of_previous for step in one.steps[1:])) for label, one in zip(labels, parts, strict=True)],
            links=links, has_sum=True,
        ),
    ]  # fmt: skip
    return TablesPage("page-regions", words.gettext("regions_title"), lead(found, words), sections)


REGIONS = ViewPage("page-regions", regions_view, say)


def lead(found: RegionsView, words: ProgrammeWords) -> str:
    """The regions in which most and fewest people came from a conversation to a placement that counts."""
    shares = [(one.steps[-1].of_first, one) for one in found.regions if one.id != NONE]
    known = [(share, one) for share, one in shares if share is not None]
    if not known:
        return words.gettext("regions_empty")
    (highest, most), (lowest, least) = max(known, key=share_of), min(known, key=share_of)
    percentage = words.language.percentage
    place = {
        "share": percentage(found.total.steps[-1].of_first),
        "most": words.region(most.id), "highest": percentage(highest),
        "least": words.region(least.id), "lowest": percentage(lowest),
    }  # fmt: skip
    if highest > lowest:
        return words.gettext("regions_lead").format(**place)
    return words.gettext("regions_alike").format(**place)


def share_of(known: tuple[float, RegionPart]) -> float:
    return known[0]


def people_row(label: str, one: RegionPart, words: ProgrammeWords) -> Row:
    unknown = words.gettext("not_recorded")
    people: list[Value] = [step.people if one.steps[0].people else unknown for step in one.steps]
    return (label, *people, one.open_handovers if one.offered else unknown)
