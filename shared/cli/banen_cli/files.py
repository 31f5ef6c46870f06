"""Secrets come out of files, never from the command line."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from banen_cli.fault import Fault

TokenFile = Annotated[
    Path, typer.Option(help="File with an access token for the service; - is standard input.")
]


def bearer(path: Path) -> dict[str, str]:
    """The header that an access token goes into. Raises `Fault`."""
    return {"Authorization": f"Bearer {read_secret(path)}"}


def read_secret(path: Path) -> str:
    """Raises `Fault` where the file cannot be read."""
    if str(path) == "-":
        return sys.stdin.read().strip()
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}") from error
