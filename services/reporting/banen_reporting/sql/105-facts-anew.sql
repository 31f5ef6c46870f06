-- Facts are folded again from all that was received: since when a source takes part is in them now, and the days of
-- costs and funding. The position goes on counting.
truncate facts, set_aside;
update projected set sequence = 0;
