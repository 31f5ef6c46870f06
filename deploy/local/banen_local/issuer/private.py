"""Private files of the issuer; refuses files and folders that others can read."""

import os
from pathlib import Path

from banen_local.cluster.folder import LocalError, usable

OTHERS = 0o077


def closed_folder(folder: Path) -> None:
    """Creates the folder if it is missing. Raises `LocalError` if others may enter it."""
    with usable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode
    if mode & OTHERS:
        raise LocalError(f"{folder} is open to others (mode {mode & 0o777:o}); run: chmod 700 {folder}")


def read_private(path: Path) -> str | None:
    """Returns None if there is no such file. Raises `LocalError` if others may read it."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LocalError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        # Not chained with `from`: the first error quotes the file.
        raise LocalError(f"{path} is not UTF-8 text.") from None
    if mode & OTHERS:
        raise LocalError(
            f"{path} can be read by others (mode {mode & 0o777:o}); delete it, and a new one is made at the next start."
        )
    return text
