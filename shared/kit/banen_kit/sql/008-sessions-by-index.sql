-- Logins under way are in the browser's cookie now; only those that came to a session are kept, so that each does once.
drop table logins;
create table finished_logins (
  state bytea primary key,
  at    timestamptz not null
);
create index finished_logins_at on finished_logins (at);

create index sessions_seen on sessions (seen_at);
create index sessions_made on sessions (made_at);
