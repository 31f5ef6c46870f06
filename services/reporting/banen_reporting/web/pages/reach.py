"""Reach: where the target group was met, and where it could still be found."""

from collections.abc import Mapping, Sequence

from banen_contracts.base import Precision
from banen_kit.web.shell.charts import Tile, tile_map
from banen_reporting.queries.reach import reach_view
from banen_reporting.queries.schemas_places import Estimate, MunicipalityReach, ReachOf, ReachSum, ReachView
from banen_reporting.web.files import Row, Value
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.places import LIES, short_names
from banen_reporting.web.sections import Column, Section, TablesPage, TileFigure
from banen_reporting.web.words import ProgrammeWords

MOST_TILES, MOST_NOT_MET = 30, 20
TINTS = (15, 25, 35)
"""Percentages at which a tile becomes darker."""


def say(found: ReachView, said: Said) -> TablesPage:
    words = said.words
    met = [one for one in found.municipalities if one.contacts + one.conversations]
    not_met = found.municipalities[len(met) :]
    drawn = sorted(met, key=lambda one: (-(one.estimate.people if one.estimate else 0), one.name))[
        :MOST_TILES
    ]
    short = short_names(one.name for one in drawn) if found.sums["estimated"].estimate else {}
    sections = [
        sums_section(found.sums, words),
        met_section(met, short, words),
        not_met_section(not_met, words),
    ]
    if found.without_municipality:
        sections.append(no_municipality_section(found, words))
    return TablesPage(
        "page-reach", words.gettext("reach_title"), lead(found, words), sections,
        [words.gettext("reach_note")], figure=figure(drawn, short, words) if short else None,
    )  # fmt: skip


REACH = ViewPage("page-reach", reach_view, say)


def lead(found: ReachView, words: ProgrammeWords) -> str:
    """The share of all estimates, where it is lowest, and how many conversations stand beside it."""
    estimated, total = found.sums["estimated"], found.sums["total"]
    number = words.language.number
    if estimated.share is None:
        return words.gettext("reach_no_estimate").format(conversations=number(total.conversations))
    place = {
        "estimate": number(estimated.estimate or 0),
        "municipalities": number(estimated.municipalities or 0),
        "conversations": number(estimated.conversations),
        "share": words.language.percentage(estimated.share),
    }
    said = [words.gettext("reach_lead").format(**place)]
    lowest = found.municipalities[0]
    if lowest.share is not None:
        share = words.language.percentage(lowest.share)
        said.append(words.gettext("reach_lowest").format(name=lowest.name, share=share))
    if total.conversations > estimated.conversations:
        beside = number(total.conversations - estimated.conversations)
        said.append(words.gettext("reach_beside").format(conversations=beside))
    return " ".join(said)


def figure(drawn: Sequence[MunicipalityReach], short: Mapping[str, str], words: ProgrammeWords) -> TileFigure:
    drawing = tile_map([
        Tile(short[one.name], tile_text(one, words), tint(one.share), LIES.get(one.code)) for one in drawn
    ])  # fmt: skip
    known = sorted((one.share, one.name) for one in drawn if one.share is not None)
    description = words.gettext("reach_map_words").format(
        tiles=len(drawn),
        lowest=known[0][1], low=words.language.percentage(known[0][0]),
        highest=known[-1][1], high=words.language.percentage(known[-1][0]),
    ) if known else words.gettext("reach_map_empty")  # fmt: skip
    return TileFigure(drawing, words.gettext("reach_map"), description, words.gettext("reach_map_legend"))


def tile_text(one: MunicipalityReach, words: ProgrammeWords) -> str:
    return words.gettext("no_estimate_short") if one.share is None else words.language.percentage(one.share)


def tint(share: float | None) -> int:
    return 0 if share is None else 1 + sum(share >= limit for limit in TINTS)


def sums_section(sums: Mapping[ReachOf, ReachSum], words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("place"), "text"), Column(words.gettext("municipalities")), Column(words.gettext("estimate")),
        Column(words.gettext("contacts_only")), Column(words.gettext("conversations")), Column(words.gettext("reached_share"), "percent"),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            words.gettext("total") if of == "total" else words.pgettext("reach_of", of), one.municipalities,
            words.gettext("not_recorded") if of == "not_estimated" or (of == "estimated" and one.estimate is None) else one.estimate,
            one.contacts, one.conversations, one.share,
        )
        for of, one in sums.items()
    ]  # fmt: skip
    return Section(
        "sums", words.gettext("reach_sums"), words.gettext("reach_sums_caption"), columns, rows, has_sum=True
    )


def met_section(met: Sequence[MunicipalityReach], short: Mapping[str, str], words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("municipality"), "text"), Column(words.gettext("on_the_map"), "text"), Column(words.gettext("estimate")),
        Column(words.gettext("estimated_how"), "text"), Column(words.gettext("contacts_only")), Column(words.gettext("conversations")),
        Column(words.gettext("reached_share"), "percent"),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            one.name, short.get(one.name), people(one.estimate, words), basis(one.estimate, words), one.contacts,
            one.conversations, one.share,
        )
        for one in met
    ]  # fmt: skip
    return Section(
        "municipalities", words.gettext("reach_municipalities"), words.gettext("reach_municipalities_caption"),
        columns, rows, if_empty=words.gettext("reach_nobody"),
    )  # fmt: skip


def not_met_section(not_met: Sequence[MunicipalityReach], words: ProgrammeWords) -> Section:
    """Where nobody recorded a contact; that is no zero."""
    columns = [
        Column(words.gettext("municipality"), "text"), Column(words.gettext("estimate"), has_bar=True),
        Column(words.gettext("estimated_how"), "text"),
    ]  # fmt: skip
    rows: list[Row] = [
        (one.name, people(one.estimate, words), basis(one.estimate, words)) for one in not_met[:MOST_NOT_MET]
    ]
    note = ""
    if len(not_met) > MOST_NOT_MET:
        number = words.language.number
        note = words.gettext("reach_not_met_first").format(
            shown=number(MOST_NOT_MET), count=number(len(not_met))
        )
    return Section(
        "not-met", words.gettext("reach_not_met"), words.gettext("reach_not_met_caption"), columns, rows, note,
        if_empty=words.gettext("reach_not_met_none"),
    )  # fmt: skip


def no_municipality_section(found: ReachView, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("region"), "text"), Column(words.gettext("contacts_only")), Column(words.gettext("conversations")),
    ]  # fmt: skip
    rows: list[Row] = [
        (words.region(one.region), one.contacts, one.conversations) for one in found.without_municipality
    ]
    total = found.sums["no_municipality"]
    rows.append((words.gettext("total"), total.contacts, total.conversations))
    return Section(
        "no-municipality", words.gettext("reach_no_municipality"), words.gettext("reach_no_municipality_caption"),
        columns, rows, has_sum=True,
    )  # fmt: skip


def people(estimate: Estimate | None, words: ProgrammeWords) -> Value:
    return estimate.people if estimate else words.gettext("not_recorded")


def basis(estimate: Estimate | None, words: ProgrammeWords) -> str:
    """The year of an estimate, where it comes from, and how exact it is."""
    if estimate is None:
        return ""
    said = [str(estimate.year), words.pgettext("reachSource", estimate.source)]
    if estimate.precision is not Precision.EXACT:
        said.append(words.pgettext("precision", estimate.precision))
    return ", ".join(said)
