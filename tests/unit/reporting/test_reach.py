"""What reporting knows of estimates: per partner, municipality and year the one that was imported last."""

from datetime import UTC, date, datetime

from banen_contracts.base import Precision
from banen_contracts.intake import ReachEstimateImported, ReachSource
from banen_reporting.facts.evolve import Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import ReachFact

WHEN = Learned(datetime(2007, 3, 2, tzinfo=UTC), imported=False)
KIND = BY_EVENT[ReachEstimateImported]
FIRST = ReachEstimateImported(
    reach_ref="gm0363-2007",
    occurred_on=date(2007, 3, 1),
    municipality_code="GM0363",
    year=2007,
    estimate=1200,
    precision=Precision.TENS,
    source=ReachSource.ASSUMED,
    method_version="synthetic-1",
)
SECOND = FIRST.model_copy(
    update={"occurred_on": date(2007, 6, 1), "estimate": 1340, "source": ReachSource.CBS}
)


def test_the_last_estimate_holds():
    fact = KIND.fold(KIND.fold(None, FIRST, WHEN), SECOND, WHEN)

    assert fact == ReachFact(
        municipality_code="GM0363",
        year=2007,
        estimate=1340,
        precision=Precision.TENS,
        source=ReachSource.CBS,
        method_version="synthetic-1",
        imported_on=date(2007, 6, 1),
    )


def test_it_is_read_as_it_was_stored():
    fact = KIND.fold(None, FIRST, WHEN)
    assert KIND.json.validate_json(KIND.json.dump_json(fact)) == fact
