"""The definition of the service reporting, as the kit needs it to run."""

from typing import get_args

from banen_contracts.roles import ROLES
from banen_kit.application.definition import Service
from banen_kit.core.answer_language import SHARED
from banen_kit.privacy.kit_features import with_kit_features
from banen_reporting.administration.commands import COMMANDS
from banen_reporting.administration.events import ProgrammeEvent
from banen_reporting.administration.publish import to_public_event
from banen_reporting.permissions import VIEWS

SERVICE = with_kit_features(
    Service(
        name="reporting",
        events=get_args(ProgrammeEvent),
        to_public_event=to_public_event,
        commands=COMMANDS,
        views=VIEWS,
        roles=ROLES,
        menu=(
            "page-overview",
            "page-funnel",
            "page-regions",
            "page-reach",
            "page-employers",
            "page-follow-up",
            "page-supply-and-demand",
            "page-effort",
            "page-money",
            "page-programme-facts",
            "page-data-quality",
            "page-compare",
            "page-what-if",
        ),
        texts=(*SHARED, "banen_reporting"),
        read_side="banen_reporting.composition:read_side",
        has_inbox=True,
        sql=("banen_kit", "banen_reporting"),
    )
)
