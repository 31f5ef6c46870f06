"""Words that everything else uses, without any input or output: deciders, refusals, text, days, identity, metrics.

It imports no other package of the kit. Start with `decider.py`.
"""
