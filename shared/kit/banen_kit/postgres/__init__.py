"""Connections to PostgreSQL, migrations, and calls that share a round trip.

Imports `core` only. Start with `connection.py`.
"""
