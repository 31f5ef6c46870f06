"""TLS with verified certificates is what the bus and databases beyond this machine are reached by."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from banen_kit.messaging import jetstream as bus_module
from banen_kit.messaging.jetstream import BusUnavailable, api, connected
from banen_kit.runtime.settings import is_safe
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres


def write_certificate(folder: Path, name: str, address: str) -> tuple[Path, Path]:
    """A certificate for an address that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files[1].write_bytes(private)
    return files


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
async def test_the_bus_is_verified(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bus_module, "CONNECT_SECONDS", 2.0)
    certificate, key = write_certificate(tmp_path, "bus", address)
    server = Nats(tmp_path / "nats", tls={"cert_file": str(certificate), "key_file": str(key)})
    await server.start()
    try:
        url = server.url.replace("nats://", "tls://")
        if address == "127.0.0.1":
            async with connected(url, "test", certificate) as client:
                assert (await api(client, "INFO"))["streams"] == 0
            with pytest.raises(BusUnavailable):  # by an authority that the system does not know
                async with connected(url, "test"):
                    raise AssertionError
        else:
            with pytest.raises(BusUnavailable):  # a certificate of somebody else
                async with connected(url, "test", certificate):
                    raise AssertionError
    finally:
        await server.stop()


async def test_a_database_that_offers_no_tls_is_not_spoken_to_where_it_must_be_verified(tmp_path: Path):
    """The server of the wheel is built without TLS, so that this is the half that can be tried here."""
    authority, _ = write_certificate(tmp_path, "authority", "127.0.0.1")
    server = Postgres(tmp_path / "postgres")
    await server.start()
    try:
        with pytest.raises(ConnectionError, match="rejected SSL upgrade"):
            await asyncpg.connect(f"{server.url()}?sslmode=verify-full&sslrootcert={authority}")
    finally:
        await server.stop()


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("nats://a:b@127.0.0.1:4222", True),
        ("nats://a:b@[::1]:4222", True),
        ("nats://a:b@bus.example:4222", False),
        ("tls://a:b@bus.example:4222", True),
        ("postgresql://a:b@127.0.0.1/x", True),
        ("postgresql://a:b@db.example/x", False),
        ("postgresql://a:b@db.example/x?sslmode=require", False),
        ("postgresql://a:b@db.example/x?sslmode=verify-full", True),
        ("postgresql://a:b@127.0.0.1.evil.example/x", False),
    ],
)
def test_beyond_this_machine_nothing_goes_unverified(url: str, safe: bool):
    assert is_safe(url) is safe
