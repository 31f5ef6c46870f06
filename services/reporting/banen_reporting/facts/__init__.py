"""What is known of each placement, partner and unit, and since when: folded from public events, kept in PostgreSQL.

Imports the kit alone. Start with `model.py`, then `evolve.py` and `kinds.py`.
"""
