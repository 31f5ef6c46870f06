"""What every service shares; it holds no business terms.

Each package may import those after it: `runtime`, `privacy`, `messaging` and `web`, `application`,
`eventstore`, `crypto` with `audit` and `security`, `postgres`, and `core`. Start with `core/decider.py`
and `application/definition.py`.
"""
