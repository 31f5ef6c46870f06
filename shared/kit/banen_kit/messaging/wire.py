"""Sends many NATS messages in one write, and parses their headers in one pass, because nats-py spends most time there.

nats-py's `publish` checks and copies every header, and its parser checks every character of a header's name. The result
here is the same; `tests/unit/kit/test_wire.py` compares both.
"""

from collections.abc import Mapping, Sequence

from nats.aio.client import Client

BLANKS = " \t\n\r\v\f"


class BusClient(Client):
    """nats-py's client with a faster header parser."""

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        return headers_in(raw.decode()) if raw.isascii() else Client._parse_header_lines(raw)


def headers_in(lines: str) -> dict[str, str]:
    """Parses headers from lines of ASCII."""
    headers: dict[str, str] = {}
    for line in lines.split("\r\n"):
        name, colon, value = line.partition(":")
        name = name.strip(BLANKS)
        if colon and "".join(name.split()) == name:  # a name holds no blank of any kind
            headers[name] = value.strip(BLANKS)
    return headers


def lines_of(headers: Mapping[str, str]) -> str:
    """Formats headers as the lines that `published` takes. Raises `ValueError` if one holds a line break."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if lines.count("\n") != len(headers) or lines.count("\r") != len(headers):
        raise ValueError("a header holds the end of a line")
    return lines


def published(subject: str, body: bytes, lines: str) -> bytes:
    """Encodes a message with these header lines and without a reply subject, as sent over the wire."""
    block = f"NATS/1.0\r\n{lines}\r\n".encode()
    return b"HPUB %b  %d %d\r\n%b%b\r\n" % (
        subject.encode(),
        len(block),
        len(block) + len(body),
        block,
        body,
    )


def answered(reply: str, word: bytes) -> bytes:
    """Encodes the answer to a consumer's delivery, as sent over the wire."""
    return b"PUB %b  %d\r\n%b\r\n" % (reply.encode(), len(word), word)


async def write(client: Client, commands: Sequence[bytes]) -> None:
    """Gives the commands to the client at once. As with `publish`, they are lost if the connection is."""
    await client._send_command(b"".join(commands))  # pyright: ignore[reportPrivateUsage]
    await client._flush_pending()  # pyright: ignore[reportPrivateUsage]
