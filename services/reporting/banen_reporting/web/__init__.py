"""The read API and the pages, with their templates and texts.

Imports `queries` and lower packages. Start with `api.py` or `pages.py`.
"""
