-- Of which legal kind an employer is. The rows are folded anew.
alter table list_employers add column legal_kind text collate "C";
create index list_employers_legal_kind on list_employers (generation, legal_kind, since, ref);
