"""The routes of a service's lists: a page of a list, how many there are of what, and what is due on a date."""

from collections.abc import Mapping, Sequence
from datetime import date
from inspect import Parameter, Signature
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

from fastapi import APIRouter, Query, Request
from pydantic import Field, create_model
from pydantic.alias_generators import to_camel

from banen_contracts.base import Day
from banen_kit.application.definition import Service
from banen_kit.application.read_model import ReadModel, Tally, annotated
from banen_kit.audit.log import Outcome
from banen_kit.core.problem import FieldError, invalid
from banen_kit.core.shapes import Shape
from banen_kit.readmodel.names import sought_in
from banen_kit.readmodel.questions import Question
from banen_kit.readmodel.reader import ListReader, Opened
from banen_kit.web.authentication import Authentication, RequestContext, who

MOST = 200
USUAL = 50
Item = TypeVar("Item", bound=Shape)
Behind = Annotated[int, Field(description="How many events on record are not shown yet.")]


class ListPage(Shape, Generic[Item], frozen=True):
    """A page of a list."""

    items: list[Item]
    next: str | None
    """The cursor of the next page."""
    behind: Behind


class Counts(Shape, Generic[Item], frozen=True):
    """How many there are of each kind."""

    items: list[Item]
    behind: Behind


def routes(service: Service, reader: ListReader, authentication: Authentication) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["lists"])
    for model in service.lists:
        _add_list(router, model, service.may_open(model.category), reader, authentication)
    for tally in service.tallies:
        _add_tally(router, tally, reader, authentication)
    return router


def _add_list(
    router: APIRouter,
    model: ReadModel,
    openers: frozenset[str],
    reader: ListReader,
    authentication: Authentication,
) -> None:
    page, item = answers_of(model)

    async def endpoint(request: Request, **asked: Any) -> Any:
        question = question_of(model, asked)
        visitor = who(request)
        opens = bool(model.personal) and bool(openers & visitor.principal.roles)
        found = await reader.page(question, opens=opens)
        await _note(authentication, request, visitor, question, found.rows, opens=opens)
        items = [item.model_validate(_shown(model, one)) for one in found.rows]
        return page.model_validate({"items": items, "next": found.next, "behind": found.behind})

    endpoint.__signature__ = signature_of(model)  # pyright: ignore[reportFunctionMemberAccess]
    router.add_api_route(
        f"/{model.name}",
        endpoint,
        methods=["GET"],
        name=f"list-{model.name}",
        summary=f"List {model.name}: filtered, sorted, or looked for",
        response_model=page,
    )


async def _note(
    authentication: Authentication,
    request: Request,
    visitor: RequestContext,
    question: Question,
    rows: Sequence[Opened],
    *,
    opens: bool,
) -> None:
    """One entry for the page, and one for each record of which personal values were opened."""
    shown = [one.row.ref for one in rows] if opens else []
    is_search = question.q is not None
    await authentication.note(request, visitor, Outcome.SHOWN, shown=shown, count=len(rows), search=is_search)


def _shown(model: ReadModel, opened: Opened) -> dict[str, Any]:
    plain = {name: getattr(opened.row, name) for name in model.shown if name not in model.personal}
    return {**plain, **opened.personal}


def answers_of(model: ReadModel) -> tuple[Any, type[Shape]]:
    """The shapes of a page and of one row in it. Personal values are text here: the caller may see them or not."""
    fields: dict[str, Any] = {}
    for name, one in model.shown.items():
        if name in model.personal:
            fields[name] = (str | None, None)
        else:
            fields[name] = (one.annotation, ... if one.is_required() else one.get_default())
    item = create_model(model.row.__name__, __base__=Shape, **fields)
    return cast("Any", ListPage)[item], item


def signature_of(model: ReadModel) -> Signature:
    """The query parameters of a list, for FastAPI."""
    sorts = [f"{way}{to_camel(name)}" for name in model.sorts for way in ("", "-")]
    kinds: dict[str, Any] = {}
    for name in model.filters:
        kind = annotated(model.row.model_fields[name])
        if model.kind_of(name) is date:
            kinds |= {f"{name}_from": Day, f"{name}_until": Day}
        else:
            kinds[name] = kind
    parameters = [_parameter("request", Request)]
    parameters += [
        _parameter(name, Annotated[kind | None, Query(alias=to_camel(name))], None)
        for name, kind in kinds.items()
    ]
    parameters += [
        _parameter("sort", cast("Any", Literal)[tuple(sorts)], sorts[0]),
        _parameter("limit", Annotated[int, Query(ge=1, le=MOST)], USUAL),
        _parameter("cursor", Annotated[str | None, Query(max_length=400)], None),
    ]
    if model.searched:
        parameters.append(_parameter("q", Annotated[str | None, Query(min_length=1, max_length=100)], None))
    return Signature(parameters)


def _parameter(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def question_of(model: ReadModel, asked: Mapping[str, Any]) -> Question:
    """Raises `Problem` 400."""
    rest = dict(asked)
    sort, limit, cursor, q = rest.pop("sort"), rest.pop("limit"), rest.pop("cursor"), rest.pop("q", None)
    if q is not None and not sought_in(q):
        raise invalid([FieldError("q", "holds no word and no number to look for")])
    by = {to_camel(name): name for name in model.sorts}[sort.removeprefix("-")]
    filters = {name: value for name, value in rest.items() if value is not None}
    return Question(model, filters, sort[: sort.startswith("-")] + by, limit, cursor, q)


def _add_tally(router: APIRouter, tally: Tally, reader: ListReader, authentication: Authentication) -> None:
    fields: dict[str, Any] = {name: (tally.of.shown[name].annotation, ...) for name in tally.by}
    line = create_model(tally.name.capitalize(), __base__=Shape, **fields, count=(int, ...))
    answer: Any = cast("Any", Counts)[line]

    @router.get(
        f"/{tally.name}",
        name=f"list-{tally.name}",
        summary=f"How many {tally.of.name} there are, by {' and '.join(tally.by)}",
        response_model=answer,
    )
    async def endpoint(request: Request) -> Any:
        rows, behind = await reader.tally(tally)
        await authentication.note(request, who(request), Outcome.SHOWN, count=len(rows))
        return answer.model_validate({"items": rows, "behind": behind})
