-- The figures at the end of a month as aggregate readers see them: worked out once, when the month is final.
-- Append-only: what was shown stays shown, also when facts are folded anew.
create table released (
  month    date not null,
  rule_set text not null,
  answer   jsonb not null,
  at       timestamptz not null default clock_timestamp(),
  primary key (month, rule_set)
);
create function refuse_release_change() returns trigger language plpgsql as $$
begin
  raise exception 'what was released stays as it is';
end $$;
create trigger released_stays before update or delete or truncate on released
  for each statement execute function refuse_release_change();
