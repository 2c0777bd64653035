"""Asks before something is done."""

import sys

import typer

from turnout.cli.control.connection import Connection
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed, usage


def confirm(question: str, connection: Connection, *, yes: bool) -> None:
    """Asks, unless that was answered with `--yes`.

    Args:
        question: Without its mark.
        connection: Says who reads along.
        yes: It was answered.

    Raises:
        Failed: The answer is no, or there is nobody to ask.
    """
    if yes:
        return
    if connection.wants_json:
        raise usage("a program is not asked: write `--yes` to do it")
    if not sys.stdin.isatty():
        raise usage("standard input is no terminal, so nobody can be asked: write `--yes` to do it")
    if not typer.confirm(f"{question}?", err=True):
        raise Failed("nothing was done", ExitCode.PROBLEMS)
