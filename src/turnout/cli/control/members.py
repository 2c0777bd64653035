"""`turnout segment members`: the unit ids of a static segment."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.progress import track

from turnout.cli.control.commands import group
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.kinds import MEMBERS
from turnout.cli.failures import Command, usage
from turnout.cli.output import console, print_json, value_text
from turnout.control.v1 import segment_pb2, segment_pb2_grpc

_STUB = segment_pb2_grpc.SegmentServiceStub
_MOST = 10_000
"""Ids in one call, and on one page."""
_STDIN = "-"

app = group(help=MEMBERS, no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="A static segment.")]
IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Unit ids.")]
FileOption = Annotated[
    str | None,
    typer.Option("--file", metavar="PATH", help="Unit ids, one a line; `-` is standard input."),
]


@app.command("list", cls=Command)
@connected
def list_(
    key: KeyArgument,
    connection: Connection,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="So many at most.")
    ] = None,
) -> None:
    """List the unit ids in their order, one a line."""
    request = segment_pb2.ListMembersRequest(name=_name(key), page_size=_MOST)
    found: list[str] = []
    with connection.open() as plane:
        for page in plane.pages(_STUB, "ListMembers", request, "reading the members", limit=limit):
            found += page.unit_ids
    if connection.wants_json:
        print_json({"unit_ids": found})
    else:
        for unit_id in found:
            typer.echo(value_text(unit_id))


@app.command("add", cls=Command)
@connected
def add(
    key: KeyArgument, connection: Connection, ids: IdsArgument = None, file: FileOption = None
) -> None:
    """Add unit ids; one that is there already changes nothing."""
    answers = _send(connection, key, _ids(ids, file), "Add")
    _tell(connection, "added", sum(one.added_count for one in answers), answers[-1].member_count)


@app.command("remove", cls=Command)
@connected
def remove(
    key: KeyArgument, connection: Connection, ids: IdsArgument = None, file: FileOption = None
) -> None:
    """Take unit ids out; one that is not there changes nothing."""
    answers = _send(connection, key, _ids(ids, file), "Remove")
    count = sum(one.removed_count for one in answers)
    _tell(connection, "removed", count, answers[-1].member_count)


def _ids(written: Sequence[str] | None, file: str | None) -> list[str]:
    ids = list(written or ())
    if file is not None:
        ids += _lines(file)
    if not ids:
        raise usage("there are no unit ids: write some, or `--file PATH` with one a line")
    return ids


def _lines(file: str) -> list[str]:
    text = sys.stdin.read() if file == _STDIN else Path(file).read_text(encoding="utf-8")
    # An id may hold any other character that somebody takes for the end of a line.
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return [line for line in lines if line]


def _send(connection: Connection, key: str, ids: Sequence[str], verb: str) -> list[Any]:
    """Sends the ids in as many calls as it takes; each is done as a whole or not at all."""
    make = getattr(segment_pb2, f"{verb}MembersRequest")
    answers = []
    with connection.open() as plane:
        for some in _batches(ids):
            request = make(name=_name(key), unit_ids=some, request_id=str(uuid4()))
            answers.append(plane.call(_STUB, f"{verb}Members", request, "changing the members"))
    return answers


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    terminal = console(stderr=True)
    starts = range(0, len(ids), _MOST)
    hidden = not terminal.is_terminal or len(starts) < 2
    for start in track(starts, "members", console=terminal, transient=True, disable=hidden):
        yield ids[start : start + _MOST]


def _tell(connection: Connection, word: str, count: int, left: int) -> None:
    if connection.wants_json:
        print_json({f"{word}_count": count, "member_count": left})
    else:
        told = f"{word} {count:,}, so that there are {left:,} in the store"
        typer.echo(f"{told}; decisions change with `turnout publish`")


def _name(key: str) -> str:
    return f"segments/{key.removeprefix('segments/')}"
