"""`turnout publish`: makes what the store holds current."""

from typing import Annotated

import typer

from turnout.cli.control.commands import command
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.releasing import publish_plan, snapshot_object, tell_published
from turnout.cli.output import print_json


@connected
def publish(
    connection: Connection,
    comment: Annotated[
        str, typer.Option("--comment", metavar="TEXT", help="Why; kept with the snapshot.")
    ] = "",
    plan_id: Annotated[
        str,
        typer.Option(
            "--plan", metavar="ID", help="Only if it is this plan still, as `turnout plan` told it."
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
) -> None:
    """Make what the store holds current: decisions change.

    Shows the plan and asks. With problems nothing is published (exit code 1).
    """
    with connection.open() as plane:
        snapshot = publish_plan(plane, connection, comment=comment, plan_id=plan_id, yes=yes)
    if connection.wants_json:
        print_json({"published": snapshot and snapshot_object(snapshot)})
    else:
        tell_published(snapshot)


app = command(publish)
