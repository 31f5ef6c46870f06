"""The day in a running programme, which a test sets: for its databases and for the processes of its services."""

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import asyncpg

from banen_kit.messaging.topology import read_partners
from banen_local.cluster.prepare import database_of
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from support import ahead

# PostgreSQL's own clock gets another name, so that whatever asks for the time gets ours.
SET_CLOCK = """
set allow_system_table_mods = on;
do $$ begin
  if to_regproc('pg_catalog.clock_of_machine') is null then
    alter function pg_catalog.clock_timestamp() rename to clock_of_machine;
  end if;
end $$;
create or replace function pg_catalog.clock_timestamp() returns timestamptz language sql volatile
  as 'select pg_catalog.clock_of_machine() + interval ''{seconds} seconds''';
grant execute on function pg_catalog.clock_timestamp() to public;
"""


@dataclass(frozen=True)
class Calendar:
    """Time passes while the services are down, as it does for people between two visits."""

    folder: Path

    async def turn_to(self, day: date, programme: Programme, supervisor: Supervisor) -> None:
        """It becomes noon of that day, UTC; must be later than before."""
        async with supervisor.down(*(one.name for one in programme.services)):
            await self.set(day, programme)

    async def set(self, day: date, programme: Programme) -> None:
        """As `turn_to`, where no service runs."""
        noon = datetime.combine(day, time(12), UTC)
        seconds = round((noon - datetime.now(UTC)) / timedelta(seconds=1))
        for server in (programme.database, programme.keys):
            for partner in programme.partners:
                owner = await asyncpg.connect(server.url(database_of(partner.id)))
                await owner.execute(SET_CLOCK.format(seconds=seconds))
                await owner.close()
        self.file.write_text(str(seconds))

    @property
    def file(self) -> Path:
        """By how many seconds the clocks are ahead of the machine's."""
        return self.folder / "ahead"


class DatedProgramme(Programme):
    """A programme that goes by a calendar from its first day on."""

    def __init__(self, folder: Path, partners_file: Path, calendar: Calendar, first: date) -> None:
        names = [f"{one.id}-{service}" for one in read_partners(partners_file) for service in one.services]
        under = dict.fromkeys(names, (sys.executable, "-P", ahead.__file__, str(calendar.file)))
        super().__init__(folder, partners_file, under)
        self._calendar, self._first = calendar, first

    async def _prepare(self) -> None:
        await super()._prepare()
        await self._calendar.set(self._first, self)
