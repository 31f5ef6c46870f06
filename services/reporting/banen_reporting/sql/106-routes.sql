-- A programme has the routes that its bureau defined, whatever they are called: a rule set beside others has a count per
-- route where it had one called A and one called B. What was released stays what it was, written in the new way.
alter table released disable trigger released_stays;
update released set answer = jsonb_set(
    answer #- '{ruleSet,A}' #- '{ruleSet,B}',
    '{ruleSet,routes}',
    jsonb_build_object('A', answer #> '{ruleSet,A}', 'B', answer #> '{ruleSet,B}'))
  where answer -> 'ruleSet' ? 'A';
alter table released enable trigger released_stays;

-- Facts are folded again from all that was received: the definition of the programme, the units of partners over time
-- and the targets of years are in them now. The position goes on counting.
truncate facts, set_aside;
update projected set sequence = 0;
