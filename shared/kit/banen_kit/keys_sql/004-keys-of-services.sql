-- A service reads and destroys the keys of its own references alone; what it says is the same person as another's
-- reference is erased with that.

-- The role of the service that first used the key; null: nobody's, or made before this was kept and not used since.
alter table keys add column service text;

-- In the functions below, which run as their owner: may this session use a key of that service? The owner may use all.
create function is_ours(p_service text) returns boolean language sql stable set search_path from current as $$
  select p_service is null or p_service = session_user or session_user = current_user;
$$;

-- May this service say that its references and others' are one person? Only then it may be the one who erases others'.
create function may_link() returns boolean language sql stable set search_path from current as $$
  select session_user = current_user or has_function_privilege(session_user, 'link_persons(int[], text[], text[])', 'execute');
$$;

-- A key of another service is not in the answer; a tombstone is.
create or replace function keys_for(p_persons text[], p_fresh bytea[]) returns table (person text, wrapped bytea)
language plpgsql security definer set search_path from current as $$
declare
  v_nobodys constant text[] := array['master-key-check', 'partner-fingerprint', 'partner-signing'];
  v_service constant text := nullif(session_user::text, current_user::text);
begin
  insert into keys (person, wrapped, service)
  select u.person, u.fresh, case when u.person <> all (v_nobodys) then v_service end
    from unnest(p_persons, p_fresh) as u (person, fresh) order by 1
  on conflict do nothing;
  update keys k set service = v_service
   where k.person = any (p_persons) and k.service is null and k.wrapped is not null and k.person <> all (v_nobodys)
     and v_service is not null;
  return query
    select k.person, k.wrapped from keys k
     where k.person = any (p_persons) and (k.wrapped is null or is_ours(k.service));
end $$;

create or replace function find_keys(p_persons text[]) returns table (person text, wrapped bytea)
language sql stable security definer set search_path from current as $$
  select k.person, k.wrapped from keys k
   where k.person = any (p_persons) and (k.wrapped is null or is_ours(k.service));
$$;

-- Of these persons, those whose keys this service may destroy: its own, and where they do not go alone, whoever it is
-- linked to, and whoever is linked to somebody erased. A reference without a key is nobody's.
create function destroyable(p_persons text[], p_alone boolean) returns setof text
language sql stable set search_path from current as $$
  select p.person from unnest(p_persons) as p (person) left join keys k on k.person = p.person
   where (k.person is null or is_ours(k.service))
     and (p_alone or may_link() or not exists (
       select from linked(array[p.person]) l join keys o on o.person = l.person where not is_ours(o.service)))
  union
  select l.asked from linked(p_persons) l join keys k on k.person = l.person
   where not p_alone and may_link() and (is_ours(k.service) or (k.wrapped is null and not k.alone));
$$;

create or replace function destroy_keys(p_persons text[], p_alone boolean)
returns table (asked text, person text, destroyed_at timestamptz, swept_at timestamptz)
language plpgsql security definer set search_path from current as $$
declare v_all text[];
begin
  lock table links in share row exclusive mode;
  v_all := case when p_alone then p_persons else array(select distinct l.person from linked(p_persons) l) end;
  if v_all && array['master-key-check', 'partner-fingerprint', 'partner-signing'] then
    raise exception 'the partner''s own keys are not destroyed';
  end if;
  if exists (select unnest(p_persons) except select destroyable(p_persons, p_alone)) then
    raise insufficient_privilege using message = 'a key of another service';
  end if;
  update keys k
  set wrapped = substring(sha512(uuid_send(gen_random_uuid())) for octet_length(k.wrapped))
  where k.person = any (v_all) and k.wrapped is not null;
  insert into keys as k (person, wrapped, destroyed_at, alone, service)
  select distinct p, null::bytea, clock_timestamp(), p_alone, nullif(session_user::text, current_user::text)
    from unnest(v_all) p order by 1
  on conflict on constraint keys_pkey
  do update set wrapped = null, destroyed_at = coalesce(k.destroyed_at, clock_timestamp()), alone = p_alone
  where k.wrapped is not null or (k.alone and not p_alone);
  return query
    select l.asked, k.person, k.destroyed_at, k.swept_at
    from linked(p_persons) l join keys k on k.person = l.person
    where not p_alone or l.person = l.asked;
end $$;

create or replace function mark_swept(p_persons text[]) returns timestamptz
language sql security definer set search_path from current as $$
  update keys set swept_at = now()
  where person = any (p_persons) and wrapped is null and swept_at is null
    and person in (select destroyable(p_persons, keys.alone));
  select max(k.swept_at) from keys k where k.person = any (p_persons);
$$;

create or replace function left_to_destroy(p_erased text[], p_alone text[], p_a text[], p_b text[]) returns setof text
language plpgsql security definer set search_path from current as $$
begin
  if exists (
    select from unnest(p_a, p_b) u (a, b) where not exists (select from links l where l.a = u.a and l.b = u.b)
  ) then
    if not may_link() then
      raise insufficient_privilege using message = 'this service links nobody';
    end if;
    lock table links in share row exclusive mode;
    insert into links (a, b) select u.a, u.b from unnest(p_a || p_b, p_b || p_a) u (a, b) on conflict do nothing;
  end if;
  -- What others erased and did not come to destroy is theirs, or whoever's is linked to it.
  return query
    with together as (
      select distinct l.person
      from linked(p_erased || array(select k.person from keys k where k.wrapped is null and not k.alone)) l
      left join keys k on k.person = l.person
      where k.swept_at is null
    ), lone as (
      select p as person from unnest(p_alone || array(select k.person from keys k where k.alone)) p
      left join keys k on k.person = p
      where k.swept_at is null
    )
    select destroyable(array(select t.person from together t), false)
    union
    select destroyable(array(select t.person from lone t), true);
end $$;

-- Old keys of a service's references, which it names when it starts, are nobody else's from then on.
create function claim_keys(p_persons text[]) returns void
language sql security definer set search_path from current as $$
  update keys set service = session_user
  where person = any (p_persons) and service is null and session_user <> current_user
    and person <> all (array['master-key-check', 'partner-fingerprint', 'partner-signing']);
$$;
