"""Types and functions that every other package uses: deciders, refusals, text, days, identity, metrics.

It imports no other package of the kit. Start with `decider.py`.
"""
