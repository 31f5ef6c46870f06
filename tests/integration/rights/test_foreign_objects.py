"""Whoever may not see a thing gets the same answer whether or not it is on record: every route, role and partner."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from banen_cli.installed import services
from banen_contracts.roles import SERVICES, Role
from banen_kit.application.definition import Service
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.testing import FakeIssuer
from support.applications import OWNERS
from support.commands import BEFORE, BESIDE, GOOD, REF, SLUGS, Office
from support.programme import ref_of
from support.rights import Asker, askers, due, routes_of

UNKNOWN = {"uuid": str(UUID(int=99, version=4)), "slug": "nobody"}
SEES = {
    "uaf": {"job", "firm", "unclear", "short", "broken", "internship", "temp"},  # it helped with `temp`
    "uwv": {"uwv-job"},
    "goed-werk": {"temp", "trial"},
}
"""Whose placements they are, written out once more."""
EVERY = set[str]().union(*SEES.values())
OF_PROGRAMME = {Role.PROJECT_BUREAU, Role.STEERING_GROUP, Role.AUDITOR}


def readable(service: Service) -> set[str]:
    """The kinds of things that can be read."""
    return {operation.category for operation in (*service.commands, *service.records)}


async def put_on_record(service: Service, store: MemoryStore, keys: MemoryKeys) -> set[str]:
    """One thing of each kind; gives the kinds."""
    office = Office(service, store, keys)
    found: set[str] = set()
    beside: list[tuple[str, str]] = []
    for operation in office.commands.values():
        if operation.category in readable(service) - found and operation.name not in BEFORE:
            if operation.name in BESIDE:
                other, thing, body = BESIDE[operation.name]
                if (other, thing) not in beside:
                    await office.give(other, body, thing=thing)
                beside.append((other, thing))
            await office.give(operation.name, GOOD[operation.name])
            found.add(operation.category)
    return found


def refs_of(service: Service, route: Any) -> tuple[str, str]:
    """The reference of the thing that is on record, and one of nothing."""
    thing = route.path[: route.path.index("{ref}")]
    of = [one for one in service.commands if one.ref == "slug" and f"/v1{one.path}".startswith(thing)]
    return (SLUGS.get(of[0].name, "uaf"), UNKNOWN["slug"]) if of else (REF, UNKNOWN["uuid"])


def path_of(route: Any, ref: str) -> str:
    return route.path.replace("{ref}", ref)


@pytest.mark.parametrize("name", SERVICES)
async def test_a_thing_of_others_is_as_if_it_were_not_there(
    app_of: Callable[[str], FastAPI], issuer: FakeIssuer, store: MemoryStore, keys: MemoryKeys, name: str
):
    service, app, owner = services()[name], app_of(name), OWNERS[name]
    kinds = await put_on_record(service, store, keys)
    assert kinds == readable(service)
    routes = [route for route in routes_of(app) if "{ref}" in route.path and route.path.startswith("/v1")]
    reads = {f"read-{kind}" for kind in kinds}
    wrong: list[tuple[Any, ...]] = []
    seen: set[str] = set()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://s") as http:
        for asker in askers():
            headers = asker.headers(issuer, name) | {"Content-Type": "application/json"}
            for route in routes:
                refs = refs_of(service, route)
                key = {"Idempotency-Key": str(UUID(int=7, version=4))}
                body = b"{}" if route.method == "POST" else None
                there, unknown = [
                    await http.request(route.method, path_of(route, ref), headers=headers | key, content=body)
                    for ref in refs
                ]
                wanted = due(service.permissions[route.name], asker, owner)
                if wanted == "in" and route.name in reads:
                    seen.add(route.name)
                    if (there.status_code, unknown.status_code) != (200, 404):
                        wrong.append((route, asker, there.status_code, unknown.status_code))
                elif wanted != "in" and (there.status_code, there.text) != (
                    unknown.status_code,
                    unknown.text,
                ):
                    wrong.append((route, asker, there.text, unknown.text))
    assert wrong == []
    assert seen == reads & service.permissions.keys()


@pytest.mark.parametrize("path", ["/v1/placements/{}", "/nl/plaatsingen/{}"])
async def test_a_placement_of_others_is_as_if_it_were_not_there(
    app_of: Callable[[str], FastAPI], issuer: FakeIssuer, path: str
):
    service, app = services()["reporting"], app_of("reporting")
    route = "placement" if path.startswith("/v1") else "page-placement"
    wrong: list[tuple[Any, ...]] = []
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://s") as http:
        for role in Role:
            for partner in (*SEES, "bureau", "ministry"):
                asker = Asker(role, partner)
                headers = asker.headers(issuer, "reporting") | {"Purpose": "AUDIT-2009-1"}
                unknown = await http.get(path.format(UNKNOWN["uuid"]), headers=headers)
                may = seen_by(role, partner) if role in service.permissions[route].roles else set[str]()
                for placement in sorted(EVERY):
                    answer = await http.get(path.format(ref_of(placement)), headers=headers)
                    if placement in may:
                        is_right = answer.status_code == 200
                    else:
                        is_right = (answer.status_code, answer.text) == (unknown.status_code, unknown.text)
                    if not is_right or unknown.status_code not in (403, 404):
                        wrong.append((asker, placement, answer.status_code, unknown.status_code))
    assert wrong == []


def seen_by(role: Role, partner: str) -> set[str]:
    if partner == "bureau":
        return EVERY if role in OF_PROGRAMME else set()
    return set() if role in (Role.MINISTRY_OBSERVER, Role.INTEGRATOR) else SEES.get(partner, set())
