"""The write side of reporting, as the kit runs it: the programme's administration."""

from banen_kit.application.definition import Service
from banen_kit.application.source_live import WentLive, live_reactor
from banen_reporting.administration.commands import OPERATIONS
from banen_reporting.administration.events import (
    CostRecorded,
    CountingPermissionGranted,
    CountingPermissionRevoked,
    FundingRecorded,
    HistoricFigureImported,
    HistoricFigureSuperseded,
    PartnerAdmitted,
    RegularQuotaSet,
    RuleSetPublished,
    SourceDeclaredLive,
    TargetRevised,
    TargetSet,
    TargetUnitDefined,
)
from banen_reporting.administration.publish import to_contract
from banen_reporting.permissions import RIGHTS

SERVICE = Service(
    name="reporting",
    events=(
        PartnerAdmitted,
        SourceDeclaredLive,
        TargetUnitDefined,
        TargetSet,
        TargetRevised,
        RegularQuotaSet,
        CountingPermissionGranted,
        CountingPermissionRevoked,
        RuleSetPublished,
        FundingRecorded,
        CostRecorded,
        HistoricFigureImported,
        HistoricFigureSuperseded,
        WentLive,
    ),
    to_contract=to_contract,
    operations=OPERATIONS,
    rights=RIGHTS,
    policies=(live_reactor("reporting"),),
    sql=("banen_kit", "banen_reporting"),
)
