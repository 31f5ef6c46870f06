"""The applications of all four services, with a small programme."""

from support.applications import app_of, audit, issuer, keys, pool_of, store
from support.programme import answers, facts, pool
