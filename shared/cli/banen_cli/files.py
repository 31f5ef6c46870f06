"""Reads secrets from files, since command lines are visible to others."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from banen_cli.fault import Fault

TokenFile = Annotated[
    Path, typer.Option(help="File with an access token for the service; - is standard input.")
]


def bearer(path: Path) -> dict[str, str]:
    """Returns the header with an access token. Raises `Fault`."""
    token = read_secret(path)
    if not token.isascii() or len(token.split()) != 1:
        raise Fault(f"{path} holds no access token; see: banen token")
    return {"Authorization": f"Bearer {token}"}


def read_secret(path: Path) -> str:
    """Raises `Fault` if the file cannot be read."""
    if str(path) == "-":
        return sys.stdin.read().strip()
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}") from error
