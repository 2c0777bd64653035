"""`turnout operation`: what takes long, how far it is, and its end."""

from typing import Annotated, Any

import typer
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.rpc import error_details_pb2

from turnout.cli.control.commands import group
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.evaluating import show_outcome
from turnout.cli.control.operating import cancel, outcome_of, progress_of
from turnout.cli.control.plane import ControlPlane
from turnout.cli.control.releasing import instant_text
from turnout.cli.failures import Command
from turnout.cli.output import print_fields, print_json, print_table
from turnout.control.v1 import evaluation_pb2

_STUB = operations_pb2_grpc.OperationsStub
_COLUMNS = ("operation", "segment", "what", "started", "rows", "state")

NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="As `turnout operation list` shows it.")
]

app = group(
    help="List evaluations and changes that take long, wait for them and cancel them.",
    no_args_is_help=True,
)


@app.command("list", cls=Command)
@connected
def list_(
    connection: Connection,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that are over.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Show so many at most.")
    ] = 50,
) -> None:
    """List those that run, the newest first."""
    request = operations_pb2.ListOperationsRequest(filter="" if ended else "done = false")
    with connection.open() as plane:
        doing = "reading the operations"
        pages = plane.pages(_STUB, "ListOperations", request, doing, limit=limit)
        found = [one for page in pages for one in page.operations]
    if connection.wants_json:
        print_json([_object(one) for one in found])
    else:
        print_table(_COLUMNS, (_told(one).values() for one in found))


@app.command("get", cls=Command)
@connected
def get(number: NumberArgument, connection: Connection) -> None:
    """Show how far one is, or what came of it."""
    with connection.open() as plane:
        found = _get(plane, number)
    if connection.wants_json:
        print_json(_object(found))
    else:
        print_fields(_told(found) | {"message": found.error.message})


@app.command("wait", cls=Command)
@connected
def wait(number: NumberArgument, connection: Connection) -> None:
    """Wait for the end of one, as who began it does.

    Ends with the exit code of what began it, and Ctrl-C asks whether to cancel it.
    """
    with connection.open() as plane:
        evaluation = outcome_of(plane, _get(plane, number), connection)
    show_outcome(connection, evaluation)


@app.command("cancel", cls=Command)
@connected
def cancel_(number: NumberArgument, connection: Connection) -> None:
    """Have one end without effect; one that is over stays as it is."""
    with connection.open() as plane:
        before = _get(plane, number)
        if not before.done:
            cancel(plane, before.name)
        found = _get(plane, number)
    if connection.wants_json:
        print_json(_object(found))
    elif before.done:
        typer.echo(f"`{found.name}` is over already: {_state(found)}")
    else:
        typer.echo(f"`{found.name}` ends, and changes nothing unless it was done just now")


def _get(plane: ControlPlane, number: str) -> Any:  # noqa: ANN401 - an Operation, whose types are not published
    name = f"operations/{number.removeprefix('operations/')}"
    request = operations_pb2.GetOperationRequest(name=name)
    return plane.call(_STUB, "GetOperation", request, "asking about the operation")


def _told(operation: Any) -> dict[str, object]:  # noqa: ANN401 - an Operation
    """Its columns by name."""
    progress = progress_of(operation)
    cells = (
        operation.name.removeprefix("operations/"),
        progress.segment.removeprefix("segments/"),
        _action(progress),
        instant_text(progress.start_time),
        f"{progress.row_count:,}",
        _state(operation),
    )
    return dict(zip(_COLUMNS, cells, strict=True))


def _object(operation: Any) -> dict[str, object]:  # noqa: ANN401 - an Operation
    progress = progress_of(operation)
    return {
        "name": operation.name,
        "done": operation.done,
        "segment": progress.segment,
        "action": _action(progress),
        "start_time": progress.start_time.ToJsonString(),
        "row_count": progress.row_count,
        "cancel_requested": progress.cancel_requested,
        "state": _state(operation),
        "failure_message": operation.error.message,
    }


def _action(progress: Any) -> str:  # noqa: ANN401 - a message
    return evaluation_pb2.EvaluationAction.Name(progress.action).rpartition("_")[2].lower()


def _state(operation: Any) -> str:  # noqa: ANN401 - an Operation
    if not operation.done:
        return "is cancelled" if progress_of(operation).cancel_requested else "running"
    if not operation.HasField("error"):
        return "succeeded"
    info = error_details_pb2.ErrorInfo()
    for detail in operation.error.details:
        detail.Unpack(info)
    return "cancelled" if info.reason == "CANCELLED" else f"failed: {info.reason}"
