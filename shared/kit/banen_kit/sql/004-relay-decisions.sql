-- What a human decided about an event that the relay cannot publish: its place in the numbering is never just left out.
create table relay_decisions (
  position    bigint primary key,
  event_id    uuid not null,
  type        text,          -- null: skipped; else a public event of this service, by its CloudEvents type
  body        text,
  reason_code text not null,
  decided_by  text not null,
  decided_at  timestamptz not null default clock_timestamp(),
  check ((type is null) = (body is null))
);
