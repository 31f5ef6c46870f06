"""The facts as known at a moment, judged under a rule set: kept current for today, worked out for other days.

Imports `counting`, `facts` and `administration`. Start with `evaluation.py`.
"""
