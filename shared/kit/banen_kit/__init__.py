"""What every service shares, and what knows no business word.

Each package may import those below it: `runtime` stands on `privacy`, that on `messaging` and `web`, then come
`application`, `eventstore`, `crypto` with `audit` and `security`, `postgres`, and `core`. Start with `core/decider.py`
and `application/definition.py`.
"""
