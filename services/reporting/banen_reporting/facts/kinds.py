"""The kinds of facts: for each its class, the events that change it, and their fold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

from banen_contracts import PublicEvent, employers as e, intake as i, mediation as m, reporting as r
from banen_reporting.facts.evolve import (
    Learned,
    fold_cost,
    fold_figure,
    fold_funding,
    fold_partner,
    fold_programme,
    fold_rule_set,
    fold_stated,
    fold_unit,
    must_exist,
)
from banen_reporting.facts.evolve_employers import (
    fold_agreement,
    fold_approach,
    fold_employer,
    fold_group,
    fold_vacancy,
)
from banen_reporting.facts.evolve_intake import (
    fold_answer,
    fold_candidate,
    fold_contact,
    fold_handover,
    fold_outreach,
    fold_reach,
)
from banen_reporting.facts.evolve_matching import (
    fold_effort,
    fold_enterprise,
    fold_match,
    fold_meeting,
)
from banen_reporting.facts.evolve_mediation import fold_client, fold_placement
from banen_reporting.facts.model import (
    AnswerFact,
    CandidateFact,
    ClientFact,
    ContactFact,
    CostFact,
    Fact,
    FigureFact,
    FundingFact,
    HandoverFact,
    OutreachFact,
    PartnerFact,
    PlacementFact,
    ProgrammeFact,
    ReachFact,
    RuleSetFact,
    StatedFact,
    UnitFact,
)
from banen_reporting.facts.model_employers import (
    AgreementFact,
    ApproachFact,
    EmployerFact,
    GroupFact,
    VacancyFact,
)
from banen_reporting.facts.model_matching import EffortFact, EnterpriseFact, MatchFact, MeetingFact

Fold = Callable[[Any, Any, Learned], Fact]


@dataclass(frozen=True)
class FactType:
    """A kind of fact: its class, and the fold of its events."""

    name: str
    row: type[Fact]
    fold: Fold
    events: tuple[type[PublicEvent], ...]

    @cached_property
    def json(self) -> TypeAdapter[Fact]:
        """Reads and writes the stored form."""
        return TypeAdapter(self.row)


def _unchanged_by(erasure: type[PublicEvent], fold: Fold) -> Fold:
    """Facts hold no personal data, so an erasure does not change them."""
    return lambda row, event, when: must_exist(row) if isinstance(event, erasure) else fold(row, event, when)


KINDS: tuple[FactType, ...] = (
    FactType("outreach", OutreachFact, fold_outreach, (i.OutreachHeld,)),
    FactType(
        "contact",
        ContactFact,
        _unchanged_by(i.ContactErased, fold_contact),
        (i.ContactMade, i.ContactErased),
    ),
    FactType(
        "candidate",
        CandidateFact,
        _unchanged_by(i.CandidateErased, fold_candidate),
        (
            i.CandidateRegistered,
            i.IntakeStarted,
            i.IntakeCompleted,
            i.DistanceAssessed,
            i.RouteAssigned,
            i.DevelopmentActivityStarted,
            i.DevelopmentActivityEnded,
            i.CandidateReadyForMediation,
            i.ConsentGranted,
            i.ConsentWithdrawn,
            i.CandidateLost,
            i.CandidateFound,
            i.CandidateClosed,
            i.CandidateReentered,
            i.CandidateErased,
        ),
    ),
    FactType(
        "handover", HandoverFact, fold_handover, (i.HandoverOffered, i.HandoverCompleted, i.HandoverEnded)
    ),
    FactType("answer", AnswerFact, fold_answer, (m.HandoverAccepted, m.HandoverDeclined)),
    FactType(
        "client",
        ClientFact,
        _unchanged_by(m.ClientErased, fold_client),
        (m.ClientTakenOn, m.ClientClosed, m.ClientReopened, m.ClientErased),
    ),
    FactType(
        "match",
        MatchFact,
        fold_match,
        (m.MatchProposed, m.EmployerInterviewHeld, m.MatchWithdrawn, m.MatchStepTakenBack),
    ),
    FactType(
        "placement",
        PlacementFact,
        fold_placement,
        (
            m.PlacementStarted,
            m.PlacementCorrected,
            m.PlacementExtended,
            m.PlacementEnded,
            m.PlacementVoided,
            m.PlacementEndCorrected,
            m.PlacementExtensionCorrected,
            m.PlacementPaused,
            m.PlacementResumed,
            m.RetentionConfirmed,
            m.RetentionNotReached,
            m.AftercareContactLogged,
        ),
    ),
    FactType(
        "enterprise",
        EnterpriseFact,
        fold_enterprise,
        (
            m.EnterpriseTrackStarted,
            m.EnterpriseStarted,
            m.EnterpriseStillRunning,
            m.EnterpriseStopped,
            m.EnterpriseStepTakenBack,
        ),
    ),
    FactType("effort", EffortFact, fold_effort, (m.EffortRecorded,)),
    FactType("meeting", MeetingFact, fold_meeting, (m.MeetingHeld,)),
    FactType(
        "employer",
        EmployerFact,
        _unchanged_by(e.EmployerErased, fold_employer),
        (
            e.EmployerRegistered,
            e.EmployerRenamed,
            e.PlatformMembershipChanged,
            e.EmployerClosed,
            e.EmployerReopened,
            e.EmployerErased,
        ),
    ),
    FactType("approach", ApproachFact, fold_approach, (e.EmployerApproached,)),
    FactType(
        "agreement",
        AgreementFact,
        fold_agreement,
        (
            e.AgreementSigned,
            e.AgreementAmended,
            e.AgreementRenewed,
            e.AgreementEnded,
            e.AgreementExpired,
            e.ReferralReceived,
        ),
    ),
    FactType("vacancy", VacancyFact, fold_vacancy, (e.VacancyOpened, e.UnmetDemandReported, e.VacancyClosed)),
    FactType(
        "group",
        GroupFact,
        fold_group,
        (e.GroupPlacementPlanned, e.GroupPlacementUpdated, e.GroupPlacementClosed),
    ),
    FactType("programme", ProgrammeFact, fold_programme, (r.ProgrammeDefined,)),
    FactType(
        "partner",
        PartnerFact,
        fold_partner,
        (
            r.PartnerAdmitted,
            r.SourceDeclaredLive,
            r.SourceEnded,
            r.SourceResumed,
            r.PartnerRenamed,
            r.PartnerAssigned,
        ),
    ),
    FactType(
        "unit",
        UnitFact,
        fold_unit,
        (
            r.TargetUnitDefined,
            r.TargetUnitAmended,
            r.TargetSet,
            r.TargetRevised,
            r.RegularQuotaSet,
            r.CountingPermissionGranted,
            r.CountingPermissionRevoked,
        ),
    ),
    FactType("rule-set", RuleSetFact, fold_rule_set, (r.CountingRuleSetPublished,)),
    FactType("funding", FundingFact, fold_funding, (r.FundingRecorded,)),
    FactType("stated", StatedFact, fold_stated, (r.ProgrammeFactRecorded,)),
    FactType("cost", CostFact, fold_cost, (r.CostRecorded,)),
    FactType("figure", FigureFact, fold_figure, (r.HistoricFigureImported, r.HistoricFigureSuperseded)),
    FactType("reach", ReachFact, fold_reach, (i.ReachEstimateImported,)),
)
BY_NAME: Mapping[str, FactType] = {kind.name: kind for kind in KINDS}
BY_EVENT: Mapping[type[PublicEvent], FactType] = {event: kind for kind in KINDS for event in kind.events}
