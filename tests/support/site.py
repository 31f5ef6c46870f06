"""A running programme, as its partners' people use it over HTTP."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from signal import SIGCONT, SIGSTOP
from typing import Any
from uuid import uuid4

import httpx2

from banen_cli.installed import services
from banen_contracts.base import source_of
from banen_contracts.roles import STAFF, Role
from banen_local.cluster.programme import ISSUER, Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.issuer.tokens import mint
from support.waiting import eventually

KEPT = {
    (name, one.path.split("/")[1])
    for name, service in services().items()
    for one in (*service.commands, *service.records)
}
"""Which records a service keeps, by the first part of their path."""


@dataclass
class Site:
    """Each partner runs one service, or more that keep different records. Tests may share it: `replace(site, personal=…)`."""

    programme: Programme
    supervisor: Supervisor
    http: httpx2.AsyncClient
    personal: Sequence[str]
    """What no record may show."""
    recorded: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Where something was recorded: the partner, and the record's path."""

    def service(self, partner: str, path: str) -> str:
        """The partner's service that answers there."""
        own = [one.service for one in self.programme.services if one.partner == partner]
        if len(own) == 1:
            return own[0]
        (service,) = (one for one in own if (one, path.split("/")[1]) in KEPT)
        return service

    async def ask(
        self, who: str, role: Role, method: str, path: str, *, at: str | None = None, **sent: Any
    ) -> httpx2.Response:
        """Asks `at` that partner, or at the own one."""
        at = at or who
        service = self.service(at, path)
        audience, partners = [source_of(at, service)], self.programme.partners
        folder, issuer = self.programme.folder / ISSUER, self.programme.issuer
        token = mint(folder, issuer, who, [role], partners=partners, audience=audience)
        headers = {"Authorization": f"Bearer {token}", **sent.pop("headers", {})}
        url = f"{self.programme.url(at, service)}/v1{path}"
        return await self.http.request(method, url, headers=headers, **sent)

    async def give(
        self,
        who: str,
        role: Role,
        path: str,
        body: dict[str, Any],
        *,
        refused: str | None = None,
        at: str | None = None,
        seen: int | None = None,
    ) -> dict[str, Any]:
        """Gives a command; `refused` is the code that it must be refused with."""
        headers = {"Idempotency-Key": str(uuid4())} | ({} if seen is None else {"If-Match": f'"{seen}"'})
        answer = await self.ask(who, role, "POST", path, at=at, json=body, headers=headers)
        assert answer.json().get("code") == refused, answer.text
        if refused is None:
            assert answer.status_code in (200, 201), answer.text
            self.recorded.add((who, path.rsplit("/", 1)[0]))
        return answer.json()

    async def events(self, partner: str, path: str) -> list[dict[str, Any]]:
        """What is on record under a reference; nothing personal is in it outside the fields for that."""
        is_request = path.startswith("/requests/")
        role = Role.PRIVACY_OFFICER if is_request else STAFF[self.service(partner, path)][0]
        answer = await self.ask(partner, role, "GET", path)
        if answer.status_code == 404:
            return []
        record = answer.json()
        said = str([{**one, "personal": {}} for one in (*record["events"], *record["related"])])
        assert not [one for one in self.personal if one in said]
        return record["events"]

    async def names(self, partner: str, path: str) -> list[str]:
        return [one["event"] for one in await self.events(partner, path)]

    async def is_on_record(self, partner: str, path: str, event: str, **data: Any) -> bool:
        """Whether the newest event there is of that name and says that."""
        events = await self.events(partner, path)
        return bool(events) and events[-1]["event"] == event and data.items() <= events[-1]["data"].items()

    async def all_is_reported(self) -> None:
        """Reporting has every public event that the records hold, and set none aside."""
        published: dict[str, int] = {}
        for partner, path in self.recorded:
            public = [one for one in await self.names(partner, path) if one.endswith(".v1")]
            source = source_of(partner, self.service(partner, path))
            published[source] = published.get(source, 0) + len(public)

        async def arrived() -> bool:
            answer = await self.ask("bureau", Role.PROJECT_BUREAU, "GET", "/position")
            sources = {one["source"]: one for one in answer.json()["sources"]}
            return all(
                (one := sources.get(source))
                and (one["received"], one["counted"], one["complete"]) == (count, count, True)
                for source, count in published.items()
            )

        await eventually(arrived)
        aside = await self.ask("bureau", Role.PROJECT_BUREAU, "GET", "/set-aside")
        assert aside.json()["count"] == 0, aside.text

    @contextmanager
    def standing_still(self, name: str) -> Iterator[None]:
        """A process that neither works nor ends."""
        pid = self.supervisor.pid(name)
        os.kill(pid, SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, SIGCONT)
