"""The programme as a file: checked, held against what is in force, and brought into force by commands.

Uses the contracts' models, and reporting over HTTP. Start with `command.py`.
"""
