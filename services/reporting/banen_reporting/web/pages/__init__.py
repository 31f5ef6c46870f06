"""The pages: rendered on the server, in Dutch and English, without JavaScript."""

from typing import Any
from urllib.parse import urlsplit

from banen_kit.application.definition import Service
from banen_kit.web import login
from banen_kit.web.login import Logins
from banen_kit.web.shell.frame import Shell, content_policy
from banen_kit.web.shell.router import PageRouter
from banen_reporting.queries.access import FigureAccess
from banen_reporting.web.addresses import ADDRESSES, is_ours
from banen_reporting.web.pages.compare import add_compare
from banen_reporting.web.pages.data_quality import DATA_QUALITY
from banen_reporting.web.pages.effort import EFFORT
from banen_reporting.web.pages.employers import EMPLOYERS
from banen_reporting.web.pages.follow_up import FOLLOW_UP
from banen_reporting.web.pages.funnel import add_funnel
from banen_reporting.web.pages.money import MONEY
from banen_reporting.web.pages.overview import add_overview
from banen_reporting.web.pages.partner import add_partner
from banen_reporting.web.pages.placement import add_placement
from banen_reporting.web.pages.placements import add_placements
from banen_reporting.web.pages.programme_facts import PROGRAMME_FACTS
from banen_reporting.web.pages.purpose import add_purpose
from banen_reporting.web.pages.reach import REACH
from banen_reporting.web.pages.regions import REGIONS
from banen_reporting.web.pages.report import add_report
from banen_reporting.web.pages.supply_and_demand import SUPPLY_AND_DEMAND
from banen_reporting.web.pages.tables import ViewPage, add_tables
from banen_reporting.web.pages.what_if import add_what_if
from banen_reporting.web.pages.workbook import add_workbook
from banen_reporting.web.visit import Visits
from banen_reporting.web.words import PACKAGE, ProgrammeBrand

VIEWS: tuple[ViewPage[Any], ...] = (
    REGIONS, REACH, EMPLOYERS, FOLLOW_UP, SUPPLY_AND_DEMAND, EFFORT, MONEY, PROGRAMME_FACTS, DATA_QUALITY,
)  # fmt: skip
"""The pages made of tables that have no filter of their own."""


def routes(service: Service, readers: FigureAccess, logins: Logins) -> PageRouter:
    issuer = urlsplit(logins.issuer.url)
    # Signing out submits a form that redirects to the issuer, so browsers check the issuer against this policy.
    policy = content_policy(f"{issuer.scheme}://{issuer.netloc}")
    answers, owner = readers.answers, readers.programme.bureau
    shell = Shell.of(service, owner, policy, ADDRESSES, lambda: ProgrammeBrand.of(answers.figures), PACKAGE)
    router = PageRouter(shell, is_ours(lambda: answers.figures.routes), "page-purpose")
    visits = Visits(readers, shell)
    add_overview(router, visits)
    add_partner(router, visits)
    add_compare(router, visits)
    add_what_if(router, visits)
    add_funnel(router, visits)
    for view in VIEWS:
        add_tables(router, visits, view)
    add_workbook(router, visits, VIEWS)
    add_report(router, visits)
    add_placements(router, visits)
    add_placement(router, visits)
    add_purpose(router, visits, logins, readers.authentication)
    router.include_router(login.routes(logins, router.route_class, router.own_address))
    router.close()
    return router
