"""The write side of reporting, as the kit runs it: the programme's administration."""

from banen_kit.application.definition import Service
from banen_kit.application.source_live import WentLive, live_reactor
from banen_reporting.administration.commands import COMMANDS
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
from banen_reporting.administration.publish import to_public_event
from banen_reporting.permissions import PERMISSIONS

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
    to_public_event=to_public_event,
    commands=COMMANDS,
    permissions=PERMISSIONS,
    reactors=(live_reactor("reporting"),),
    sql=("banen_kit", "banen_reporting"),
)
