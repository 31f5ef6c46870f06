"""Money: what the programme costs, of how much, and who pays."""

from math import ceil

from banen_reporting.queries.money import money
from banen_reporting.queries.schemas_money import CostPer, FunderPart, Money, StatedNumber
from banen_reporting.web.files import Row, Value
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.words import ProgrammeWords


def say(found: Money, said: Said) -> TablesPage:
    words = said.words
    sections = [
        per_section(found, words),
        stated_section(found, words),
        funders_section(found, words),
        costs_section(found, words),
    ]
    return TablesPage("page-money", words.gettext("money_title"), lead(found, words), sections)


MONEY = ViewPage("page-money", money, say)


def lead(found: Money, words: ProgrammeWords) -> str:
    if found.spent is None:
        return words.gettext("money_empty")
    euro = words.language.euro
    said = words.gettext("money_spent").format(spent=euro(found.spent))
    if found.planned is not None:
        share = words.language.percentage(found.spent_of_planned_percent)
        said += " " + words.gettext("money_planned").format(planned=euro(found.planned), share=share)
    placement = found.per[0]
    if placement.euro is not None:
        said += " " + words.gettext("money_each").format(
            euro=euro(placement.euro), number=words.language.number(placement.number)
        )
    if found.norm is not None and found.of_norm_percent is not None:
        said += " " + words.gettext("money_norm").format(
            share=words.language.percentage(found.of_norm_percent), norm=euro(found.norm.value)
        )
    return said


def per_section(found: Money, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("cost_of_one"), "text"), Column(words.gettext("number")), Column(words.gettext("euro_each"), "euro"),
        Column(words.gettext("planned_number")), Column(words.gettext("planned_each"), "euro"),
    ]  # fmt: skip
    return Section(
        "per", words.gettext("per_title"), words.gettext("per_caption"), columns,
        [per_row(one, words) for one in found.per], words.gettext("per_note"),
    )  # fmt: skip


def per_row(one: CostPer, words: ProgrammeWords) -> Row:
    unknown = words.gettext("not_recorded")
    not_planned = words.gettext("not_planned")
    return (
        words.pgettext("cost of one", one.what),
        one.number or unknown,
        unknown if one.euro is None else one.euro,
        not_planned if one.planned_number is None else one.planned_number,
        not_planned if one.planned_euro is None else one.planned_euro,
    )


def stated_section(found: Money, words: ProgrammeWords) -> Section:
    """Beside what the bureau stated; without such a number there is nothing to compare with."""
    columns = [
        Column(words.gettext("what"), "text"), Column(words.gettext("stated"), "euro"), Column(words.gettext("precision"), "text"),
        Column(words.gettext("document"), "text"), Column(words.gettext("a_person_cost"), "text"),
    ]  # fmt: skip
    rows: list[Row] = []
    if found.norm is not None:
        share = words.gettext("of_norm").format(share=words.language.percentage(found.of_norm_percent))
        rows.append(stated_row(found.norm, share if found.of_norm_percent is not None else "", words))
    if found.benefit is not None:
        months = words.gettext("earned_back").format(
            months=words.language.number(ceil(found.earned_back_months or 0))
        )
        rows.append(stated_row(found.benefit, months if found.earned_back_months is not None else "", words))
    return Section(
        "stated", words.gettext("stated_title"), words.gettext("stated_caption"), columns, rows,
        words.gettext("stated_note"), if_empty=words.gettext("no_stated"),
    )  # fmt: skip


def stated_row(one: StatedNumber, comes_to: str, words: ProgrammeWords) -> Row:
    return (
        one.label.in_language(words.language.code),
        one.value,
        words.exactness(one.precision),
        one.document,
        comes_to,
    )


def funders_section(found: Money, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("funder"), "text"), Column(words.gettext("funding_planned"), "euro"),
        Column(words.gettext("funding_committed"), "euro"), Column(words.gettext("funding_received"), "euro"),
        Column(words.gettext("precision"), "text"),
    ]  # fmt: skip
    rows: list[Row] = [funder_row(one, words) for one in found.funders]
    return Section(
        "funders", words.gettext("funders_title"), words.gettext("funders_caption"), columns, rows,
        if_empty=words.gettext("no_funding"),
    )  # fmt: skip


def funder_row(one: FunderPart, words: ProgrammeWords) -> Row:
    def shown(euro: int | None) -> Value:
        return words.gettext("not_recorded") if euro is None else euro

    return (
        words.funder(one.funder), shown(one.planned), shown(one.committed), shown(one.received),
        exactness(words, is_exact=one.is_exact),
    )  # fmt: skip


def exactness(words: ProgrammeWords, *, is_exact: bool) -> str:
    return words.gettext("exact") if is_exact else words.gettext("not_exact")


def costs_section(found: Money, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("year"), "text"), Column(words.gettext("spent"), "euro", has_bar=True),
        Column(words.gettext("precision"), "text"),
    ]  # fmt: skip
    rows: list[Row] = [
        (str(one.year), one.euro, exactness(words, is_exact=one.is_exact)) for one in found.costs
    ]
    return Section(
        "costs", words.gettext("costs_title"), words.gettext("costs_caption"), columns, rows,
        if_empty=words.gettext("no_costs"),
    )  # fmt: skip
