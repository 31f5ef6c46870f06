"""The read API, the pages and what they are made of.

Imports `queries` and what stands below it. Start with `api.py` or `pages.py`.
"""
