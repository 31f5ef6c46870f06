-- When placements end as agreed, and by when somebody should check whether they lasted. The rows are folded anew.
alter table list_placements add column planned_end_date date;
alter table list_placements add column next_milestone_on date;
create index list_placements_planned_end on list_placements (generation, state, planned_end_date);
create index list_placements_milestone on list_placements (generation, next_milestone_on);
