"""A placement: starting, extending, ending, converting, correcting, voiding and confirming it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts.mediation import (
    ContractTerm,
    EndReason,
    RetentionMethod,
)
from banen_kit.crypto.personal_fields import Open, persons_of
from banen_mediation.domain.ending import EndAsConverted, EndPlacement, ExtendPlacement
from banen_mediation.domain.placement import PLACEMENT, CorrectPlacement, StartPlacement, VoidPlacement
from banen_mediation.domain.retention import ConfirmRetention
from banen_mediation.events import (
    ClientClosed,
    PlacementCorrected,
    PlacementEnded,
    PlacementExtended,
    PlacementStarted,
    RetentionConfirmed,
)
from support.definition import DEFINITION, defined, ending
from support.placement import (
    CLIENT,
    DAY,
    FIXED_TERMS,
    LATER,
    OPEN_TERMS,
    OTHER,
    PLANNED_END,
    REF,
    START,
    ended,
    extended,
    fixed,
    placement,
    started,
    started_open,
    taken_on,
    voided,
)

end = EndPlacement(end_date=PLANNED_END, reason_code=EndReason.COMPLETED)
extend = ExtendPlacement(occurred_on=DAY, contract=ContractTerm.FIXED, planned_end_date=LATER)
void = VoidPlacement(occurred_on=DAY, reason_code="entered-twice")
confirm = ConfirmRetention(occurred_on=PLANNED_END, months=6, method=RetentionMethod.REGISTER)
end_as_converted = EndAsConverted(end_date=date(2006, 3, 31))


def start(**changes: Any) -> StartPlacement:
    return StartPlacement(**fixed(**changes))


def correct(**changes: Any) -> CorrectPlacement:
    return CorrectPlacement(occurred_on=DAY, reason_code="wrong-date", **fixed(**changes))


# start


def test_starts_with_a_fixed_contract():
    placement.when(start()).then(started)


def test_starts_with_an_open_ended_contract():
    placement.when(StartPlacement(**OPEN_TERMS)).then(started_open)


def test_refuses_a_placement_of_somebody_whom_nobody_took_on():
    placement.beside().when(start()).then_refused("client-unknown", "clientRef")


def test_refuses_a_placement_of_a_client_whose_file_is_closed():
    closed = ClientClosed(client_ref=CLIENT, occurred_on=START, reason_code="withdrawn")
    placement.beside(taken_on, closed).when(start()).then_refused("client-closed")


def test_a_placement_can_be_corrected_after_the_clients_file_was_closed():
    closed = ClientClosed(client_ref=CLIENT, occurred_on=DAY, reason_code="placed")
    result = placement.given(started).beside(taken_on, closed).when(correct(level="mid"))
    result.then(
        PlacementCorrected(placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **fixed(level="mid"))
    )


def test_keeps_every_term():
    every = fixed(
        seasonal=True,
        benefit_retained=True,
        hours_band="24_to_32",
        route_reported="B",
        assist_partners=("emplooi", "uwv"),
        employer_ref=OTHER,
        hiring_employer_ref=UUID(int=4),
        group_ref=UUID(int=5),
        vacancy_ref=UUID(int=8),
        converted_from=UUID(int=6),
        evidence_hash="b" * 64,
        level="mid",
        employer_is_partner=True,
        funding_source="ministry",
        benefit_agreement_ref=UUID(int=7),
    )
    before = started.model_copy(update={"placement_ref": UUID(int=6), "start_date": date(2005, 9, 1)})
    placement.beside(taken_on, before).when(StartPlacement(**every)).then(
        PlacementStarted(placement_ref=REF, **every)
    )


def test_reads_its_body_in_camel_case():
    body = {
        "clientRef": str(CLIENT),
        "kind": "employment",
        "contract": "fixed",
        "startDate": "2006-01-01",
        "plannedEndDate": "2006-06-30",
        "paid": True,
        "programmeTag": "programme",
        "primaryPartner": "uaf",
    }
    assert StartPlacement.model_validate(body) == start()


@pytest.mark.parametrize("field", ["start_date", "planned_end_date"])
@pytest.mark.parametrize("day", [date.min, date.max])
def test_takes_no_day_that_months_cannot_be_added_to(field: str, day: date):
    with pytest.raises(ValidationError, match=field):
        start(**{field: day})


def test_seals_the_workplace_under_the_key_of_the_client():
    assert persons_of(PlacementStarted) == {"workplace": "client_ref"}


def test_keeps_the_workplace():
    placement.when(start(workplace="Hal 3")).then(
        PlacementStarted(placement_ref=REF, workplace=Open("Hal 3"), **FIXED_TERMS)
    )


def test_refuses_to_start_twice():
    placement.given(started).when(start()).then_refused("placement-exists")


def test_refuses_to_start_what_was_voided():
    placement.given(started, voided).when(start()).then_refused("placement-voided")


def test_refuses_a_placement_of_another_partner():
    placement.when(start(primary_partner="uwv")).then_refused(
        "placement-of-another-partner", "primaryPartner"
    )


def test_refuses_help_from_outside_the_programme():
    placement.when(start(assist_partners=("nobody",))).then_refused("partner-unknown", "assistPartners")


def test_refuses_the_same_help_twice():
    with pytest.raises(ValidationError, match="names something twice"):
        start(assist_partners=("uwv", "uwv"))


def test_refuses_help_from_the_primary_partner():
    placement.when(start(assist_partners=("uaf",))).then_refused("partner-twice", "assistPartners")


def test_refuses_a_fixed_contract_without_its_last_day():
    placement.when(start(planned_end_date=None)).then_refused("end-missing", "plannedEndDate")


@pytest.mark.parametrize("contract", [ContractTerm.OPEN_ENDED, ContractTerm.UNKNOWN])
def test_refuses_a_last_day_without_a_fixed_contract(contract: ContractTerm):
    placement.when(start(contract=contract)).then_refused("end-not-expected", "plannedEndDate")


def test_starts_where_the_contract_is_unknown():
    terms = fixed(contract=ContractTerm.UNKNOWN, planned_end_date=None)
    placement.when(StartPlacement(**terms)).then(PlacementStarted(placement_ref=REF, **terms))


def test_starts_for_a_single_day():
    terms = fixed(planned_end_date=START)
    placement.when(StartPlacement(**terms)).then(PlacementStarted(placement_ref=REF, **terms))


def test_refuses_a_last_day_before_the_first():
    placement.when(start(planned_end_date=date(2005, 12, 31))).then_refused(
        "end-before-start", "plannedEndDate"
    )


@pytest.mark.parametrize(
    ("name", "field"), [("employer_ref", "employerRef"), ("hiring_employer_ref", "hiringEmployerRef")]
)
def test_refuses_an_employer_for_an_own_firm(name: str, field: str):
    command = start(kind="self_employment", **{name: OTHER})
    placement.when(command).then_refused("employer-is-person", field)


def test_refuses_a_partner_as_the_employer_of_an_own_firm():
    command = start(kind="self_employment", employer_is_partner=True)
    placement.when(command).then_refused("employer-is-person", "employerIsPartner")


def test_refuses_an_agreement_where_no_benefit_is_kept():
    command = start(benefit_agreement_ref=OTHER)
    placement.when(command).then_refused("agreement-not-expected", "benefitAgreementRef")
    placement.given(started).when(correct(benefit_agreement_ref=OTHER)).then_refused(
        "agreement-not-expected", "benefitAgreementRef"
    )


def test_refuses_a_funder_that_the_programme_does_not_have():
    placement.when(start(funding_source="nobody")).then_refused("funder-unknown", "fundingSource")


def test_refuses_a_funder_that_no_longer_paid():
    over = tuple(one.model_copy(update={"last_day": START - timedelta(days=1)}) for one in DEFINITION.funders)
    knowing = placement.knowing(defined(funders=over))
    knowing.when(start(funding_source="ministry")).then_refused("funder-over", "fundingSource")


def test_starts_an_own_firm():
    terms = fixed(kind="self_employment")
    placement.when(StartPlacement(**terms)).then(PlacementStarted(placement_ref=REF, **terms))


def test_refuses_to_replace_itself():
    placement.when(start(converted_from=REF)).then_refused("converted-from-itself", "convertedFrom")


# extend


def test_extends_to_a_later_day():
    placement.given(started).when(extend).then(extended)


def test_extends_without_a_last_day():
    command = ExtendPlacement(occurred_on=DAY, contract=ContractTerm.OPEN_ENDED)
    placement.given(started).when(command).then(
        PlacementExtended(placement_ref=REF, occurred_on=DAY, contract=ContractTerm.OPEN_ENDED)
    )


def test_refuses_to_extend_to_the_day_that_was_agreed():
    command = extend.model_copy(update={"planned_end_date": PLANNED_END})
    placement.given(started).when(command).then_refused("end-not-later", "plannedEndDate")


def test_refuses_to_extend_to_a_day_before_the_last_extension():
    command = extend.model_copy(update={"planned_end_date": date(2006, 9, 30)})
    placement.given(started, extended).when(command).then_refused("end-not-later", "plannedEndDate")


def test_refuses_a_fixed_extension_without_its_last_day():
    command = extend.model_copy(update={"planned_end_date": None})
    placement.given(started).when(command).then_refused("end-missing", "plannedEndDate")


def test_refuses_an_open_ended_extension_with_a_last_day():
    command = extend.model_copy(update={"contract": ContractTerm.OPEN_ENDED})
    placement.given(started).when(command).then_refused("end-not-expected", "plannedEndDate")


def test_refuses_to_extend_an_open_ended_contract():
    placement.given(started_open).when(extend).then_refused("contract-open-ended", "contract")


def test_refuses_to_extend_an_open_ended_extension():
    open_ended = PlacementExtended(placement_ref=REF, occurred_on=DAY, contract=ContractTerm.OPEN_ENDED)
    placement.given(started, open_ended).when(extend).then_refused("contract-open-ended", "contract")


def test_refuses_to_extend_what_has_ended():
    placement.given(started, ended).when(extend).then_refused("placement-ended")


# end


def test_ends():
    placement.given(started).when(end).then(ended)


def test_ends_on_its_first_day():
    command = end.model_copy(update={"end_date": START})
    placement.given(started).when(command).then(ended.model_copy(update={"end_date": START}))


def test_refuses_to_end_before_it_starts():
    command = end.model_copy(update={"end_date": date(2005, 12, 31)})
    placement.given(started).when(command).then_refused("end-before-start", "endDate")


def test_refuses_to_end_twice():
    placement.given(started, ended).when(end).then_refused("placement-ended")


# end as converted


def test_ends_as_converted():
    placement.given(started).when(end_as_converted).then(
        PlacementEnded(placement_ref=REF, end_date=date(2006, 3, 31), reason_code=EndReason.CONVERTED)
    )


def test_a_conversion_changes_nothing_after_the_end():
    placement.given(started, ended).when(end_as_converted).then_nothing()


def test_a_conversion_changes_nothing_after_voiding():
    placement.given(started, voided).when(end_as_converted).then_nothing()


def test_refuses_to_convert_what_does_not_exist():
    placement.when(end_as_converted).then_refused("placement-unknown")


def test_refuses_to_convert_before_the_start():
    command = EndAsConverted(end_date=date(2005, 12, 31))
    placement.given(started).when(command).then_refused("end-before-start", "endDate")


# correct


def test_corrects_all_terms():
    terms = fixed(start_date=date(2006, 2, 1), paid=False)
    placement.given(started).when(correct(**terms)).then(
        PlacementCorrected(placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **terms)
    )


def test_corrects_what_has_ended():
    placement.given(started, ended).when(correct(paid=False)).then(
        PlacementCorrected(placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **fixed(paid=False))
    )


def test_corrects_the_start_to_the_day_on_which_it_ended():
    terms = fixed(start_date=PLANNED_END)
    placement.given(started, ended).when(correct(**terms)).then(
        PlacementCorrected(placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **terms)
    )


def test_what_was_corrected_decides_what_comes_after():
    corrected = PlacementCorrected(
        placement_ref=REF,
        occurred_on=DAY,
        reason_code="wrong-date",
        **fixed(start_date=date(2006, 2, 1)),
    )
    before_the_right_start = end.model_copy(update={"end_date": date(2006, 1, 31)})
    placement.given(started, corrected).when(before_the_right_start).then_refused(
        "end-before-start", "endDate"
    )


def test_an_extension_survives_a_correction():
    corrected = PlacementCorrected(
        placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **FIXED_TERMS
    )
    command = extend.model_copy(update={"planned_end_date": date(2006, 9, 30)})
    placement.given(started, extended, corrected).when(command).then_refused(
        "end-not-later", "plannedEndDate"
    )


def test_refuses_to_correct_to_another_client():
    placement.given(started).when(correct(client_ref=OTHER)).then_refused("client-differs", "clientRef")


def test_checks_the_corrected_terms_as_at_the_start():
    placement.given(started).when(correct(primary_partner="uwv")).then_refused(
        "placement-of-another-partner", "primaryPartner"
    )


def test_refuses_a_corrected_start_after_the_end():
    command = correct(start_date=date(2006, 7, 1), planned_end_date=LATER)
    placement.given(started, ended).when(command).then_refused("end-before-start", "startDate")


# void


def test_voids():
    placement.given(started).when(void).then(voided)


def test_voids_what_has_ended():
    placement.given(started, ended).when(void).then(voided)


@pytest.mark.parametrize("command", [extend, end, correct(), void, confirm], ids=lambda c: c.NAME)
def test_refuses_everything_after_voiding(command: Any):
    placement.given(started, voided).when(command).then_refused("placement-voided")


@pytest.mark.parametrize("command", [extend, end, correct(), void, confirm], ids=lambda c: c.NAME)
def test_refuses_everything_before_the_start(command: Any):
    placement.when(command).then_refused("placement-unknown")


# confirm


def test_confirms_six_months_on_their_last_day():
    placement.given(started).when(confirm).then(
        RetentionConfirmed(
            placement_ref=REF, occurred_on=PLANNED_END, months=6, method=RetentionMethod.REGISTER
        )
    )


def test_confirms_what_ended_on_the_last_day_of_the_months():
    placement.given(started, ended).when(confirm).then(
        RetentionConfirmed(
            placement_ref=REF, occurred_on=PLANNED_END, months=6, method=RetentionMethod.REGISTER
        )
    )


def test_refuses_to_confirm_a_day_too_early():
    command = confirm.model_copy(update={"occurred_on": date(2006, 6, 29)})
    placement.given(started).when(command).then_refused("confirmed-too-early", "occurredOn")


def test_refuses_to_confirm_what_ended_a_day_too_early():
    early = ended.model_copy(update={"end_date": date(2006, 6, 29)})
    placement.given(started, early).when(confirm).then_refused("placement-ended")


@pytest.mark.parametrize(
    ("start_date", "months", "reached_on"),
    [
        (date(2006, 1, 31), 1, date(2006, 2, 27)),
        (date(2008, 1, 31), 1, date(2008, 2, 28)),
        (date(2006, 8, 31), 6, date(2007, 2, 27)),
        (date(2006, 7, 1), 6, date(2006, 12, 31)),
        (date(2006, 12, 15), 12, date(2007, 12, 14)),
    ],
)
def test_months_are_calendar_months_and_clip_at_their_end(start_date: date, months: int, reached_on: date):
    begun = PlacementStarted(
        placement_ref=REF,
        **fixed(start_date=start_date, contract=ContractTerm.OPEN_ENDED, planned_end_date=None),
    )
    command = ConfirmRetention(occurred_on=reached_on, months=months, method=RetentionMethod.CONTRACT)
    early = command.model_copy(update={"occurred_on": date.fromordinal(reached_on.toordinal() - 1)})
    placement.given(begun).when(command).then(
        RetentionConfirmed(
            placement_ref=REF, occurred_on=reached_on, months=months, method=RetentionMethod.CONTRACT
        )
    )
    placement.given(begun).when(early).then_refused("confirmed-too-early", "occurredOn")


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="placement-ended cannot follow"):
        PLACEMENT.replay([ended])


# what the programme has


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        ({"kind": "apprenticeship"}, "kind-unknown", "kind"),
        ({"kind": "Employment"}, "kind-unknown", "kind"),
        ({"route_reported": "C"}, "route-unknown", "routeReported"),
    ],
)
def test_refuses_what_the_programme_does_not_have(command: dict[str, Any], code: str, field: str):
    placement.when(start(**command)).then_refused(code, field)
    placement.given(started).when(correct(**command)).then_refused(code, field)


def test_refuses_a_kind_that_is_over_when_it_starts():
    over = placement.knowing(ending(START - timedelta(days=1)))
    over.when(start()).then_refused("kind-over", "kind")
    over.given(started).when(correct()).then_refused("kind-over", "kind")


def test_refuses_a_route_that_is_over_when_it_starts():
    [a, b] = DEFINITION.routes
    over = defined(routes=(a, b.model_copy(update={"last_day": START - timedelta(days=1)})))
    placement.knowing(over).when(start(route_reported="B")).then_refused("route-over", "routeReported")


def test_starts_on_the_last_day_of_its_kind_and_is_corrected_later():
    """The start date decides, and not the day on which it is corrected."""
    over = placement.knowing(ending(START))
    over.when(start(route_reported="A")).then(started.model_copy(update={"route_reported": "A"}))
    corrected = PlacementCorrected(
        placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **fixed(paid=False)
    )
    over.given(started).when(correct(paid=False)).then(corrected)


def test_cannot_be_moved_past_the_last_day_of_its_kind():
    over = placement.knowing(ending(START)).given(started)
    over.when(correct(start_date=START + timedelta(days=1))).then_refused("kind-over", "kind")


def test_the_definition_says_which_kinds_have_an_employer():
    kinds = tuple(one.model_copy(update={"employer": not one.employer}) for one in DEFINITION.kinds)
    other = placement.knowing(defined(kinds=kinds))
    other.when(start(employer_ref=OTHER)).then_refused("employer-is-person", "employerRef")
    terms = fixed(kind="self_employment", employer_ref=OTHER)
    other.when(StartPlacement(**terms)).then(PlacementStarted(placement_ref=REF, **terms))
