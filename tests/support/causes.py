"""Which events each command causes, and what happens by itself after them: found by giving the commands."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from banen_cli.installed import services
from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of
from banen_contracts.roles import SERVICES
from banen_kit.application.definition import CommandRoute, Service
from banen_kit.application.learned import HEAR
from banen_kit.application.source_live import GO_LIVE
from banen_mediation.reactors import END_AS_CONVERTED
from support.commands import BEFORE, BESIDE, GOOD, NOW, ON, OTHER, REF, Office, from_policies

OWN, ANOTHER = "uaf", "uwv"
HANDOVER = {"scope": "handover", "toPartner": ANOTHER}
REGISTERED: dict[str, Any] = {**GOOD["register-candidate"], "consents": [HANDOVER]}

Step = tuple[str, Mapping[str, Any], str | None]
"""A command, its body, and the reference that it is about if that is not the usual one."""


def usual(command: str) -> list[Step]:
    """The good body, and before it what it needs."""
    beside: list[Step] = []
    if command in BESIDE:
        name, thing, body = BESIDE[command]
        beside = [(name, body, thing)]
    return [*beside, *((one, GOOD[one], None) for one in (*BEFORE.get(command, ()), command))]


OFFERED: list[Step] = usual("offer-handover")
TAKEN_ON, STARTED = usual("start-placement")
REPLACED: list[Step] = [TAKEN_ON, (STARTED[0], {**STARTED[1], "startDate": "2006-01-01"}, OTHER)]
MORE: dict[str, list[list[Step]]] = {
    "intake": [
        [*usual("mark-lost"), ("log-conversation", ON, None)],
        [*usual("register-candidate"), ("mark-silent", ON, None)],
        [("register-candidate", REGISTERED, None), ("withdraw-consent", {**ON, **HANDOVER}, None)],
        [*OFFERED, ("expire-handover", ON, None)],
        [*OFFERED, ("close-candidate", GOOD["close-candidate"], OTHER), ("check-consent", GOOD["check-consent"], None)],
    ],
    "mediation": [
        [TAKEN_ON, (STARTED[0], {**STARTED[1], "groupRef": OTHER}, None)],
        [*REPLACED, (STARTED[0], {**STARTED[1], "convertedFrom": OTHER}, None)],
        [*REPLACED, STARTED, ("correct-placement", {**GOOD["correct-placement"], "convertedFrom": OTHER}, None)],
        [*usual("start-placement"), (END_AS_CONVERTED.name, {"endDate": "2006-12-31"}, None)],
    ],
    "employers": [
        [
            *usual("open-vacancy"),
            ("close-employer", GOOD["close-employer"], OTHER),
            ("close-with-employer", GOOD["close-with-employer"], None),
        ],
        [
            *usual("check-place"),
            ("follow-placement", {**ON, "sequence": 8}, OTHER),
            ("check-place", GOOD["check-place"], None),
        ],
    ],
    "reporting": [
        [
            ("admit-partner", {**GOOD["admit-partner"], "services": [service]}, None),
            ("declare-source-live", {**GOOD["declare-source-live"], "service": service}, None),
        ]
        for service in SERVICES
    ],
}  # fmt: skip
"""What is recorded in other situations: the last step of each is looked at."""


@dataclass
class Causes:
    """By service and command."""

    events: dict[tuple[str, str], dict[str, str | None]] = field(default_factory=lambda: defaultdict(dict))
    """The stored events, each with the name of the public one, if it has one."""
    after: dict[tuple[str, str], dict[tuple[str, str], str]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """The commands that services give by themselves after those, with the name of the reactor."""
    reacted: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])
    """A service, its reactor, and a public event after which that gave a command."""


def operations(service: Service) -> dict[str, CommandRoute]:
    """All commands of a service, also those that nobody gives from outside."""
    more = [GO_LIVE, *from_policies(service).values(), *(timer.operation for timer in service.timers)]
    more += [HEAR] if service.learns else []
    more += [END_AS_CONVERTED] if service.name == "mediation" else []
    return {one.name: one for one in (*service.commands, *more)}


def situations(service: Service) -> Iterator[list[Step]]:
    for command in operations(service):
        if command in GOOD:
            yield usual(command)
    if service.learns:
        yield [(HEAR.name, {"sequence": 1, "body": "{}"}, None)]
    yield from MORE[service.name]


async def find_causes() -> Causes:
    found = Causes()
    for service in services().values():
        for steps in situations(service):
            await _look(found, service, steps)
    return found


async def _look(found: Causes, service: Service, steps: Sequence[Step]) -> None:
    office = Office(service)
    office.commands = operations(service)
    before = 0
    for command, body, thing in steps:
        before = len(await office.store.read_all(0, 100))
        await office.give(command, body, thing=thing)
    key = service.name, steps[-1][0]
    for record in await office.store.read_all(before, 100):
        event = office.command_service.repository.fact(record).event
        public = office.command_service.publisher.public(event)
        found.events[key][event.TYPE] = public and public.NAME
        if public is not None:
            _react(found, key, public)


def _react(found: Causes, key: tuple[str, str], event: PublicEvent) -> None:
    envelope = envelope_of(key[0], event)
    for service in services().values():
        if any(learns.event is type(event) for learns in service.learns):
            found.after[key][service.name, HEAR.name] = "hear"
        for reactor in service.reactors:
            if type(event) not in reactor.listens_to:
                continue
            for partner in (OWN,) if reactor.only_own else (OWN, ANOTHER):
                dispatch = reactor.react(envelope, event, partner)
                while dispatch is not None:
                    found.after[key][service.name, dispatch.operation.name] = reactor.name
                    found.reacted.add((service.name, reactor.name, event.NAME))
                    dispatch = dispatch.then


def envelope_of(service: str, event: PublicEvent) -> Envelope:
    """As that partner's service would publish it."""
    return Envelope(
        id=UUID(REF),
        source=source_of(OWN, service),
        type=f"nl.banenoffensief.{event.NAME}",
        subject=event.ref,
        time=NOW,
        partner=OWN,
        sequence=1,
        correlationid=UUID(REF),
        causationid=UUID(REF),
    )
