"""Folds what mediation publishes of clients and placements."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from banen_contracts import PublicEvent, mediation as m
from banen_reporting.facts.evolve import CannotFold, Learned, must_be_new, must_exist, text_of
from banen_reporting.facts.model import ClientFact, PlacementFact


def fold_client(row: ClientFact | None, event: PublicEvent, _: Learned) -> ClientFact:
    if isinstance(event, m.ClientTakenOn):
        must_be_new(row)
        return ClientFact(
            origin=event.origin, origin_ref=text_of(event.origin_ref), taken_on=event.occurred_on
        )
    known = must_exist(row)
    match event:
        case m.ClientClosed():
            return replace(known, closed_on=event.occurred_on)
        case m.ClientReopened():
            return replace(known, closed_on=None)
        case _:
            raise CannotFold("type-unknown")


def fold_placement(row: PlacementFact | None, event: PublicEvent, when: Learned) -> PlacementFact:
    if isinstance(event, m.PlacementStarted):
        must_be_new(row)
        return PlacementFact(**_said(event), recorded_on=when.day, imported=when.imported)
    known = must_exist(row)
    return replace(known, **_changes(known, event))


def _said(event: m.PlacementTerms) -> dict[str, Any]:
    """The terms in an event under the names and types of the fact, which ignores fields that it does not have."""
    said = {name: str(value) if isinstance(value, UUID) else value for name, value in event}
    return {**said, "start": event.start_date, "planned_end": event.planned_end_date}


def _changes(known: PlacementFact, event: PublicEvent) -> dict[str, Any]:
    """The fields that an event sets."""
    match event:
        case m.PlacementCorrected():
            return _said(event)
        case m.PlacementExtended() | m.PlacementExtensionCorrected():
            return {"extended_contract": event.contract, "extended_end": event.planned_end_date}
        case m.PlacementEnded():
            return {"end": event.end_date, "end_reason": event.reason_code}
        case m.PlacementEndCorrected():
            return {"end": event.end_date, "end_reason": event.end_reason}
        case m.PlacementVoided():
            return {"voided": True}
        case _:
            return _meanwhile(known, event)


def _meanwhile(known: PlacementFact, event: PublicEvent) -> dict[str, Any]:
    """What happened during a placement."""
    match event:
        case m.PlacementPaused():
            return {"pauses": (*known.pauses, (event.occurred_on, None))}
        case m.PlacementResumed():
            return {"pauses": (*known.pauses[:-1], (_pause(known), event.occurred_on))}
        case m.RetentionConfirmed():
            return {"confirmed_months": (*known.confirmed_months, (event.months, event.occurred_on))}
        case m.RetentionNotReached():
            return {"denied_months": (*known.denied_months, (event.months, event.occurred_on))}
        case m.AftercareContactLogged():
            return {"aftercare": (*known.aftercare, (event.occurred_on, event.due_month, event.done))}
        case _:
            raise CannotFold("type-unknown")


def _pause(known: PlacementFact) -> date:
    """The first day of the pause that lasts."""
    if not known.pauses or known.pauses[-1][1] is not None:
        raise CannotFold("pause-unknown")
    return known.pauses[-1][0]
