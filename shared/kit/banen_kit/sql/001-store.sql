-- The event store of one service of one partner. Runs with search_path set to that service's own schema.

create table streams (
  stream      text primary key,
  version     bigint not null,
  added       int not null,  -- events of the last append; 0 where it asked for no version
  recorded_at timestamptz not null,
  known_at    timestamptz not null
) with (fillfactor = 70);

create sequence position cache 1;

create table events (
  position       bigint not null default nextval('position'),
  xid            xid8 not null default pg_current_xact_id(),
  stream         text not null,
  version        bigint not null,
  id             uuid not null,
  type           text not null,
  schema_version smallint not null,
  data           text not null,
  metadata       text not null,
  recorded_at    timestamptz not null,
  known_at       timestamptz not null,
  primary key (stream, version)
);
create unique index events_position on events (position);
create unique index events_id on events (id);

-- The store's number, unique in its database, is part of its lock keys: two stores never mistake each other's.
do $$ begin
  execute format('create function store_number() returns int language sql immutable as %L',
                 'select ' || (select number from public.banen_stores where schema = current_schema()));
end $$;

-- The published floor: before an append draws positions, it takes a shared lock whose key holds the last one drawn.
-- 8 bits class, 16 bits store number, 40 bits position. Every other advisory lock uses the two-integer form.
create function publish_floor() returns void language plpgsql as $$
declare last bigint;
begin
  select case when is_called then last_value else last_value - 1 end into last from position;
  perform pg_advisory_xact_lock_shared((5::bigint << 56) | (store_number()::bigint << 40) | last);
end $$;

-- Appends independent commands, an outcome each. The only way into `events`.
-- Written so that no step compares every command with every other: a batch costs what its commands cost.
create function append_many(
  p_streams text[], p_expected bigint[], p_known timestamptz[], p_metadata text[], p_counts int[],
  p_command int[], p_ids uuid[], p_types text[], p_schema_versions smallint[], p_data text[])
returns table (of_stream text, outcome text, new_version bigint, last_position bigint)
language plpgsql security definer set search_path from current
-- every lookup is by key, a few rows at a time; before the first ANALYZE the planner would rather read whole tables
set enable_seqscan = off set enable_mergejoin = off as $$
declare v_now timestamptz; appended int;
begin
  perform publish_floor();
  v_now := clock_timestamp();  -- after the floor, so that a horizon without floors has seen all that is older
  return query
  with asked as materialized (
    select k::int, stream, expected, known, metadata, n
      from unnest(p_streams, p_expected, p_known, p_metadata, p_counts)
           with ordinality as u (stream, expected, known, metadata, n, k)
  ), repeats as materialized (
    select distinct i.k from unnest(p_command, p_ids) as i (k, id) join events on events.id = i.id
  ), moved as (
    -- A row that exists already sees the command only as `excluded`: known_at = recorded_at says that none was stated,
    -- added = 0 that any version will do, and else version - added is the expected one.
    insert into streams as s (stream, version, added, recorded_at, known_at)
    select a.stream, coalesce(a.expected, 0) + a.n, case when a.expected is null then 0 else a.n end,
           v_now, coalesce(a.known, v_now)
      from asked a
     where a.k not in (select k from repeats)
       and (a.known is null or a.known < v_now)
       and (coalesce(a.expected, 0) = 0
            or exists (select 1 from streams x where x.stream = a.stream and x.version = a.expected))
     order by a.stream  -- one lock order: no deadlocks
    on conflict (stream) do update
       set version = case when excluded.added = 0 then s.version else 0 end + excluded.version,
           added = excluded.added,
           recorded_at = greatest(s.recorded_at, excluded.recorded_at),
           known_at = case when excluded.known_at = excluded.recorded_at
                           then greatest(s.recorded_at, excluded.recorded_at) else excluded.known_at end
     where (excluded.added = 0 or s.version = excluded.version - excluded.added)
       and (excluded.known_at = excluded.recorded_at or excluded.known_at >= s.known_at)
    returning s.stream, s.version, s.recorded_at, s.known_at
  ), added as (
    insert into events (stream, version, id, type, schema_version, data, metadata, recorded_at, known_at)
    select m.stream, m.version - a.n + row_number() over (partition by e.k order by e.o),
           e.id, e.type, e.schema_version, e.data, a.metadata, m.recorded_at, m.known_at
      from unnest(p_command, p_ids, p_types, p_schema_versions, p_data)
           with ordinality as e (k, id, type, schema_version, data, o)
      join asked a on a.k = e.k
      join moved m on m.stream = a.stream
     order by e.o
    returning events.stream, events.version, events.position
  )
  select stream, 'appended', max(version), max(position) from added group by stream;

  get diagnostics appended = row_count;
  if appended < cardinality(p_streams) then
    return query
    select a.stream,
           case when exists (select 1 from unnest(p_command, p_ids) as i (k, id) join events on events.id = i.id
                              where i.k = a.k) then 'repeated'
                when a.known >= v_now or (a.known < x.known_at and coalesce(a.expected, x.version) = x.version)
                then 'known-at'
                else 'conflict' end,
           0::bigint, 0::bigint
      from unnest(p_streams, p_expected, p_known) with ordinality as a (stream, expected, known, k)
      left join streams x on x.stream = a.stream
      left join events mine on mine.id = (select id from unnest(p_command, p_ids) as i (k, id) where i.k = a.k limit 1)
                           and mine.xid = pg_current_xact_id()
     where mine.id is null;
  end if;
end $$;

-- How far the store can be read. Three steps in this order, each with a snapshot of its own:
-- the head, then the floors in flight, then (in the caller) the rows. A row at or below both that is not visible yet
-- would belong to an append whose floor was still published in step 2, so it cannot lie below that floor.
-- `settled`: no append was under way, so that all that was recorded before `at` lies at or below `safe`.
create function horizon(out at timestamptz, out safe bigint, out settled boolean) language plpgsql volatile as $$
declare head bigint; floor bigint; head_after bigint;
begin
  at := clock_timestamp();
  select case when is_called then last_value else last_value - 1 end into head from position;
  select min(((classid::bigint & 255) << 32) | objid::bigint) into floor
    from pg_locks
   where locktype = 'advisory' and granted and objsubid = 1
     and (classid::bigint >> 24) = 5 and ((classid::bigint >> 8) & 65535) = store_number()
     and database = (select oid from pg_database where datname = current_database());
  select case when is_called then last_value else last_value - 1 end into head_after from position;
  safe := least(head, floor);
  settled := floor is null and head_after = head;
end $$;

create function read_all(p_after bigint, p_limit int) returns setof events language plpgsql volatile as $$
declare h record;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'read_all needs READ COMMITTED';
  end if;
  h := horizon();
  return query select * from events e where e.position > p_after and e.position <= h.safe order by e.position limit p_limit;
end $$;

-- How far a consumer of this store has come. Moved by compare-and-set; `fence` outs an owner who was replaced.
create table checkpoints (
  consumer   text primary key,
  position   bigint not null default 0,
  fence      bigint not null default 0,
  updated_at timestamptz not null default clock_timestamp()
);

-- What the relay puts on the bus, byte for byte; `sequence` is gapless and never changes.
create table publications (
  sequence bigint primary key,
  position bigint not null,
  event_id uuid not null unique,
  subject  text not null,
  headers  text not null,
  body     text not null
);
