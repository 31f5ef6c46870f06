"""`banen demo`: the programme 2005-2008 made up, loaded through the public API, and compared with what was published.

Imports `cluster`. Start with `run.py`.
"""
