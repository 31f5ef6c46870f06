"""Facts of the programme: numbers that no event counts, each with its period, precision and source."""

from collections.abc import Sequence

from banen_reporting.queries.programme_facts import TOPICS, programme_facts
from banen_reporting.queries.schemas_money import ProgrammeFacts, StatedNumber
from banen_reporting.web.files import Row
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.words import ProgrammeWords


def say(found: ProgrammeFacts, said: Said) -> TablesPage:
    words = said.words
    sections = [
        facts_section(topic, [one for one in found.facts if one.topic == topic], words) for topic in TOPICS
    ]
    return TablesPage("page-programme-facts", words.gettext("facts_title"), lead(found, words), sections)


PROGRAMME_FACTS = ViewPage("page-programme-facts", programme_facts, say)


def lead(found: ProgrammeFacts, words: ProgrammeWords) -> str:
    if not found.facts:
        return words.gettext("facts_empty")
    documents = {one.document for one in found.facts}
    return words.gettext("facts_lead").format(
        facts=words.language.number(len(found.facts)), documents=words.language.number(len(documents))
    )


def facts_section(topic: str, facts: Sequence[StatedNumber], words: ProgrammeWords) -> Section:
    columns = [
        Column(words.gettext("what"), "text"), Column(words.gettext("number")), Column(words.gettext("precision"), "text"),
        Column(words.gettext("period"), "text"), Column(words.gettext("document"), "text"), Column(words.gettext("known_since"), "day"),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            one.label.in_language(words.language.code), one.value, words.exactness(one.precision), period(one, words), one.document,
            one.known_since,
        )
        for one in facts
    ]  # fmt: skip
    return Section(
        topic, words.pgettext("topic", topic), words.gettext("facts_caption"), columns, rows,
        if_empty=words.gettext("no_facts"),
    )  # fmt: skip


def period(one: StatedNumber, words: ProgrammeWords) -> str:
    until = words.language.form_day(one.period_until)
    if one.period_from is None:
        return until
    return words.gettext("from_until").format(first=words.language.form_day(one.period_from), last=until)
