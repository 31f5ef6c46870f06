"""What a service is made of, as data, and how a command becomes events.

Imports what stands below it; it knows neither HTTP nor the bus. Start with `definition.py`, then `command_service.py`.
"""
