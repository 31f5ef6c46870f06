"""A small programme under load: three partners and the bureau, with clocks that a fault may set."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from banen_contracts.roles import Role
from banen_local.cluster.define import define
from banen_local.cluster.folder import LocalError
from banen_local.cluster.programme import Programme, Running
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.load import is_awaited
from banen_local.faults.collect import Collector
from banen_local.faults.ledger import Ledger
from banen_local.faults.people import Step, handed_over, placed_by_uaf, uuid

PARTNERS = """
[bureau]
services = ["reporting"]

[uaf]
services = ["intake", "mediation"]

[vluchtelingenwerk]
services = ["intake"]

[emplooi]
services = ["mediation"]

[noise]
services = ["employers"]
"""
NOISE = "noise"
"""A partner without services, on whose stream the malformed messages are sent."""
WORKERS, HANDING_OVER = 4, 2
"""Workers that bring people through one partner's services, and workers that hand people over to another partner."""
RECOVERY = 90.0
"""Seconds after which recovery is given up; the aim is 30."""
SIGNS_OF_TROUBLE = (401, 429, 503)
"""401: a process with a wrong clock treats our token as expired."""


@dataclass
class Site:
    """The running programme, and the commands it acknowledged."""

    programme: Programme
    supervisor: Supervisor
    ledger: Ledger
    random: random.Random
    http: httpx2.AsyncClient
    """Signs requests as the partners' machines do."""
    bare: httpx2.AsyncClient
    """For requests with a header of their own."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    refused: Counter[str] = field(default_factory=Counter[str])
    """Attempts that were not acknowledged, by reason. All are repeated until they are."""
    collector: Collector = field(init=False)
    over: float | None = None
    """When the fault ended, if it reported that itself; on the event loop's clock."""

    def __post_init__(self) -> None:
        self.collector = Collector(self.programme, self.http)

    @property
    def folder(self) -> Path:
        return self.programme.folder

    async def prepare(self) -> None:
        """Defines the programme. Raises `LocalError`."""
        await define(self.programme, self.http, "three-partners")

    def fault_is_over(self) -> None:
        """Recovery begins now, even if the fault itself is still waiting for something."""
        self.over = asyncio.get_running_loop().time()

    async def load(self) -> None:
        """Brings people in, places them and ends some placements, until told to stop; finishes everything it began."""

        async def work(person: Callable[[random.Random], list[Step]]) -> None:
            while not self.stopping.is_set():
                for step in person(self.random):
                    await self._give(step)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(WORKERS):
                tasks.create_task(work(placed_by_uaf))
            for _ in range(HANDING_OVER):
                tasks.create_task(work(handed_over))

    async def _give(self, step: Step) -> None:
        """Repeats a command with the same key until it is acknowledged. Raises `LocalError` if it never will be."""
        url = f"{self.programme.url(step.partner, step.service)}/v1/{step.thing}s/{step.ref}/{step.verb}"
        headers = {"Idempotency-Key": str(uuid(self.random))}
        while True:
            try:
                answer = await self.http.post(url, json=step.body, headers=headers)
            except httpx2.HTTPError as error:
                self.refused[type(error).__name__] += 1
            else:
                if answer.is_success:
                    break
                code = str(answer.json().get("code"))
                if answer.status_code in SIGNS_OF_TROUBLE:
                    self.refused[code] += 1
                elif not is_awaited(step.command, code):
                    raise LocalError(
                        f"{step.partner}-{step.service} answers {answer.status_code} to {step.command}: {code}"
                    )
            await asyncio.sleep(self.random.uniform(0.05, 0.3))
        self.ledger.write(step.acknowledged(answer.json()["version"]))

    async def readiness(self) -> dict[str, str]:
        """What is wrong, by service; empty if all are ready."""
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
        """The seconds from the end of the fault to full recovery. Raises `LocalError` if it does not recover.

        Recovered means: every service is ready, a command is acknowledged, and reporting has counted everything recorded by
        then.
        """
        loop = asyncio.get_running_loop()
        began = loop.time() if self.over is None else self.over
        self.over = None
        wrong: object = "nothing was tried"
        try:
            async with asyncio.timeout_at(began + RECOVERY):
                while True:
                    wrong = await self.readiness()
                    if not wrong:
                        break
                    await asyncio.sleep(0.1)
                wrong = "no command is acknowledged any more"
                mark = len(self.ledger.lines)
                while True:
                    if len(self.ledger.lines) > mark:
                        break
                    await asyncio.sleep(0.02)
                wrong = "reporting has not counted what is recorded"
                await self.collector.until_counted()
        except TimeoutError:
            raise LocalError(f"It has not recovered after {RECOVERY:.0f} s: {wrong}") from None
        return loop.time() - began

    async def confirm_clocks(self) -> None:
        """As an operator does: lists the events recorded while clocks were wrong, and confirms them. Raises `LocalError`."""
        async with asyncio.timeout(RECOVERY):
            for one in self.programme.services:
                while until := await self._last_suspect(one):
                    await self._ask_ops(one, "POST", "clock/confirm", {"until": until})

    async def _last_suspect(self, one: Running) -> int | None:
        """The position of the last listed event."""
        suspects = (await self._ask_ops(one, "GET", "clock"))["suspects"]
        return suspects[-1]["position"] if suspects else None

    async def _ask_ops(
        self, one: Running, method: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Raises `LocalError`."""
        headers = {"Authorization": f"Bearer {self.programme.token(one.partner, Role.OPS, 300)}"}
        answer = await self.bare.request(method, f"{one.url}/v1/{path}", json=body, headers=headers)
        if answer.status_code != 200:
            raise LocalError(f"{one.name} answers {answer.status_code} to {path}.")
        return answer.json()

    async def until_quiet(self) -> None:
        """Returns when everything is counted or time is up; the oracle then reports what is missing."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RECOVERY):
                await self.collector.until_followed(self.ledger.lines)
                await self.collector.until_counted()
