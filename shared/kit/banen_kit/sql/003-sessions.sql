-- Who is signed in with a browser. The cookies themselves are not kept: only their SHA-256.

create table logins (            -- on the way to the issuer and back
  state    bytea primary key,
  browser  bytea not null,       -- of the cookie that the browser got when it left
  verifier text not null,        -- PKCE (RFC 7636)
  nonce    text not null,
  next     text not null,
  made_at  timestamptz not null
);

create table sessions (
  id         bytea primary key,
  subject    text not null,
  partner    text not null,
  roles      text[] not null,
  agent      bytea not null,     -- of the browser's User-Agent
  form_token text not null,      -- made anew each time a form was sent
  purpose    text,               -- why an auditor looks, as a document's mark
  made_at    timestamptz not null,
  seen_at    timestamptz not null
);
