-- The lists of employers. A row holds its personal values sealed; what is filtered and sorted by stands in columns.
create table list_employers (
  generation        int not null,
  ref               text collate "C" not null,
  data              text not null,
  state             text collate "C" not null,
  sector_code       text collate "C" not null,
  municipality_code text collate "C",
  is_on_platform    boolean not null,
  since             date not null,
  primary key (generation, ref)
);
create index list_employers_since on list_employers (generation, since, ref);
create index list_employers_state on list_employers (generation, state, since, ref);
create index list_employers_sector on list_employers (generation, sector_code, since, ref);
create index list_employers_municipality on list_employers (generation, municipality_code, since, ref);
create index list_employers_platform on list_employers (generation, since, ref) where is_on_platform;

create table list_agreements (
  generation int not null,
  ref        text collate "C" not null,
  data       text not null,
  state      text collate "C" not null,
  party_kind text collate "C" not null,
  party_ref  text collate "C",
  valid_to   date,
  valid_from date not null,
  primary key (generation, ref)
);
create index list_agreements_valid_from on list_agreements (generation, valid_from, ref);
create index list_agreements_state on list_agreements (generation, state, valid_from, ref);
create index list_agreements_party on list_agreements (generation, party_ref);

create table list_vacancies (
  generation       int not null,
  ref              text collate "C" not null,
  data             text not null,
  state            text collate "C" not null,
  employer_ref     text collate "C" not null,
  kind             text collate "C" not null,
  has_unmet_demand boolean not null,
  open_until       date,
  opened_on        date not null,
  primary key (generation, ref)
);
create index list_vacancies_opened_on on list_vacancies (generation, opened_on, ref);
create index list_vacancies_state on list_vacancies (generation, state, opened_on, ref);
create index list_vacancies_employer on list_vacancies (generation, employer_ref, opened_on, ref);
create index list_vacancies_kind on list_vacancies (generation, kind, opened_on, ref);

create table list_groups (
  generation   int not null,
  ref          text collate "C" not null,
  data         text not null,
  state        text collate "C" not null,
  employer_ref text collate "C" not null,
  kind         text collate "C" not null,
  planned_on   date not null,
  primary key (generation, ref)
);
create index list_groups_planned_on on list_groups (generation, planned_on, ref);
create index list_groups_state on list_groups (generation, state, planned_on, ref);
create index list_groups_employer on list_groups (generation, employer_ref, planned_on, ref);
