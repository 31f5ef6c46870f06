-- What the issuer said when somebody signed in, so that it can end its own sessions here, and old or weak sign-ins are seen.
alter table sessions
  add column issuer_session text,         -- `sid` of the ID token
  add column acr            text,
  add column signed_in_at   timestamptz;  -- `auth_time`
create index sessions_subject on sessions (subject);
create index sessions_issuer_session on sessions (issuer_session);

-- Logout tokens that were obeyed: one that comes again ends nothing.
create table obeyed_logouts (
  token bytea primary key,                -- SHA-256 of what the issuer signed
  at    timestamptz not null
);
create index obeyed_logouts_at on obeyed_logouts (at);
