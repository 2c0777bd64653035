"""`turnout apply`: brings the store to what the documents say."""

from pathlib import Path
from typing import Annotated

import typer

from turnout.cli.control.applying import Applying, Comparison, apply_compared, applying, compare
from turnout.cli.control.changes import count_changes
from turnout.cli.control.commands import command
from turnout.cli.control.confirming import confirm
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.plane import ControlPlane
from turnout.cli.control.releasing import (
    Message,
    publish_plan,
    snapshot_object,
    tell_published,
)
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed, usage
from turnout.cli.output import print_json


@connected
@applying
def apply(
    documents: Annotated[
        Path, typer.Argument(metavar="PATH", help="A folder or file of YAML or JSON documents.")
    ],
    options: Applying,
    connection: Connection,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Publish the store after it.")] = False,
    comment: Annotated[
        str, typer.Option("--comment", metavar="TEXT", help="Why; kept with what is published.")
    ] = "",
) -> None:
    """Bring the store of a control plane to what documents say, all of it or nothing.

    Shows what would change and asks. What others changed since the documents were applied last
    stays; where both changed one field nothing is written (exit code 8), unless --force. What left
    the documents is removed, unless it is live (exit code 5): archive it first, or --prune.
    Decisions change when it is published: --publish, or `turnout publish` later.
    """
    if comment and not publish:
        raise usage("`--comment` goes with what is published: add `--publish`")
    with connection.open() as plane:
        compared = compare(plane, documents, options)
        applied = _apply(plane, connection, compared, yes=yes)
        done, snapshot = applied is not None, None
        if publish:
            snapshot = _publish(plane, connection, comment, applied=done, yes=yes)
    if connection.wants_json:
        published = snapshot and snapshot_object(snapshot)
        told = (applied or compared).as_object()
        print_json({"applied": done, **told, "published": published})


def _apply(
    plane: ControlPlane, connection: Connection, compared: Comparison, *, yes: bool
) -> Comparison | None:
    """Shows, asks, applies; None when there is nothing to do."""
    shown = not connection.wants_json
    if shown:
        compared.show()
    if compared.has_conflicts:
        raise Failed(
            "others changed the same fields meanwhile, and nothing was applied: take their values"
            " over into the documents, or overrule them with `--force`",
            ExitCode.CONFLICT,
            (),
            compared.as_object(),
        )
    if compared.would_lose:
        raise Failed(
            "what left the documents is live, and nothing was applied: end and archive it first,"
            " leave it with `--keep-missing`, or remove it all the same with `--prune`",
            ExitCode.REFUSED,
            (),
            compared.as_object(),
        )
    if compared.is_same:
        return None
    confirm(f"apply {count_changes(compared.answer.changes)}", connection, yes=yes)
    applied = apply_compared(plane, compared)
    if shown:
        typer.echo(f"applied: {count_changes(applied.answer.changes)}")
    return applied


def _publish(
    plane: ControlPlane, connection: Connection, comment: str, *, applied: bool, yes: bool
) -> Message | None:
    if not connection.wants_json:
        typer.echo("\nto be published:")
    try:
        snapshot = publish_plan(plane, connection, comment=comment, yes=yes)
    except Failed as failed:
        failed.parts["applied"] = applied  # which it stays
        raise
    if not connection.wants_json:
        tell_published(snapshot)
    return snapshot


app = command(apply)
