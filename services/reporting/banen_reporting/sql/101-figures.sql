-- What reporting received and what it makes of it. Runs after the store's own steps, in the same schema.

-- Everything that came over the bus, as it came. Append-only.
create table inbox (
  source         text not null,
  sequence       bigint not null,
  event_id       uuid not null unique,
  type           text not null,
  ref            text not null,
  recorded_at    timestamptz not null,
  known_at       timestamptz not null,
  imported       boolean not null,
  correlation_id uuid not null,
  body           text not null,
  received_at    timestamptz not null default clock_timestamp(),
  primary key (source, sequence)
);
create index inbox_ref on inbox (source, ref);

-- How far each source was folded into facts: a gapless count, so what lies beyond a hole waits.
create table projected (
  source   text primary key,
  sequence bigint not null
);

-- What could not be folded, and why. `parked`: an earlier event of the same thing could not be.
create table set_aside (
  source   text not null,
  sequence bigint not null,
  kind     text,
  ref      text not null,
  reason   text not null,
  primary key (source, sequence)
);
create index set_aside_ref on set_aside (source, ref);

-- Facts on two clocks: `data` says what happened when, known_from and known_to since when that was known.
-- One row per version of a thing; the current one is known to infinity.
create table facts (
  kind       text not null,
  source     text not null,
  ref        text not null,
  known_from timestamptz not null,
  known_to   timestamptz not null default 'infinity',
  imported   boolean not null,
  sequence   bigint not null,
  change     bigint not null,
  data       text not null,
  primary key (source, ref, kind, known_from)
);
create unique index facts_current on facts (source, ref, kind) where known_to = 'infinity';
create index facts_change on facts (kind, change) where known_to = 'infinity';

-- Counts the events that were folded: the position of every figure.
create table projection (
  only_row boolean primary key default true check (only_row),
  events   bigint not null
);
insert into projection (events) values (0);

-- What each source's relay says: all it recorded before `through` has a sequence of at most `sequence`.
create table watermarks (
  source   text primary key,
  through  timestamptz not null,
  sequence bigint not null
);
