-- The keys of one partner's persons. Lives in a cluster of its own, with its own log and its own short-lived backups.
create table keys (
  person       text primary key,
  wrapped      bytea,          -- null: destroyed, the tombstone
  made_at      timestamptz not null default clock_timestamp(),
  destroyed_at timestamptz,
  check ((wrapped is null) = (destroyed_at is not null))
);

-- The only thing that a service's role may do here. Makes the keys that do not exist yet out of the offered ones.
create function keys_for(p_persons text[], p_fresh bytea[]) returns table (person text, wrapped bytea)
language plpgsql security definer set search_path from current as $$
begin
  insert into keys (person, wrapped)
  select u.person, u.fresh from unnest(p_persons, p_fresh) as u (person, fresh) order by 1
  on conflict do nothing;
  return query select k.person, k.wrapped from keys k where k.person = any (p_persons);
end $$;
