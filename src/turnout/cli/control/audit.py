"""`turnout audit`: who did what, and whether that was tampered with."""

from typing import Annotated, Any

import typer

from turnout.cli.control.commands import group
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.releasing import instant_text
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Command, Group, usage
from turnout.cli.output import print_json, print_table, value_text
from turnout.control.conversion.structs import from_struct
from turnout.control.v1 import audit_pb2, audit_pb2_grpc
from turnout.releases.differences import differences

_STUB = audit_pb2_grpc.AuditServiceStub

app = group(cls=Group, invoke_without_command=True)


@app.callback()
@connected
def audit(
    context: typer.Context,
    connection: Connection,
    filter_: Annotated[
        str,
        typer.Option(
            "--filter",
            metavar="FILTER",
            help="Over `actor`, `method`, `resource` and `time`:"
            ' `actor = "anna" AND resource = "flags/*"`.',
        ),
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Show so many, the newest first.")
    ] = 50,
    changes: Annotated[
        bool, typer.Option("--changes", help="Show below each event what it changed.")
    ] = False,
) -> None:
    """List who did what, the newest first; `verify` tells whether that was tampered with."""
    if context.invoked_subcommand is not None:
        _refuse_stray(context)
        return
    request = audit_pb2.ListAuditEventsRequest(filter=filter_)
    with connection.open() as plane:
        pages = plane.pages(_STUB, "ListAuditEvents", request, "reading the log", limit=limit)
        events = [event for page in pages for event in page.audit_events]
    if connection.wants_json:
        print_json([_event_object(event) for event in events])
    elif changes:
        for event in events:
            typer.echo("   ".join(map(value_text, filter(None, _row(event)))))
            for line in differences(_side(event, "before"), _side(event, "after")):
                typer.echo(f"    {line}")
    else:
        print_table(("number", "time", "actor", "method", "resource", "from"), map(_row, events))


@app.command("verify", cls=Command)
@connected
def verify(connection: Connection) -> None:
    """Read the whole log and say whether it was tampered with: exit code 1 if it was."""
    request = audit_pb2.VerifyAuditEventsRequest()
    with connection.open() as plane:
        found = plane.call(_STUB, "VerifyAuditEvents", request, "reading the whole log")
    if connection.wants_json:
        told = {"intact": found.intact, "event_count": found.event_count}
        more = {"first_broken": found.first_broken, "message": found.message}
        print_json(told | {name: text for name, text in more.items() if text})
    elif found.intact:
        typer.echo(f"intact: {found.event_count:,} events")
    else:
        typer.echo(f"tampered with: {value_text(found.first_broken)}: {found.message}", err=True)
    if not found.intact:
        raise typer.Exit(ExitCode.PROBLEMS)


def _refuse_stray(context: typer.Context) -> None:
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise usage(f"options stand behind `{context.invoked_subcommand}`, not before it")


def _row(event: Any) -> tuple[str, ...]:  # noqa: ANN401 - a message
    number = event.name.removeprefix("auditEvents/")
    who = (event.actor, event.method, event.resource, event.peer)
    return number, instant_text(event.time), *who


def _event_object(event: Any) -> dict[str, object]:  # noqa: ANN401 - a message
    return {
        "name": event.name,
        "time": event.time.ToJsonString(),
        "actor": event.actor,
        "method": event.method,
        "resource": event.resource,
        "peer": event.peer,
        "before": _side(event, "before") if event.HasField("before") else None,
        "after": _side(event, "after") if event.HasField("after") else None,
        "hash": event.hash,
    }


def _side(event: Any, name: str) -> Any:  # noqa: ANN401 - a message, and plain values
    return from_struct(getattr(event, name))
