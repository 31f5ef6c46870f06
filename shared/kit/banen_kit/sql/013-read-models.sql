-- What the lists of a service are made of: the tables `list_<name>` are the service's own.

-- How far the store was folded, by which lists. Lists are made anew beside the live ones, in a generation of their own.
create table list_progress (
  generation int primary key,
  models     text[] not null,
  position   bigint not null default 0,
  event_id   uuid,                            -- at that position
  live       boolean not null default false,  -- it is the one that is shown
  deleted_at timestamptz                      -- rows were deleted for good, and may be left in the files of the tables
);
create unique index list_progress_live on list_progress (live) where live;

-- By what a row is found: keyed hashes of parts of its personal fields, under a key of the partner.
create table list_tokens (
  list       text collate "C" not null,
  generation int not null,
  ref        text collate "C" not null,
  tokens     bigint[] not null,
  primary key (list, generation, ref)
);
create index list_tokens_tokens on list_tokens using gin (tokens) with (fastupdate = off);
