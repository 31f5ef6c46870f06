"""Folds what employers publishes."""

from dataclasses import replace

from banen_contracts import PublicEvent, employers as e
from banen_reporting.facts.evolve import CannotFold, Learned, must_be_new, must_exist, text_of
from banen_reporting.facts.model_employers import (
    AgreementFact,
    ApproachFact,
    EmployerFact,
    GroupFact,
    VacancyFact,
)


def fold_employer(row: EmployerFact | None, event: PublicEvent, _: Learned) -> EmployerFact:
    if isinstance(event, e.EmployerRegistered):
        must_be_new(row)
        return EmployerFact(legal_kind=event.legal_kind, sector_code=event.sector_code, name=event.name)
    known = must_exist(row)
    match event:
        case e.EmployerRenamed():
            return replace(known, name=event.name)
        case e.EmployerClosed():
            return replace(known, closed_on=event.occurred_on)
        case e.EmployerReopened():
            return replace(known, closed_on=None)
        case e.PlatformMembershipChanged():
            return replace(known, platform=(*known.platform, (event.occurred_on, event.joined)))
        case _:
            raise CannotFold("type-unknown")


def fold_approach(row: ApproachFact | None, event: e.EmployerApproached, _: Learned) -> ApproachFact:
    must_be_new(row)
    return ApproachFact(
        employer_ref=str(event.employer_ref),
        channel=event.channel,
        level=event.level,
        approached_on=event.occurred_on,
    )


def fold_agreement(row: AgreementFact | None, event: PublicEvent, _: Learned) -> AgreementFact:
    if isinstance(event, e.AgreementSigned):
        must_be_new(row)
        return AgreementFact(
            party_kind=event.party_kind,
            party_ref=text_of(event.party_ref),
            places_promised=event.places_promised,
            routes=event.routes,
            signed_on=event.occurred_on,
            valid_from=event.valid_from,
            valid_to=event.valid_to,
        )
    known = must_exist(row)
    match event:
        case e.AgreementAmended():
            return replace(
                known,
                places_promised=event.places_promised,
                routes=event.routes,
                valid_from=event.valid_from,
                valid_to=event.valid_to,
                expired_on=None,
            )
        case e.AgreementRenewed():
            return replace(known, valid_to=event.valid_to, expired_on=None)
        case e.AgreementEnded():
            return replace(known, ended_on=event.occurred_on)
        case e.AgreementExpired():
            return replace(known, expired_on=event.occurred_on)
        case e.ReferralReceived():
            return replace(known, referrals=event.number)
        case _:
            raise CannotFold("type-unknown")


def fold_vacancy(row: VacancyFact | None, event: PublicEvent, _: Learned) -> VacancyFact:
    if isinstance(event, e.VacancyOpened):
        must_be_new(row)
        return VacancyFact(
            employer_ref=str(event.employer_ref),
            places=event.places,
            kind=event.kind,
            profession_group=event.profession_group,
            route=event.route,
            opened_on=event.occurred_on,
            open_until=event.open_until,
        )
    known = must_exist(row)
    match event:
        case e.VacancyClosed():
            return replace(
                known,
                closed_on=event.occurred_on,
                closing=event.reason_code,
                places_filled=event.places_filled,
            )
        case e.UnmetDemandReported():
            return replace(known, unmet=(*known.unmet, (event.occurred_on, event.reason_code)))
        case _:
            raise CannotFold("type-unknown")


def fold_group(row: GroupFact | None, event: PublicEvent, _: Learned) -> GroupFact:
    if isinstance(event, e.GroupPlacementPlanned):
        must_be_new(row)
        return GroupFact(
            employer_ref=str(event.employer_ref),
            kind=event.kind,
            in_guidance=event.in_guidance,
            places_planned=event.places_planned,
        )
    known = must_exist(row)
    match event:
        case e.GroupPlacementUpdated():
            return replace(known, in_guidance=event.in_guidance, places_planned=event.places_planned)
        case e.GroupPlacementClosed():
            return replace(
                known, placed=event.placed, precision=event.precision.value, closed_on=event.occurred_on
            )
        case _:
            raise CannotFold("type-unknown")
