"""The read side of reporting as one part of the service: inbox, projection, figures, read API and pages."""

import asyncio

from banen_contracts.base import source_of
from banen_kit.core.errors import SettingsInvalid
from banen_kit.core.faults import Loop
from banen_kit.messaging.inbox import Inbox
from banen_kit.messaging.jetstream import BusUnavailable
from banen_kit.messaging.topology import inbox_consumer, read_partners
from banen_kit.runtime.composition import Foundation, Part
from banen_kit.web import backchannel
from banen_kit.web.backchannel import Backchannel
from banen_kit.web.login import Logins, RelyingParty
from banen_reporting.administration.domain.partner import EndSource
from banen_reporting.facts.follow import project_forever, read_watermarks
from banen_reporting.facts.projection import forget_what_is_to_be_folded_anew
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.figures import Figures
from banen_reporting.queries.access import FigureAccess, Programme
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.released import Released, Releasing
from banen_reporting.queries.state import received
from banen_reporting.web import api as reads, pages

MOST_BEHIND = 10_000
"""If more received events than this are not counted yet, the service is not ready."""
SILENT_SECONDS = 10.0
RELEASE_SECONDS = 5.0
"""How often we look for month-ends that can be released."""


async def read_side(foundation: Foundation) -> Part:
    """Raises `SettingsInvalid`, `StoreUnavailable`."""
    settings, faults = foundation.settings, foundation.faults
    view = FactStore(foundation.store.pool)
    await forget_what_is_to_be_folded_anew(view)
    answers = FigureQueries(Figures(view), view, foundation.clock)
    partners = read_partners(settings.partners_file)
    programme = Programme(settings.partner, frozenset(one.id for one in partners) - {settings.partner})
    released = Released(view.pool)
    await released.read_newest()
    readers = FigureAccess(answers, programme, foundation.authentication, released)
    foundation.command_service.views[EndSource.NAME] = lambda ref, command: received(
        view, source_of(ref, command.service)
    )
    logins = logins_of(foundation)
    told = Backchannel(
        logins.client.client_id,
        foundation.authentication,
        foundation.command_service.metrics.logouts_refused,
    )
    inbox = Inbox(view.pool, inbox_consumer(settings.partner, "reporting"), faults)
    releasing = Releasing(answers, released)
    release = Loop("release", faults, still_ready=True)

    async def inbox_hears() -> None:
        if asyncio.get_running_loop().time() - inbox.last_fetch > SILENT_SECONDS:
            raise BusUnavailable("the inbox has not heard from the bus for a while")

    async def figures_current() -> None:
        received, folded, _ = await view.backlog()
        if received - folded > MOST_BEHIND:
            raise BusUnavailable(f"{received - folded} events are not counted yet")

    return Part(
        routers=[
            reads.routes(readers),
            pages.routes(foundation.command_service.service, readers, logins),
            backchannel.routes(told),
        ],
        checks={"inbox": inbox_hears, "figures": figures_current},
        loops=[
            lambda: project_forever(view, inbox.grown, faults),
            lambda: release.forever(releasing.work, every=RELEASE_SECONDS),
        ],
        bus_loops=[inbox.run, lambda client: read_watermarks(client, view, partners, faults)],
    )


def logins_of(foundation: Foundation) -> Logins:
    """Raises `SettingsInvalid` if the settings for logins are missing."""
    settings = foundation.settings
    if settings.client_id is None or settings.client_secret is None or settings.public_url is None:
        raise SettingsInvalid(
            "a service with pages needs BANEN_CLIENT_ID, BANEN_CLIENT_SECRET and BANEN_PUBLIC_URL"
        )
    secret = settings.client_secret.get_secret_value()
    client = RelyingParty(settings.client_id, secret, settings.public_url.rstrip("/"))
    return Logins(client, foundation.authentication)
