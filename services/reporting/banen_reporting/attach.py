"""Joins the read side to the running service: inbox, projection, figures, read API and pages."""

import asyncio

from nats.aio.client import Client

from banen_kit.bus import BusUnavailable
from banen_kit.inbox import Inbox
from banen_kit.run import Host
from banen_kit.topology import read_partners, reporting_consumer
from banen_reporting import pages, reads
from banen_reporting.answers import Answers
from banen_reporting.figures import Figures
from banen_reporting.follow import project_forever, read_watermarks
from banen_reporting.view import View

MOST_BEHIND = 10_000
"""Events received and not yet counted, beyond which the figures are too old to be asked for."""
SILENT_SECONDS = 10.0


async def attach(host: Host) -> None:
    view = View(host.store.pool)
    answers = Answers(Figures(view), view, host.desk.clock)
    host.app.include_router(reads.routes(answers))
    host.app.include_router(pages.routes(answers))
    declared = reporting_consumer(host.settings.partner)
    host.consumers.append(declared)
    partners = read_partners(host.settings.partners_file)

    async def follow(client: Client) -> None:
        inbox = Inbox(view.pool, client, declared["durable_name"], host.desk.metrics)

        async def inbox_hears() -> None:
            if asyncio.get_running_loop().time() - inbox.last_fetch > SILENT_SECONDS:
                raise BusUnavailable("the inbox has not heard from the bus for a while")

        host.checks["inbox"] = inbox_hears
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(inbox.run())
            tasks.create_task(project_forever(view, inbox, host.desk.metrics))
            tasks.create_task(read_watermarks(client, view, partners))

    async def figures_current() -> None:
        received, folded, _ = await view.backlog()
        if received - folded > MOST_BEHIND:
            raise BusUnavailable(f"{received - folded} events are not counted yet")

    host.checks["figures"] = figures_current
    host.bus_loops.append(follow)
