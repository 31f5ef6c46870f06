-- A service's role may take no advisory lock itself, since it could take those of others: these take its own.

-- Whether this session now holds the lock of this store's relay.
create function own_relay() returns boolean language sql volatile security definer set search_path from current as $$
  select pg_try_advisory_lock(8, store_number());
$$;
