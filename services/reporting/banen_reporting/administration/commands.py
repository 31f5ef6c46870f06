"""The commands of the project bureau, with their paths."""

from dataclasses import replace

from banen_kit.application.definition import CommandRoute
from banen_reporting.administration.domain.cost import COST, RecordCost
from banen_reporting.administration.domain.figure import ImportHistoricFigure, SupersedeHistoricFigure
from banen_reporting.administration.domain.funding import FUNDING, RecordFunding
from banen_reporting.administration.domain.partner import (
    PARTNER,
    AdmitPartner,
    AssignPartner,
    DeclareSourceLive,
    EndSource,
    RenamePartner,
    ResumeSource,
)
from banen_reporting.administration.domain.programme import PROGRAMME, DefineProgramme
from banen_reporting.administration.domain.programme_fact import PROGRAMME_FACT, RecordProgrammeFact
from banen_reporting.administration.domain.rule_set import RULE_SET, PublishRuleSet
from banen_reporting.administration.domain.unit import (
    UNIT,
    AmendTargetUnit,
    DefineTargetUnit,
    GrantCountingPermission,
    ReviseTarget,
    RevokeCountingPermission,
    SetRegularQuota,
    SetTarget,
)
from banen_reporting.permissions import BUREAU

_PARTNER = "/programme/partners/{ref}"
_UNIT = "/programme/units/{ref}"

_DEFINITION = (("programme", None),)
"""Of the bureau whose service this is."""

_ROUTES = (
    CommandRoute("/programme/{ref}/define", DefineProgramme, "programme", PROGRAMME, ref="slug"),
    CommandRoute(f"{_PARTNER}/admit", AdmitPartner, "partner", PARTNER, ref="slug"),
    CommandRoute(f"{_PARTNER}/rename", RenamePartner, "partner", PARTNER, ref="slug"),
    CommandRoute(
        f"{_PARTNER}/assign", AssignPartner, "partner", PARTNER, ref="slug", related=(("unit", "unit_id"),)
    ),
    CommandRoute(f"{_PARTNER}/declare-live", DeclareSourceLive, "partner", PARTNER, ref="slug"),
    CommandRoute(f"{_PARTNER}/end-source", EndSource, "partner", PARTNER, ref="slug", needs_view=True),
    CommandRoute(f"{_PARTNER}/resume-source", ResumeSource, "partner", PARTNER, ref="slug"),
    CommandRoute(f"{_UNIT}/define", DefineTargetUnit, "unit", UNIT, ref="slug"),
    CommandRoute(f"{_UNIT}/amend", AmendTargetUnit, "unit", UNIT, ref="slug"),
    CommandRoute(f"{_UNIT}/set-target", SetTarget, "unit", UNIT, ref="slug", related=_DEFINITION),
    CommandRoute(f"{_UNIT}/revise-target", ReviseTarget, "unit", UNIT, ref="slug", needs_version=True),
    CommandRoute(f"{_UNIT}/set-regular-quota", SetRegularQuota, "unit", UNIT, ref="slug"),
    CommandRoute(f"{_UNIT}/grant-counting-permission", GrantCountingPermission, "unit", UNIT, ref="slug"),
    CommandRoute(f"{_UNIT}/revoke-counting-permission", RevokeCountingPermission, "unit", UNIT, ref="slug"),
    CommandRoute(f"{_UNIT}/import-historic-figure", ImportHistoricFigure, "unit", UNIT, ref="slug"),
    CommandRoute(
        f"{_UNIT}/supersede-historic-figure",
        SupersedeHistoricFigure,
        "unit",
        UNIT,
        ref="slug",
        needs_version=True,
    ),
    CommandRoute(
        "/programme/rule-sets/{ref}/publish",
        PublishRuleSet,
        "rule-set",
        RULE_SET,
        ref="slug",
        related=_DEFINITION,
    ),
    CommandRoute("/programme/funding/{ref}/record", RecordFunding, "funding", FUNDING, related=_DEFINITION),
    CommandRoute("/programme/costs/{ref}/record", RecordCost, "cost", COST),
    CommandRoute("/programme/facts/{ref}/record", RecordProgrammeFact, "programme-fact", PROGRAMME_FACT),
)
COMMANDS: tuple[CommandRoute, ...] = tuple(replace(route, permission=BUREAU) for route in _ROUTES)
