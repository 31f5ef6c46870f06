"""Public events on the bus: streams, consumers, the relay that publishes, and inbox and reactors that read.

Imports `application` and lower packages, and nothing of `web`. Start with `outbox_relay.py`.
"""
