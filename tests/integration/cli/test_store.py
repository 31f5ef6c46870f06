"""`banen store copy`: says what it copied, where the events are from then on, and what is in the way."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from banen_cli.fault import Fault
from support.cli import app
from support.moving import KURRENTDB, POSTGRES, House, house as made
from support.servers import Database

SECRET = "secretword"
AWAY = f"postgresql://somebody:{SECRET}@127.0.0.1:1/none"
KURRENT_AWAY = "kurrentdb://127.0.0.1:1?tls=false"
runner = CliRunner()


@pytest.fixture
async def house(database: Database) -> AsyncGenerator[House]:
    async with made(database) as house:
        yield house


@pytest.fixture
def copy(tmp_path: Path) -> Callable[..., Result]:
    def run(source: str, target: str) -> Result:
        (tmp_path / "from").write_text(source)
        (tmp_path / "to").write_text(target)
        files = ["--from", str(tmp_path / "from"), "--to", str(tmp_path / "to")]
        return runner.invoke(app, ["store", "copy", "--partner", "uaf", "--service", "intake", *files])

    return run


async def test_says_what_was_copied_and_what_to_do_next(house: House, copy: Callable[..., Result]):
    async with house.runs(POSTGRES) as office:
        await office.contact()
        await office.contact()
    await house.gone()
    done = await asyncio.to_thread(copy, house.addresses.postgres, house.addresses.kurrentdb)
    assert done.exit_code == 0
    assert "2 events in 2 streams are the same in both (sha256 " in done.output
    assert "now set BANEN_STORE_URL of intake, and start it" in done.output
    back = await asyncio.to_thread(copy, house.addresses.kurrentdb, house.addresses.postgres)
    assert back.exit_code == 0
    assert "0 of them were copied now" in back.output
    assert "now remove BANEN_STORE_URL of intake, and start it" in back.output


async def test_says_that_the_service_still_runs(house: House, copy: Callable[..., Result]):
    async with house.runs(KURRENTDB):
        refused = await asyncio.to_thread(copy, house.addresses.kurrentdb, house.addresses.postgres)
    assert isinstance(refused.exception, Fault)
    assert "The events stay where they are: the service still runs" in str(refused.exception)


async def test_says_that_kurrentdb_is_away(house: House, copy: Callable[..., Result]):
    refused = await asyncio.to_thread(copy, house.addresses.postgres, KURRENT_AWAY)
    assert isinstance(refused.exception, Fault)
    assert "KurrentDB cannot be reached" in str(refused.exception)


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        (AWAY, AWAY, "one address of PostgreSQL and one of KurrentDB"),
        (KURRENT_AWAY, KURRENT_AWAY, "one address of PostgreSQL and one of KurrentDB"),
        (AWAY, f"nats://{SECRET}@127.0.0.1:1", "holds no address such as"),
        (AWAY, f"esdb://admin:{SECRET}@store.example:2113?tls=false", "needs verified TLS"),
        (f"postgresql://a:{SECRET}@db.example/x", KURRENT_AWAY, "needs verified TLS"),
        (AWAY, KURRENT_AWAY, "PostgreSQL cannot be reached"),
    ],
)
def test_says_what_is_wrong_with_an_address_without_quoting_it(
    copy: Callable[..., Result], source: str, target: str, says: str
):
    refused = copy(source, target)
    assert isinstance(refused.exception, Fault)
    assert says in str(refused.exception)
    assert SECRET not in str(refused.exception)
