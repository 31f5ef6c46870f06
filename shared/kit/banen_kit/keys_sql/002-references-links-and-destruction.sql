-- A person has several references, whose keys are destroyed together; what was destroyed is swept from the disk.

-- ANALYZE would copy wrapped keys into pg_statistic, where no destruction finds them. Naming the type anew drops
-- what was gathered so far.
alter table keys alter column wrapped type bytea;
alter table keys alter column wrapped set statistics 0;

-- Only this reference was erased, because the period for its kind of data was over; those linked to it are not.
alter table keys add column alone boolean not null default false;

-- Null: its old versions may still stand in the table's files or in the log.
alter table keys add column swept_at timestamptz check (swept_at is null or wrapped is null);

-- Two references of one person; each pair stands here in both directions.
create table links (
  a text not null,
  b text not null,
  primary key (a, b)
);

-- Never makes a key. A person without a row is not in the answer.
create function find_keys(p_persons text[]) returns table (person text, wrapped bytea)
language sql stable security definer set search_path from current as $$
  select k.person, k.wrapped from keys k where k.person = any (p_persons);
$$;

-- Each person asked for, with every reference that leads to the same person, itself included.
create function linked(p_persons text[]) returns table (asked text, person text)
language sql stable security definer set search_path from current as $$
  with recursive reach (asked, person) as (
    select p, p from unnest(p_persons) p
    union
    select r.asked, l.b from reach r join links l on l.a = r.person
  )
  select reach.asked, reach.person from reach;
$$;

-- Records links, group by group: a group of which one person was erased is left out as a whole, and returned.
create function link_persons(p_group int[], p_a text[], p_b text[]) returns setof int
language plpgsql security definer set search_path from current as $$
declare v_refused int[];
begin
  lock table links in share row exclusive mode;
  v_refused := array(
    select distinct u.number
    from unnest(p_group || p_group, p_a || p_b) u (number, person)
    join linked(p_a || p_b) l on l.asked = u.person
    join keys k on k.person = l.person
    where k.wrapped is null and not k.alone
  );
  insert into links (a, b)
  select u.a, u.b from unnest(p_group || p_group, p_a || p_b, p_b || p_a) u (number, a, b)
  where u.number <> all (v_refused)
  on conflict do nothing;
  return query select unnest(v_refused);
end $$;

-- Overwrites and destroys the keys of these persons and, unless they go alone, of all references linked to them; a
-- reference that has no key yet gets a tombstone too, so that it never will. Where not everything is swept, the caller
-- sweeps.
create function destroy_keys(p_persons text[], p_alone boolean)
returns table (asked text, person text, destroyed_at timestamptz, swept_at timestamptz)
language plpgsql security definer set search_path from current as $$
declare v_all text[];
begin
  lock table links in share row exclusive mode;
  v_all := case when p_alone then p_persons else array(select distinct l.person from linked(p_persons) l) end;
  if v_all && array['master-key-check', 'partner-fingerprint', 'partner-signing'] then
    raise exception 'the partner''s own keys are not destroyed';
  end if;
  update keys k
  set wrapped = substring(sha512(uuid_send(gen_random_uuid())) for octet_length(k.wrapped))
  where k.person = any (v_all) and k.wrapped is not null;
  insert into keys as k (person, wrapped, destroyed_at, alone)
  select distinct p, null::bytea, clock_timestamp(), p_alone from unnest(v_all) p order by 1
  on conflict on constraint keys_pkey
  do update set wrapped = null, destroyed_at = coalesce(k.destroyed_at, clock_timestamp()), alone = p_alone
  where k.wrapped is not null or (k.alone and not p_alone);
  return query
    select l.asked, k.person, k.destroyed_at, k.swept_at
    from linked(p_persons) l join keys k on k.person = l.person
    where not p_alone or l.person = l.asked;
end $$;

-- To be called when the old versions of these destroyed keys are gone from the table's files and from the log; returns
-- since when that is known.
create function mark_swept(p_persons text[]) returns timestamptz
language sql security definer set search_path from current as $$
  update keys set swept_at = now()
  where person = any (p_persons) and wrapped is null and swept_at is null;
  select max(k.swept_at) from keys k where k.person = any (p_persons);
$$;

-- After a restore: records missing links again, whoever was erased, and returns which references are still to be
-- destroyed or swept: of these persons, those that went alone, and everybody linked to somebody destroyed.
create function left_to_destroy(p_erased text[], p_alone text[], p_a text[], p_b text[]) returns setof text
language plpgsql security definer set search_path from current as $$
begin
  if exists (
    select from unnest(p_a, p_b) u (a, b) where not exists (select from links l where l.a = u.a and l.b = u.b)
  ) then
    lock table links in share row exclusive mode;
    insert into links (a, b) select u.a, u.b from unnest(p_a || p_b, p_b || p_a) u (a, b) on conflict do nothing;
  end if;
  return query
    select distinct l.person
    from linked(p_erased || array(select k.person from keys k where k.wrapped is null and not k.alone)) l
    left join keys k on k.person = l.person
    where k.swept_at is null
    union
    select p from unnest(p_alone || array(select k.person from keys k where k.alone)) p
    left join keys k on k.person = p
    where k.swept_at is null;
end $$;

-- The first segment of the log that is still on the disk.
create function oldest_segment() returns text
language sql security definer set search_path from current as $$
  select name from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$' order by substring(name from 9) limit 1;
$$;
