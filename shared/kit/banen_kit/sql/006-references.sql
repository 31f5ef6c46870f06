-- What concerns somebody is found without reading the whole store.

-- Which streams may concern whom, beside the one that bears the reference in its name; written by the append.
create table stream_references (
  ref    uuid not null,
  stream text not null,
  primary key (ref, stream)
);

-- What older versions appended: every UUID in the data of an event.
insert into stream_references (ref, stream)
select distinct found.parts[1]::uuid, e.stream
  from events e cross join regexp_matches(e.data, '"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"', 'g')
       as found (parts)
 where not starts_with(e.stream, split_part(e.stream, '-', 1) || '-' || found.parts[1]);

-- One type of event; `banen migrate` makes an index of the types that a service asks for.
create function of_type(p_type text, p_after bigint, p_limit int) returns setof events language plpgsql stable
-- a plan for any type could not use that index
set plan_cache_mode = force_custom_plan as $$
begin
  return query select * from events e where e.type = p_type and e.position > p_after order by e.position limit p_limit;
end $$;

drop function append_many(text[], bigint[], timestamptz[], text[], int[], int[], uuid[], text[], smallint[], text[]);

-- Appends independent commands, an outcome each. The only way into `events`.
-- Written so that no step compares every command with every other: a batch costs what its commands cost.
create function append_many(
  p_streams text[], p_expected bigint[], p_known timestamptz[], p_metadata text[], p_counts int[],
  p_command int[], p_ids uuid[], p_types text[], p_schema_versions smallint[], p_data text[],
  p_ref_command int[], p_refs uuid[])
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
  ), referring as (
    -- a pair belongs to one stream, whose row is locked by now: nobody waits here
    insert into stream_references (ref, stream)
    select r.ref, m.stream
      from unnest(p_ref_command, p_refs) as r (k, ref) join asked a on a.k = r.k join moved m on m.stream = a.stream
    on conflict do nothing
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
