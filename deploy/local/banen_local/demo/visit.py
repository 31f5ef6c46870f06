"""Visits the pages as people of the demo: signs in at the issuer's page and reads the figures."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import httpx2

from banen_kit.core.clocks import AMSTERDAM
from banen_kit.security.login_cookie import LOGIN_COOKIE
from banen_kit.security.sessions import COOKIE
from banen_local.cluster.folder import LocalError
from banen_reporting.queries.schemas import Placements, Targets

PEOPLE = ("demo-emplooi-adviser", "demo-bureau-project-bureau", "demo-ministry-ministry-observer")
"""People with different views: a partner's adviser, a member of the bureau, and the ministry."""
RELEASE_PATIENCE = 300.0
"""The most seconds until all past month-ends are released, for readers who see nothing else."""
FORM_TOKEN = re.compile(r'name="token" value="([^"]+)"')


@dataclass(frozen=True)
class Seen:
    """What a person was shown, or the code of the refusal."""

    person: str
    units: Sequence[str]
    counted: int | None
    """The national figure, or the sum of the own units if the national one is not shown."""
    rows: int | str
    happened_until: date

    def to_json(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "units": list(self.units),
            "counted": self.counted,
            "rows": self.rows,
            "happenedUntil": self.happened_until.isoformat(),
        }


async def look(http: httpx2.AsyncClient, reporting: str, person: str) -> Seen:
    """Raises `LocalError` if the login fails."""
    session = {"Cookie": await sign_in(http, reporting, person)}
    targets = await targets_of(http, reporting, session, person)
    placements = await http.get(
        f"{reporting}/v1/placements", params={"verdict": "counted", "limit": "1"}, headers=session
    )
    is_shown = placements.status_code == 200
    return Seen(
        person,
        [unit.id for unit in targets.units],
        counted_in(targets),
        Placements.model_validate_json(placements.content).count if is_shown else placements.json()["code"],
        targets.happened_until,
    )


async def targets_of(
    http: httpx2.AsyncClient, reporting: str, session: Mapping[str, str], person: str
) -> Targets:
    """Waits while month-ends are still being released. Raises `LocalError`."""
    today = datetime.now(AMSTERDAM).date()
    newest = today.replace(day=1) - timedelta(days=1)
    until = asyncio.get_running_loop().time() + RELEASE_PATIENCE
    while asyncio.get_running_loop().time() < until:
        answer = await http.get(f"{reporting}/v1/targets", headers=session)
        if answer.status_code == 200:
            targets = Targets.model_validate_json(answer.content)
            if targets.happened_until >= newest:
                return targets
        elif answer.json()["code"] != "month-not-released":
            raise LocalError(f"{person} gets {answer.status_code} from reporting.")
        await asyncio.sleep(0.5)
    raise LocalError(f"The figures of {newest} are not released after {RELEASE_PATIENCE:.0f} s.")


def counted_in(targets: Targets) -> int | None:
    if targets.national is not None:
        return targets.national.total.counted
    return sum(unit.total.counted or 0 for unit in targets.units)


async def sign_in(http: httpx2.AsyncClient, service: str, person: str) -> str:
    """Does a browser's whole login, from the service to the issuer and back; returns the cookie to send.

    Carries cookies itself, since HTTP clients other than browsers send no `Secure` cookie over http, even to localhost.
    Raises `LocalError`.
    """
    left = await http.get(f"{service}/login")
    page = await http.get(moved(left, "the service"))
    token = FORM_TOKEN.search(page.text)
    if token is None:
        raise LocalError("The issuer shows no login page.")
    chosen = await http.post(str(page.url.join("/login")), data={"token": token[1], "person": person})
    back = await http.get(moved(chosen, "the issuer"), headers={"Cookie": cookie(left, LOGIN_COOKIE)})
    moved(back, "the service")
    return cookie(back, COOKIE)


def moved(answer: httpx2.Response, who: str) -> str:
    if answer.status_code != 303:
        raise LocalError(f"The login stops at {who}, with {answer.status_code}.")
    return answer.headers["Location"]


def cookie(answer: httpx2.Response, name: str) -> str:
    """The cookie that an answer sets, in the form in which it is sent back."""
    for header in answer.headers.get_list("Set-Cookie"):
        if header.startswith(f"{name}="):
            return header.split(";", 1)[0]
    raise LocalError(f"The answer sets no {name}.")
