"""Who asks and what they may do: tokens, sessions, how strong a sign-in is, and the table of permissions.

Imports `postgres` and `core`. Start with `permissions.py`.
"""
