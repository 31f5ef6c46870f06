-- The list of what was held to reach people. Nothing in it is personal.
create table list_outreach (
  generation int not null,
  ref        text collate "C" not null,
  data       text not null,
  kind       text collate "C" not null,
  region_id  text collate "C",
  held_on    date not null,
  primary key (generation, ref)
);
create index list_outreach_held_on on list_outreach (generation, held_on, ref);
create index list_outreach_kind on list_outreach (generation, kind, held_on, ref);
create index list_outreach_region on list_outreach (generation, region_id, held_on, ref);
