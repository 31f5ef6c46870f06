"""The day in a running programme, which a test sets: for its databases and for the processes of its services."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import asyncpg

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

    def __post_init__(self) -> None:
        self._write(0)

    def under(self, *services: str) -> dict[str, Sequence[str]]:
        """For `Programme`: these services go by this calendar."""
        return dict.fromkeys(services, (sys.executable, "-P", ahead.__file__, str(self._file)))

    async def turn_to(self, day: date, programme: Programme, supervisor: Supervisor) -> None:
        """It becomes noon of that day, UTC; must be later than before."""
        noon = datetime.combine(day, time(12), UTC)
        seconds = round((noon - datetime.now(UTC)) / timedelta(seconds=1))
        async with supervisor.down(*(one.name for one in programme.services)):
            for server in (programme.database, programme.keys):
                for partner in programme.partners:
                    owner = await asyncpg.connect(server.url(database_of(partner.id)))
                    try:
                        await owner.execute(SET_CLOCK.format(seconds=seconds))
                    finally:
                        await owner.close()
            self._write(seconds)

    @property
    def _file(self) -> Path:
        return self.folder / "ahead"

    def _write(self, seconds: int) -> None:
        self._file.write_text(str(seconds))
