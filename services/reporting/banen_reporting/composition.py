"""Joins the read side to the running service: inbox, projection, figures, read API and pages."""

import asyncio

from nats.aio.client import Client

from banen_kit.core.errors import SettingsInvalid
from banen_kit.core.faults import Loop
from banen_kit.messaging.inbox import Inbox
from banen_kit.messaging.jetstream import BusUnavailable
from banen_kit.messaging.topology import read_partners, reporting_consumer
from banen_kit.runtime.service_runner import ServiceRuntime
from banen_kit.web import backchannel
from banen_kit.web.backchannel import Backchannel
from banen_kit.web.login import Logins, RelyingParty
from banen_reporting.facts.follow import project_forever, read_watermarks
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.evaluation import Figures
from banen_reporting.queries.access import FigureAccess, Programme
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.released import Released, Releasing
from banen_reporting.web import api as reads
from banen_reporting.web import pages

MOST_BEHIND = 10_000
"""Events received and not yet counted, beyond which the figures are too old to be asked for."""
SILENT_SECONDS = 10.0
RELEASE_SECONDS = 5.0
"""How soon a month-end is released once it is final."""


async def compose(host: ServiceRuntime) -> None:
    view = FactStore(host.store.pool)
    answers = FigureQueries(Figures(view), view, host.command_service.clock)
    partners = read_partners(host.settings.partners_file)
    bureau = host.settings.partner
    programme = Programme(bureau, frozenset(partner.id for partner in partners) - {bureau})
    released = Released(view.pool)
    await released.read_newest()
    readers = FigureAccess(answers, programme, host.authentication, released)
    host.app.include_router(reads.routes(readers))
    logins = logins_of(host)
    host.app.include_router(pages.routes(readers, logins))
    told = Backchannel(
        logins.client.client_id, host.authentication, host.command_service.metrics.logouts_refused
    )
    host.app.include_router(backchannel.routes(told))
    inbox = Inbox(view.pool, reporting_consumer(host.settings.partner), host.health.faults)

    async def inbox_hears() -> None:
        if asyncio.get_running_loop().time() - inbox.last_fetch > SILENT_SECONDS:
            raise BusUnavailable("the inbox has not heard from the bus for a while")

    async def figures_current() -> None:
        received, folded, _ = await view.backlog()
        if received - folded > MOST_BEHIND:
            raise BusUnavailable(f"{received - folded} events are not counted yet")

    async def watch_watermarks(client: Client) -> None:
        await read_watermarks(client, view, partners, host.health.faults)

    host.health.checks.update({"inbox": inbox_hears, "figures": figures_current})
    host.loops.append(lambda: project_forever(view, inbox.grown, host.health.faults))
    releasing = Releasing(answers, released)
    release = Loop("release", host.health.faults, still_ready=True)
    host.loops.append(lambda: release.forever(releasing.work, every=RELEASE_SECONDS))
    host.bus_loops.extend([inbox.run, watch_watermarks])


def logins_of(host: ServiceRuntime) -> Logins:
    """Raises `SettingsInvalid` where nobody could sign in."""
    settings = host.settings
    if settings.client_id is None or settings.client_secret is None or settings.public_url is None:
        raise SettingsInvalid(
            "a service with pages needs BANEN_CLIENT_ID, BANEN_CLIENT_SECRET and BANEN_PUBLIC_URL"
        )
    secret = settings.client_secret.get_secret_value()
    client = RelyingParty(settings.client_id, secret, settings.public_url.rstrip("/"))
    return Logins(client, host.authentication)
