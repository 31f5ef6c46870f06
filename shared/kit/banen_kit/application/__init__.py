"""What a service is made of, as data, and how a command becomes events.

Imports lower packages, not `web` or `messaging`. Start with `definition.py`, then `command_service.py`.
"""
