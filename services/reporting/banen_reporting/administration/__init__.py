"""The bureau's write side: partners, target units, rule sets, costs and funding, as commands and events.

It has the files of every other service, and imports the kit alone. Start with `commands.py`.
"""
