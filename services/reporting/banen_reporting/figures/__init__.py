"""The facts as known at a moment, judged by a rule set: kept up to date for today, computed for other days.

Imports `counting`, `facts` and `administration`. Start with `figures.py`.
"""
