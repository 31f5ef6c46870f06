"""PostgreSQL, NATS and every service of every partner in one folder, under one supervisor.

Imports the issuer's clients and keys. Start with `programme.py`.
"""
