-- What a service keeps here if its events are in another store (EventStoreDB, KurrentDB).

-- Its streams, with their last event: found by folding its events.
create table stream_index (
  stream      text collate "C" primary key,
  recorded_at timestamptz not null,
  last_type   text not null
);

-- Which streams may concern whom, beside the one that bears the reference in its name.
create table stream_index_references (
  ref    uuid not null,
  stream text not null,
  primary key (ref, stream)
);

-- How far the store was folded. A row says that the events of this service are elsewhere.
create table stream_index_progress (
  only_row boolean primary key default true check (only_row),
  position bigint not null,
  event_id uuid
);

-- While an append to the other store is under way, a shared lock says when it began: 8 bits class, 16 bits store number,
-- 40 bits hundredths of a second since 2000. The lock is held until the transaction ends, after the append.
-- No two transactions get the same number.
create function append_elsewhere(out number bigint, out now timestamptz)
language plpgsql volatile security definer set search_path from current as $$
begin
  perform pg_advisory_xact_lock_shared((5::bigint << 56) | (store_number()::bigint << 40)
    | floor(100 * extract(epoch from clock_timestamp() - timestamptz '2000-01-01 00:00Z'))::bigint);
  number := pg_current_xact_id()::text::bigint;
  now := clock_timestamp();  -- after the lock: what the lock says is never later than this
end $$;

-- Until when all that was recorded can be read from now on. An append that began before `at` and is not under way any more
-- was over before the second step; one that is under way, or begins later, records nothing before `at`.
create function horizon_elsewhere(out at timestamptz) language plpgsql volatile as $$
declare began bigint;
begin
  at := clock_timestamp();
  select min(((classid::bigint & 255) << 32) | objid::bigint) into began
    from pg_locks
   where locktype = 'advisory' and granted and objsubid = 1
     and (classid::bigint >> 24) = 5 and ((classid::bigint >> 8) & 65535) = store_number()
     and database = (select oid from pg_database where datname = current_database());
  at := least(at, timestamptz '2000-01-01 00:00Z' + began * interval '10 milliseconds');
end $$;
