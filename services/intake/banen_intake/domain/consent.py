"""What a candidate allows, and the portraits that rest on it."""

from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Day
from banen_contracts.consent import Consent, ConsentScope
from banen_intake.domain.file import Candidate, File, known, open_file
from banen_intake.events import (
    CandidateEvent,
    ConsentGranted,
    ConsentWithdrawn,
    PortraitPublished,
    PortraitTakenDown,
)
from banen_kit.core.decider import Command, DecisionContext, Refused
from banen_kit.core.text import Mark


class GrantConsent(Command, Consent, frozen=True):
    """The candidate allows one thing more."""

    NAME: ClassVar[str] = "grant-consent"
    occurred_on: Day
    document_ref: Mark | None = None
    """The registration mark of the signed form."""


class WithdrawConsent(Command, Consent, frozen=True):
    """The candidate no longer allows it. It can always be withdrawn, also when the file is closed."""

    NAME: ClassVar[str] = "withdraw-consent"
    occurred_on: Day


class PublishPortrait(Command, frozen=True):
    """A portrait of the candidate was published."""

    NAME: ClassVar[str] = "publish-portrait"
    occurred_on: Day
    portrait_ref: UUID
    document_ref: Mark
    """The registration mark under which the portrait is kept."""


class TakeDownPortrait(Command, frozen=True):
    """A portrait can no longer be seen."""

    NAME: ClassVar[str] = "take-down-portrait"
    occurred_on: Day
    portrait_ref: UUID


ConsentCommand: TypeAlias = GrantConsent | WithdrawConsent | PublishPortrait | TakeDownPortrait


def decide_consent(command: ConsentCommand, state: Candidate, context: DecisionContext) -> CandidateEvent:
    match command:
        case GrantConsent():
            return grant(command, open_file(state), context)
        case WithdrawConsent():
            return withdraw(command, known(state), context)
        case PublishPortrait():
            return publish_portrait(command, open_file(state), context)
        case TakeDownPortrait():
            return take_down(command, known(state), context)
        case _:
            assert_never(command)


def check_partner(consent: Consent, context: DecisionContext, field: str) -> None:
    """Raises `Refused` unless a handover is to another partner of the programme."""
    if consent.to_partner is None:
        return
    if consent.to_partner == context.partner:
        raise Refused("handover-to-self", "A handover goes to another partner.", field)
    if consent.to_partner not in context.partners:
        raise Refused("partner-unknown", "That partner does not take part in the programme.", field)


def grant(command: GrantConsent, file: File, context: DecisionContext) -> ConsentGranted:
    check_partner(command, context, "toPartner")
    if file.allows(command.scope, command.to_partner):
        raise Refused("consent-granted", "The candidate allows this already.", "scope")
    return ConsentGranted(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        scope=command.scope,
        to_partner=command.to_partner,
        document_ref=command.document_ref,
    )


def withdraw(command: WithdrawConsent, file: File, context: DecisionContext) -> ConsentWithdrawn:
    if not file.allows(command.scope, command.to_partner):
        raise Refused("consent-missing", "The candidate does not allow this now.", "scope")
    is_publicity = command.scope is ConsentScope.PUBLICITY
    shown = tuple(ref for ref, is_shown in file.portraits.items() if is_shown)
    return ConsentWithdrawn(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        scope=command.scope,
        to_partner=command.to_partner,
        portraits=shown if is_publicity else (),
    )


def publish_portrait(command: PublishPortrait, file: File, context: DecisionContext) -> PortraitPublished:
    if command.portrait_ref in file.portraits:
        raise Refused("portrait-exists", "This portrait was recorded already.", "portraitRef")
    if not file.allows(ConsentScope.PUBLICITY):
        raise Refused("consent-missing", "The candidate does not allow publicity.")
    return PortraitPublished(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        portrait_ref=command.portrait_ref,
        document_ref=command.document_ref,
    )


def take_down(command: TakeDownPortrait, file: File, context: DecisionContext) -> PortraitTakenDown:
    is_shown = file.portraits.get(command.portrait_ref)
    if is_shown is None:
        raise Refused("portrait-unknown", "This candidate has no such portrait.", "portraitRef")
    if not is_shown:
        raise Refused("portrait-taken-down", "This portrait was taken down already.", "portraitRef")
    return PortraitTakenDown(
        candidate_ref=UUID(context.ref), occurred_on=command.occurred_on, portrait_ref=command.portrait_ref
    )
