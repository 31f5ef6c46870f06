-- Which of these references were erased; a service may ask it of any.
create function erased_among(p_persons text[]) returns setof text
language sql stable security definer set search_path from current as $$
  select k.person from keys k where k.person = any (p_persons) and k.wrapped is null;
$$;
