"""`banen report`: both tables in the terminal."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
