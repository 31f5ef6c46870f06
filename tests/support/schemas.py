"""Schemas that tests take and give back: emptied and taken again, which costs a fraction of migrating a new one."""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from banen_kit.postgres.connection import grant_store, migrate, migrations

WATCH = """
create sequence public.alterations;
create function public.note_alteration() returns event_trigger language plpgsql security definer
as $$ begin perform nextval('public.alterations'); end $$;
create event trigger note_alteration on ddl_command_end execute function public.note_alteration();
"""
EMPTY = """
do $do$ declare one record;
begin
  set local session_replication_role = replica;
  set local lock_timeout = '1s';
  for one in select oid::regclass as name, relname from pg_class
             where relnamespace = '{schema}'::regnamespace and relkind = 'r' and relname <> 'migrations' loop
    execute format('delete from %s', one.name);
    if to_regclass(format('first.%I', '{schema}_' || one.relname)) is not null then
      execute format('insert into %s select * from first.%I', one.name, '{schema}_' || one.relname);
    end if;
  end loop;
  perform setval(oid::regclass, 1, false) from pg_class
    where relnamespace = '{schema}'::regnamespace and relkind = 'S';
end $do$
"""
"""A schema has what it had when it was migrated."""
REMEMBER = """
create schema if not exists first;
do $do$ declare one record; has_rows boolean;
begin
  for one in select oid::regclass as name, relname from pg_class
             where relnamespace = '{schema}'::regnamespace and relkind = 'r' and relname <> 'migrations' loop
    execute format('select exists (select from %s)', one.name) into has_rows;
    if has_rows then
      execute format('create table first.%I as table %s', '{schema}_' || one.relname, one.name);
    end if;
  end loop;
end $do$
"""


@dataclass
class Schemas:
    """Those of one database, for one test after the other."""

    url: str
    role: str
    _made: int = 0
    _altered: int = 0
    """How often anything but rows had changed when this was looked at last."""
    _is_altered: bool = False
    _free: dict[tuple[str, ...], list[str]] = field(default_factory=lambda: defaultdict(list))
    _taken: list[tuple[tuple[str, ...], str]] = field(default_factory=list[tuple[tuple[str, ...], str]])

    async def take(self, *packages: str) -> str:
        """A migrated schema in which nothing happened yet; by default an event store."""
        wanted = packages or ("banen_kit",)
        schema = self._free[wanted].pop() if self._free[wanted] else await self._make(wanted)
        self._taken.append((wanted, schema))
        return schema

    async def give_back(self) -> None:
        """All that were taken. One that a test altered, or to which somebody is connected still, is not given out again."""
        if not self._taken:
            return
        async with self._owner() as owner:
            for wanted, schema in self._taken:
                if not self._is_altered and await _is_left(owner, schema):
                    await owner.execute(EMPTY.format(schema=schema))
                    self._free[wanted].append(schema)
        self._taken.clear()
        self._is_altered = False

    async def _make(self, packages: tuple[str, ...]) -> str:
        self._made += 1
        schema = f"t{self._made}"
        async with self._owner() as owner:
            await migrate(owner, schema, migrations(packages))
            await grant_store(owner, schema, self.role)
            await owner.execute(REMEMBER.format(schema=schema))
        return schema

    @asynccontextmanager
    async def _owner(self) -> AsyncGenerator[asyncpg.Connection]:
        """What is altered meanwhile is no test's work."""
        owner = await asyncpg.connect(self.url)
        try:
            self._is_altered |= (
                await owner.fetchval("select last_value from public.alterations") != self._altered
            )
            yield owner
            self._altered = await owner.fetchval("select last_value from public.alterations")
        finally:
            await owner.close()


async def _is_left(owner: asyncpg.Connection, schema: str) -> bool:
    """Whoever has just closed a connection may be there for another moment."""
    return await owner.fetchval(
        "select not exists (select from pg_stat_activity where application_name = $1)", schema
    )
