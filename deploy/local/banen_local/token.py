"""`banen token`: an access token of the local issuer, for trying the APIs by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from banen_cli.fault import Fault
from banen_contracts.roles import Role
from banen_kit.messaging.topology import read_partners
from banen_local.cluster.folder import LocalError, Ports
from banen_local.cluster.programme import PARTNERS_FILE
from banen_local.issuer.keys import LONGEST, NoIssuer
from banen_local.issuer.people import Group, demo_people, subject
from banen_local.issuer.removed import read_removed
from banen_local.issuer.tokens import ACCESS_SECONDS, mint

LONGEST_SECONDS = int(LONGEST.total_seconds())


def command(
    role: Annotated[list[str], typer.Option(help="In which role; may be given more than once.")],
    partner: Annotated[str, typer.Option(help="For which partner.")],
    data: Annotated[Path, typer.Option("--data", help="Where everything is kept.")] = Path("data"),
    seconds: Annotated[
        int, typer.Option(min=1, max=LONGEST_SECONDS, help="How long it is valid.")
    ] = ACCESS_SECONDS,
) -> None:
    """Print an access token of the issuer in the data folder, as one of the demo's people would get it."""
    partners = read_partners(PARTNERS_FILE)
    roles = chosen(demo_people(partners), partner, role)
    none_here = Fault(f"There is no issuer in {data}; run banen up or banen demo first.")
    port = Ports(data).kept("issuer")
    if port is None:
        raise none_here
    url = f"http://127.0.0.1:{port}"
    try:
        if subject(partner, roles) in read_removed(data / "issuer"):
            raise Fault(f"Whoever has these roles was removed; {data / 'issuer' / 'removed.json'} says so.")
        token = mint(data / "issuer", url, partner, roles, partners=partners, seconds=seconds)
    except NoIssuer:
        raise none_here from None
    except LocalError as error:
        raise Fault(str(error)) from error
    typer.echo(token)


def chosen(groups: Sequence[Group], partner: str, names: Sequence[str]) -> list[Role]:
    """Raises `Fault` that lists the choices."""
    group = next((one for one in groups if one.partner == partner), None)
    if group is None:
        known = ", ".join(one.partner for one in groups)
        raise Fault(f"There is no partner of that name. There are: {known}.")
    roles = {str(person.role): person.role for person in group.people}
    if not set(names) <= roles.keys():
        raise Fault(f"Not every one of these is a role at {partner}. There are: {', '.join(roles)}.")
    return [roles[name] for name in dict.fromkeys(names)]
