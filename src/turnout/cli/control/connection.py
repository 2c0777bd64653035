"""How the control plane is reached: the options that all of its commands share."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turnout.cli import options
from turnout.cli.failures import usage
from turnout.cli.spread import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from turnout.cli.control.plane import ControlPlane

DEFAULT_CONTROL = "127.0.0.1:8015"
TOKEN_VARIABLE = "TURNOUT_TOKEN"  # noqa: S105 - the name of it
_PANEL = "Connection"


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Each field is an option, as it was written."""

    control: Annotated[
        str,
        typer.Option(
            "--control",
            metavar="ADDRESS",
            envvar="TURNOUT_CONTROL",
            help="The control plane: HOST:PORT, `https://HOST:PORT` for TLS with the authorities of"
            " this system, `http://HOST:PORT` to send a token to another machine without TLS.",
            rich_help_panel=_PANEL,
        ),
    ] = DEFAULT_CONTROL
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="PATH",
            envvar="TURNOUT_TOKEN_FILE",
            help="Holds the secret of a token; without it TURNOUT_TOKEN does.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    control_ca: Annotated[
        Path | None,
        typer.Option(
            "--control-ca",
            metavar="PATH",
            help="Whom to trust, as PEM: switches TLS on.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    control_cert: Annotated[
        Path | None,
        typer.Option(
            "--control-cert",
            metavar="PATH",
            help="Who we are, as PEM, where the control plane asks for it; with --control-key.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    control_key: Annotated[
        Path | None,
        typer.Option(
            "--control-key",
            metavar="PATH",
            help="The private key of --control-cert, as PEM.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            min=0.001,
            help="How long to wait for an answer.",
            rich_help_panel=_PANEL,
        ),
    ] = 60.0
    output: options.OutputOption = options.Output.TABLE

    @contextmanager
    def open(self) -> "Iterator[ControlPlane]":
        """Opens what the options name, and closes it; nothing is sent yet.

        Raises:
            Failed: They contradict each other, or a token would be seen by others.
            OSError: A file cannot be read.
        """
        from turnout.cli.control.channel import open_channel
        from turnout.cli.control.plane import ControlPlane

        channel, address = open_channel(self)
        with closing(ControlPlane(channel, address, self.token(), self.timeout)) as plane:
            yield plane

    def token(self) -> str:
        """The secret to call with; empty for none.

        Raises:
            Failed: The file holds none.
            OSError: It cannot be read.
        """
        if self.token_file is None:
            return os.environ.get(TOKEN_VARIABLE, "").strip()
        secret = self.token_file.read_text(encoding="utf-8").strip()
        if not secret:
            raise usage(f"`--token-file {self.token_file}` is empty")
        return secret

    @property
    def wants_json(self) -> bool:
        """Whether a program reads the answer."""
        return self.output is options.Output.JSON


connected = spread("connection", Connection)
"""Gives a command the options of a `Connection` in the place of its parameter `connection`."""
