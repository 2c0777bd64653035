"""`turnout snapshots`: what was published."""

from typing import Annotated

import typer

from turnout.cli.control.commands import command
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.plane import ControlPlane
from turnout.cli.control.releasing import (
    STUB,
    Message,
    instant_text,
    origin_text,
    snapshot_fields,
    snapshot_object,
)
from turnout.cli.failures import usage
from turnout.cli.output import print_fields, print_json, print_table
from turnout.control.v1 import release_pb2

_CURRENT = "current"


@connected
def snapshots(
    connection: Connection,
    revision: Annotated[
        str | None,
        typer.Argument(
            metavar="[REVISION]", help="Show this one, or the one that is `current`, alone."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Show so many, the newest first.")
    ] = 20,
) -> None:
    """List what was published, the newest first."""
    with connection.open() as plane:
        if revision is None:
            found = _list(plane, limit)
        else:
            request = release_pb2.GetSnapshotRequest(name=snapshot_name(revision))
            found = [plane.call(STUB, "GetSnapshot", request, "reading the snapshot")]
    if connection.wants_json:
        told = [snapshot_object(one) for one in found]
        print_json(told if revision is None else told[0])
    elif revision is None:
        head = ("revision", "published", "by", "changed", "comment", "")
        print_table(head, [_row(one) for one in found])
    else:
        print_fields(snapshot_fields(found[0]))


def snapshot_name(revision: str) -> str:
    """The name of the snapshot that was written as its revision, its name or `current`.

    Raises:
        Failed: It is none.
    """
    text = revision.removeprefix("snapshots/")
    if text != _CURRENT and not (text.isascii() and text.isdigit()):
        raise usage(f"`{revision}` is no revision: write a number of `turnout snapshots`")
    return f"snapshots/{text}"


def _list(plane: ControlPlane, limit: int) -> list[Message]:
    request = release_pb2.ListSnapshotsRequest()
    pages = plane.pages(STUB, "ListSnapshots", request, "reading the snapshots", limit=limit)
    return [one for page in pages for one in page.snapshots]


def _row(one: Message) -> tuple[object, ...]:
    mark = ", ".join(filter(None, ("current" if one.current else "", origin_text(one))))
    changed = f"{len(one.changed)} item{'' if len(one.changed) == 1 else 's'}"
    return one.revision, instant_text(one.publish_time), one.publisher, changed, one.comment, mark


app = command(snapshots)
