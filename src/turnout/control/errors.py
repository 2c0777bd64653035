"""The one mapping of what went wrong to a gRPC status with its details."""

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from turnout.control.failures import (
    FailedPrecondition,
    InvalidArgument,
    OutOfTime,
    PermissionDenied,
    Silent,
    Unauthenticated,
    Violation,
)
from turnout.control.lifecycle import Forbidden
from turnout.documents.names import item_name
from turnout.releases.errors import HasProblems, MembersGone, NeedsSecondPerson, PlanOutdated
from turnout.segments.failures import QueryFailed
from turnout.store import errors as store
from turnout.telemetry import fields

DOMAIN = "turnout"
DETAILS_KEY = "grpc-status-details-bin"

_RETRY_S = 1
# Details travel in headers, of which clients take 8 KiB unless they are told otherwise: details in
# four characters for three bytes, the message in three for each byte that is no ASCII.
_MOST_DETAILS = 3072
_MOST_MESSAGE = 512
_MOST_PART = 256

_log = logging.getLogger("turnout.control")


class Failure(NamedTuple):
    """What a caller is told."""

    code: grpc.StatusCode
    reason: str
    """For programs, in UPPER_SNAKE."""
    message: str
    """For people."""
    parts: Mapping[str, str] = {}
    """Every dynamic part of the message."""
    violations: Sequence[Violation] = ()
    """Fields of the request, each with what is wrong with it."""
    subjects: Sequence[Violation] = ()
    """What stands in the way, by name, each with why."""
    retry: bool = False
    """It may go well in a moment."""


_Code = grpc.StatusCode

QUERY_CODES: Mapping[str, grpc.StatusCode] = {
    "TIMEOUT": _Code.DEADLINE_EXCEEDED,
    "CONNECTION_LOST": _Code.UNAVAILABLE,
}
"""By the reason that a query gave no members; others would be right at another time."""


def failure_of(error: BaseException) -> Failure:
    """What a caller is told about an error. A bug goes to the log, with the id that is told."""
    for kind, tell in _TELLERS:
        if isinstance(error, kind):
            return tell(error)
    return _bug(error)


def _invalid(error: InvalidArgument) -> Failure:
    code = _Code.INVALID_ARGUMENT
    return Failure(code, error.reason, str(error), error.parts, error.violations)


def _failed_precondition(error: FailedPrecondition) -> Failure:
    code = _Code.FAILED_PRECONDITION
    return Failure(code, error.reason, str(error), error.parts, subjects=error.subjects)


def _forbidden(error: Forbidden) -> Failure:
    parts = {
        "key": error.key,
        "kind": error.kind,
        "status": error.status,
        "verb": error.verb,
        "allowed_verbs": ",".join(error.allowed),
    }
    return Failure(_Code.FAILED_PRECONDITION, "FORBIDDEN_MOVE", str(error), parts)


def _unauthenticated(error: Unauthenticated) -> Failure:
    return Failure(_Code.UNAUTHENTICATED, "UNAUTHENTICATED", str(error))


def _permission_denied(error: PermissionDenied) -> Failure:
    return Failure(_Code.PERMISSION_DENIED, error.reason, str(error), error.parts)


def _out_of_time(_: OutOfTime) -> Failure:
    text = "the time for this call is over: nothing was written"
    return Failure(_Code.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", text)


def _silent(error: Silent) -> Failure:
    code = _Code.DEADLINE_EXCEEDED
    return Failure(code, "SILENT", str(error), {"seconds": error.seconds})


def _not_found(error: store.NotFound) -> Failure:
    reason = f"{error.kind.upper().replace(' ', '_')}_NOT_FOUND"
    parts = {"kind": error.kind, "key": error.key}
    return Failure(_Code.NOT_FOUND, reason, error.message, parts)


def _already_exists(error: store.AlreadyExists) -> Failure:
    parts = {"kind": error.kind, "key": error.key, "taken_by": error.by}
    return Failure(_Code.ALREADY_EXISTS, "KEY_TAKEN", error.message, parts)


def _conflict(error: store.Conflict) -> Failure:
    parts = {"kind": error.kind, "key": error.key, "etag": error.etag}
    return Failure(_Code.ABORTED, "ETAG_MISMATCH", error.message, parts)


def _evaluation_running(error: store.EvaluationRunning) -> Failure:
    parts = {"segment": f"segments/{error.key}", "operation": f"operations/{error.number}"}
    text = (
        f"members of segment `{error.key}` are being changed already, by"
        f" `operations/{error.number}`: wait for it, or cancel it"
    )
    return Failure(_Code.ABORTED, "EVALUATION_RUNNING", text, parts)


def _not_kept(error: store.Invalid) -> Failure:
    reused = isinstance(error, store.InvalidRequestId)
    reason = "REQUEST_ID_REUSED" if reused else "BAD_VALUE"
    violations = [Violation(error.field, error.message)]
    parts = {"field": error.field}
    return Failure(_Code.INVALID_ARGUMENT, reason, error.message, parts, violations)


def _unavailable(error: store.StoreError) -> Failure:
    # Where the database is, and what it said, is for operators: callers may be unknown yet.
    _log.warning("%s", error.message)
    if isinstance(error, store.Unavailable) and error.outcome_unknown:
        text = "the store went away while this was written: all of it is there, or nothing"
        return Failure(_Code.UNAVAILABLE, "OUTCOME_UNKNOWN", text, retry=True)
    text = "the store is gone or busy, and nothing was written: try again"
    return Failure(_Code.UNAVAILABLE, "STORE_UNAVAILABLE", text, retry=True)


def _damaged(error: store.Damaged) -> Failure:
    # Not UNAVAILABLE, which clients would try again.
    parts = {"kind": error.kind, "key": error.key}
    return Failure(_Code.DATA_LOSS, "DAMAGED", error.message, parts)


def _has_problems(error: HasProblems) -> Failure:
    found = [Violation(f"{one.name} {one.field}".strip(), one.message) for one in error.problems]
    text, parts = str(error).partition("\n")[0], {"problem_count": str(len(found))}
    return Failure(_Code.FAILED_PRECONDITION, "HAS_PROBLEMS", text, parts, subjects=found)


def _plan_outdated(error: PlanOutdated) -> Failure:
    return Failure(_Code.ABORTED, "PLAN_OUTDATED", str(error))


def _members_gone(error: MembersGone) -> Failure:
    name = item_name("segment", error.key)
    return Failure(_Code.FAILED_PRECONDITION, "MEMBERS_GONE", str(error), {"name": name})


def _needs_second_person(error: NeedsSecondPerson) -> Failure:
    subjects = [Violation(name, "was changed by who releases it") for name in error.names]
    code, reason = _Code.PERMISSION_DENIED, "NEEDS_SECOND_PERSON"
    return Failure(code, reason, str(error), {"actor": error.actor}, subjects=subjects)


def _query_failed(error: QueryFailed) -> Failure:
    reason = str(error.reason)
    code = QUERY_CODES.get(reason, _Code.FAILED_PRECONDITION)
    return Failure(code, reason, error.message)


_TELLERS: Sequence[tuple[type[Exception], Callable[[Any], Failure]]] = (
    (InvalidArgument, _invalid),
    (Forbidden, _forbidden),
    (FailedPrecondition, _failed_precondition),
    (Unauthenticated, _unauthenticated),
    (PermissionDenied, _permission_denied),
    (OutOfTime, _out_of_time),
    (Silent, _silent),
    (store.NotFound, _not_found),
    (store.AlreadyExists, _already_exists),
    (store.Conflict, _conflict),
    (store.EvaluationRunning, _evaluation_running),
    (store.Invalid, _not_kept),
    (store.Damaged, _damaged),
    (store.StoreError, _unavailable),
    (HasProblems, _has_problems),
    (PlanOutdated, _plan_outdated),
    (NeedsSecondPerson, _needs_second_person),
    (MembersGone, _members_gone),
    (QueryFailed, _query_failed),
)


def _bug(error: BaseException) -> Failure:
    bug = secrets.token_hex(8)
    _log.error("this is a bug of turnout", exc_info=error, extra=fields(bug=bug))
    text = f"this is a bug of turnout: the log of the control plane has it as `{bug}`"
    return Failure(_Code.INTERNAL, "BUG", text, {"id": bug})


def status_of(failure: Failure) -> status_pb2.Status:
    """The status with its details, small enough to travel in headers."""
    status = status_pb2.Status(
        code=failure.code.value[0], message=_cut(failure.message, _MOST_MESSAGE)
    )
    parts = {name: _cut(value, _MOST_PART) for name, value in failure.parts.items()}
    info = error_details_pb2.ErrorInfo(reason=failure.reason, domain=DOMAIN, metadata=parts)
    _pack(status, info)
    if failure.retry:
        _pack(
            status, error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=_RETRY_S))
        )
    room = _MOST_DETAILS - status.ByteSize()
    if failure.violations:
        request = error_details_pb2.BadRequest()
        for one in _fitting(failure.violations, room):
            request.field_violations.add(field=one.field, description=one.message)
        _pack(status, request)
    if failure.subjects:
        missing = error_details_pb2.PreconditionFailure()
        for one in _fitting(failure.subjects, room):
            missing.violations.add(type=failure.reason, subject=one.field, description=one.message)
        _pack(status, missing)
    return status


def _pack(status: status_pb2.Status, detail: Message) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)


def _fitting(violations: Iterable[Violation], room: int) -> Iterable[Violation]:
    """As many as there is room for, at least one."""
    for at, one in enumerate(violations):
        short = Violation(_cut(one.field, _MOST_PART), _cut(one.message, _MOST_MESSAGE))
        room -= len(short.field.encode()) + len(short.message.encode()) + 64
        if at and room < 0:
            return
        yield short


def _cut(text: str, most: int) -> str:
    """A text of at most so many bytes."""
    if len(text.encode()) <= most:
        return text
    return f"{text.encode()[: most - 3].decode(errors='ignore')}..."
