"""Runs as messages: what became of them, and the operation that people wait for."""

from typing import Any, Final

from google.longrunning import operations_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from turnout.control.conversion.forms import number_of
from turnout.control.errors import DOMAIN, QUERY_CODES
from turnout.control.evaluating.run import CANCELLED
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.store import Evaluation, EvaluationState

OPERATIONS: Final = "operations"
"""The collection that operations are in."""

_STATE = pb.DESCRIPTOR.enum_types_by_name["EvaluationState"]
_ACTIONS = {
    "EvaluateSegment": pb.EVALUATION_ACTION_EVALUATE,
    "PopulateFromQuery": pb.EVALUATION_ACTION_POPULATE,
    "RemoveByQuery": pb.EVALUATION_ACTION_REMOVE,
    "SubtractSegment": pb.EVALUATION_ACTION_SUBTRACT,
}
_CODES = {
    **{reason: code.value[0] for reason, code in QUERY_CODES.items()},
    "STORE_UNAVAILABLE": code_pb2.UNAVAILABLE,
    "OUTCOME_UNKNOWN": code_pb2.UNAVAILABLE,
    "STALE": code_pb2.ABORTED,
    "INTERRUPTED": code_pb2.ABORTED,
    "BUG": code_pb2.INTERNAL,
}
"""By the reason of a failure; others would be right at another time."""
_WAS_CANCELLED = "it was cancelled: the members are as they were"


def evaluation_message(found: Evaluation) -> pb.Evaluation:
    """What became of a run."""
    message = pb.Evaluation(
        name=_name(found),
        operation=operation_name(found.number),
        action=_ACTIONS[found.method],
        state=number_of(_STATE, found.state),  # type: ignore[arg-type] # a number is a value of it
        scheduled=found.trigger == "schedule",
        dry_run=found.dry_run,
        actor=found.actor,
        start_time=found.started_at,
        row_count=found.rows,
        member_count=found.count or 0,
        added_count=found.added,
        removed_count=found.removed,
        size_bytes=found.size or 0,
        set_sha256=found.sha256,
        failure_reason=found.failure_reason,
        failure_message=found.failure_message,
        revision=found.revision or 0,
    )
    if found.ended_at is not None:
        message.end_time.FromDatetime(found.ended_at)
    return message


def operation_message(found: Evaluation, rows: int = 0) -> Any:  # noqa: ANN401 - an Operation, whose types are not published
    """The operation that a run is.

    Args:
        found: The run.
        rows: That came by now, if this process knows of more than the store.
    """
    operation = operations_pb2.Operation(name=operation_name(found.number))
    operation.done = found.ended_at is not None
    progress = pb.EvaluationProgress(
        evaluation=_name(found),
        segment=f"segments/{found.segment}",
        action=_ACTIONS[found.method],
        start_time=found.started_at,
        update_time=found.beat_at,
        row_count=max(found.rows, rows),
        cancel_requested=found.cancel_requested,
    )
    operation.metadata.Pack(progress)
    if found.state is EvaluationState.SUCCEEDED:
        operation.response.Pack(evaluation_message(found))
    elif operation.done:
        operation.error.CopyFrom(_error(found))
    return operation


def operation_name(number: int) -> str:
    """For example `operations/17`."""
    return f"{OPERATIONS}/{number}"


def _name(found: Evaluation) -> str:
    return f"segments/{found.segment}/evaluations/{found.number}"


def _error(found: Evaluation) -> Any:  # noqa: ANN401 - a Status, whose types are not published
    if found.state is EvaluationState.CANCELLED:
        reason, status = CANCELLED, status_pb2.Status(code=code_pb2.CANCELLED)
        status.message = _WAS_CANCELLED
    else:
        reason = found.failure_reason
        code = _CODES.get(reason, code_pb2.FAILED_PRECONDITION)
        status = status_pb2.Status(code=code, message=found.failure_message)
    parts = {"evaluation": _name(found), "segment": f"segments/{found.segment}"}
    info = error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=parts)
    status.details.add().Pack(info)
    return status
