"""The event store: its interface (`port.py`), two adapters, and the typed repository on top.

Imports `crypto`, `postgres` and `core`. Both adapters pass `tests/ports/test_event_store.py`. Start with `port.py`.
"""
