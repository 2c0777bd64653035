"""Makes commands that are imported late."""

from collections.abc import Callable
from typing import Any

import typer

from turnout.cli.failures import Command


def group(**more: Any) -> typer.Typer:  # noqa: ANN401 - as typer.Typer itself
    """A command of commands."""
    return typer.Typer(rich_markup_mode="markdown", add_completion=False, **more)


def command(run: Callable[..., None]) -> typer.Typer:
    """A command of its own."""
    app = typer.Typer(rich_markup_mode="markdown", add_completion=False)
    app.command(cls=Command)(run)
    return app
