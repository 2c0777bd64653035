"""`turnout diff`: what `turnout apply` would change."""

from pathlib import Path
from typing import Annotated

import typer

from turnout.cli.control.applying import Applying, applying, compare
from turnout.cli.control.commands import command
from turnout.cli.control.connection import Connection, connected
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed
from turnout.cli.output import print_json


@connected
@applying
def diff(
    documents: Annotated[
        Path, typer.Argument(metavar="PATH", help="A folder or file of YAML or JSON documents.")
    ],
    options: Applying,
    connection: Connection,
) -> None:
    """Show what `turnout apply` would change, without effect.

    Exit code 0 when the store says the same, 1 when it differs, 5 when the documents have problems.
    """
    with connection.open() as plane:
        try:
            compared = compare(plane, documents, options)
        except Failed as failed:
            if failed.code is ExitCode.PROBLEMS:  # for whoever reads exit codes: no difference
                failed.code = ExitCode.REFUSED
            raise
    if connection.wants_json:
        print_json({"same": compared.is_same} | compared.as_object())
    else:
        compared.show()
    if not compared.is_same:
        raise typer.Exit(ExitCode.PROBLEMS)


app = command(diff)
