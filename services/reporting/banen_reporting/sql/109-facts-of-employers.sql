-- Facts are folded again from all that was received: an agreement has its routes, its days and its end now. The position goes
-- on counting.
truncate facts, set_aside;
update projected set sequence = 0;
