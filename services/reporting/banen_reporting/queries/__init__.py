"""The answers: targets, results and placements, and which of their fields and cells each kind of reader gets.

Imports `figures` and what stands below it. Start with `schemas.py`, then `queries.py` and `access.py`.
"""
