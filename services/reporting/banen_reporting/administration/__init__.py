"""The bureau's commands and events: partners, target units, rule sets, costs and funding.

It has the same files as every other service, and imports the kit alone. Start with `commands.py`.
"""
