"""`turnout segment history`: what became of the runs of a segment, and its size over time."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from turnout.cli.control.chart import chart
from turnout.cli.control.commands import group
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.plane import ControlPlane
from turnout.cli.control.releasing import instant_text
from turnout.cli.failures import Command
from turnout.cli.output import console, print_json, print_table, value_text
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.control.v1 import segment_pb2_grpc

_STUB = segment_pb2_grpc.SegmentServiceStub
_COLUMNS = (
    "number", "started", "took", "by", "what", "outcome", "members", "added", "removed", "live",
)  # fmt: skip

app = group()


@app.command("history", cls=Command)
@connected
def history(
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="Of a segment; without it, of all.")
    ] = None,
    *,
    connection: Connection,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Show so many at most.")
    ] = 50,
) -> None:
    """List evaluations, the newest first, and draw the size over time."""
    parent = f"segments/{(key or '-').removeprefix('segments/')}"
    request = pb.ListEvaluationsRequest(parent=parent)
    with connection.open() as plane:
        doing = "reading the history"
        pages = plane.pages(_STUB, "ListEvaluations", request, doing, limit=limit)
        found = [one for page in pages for one in page.evaluations]
    if connection.wants_json:
        print_json([evaluation_object(one) for one in found])
        return
    columns = _COLUMNS if key else ("segment", *_COLUMNS)
    print_table(columns, (_row(one, named=not key) for one in found))
    _tell_failure(found)
    if key:
        _draw(found)


def evaluation_object(evaluation: Any) -> dict[str, object]:  # noqa: ANN401 - a message
    """One run for programs."""
    counted = {
        f"{word}_count": getattr(evaluation, f"{word}_count")
        if evaluation.HasField(f"{word}_count")
        else None
        for word in ("added", "removed")
    }
    return {
        "name": evaluation.name,
        "operation": evaluation.operation,
        "action": _word(pb.EvaluationAction.Name(evaluation.action)),
        "state": _word(pb.EvaluationState.Name(evaluation.state)),
        "scheduled": evaluation.scheduled,
        "dry_run": evaluation.dry_run,
        "actor": evaluation.actor,
        "start_time": evaluation.start_time.ToJsonString(),
        "end_time": evaluation.end_time.ToJsonString() if _has_ended(evaluation) else None,
        "row_count": evaluation.row_count,
        "member_count": evaluation.member_count,
        **counted,
        "size_bytes": evaluation.size_bytes,
        "set_sha256": evaluation.set_sha256,
        "revision": evaluation.revision or None,
        "failure_reason": evaluation.failure_reason,
        "failure_message": evaluation.failure_message,
    }


def _row(evaluation: Any, *, named: bool) -> list[object]:  # noqa: ANN401 - a message
    succeeded = evaluation.state == pb.EVALUATION_STATE_SUCCEEDED
    counts = [
        f"{getattr(evaluation, f'{word}_count'):,}"
        if succeeded and evaluation.HasField(f"{word}_count")
        else ""
        for word in ("added", "removed")
    ]
    what = _word(pb.EvaluationAction.Name(evaluation.action))
    segment, _, number = evaluation.name.removeprefix("segments/").partition("/evaluations/")
    row = [
        number,
        instant_text(evaluation.start_time),
        _took(evaluation),
        "schedule" if evaluation.scheduled else evaluation.actor,
        f"{what}, dry run" if evaluation.dry_run else what,
        _outcome(evaluation),
        f"{evaluation.member_count:,}" if succeeded else "",
        *counts,
        _live(evaluation) if succeeded else "",
    ]
    return [segment, *row] if named else row


def _outcome(evaluation: Any) -> str:  # noqa: ANN401 - a message
    state = _word(pb.EvaluationState.Name(evaluation.state))
    return f"{state}: {evaluation.failure_reason}" if evaluation.failure_reason else state


def _live(evaluation: Any) -> str:  # noqa: ANN401 - a message
    """Since when decisions go by the members; those of a static segment always wait."""
    if evaluation.dry_run or evaluation.action != pb.EVALUATION_ACTION_EVALUATE:
        return ""
    if evaluation.revision:
        return f"revision {evaluation.revision}"
    return "waited to be published"


def _tell_failure(found: Sequence[Any]) -> None:
    """Says why the newest of those failed that did."""
    failed = next((one for one in found if one.failure_message), None)
    if failed is not None:
        typer.echo(f"\n{failed.name.rpartition('/')[2]} failed: {_why(failed)}")


def _why(evaluation: Any) -> str:  # noqa: ANN401 - a message
    """Line by line: what a database says must not steer a terminal."""
    told = filter(None, map(str.rstrip, evaluation.failure_message.splitlines()))
    return "\n  ".join(map(value_text, told))


def newest(plane: ControlPlane, key: str) -> list[Any]:
    """The newest evaluation of a segment; and if it runs, the one before."""
    request = pb.ListEvaluationsRequest(parent=f"segments/{key}")
    pages = plane.pages(_STUB, "ListEvaluations", request, "reading the history", limit=2)
    found = [one for page in pages for one in page.evaluations]
    return found if found and not _has_ended(found[0]) else found[:1]


def newest_fields(found: Sequence[Any]) -> dict[str, object]:
    """What `newest` found, for people."""
    told: dict[str, object] = {}
    for one in found:
        if not _has_ended(one):
            number = one.operation.removeprefix("operations/")
            since = instant_text(one.start_time)
            told["running"] = f"since {since}: `turnout operation wait {number}`"
            continue
        what = ", dry run" if one.dry_run else ""
        told["last evaluation"] = f"{_outcome(one)}{what}, {instant_text(one.end_time)}"
        told["failure"] = " ".join(one.failure_message.split())
    return told


def _took(evaluation: Any) -> str:  # noqa: ANN401 - a message
    if not _has_ended(evaluation):
        return ""
    began, ended = evaluation.start_time.ToDatetime(), evaluation.end_time.ToDatetime()
    return f"{(ended - began).total_seconds():,.1f} s"


def _has_ended(evaluation: Any) -> bool:  # noqa: ANN401 - a message
    return bool(evaluation.HasField("end_time"))


def _word(name: str) -> str:
    return name.rpartition("_")[2].lower()


def _draw(found: Sequence[Any]) -> None:
    sizes = [
        (one.end_time.ToDatetime(), one.member_count)
        for one in reversed(found)
        if one.state == pb.EVALUATION_STATE_SUCCEEDED and not one.dry_run
    ]
    terminal = console()
    if len(sizes) > 1 and terminal.is_terminal:
        typer.echo()
        for line in chart(sizes, terminal.width):
            typer.echo(line)
