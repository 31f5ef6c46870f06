-- Facts are folded again from all that was received: how exact a sum of funding is, is in them now. The position goes on counting.
truncate facts, set_aside;
update projected set sequence = 0;
