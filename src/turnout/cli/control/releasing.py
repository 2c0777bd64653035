"""What is published, and how it is asked for."""

from typing import Any
from uuid import uuid4

import typer

from turnout.cli.control.changes import (
    change_object,
    count_changes,
    named_object,
    show_changes,
    show_named,
)
from turnout.cli.control.confirming import confirm
from turnout.cli.control.connection import Connection
from turnout.cli.control.plane import ControlPlane
from turnout.cli.control.refusals import Refused
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed
from turnout.cli.output import value_text
from turnout.control.v1 import release_pb2, release_pb2_grpc

STUB = release_pb2_grpc.ReleaseServiceStub
Message = Any
"""A message of `turnout.control.v1`."""


def get_plan(plane: ControlPlane) -> Message:
    """What publishing would change.

    Raises:
        Refused: The control plane says no, or nothing.
    """
    return plane.call(STUB, "Plan", release_pb2.PlanRequest(), "compiling the store")


def show_plan(plan: Message) -> None:
    """Writes it for people: problems and warnings to standard error, then the changes."""
    show_named(plan.problems)
    show_named(plan.warnings, label="warning: ")
    show_changes(plan.changes)


def plan_object(plan: Message) -> dict[str, object]:
    """The same for programs."""
    return {
        "current": snapshot_object(plan.current) if plan.HasField("current") else None,
        "changes": [change_object(one) for one in plan.changes],
        "problems": [named_object(one) for one in plan.problems],
        "warnings": [named_object(one) for one in plan.warnings],
        "plan_id": plan.plan_id,
    }


def refuse_problems(plan: Message, parts: dict[str, object] | None = None) -> None:
    """Ends the command where nothing can be published.

    Raises:
        Failed: There are problems.
    """
    if count := len(plan.problems):
        told = f"the store has {count} problem{'s' if count > 1 else ''}: nothing can be published"
        raise Failed(told, ExitCode.PROBLEMS, (), parts)


def publish_plan(
    plane: ControlPlane, connection: Connection, *, comment: str, plan_id: str = "", yes: bool
) -> Message | None:
    """Shows the plan, asks, and publishes exactly that.

    Args:
        plane: Where.
        connection: Says who reads along.
        comment: Why.
        plan_id: Of the plan that is meant; empty for whatever it is now.
        yes: Nobody is asked.

    Returns:
        The snapshot; None when there was nothing to publish.

    Raises:
        Failed: There are problems, the answer is no, or another plan was meant.
    """
    plan = get_plan(plane)
    if not connection.wants_json:
        show_plan(plan)
    refuse_problems(plan, {"problems": [named_object(one) for one in plan.problems]})
    if plan_id and plan_id != plan.plan_id:
        message = f"something changed since plan `{plan_id}`: look at `turnout plan` again"
        raise Failed(message, ExitCode.CONFLICT, (), {"plan_id": plan.plan_id})
    if not plan.changes and plan.HasField("current"):
        return None
    confirm(f"publish {count_changes(plan.changes)}", connection, yes=yes)
    request = release_pb2.PublishRequest(
        comment=comment, plan_id=plan.plan_id, request_id=str(uuid4())
    )
    return _publish(plane, request)


def _publish(plane: ControlPlane, request: Message) -> Message:
    try:
        return plane.call(STUB, "Publish", request, "publishing")
    except Refused as refused:
        if refused.code is not ExitCode.CONFLICT:
            raise
        message = "others changed something meanwhile, and nothing was published: run it again"
        raise Failed(message, ExitCode.CONFLICT, (), refused.parts) from None


def tell_published(snapshot: Message | None) -> None:
    """Says what became current."""
    if snapshot is None:
        typer.echo("nothing to publish: what is current says the same")
    else:
        typer.echo(f"published revision {snapshot.revision} (snapshot {snapshot.id[:12]})")


def snapshot_object(snapshot: Message) -> dict[str, object]:
    """A snapshot for programs."""
    return {
        "name": snapshot.name,
        "revision": snapshot.revision,
        "id": snapshot.id,
        "publish_time": snapshot.publish_time.ToJsonString(),
        "publisher": snapshot.publisher,
        "comment": snapshot.comment,
        "current": snapshot.current,
        "rollback_of": snapshot.rollback_of or None,
        "members_of": snapshot.members_of or None,
        "changed": list(snapshot.changed),
        "size_bytes": snapshot.size_bytes,
    }


def snapshot_fields(snapshot: Message) -> dict[str, object]:
    """A snapshot for people."""
    what = f" ({origin_text(snapshot)})" if origin_text(snapshot) else ""
    now = ", current" if snapshot.current else ""
    return {
        "revision": f"{snapshot.revision}{what}{now}",
        "id": snapshot.id,
        "published": instant_text(snapshot.publish_time),
        "by": snapshot.publisher,
        "comment": snapshot.comment,
        "size": f"{snapshot.size_bytes:,} bytes",
        "changed": [value_text(name) for name in snapshot.changed],
    }


def origin_text(snapshot: Message) -> str:
    """Where a snapshot comes from that nobody published as such; empty for others."""
    if snapshot.rollback_of:
        return f"back to {snapshot.rollback_of}"
    return f"members only, since {snapshot.members_of}" if snapshot.members_of else ""


def instant_text(timestamp: Any) -> str:  # noqa: ANN401 - a Timestamp
    """An instant to the second, in UTC; empty for none."""
    if not timestamp.seconds:
        return ""
    return f"{timestamp.ToDatetime():%Y-%m-%d %H:%M:%S}Z"
