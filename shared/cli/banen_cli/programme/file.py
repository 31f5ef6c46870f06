"""The programme as a file: its definition, and what the bureau decided about partners, units, counting and money.

What reporting answers about the programme in force has the same shape.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import Discriminator, Field, StringConstraints, Tag, ValidationError

from banen_cli.programme.faults import faults_of
from banen_cli.programme.yaml_tree import FileFault, FileFaulty, Tree, read_tree, write_tree
from banen_contracts.base import (
    Code,
    Count,
    Day,
    DocumentRef,
    Euro,
    OrganisationName,
    PartnerId,
    Precision,
    ReasonCode,
    RuleSetId,
    UnitId,
    Year,
)
from banen_contracts.programme import Part, ProgrammeDefinition
from banen_contracts.reporting import Provenance, RuleSetParams, Services

WHOLE, BY_YEAR = "(whole)", "(by year)"


def _shape(target: Any) -> str:
    return BY_YEAR if isinstance(target, Mapping) else WHOLE


TargetYear = Annotated[str, StringConstraints(pattern=r"^(20[0-9]{2}|2100)$")]
Target = Annotated[
    Annotated[Count | None, Tag(WHOLE)]
    | Annotated[dict[TargetYear, Count | None], Field(min_length=1, max_length=101), Tag(BY_YEAR)],
    Discriminator(_shape),
]
"""For the whole period, or by year. Null says that there is none, which is not zero."""


class Decision(Part, frozen=True):
    """Something that was decided; without a day of its own it was on `decidedOn`."""

    on: Day | None = None


class Membership(Part, frozen=True):
    """The unit that a partner is in, or null for none; without a day since ever."""

    unit: UnitId | None
    since: Annotated[Day | None, Field(alias="from")] = None


class Partner(Decision, frozen=True):
    id: PartnerId
    name: OrganisationName
    services: Services
    units: Annotated[tuple[Membership, ...], Field(max_length=100)] = ()


class Quota(Part, frozen=True):
    per_year: Count | None
    precision: Precision = Precision.EXACT
    document: DocumentRef | None = None


class Permission(Decision, frozen=True):
    """That a unit without a target counts."""

    counts_starts_from: Day
    grantor: ReasonCode
    document: DocumentRef | None = None


class Unit(Decision, frozen=True):
    id: UnitId
    label: OrganisationName
    targets: Annotated[dict[Code, Target], Field(max_length=6)] = Field(default_factory=dict[str, Target])
    decided_by: ReasonCode | None = None
    """Who decided the targets."""
    document: DocumentRef | None = None
    quota: Quota | None = None
    permission: Permission | None = None
    """A null that is written down withdraws it."""

    def all_targets(self) -> Mapping[tuple[str, int | None], int | None]:
        """By route and year."""
        found: dict[tuple[str, int | None], int | None] = {}
        for route, target in self.targets.items():
            if isinstance(target, dict):
                found |= {(route, int(year)): value for year, value in target.items()}
            else:
                found[route, None] = target
        return found


class RuleSet(Decision, frozen=True):
    id: RuleSetId
    params: RuleSetParams
    approved_by: ReasonCode


class Cost(Decision, frozen=True):
    amount_euro: Euro
    precision: Precision = Precision.EXACT
    document: DocumentRef | None = None


class Funding(Cost, frozen=True):
    funder: Code
    status: Literal["planned", "committed", "received"]


class HistoricFigure(Decision, frozen=True):
    unit: UnitId
    measure: Literal["regular_placements"] = "regular_placements"
    year: Year
    value: Count
    provenance: Provenance
    precision: Precision = Precision.EXACT
    document: DocumentRef


class Decided(Part, frozen=True):
    """What the bureau decided beside the definition."""

    partners: Annotated[tuple[Partner, ...], Field(max_length=200)] = ()
    units: Annotated[tuple[Unit, ...], Field(max_length=100)] = ()
    rule_sets: Annotated[tuple[RuleSet, ...], Field(max_length=100)] = ()
    funding: Annotated[tuple[Funding, ...], Field(max_length=1000)] = ()
    costs: Annotated[tuple[Cost, ...], Field(max_length=1000)] = ()
    historic_figures: Annotated[tuple[HistoricFigure, ...], Field(max_length=1000)] = ()


class ProgrammeFile(Decided, ProgrammeDefinition, frozen=True):
    decided_on: Day
    """The day of every decision in the file that is new, or changes something, and has no day of its own."""

    @property
    def definition(self) -> ProgrammeDefinition:
        return ProgrammeDefinition(**{name: getattr(self, name) for name in ProgrammeDefinition.model_fields})


def parse_programme(content: bytes) -> ProgrammeFile:
    """Raises `FileFaulty`."""
    tree = read_tree(content)
    faults = [FileFault(tree.line(path), path, reason) for path, reason in faults_of(tree.data)]
    try:
        found = ProgrammeFile.model_validate_json(
            json.dumps(tree.data), strict=True, extra="forbid", by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise FileFaulty(*faults, *_faults_of_shape(tree, error)) from None
    if faults:
        raise FileFaulty(*faults)
    return found


def programme_text(programme: ProgrammeFile) -> str:
    """YAML from which the same programme is read."""
    data = programme.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    day = data.pop("decidedOn")
    first = {name: data.pop(name) for name in ("name", "period")}
    return write_tree({**first, "decidedOn": day, **_tidy(data, day)})


def _tidy(part: Any, day: str) -> Any:
    """The day of a decision comes last, and is left out where it is the one that holds for all."""
    if isinstance(part, list):
        return [_tidy(one, day) for one in cast("list[Any]", part)]
    if not isinstance(part, dict):
        return part
    rows = cast("dict[str, Any]", part)
    tidy = {name: _tidy(one, day) for name, one in rows.items() if name != "on"}
    return tidy | ({"on": rows["on"]} if rows.get("on", day) != day else {})


def _faults_of_shape(tree: Tree, error: ValidationError) -> Iterator[FileFault]:
    for one in error.errors(include_url=False, include_input=False):
        path = tuple(part for part in one["loc"] if part not in (WHOLE, BY_YEAR, "[key]"))
        yield FileFault(tree.line(path), path, REASONS.get(one["type"], one["msg"]))


REASONS = {"extra_forbidden": "there is no such key", "missing": "is needed"}
