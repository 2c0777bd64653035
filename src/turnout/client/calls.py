"""The calls: what each sends, and how its answer reads. Shared by both clients."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message

from turnout import results
from turnout.client import messages
from turnout.client.usual import DecideAnswers, key_and_context
from turnout.v1 import decision_pb2

_M = TypeVar("_M", bound=Message)

_WANTED = {
    "key": ("key", "text"),
    "segment": ("key", "text"),
    "keys": ("keys", "a list of texts"),
    "min_revision": ("min_revision", "a whole number from 0 on"),
    "tag": ("tag", "text"),
    "key_prefix": ("prefix", "text"),
}
"""By field: what it is called in a call, and what it takes."""


def _request(
    kind: type[_M],
    context: results.Context | None,
    now: datetime | None,
    **fields: Any,  # noqa: ANN401 - the message's own types
) -> _M:
    try:
        message = kind(**fields)
    except (TypeError, ValueError) as error:
        raise _refused(kind, fields) from error
    if context is not None:
        messages.fill_context(message.context, context)  # type: ignore[attr-defined]
    if now is not None:
        messages.fill_now(message.now, now)  # type: ignore[attr-defined]
    return message


def _refused(kind: type[Message], fields: Mapping[str, object]) -> results.InvalidArgument:
    """Names the field that its message does not take."""
    for field, value in fields.items():
        try:
            kind(**{field: value})
        except (TypeError, ValueError):
            name, wanted = _WANTED[field]
            return results.InvalidArgument(f"`{name}` is `{value!r:.80}`: give {wanted}")
    return results.InvalidArgument("an argument cannot be sent")


def _response(kind: type[_M], body: bytes) -> _M:
    try:
        return kind.FromString(body)
    except DecodeError as error:
        raise results.TurnoutError(
            f"cannot read the answer of the server: {error}",
            code="INTERNAL",
            reason="UNREADABLE_ANSWER",
        ) from error


def _keys(keys: Iterable[str]) -> Iterable[str]:
    if isinstance(keys, str):
        raise results.InvalidArgument(f"`keys` is the text `{keys}`: write a list of keys")
    return keys


def decide_request(
    key: str,
    context: results.Context | None,
    now: datetime | None,
    expected_type: type | None,
    min_revision: int,
) -> bytes:
    """The body of `Decide`."""
    if now is None and expected_type is None and min_revision == 0:
        usual = key_and_context(key, context)
        if usual is not None:
            return usual
    request = _request(decision_pb2.DecideRequest, context, now, key=key, min_revision=min_revision)
    if expected_type is not None:
        request.expected_type = messages.expected_type(expected_type)
    return request.SerializeToString()


def read_decide(body: bytes, default: object, known: DecideAnswers) -> results.Decision:
    """The answer of `Decide`; `known` are those of the same server."""
    decision = known.read(body, default)
    if decision is None:
        response = _response(decision_pb2.DecideResponse, body)
        snapshot = messages.snapshot_ref(response.snapshot)
        decision = messages.decision(response.decision, snapshot, default)
        known.learn(body, decision)
    return decision


def decide_many_request(
    keys: Iterable[str], context: results.Context | None, now: datetime | None, min_revision: int
) -> bytes:
    """The body of `BatchDecide`."""
    return _request(
        decision_pb2.BatchDecideRequest, context, now, keys=_keys(keys), min_revision=min_revision
    ).SerializeToString()


def read_decide_many(body: bytes) -> list[results.Decision | results.ItemFailure]:
    """The answer of `BatchDecide`."""
    response = _response(decision_pb2.BatchDecideResponse, body)
    snapshot = messages.snapshot_ref(response.snapshot)
    return [
        messages.decision(result.decision, snapshot, None)
        if result.HasField("decision")
        else messages.item_failure(result.error)
        for result in response.results
    ]


def decide_all_request(
    context: results.Context | None, now: datetime | None, tag: str | None, prefix: str | None
) -> bytes:
    """The body of `DecideAll`."""
    return _request(
        decision_pb2.DecideAllRequest, context, now, tag=tag, key_prefix=prefix
    ).SerializeToString()


def read_decide_all(body: bytes) -> list[results.Decision]:
    """The answer of `DecideAll`."""
    response = _response(decision_pb2.DecideAllResponse, body)
    snapshot = messages.snapshot_ref(response.snapshot)
    return [messages.decision(decision, snapshot, None) for decision in response.decisions]


def check_segment_request(
    key: str, context: results.Context | None, now: datetime | None, min_revision: int
) -> bytes:
    """The body of `CheckSegment`."""
    if now is None and min_revision == 0:
        usual = key_and_context(key, context)
        if usual is not None:
            return usual
    return _request(
        decision_pb2.CheckSegmentRequest, context, now, key=key, min_revision=min_revision
    ).SerializeToString()


def read_check_segment(body: bytes) -> results.SegmentCheck:
    """The answer of `CheckSegment`."""
    response = _response(decision_pb2.CheckSegmentResponse, body)
    return messages.segment_check(response.check, messages.snapshot_ref(response.snapshot))


def check_segments_request(
    keys: Iterable[str], context: results.Context | None, now: datetime | None, min_revision: int
) -> bytes:
    """The body of `BatchCheckSegments`."""
    return _request(
        decision_pb2.BatchCheckSegmentsRequest,
        context,
        now,
        keys=_keys(keys),
        min_revision=min_revision,
    ).SerializeToString()


def read_check_segments(body: bytes) -> list[results.SegmentCheck | results.ItemFailure]:
    """The answer of `BatchCheckSegments`."""
    response = _response(decision_pb2.BatchCheckSegmentsResponse, body)
    snapshot = messages.snapshot_ref(response.snapshot)
    return [
        messages.segment_check(result.check, snapshot)
        if result.HasField("check")
        else messages.item_failure(result.error)
        for result in response.results
    ]


def matching_segments_request(
    context: results.Context | None, now: datetime | None, tag: str | None, prefix: str | None
) -> bytes:
    """The body of `ListMatchingSegments`."""
    return _request(
        decision_pb2.ListMatchingSegmentsRequest, context, now, tag=tag, key_prefix=prefix
    ).SerializeToString()


def read_matching_segments(body: bytes) -> results.MatchingSegments:
    """The answer of `ListMatchingSegments`."""
    response = _response(decision_pb2.ListMatchingSegmentsResponse, body)
    return results.MatchingSegments(
        response.keys, response.unknown_keys, messages.snapshot_ref(response.snapshot)
    )


def read_snapshot_status(body: bytes) -> results.SnapshotStatus:
    """The answer of `GetSnapshotStatus`."""
    response = _response(decision_pb2.GetSnapshotStatusResponse, body)
    return results.SnapshotStatus(
        messages.snapshot_ref(response.snapshot),
        messages.instant(response.published_at) if response.HasField("published_at") else None,
        response.published_by,
        response.flags,
        response.experiments,
        response.segments,
        tuple(
            results.SnapshotProblem(
                problem.kind,
                problem.key,
                problem.file,
                problem.line,
                problem.column,
                problem.message,
                problem.serving_last_good,
            )
            for problem in response.problems
        ),
        response.layers,
        response.holdouts,
    )


def read_watch(body: bytes) -> results.SnapshotChange:
    """One message of `Watch`."""
    response = _response(decision_pb2.WatchResponse, body)
    return results.SnapshotChange(
        messages.snapshot_ref(response.snapshot), tuple(response.changed_keys)
    )


def explain_request(
    subject: str, key: str, context: results.Context | None, now: datetime | None, min_revision: int
) -> bytes:
    """The body of `Explain`; `subject` is the field of the key, `key` or `segment`."""
    fields = {subject: key, "min_revision": min_revision}
    return _request(decision_pb2.ExplainRequest, context, now, **fields).SerializeToString()


def read_explain(body: bytes, default: object) -> results.Explanation:
    """The answer of `Explain`."""
    response = _response(decision_pb2.ExplainResponse, body)
    snapshot = messages.snapshot_ref(response.snapshot)
    steps = tuple(map(messages.explained_step, response.steps))
    if response.HasField("check"):
        return results.Explanation(messages.segment_check(response.check, snapshot), steps)
    return results.Explanation(messages.decision(response.decision, snapshot, default), steps)
