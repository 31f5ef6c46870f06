"""Whoever stands here may use the servers."""

from support.servers import bus, database, keys_cluster, keys_owner, keys_pool, nats, new_schema, store
