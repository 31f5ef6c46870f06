-- Whether somebody is likely the same as others, as noted in the load of a history. The rows are folded anew.
alter table list_candidates add column has_likely_double boolean not null default false;
create index list_candidates_likely_double on list_candidates (generation, since, ref) where has_likely_double;
alter table list_contacts add column has_likely_double boolean not null default false;
create index list_contacts_likely_double on list_contacts (generation, met_on, ref) where has_likely_double;
