"""Personal fields of events, the keys that they are encrypted with, and how a key is destroyed for good.

Imports `postgres` and `core`. Start with `personal_fields.py`, then `keys.py`.
"""
