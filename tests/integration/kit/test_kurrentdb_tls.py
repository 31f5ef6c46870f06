"""KurrentDB over TLS: the server must show a certificate that we trust, and take our user."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.eventstore.kurrentdb_connection import client_of, close, refuse_unfit
from support.kurrentdb.server import StandIn

USER, PASSWORD = "writer", "only-for-tests"


def self_signed() -> tuple[bytes, bytes]:
    """Private key and certificate of 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    return key.private_bytes(pem, form, plain), certificate.public_bytes(pem)


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn]:
    server = StandIn(certificate=self_signed())
    server.guard.users[USER] = PASSWORD
    await server.start()
    yield server
    await server.stop()


async def look(standin: StandIn, certificate: bytes, folder: Path, password: str = PASSWORD) -> None:
    (folder / "ca.pem").write_bytes(certificate)
    client = client_of(f"esdb://{USER}:{password}@127.0.0.1:{standin.port}?tlsCaFile={folder / 'ca.pem'}")
    try:
        await refuse_unfit(client, lambda _: None, attempts=2)
    finally:
        await close(client)


async def test_takes_a_server_that_it_trusts_and_that_takes_its_user(standin: StandIn, tmp_path: Path):
    assert standin.certificate
    await look(standin, standin.certificate[1], tmp_path)


async def test_refuses_to_start_with_a_user_whom_the_server_does_not_take(standin: StandIn, tmp_path: Path):
    assert standin.certificate
    with pytest.raises(StoreRefusesToStart, match="Unauthenticated") as refused:
        await look(standin, standin.certificate[1], tmp_path, "wrong-word")
    assert "wrong-word" not in str(refused.value)


async def test_refuses_to_start_with_a_server_that_it_does_not_trust(standin: StandIn, tmp_path: Path):
    with pytest.raises(StoreRefusesToStart, match="SSLError"):
        await look(standin, self_signed()[1], tmp_path)
