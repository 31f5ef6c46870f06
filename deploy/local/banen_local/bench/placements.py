"""The list of very many placements, and making the lists of mediation anew."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from banen_contracts.mediation import ContractTerm, EndReason, ProgrammeTag
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.port import Append
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import Pool
from banen_kit.readmodel.projector import Projector
from banen_kit.readmodel.questions import Question
from banen_kit.readmodel.reader import ListReader
from banen_kit.readmodel.table import ListTables
from banen_local.bench.lists import AT_ONCE, DAY, read_all, slowest
from banen_local.bench.rows import Row, rate, schema
from banen_local.cluster.postgres import Postgres
from banen_mediation.events import PlacementEnded, PlacementEvent, PlacementStarted
from banen_mediation.lists.placements import PLACEMENTS
from banen_mediation.service import SERVICE

NUMBER = 100_000
EMPLOYERS = 2_000
MOST_MS = 50


class Placements:
    """A mediation with many placements on record, without commands."""

    def __init__(self, pool: Pool) -> None:
        self.draw = random.Random(1)  # noqa: S311 - the same placements in each run
        store, keys = PostgresStore(pool), MemoryKeys()
        serializer = EventSerializer[Any](SERVICE.events, SERVICE.upcasters)
        self.repository = EventRepository[Any](store, serializer, keys)
        self.tables = ListTables(store, SERVICE.lists)
        self.reader = ListReader(self.tables, keys)
        self.employers = [uuid4() for _ in range(EMPLOYERS)]
        self.clients: list[UUID] = []

    async def record(self, number: int) -> int:
        """Returns how many events were recorded."""
        count = 0
        for first in range(0, number, AT_ONCE):
            batch = [self._one() for _ in range(min(AT_ONCE, number - first))]
            await self.repository.store.append_many(batch)
            count += sum(len(one.events) for one in batch)
        return count

    def _one(self) -> Append:
        ref = uuid4()
        encode = self.repository.serializer.encode
        return Append(
            f"placement-{ref}", tuple(encode(event, uuid4(), {}) for event in self._of(ref)), 0, "{}"
        )

    def _of(self, ref: UUID) -> Iterator[PlacementEvent]:
        start = DAY + timedelta(days=self.draw.randrange(1000))
        self.clients.append(uuid4())
        yield PlacementStarted(
            placement_ref=ref,
            client_ref=self.clients[-1],
            kind=self.draw.choice(("employment", "temp", "internship")),
            contract=ContractTerm.FIXED,
            start_date=start,
            planned_end_date=start + timedelta(days=365),
            paid=True,
            programme_tag=ProgrammeTag.PROGRAMME,
            primary_partner="emplooi",
            employer_ref=self.draw.choice(self.employers),
        )
        if self.draw.random() < 0.5:
            end = start + timedelta(days=200)
            yield PlacementEnded(placement_ref=ref, end_date=end, reason_code=EndReason.COMPLETED)

    async def ask(self, **filters: Any) -> None:
        await self.reader.page(Question(PLACEMENTS, filters, "start_date", 50), opens=True)


async def placement_rows(server: Postgres, number: int = NUMBER) -> list[Row]:
    """As `list_rows`, of placements."""
    async with schema(server, "bench_placements", *SERVICE.sql) as pool:
        made = Placements(pool)
        count = await made.record(number)
        read = await rate(count, read_all(made.repository))
        folded = await rate(count, Projector(made.tables, made.repository).rebuild())
        await pool.execute("vacuum analyze")
        bare = await slowest(lambda: pool.fetchval("select 1"))
        due = date(2007, 1, 1)
        questions = {
            "list of placements, p95": lambda: made.ask(),
            "list of running placements, p95": lambda: made.ask(state="running"),
            "list of an employer's placements, p95": lambda: made.ask(
                employer_ref=made.draw.choice(made.employers)
            ),
            "list of a client's placements, p95": lambda: made.ask(client_ref=made.draw.choice(made.clients)),
            "list of placements to be checked, p95": lambda: made.ask(next_milestone_on_until=due),
        }
        rows = [Row("rebuild of the lists of mediation", round(folded), "events/s", round(read), round(folded / read, 2), "figure ≥ 10,000", folded >= 10_000)]  # fmt: skip
        for name, ask in questions.items():
            figure = await slowest(ask)
            rows.append(Row(name, round(figure, 1), "ms", round(bare, 1), round(figure / bare, 2), f"figure ≤ {MOST_MS}", figure <= MOST_MS))  # fmt: skip
        return rows
