"""Somebody at a partner, who knows names and no references."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from banen_contracts.roles import Role
from support.site import Site
from support.waiting import eventually


def ref_of(path: str) -> str:
    return path.rsplit("/", 1)[1]


@dataclass
class Desk:
    """What was recorded is found again by lists, search and files, as staff would."""

    site: Site
    partner: str
    role: Role

    async def rows(self, things: str, **asked: str) -> list[dict[str, Any]]:
        answer = await self.site.ask(self.partner, self.role, "GET", f"/{things}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def listed(self, things: str, count: int, **asked: str) -> list[dict[str, Any]]:
        """The rows, once the list shows that many."""
        found: list[dict[str, Any]] = []

        async def are_there() -> bool:
            found[:] = await self.rows(things, **asked)
            return len(found) == count

        await eventually(are_there)
        return found

    async def find(self, things: str, **asked: str) -> dict[str, Any]:
        """The only row, once the list shows it. A search also finds what is a little alike (ADR 0059), so names must differ
        from those of other stories on the same site.
        """
        return (await self.listed(things, 1, **asked))[0]

    async def path(self, things: str, **asked: str) -> str:
        """Where the record of the only row is."""
        return f"/{things}/{(await self.find(things, **asked))['ref']}"

    async def is_gone(self, things: str, **asked: str) -> None:
        await self.listed(things, 0, **asked)

    async def record(self, things: str, verb: str, body: dict[str, Any], refused: str | None = None) -> Any:
        """Something new, under a reference that nobody writes down."""
        return await self.give(f"/{things}/{uuid4()}/{verb}", body, refused=refused)

    async def give(
        self, path: str, body: dict[str, Any], refused: str | None = None, seen: int | None = None
    ) -> Any:
        return await self.site.give(self.partner, self.role, path, body, refused=refused, seen=seen)

    async def go_on(self, row: dict[str, Any], things: str, verb: str, **body: Any) -> None:
        await self.give(f"/{things}/{row['ref']}/{verb}", body)

    async def file(self, path: str) -> dict[str, Any]:
        answer = await self.site.ask(self.partner, self.role, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()
