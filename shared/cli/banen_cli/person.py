"""`banen person`: exports or erases what a partner holds on a person, and repeats erasures after a restore."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid5

import asyncpg
import typer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from banen_cli.ask import ask, get, give, object_in, refusal_in
from banen_cli.fault import Fault, refusal
from banen_cli.files import TokenFile, bearer, read_secret
from banen_cli.installed import ServiceName, services
from banen_cli.person_text import readable
from banen_cli.words import LANGUAGE
from banen_contracts.reporting import ProgrammeDefined
from banen_kit.core.clocks import day_of, utc_now
from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.crypto.shredding import refuse_recycling
from banen_kit.eventstore.erasure import reapply_erasures
from banen_kit.eventstore.postgres import open_store
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import connect
from banen_kit.privacy.subject_access import ALGORITHM, CERTIFICATE
from banen_kit.runtime.settings import keys_schema_of, schema_of

app = typer.Typer(help="What is held on a person.", no_args_is_help=True)

ERASURES = UUID("f2b3c3f0-94a5-5e0c-a1d0-2f4f3b8f6a55")
"""Namespace of the idempotency keys of erasures, so that a command can be repeated."""
Urls = Annotated[
    list[str],
    typer.Option("--url", help="Address of one of the partner's services; may be given more than once."),
]
Reference = Annotated[UUID, typer.Argument(help="Any of the person's references.")]


def kinds_heard(url: str, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the programme calls its kinds of placement, as far as a service has heard."""
    answer = ask("GET", f"{url.rstrip('/')}/v1/learned/{ProgrammeDefined.NAME}", headers)
    try:
        kinds = ProgrammeDefined.model_validate(object_in(answer).get("data")).definition.kinds
    except ValidationError:
        return []
    return [(kind.code, kind.label.in_language(LANGUAGE.code)) for kind in kinds]


@app.command("export")
def export(
    ref: Reference,
    url: Urls,
    token_file: TokenFile,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """All that the partner holds on a person in these services, decrypted, and who looked at it."""
    headers = bearer(token_file)
    held = [found for one in url if (found := get(one, f"/v1/persons/{ref}", headers)) is not None]
    if not held:
        raise Fault("None of these services holds anything under this reference.")
    if as_json:
        typer.echo(json.dumps({"reference": str(ref), "services": held}, ensure_ascii=False))
    else:
        typer.echo(readable(held, {code: label for one in url for code, label in kinds_heard(one, headers)}))


@app.command("erase")
def erase(
    ref: Reference,
    kind: Annotated[
        str, typer.Option(help="What the reference is of: contact, candidate, client or employer.")
    ],
    url: Annotated[str, typer.Option(help="Address of the service that has it.")],
    token_file: TokenFile,
    reason: Annotated[str, typer.Option(help="request, withdrawn or other.")] = "request",
    on: Annotated[str | None, typer.Option(help="The day, as 2026-11-24; today if not given.")] = None,
) -> None:
    """Destroy a person's keys under all references, and print the signed certificate. It cannot be undone."""
    headers = bearer(token_file)
    url = url.rstrip("/")
    body = {"occurredOn": on or day_of(utc_now()).isoformat(), "reason": reason}
    key = str(uuid5(ERASURES, f"{url}/{kind}/{ref}/{body}"))
    answer = ask("POST", f"{url}/v1/{kind}s/{ref}/erase", headers | {"Idempotency-Key": key}, body)
    if answer.status_code not in (200, 201):
        raise Fault(refusal_in(answer))
    certificate = get(url, f"/v1/persons/{ref}/certificate", headers)
    if certificate is None:
        raise Fault("It was erased, but there is no certificate; ask again with: banen person certificate")
    typer.echo(json.dumps(certificate, indent=2))


@app.command("certificate")
def certificate(
    ref: Reference, url: Annotated[str, typer.Option(help="Address of the service.")], token_file: TokenFile
) -> None:
    """Print the signed certificate of an erasure again."""
    found = get(url, f"/v1/persons/{ref}/certificate", bearer(token_file))
    if found is None:
        raise Fault("Nobody was erased under this reference.")
    typer.echo(json.dumps(found, indent=2))


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="A certificate, as `banen person erase` prints it.")],
    key_file: Annotated[
        Path, typer.Option(help="The partner's public key, as its /v1/signing-key gives it.")
    ],
) -> None:
    """Check that a certificate was signed by that partner."""
    try:
        signed = json.loads(read_secret(file))
        key = OKPKey.import_key(json.loads(read_secret(key_file)))
        token = jwt.decode(signed["certificate"], key, algorithms=[ALGORITHM])
    except (ValueError, KeyError, TypeError, JoseError):
        raise Fault("This is not what that partner signed.") from None
    # The same key also signs other things.
    if token.header.get("typ") != CERTIFICATE:
        raise Fault("This is not a certificate of an erasure.")
    claims = token.claims
    if any(signed.get(name) != value for name, value in claims.items()):
        raise Fault("What stands beside the signature is not what was signed.")
    typer.echo(json.dumps(claims, indent=2))


@app.command("requests")
def requests(url: Urls, token_file: TokenFile) -> None:
    """Persons' requests to the partner, with deadline and answer; one JSON line each."""
    headers = bearer(token_file)
    for one in url:
        found = get(one, "/v1/requests", headers)
        rows: list[dict[str, Any]] = found["requests"] if found else []
        for row in rows:
            typer.echo(json.dumps(row))


@app.command("retention")
def retention(
    url: Annotated[str, typer.Option(help="Address of one service.")],
    token_file: TokenFile,
    confirm: Annotated[
        int | None,
        typer.Option(help="Let all be erased that are ready, so many they are; a steward's word.", min=1),
    ] = None,
) -> None:
    """Whose retention period is over, and from when they are erased automatically."""
    headers = bearer(token_file)
    if confirm is not None:
        give(url, "/v1/retention/confirm", headers, {"count": confirm})
        typer.echo(f"{confirm} are erased now")
        return
    found = get(url, "/v1/retention", headers)
    for one in found["due"]:
        typer.echo(
            f"{one['kind']:<10} {one['ref']}  due since {one['dueSince']}  not before {one['notErasedBefore']}"
        )
    typer.echo(f"{found['count']} are listed, {found['ready']} of them are ready")
    if found["stopped"]:
        typer.echo(found["stopped"])


@app.command("reapply-erasures")
def reapply(
    partner: Annotated[str, typer.Option(help="Whose service it is.")],
    service: ServiceName,
    store_url_file: Annotated[Path, typer.Option(help="File with the address of the service's PostgreSQL.")],
    keys_url_file: Annotated[Path, typer.Option(help="File with the address of the cluster of keys.")],
    master_key_file: Annotated[Path, typer.Option(help="The partner's master key.")],
) -> None:
    """After a restore of the keys: repeat the recorded erasures. A service also does this when it starts."""
    urls = read_secret(store_url_file), read_secret(keys_url_file)
    try:
        done = asyncio.run(_reapply(partner, service, urls, MasterKey.read(master_key_file)))
    except (StoreRefusesToStart, StoreUnavailable) as error:
        raise Fault(str(error)) from error
    except asyncpg.PostgresError as error:
        raise refusal(error) from error
    typer.echo(f"{done} keys destroyed again" if done else "every recorded erasure holds")


async def _reapply(partner: str, service: str, urls: tuple[str, str], master: MasterKey) -> int:
    found = services()[service]
    store = await open_store(urls[0], schema_of(partner, service), packages=found.sql)
    try:
        pool = await connect(urls[1], keys_schema_of(partner))
        try:
            await refuse_recycling(pool)
            serializer = EventSerializer(found.events, found.upcasters)
            return await reapply_erasures(store, serializer, PostgresKeys(pool, master))
        finally:
            await pool.close()
    finally:
        await store.pool.close()
