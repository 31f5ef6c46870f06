-- What is due on a date: the fold of the events of each stream that a timer follows.
create table timers (
  name    text collate "C" not null,
  ref     text collate "C" not null,
  due_on  date not null,
  version bigint not null,                -- of the stream, at the last event that was folded
  tried   boolean not null default false, -- its command was given at this version
  primary key (name, ref)
);
create index timers_due on timers (due_on, name, ref) where not tried;

-- How far the store was folded, by which timers, into how many rows. Where that does not hold, all is folded again.
-- A step that changes what a timer makes of past events sets `names` to '{}'.
create table timer_progress (
  only_row boolean primary key default true check (only_row),
  names    text[] not null,
  position bigint not null,
  event_id uuid,                          -- at that position
  rows     bigint not null
);
