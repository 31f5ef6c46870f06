"""An adapter may be PostgreSQL."""

from support.servers import database, new_schema
