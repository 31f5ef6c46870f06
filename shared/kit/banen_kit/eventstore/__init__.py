"""The event store: its interface (`port.py`), three adapters, and the typed repository on top.

Imports `crypto`, `postgres` and `core`. All adapters pass `tests/ports/test_event_store.py`. Start with `port.py`.
"""
