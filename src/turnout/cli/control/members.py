"""`turnout segment members`: the unit ids of a static segment."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.progress import track

from turnout.cli.control import transferring
from turnout.cli.control.commands import group
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.kinds import MEMBERS
from turnout.cli.failures import Command, usage
from turnout.cli.output import console, print_json, value_text
from turnout.control.member_calls import MOST_BYTES, MOST_MEMBERS
from turnout.control.v1 import segment_pb2, segment_pb2_grpc

_STUB = segment_pb2_grpc.SegmentServiceStub
_STDIN = "-"

app = group(help=MEMBERS, no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="A static segment.")]
IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Unit ids.")]
FileOption = Annotated[
    str | None,
    typer.Option("--file", metavar="PATH", help="Unit ids, one a line; `-` is standard input."),
]


DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Have it checked, without effect.")]


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
    request = segment_pb2.ListMembersRequest(name=_name(key), page_size=MOST_MEMBERS)
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
    key: KeyArgument,
    connection: Connection,
    ids: IdsArgument = None,
    file: FileOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Add unit ids; one that is there already changes nothing."""
    answers = _send(connection, key, _ids(ids, file), "Add", dry_run=dry_run)
    count = sum(one.added_count for one in answers)
    _tell(connection, "added", count, answers[-1].member_count, dry_run=dry_run)


@app.command("remove", cls=Command)
@connected
def remove(
    key: KeyArgument,
    connection: Connection,
    ids: IdsArgument = None,
    file: FileOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Take unit ids out; one that is not there changes nothing."""
    answers = _send(connection, key, _ids(ids, file), "Remove", dry_run=dry_run)
    count = sum(one.removed_count for one in answers)
    _tell(connection, "removed", count, answers[-1].member_count, dry_run=dry_run)


app.command("import", cls=Command)(transferring.import_)
app.command("export", cls=Command)(transferring.export)


def _ids(written: Sequence[str] | None, file: str | None) -> list[str]:
    ids = list(written or ())
    if file is not None:
        try:
            ids += _lines(file)
        except UnicodeDecodeError as error:
            raise usage(f"`{file}` is no text in UTF-8, at byte {error.start}") from None
    if not ids:
        raise usage("there are no unit ids: write some, or `--file PATH` with one a line")
    # A call that only counts does not know of those before it.
    return list(dict.fromkeys(ids))


def _lines(file: str) -> list[str]:
    text = sys.stdin.read() if file == _STDIN else Path(file).read_text(encoding="utf-8")
    # An id may hold any other character that somebody takes for the end of a line.
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return [line for line in lines if line]


def _send(
    connection: Connection, key: str, ids: Sequence[str], verb: str, *, dry_run: bool
) -> list[Any]:
    """Sends the ids in as many calls as it takes; each is done as a whole or not at all."""
    make = getattr(segment_pb2, f"{verb}MembersRequest")
    answers = []
    with connection.open() as plane:
        for some in _batches(ids):
            request = make(name=_name(key), unit_ids=some, validate_only=dry_run)
            if not dry_run:
                request.request_id = str(uuid4())
            answers.append(plane.call(_STUB, f"{verb}Members", request, "changing the members"))
    return answers


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    terminal = console(stderr=True)
    batches = list(_split(ids))
    hidden = not terminal.is_terminal or len(batches) < 2
    yield from track(batches, "members", console=terminal, transient=True, disable=hidden)


def _split(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    begin, size = 0, 0
    for at, one in enumerate(ids):
        length = len(one.encode())
        if at > begin and (at - begin == MOST_MEMBERS or size + length > MOST_BYTES):
            yield ids[begin:at]
            begin, size = at, 0
        size += length
    yield ids[begin:]


def _tell(connection: Connection, word: str, count: int, left: int, *, dry_run: bool) -> None:
    if connection.wants_json:
        counted: dict[str, object] = {f"{word}_count": count}
        print_json(counted if dry_run else counted | {"member_count": left})
    elif dry_run:
        typer.echo(f"would be {word}: {count:,}")
    else:
        told = f"{word} {count:,}, so that there are {left:,} in the store"
        typer.echo(f"{told}; decisions change with `turnout publish`")


def _name(key: str) -> str:
    return f"segments/{key.removeprefix('segments/')}"
