-- Tokens are entered in the index together, in order: a fold is several times faster. What waits to be entered is read by
-- each search, so it is kept small (in kB).
alter index list_tokens_tokens set (fastupdate = on, gin_pending_list_limit = 256);
