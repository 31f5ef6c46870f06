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

-- Publishes a floor until the transaction ends, as an append here does: a horizon without floors has seen all appends that
-- began before it. No two transactions get the same number.
create function append_elsewhere(out number bigint, out now timestamptz)
language plpgsql volatile security definer set search_path from current as $$
begin
  perform publish_floor();
  number := pg_current_xact_id()::text::bigint;
  now := clock_timestamp();  -- after the floor
end $$;
