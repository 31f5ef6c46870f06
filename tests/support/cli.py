"""The command `banen` with all its commands, for tests that run it without a process."""

from banen_cli.__main__ import application

app = application()
