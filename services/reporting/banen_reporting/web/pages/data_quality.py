"""Data quality: which checks found something, what it means, and where to look. The overview says the most important."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from banen_reporting.queries.quality import data_quality
from banen_reporting.queries.schemas_views import DataQuality, QualityFinding
from banen_reporting.web.addresses import Links
from banen_reporting.web.files import Row
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.words import ProgrammeWords

WHERE: Mapping[str, Callable[[Links], str]] = {
    "route-mix": lambda links: links.overview(),
    "by-permission": lambda links: links.to("page-compare"),
    "plan-below-target": lambda links: links.to("page-funnel"),
    "contacts-behind-plan": lambda links: links.to("page-funnel"),
    "partner-silent": lambda links: links.to("page-funnel"),
    "milestone-not-recorded": lambda links: links.to("page-follow-up"),
    "agreement-without-yield": lambda links: links.to("page-employers"),
    "group-more-than-counts": lambda links: links.to("page-employers"),
    "own-firm-without-placement": lambda links: links.to("page-employers"),
    "contract-unknown": lambda links: links.rows(verdict="pending", clause="R3"),
    "in-no-unit": lambda links: links.rows(unit="none"),
    "cost-approximate": lambda links: links.overview(),
}
"""Where one can look at what a check found."""
MOST_WARNINGS = 4


@dataclass(frozen=True)
class Warned:
    """A line of what to look at."""

    check: str
    sentence: str
    address: str


def say(found: DataQuality, said: Said) -> TablesPage:
    words = said.words
    return TablesPage(
        "page-data-quality",
        words.gettext("quality_title"),
        lead(found, words),
        [checks_section(found, said)],
        [words.gettext("quality_note")],
    )


DATA_QUALITY = ViewPage("page-data-quality", data_quality, say)


def lead(found: DataQuality, words: ProgrammeWords) -> str:
    number, checked = words.language.number, [one for one in found.findings if one.found is not None]
    place = {
        "found": number(sum(bool(one.found) for one in checked)),
        "checked": number(len(checked)),
        "others": number(len(found.findings) - len(checked)),
    }
    return words.gettext("quality_lead").format(**place)


def sentence(one: QualityFinding, words: ProgrammeWords) -> str:
    number = words.language.number
    return words.pgettext("check", one.check).format(found=number(one.found or 0), of=number(one.of or 0))


def checks_section(found: DataQuality, said: Said) -> Section:
    words = said.words
    columns = [
        Column(words.gettext("check"), "text"), Column(words.gettext("state"), "text"), Column(words.gettext("found")),
        Column(words.gettext("of_so_many")), Column(words.gettext("what_it_means"), "text"),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            words.pgettext("check_name", one.check), state_of(one, words),
            words.gettext("not_recorded") if one.found is None else one.found, one.of, words.pgettext("check_why", one.check),
        )
        for one in found.findings
    ]  # fmt: skip
    return Section(
        "checks", words.gettext("checks_title"), words.gettext("checks_caption"), columns, rows,
        links=[WHERE[one.check](said.links) if one.found and one.check in WHERE else None for one in found.findings],
    )  # fmt: skip


def state_of(one: QualityFinding, words: ProgrammeWords) -> str:
    if not one.found:
        return words.gettext("cannot_be_checked") if one.found is None else words.gettext("nothing_found")
    return words.pgettext("severity", one.severity)


def warnings(found: DataQuality, links: Links, words: ProgrammeWords) -> Iterator[Warned]:
    """What to look at, in the order of the catalogue."""
    told = [one for one in found.findings if one.found and one.severity == "warn"]
    for one in told[:MOST_WARNINGS]:
        yield Warned(one.check, sentence(one, words), WHERE[one.check](links))
