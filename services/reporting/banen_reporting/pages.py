"""The pages: the tables, the placements behind every figure, and one placement; rendered here, without JavaScript."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BeforeValidator, StringConstraints

from banen_contracts.base import Day
from banen_contracts.reporting import RuleSetParams
from banen_kit.problem import Problem, to_problem
from banen_reporting import words
from banen_reporting.answers import DUPLICATES, PUBLISHED, Answers, Asked, Wanted
from banen_reporting.cells import NONE, OUTCOMES, with_target
from banen_reporting.model import Model
from banen_reporting.rows import AMSTERDAM
from banen_reporting.verdict import Outcome

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STYLE = Path(__file__).parent / "static" / "style.css"
ROWS_ON_A_PAGE = 100


def none_if_empty(value: object) -> object:
    """A form sends an empty field as an empty text."""
    return value or None


Empty = BeforeValidator(none_if_empty)
Short = Annotated[str, StringConstraints(max_length=80)]
RuleSetId = Annotated[Short | None, Empty, Query(alias="ruleSet")]
KnownOn = Annotated[Day | None, Empty, Query(alias="knownOn")]
Until = Annotated[Day | None, Empty, Query(alias="happenedUntil")]
Filter = Annotated[Short | None, Empty, Query()]
Verdict = Annotated[Outcome | None, Empty, Query()]
Cursor = Annotated[Annotated[str, StringConstraints(max_length=400)] | None, Empty, Query()]


class PageRoute(APIRoute):
    """Answers a refusal with a page that people can read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:  # noqa: BLE001 - to_problem raises again what is not for the reader
                return fault_page(to_problem(error))

        return answer


@dataclass(frozen=True)
class Links:
    """Addresses that keep the rule set and the two dates of the page they stand on."""

    asked: Asked

    def to(self, path: str, **more: str | None) -> str:
        asked = self.asked
        query = {
            **more,
            "ruleSet": more.get("ruleSet") or asked.rule_set,
            "knownOn": asked.known_on and asked.known_on.isoformat(),
            "happenedUntil": asked.happened_until.isoformat(),
        }
        return f"{path}?{urlencode({name: value for name, value in query.items() if value is not None})}"

    def rows(self, **wanted: str | None) -> str:
        return self.to("/plaatsingen", **wanted)

    def placement(self, ref: str, source: str) -> str:
        return self.to(f"/plaatsingen/{quote(ref, safe='')}", source=source)


def routes(answers: Answers) -> APIRouter:
    router = APIRouter(route_class=PageRoute, include_in_schema=False)
    add_overview(router, answers)
    add_placements(router, answers)
    return router


def add_overview(router: APIRouter, answers: Answers) -> None:

    @router.get("/")
    async def overview(rule_set: RuleSetId = None, known_on: KnownOn = None, until: Until = None) -> Response:
        asked = answers.asked(rule_set, known_on, until)
        targets = await answers.targets(asked)
        results = await answers.results(asked)
        compared = await answers.rule_sets(asked)
        return page(
            "overview.html",
            asked,
            heading=targets,
            units=[{**unit, "lines": unit_lines(unit)} for unit in targets["units"]],
            outside=targets["outsideUnits"],
            national=national_lines(targets["national"]),
            results=results,
            rule_sets=[
                {**row, "differs": differences(row["params"], targets["units"])}
                for row in compared["ruleSets"]
            ],
            rule_set_ids=[row["id"] for row in compared["ruleSets"]],
        )

    @router.get("/static/style.css")
    async def style() -> Response:
        headers = {**HEADERS, "Cache-Control": "max-age=60"}
        return Response(STYLE.read_text("utf-8"), 200, headers, "text/css")


def add_placements(router: APIRouter, answers: Answers) -> None:

    @router.get("/plaatsingen")
    async def placements(  # noqa: PLR0913, PLR0917 - each is a query parameter
        rule_set: RuleSetId = None,
        known_on: KnownOn = None,
        until: Until = None,
        unit: Filter = None,
        route: Filter = None,
        verdict: Verdict = None,
        clause: Filter = None,
        cursor: Cursor = None,
    ) -> Response:
        asked = answers.asked(rule_set, known_on, until)
        wanted = Wanted(unit, route, verdict, clause)
        rows = await answers.placements(asked, wanted, cursor, ROWS_ON_A_PAGE)
        model, _ = await answers.figures.model(asked.known_on)
        filters = {"unit": unit, "route": route, "verdict": verdict, "clause": clause}
        return page(
            "placements.html",
            asked,
            heading=rows,
            rows=rows,
            filters={name: value for name, value in filters.items() if value is not None},
            filter_words=filter_words(wanted, model),
            names=partner_names(model),
            rule_set_ids=rule_set_ids(model),
            is_first=cursor is None,
        )

    @router.get("/plaatsingen/{ref}")
    async def placement(
        ref: str,
        source: Filter = None,
        rule_set: RuleSetId = None,
        known_on: KnownOn = None,
        until: Until = None,
    ) -> Response:
        asked = answers.asked(rule_set, known_on, until)
        found = await answers.placement(ref, source, asked)
        model, _ = await answers.figures.model(asked.known_on)
        names = partner_names(model)
        return page(
            "placement.html",
            asked,
            placement=found,
            events=[{**event, "lines": event_lines(event["data"], names)} for event in found["events"]],
            labels={ref: unit.label for ref, unit in model.units.items()},
        )


def page(template: str, asked: Asked, **content: Any) -> Response:
    text = ENVIRONMENT.get_template(template).render(asked=asked, links=Links(asked), **content)
    return HTMLResponse(text, 200, HEADERS)


def fault_page(problem: Problem) -> Response:
    details = [words.FAULT_FIELD[error.field] for error in problem.errors if error.field in words.FAULT_FIELD]
    text = ENVIRONMENT.get_template("fault.html").render(
        message=words.FAULT.get(problem.code, words.FAULT_OTHER), details=details
    )
    return HTMLResponse(text, problem.status, {**HEADERS, **problem.headers})


def unit_lines(unit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a unit: its two routes, what is on neither, and the total."""
    ref = unit["id"]
    found = [
        line(words.TEXT["route_of"].format(name), cell, ref, name) for name, cell in unit["routes"].items()
    ]
    for name, numbers in unit["otherRoutes"].items():
        cell = without_target({outcome: numbers.get(outcome, 0) for outcome in OUTCOMES})
        found.append(line(words.OTHER_ROUTE[name], cell, ref, name))
    return [*found, line(words.TEXT["total"], unit["total"], ref)]


def national_lines(national: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [
        line(words.TEXT["route_of"].format(name), cell, None, name)
        for name, cell in national["routes"].items()
    ]
    if any(national["duplicates"].values()):
        duplicates = without_target(national["duplicates"])
        found.insert(0, line(words.TEXT["duplicates"], duplicates, DUPLICATES))
    return [*found, line(words.TEXT["total"], national["total"], None)]


def line(label: str, cell: Mapping[str, Any], unit: str | None, route: str | None = None) -> dict[str, Any]:
    """A row of the table: what it says, and what its figures open."""
    return {"label": label, "cell": cell, "unit": unit, "route": route and str(route)}


def without_target(numbers: Mapping[str, int]) -> dict[str, Any]:
    """A cell of something that has no target by its nature, so that nothing is said of it."""
    return {**with_target(numbers, None), "targetStatus": None}


def filter_words(wanted: Wanted, model: Model) -> list[str]:
    """What was chosen, in words; an unknown value as it was given."""
    text = words.TEXT
    found: list[str] = []
    if wanted.unit is not None:
        special = {NONE: text["outside"], DUPLICATES: text["duplicate"]}
        unit = model.units.get(wanted.unit)
        found.append(f"{text['unit']}: {special.get(wanted.unit, unit.label if unit else wanted.unit)}")
    if wanted.route is not None:
        found.append(f"{text['route']}: {route_words(wanted.route)}")
    if wanted.outcome is not None:
        found.append(f"{text['verdict']}: {words.OUTCOME[wanted.outcome]}")
    if wanted.clause is not None:
        found.append(f"{text['reason']}: {clause_words(wanted.clause, wanted.outcome)}")
    return found


def route_words(route: str | None) -> str:
    return words.OTHER_ROUTE.get(route or NONE, route or NONE)


def clause_words(clause: str, outcome: str | None) -> str:
    """Why a placement does not count, or not yet; as it was given where it is no clause of the rule book."""
    known = words.PENDING if outcome == "pending" else words.EXCLUDED
    return known.get(clause, clause)


def partner_names(model: Model) -> dict[str, str]:
    return {ref: row.name for ref, row in model.partners.items()}


def rule_set_ids(model: Model) -> list[str]:
    return sorted(model.rule_sets, key=lambda ref: (ref != PUBLISHED, ref))


def differences(params: Mapping[str, Any], units: list[dict[str, Any]]) -> list[str]:
    """What a rule set does other than the default."""
    given = RuleSetParams.model_validate(params)
    labels = {unit["id"]: unit["label"] for unit in units}
    except_units = ", ".join(labels.get(unit, unit) for unit in given.except_units)
    found = [
        said[value].format(units=except_units)
        for name, said in words.RULE.items()
        if (value := getattr(given, name)) in said
    ]
    if given.min_months != RuleSetParams.model_fields["min_months"].default:
        found.insert(0, words.MIN_MONTHS.format(given.min_months))
    return found


def event_lines(data: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields of an event that say something, in words."""
    return [
        (label, said)
        for name, label in words.FIELD.items()
        if (said := field_words(name, data.get(name), names))
    ]


def field_words(name: str, value: Any, names: Mapping[str, str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return words.TEXT["yes" if value else "no"]
        case [*several]:
            return ", ".join(names.get(one, one) for one in cast("list[str]", several))
        case str() if name.endswith("Date"):
            return day(value)
        case str() if name == "primaryPartner":
            return names.get(value, value)
        case _:
            return words.VALUE.get(name, {}).get(str(value), str(value))


def number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def percentage(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}%".replace(".", ",")


def euro(value: float | None) -> str:
    return "" if value is None else f"€ {number(round(value))}"


def day(value: str) -> str:
    """15 januari 2009, also of a moment, which is taken in Amsterdam."""
    found = date.fromisoformat(value) if len(value) == len("2009-01-15") else amsterdam_day(value)
    return f"{found.day} {words.MONTHS[found.month - 1]} {found.year}"


def short_day(value: str) -> str:
    """15-01-2009"""
    return f"{date.fromisoformat(value):%d-%m-%Y}"


def amsterdam_day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(AMSTERDAM).date()


def make_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("banen_reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    used_on_values = (number, percentage, euro, day, short_day)
    environment.filters.update({used.__name__: used for used in used_on_values})  # pyright: ignore[reportUnknownMemberType]
    environment.globals.update(  # pyright: ignore[reportUnknownMemberType]
        words=words, text=words.TEXT, clause_words=clause_words, route_words=route_words
    )
    return environment


ENVIRONMENT = make_environment()
