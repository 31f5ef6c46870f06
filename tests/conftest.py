"""Which worker runs what: the same in every run, so that a failure comes again."""

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest.register_assert_rewrite("banen_kit.testing", "support")

# httpx2 looks for it at each request inside of the process, and Python looks in every folder for what is not there.
sys.modules["sniffio"] = None  # pyright: ignore[reportArgumentType]

SECONDS: dict[str, float] = {
    "tests/e2e/test_canaries.py": 22,
    "tests/e2e/test_candidates_way.py": 14,
    "tests/e2e/test_changed_programme_file.py": 12,
    "tests/e2e/test_clients_way.py": 90,
    "tests/e2e/test_demo.py": 140,
    "tests/e2e/test_employers_way.py": 2,
    "tests/e2e/test_erasure_proof.py": 50,
    "tests/e2e/test_kills.py": 48,
    "tests/e2e/test_kurrentdb.py": 20,
    "tests/e2e/test_programme_file.py": 29,
    "tests/e2e/test_refusals.py": 14,
    "tests/e2e/test_two_programmes.py": 10,
    "tests/integration/kit/test_inbox.py": 12,
    "tests/integration/kit/test_kurrentdb_service.py": 8,
    "tests/integration/kit/test_kurrentdb_store.py": 20,
    "tests/integration/kit/test_login.py": 12,
    "tests/integration/kit/test_outbox_relay.py": 18,
    "tests/integration/kit/test_pull.py": 7,
    "tests/integration/kit/test_service_runner.py": 15,
    "tests/integration/kit/test_shredding.py": 10,
    "tests/integration/kit/test_timers.py": 15,
    "tests/integration/local/test_accounts.py": 10,
    "tests/integration/local/test_bus_rights.py": 17,
    "tests/integration/local/test_faults.py": 25,
    "tests/integration/local/test_issuer_files.py": 16,
    "tests/integration/local/test_issuer_removed.py": 30,
    "tests/integration/local/test_prepare.py": 6,
    "tests/integration/local/test_supervisor.py": 30,
    "tests/integration/reporting/test_access.py": 20,
    "tests/integration/reporting/test_evaluation.py": 12,
    "tests/integration/reporting/test_fact_store.py": 9,
    "tests/integration/reporting/test_pages.py": 10,
    "tests/integration/reporting/test_released.py": 5,
    "tests/integration/rights/test_foreign_objects.py": 16,
    "tests/integration/rights/test_rights.py": 14,
    "tests/openapi/test_document.py": 7,
    "tests/ports/test_event_store.py": 25,
    "tests/unit/kit/test_app.py": 4,
    "tests/unit/local/test_history.py": 9,
    "tests/unit/test_publishable.py": 12,
}
"""Of the files that take much longer than their number of tests says."""
TOGETHER = {
    "tests/e2e/test_employers_way.py": "tests/e2e/test_candidates_way.py",
    "tests/unit/local/test_funnel.py": "tests/unit/local/test_history.py",
    "tests/unit/local/test_load.py": "tests/unit/local/test_history.py",
}
"""Files that go where another one goes, since they share what is made once in a process."""
USUAL = 0.05
"""Of a test."""


class Fixed(LoadScopeScheduling):
    """Files that share something go to one worker: those that take longest first, each to whoever has least to do so far."""

    def schedule(self) -> None:
        collected: Sequence[str] = next(iter(self.registered_collections.values()))
        takes: defaultdict[str, float] = defaultdict(float)
        for file, number in Counter(map(file_of, collected)).items():
            takes[with_others(file)] += SECONDS.get(file, number * USUAL)
        has = dict.fromkeys(range(len(self.nodes)), 0.0)
        self._worker_of: dict[str, int] = {}
        for file in sorted(takes, key=lambda file: (-takes[file], file)):
            self._worker_of[file] = least = min(has, key=lambda worker: has[worker])
            has[least] += takes[file]
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return str(self._worker_of[with_others(file_of(nodeid))])


def file_of(nodeid: str) -> str:
    return nodeid.split("::")[0]


def with_others(file: str) -> str:
    return TOGETHER.get(file, file)


def pytest_report_header() -> str:
    """Which KurrentDB the tests of the event store ran on."""
    is_real = os.environ.get("KURRENTDB_TEST_URL")
    used = "the server of KURRENTDB_TEST_URL" if is_real else "a stand-in (KURRENTDB_TEST_URL is not set)"
    return f"event stores: memory, PostgreSQL, and for KurrentDB {used}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Fixed:
    return Fixed(config, log)
