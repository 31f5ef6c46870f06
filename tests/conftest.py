"""Which worker runs what: the same in every run, and the files that take longest on different workers."""

from collections import Counter

import pytest

pytest.register_assert_rewrite("banen_kit.testing", "support")

SECONDS: dict[str, float] = {}
"""Of the files that take longer than their number of tests says."""
USUAL = 0.05
"""Of a test."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Gives each file to a worker, the longest first, each to the one that has least to do so far."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    tests = Counter(file_of(item) for item in items)
    takes = {file: SECONDS.get(file, number * USUAL) for file, number in tests.items()}
    has = dict.fromkeys(range(workers), 0.0)
    worker_of: dict[str, int] = {}
    for file in sorted(takes, key=lambda file: (-takes[file], file)):
        worker_of[file] = least = min(has, key=lambda worker: has[worker])
        has[least] += takes[file]
    for item in items:
        item.add_marker(pytest.mark.xdist_group(f"worker-{worker_of[file_of(item)]}"))


def file_of(item: pytest.Item) -> str:
    return item.nodeid.split("::")[0]
