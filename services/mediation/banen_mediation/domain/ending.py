"""How long a placement lasts: it is extended, it ends, and both are corrected."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Literal, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Day, ReasonCode
from banen_contracts.mediation import ContractTerm, EndReason
from banen_kit.core.decider import Command, DecisionContext, Refused
from banen_mediation.domain.history import Agreed, Placement, Started, Voided, running, started
from banen_mediation.domain.terms import check_last_day
from banen_mediation.events import (
    PlacementEndCorrected,
    PlacementEnded,
    PlacementEvent,
    PlacementExtended,
    PlacementExtensionCorrected,
    Terms,
)


class ExtendPlacement(Command, frozen=True):
    NAME: ClassVar[str] = "extend-placement"
    occurred_on: Day
    contract: Literal[ContractTerm.FIXED, ContractTerm.OPEN_ENDED]
    planned_end_date: Day | None = None


class CorrectExtension(Command, frozen=True):
    """The last extension was recorded wrongly: it had these terms, or without a contract there was none."""

    NAME: ClassVar[str] = "correct-extension"
    occurred_on: Day
    reason_code: ReasonCode
    contract: Literal[ContractTerm.FIXED, ContractTerm.OPEN_ENDED] | None = None
    planned_end_date: Day | None = None


class EndPlacement(Command, frozen=True):
    NAME: ClassVar[str] = "end-placement"
    end_date: Day
    reason_code: EndReason


class EndAsConverted(Command, frozen=True):
    """Given only by a reactor: another placement replaces this one."""

    NAME: ClassVar[str] = "end-as-converted"
    end_date: Day


class CorrectEnd(Command, frozen=True):
    """The end was recorded wrongly: it had this last day and reason, or without them it has not ended."""

    NAME: ClassVar[str] = "correct-end"
    occurred_on: Day
    reason_code: ReasonCode
    end_date: Day | None = None
    end_reason: EndReason | None = None


EndingCommand: TypeAlias = ExtendPlacement | CorrectExtension | EndPlacement | EndAsConverted | CorrectEnd


def decide_ending(
    command: EndingCommand, state: Placement, context: DecisionContext
) -> Sequence[PlacementEvent]:
    match command:
        case ExtendPlacement():
            return [extend(command, running(state), context)]
        case CorrectExtension():
            return [correct_extension(command, started(state), context)]
        case EndPlacement():
            return [end(command.end_date, command.reason_code, running(state), context)]
        case EndAsConverted():
            return end_as_converted(command, state, context)
        case CorrectEnd():
            return [correct_end(command, started(state), context)]
        case _:
            assert_never(command)


def extend(command: ExtendPlacement, placement: Started, context: DecisionContext) -> PlacementExtended:
    before = placement.agreed_before(len(placement.extensions))
    check_extension(before, command.contract, command.planned_end_date, placement.terms.start_date)
    return PlacementExtended(
        placement_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        contract=command.contract,
        planned_end_date=command.planned_end_date,
    )


def check_extension(before: Agreed, contract: ContractTerm, last_day: date | None, start_date: date) -> None:
    if before.contract is ContractTerm.OPEN_ENDED:
        raise Refused("contract-open-ended", "An open-ended contract has no last day to move.", "contract")
    check_last_day(contract, last_day, start_date)
    if before.last_day and last_day and last_day <= before.last_day:
        raise Refused(
            "end-not-later", "The new last day must come after the one that was agreed.", "plannedEndDate"
        )


def check_extensions(terms: Terms, placement: Started) -> None:
    """Corrected terms must leave room for the extensions that are on record."""
    if not placement.extensions:
        return
    first = placement.extensions[0]
    before = Agreed(terms.contract, terms.planned_end_date)
    try:
        check_extension(before, first.contract, first.last_day, terms.start_date)
    except Refused as refused:
        raise Refused(
            "extension-contradicted",
            "The extension that was recorded cannot follow these terms; correct that first.",
            "contract" if refused.field == "contract" else "plannedEndDate",
        ) from None


def correct_extension(
    command: CorrectExtension, placement: Started, context: DecisionContext
) -> PlacementExtensionCorrected:
    if not placement.extensions:
        raise Refused("placement-not-extended", "This placement was not extended.")
    earlier = len(placement.extensions) - 1
    before = placement.agreed_before(earlier)
    contract, last_day = command.contract, command.planned_end_date
    if contract is not None:
        check_extension(before, contract, last_day, placement.terms.start_date)
        now = Agreed(contract, last_day)
        refuse_unchanged(now == placement.extensions[-1])
    elif last_day:
        raise Refused("end-not-expected", "An extension that never was has no last day.", "plannedEndDate")
    else:
        now = before if earlier else None
    return PlacementExtensionCorrected(
        placement_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        is_withdrawn=contract is None,
        contract=now.contract if now else None,
        planned_end_date=now.last_day if now else None,
    )


def end(end_date: date, reason: EndReason, placement: Started, context: DecisionContext) -> PlacementEnded:
    check_end(end_date, placement)
    return PlacementEnded(placement_ref=UUID(context.ref), end_date=end_date, reason_code=reason)


def check_end(end_date: date, placement: Started) -> None:
    if end_date < placement.terms.start_date:
        raise Refused("end-before-start", "A placement cannot end before it starts.", "endDate")


def end_as_converted(
    command: EndAsConverted, state: Placement, context: DecisionContext
) -> Sequence[PlacementEvent]:
    # If somebody already ended or voided the placement, the conversion changes nothing.
    if isinstance(state, Voided) or (isinstance(state, Started) and state.end_date):
        return []
    return [end(command.end_date, EndReason.CONVERTED, running(state), context)]


def correct_end(command: CorrectEnd, placement: Started, context: DecisionContext) -> PlacementEndCorrected:
    if placement.end_date is None:
        raise Refused("placement-not-ended", "This placement has not ended.")
    if command.end_date and not command.end_reason:
        raise Refused("end-reason-missing", "An end has a reason.", "endReason")
    if command.end_reason and not command.end_date:
        raise Refused("end-reason-not-expected", "Without a last day there is no reason.", "endReason")
    if command.end_date:
        check_end(command.end_date, placement)
    refuse_unchanged((command.end_date, command.end_reason) == (placement.end_date, placement.end_reason))
    return PlacementEndCorrected(
        placement_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        end_date=command.end_date,
        end_reason=command.end_reason,
        start_date=placement.terms.start_date,
    )


def refuse_unchanged(is_same: bool) -> None:
    if is_same:
        raise Refused("correction-unchanged", "This is what was recorded; nothing is corrected.")
