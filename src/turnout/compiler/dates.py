"""When an experiment or a holdout starts and ends."""

from google.protobuf.timestamp_pb2 import Timestamp

from turnout.compiler.date_forms import no_date
from turnout.compiler.literals import read_moment
from turnout.compiler.scope import Scope
from turnout.documents.problem import clip
from turnout.snapshot.v1 import snapshot_pb2 as pb

_EXAMPLE = "write a date as in `2026-03-01` or an instant as in `2026-03-01T09:00:00Z`"


def compile_dates(
    scope: Scope,
    message: pb.Experiment | pb.Holdout,
    starts_at: str | None,
    ends_at: str | None,
) -> None:
    """Writes `starts_at` and `ends_at`; what is wrong goes to the scope."""
    start = _read(scope, "starts_at", starts_at)
    end = _read(scope, "ends_at", ends_at)
    if start is not None:
        message.starts_at.CopyFrom(start)
    if end is not None:
        message.ends_at.CopyFrom(end)
    if start is not None and end is not None and start.ToNanoseconds() >= end.ToNanoseconds():
        text = f"`{clip(str(ends_at))}` is not after `{clip(str(starts_at))}`: it would never run"
        scope.refuse(("ends_at",), text)


def _read(scope: Scope, field: str, written: str | None) -> Timestamp | None:
    if written is None:
        return None
    try:
        read = read_moment(written, zone=scope.surroundings.timezone, rolling=False)
    except ValueError:
        scope.refuse((field,), no_date(written) or f"`{clip(written)}` is no date: {_EXAMPLE}")
        return None
    found = pb.Moment.FromString(read)
    if found.WhichOneof("kind") != "instant":
        text = f"`{clip(written)}` depends on when it is read: {_EXAMPLE}"
        scope.refuse((field,), text)
        return None
    return found.instant
