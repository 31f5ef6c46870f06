"""Accepted means publishable: whatever body a command takes, the others can be told, and they take what they are told.

Each command is tried with a good body in which some fields hold something else of the command's own schema: the first and
the last day, the longest text, the fullest list, and what lies just beyond.
"""

import asyncio
import json
from collections.abc import Container, Iterator, Mapping
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from nats.aio.msg import Msg
from pydantic import BaseModel

from banen_cli.installed import services
from banen_contracts import BY_TYPE
from banen_kit.application.command_handler import VersionMismatch
from banen_kit.application.definition import Service
from banen_kit.application.problems import to_problem
from banen_kit.application.publishable import Unpublishable
from banen_kit.application.source_live import GO_LIVE
from banen_kit.core.decider import Command, Refused
from banen_kit.core.problem import Problem
from banen_kit.messaging.jetstream import read_envelope
from banen_kit.messaging.wire import headers_in
from banen_reporting.facts.kinds import BY_NAME
from banen_reporting.facts.projector import Projector, fold
from banen_reporting.facts.sources import TakingPart
from support.commands import BEFORE, BESIDE, GOOD, NOW, OTHER, PARAMS, REF, Office, from_policies
from support.searches import draws

DAYS = (
    "0001-01-01",
    "0208-06-30",
    "1899-12-31",
    "1900-01-01",
    "2008-02-29",
    "2200-12-31",
    "2201-01-01",
    "9999-12-31",
)


def cases() -> Iterator[tuple[str, str]]:
    for name, service in services().items():
        for operation in (*service.commands, GO_LIVE, *from_policies(service).values()):
            yield name, operation.name


async def received(office: Office, after: int) -> int:
    """How many public events readers take of what was recorded after a position; raises where they would not."""
    taken = 0
    folding = Projector({}, {}, set(), set())
    for record in await office.store.read_all(after, 100):
        public = office.command_service.publisher.public(office.command_service.repository.fact(record).event)
        if public is None:
            continue
        metadata = json.loads(record.metadata)
        message = office.command_service.publisher.message(
            public, 1, record.id, record.recorded_at, None, metadata
        )
        arrived = Msg(
            cast("Any", None), message.subject, "", message.body.encode(), headers_in(message.headers)
        )
        envelope = read_envelope(arrived)
        event = BY_TYPE[envelope.type].model_validate_json(arrived.data)
        assert event == public
        row: Any = {
            "sequence": 1, "type": envelope.type, "ref": envelope.subject, "known_at": envelope.known_at,
            "imported": envelope.imported, "body": message.body,
        }  # fmt: skip
        fold(folding, envelope.source, row, TakingPart(((0, NOW),)))
        for (kind, _), versions in folding.versions.items():
            BY_NAME[kind].json.dump_json(versions[-1].row)
        taken += 1
    return taken


async def beside(office: Office, command: str) -> None:
    if command in BESIDE:
        other, thing, fields = BESIDE[command]
        await office.give(other, fields, thing=thing)


async def tried(service: Service, command: str, body: Mapping[str, Any]) -> bool:
    """Whether it was accepted; then what it recorded is received."""
    office = Office(service)
    await beside(office, command)
    for before in BEFORE.get(command, ()):
        await office.give(before, GOOD[before])
    after = len(await office.store.read_all(0, 100))
    try:
        await office.give(command, body)
    except (Problem, Refused, Unpublishable, VersionMismatch):
        assert len(await office.store.read_all(0, 100)) == after, "refused, and recorded all the same"
        return False
    await received(office, after)
    return True


@pytest.mark.long
@pytest.mark.parametrize(("service", "command"), list(cases()))
def test_what_is_accepted_is_published_and_received(service: str, command: str):
    assert asyncio.run(tried(services()[service], command, GOOD[command])), "the good body is refused"
    operation = Office(services()[service]).commands[command]

    @settings(
        derandomize=True, deadline=None, max_examples=draws(30, nightly=60), database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )  # fmt: skip
    @given(bodies(operation.command, GOOD[command]))
    def no_body_gets_stuck(body: dict[str, Any]) -> None:
        asyncio.run(tried(services()[service], command, body))

    no_body_gets_stuck()


@pytest.mark.parametrize(
    ("command", "field"),
    [("admit-partner", "partnerId"), ("define-target-unit", "unitId"), ("publish-rule-set", None)],
)
def test_a_reference_that_readers_would_not_take_is_refused(command: str, field: str | None):
    """The path takes 61 characters, a partner's id is one of 31."""
    office = Office(services()["reporting"])
    asyncio.run(beside(office, command))
    given = office.give(command, GOOD[command], slug="u" * 61)
    if field is None:
        asyncio.run(given)
        return
    with pytest.raises(Unpublishable) as refused:
        asyncio.run(given)
    problem = to_problem(refused.value)
    assert (problem.status, problem.code, problem.field) == (400, "invalid-input", field)
    assert asyncio.run(office.store.read_all(0, 1)) == []


def bodies(command: type[BaseModel], good: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The good body with a few fields of another value; JSON, as a sender would write it."""
    schema = command.model_json_schema(by_alias=True)
    others = {name: values(node, schema) for name, node in schema["properties"].items()}
    some = st.dictionaries(st.sampled_from(sorted(others)), st.none(), min_size=1, max_size=3)
    return some.flatmap(lambda names: st.fixed_dictionaries({name: others[name] for name in names})).map(
        lambda changed: {**good, **changed}
    )


def values(node: Mapping[str, Any], schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in node:
        return values(schema["$defs"][node["$ref"].rsplit("/", 1)[1]], schema)
    if "anyOf" in node:
        return st.one_of(*(values(one, schema) for one in node["anyOf"]))
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "const" in node:
        return st.just(node["const"])
    match node.get("type"):
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            least, most = node["minimum"], node["maximum"]
            return st.sampled_from([least, most, least - 1, most + 1, 2**63, 10**30])
        case "array":
            items = values(node["items"], schema)
            many = items.map(lambda one: [one] * 15_000)
            return st.one_of(st.lists(items, max_size=5), st.lists(items, max_size=5, unique_by=str), many)
        case "object":
            names = {name: values(one, schema) for name, one in node["properties"].items()}
            some = st.dictionaries(st.sampled_from(sorted(names)), st.none(), max_size=4)
            return some.flatmap(
                lambda chosen: st.fixed_dictionaries({name: names[name] for name in chosen})
            ).map(lambda changed: {**base_of(names), **changed})
        case _:
            return texts(node)


def base_of(names: Container[str]) -> Mapping[str, Any]:
    """What a part of a body says beside what is changed in it."""
    if "windowFrom" in names:
        return PARAMS
    return GOOD["define-programme"]["definition"] if "kinds" in names else {}


def texts(node: Mapping[str, Any]) -> st.SearchStrategy[str]:
    if node.get("format") == "date":
        return st.sampled_from(DAYS)
    if node.get("format") == "uuid":
        return st.sampled_from([REF, OTHER, str(UUID(int=2**128 - 1, version=4))])
    if "pattern" in node:
        matching = st.from_regex(node["pattern"], fullmatch=True)
        return st.one_of(matching, matching.map(lambda text: text * 30), st.just(" "))
    most = node["maxLength"]
    return st.sampled_from(
        ["x" * most, "é" * most, "🙂" * most, "x" * (most + 1), "a\0b", "\u200b", "\ud800", " "]
    )


# And so that the first refusal names the field: no command has a field without bounds.


def commands() -> set[type[Command]]:
    def below(command: type[Command]) -> Iterator[type[Command]]:
        for one in command.__subclasses__():
            yield one
            yield from below(one)

    services()
    return {one for one in below(Command) if one.__module__.startswith("banen_") and hasattr(one, "NAME")}


def test_every_day_list_number_and_text_of_a_command_has_bounds():
    found = {
        f"{command.NAME}.{path}: {fault}" for command in commands() for path, fault in unbounded(command, "")
    }
    assert found == set()


class Loose(BaseModel):
    day: datetime
    many: tuple[UUID, ...]
    number: int | None
    text: str
    fine: Annotated[tuple[Literal["a"], ...], "nothing"] = ()


def test_the_search_finds_what_has_no_bounds():
    assert {path for path, _ in unbounded(Loose, "")} == {"day", "many", "number", "text", "fine"}


def unbounded(model: type[BaseModel], path: str) -> Iterator[tuple[str, str]]:
    schema = model.model_json_schema(by_alias=False)
    hints = get_type_hints(model, include_extras=True)
    for name, node in schema["properties"].items():
        yield from _loose(node, schema, f"{path}{name}", _is_bare_day(hints[name]))


def _is_bare_day(annotation: Any) -> bool:
    if annotation in (date, datetime):
        return True
    if get_origin(annotation) in (Union, UnionType):
        return any(_is_bare_day(one) for one in get_args(annotation))
    return False


def _loose(
    node: Mapping[str, Any], schema: Mapping[str, Any], path: str, bare_day: bool
) -> Iterator[tuple[str, str]]:
    if "$ref" in node:
        target = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        if target.get("type") == "object":
            for name, inner in target["properties"].items():
                yield from _loose(inner, schema, f"{path}.{name}", False)
        return
    if "anyOf" in node:
        for one in node["anyOf"]:
            yield from _loose(one, schema, path, bare_day)
        return
    match node.get("type"):
        case "array" if "maxItems" not in node:
            yield path, "a list without an end"
        case "integer" if not {"minimum", "maximum"} <= node.keys():
            yield path, "a number without bounds"
        case "string" if bare_day:
            yield path, "a day without bounds"
        case "string" if not node.keys() & {"enum", "const", "pattern", "maxLength", "format"}:
            yield path, "a text without an end"
        case _:
            return
