"""`turnout rollback`: makes what an earlier snapshot decided by current again."""

from typing import Annotated
from uuid import uuid4

import typer

from turnout.cli.control.commands import command
from turnout.cli.control.confirming import confirm
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.releasing import STUB, Message, snapshot_object, tell_published
from turnout.cli.control.snapshots import snapshot_name
from turnout.cli.output import print_json, value_text
from turnout.control.v1 import release_pb2

_CURRENT = release_pb2.GetSnapshotRequest(name="snapshots/current")


@connected
def rollback(
    revision: Annotated[
        str, typer.Argument(metavar="REVISION", help="As `turnout snapshots` shows it.")
    ],
    connection: Connection,
    comment: Annotated[
        str, typer.Option("--comment", metavar="TEXT", help="Why; kept with the snapshot.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
) -> None:
    """Make what an earlier revision decided by current again, as a new revision.

    Dynamic segments keep the newest members, unless members alone changed since. The items in the
    store stay as they are: correct them before the next `turnout publish`.
    """
    request = release_pb2.RollbackRequest(
        name=snapshot_name(revision), comment=comment, validate_only=True
    )
    with connection.open() as plane:
        current = plane.call(STUB, "GetSnapshot", _CURRENT, "comparing the snapshots")
        expected = plane.call(STUB, "Rollback", request, "comparing the snapshots")
        if expected.revision == current.revision:
            # What it changed is of when it was published.
            _tell(None, connection)
            return
        if not connection.wants_json:
            for name in expected.changed:
                typer.echo(f"changes   {value_text(name)}")
        confirm(f"go back to revision {revision}", connection, yes=yes)
        request.validate_only, request.request_id = False, str(uuid4())
        snapshot = plane.call(STUB, "Rollback", request, "rolling back")
    _tell(snapshot, connection)


def _tell(snapshot: Message | None, connection: Connection) -> None:
    if connection.wants_json:
        print_json({"published": snapshot_object(snapshot) if snapshot else None})
    elif snapshot is None:
        typer.echo("nothing to roll back: what is current says the same")
    else:
        tell_published(snapshot)


app = command(rollback)
