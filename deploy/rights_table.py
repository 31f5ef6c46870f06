"""Generates docs/rights.md from the services' tables of permissions: who may give which command and see which view."""

import sys
from pathlib import Path

from banen_cli.installed import services
from banen_contracts.roles import Role
from banen_kit.application.definition import Service
from banen_kit.security.permissions import ANYONE, OPERATOR, Permission

DOCUMENT = Path(__file__).parent.parent / "docs/rights.md"
ORDER = ("intake", "mediation", "employers", "reporting")
INTRODUCTION = """# Who may do and see what

Made by `python deploy/rights_table.py` out of the `permissions.py` of each service; what is not listed is refused.

Without a token or session the answer is 401. What belongs to another partner does not exist for you: 404. What is yours
and not for your role is 403. Of the figures, the project bureau, the steering group and an auditor with a stated purpose see
everything, a partner's people their own units and the placements behind them, everybody else the ends of months without
rows and without small cells.

`/v1/openapi.json` (*openapi*) is open to anyone on purpose: it shows how requests and answers look, and nothing of anybody.

Each use is in the audit log of the service, but for what is open to anyone and where the table says so; who was not
recognised is counted there.
"""


def table(service: Service) -> list[str]:
    commands = {operation.name for operation in service.commands}
    lines = [
        f"## {service.name.capitalize()}",
        "",
        "| command or view | whose people | roles |",
        "|---|---|---|",
    ]
    for name, access in service.permissions.items():
        lines.append(
            f"| {'' if name in commands else '*'}{name}{'' if name in commands else '*'} | {whose(access)} |"
        )
    return [*lines, ""]


def whose(access: Permission) -> str:
    if access is ANYONE:
        return "anyone | without login"
    if access is OPERATOR:
        return "anyone | who shows the service's static token"
    people = "its own" if access.partners == "own" else "every partner's"
    roles = [role.value for role in Role if role in access.roles]
    unseen = "" if access.audited else " (not in the audit log)"
    return f"{people} | {'every role' if len(roles) == len(Role) else ', '.join(roles)}{unseen}"


def document() -> str:
    """Returns the whole text; views are in italics."""
    found = services()
    lines = [INTRODUCTION, "Commands stand as they are called, views in italics.", ""]
    for name in ORDER:
        lines += table(found[name])
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
    sys.stdout.write(f"{DOCUMENT.name} written\n")
