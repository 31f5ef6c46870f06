-- Facts are folded again from all that was received: contacts and candidates say where, and what an offer was answered is
-- of a kind of its own. The position goes on counting.
truncate facts, set_aside;
update projected set sequence = 0;
