-- The lists of mediation. A row holds its personal values sealed; what is filtered and sorted by stands in columns.
create table list_clients (
  generation   int not null,
  ref          text collate "C" not null,
  data         text not null,
  state        text collate "C" not null,
  origin       text collate "C" not null,
  origin_ref   text collate "C",
  since        date not null,
  primary key (generation, ref)
);
create index list_clients_since on list_clients (generation, since, ref);
create index list_clients_state on list_clients (generation, state, since, ref);
create index list_clients_origin on list_clients (generation, origin_ref);

create table list_handovers (
  generation    int not null,
  ref           text collate "C" not null,
  data          text not null,
  state         text collate "C" not null,
  from_partner  text collate "C" not null,
  candidate_ref text collate "C" not null,
  expires_on    date not null,
  received_on   date not null,
  primary key (generation, ref)
);
create index list_handovers_expires_on on list_handovers (generation, expires_on, ref);
create index list_handovers_received_on on list_handovers (generation, received_on, ref);
create index list_handovers_state on list_handovers (generation, state, expires_on, ref);
create index list_handovers_candidate on list_handovers (generation, candidate_ref);

create table list_matches (
  generation   int not null,
  ref          text collate "C" not null,
  data         text not null,
  state        text collate "C" not null,
  client_ref   text collate "C" not null,
  vacancy_ref  text collate "C",
  employer_ref text collate "C",
  changed_on   date not null,
  proposed_on  date not null,
  primary key (generation, ref)
);
create index list_matches_changed_on on list_matches (generation, changed_on, ref);
create index list_matches_proposed_on on list_matches (generation, proposed_on, ref);
create index list_matches_state on list_matches (generation, state, changed_on, ref);
create index list_matches_client on list_matches (generation, client_ref);
create index list_matches_vacancy on list_matches (generation, vacancy_ref);
create index list_matches_employer on list_matches (generation, employer_ref, changed_on, ref);

create table list_placements (
  generation   int not null,
  ref          text collate "C" not null,
  data         text not null,
  state        text collate "C" not null,
  kind         text collate "C" not null,
  client_ref   text collate "C" not null,
  employer_ref text collate "C",
  vacancy_ref  text collate "C",
  group_ref    text collate "C",
  start_date   date not null,
  primary key (generation, ref)
);
create index list_placements_start_date on list_placements (generation, start_date, ref);
create index list_placements_state on list_placements (generation, state, start_date, ref);
create index list_placements_kind on list_placements (generation, kind, start_date, ref);
create index list_placements_client on list_placements (generation, client_ref);
create index list_placements_employer on list_placements (generation, employer_ref, start_date, ref);
create index list_placements_vacancy on list_placements (generation, vacancy_ref);
create index list_placements_group on list_placements (generation, group_ref, start_date, ref);

create table list_enterprises (
  generation int not null,
  ref        text collate "C" not null,
  data       text not null,
  state      text collate "C" not null,
  client_ref text collate "C" not null,
  begun_on   date not null,
  primary key (generation, ref)
);
create index list_enterprises_begun_on on list_enterprises (generation, begun_on, ref);
create index list_enterprises_state on list_enterprises (generation, state, begun_on, ref);
create index list_enterprises_client on list_enterprises (generation, client_ref);
