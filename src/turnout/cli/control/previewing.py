"""`turnout segment preview` and `turnout query preview`: what a query gives, without effect."""

from typing import Annotated, Any

import typer
from google.protobuf import struct_pb2

from turnout.cli.control.commands import group
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.parameters import ParameterOption, read_parameters
from turnout.cli.control.plane import ControlPlane
from turnout.cli.failures import Command, usage
from turnout.cli.output import counted, print_json, value_text
from turnout.control.v1 import query_pb2, query_pb2_grpc, segment_pb2, segment_pb2_grpc

SampleOption = Annotated[
    int, typer.Option("--sample", metavar="N", min=1, max=1000, help="Show so many ids.")
]

of_segments = group()
of_queries = group()


@of_segments.command("preview", cls=Command)
@connected
def preview_segment(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A dynamic segment.")],
    connection: Connection,
    parameters: ParameterOption = None,
    sample: SampleOption = 10,
) -> None:
    """Count what the query of a dynamic segment gives now, and show some of it."""
    with connection.open() as plane:
        name = f"segments/{key.removeprefix('segments/')}"
        request = segment_pb2.GetSegmentRequest(name=name)
        stub = segment_pb2_grpc.SegmentServiceStub
        segment = plane.call(stub, "GetSegment", request, "reading the segment")
        if not segment.query:
            raise usage(f"segment `{key}` has no query: only a dynamic one has")
        given = struct_pb2.Struct()
        given.CopyFrom(segment.parameters)
        given.MergeFrom(read_parameters(parameters))
        found = _preview(plane, segment.query, given, sample)
    _show(connection, found)


@of_queries.command("preview", cls=Command)
@connected
def preview_query(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Of the query.")],
    connection: Connection,
    parameters: ParameterOption = None,
    sample: SampleOption = 10,
) -> None:
    """Count what a query gives now, and show some of it."""
    with connection.open() as plane:
        found = _preview(plane, key, read_parameters(parameters), sample)
    _show(connection, found)


def _preview(plane: ControlPlane, query: str, parameters: struct_pb2.Struct, sample: int) -> Any:  # noqa: ANN401 - a message
    request = query_pb2.PreviewQueryRequest(
        name=f"queries/{query.removeprefix('queries/')}", parameters=parameters, sample_size=sample
    )
    stub = query_pb2_grpc.QueryServiceStub
    return plane.call(stub, "PreviewQuery", request, "running the query")


def _show(connection: Connection, found: Any) -> None:  # noqa: ANN401 - a message
    if connection.wants_json:
        print_json({"count": found.count, "sample": list(found.sample)})
        return
    for unit_id in found.sample:
        typer.echo(value_text(unit_id))
    shown = len(found.sample)
    more = f", {shown:,} of them above" if shown < found.count else ""
    typer.echo(f"{counted(found.count, 'member')}{more}")
