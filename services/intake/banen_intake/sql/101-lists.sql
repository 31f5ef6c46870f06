-- The lists of intake. A row holds its personal values sealed; what is filtered and sorted by stands in columns.
create table list_candidates (
  generation   int not null,
  ref          text collate "C" not null,
  data         text not null,
  state        text collate "C" not null,
  worker       text collate "C",
  region_id    text collate "C",
  since        date not null,
  primary key (generation, ref)
);
create index list_candidates_since on list_candidates (generation, since, ref);
create index list_candidates_state on list_candidates (generation, state, since, ref);
create index list_candidates_worker on list_candidates (generation, worker, state, since, ref);
create index list_candidates_region on list_candidates (generation, region_id, since, ref);

create table list_contacts (
  generation    int not null,
  ref           text collate "C" not null,
  data          text not null,
  is_registered boolean not null,
  channel       text collate "C" not null,
  region_id     text collate "C",
  met_on        date not null,
  primary key (generation, ref)
);
create index list_contacts_met_on on list_contacts (generation, met_on, ref);
create index list_contacts_registered on list_contacts (generation, is_registered, met_on, ref);
create index list_contacts_channel on list_contacts (generation, channel, met_on, ref);
create index list_contacts_region on list_contacts (generation, region_id, met_on, ref);

create table list_handovers (
  generation    int not null,
  ref           text collate "C" not null,
  data          text not null,
  state         text collate "C" not null,
  to_partner    text collate "C" not null,
  candidate_ref text collate "C" not null,
  expires_on    date not null,
  offered_on    date not null,
  primary key (generation, ref)
);
create index list_handovers_expires_on on list_handovers (generation, expires_on, ref);
create index list_handovers_offered_on on list_handovers (generation, offered_on, ref);
create index list_handovers_state on list_handovers (generation, state, expires_on, ref);
create index list_handovers_partner on list_handovers (generation, to_partner, expires_on, ref);
create index list_handovers_candidate on list_handovers (generation, candidate_ref);
