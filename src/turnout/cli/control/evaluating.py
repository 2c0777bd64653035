"""`turnout segment evaluate`, `populate`, `remove-by-query` and `subtract`."""

from typing import Annotated, Any
from uuid import uuid4

import typer

from turnout.cli.control.commands import group
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.histories import evaluation_object
from turnout.cli.control.operating import outcome_of
from turnout.cli.control.parameters import ParameterOption, read_parameters
from turnout.cli.failures import Command
from turnout.cli.output import counted, print_json
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.control.v1 import segment_pb2_grpc

_STUB = segment_pb2_grpc.SegmentServiceStub

app = group()

DynamicArgument = Annotated[str, typer.Argument(metavar="KEY", help="A dynamic segment.")]
StaticArgument = Annotated[str, typer.Argument(metavar="KEY", help="A static segment.")]
QueryArgument = Annotated[str, typer.Argument(metavar="QUERY", help="The key of a query.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Count what would change, and change nothing.")
]
ShrinkOption = Annotated[
    bool,
    typer.Option("--accept-shrink", help="Take a result that has far fewer members, too."),
]
DetachOption = Annotated[
    bool, typer.Option("--detach", help="Do not wait: say which operation it is, and end.")
]


@app.command("evaluate", cls=Command)
@connected
def evaluate(
    key: DynamicArgument,
    connection: Connection,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would change, and keep nothing.")
    ] = False,
    accept_shrink: ShrinkOption = False,
    detach: DetachOption = False,
) -> None:
    """Run the query of a dynamic segment, and make its result the members at once.

    What waits to be published itself, a segment or other parameters, keeps its members waiting.
    What fails, is cancelled or has far fewer members leaves the members as they are.
    """
    request = pb.EvaluateSegmentRequest(
        name=_name(key), dry_run=dry_run, accept_shrink=accept_shrink
    )
    _run(connection, "EvaluateSegment", request, detach=detach)


@app.command("populate", cls=Command)
@connected
def populate(
    key: StaticArgument,
    query: QueryArgument,
    connection: Connection,
    replace: Annotated[
        bool, typer.Option("--replace", help="Members that the query does not give go.")
    ] = False,
    parameters: ParameterOption = None,
    accept_shrink: ShrinkOption = False,
    dry_run: DryRunOption = False,
    detach: DetachOption = False,
) -> None:
    """Add the units that a query gives to a static segment."""
    mode = pb.MEMBERS_MODE_REPLACE if replace else pb.MEMBERS_MODE_APPEND
    request = pb.PopulateFromQueryRequest(
        name=_name(key),
        query=f"queries/{query}",
        mode=mode,
        parameters=read_parameters(parameters),
        accept_shrink=accept_shrink,
        dry_run=dry_run,
    )
    _run(connection, "PopulateFromQuery", request, detach=detach)


@app.command("remove-by-query", cls=Command)
@connected
def remove_by_query(
    key: StaticArgument,
    query: QueryArgument,
    connection: Connection,
    parameters: ParameterOption = None,
    dry_run: DryRunOption = False,
    detach: DetachOption = False,
) -> None:
    """Take the units that a query gives out of a static segment."""
    request = pb.RemoveByQueryRequest(
        name=_name(key),
        query=f"queries/{query}",
        parameters=read_parameters(parameters),
        dry_run=dry_run,
    )
    _run(connection, "RemoveByQuery", request, detach=detach)


@app.command("subtract", cls=Command)
@connected
def subtract(
    key: StaticArgument,
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="A static or a dynamic one, as it is now.")
    ],
    connection: Connection,
    dry_run: DryRunOption = False,
    detach: DetachOption = False,
) -> None:
    """Take the members of another segment out of a static one."""
    request = pb.SubtractSegmentRequest(name=_name(key), subtrahend=_name(other), dry_run=dry_run)
    _run(connection, "SubtractSegment", request, detach=detach)


def _run(connection: Connection, method: str, request: Any, *, detach: bool) -> None:  # noqa: ANN401 - any request
    request.request_id = str(uuid4())
    with connection.open() as plane:
        operation = plane.call(_STUB, method, request, "starting")
        if detach:
            _tell_started(connection, operation.name)
            return
        evaluation = outcome_of(plane, operation, connection)
    show_outcome(connection, evaluation)


def show_outcome(connection: Connection, evaluation: Any) -> None:  # noqa: ANN401 - a message
    """Writes what came of a run that went well."""
    if connection.wants_json:
        print_json(evaluation_object(evaluation))
    else:
        typer.echo(_told(evaluation))


def _tell_started(connection: Connection, name: str) -> None:
    if connection.wants_json:
        print_json({"operation": name})
    else:
        number = name.removeprefix("operations/")
        typer.echo(f"started `{name}`: `turnout operation wait {number}` waits for it")


def _told(evaluation: Any) -> str:  # noqa: ANN401 - a message
    changed = [
        f"{getattr(evaluation, f'{word}_count'):,} {word}"
        for word in ("added", "removed")
        if evaluation.HasField(f"{word}_count")
    ]
    count = counted(evaluation.member_count, "member")
    rows = f"of {counted(evaluation.row_count, 'row')}"
    told = ", ".join([count, *changed, rows])
    if evaluation.dry_run:
        return f"there would be {told}: nothing was changed"
    if evaluation.action == pb.EVALUATION_ACTION_EVALUATE:
        if evaluation.revision:
            return f"{told}: decisions go by them, as revision {evaluation.revision}"
        return f"{told}: these wait for `turnout publish`"
    in_store = ", ".join([f"{count} in the store", *changed, rows])
    return f"{in_store}; decisions change with `turnout publish`"


def _name(key: str) -> str:
    return f"segments/{key.removeprefix('segments/')}"
