"""Runs one service as one process: settings, databases, HTTP and the bus, put together and kept running.

Imports every other package of the kit. Start with `service_runner.py`.
"""
