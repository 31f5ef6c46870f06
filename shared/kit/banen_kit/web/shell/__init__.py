"""The frame in which every page stands: head, menu, language, ways back, refusals, style sheet and charts.

A service names the pages of its menu (`Service.menu`) and makes a `PageRouter` for its pages. Start with `router.py`.
"""
