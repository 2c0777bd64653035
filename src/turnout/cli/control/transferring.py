"""`turnout segment members import` and `export`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Annotated, Any, NoReturn
from uuid import uuid4

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.member_files import STDIN, Broken, Form, MemberFile, form_of
from turnout.cli.control.member_writing import write_ids
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed
from turnout.cli.output import console, counted, print_json
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.control.v1 import segment_pb2_grpc

_STUB = segment_pb2_grpc.SegmentServiceStub
_AT_ONCE = 10_000
_MOST_BYTES = 2 * 1024 * 1024
_SHOWN = 20
"""Broken rows that are told one by one."""

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="A static segment.")]
FormOption = Annotated[
    Form | None,
    typer.Option("--format", help="How the file holds ids; without it by its name, else `lines`."),
]


@connected
def import_(
    key: KeyArgument,
    path: Annotated[str, typer.Argument(metavar="FILE", help="Unit ids; `-` is standard input.")],
    connection: Connection,
    form: FormOption = None,
    column: Annotated[
        str,
        typer.Option(
            "--column",
            metavar="NAME",
            help="Where the ids are; of a CSV file without a header the place, from 1."
            " [unit_id, user_id or id]",
        ),
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Members that are not in the file go.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave broken rows out, and say how many there were.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would change, without effect.")
    ] = False,
) -> None:
    """Add the unit ids of a file: CSV, Parquet, JSON lines or one a line. All of them, or none."""
    file = MemberFile(path, form_of(path, form), column)
    sieve = _Sieve(file, skip_bad=skip_bad)
    first = pb.ImportMembersRequest(
        name=_name(key),
        mode=pb.MEMBERS_MODE_REPLACE if replace else pb.MEMBERS_MODE_APPEND,
        request_id="" if dry_run else str(uuid4()),
        validate_only=dry_run,
    )

    batches = _batches(sieve.ids())
    # What writes the file may take its time until its first row; a stream may not.
    ahead = list(islice(batches, 1))

    def messages() -> Iterator[Any]:
        yield first
        for ids in chain(ahead, batches):
            show(file.total, file.done)
            yield pb.ImportMembersRequest(unit_ids=ids)

    with connection.open() as plane, _shown("members") as show:
        answer = plane.send(_STUB, "ImportMembers", messages())
    _tell(connection, answer, sieve, dry_run=dry_run)


@connected
def export(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A static or a dynamic segment.")],
    connection: Connection,
    path: Annotated[
        str, typer.Argument(metavar="[FILE]", help="Where to; without it standard output.")
    ] = STDIN,
    form: FormOption = None,
) -> None:
    """Write all unit ids of a segment into a file: CSV, Parquet, JSON lines or one a line."""
    wanted = form_of(path, form)
    request = pb.ExportMembersRequest(name=_name(key))
    count = 0

    def batches() -> Iterator[Sequence[str]]:
        nonlocal count
        for answer in plane.receive(_STUB, "ExportMembers", request):
            count += len(answer.unit_ids)
            show(answer.member_count, count)
            yield answer.unit_ids

    with connection.open() as plane, _shown("members") as show:
        write_ids(batches(), path, wanted)
    if path == STDIN:
        return
    if connection.wants_json:
        print_json({"path": path, "member_count": count})
    else:
        typer.echo(f"wrote {counted(count, 'member')} to `{path}`")


class _Sieve:
    """The ids of a file without its broken rows.

    Args:
        file: With rows.
        skip_bad: Broken rows are left out; else they end it.
    """

    def __init__(self, file: MemberFile, *, skip_bad: bool) -> None:
        self._file, self._skip_bad = file, skip_bad
        self.broken: list[Broken] = []
        """The first of them."""
        self.count = 0
        """Of broken rows."""

    def ids(self) -> Iterator[str]:
        """Gives them.

        Raises:
            Failed: A row is broken: with the first of all that are. Or one is to be left out that
                is several lines long, where good rows may be lost with it.
        """
        for row in self._file.rows():
            if not isinstance(row, Broken):
                if self._skip_bad or not self.count:
                    yield row
                continue
            if row.last_line and self._skip_bad:
                self._refuse(row)
            self.count += 1
            if len(self.broken) < _SHOWN:
                self.broken.append(row)
        if self.count and not self._skip_bad:
            text = (
                f"{self._told()}\n{counted(self.count, 'broken row')}: nothing was changed, unless"
            )
            parts = {"broken_rows": self.objects(), "broken_count": self.count}
            raise Failed(f"{text} `--skip-bad` leaves them out", ExitCode.PROBLEMS, (), parts)

    def _refuse(self, row: Broken) -> NoReturn:
        text = (
            f"{self._line(row)}: good rows may be in it: nothing was changed; look for a quote"
            f" that is too many in line {row.line}"
        )
        self.broken, self.count = [row], 1
        parts = {"broken_rows": self.objects(), "broken_count": 1}
        raise Failed(text, ExitCode.PROBLEMS, (), parts)

    def warn(self) -> None:
        """Says on standard error what was left out."""
        if self.count:
            sys.stderr.write(f"{self._told()}\nskipped {counted(self.count, 'broken row')}\n")

    def objects(self) -> list[dict[str, object]]:
        """The first broken rows for programs."""
        return [{"file": self._file.name, **one._asdict()} for one in self.broken]

    def _told(self) -> str:
        lines = [self._line(one) for one in self.broken]
        more = self.count - len(self.broken)
        return "\n".join([*lines, *([f"and {more:,} more"] if more else [])])

    def _line(self, row: Broken) -> str:
        span = f"lines {row.line} to {row.last_line}: " if row.last_line else ""
        return f"{self._file.name}:{row.line}: {span}{row.why}"


def _batches(ids: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for one in ids:
        # No more than four bytes a character.
        length = 4 * len(one) + 6
        if batch and (len(batch) == _AT_ONCE or size + length > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += length
    if batch:
        yield batch


def _tell(connection: Connection, answer: Any, sieve: _Sieve, *, dry_run: bool) -> None:  # noqa: ANN401 - a message
    if connection.wants_json:
        counted = {
            name: getattr(answer, name)
            for name in ("given_count", "added_count", "removed_count", "member_count")
        }
        print_json(counted | {"skipped_count": sieve.count, "broken_rows": sieve.objects()})
        return
    sieve.warn()
    removed = f", removed {answer.removed_count:,}" if answer.removed_count else ""
    told = f"added {answer.added_count:,}{removed} of {answer.given_count:,} given"
    if dry_run:
        typer.echo(f"would have {told}: nothing was changed")
        return
    typer.echo(
        f"{told}, so that there are {answer.member_count:,} in the store;"
        " decisions change with `turnout publish`"
    )


@contextmanager
def _shown(what: str) -> Iterator[Any]:
    """Gives what shows how far it is: of how much, and how much."""
    terminal = console(stderr=True)
    columns = (
        TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(
        *columns, console=terminal, transient=True, disable=not terminal.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)

        def show(total: int, done: int) -> None:
            bar.update(task, total=total or None, completed=done)

        yield show


def _name(key: str) -> str:
    return f"segments/{key.removeprefix('segments/')}"
