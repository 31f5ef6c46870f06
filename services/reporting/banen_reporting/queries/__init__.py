"""The answers: targets, results and placements, and which of their fields and cells each kind of reader gets.

Imports `figures` and lower packages. Start with `schemas.py`, then `queries.py` and `access.py`.
"""
