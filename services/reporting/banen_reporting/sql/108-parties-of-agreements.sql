-- What employers publishes is folded again from all that was received: agreements keep the party with which they were signed,
-- so that what they yielded can be counted. The position goes on counting.
delete from facts where source like '%:employers';
delete from set_aside where source like '%:employers';
update projected set sequence = 0 where source like '%:employers';
