"""Which worker runs what: the same in every run, so that a failure comes again."""

from collections import Counter
from collections.abc import Sequence

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest.register_assert_rewrite("banen_kit.testing", "support")

SECONDS: dict[str, float] = {}
"""Of the files that take much longer than their number of tests says."""
USUAL = 0.05
"""Of a test."""


class Fixed(LoadScopeScheduling):
    """Each file goes to one worker: the longest first, each to whoever has least to do so far."""

    def schedule(self) -> None:
        collected: Sequence[str] = next(iter(self.registered_collections.values()))
        tests = Counter(map(file_of, collected))
        takes = {file: SECONDS.get(file, number * USUAL) for file, number in tests.items()}
        has = dict.fromkeys(range(len(self.nodes)), 0.0)
        self._worker_of: dict[str, int] = {}
        for file in sorted(takes, key=lambda file: (-takes[file], file)):
            self._worker_of[file] = least = min(has, key=lambda worker: has[worker])
            has[least] += takes[file]
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return str(self._worker_of[file_of(nodeid)])


def file_of(nodeid: str) -> str:
    return nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Fixed:
    return Fixed(config, log)
