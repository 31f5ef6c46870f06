"""Follow-up: which handovers wait, which milestones come, and where aftercare is missing."""

from banen_reporting.queries.follow_up import follow_up
from banen_reporting.queries.schemas_views import FollowUp
from banen_reporting.web.files import Row
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.words import ProgrammeWords


def say(found: FollowUp, said: Said) -> TablesPage:
    words = said.words
    sections = [
        handovers_section(found, said),
        open_section(found, said),
        calendar_section(found, words),
        aftercare_section(found, words),
    ]
    return TablesPage("page-follow-up", words.gettext("follow_up_title"), lead(found, words), sections)


FOLLOW_UP = ViewPage("page-follow-up", follow_up, say)


def lead(found: FollowUp, words: ProgrammeWords) -> str:
    number = words.language.number
    place = {
        "open": number(len(found.open_handovers)),
        "overdue": number(found.overdue),
        "months": found.milestone_months,
    }
    said = words.gettext("follow_up_lead").format(**place)
    if not found.open_handovers:
        return said
    oldest = words.gettext("follow_up_oldest").format(days=number(found.open_handovers[0].age_days))
    return f"{said} {oldest}"


def handovers_section(found: FollowUp, said: Said) -> Section:
    words = said.words
    columns = [
        Column(words.gettext("handover_from"), "text"), Column(words.gettext("handover_to"), "text"), Column(words.gettext("offered")),
        Column(words.gettext("accepted")), Column(words.gettext("completed")), Column(words.gettext("declined")),
        Column(words.gettext("expired")), Column(words.gettext("withdrawn")), Column(words.gettext("waiting")),
        Column(words.gettext("days_to_answer")),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            said.partner(one.from_partner), said.partner(one.to_partner), one.offered, one.accepted, one.completed,
            one.declined, one.expired, one.withdrawn, one.open,
            None if one.median_days_to_answer is None else round(one.median_days_to_answer),
        )
        for one in found.handovers
    ]  # fmt: skip
    return Section(
        "handovers", words.gettext("handovers_title"), words.gettext("handovers_caption"), columns, rows
    )


def open_section(found: FollowUp, said: Said) -> Section:
    words = said.words
    columns = [
        Column(words.gettext("offered_on"), "day"), Column(words.gettext("days_old"), has_bar=True), Column(words.gettext("handover_from"), "text"),
        Column(words.gettext("handover_to"), "text"), Column(words.gettext("expires_on"), "day"), Column(words.gettext("answered_on"), "day"),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            one.offered_on, one.age_days, said.partner(one.from_partner), said.partner(one.to_partner), one.expires_on,
            one.answered_on or words.gettext("not_answered"),
        )
        for one in found.open_handovers
    ]  # fmt: skip
    return Section(
        "open-handovers", words.gettext("open_handovers_title"), words.gettext("open_handovers_caption"), columns,
        rows, if_empty=words.gettext("no_open_handovers"),
    )  # fmt: skip


def calendar_section(found: FollowUp, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("month"), "month"), Column(words.gettext("milestones_due"), has_bar=True),
        Column(words.gettext("confirmed")), Column(words.gettext("denied")), Column(words.gettext("nobody_said")),
    ]  # fmt: skip
    rows: list[Row] = [
        (one.month, one.due, one.confirmed, one.denied, one.due - one.confirmed - one.denied)
        for one in found.calendar
    ]
    title = words.gettext("calendar_title").format(months=found.milestone_months)
    return Section("calendar", title, words.gettext("calendar_caption"), columns, rows)


def aftercare_section(found: FollowUp, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("after_months")), Column(words.gettext("placements_so_long")), Column(words.gettext("contact_made")),
        Column(words.gettext("contact_not_made")), Column(words.gettext("nothing_recorded")),
    ]  # fmt: skip
    is_recorded = any(one.done or one.not_done for one in found.aftercare)
    rows: list[Row] = [
        (one.due_month, one.due, one.done, one.not_done, one.not_recorded) for one in found.aftercare
    ]
    return Section(
        "aftercare", words.gettext("aftercare_title"), words.gettext("aftercare_caption"), columns,
        rows if is_recorded else [],
    )  # fmt: skip
