-- Whether a client is likely the same as others, as noted in the load of a history. The rows are folded anew.
alter table list_clients add column has_likely_double boolean not null default false;
create index list_clients_likely_double on list_clients (generation, since, ref) where has_likely_double;
