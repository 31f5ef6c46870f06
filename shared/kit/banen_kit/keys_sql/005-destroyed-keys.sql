-- Whose keys went with this person's, or would have, and since when they are gone: for certificates. Changes nothing.
create function destroyed_keys(p_person text, p_alone boolean)
returns table (person text, destroyed_at timestamptz, swept_at timestamptz)
language sql stable security definer set search_path from current as $$
  select k.person, k.destroyed_at, k.swept_at
  from linked(array[p_person]) l join keys k on k.person = l.person
  where (not p_alone or l.person = p_person)
    and p_person in (select destroyable(array[p_person], p_alone));
$$;
