"""Rules for the terms of a placement, when it starts and when they are corrected."""

from datetime import date

from banen_contracts.mediation import ContractTerm
from banen_contracts.reporting import ProgrammeDefined
from banen_kit.core.decider import DecisionContext, Refused, refuse_if
from banen_mediation.domain.reference import check_terms_references
from banen_mediation.events import Terms


def check_terms(terms: Terms, before: Terms | None, context: DecisionContext) -> None:
    """`before` is what was on record, if these terms correct it."""
    check_partners(terms, context)
    check_last_day(terms.contract, terms.planned_end_date, terms.start_date)
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_kind(terms.kind, terms.start_date), "kind")
    if terms.route_reported is not None:
        refuse_if(definition.fault_of_route(terms.route_reported, terms.start_date), "routeReported")
    if terms.funding_source is not None:
        refuse_if(definition.fault_of_funder(terms.funding_source, terms.start_date), "fundingSource")
    if terms.benefit_agreement_ref and not terms.benefit_retained:
        raise Refused(
            "agreement-not-expected",
            "Without keeping the benefit there is no agreement.",
            "benefitAgreementRef",
        )
    if terms.kind in definition.own_firms:
        check_no_employer(terms)
    check_terms_references(terms, before, context)


def check_partners(terms: Terms, context: DecisionContext) -> None:
    if terms.primary_partner != context.partner:
        raise Refused(
            "placement-of-another-partner",
            "A placement is recorded by the partner that it counts for.",
            "primaryPartner",
        )
    if not context.partners.issuperset(terms.assist_partners):
        raise Refused(
            "partner-unknown", "An assisting partner does not take part in the programme.", "assistPartners"
        )
    everyone = (terms.primary_partner, *terms.assist_partners)
    if len(set(everyone)) != len(everyone):
        raise Refused("partner-twice", "Each partner has one part in a placement.", "assistPartners")


def check_last_day(contract: ContractTerm, last_day: date | None, start_date: date) -> None:
    is_fixed = contract is ContractTerm.FIXED
    if is_fixed and not last_day:
        raise Refused("end-missing", "A fixed contract has a last day.", "plannedEndDate")
    if last_day and not is_fixed:
        raise Refused("end-not-expected", "Only a fixed contract has a last day.", "plannedEndDate")
    if last_day and last_day < start_date:
        raise Refused("end-before-start", "A placement cannot end before it starts.", "plannedEndDate")


def check_no_employer(terms: Terms) -> None:
    for field, employer in (
        ("employerRef", terms.employer_ref),
        ("hiringEmployerRef", terms.hiring_employer_ref),
        ("employerIsPartner", terms.employer_is_partner),
    ):
        if employer:
            raise Refused("employer-is-person", "An own firm is a person, so it has no employer.", field)
