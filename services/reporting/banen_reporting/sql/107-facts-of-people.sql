-- Facts are folded again from all that was received: contacts and candidates say where, what an offer was answered is of a
-- kind of its own, placements keep pauses, denials and aftercare, and agreements their routes, days and ends. The position
-- goes on counting.
truncate facts, set_aside;
update projected set sequence = 0;
