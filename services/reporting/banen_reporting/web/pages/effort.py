"""Effort: the hours of volunteers and staff, and the meetings at which they learned."""

from banen_contracts.intake import AttendanceBand
from banen_reporting.queries.cells import sum_of
from banen_reporting.queries.effort import effort
from banen_reporting.queries.schemas_views import Effort
from banen_reporting.web.files import Row, Value
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.words import ProgrammeWords


def say(found: Effort, said: Said) -> TablesPage:
    words = said.words
    sections = [roles_section(found, said), months_section(found, words), meetings_section(found, said)]
    return TablesPage("page-effort", words.gettext("effort_title"), lead(found, words), sections)


EFFORT = ViewPage("page-effort", effort, say)


def lead(found: Effort, words: ProgrammeWords) -> str:
    number = words.language.number
    meetings = number(sum(one.held for one in found.meetings))
    hours = sum_of(one.hours for one in found.effort)
    if hours is None:
        return words.gettext("effort_no_hours").format(meetings=meetings)
    return words.gettext("effort_lead").format(hours=number(hours), meetings=meetings)


def shown(number: int | None, words: ProgrammeWords) -> Value:
    return words.gettext("too_few_people") if number is None else number


def roles_section(found: Effort, said: Said) -> Section:
    words = said.words
    columns = [
        Column(words.gettext("partner"), "text"), Column(words.gettext("role"), "text"), Column(words.gettext("hours"), has_bar=True),
        Column(words.gettext("people_last_month")), Column(words.gettext("months_recorded")), Column(words.gettext("months_kept_back")),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            said.partner(one.partner), words.pgettext("effortRole", one.role), shown(one.hours, words),
            shown(one.people, words), one.months, one.kept_back,
        )
        for one in found.effort
    ]  # fmt: skip
    return Section(
        "roles", words.gettext("effort_roles_title"), words.gettext("effort_roles_caption"), columns, rows,
        words.gettext("effort_note"),
    )  # fmt: skip


def months_section(found: Effort, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("month"), "month"), Column(words.gettext("hours"), has_bar=True), Column(words.gettext("people")),
    ]  # fmt: skip
    rows: list[Row] = [(one.month, shown(one.hours, words), shown(one.people, words)) for one in found.months]
    return Section(
        "months", words.gettext("effort_months_title"), words.gettext("effort_months_caption"), columns, rows
    )


def meetings_section(found: Effort, said: Said) -> Section:
    words = said.words
    columns = [
        Column(words.gettext("partner"), "text"), Column(words.gettext("kind"), "text"), Column(words.gettext("meetings_held"), has_bar=True),
        *(Column(words.pgettext("attendance", band.value)) for band in AttendanceBand),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            said.partner(one.partner),
            words.pgettext("meetingKind", one.kind),
            one.held,
            *(one.attendance[band.value] for band in AttendanceBand),
        )
        for one in found.meetings
    ]
    return Section(
        "meetings", words.gettext("meetings_title"), words.gettext("meetings_caption"), columns, rows
    )
