"""A clock of the database that a test sets: found before PostgreSQL's own where that comes last in the path."""

FAKE = """
create table fake_clock (ahead interval not null);
insert into fake_clock values ('0');
grant select on fake_clock to service;
create function clock_timestamp() returns timestamptz language sql volatile as
  $$ select pg_catalog.clock_timestamp() + ahead from {schema}.fake_clock $$;
alter function append_many set search_path = {schema}, pg_catalog;
alter function publish_floor set search_path = {schema}, pg_catalog;
"""
