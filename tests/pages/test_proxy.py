"""The configuration for nginx in docs/security.md, as an operator takes it over, in front of two services."""

import asyncio
import os
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import FastAPI, Request

from banen_kit.web.middleware import Guard
from banen_kit.web.server import http_server
from banen_local.cluster.folder import free_port

pytestmark = pytest.mark.pages

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"
FIRST, SECOND = "uaf-reporting.example.org", "uwv-reporting.example.org"
MIB = 1024 * 1024


def certificate(folder: Path) -> ssl.SSLContext:
    """Writes one for both names; gives what a client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, FIRST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(FIRST), x509.DNSName(SECOND)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return ssl.create_default_context(cafile=folder / "cert.pem")


@asynccontextmanager
async def service(name: str) -> AsyncIterator[int]:
    app = FastAPI()
    app.add_middleware(Guard)

    @app.get("/who")
    async def who(request: Request) -> dict[str, str]:
        assert request.client
        return {"service": name, "client": request.client.host, "host": request.headers["Host"]}

    @app.get("/metrics")
    async def metrics() -> str:
        return "metrics"

    @app.post("/bulk")
    async def bulk(request: Request) -> int:
        return len(await request.body())

    server = http_server(app)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


def configuration(folder: Path, port: int, first: int, second: int) -> str:
    """That of the document, with our ports and folders, short patience, and a second service."""
    [text] = re.findall(r"```nginx\n(.*?)```", SECURITY.read_text(), re.DOTALL)
    found = re.search(r"    server \{\n        listen 443 ssl;.*?\n    \}\n", text, re.DOTALL)
    assert found is not None
    again = found[0].replace(FIRST, SECOND).replace(":8001", f":{second}")
    text = text[: found.end()] + again + text[found.end() :]
    for documented, ours in (
        ("listen 443", f"listen 127.0.0.1:{port}"),
        (":8001", f":{first}"),
        ("/etc/banen/tls", str(folder)),
        ("/var/log/nginx/error.log", str(folder / "error.log")),
        ("client_header_timeout 10s", "client_header_timeout 1s"),
    ):
        assert documented in text
        text = text.replace(documented, ours)
    spools = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.getuid() == 0 else ""
    head = f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    return head + text.replace("http {\n", "http {\n" + spools, 1)


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert nginx, "This test needs nginx: apt-get install nginx-light"
    trusted = certificate(tmp_path)
    port = free_port()
    async with service("first") as first, service("second") as second:
        (tmp_path / "nginx.conf").write_text(configuration(tmp_path, port, first, second))
        process = await asyncio.create_subprocess_exec(
            nginx, "-e", str(tmp_path / "error.log"), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")
        )
        try:
            await listening(port, process, tmp_path)
            yield port, trusted
        finally:
            process.terminate()
            await process.wait()


async def listening(port: int, process: asyncio.subprocess.Process, folder: Path) -> None:
    async with asyncio.timeout(20):
        while True:
            assert process.returncode is None, (folder / "error.log").read_text()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def asked(port: int, trusted: ssl.SSLContext, name: str, sent: bytes) -> bytes:
    """All that comes back until the proxy closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusted, server_hostname=name)
    try:
        writer.write(sent)
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.transport.abort()


async def test_the_documented_proxy_keeps_what_it_promises(proxy: tuple[int, ssl.SSLContext]):
    port, trusted = proxy
    async with httpx2.AsyncClient(verify=trusted, base_url=f"https://127.0.0.1:{port}") as http:

        async def ask(method: str, path: str, name: str = FIRST, **more: Any) -> httpx2.Response:
            headers = {"Host": name, "X-Forwarded-For": "203.0.113.7", "Authorization": "a" * 16_000}
            extensions = {"sni_hostname": name}
            return await http.request(method, path, headers=headers, extensions=extensions, **more)

        for name, expected in ((FIRST, "first"), (SECOND, "second")):
            answer = await ask("GET", "/who", name)
            assert answer.json() == {"service": expected, "client": "127.0.0.1", "host": name}
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
            assert "nginx/" not in answer.headers.get("Server", "")
        assert (await ask("GET", "/metrics")).status_code == 404
        assert (await ask("POST", "/bulk", content=b"a" * 8 * MIB)).json() == 8 * MIB
        assert (await ask("POST", "/bulk", content=b"a" * (8 * MIB + 1))).status_code == 413
    with pytest.raises(ssl.SSLError):
        await asked(port, trusted, "unknown.example.org", b"GET /who HTTP/1.1\r\n\r\n")
    doubled = (
        b"POST /bulk HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    assert (await asked(port, trusted, FIRST, doubled)).startswith(b"HTTP/1.1 400 ")
    assert await asked(port, trusted, FIRST, b"GET /who HTTP/1.1\r\nX-") in (
        b"",
        b"HTTP/1.1 408 Request Time-out",
    )
