"""Employers: which groups, agreements and own firms came of the work with them."""

from banen_reporting.queries.cells import sum_of
from banen_reporting.queries.employers import employers_view
from banen_reporting.queries.schemas_views import EmployersView, GroupPlacement
from banen_reporting.web.files import Row, Value
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.words import ProgrammeWords


def say(found: EmployersView, said: Said) -> TablesPage:
    words = said.words
    sections = [
        relations_section(found, words),
        approaches_section(found, words),
        groups_section(found, said),
        agreements_section(found, said),
        firms_section(found, words),
    ]
    return TablesPage("page-employers", words.gettext("employers_title"), lead(found, words), sections)


EMPLOYERS = ViewPage("page-employers", employers_view, say)


def lead(found: EmployersView, words: ProgrammeWords) -> str:
    number = words.language.number
    if not found.groups and not found.agreements:
        return words.gettext("employers_empty")
    place = {
        "groups": number(len(found.groups)),
        "placed": number(sum(one.placed for one in found.groups)),
        "counted": number(sum(one.counted for one in found.groups)),
        "agreements": number(sum(one.agreements for one in found.agreements)),
        "promised": number(sum(one.promised for one in found.agreements)),
    }
    return words.gettext("employers_lead").format(**place)


def relations_section(found: EmployersView, words: ProgrammeWords) -> Section:
    unknown = words.gettext("not_recorded")
    return Section(
        "relations", words.gettext("relations_title"), words.gettext("relations_caption"),
        [Column(words.gettext("what"), "text"), Column(words.gettext("number"))],
        [
            (words.gettext("employers_known"), found.employers or unknown),
            (words.gettext("employers_approached"), found.approached or unknown),
            (words.gettext("employers_on_platform"), found.on_platform if found.employers else unknown),
        ],
    )  # fmt: skip


def approaches_section(found: EmployersView, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("channel"), "text"), Column(words.gettext("employers"), has_bar=True), Column(words.gettext("approaches")),
        Column(words.gettext("with_agreement")), Column(words.gettext("with_placement")),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            words.pgettext("approach", one.channel),
            one.employers,
            one.approaches,
            one.with_agreement,
            one.with_placement,
        )
        for one in found.approaches
    ]
    return Section(
        "approaches", words.gettext("approaches_title"), words.gettext("approaches_caption"), columns, rows
    )


def groups_section(found: EmployersView, said: Said) -> Section:
    words = said.words
    columns = [
        Column(words.gettext("employer"), "text"), Column(words.gettext("partner"), "text"), Column(words.gettext("kind"), "text"),
        Column(words.gettext("places_planned")), Column(words.gettext("in_guidance")), Column(words.gettext("reported")),
        Column(words.gettext("placed_on_record")), Column(words.pgettext("step", "counted")),
    ]  # fmt: skip
    rows: list[Row] = [group_row(one, said) for one in found.groups]
    if rows:
        rows.append((
            words.gettext("total"), None, None, sum_of(one.planned for one in found.groups),
            sum_of(one.in_guidance for one in found.groups), sum_of(one.reported for one in found.groups),
            sum(one.placed for one in found.groups), sum(one.counted for one in found.groups),
        ))  # fmt: skip
    return Section(
        "groups", words.gettext("groups_title"), words.gettext("groups_caption"), columns, rows,
        words.gettext("groups_note"), has_sum=True,
    )  # fmt: skip


def group_row(one: GroupPlacement, said: Said) -> Row:
    words = said.words
    unknown = words.gettext("not_recorded")
    reported: Value = one.reported if one.reported is not None else unknown
    if one.reported is not None and one.precision not in (None, "exact"):
        reported = f"{words.pgettext('precision', one.precision)} {words.language.number(one.reported)}"
    elif one.is_open:
        reported = words.gettext("still_open")
    return (
        one.employer or words.gettext("employer_unnamed"), said.partner(one.partner), words.kind(one.kind),
        unknown if one.planned is None else one.planned, unknown if one.in_guidance is None else one.in_guidance,
        reported, one.placed, one.counted,
    )  # fmt: skip


def agreements_section(found: EmployersView, said: Said) -> Section:
    words = said.words
    columns = [
        Column(words.gettext("agreed_with"), "text"), Column(words.gettext("partner"), "text"), Column(words.gettext("agreements")),
        Column(words.gettext("in_force")), Column(words.gettext("ends_soon")), Column(words.gettext("places_promised")),
        Column(words.gettext("placed_under_it")), Column(words.gettext("referrals")),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            words.pgettext("partyKind", one.party_kind), said.partner(one.partner), one.agreements, one.in_force,
            one.ends_soon, one.promised if one.without_number < one.agreements else words.gettext("not_recorded"),
            words.gettext("no_employer_named") if one.placed is None else one.placed, one.referrals,
        )
        for one in found.agreements
    ]  # fmt: skip
    return Section(
        "agreements", words.gettext("agreements_title"), words.gettext("agreements_caption"), columns, rows,
        words.gettext("agreements_note"),
    )  # fmt: skip


def firms_section(found: EmployersView, words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("support_from"), "text"), Column(words.gettext("tracks"), has_bar=True), Column(words.gettext("firms_started")),
        Column(words.gettext("firms_running")), Column(words.gettext("firms_stopped")),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            words.pgettext("supportSource", one.support_source),
            one.tracks,
            one.started,
            one.running,
            one.stopped,
        )
        for one in found.own_firms
    ]
    if rows:
        rows.append((
            words.gettext("total"), sum(one.tracks for one in found.own_firms), sum(one.started for one in found.own_firms),
            sum(one.running for one in found.own_firms), sum(one.stopped for one in found.own_firms),
        ))  # fmt: skip
    return Section(
        "own-firms", words.gettext("own_firms_title"), words.gettext("own_firms_caption"), columns, rows,
        has_sum=True,
    )  # fmt: skip
