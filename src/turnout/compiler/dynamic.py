"""What a dynamic segment says of its query, and the members that an evaluation gave it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from turnout.compiler.durations import read_duration
from turnout.compiler.schedules import read_schedule
from turnout.compiler.scope import QueryUse, Scope
from turnout.compiler.shares import read_share
from turnout.compiler.zones import zone_fault
from turnout.documents.models import SegmentDocument
from turnout.snapshot.v1 import snapshot_pb2 as pb

FIELDS = (
    "query", "parameters", "schedule", "zone", "jitter", "max_age", "exact_ids", "lookup",
    "shrinks_at_most",
)  # fmt: skip
"""Of a document: those that a dynamic segment alone may have."""

_LONGEST_JITTER_S = 86_400
_OF_A_SCHEDULE = ("zone", "jitter")


class Membership(Protocol):
    """The newest set of a segment, as the store keeps it."""

    @property
    def sha256(self) -> str:
        """Of the artifact, 64 lower-case hex digits."""

    @property
    def size(self) -> int:
        """Bytes of the artifact."""

    @property
    def count(self) -> int:
        """Members."""

    @property
    def shards(self) -> int:
        """Of a set in Redis, whose name `sha256` is; 0 of an artifact."""

    @property
    def evaluated_at(self) -> datetime | None:
        """When the query was begun; aware. None: kept by hand."""


Memberships = Mapping[str, Membership]
"""By the key of the segment."""


def refuse_fields(scope: Scope, document: SegmentDocument, kind: str) -> None:
    """Refuses what only a dynamic segment may say in a segment of another kind."""
    for field in FIELDS:
        if field in document.model_fields_set:
            hint = ": write `kind: dynamic`" if field == "query" and document.kind is None else ""
            text = f"`{field}` has no place in a segment of kind `{kind}`{hint}"
            scope.refuse((field,), text, at_key=True)


def compile_dynamic(scope: Scope, document: SegmentDocument, message: pb.Segment) -> None:
    """Checks what a dynamic segment says; `take_members` gives it its members."""
    message.unevaluated.SetInParent()
    if document.query is None:
        scope.refuse((), "a dynamic segment needs a `query`: write the key of one of `queries`")
    else:
        given = {name: value is None for name, value in document.parameters.items()}
        scope.query = QueryUse(document.query, ("query",), given)
    _check_schedule(scope, document)
    for field in ("jitter", "max_age"):
        _check_duration(scope, field, getattr(document, field))
    if document.lookup == "redis" and document.exact_ids:
        text = "`exact_ids` has no place with `lookup: redis`, which keeps texts anyway"
        scope.refuse(("exact_ids",), text, at_key=True)
    if document.max_age is not None and not scope.faults:
        scope.max_age_s = read_duration(document.max_age)
    try:
        read_share(document.shrinks_at_most)
    except ValueError as error:
        scope.refuse(("shrinks_at_most",), str(error))


def take_members(
    message: pb.Segment, membership: Membership | None, max_age_s: int | None = None
) -> None:
    """Sets who is in a segment by the newest of its sets; without one nobody knows."""
    if membership is None:
        message.unevaluated.SetInParent()
        return
    message.members.Clear()
    found: pb.MemberSet | pb.RedisSet
    if membership.shards:
        found = message.members.in_redis
        found.name = bytes.fromhex(membership.sha256)
        found.shards = membership.shards
    else:
        found = message.members.set
        found.sha256 = bytes.fromhex(membership.sha256)
        found.size = membership.size
    found.count = membership.count
    if membership.evaluated_at is not None:
        found.evaluated_at.FromDatetime(membership.evaluated_at)
    if max_age_s is not None:
        found.max_age.seconds = max_age_s


def _check_schedule(scope: Scope, document: SegmentDocument) -> None:
    if document.zone is not None and (fault := zone_fault(document.zone)):
        scope.refuse(("zone",), fault)
    if document.schedule is None:
        for field in _OF_A_SCHEDULE:
            if getattr(document, field) is not None:
                text = f"`{field}` has no place without a `schedule`"
                scope.refuse((field,), text, at_key=True)
        return
    try:
        read_schedule(document.schedule)
    except ValueError as error:
        scope.refuse(("schedule",), str(error))


def _check_duration(scope: Scope, field: str, written: str | None) -> None:
    if written is None:
        return
    try:
        seconds = read_duration(written)
    except ValueError as error:
        scope.refuse((field,), str(error))
    else:
        if field == "jitter" and seconds > _LONGEST_JITTER_S:
            scope.refuse((field,), "`jitter` is at most one day")
