"""The options of commands that schedule something."""

from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

import typer

from turnout.cli.spread import spread


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Each field is an option, as it was written."""

    no_publish: Annotated[
        bool,
        typer.Option("--no-publish", help="Change the store alone; somebody publishes it later."),
    ] = False
    comment: Annotated[
        str, typer.Option("--comment", "-m", metavar="TEXT", help="Why; kept with the snapshot.")
    ] = ""
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Have it checked, without effect.")] = (
        False
    )

    @property
    def request_id(self) -> str:
        """A fresh one; empty where there is no effect."""
        return "" if self.dry_run else str(uuid4())


timed = spread("timing", Timing)
"""Gives a command the options of a `Timing` in the place of its parameter `timing`."""
