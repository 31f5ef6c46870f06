"""Who did what and who read what: the log, its chain of hashes, and its anchors in another database.

Imports `postgres` and `core`. Start with `log.py`.
"""
