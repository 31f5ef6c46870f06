-- Facts are folded again from all that was received: placements keep their pauses, what was denied, and aftercare.
-- The position goes on counting.
truncate facts, set_aside;
update projected set sequence = 0;
