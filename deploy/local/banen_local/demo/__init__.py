"""`banen demo`: loads a made-up programme 2005-2008 through the API; compares it with published figures.

Imports `cluster`. Start with `run.py`.
"""
