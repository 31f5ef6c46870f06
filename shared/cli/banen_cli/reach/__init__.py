"""How many people could be reached: a file of estimates, imported over HTTP or written from figures of CBS.

Start with `command.py`.
"""
