"""Many messages of NATS as one write, and their headers read in one pass: most of what a message costs in nats-py.

Its `publish` checks and copies every header by itself, and its reader looks at every character of a header's name. What
is written and read here is the same; `tests/unit/kit/test_wire.py` holds it against nats-py.
"""

from collections.abc import Mapping, Sequence

from nats.aio.client import Client

BLANKS = " \t\n\r\v\f"


class BusClient(Client):
    """The client of nats-py with a cheaper reading of headers."""

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        return headers_in(raw.decode()) if raw.isascii() else Client._parse_header_lines(raw)


def headers_in(lines: str) -> dict[str, str]:
    """The headers that lines of ASCII hold."""
    headers: dict[str, str] = {}
    for line in lines.split("\r\n"):
        name, colon, value = line.partition(":")
        name = name.strip(BLANKS)
        if colon and "".join(name.split()) == name:  # not in a name: any blank
            headers[name] = value.strip(BLANKS)
    return headers


def lines_of(headers: Mapping[str, str]) -> str:
    """Headers as the lines that `published` takes. Raises `ValueError` where one would end its line."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if lines.count("\n") != len(headers) or lines.count("\r") != len(headers):
        raise ValueError("a header holds the end of a line")
    return lines


def published(subject: str, body: bytes, lines: str) -> bytes:
    """A message without a reply and with these lines as its headers, as it goes over the wire."""
    block = f"NATS/1.0\r\n{lines}\r\n".encode()
    return b"HPUB %b  %d %d\r\n%b%b\r\n" % (
        subject.encode(),
        len(block),
        len(block) + len(body),
        block,
        body,
    )


def answered(reply: str, word: bytes) -> bytes:
    """The answer to a delivery of a consumer, as it goes over the wire."""
    return b"PUB %b  %d\r\n%b\r\n" % (reply.encode(), len(word), word)


async def write(client: Client, commands: Sequence[bytes]) -> None:
    """Hand them to the client at once; as with `publish`, a connection that is lost takes them along."""
    await client._send_command(b"".join(commands))  # pyright: ignore[reportPrivateUsage]
    await client._flush_pending()  # pyright: ignore[reportPrivateUsage]
