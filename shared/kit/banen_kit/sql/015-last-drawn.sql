-- The last position drawn, read under the lock of the sequence's page. A plain select reads the page without it, and sees
-- for a moment a value up to 32 too high while nextval writes ahead in the log: a reader that believed it would pass by
-- events that are not committed yet.
create function last_drawn() returns bigint language sql volatile as $$
  select coalesce(pg_sequence_last_value('position'), 0);
$$;

create or replace function publish_floor() returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared((5::bigint << 56) | (store_number()::bigint << 40) | last_drawn());
end $$;

create or replace function horizon(out at timestamptz, out safe bigint, out settled boolean)
language plpgsql volatile as $$
declare head bigint; floor bigint;
begin
  at := clock_timestamp();
  head := last_drawn();
  select min(((classid::bigint & 255) << 32) | objid::bigint) into floor
    from pg_locks
   where locktype = 'advisory' and granted and objsubid = 1
     and (classid::bigint >> 24) = 5 and ((classid::bigint >> 8) & 65535) = store_number()
     and database = (select oid from pg_database where datname = current_database());
  safe := least(head, floor);
  settled := floor is null and last_drawn() = head;
end $$;
