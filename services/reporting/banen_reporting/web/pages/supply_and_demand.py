"""Supply and demand: who waits for work, which places there are, and for which nobody was found."""

from banen_reporting.queries.cells import sum_of
from banen_reporting.queries.schemas_views import SupplyAndDemand
from banen_reporting.queries.supply_and_demand import supply_and_demand
from banen_reporting.web.files import Row
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.words import ProgrammeWords


def say(found: SupplyAndDemand, said: Said) -> TablesPage:
    words = said.words
    sections = [
        professions_section(found, words),
        unmet_section(found, words),
        vacancies_section(found, words),
    ]
    return TablesPage("page-supply-and-demand", words.gettext("demand_title"), lead(found, words), sections)


SUPPLY_AND_DEMAND = ViewPage("page-supply-and-demand", supply_and_demand, say)


def lead(found: SupplyAndDemand, words: ProgrammeWords) -> str:
    number = words.language.number
    waiting = number(found.waiting)
    if not found.vacancies:
        return words.gettext("demand_no_vacancies").format(waiting=waiting)
    place = {
        "open": number(sum(one.open for one in found.professions)),
        "unmet": number(sum(one.places for one in found.unmet)),
    }
    return words.gettext("demand_lead").format(waiting=waiting, **place)


def professions_section(found: SupplyAndDemand, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("profession"), "text"), Column(words.gettext("people_waiting"), has_bar=True),
        Column(words.gettext("places_all")), Column(words.gettext("places_open")), Column(words.gettext("places_filled")),
        Column(words.gettext("places_unmet")),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            words.gettext("no_profession")
            if one.profession_group is None
            else words.pgettext("profession", one.profession_group),
            one.waiting,
            *((one.places, one.open, one.filled, one.unmet) if found.vacancies else (None, None, None, None)),
        )
        for one in found.professions
    ]
    return Section(
        "professions", words.gettext("professions_title"), words.gettext("professions_caption"), columns, rows,
        words.gettext("professions_note"),
    )  # fmt: skip


def unmet_section(found: SupplyAndDemand, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("unmet_reason"), "text"), Column(words.gettext("vacancies")),
        Column(words.gettext("places_all"), has_bar=True),
    ]  # fmt: skip
    rows: list[Row] = [
        (words.pgettext("unmet", one.reason), one.vacancies, one.places) for one in found.unmet
    ]
    if rows:
        rows.append((
            words.gettext("total"), sum(one.vacancies for one in found.unmet), sum(one.places for one in found.unmet)
        ))  # fmt: skip
    return Section(
        "unmet", words.gettext("unmet_title"), words.gettext("unmet_caption"), columns, rows, has_sum=bool(rows),
        if_empty=words.gettext("no_unmet"),
    )  # fmt: skip


def vacancies_section(found: SupplyAndDemand, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("vacancy_outcome"), "text"), Column(words.gettext("vacancies"), has_bar=True),
        Column(words.gettext("places_all")), Column(words.gettext("places_filled")),
    ]  # fmt: skip
    rows: list[Row] = [
        (words.pgettext("vacancy", one.outcome), one.vacancies, one.places, one.filled)
        for one in found.vacancies
    ]
    if rows:
        rows.append((
            words.gettext("total"), sum(one.vacancies for one in found.vacancies),
            sum(one.places for one in found.vacancies), sum_of(one.filled for one in found.vacancies),
        ))  # fmt: skip
    return Section(
        "vacancies", words.gettext("vacancies_title"), words.gettext("vacancies_caption"), columns, rows,
        has_sum=bool(rows),
    )  # fmt: skip
