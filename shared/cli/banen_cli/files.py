"""Secrets come out of files, never from the command line."""

from pathlib import Path

from banen_cli.fault import Fault


def read_secret(path: Path) -> str:
    """Raises `Fault` where the file cannot be read."""
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}") from error
