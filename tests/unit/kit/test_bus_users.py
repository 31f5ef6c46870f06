"""Who may do what on the bus, a test a line; what is not there is denied by the server."""

import pytest

from banen_cli.installed import services
from banen_kit.messaging.bus_users import OPERATOR, BusUser, bus_users
from banen_kit.messaging.topology import Partner

PARTNERS = [Partner("bureau", ("reporting",)), Partner("uaf", ("intake", "mediation"))]
USERS = {user.name: user for user in bus_users(PARTNERS, ["statistics"], services())}


def test_there_is_a_user_for_each_service_one_for_each_integrator_and_the_operator():
    assert set(USERS) == {OPERATOR, "bureau_reporting", "uaf_intake", "uaf_mediation", "statistics"}


@pytest.mark.parametrize("user", USERS.values(), ids=USERS)
def test_everybody_listens_on_an_inbox_of_their_own_and_nowhere_else(user: BusUser):
    assert user.subscribe == (f"_INBOX_{user.name}.>",)


def test_the_operator_may_use_the_api_of_jetstream_and_publish_no_event():
    assert USERS[OPERATOR].publish == ("$JS.API.>",)


def test_a_service_publishes_its_own_events_its_watermark_and_its_dead_letters():
    own = [subject for subject in USERS["uaf_intake"].publish if not subject.startswith("$JS")]
    assert own == [
        "evt.uaf.intake.>",
        "wmk.uaf.intake",
        "dlq.uaf-intake-complete-handover-handover-accepted",
        "dlq.uaf-intake-settle-declined-handover-declined",
        "dlq.uaf-intake-check-consent-handover-offered",
        "dlq.uaf-intake-check-consent-consent-withdrawn",
        "dlq.uaf-intake-check-consent-candidate-closed",
        "dlq.uaf-intake-check-consent-candidate-erased",
        "dlq.uaf-intake-source-live-source-declared-live",
    ]


def test_a_service_looks_at_its_own_stream_and_reads_its_own_consumers():
    asked = [subject for subject in USERS["uaf_intake"].publish if subject.startswith("$JS")]
    consumer = "uaf-intake-complete-handover-handover-accepted"
    assert asked[:2] == ["$JS.API.STREAM.INFO.EVT_UAF_INTAKE", "$JS.API.STREAM.MSG.GET.EVT_UAF_INTAKE"]
    assert asked[3:7] == [
        f"$JS.API.CONSUMER.INFO.EVT_ALL.{consumer}",
        f"$JS.API.CONSUMER.MSG.NEXT.EVT_ALL.{consumer}",
        f"$JS.ACK.EVT_ALL.{consumer}.>",
        f"$JS.ACK.*.*.EVT_ALL.{consumer}.>",
    ]


@pytest.mark.parametrize("name", ["uaf_intake", "uaf_mediation"])
def test_a_service_asks_for_the_newest_of_what_it_learns_and_for_no_other(name: str):
    asked = [subject for subject in USERS[name].publish if ".DIRECT.GET." in subject]
    assert asked == ["$JS.API.DIRECT.GET.EVT_ALL.evt.bureau.reporting.programme-defined.v1"]


def test_reporting_reads_everything_and_the_watermarks():
    publish = USERS["bureau_reporting"].publish
    assert "$JS.API.STREAM.MSG.GET.WMK" in publish
    assert "$JS.API.CONSUMER.MSG.NEXT.EVT_ALL.bureau-reporting" in publish
    assert "dlq.bureau-reporting" in publish


def test_an_integrator_reads_its_own_consumer_and_publishes_nothing():
    assert {subject.split(".")[1] for subject in USERS["statistics"].publish} == {"API", "ACK"}
    assert all("EVT_ALL.integrator-statistics" in subject for subject in USERS["statistics"].publish)


@pytest.mark.parametrize(
    "user", [user for user in USERS.values() if user.name != OPERATOR], ids=lambda user: user.name
)
def test_nobody_but_the_operator_makes_changes_or_empties_anything(user: BusUser):
    for word in ("CREATE", "UPDATE", "DELETE", "PURGE", "SNAPSHOT", "RESTORE", "$JS.API.>"):
        assert not any(word in subject for subject in user.publish)


@pytest.mark.parametrize("names", [["operator"], ["guard"], ["uaf"], ["statistics", "statistics"]])
def test_an_integrator_has_a_name_of_its_own(names: list[str]):
    with pytest.raises(ValueError, match="is the name of somebody else"):
        bus_users(PARTNERS, names, services())
