-- Logins under way are in the browser's cookie now; only those that came to a session are kept, so that each does once.
drop table logins;
create table finished_logins (
  state bytea primary key,
  at    timestamptz not null
);
create index finished_logins_at on finished_logins (at);

-- What the issuer said of the login (OpenID Connect Core section 2, Back-Channel Logout 1.0 section 2.1); null where it did not.
alter table sessions add column sid text;
alter table sessions add column acr text;
alter table sessions add column signed_in_at timestamptz;

create index sessions_seen on sessions (seen_at);
create index sessions_made on sessions (made_at);
create index sessions_subject on sessions (subject);
create index sessions_sid on sessions (sid) where sid is not null;
