"""A stand-in for a KurrentDB or EventStoreDB server: a test double that speaks its protocol on loopback.

It is no server: it keeps its log in memory, has one node, and knows what the tests ask of it. `log.py` decides what an
append does, `streams.py` and `services.py` speak gRPC, `server.py` starts and stops it. `tests/ports/test_node_client.py` checks it with the
official client for Node.js, which shares no code with ours.
"""
