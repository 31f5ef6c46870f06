"""A small programme under load: two partners and the bureau, with clocks that a fault may set."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2

from banen_kit.bus import api, connected, headers_of, jetstream, stream_name
from banen_kit.bus_users import OPERATOR
from banen_kit.identity import Role
from banen_kit.settings import keys_schema_of, schema_of
from banen_local.faults.ledger import Ledger, Line
from banen_local.faults.oracle import Evidence, Numbered, Stored
from banen_local.folder import LocalError
from banen_local.programme import DATABASE, Programme, Running
from banen_local.supervisor import Supervisor

PARTNERS = """
[bureau]
services = ["reporting"]

[uaf]
services = ["intake", "mediation"]

[noise]
services = ["employers"]
"""
NOISE = "noise"
"""A partner that runs nothing, on whose stream malformed messages come."""
WORKERS = 6
RECOVERY = 90.0
"""Seconds after which a recovery that has not come is given up; the aim is 30."""
Recipe = list[tuple[str, str, str, dict[str, Any]]]
"""Service, path, verb and body of one command after the other."""


@dataclass
class Site:
    """The running programme and what was asked of it."""

    programme: Programme
    supervisor: Supervisor
    ledger: Ledger
    random: random.Random
    http: httpx2.AsyncClient
    """Signs its requests as the partners' machines do."""
    bare: httpx2.AsyncClient
    """For whoever brings a header of their own."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    refused: int = 0
    """Attempts that were not acknowledged, all of them repeated until they were."""

    @property
    def folder(self) -> Path:
        return self.programme.folder

    def running(self, name: str) -> Running:
        return next(one for one in self.programme.services if one.name == name)

    async def prepare(self) -> None:
        """Admit the partners, and give them a unit and a rule set. Raises `LocalError`."""
        window = {"windowFrom": "2005-12-01", "windowTo": "2008-12-31"}
        for path, body in (
            ("partners/bureau/admit", {"name": "Bureau", "services": ["reporting"]}),
            ("partners/uaf/admit", {"name": "UAF", "services": ["intake", "mediation"]}),
            ("units/uaf/define", {"label": "UAF", "members": ["uaf"]}),
            ("units/uaf/set-target", {"route": "A", "value": 450, "decidedBy": "steering-group"}),
            ("rule-sets/published/publish", {"params": window, "approvedBy": "steering-group"}),
        ):
            url = f"{self.programme.url('bureau', 'reporting')}/v1/programme/{path}"
            answer = await self.http.post(
                url, json={"occurredOn": "2005-12-01", **body}, headers={"Idempotency-Key": str(self.uuid())}
            )
            if not answer.is_success:
                raise LocalError(f"reporting answers {answer.status_code} to {path}.")

    def uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    async def load(self) -> None:
        """People come in, are placed, and some placements end, until told to stop; nothing is left half done."""

        async def work() -> None:
            while not self.stopping.is_set():
                for step in self._person():
                    await self._give(*step)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(WORKERS):
                tasks.create_task(work())

    def _person(self) -> Recipe:
        contact, candidate, client, placement = (str(self.uuid()) for _ in range(4))
        start = date(2005, 12, 1) + timedelta(days=self.random.randrange(700))
        on = {"occurredOn": "2005-12-01"}
        name = {"name": "Synthetica Voorbeeld"}
        steps: Recipe = [
            ("intake", f"contacts/{contact}", "record", {**on, "channel": "other", "kind": "contact", **name}),
            ("intake", f"candidates/{candidate}", "register", {**on, "educationBand": "low", "contactRef": contact, **name}),
            ("mediation", f"clients/{client}", "take-on", {**on, "origin": "own_intake", "originRef": candidate, **name}),
            ("mediation", f"placements/{placement}", "start", {
                "clientRef": client, "kind": "employment", "contract": "open_ended", "startDate": start.isoformat(),
                "paid": True, "programmeTag": "programme", "primaryPartner": "uaf",
            }),
        ]  # fmt: skip
        if self.random.random() < 0.3:
            end = start + timedelta(days=self.random.choice([30, 120, 300, 360]))
            body = {"endDate": end.isoformat(), "reasonCode": "completed"}
            steps.append(("mediation", f"placements/{placement}", "end", body))
        return steps

    async def _give(self, service: str, path: str, verb: str, body: dict[str, Any]) -> None:
        """Again and again, under the same key, until it is acknowledged."""
        url = f"{self.programme.url('uaf', service)}/v1/{path}/{verb}"
        headers = {"Idempotency-Key": str(self.uuid())}
        while True:
            try:
                answer = await self.http.post(url, json=body, headers=headers)
            except httpx2.HTTPError:
                answer = None
            if answer is not None and answer.is_success:
                break
            # 401: a process whose clock is wrong takes our token for an expired one.
            if answer is not None and answer.status_code not in (401, 429, 503):
                raise LocalError(f"{service} answers {answer.status_code} to {verb}: {answer.text[:200]}")
            self.refused += 1
            await asyncio.sleep(self.random.uniform(0.05, 0.3))
        kind, ref = path.split("/")
        start, end = body.get("startDate", ""), body.get("endDate", "")
        self.ledger.write(
            Line(
                schema_of("uaf", service), f"{kind.removesuffix('s')}-{ref}", answer.json()["version"],
                f"{verb}-{kind.removesuffix('s')}", start, end,
            )
        )  # fmt: skip

    async def readiness(self) -> dict[str, str]:
        """What is wrong, by service; empty where all are ready."""
        found: dict[str, str] = {}
        for one in self.programme.services:
            try:
                answer = await self.bare.get(f"{one.url}/readyz", headers=self.programme.operator(one))
            except httpx2.HTTPError as error:
                found[one.name] = type(error).__name__
                continue
            if answer.status_code != 200:
                found[one.name] = str(answer.json().get("failing"))
        return found

    async def recovered(self) -> float:
        """Seconds until every service is ready and a command goes all the way. Raises `LocalError`."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while wrong := await self.readiness():
            if loop.time() - began > RECOVERY:
                raise LocalError(f"not ready after {RECOVERY:.0f} s: {wrong}")
            await asyncio.sleep(0.1)
        mark = len(self.ledger.lines)
        while len(self.ledger.lines) <= mark and not self.stopping.is_set():
            if loop.time() - began > RECOVERY:
                raise LocalError("no command is acknowledged any more")
            await asyncio.sleep(0.05)
        return loop.time() - began

    async def confirm_clocks(self) -> None:
        """As ops does after it looked: what was recorded while clocks were wrong is confirmed."""
        for one in self.programme.services:
            token = self.programme.token(one.partner, Role.OPS, 300)
            headers = {"Authorization": f"Bearer {token}"}
            answer = await self.bare.post(
                f"{one.url}/v1/clock/confirm", json={"until": 2**40}, headers=headers
            )
            if answer.status_code != 200:
                raise LocalError(f"{one.name} answers {answer.status_code} to clock/confirm.")

    async def until_quiet(self) -> None:
        """Everything that is recorded is published, received and counted. Raises `LocalError`."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            seen = await self.evidence()
            if len(seen.published) == len(seen.on_stream) == len(seen.received) and await self._is_folded():
                return
            if loop.time() - began > RECOVERY:
                return  # the oracle tells what is missing
            await asyncio.sleep(0.2)

    async def _is_folded(self) -> bool:
        reporting = self.programme.url("bureau", "reporting")
        answer = await self.http.get(f"{reporting}/v1/position")
        return all(one["received"] == one["counted"] for one in answer.json()["sources"])

    async def evidence(self) -> Evidence:
        stored: list[Stored] = []
        published: list[Numbered] = []
        owner = await asyncpg.connect(self.programme.database.url(DATABASE))
        keys = await asyncpg.connect(self.programme.keys.url(DATABASE))
        try:
            for one in self.programme.services:
                schema = schema_of(one.partner, one.service)
                source = f"urn:nl:banenoffensief:{one.partner}:{one.service}"
                rows = await owner.fetch(f'select position, stream, version, type from "{schema}".events')
                stored += [Stored(schema, *row) for row in rows]
                rows = await owner.fetch(f'select sequence, event_id from "{schema}".publications')
                published += [Numbered(source, row[0], str(row[1])) for row in rows]
            rows = await owner.fetch("select source, sequence, event_id from bureau_reporting.inbox")
            received = [Numbered(row[0], row[1], str(row[2])) for row in rows]
            tombstones = 0
            for partner in ("bureau", "uaf"):
                query = f'select count(*) from "{keys_schema_of(partner)}".keys where wrapped is null'
                tombstones += int(await keys.fetchval(query))
        finally:
            await owner.close()
            await keys.close()
        figures = await self._figures()
        return Evidence(
            list(self.ledger.lines), stored, published, await self._streams(), received, tombstones, *figures
        )

    async def _figures(self) -> tuple[int, int, int]:
        reporting = self.programme.url("bureau", "reporting")
        targets = (await self.http.get(f"{reporting}/v1/targets?ruleSet=published")).json()
        total: Mapping[str, Any] = targets["national"]["total"]
        aside = (await self.http.get(f"{reporting}/v1/set-aside")).json()
        return total["counted"], total["excluded"], aside["count"]

    async def _streams(self) -> list[Numbered]:
        found: list[Numbered] = []
        async with connected(self.programme.bus_url(OPERATOR), "faults") as client:
            for one in self.programme.services:
                name = stream_name(one.partner, one.service)
                state = (await api(client, f"STREAM.INFO.{name}"))["state"]
                if not state["messages"]:
                    continue
                config = {"deliver_policy": "all", "ack_policy": "none", "inactive_threshold": 30_000_000_000}
                made = await api(client, f"CONSUMER.CREATE.{name}", {"stream_name": name, "config": config})
                subscription = await jetstream(client).pull_subscribe_bind(made["name"], stream=name)
                left = state["messages"]
                while left > 0:
                    for message in await subscription.fetch(min(500, left), timeout=5):
                        headers = headers_of(message)
                        number = int(headers.get("ce-sequence", 0))
                        found.append(Numbered(headers.get("ce-source", ""), number, headers.get("ce-id", "")))
                        left -= 1
        return found
