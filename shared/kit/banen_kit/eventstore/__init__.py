"""The event store: its promises (`port.py`), two adapters, and the typed repository over it.

Imports `crypto`, `postgres` and `core`. Both adapters pass `tests/ports/test_event_store.py`. Start with `port.py`.
"""
