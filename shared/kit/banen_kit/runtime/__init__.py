"""Runs one service as one process: settings, databases, HTTP and the bus, put together and kept going.

Imports everything else of the kit. Start with `service_runner.py`.
"""
