"""The formal report as PDF, made of the tables of the overview. Needs `banen-reporting[exports]`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Any

from babel.numbers import format_decimal

from banen_contracts.reporting import Provenance
from banen_reporting.queries.schemas import Heading
from banen_reporting.queries.schemas_course import Course
from banen_reporting.web.files import Table, Value, about
from banen_reporting.web.words import PACKAGE, ProgrammeWords

CAN_REPORT = find_spec("typst") is not None


@dataclass(frozen=True)
class Chart:
    """What was counted and planned on one route, month by month."""

    said: str
    counted: Sequence[int | None]
    planned: Sequence[int | None]
    top: int
    first: str
    last: str


def report(
    words: ProgrammeWords, heading: Heading, key: str, programme: str, tables: Sequence[Table], course: Course
) -> bytes:
    """The file. It takes most of a second, so it is made in a thread.

    The reader's texts go to the template as data, so that nothing in them is read as markup.
    Tagged as PDF/UA-1, so that screen readers read its tables.
    """
    import typst

    said = json.dumps(data(words, heading, key, programme, tables, course), ensure_ascii=False)
    with as_file(files(PACKAGE) / "templates") as folder:
        return typst.compile(
            folder / "report.typ",
            root=folder,
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"data": said},
            timestamp=int(datetime.combine(heading.known_on, datetime.min.time(), UTC).timestamp()),
        )


def data(
    words: ProgrammeWords, heading: Heading, key: str, programme: str, tables: Sequence[Table], course: Course
) -> dict[str, Any]:
    marks = [
        (words.pgettext("provenance", one), words.pgettext("provenance meaning", one)) for one in Provenance
    ]
    return {
        "lang": words.language.code,
        "programme": programme,
        "title": words.gettext("report_title"),
        "key": key,
        "about": [[str(name), text_of(value, words)] for name, value in about(words, heading, ())],
        "course": words.gettext("course_title"),
        "charts": [asdict(chart) for chart in charts(course, words)],
        "sections": [section(table, words) for table in tables],
        "marks_title": words.gettext("marks_title"),
        "marks": marks,
    }


def titles(words: ProgrammeWords) -> Mapping[str, str]:
    """The headings of the overview's tables, by their names."""
    return {
        "targets": words.gettext("targets_title"),
        "results": words.gettext("results_title"),
        "documents": words.gettext("documents_title"),
        "course": words.gettext("course_title"),
        "rule-sets": words.gettext("rule_sets_title"),
        "reasons": words.gettext("clauses_title"),
    }


def section(table: Table, words: ProgrammeWords) -> dict[str, Any]:
    rows = [list(row) for row in table.rows]
    years = [head == words.gettext("year") for head in table.heads]
    return {
        "title": titles(words)[table.name],
        "heads": list(table.heads),
        "numeric": [
            any(isinstance(row[at], int | float) for row in rows) and not years[at]
            for at in range(len(table.heads))
        ],
        "rows": [
            [
                str(value) if is_year else text_of(value, words)
                for value, is_year in zip(row, years, strict=True)
            ]
            for row in rows
        ],
    }


def text_of(value: Value, words: ProgrammeWords) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case date():
            return words.language.form_day(value)
        case int():
            return words.language.number(value)
        case float():
            return format_decimal(value, "#,##0.##", words.language.code)


def charts(course: Course, words: ProgrammeWords) -> list[Chart]:
    """One per route on which anything was counted or planned."""
    found: list[Chart] = []
    for route in course.planned:
        points = [month.routes[route] for month in course.months]
        counted, planned = [one.counted for one in points], [one.planned for one in points]
        known = [value for value in (*counted, *planned) if value is not None]
        if any(known):
            ends = [words.language.month(course.months[at].last_day) for at in (0, -1)]
            found.append(
                Chart(chart_text(route, counted, planned, words), counted, planned, max(known), *ends)
            )
    return found


def chart_text(
    route: str, counted: Sequence[int | None], planned: Sequence[int | None], words: ProgrammeWords
) -> str:
    def last(values: Sequence[int | None], otherwise: str) -> str:
        known = [value for value in values if value is not None]
        return words.language.number(known[-1]) if known else otherwise

    ends = {"counted": last(counted, "."), "planned": last(planned, words.gettext("not_planned"))}
    return words.gettext("report_chart").format(route=words.route(route), **ends)
