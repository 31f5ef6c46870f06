"""Faults of the machine: the clock of a process, and a full disk."""

import contextlib
import os
import subprocess
from pathlib import Path


def fill(ballast: Path) -> None:
    """Writes a file until the disk is full."""
    # Unbuffered: a buffer would be written when the file is closed, and fail again.
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))


def library() -> Path | None:
    """The library of Debian's package libfaketime."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def faked(folder: Path, name: str) -> list[str]:
    """The command line that runs a child with the clock of `set_clock`; empty if libfaketime is missing."""
    found = library()
    if found is None:
        return []
    set_clock(folder, name, 0)
    variables = {
        "LD_PRELOAD": str(found),
        "FAKETIME_TIMESTAMP_FILE": str(clock_file(folder, name)),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    # Not through our own environment: the library shares memory with every process that loaded it, and the account of the
    # database could not open that.
    return ["/usr/bin/env", *(f"{variable}={value}" for variable, value in variables.items())]


def set_clock(folder: Path, name: str, ahead: int) -> None:
    file = clock_file(folder, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(0o755)
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{ahead:+d}\n")
    fresh.chmod(0o644)
    fresh.replace(file)


def clock_file(folder: Path, name: str) -> Path:
    # Beside the data folder, which the server's account cannot enter.
    return folder.with_name(f"{folder.name}-clocks") / name


def mount(folder: Path, megabytes: int) -> bool:
    """Mounts a small disk of its own on a folder; returns whether that was possible."""
    folder.mkdir(mode=0o700, parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


def unmount(folder: Path) -> None:
    if is_mounted(folder):
        subprocess.run(["umount", "--lazy", str(folder)], check=False)  # noqa: S607 - the system's own


def is_mounted(folder: Path) -> bool:
    return os.path.ismount(folder)
