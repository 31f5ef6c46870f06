"""Generates docs/bus-rights.md from the function that defines the users of the bus and their rights."""

import sys
from pathlib import Path

from banen_cli.installed import services
from banen_kit.messaging.bus_users import bus_users
from banen_kit.messaging.topology import Partner

DOCUMENT = Path(__file__).parent.parent / "docs/bus-rights.md"
INTRODUCTION = """# Who may do what on the bus

Made by `python deploy/bus_rights_table.py` out of `banen_kit.messaging.bus_users`, for a partner `uaf` that runs everything, the
bureau and an integrator. What is not listed is denied by the server; a test tries every user on every subject. NATS
calls everything publishing: an event, a call of JetStream's API, an acknowledgement. Nobody subscribes to anything but
their own inbox, so that nobody reads what was delivered to others. The streams of writers and `EVT_ALL` cannot be emptied
by anybody.
"""


def document() -> str:
    partners = [Partner("bureau", ("reporting",)), Partner("uaf", ("intake", "mediation", "employers"))]
    lines = [INTRODUCTION]
    for user in bus_users(partners, ["statistics"], services()):
        lines += [f"## {user.name}", "", "| may | subject |", "|---|---|"]
        lines += [f"| publish | `{subject}` |" for subject in user.publish]
        lines += [f"| subscribe | `{subject}` |" for subject in user.subscribe]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
    sys.stdout.write(f"{DOCUMENT.name} written\n")
