"""Whether a placement by itself lasts long enough: rules R1, R2 and R3."""

from datetime import date, timedelta

from banen_contracts.mediation import ContractTerm
from banen_contracts.months import add_months
from banen_contracts.reporting import RuleSetParams
from banen_reporting.counting.inputs import Finding
from banen_reporting.facts.model import PlacementFact

_DAY = timedelta(days=1)
_UNDECIDED: Finding = ("pending", "R3")
_ENDED_EARLY: Finding = ("excluded", "R3")
_TOO_SHORT: Finding = ("excluded", "R1")
_EXACTLY_THE_MINIMUM: Finding = ("excluded", "R2")


def last_day_of_minimum(start: date, months: int) -> date:
    """The last day of month m; the start date if no minimum is set."""
    line = add_months(start, months)
    return line - _DAY if line > start else start


def deciding_day(start: date, params: RuleSetParams) -> date:
    """R1, R2: the deciding day, which is the earliest last day with which a placement reaches m months.

    `ge`: last day + 1 >= start + m months. `gt`: last day + 1 > start + m months. Without a minimum it is the start date.
    """
    line = add_months(start, params.min_months)
    return line if params.boundary == "gt" or line == start else line - _DAY


def known_end(placement: PlacementFact, happened_until: date) -> date | None:
    """The end date, unless it is after happened-until: then it is not known yet."""
    end = placement.end
    return end if end is not None and end <= happened_until else None


def known_last_day(placement: PlacementFact, happened_until: date) -> date | None:
    """The last day as far as known, with prolongations; `None` if unknown. For open-ended contracts it is `date.max`."""
    return known_end(placement, happened_until) or _agreed_last_day(placement)


def duration(placement: PlacementFact, params: RuleSetParams, happened_until: date) -> Finding | None:
    """R3: whether a placement by itself reaches its deciding day.

    `contract_only`: by the contract as signed. `contract_at_start`: also no known end before the deciding day.
    `realised`: as far as known it runs on the deciding day, and that day is past; only here prolongations count.
    `confirmed`: at least m months were confirmed, and no known end contradicts it.
    """
    match params.duration_basis:
        case "contract_only":
            return _signed(placement, params)
        case "contract_at_start":
            return _signed_and_not_ended(placement, params, happened_until)
        case "realised":
            return _realised(placement, params, happened_until)
        case "confirmed":
            return _confirmed(placement, params, happened_until)


def _signed(placement: PlacementFact, params: RuleSetParams) -> Finding | None:
    last = _last_day(placement.contract, placement.planned_end)
    if last is None:
        # without a minimum, any end is late enough
        return _UNDECIDED if params.min_months else None
    day = deciding_day(placement.start, params)
    return None if last >= day else _short(last, day, params)


def _signed_and_not_ended(
    placement: PlacementFact, params: RuleSetParams, happened_until: date
) -> Finding | None:
    signed = _signed(placement, params)
    if signed is not None and signed[0] == "excluded":
        return signed
    return _ended_early(placement, params, happened_until) or signed


def _realised(placement: PlacementFact, params: RuleSetParams, happened_until: date) -> Finding | None:
    last = known_last_day(placement, happened_until)
    if last is None:
        return _UNDECIDED if params.min_months else None
    day = deciding_day(placement.start, params)
    if last < day:
        agreed = _agreed_last_day(placement)
        return _ENDED_EARLY if agreed is None or agreed >= day else _short(last, day, params)
    return None if day <= happened_until else _UNDECIDED


def _confirmed(placement: PlacementFact, params: RuleSetParams, happened_until: date) -> Finding | None:
    early = _ended_early(placement, params, happened_until)
    if early is not None or not params.min_months:
        return early
    # The start may have been corrected after the confirmation.
    reached_on = last_day_of_minimum(placement.start, params.min_months)
    confirmed = any(
        months >= params.min_months and reached_on <= as_of <= happened_until
        for months, as_of in placement.confirmed_months
    )
    return None if confirmed else _UNDECIDED


def _ended_early(placement: PlacementFact, params: RuleSetParams, happened_until: date) -> Finding | None:
    end = known_end(placement, happened_until)
    return _ENDED_EARLY if end is not None and end < deciding_day(placement.start, params) else None


def _short(last: date, day: date, params: RuleSetParams) -> Finding:
    exactly = params.boundary == "gt" and last + _DAY == day
    return _EXACTLY_THE_MINIMUM if exactly else _TOO_SHORT


def _agreed_last_day(placement: PlacementFact) -> date | None:
    if placement.extended_contract is not None:
        return _last_day(placement.extended_contract, placement.extended_end)
    return _last_day(placement.contract, placement.planned_end)


def _last_day(contract: ContractTerm, planned_end: date | None) -> date | None:
    if contract is ContractTerm.OPEN_ENDED:
        return date.max
    return planned_end if contract is ContractTerm.FIXED else None
