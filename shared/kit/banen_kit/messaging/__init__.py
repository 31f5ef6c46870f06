"""Public events on the bus: what is declared there, the relay that publishes, the inbox and the reactors that read.

Imports `application` and what stands below it, and nothing of `web`. Start with `outbox_relay.py`.
"""
