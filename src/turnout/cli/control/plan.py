"""`turnout plan`: what publishing would change."""

import typer

from turnout.cli.control.commands import command
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.releasing import get_plan, plan_object, refuse_problems, show_plan
from turnout.cli.exit_codes import ExitCode
from turnout.cli.output import print_json


@connected
def plan(connection: Connection) -> None:
    """Show what `turnout publish` would change: items, slots that move.

    Exit code 1 when the store has problems, so that nothing can be published.
    """
    with connection.open() as plane:
        found = get_plan(plane)
    if connection.wants_json:
        print_json(plan_object(found))
        if found.problems:
            raise typer.Exit(ExitCode.PROBLEMS)
        return
    show_plan(found)
    refuse_problems(found)
    if found.changes:
        typer.echo(f"to publish exactly this: turnout publish --plan {found.plan_id}")


app = command(plan)
