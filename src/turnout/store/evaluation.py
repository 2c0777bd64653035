"""One evaluation of a segment: a run of a query over its members."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from turnout.store.row_hash import row_hash
from turnout.store.tables import evaluations

LEASE = timedelta(seconds=30)
"""One that was not heard of for so long is over: its process died or lost the store."""

INTERRUPTED = "INTERRUPTED"
"""The failure of one whose lease ran out."""


class EvaluationState(StrEnum):
    """Where an evaluation stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class EvaluationOutcome:
    """How an evaluation ended."""

    state: EvaluationState
    """Not `RUNNING`."""
    rows: int = 0
    """That the query gave, as far as it was read."""
    count: int | None = None
    """Members of the result; None when there is none."""
    added: int | None = None
    """Of them, those that were no members before; None when that cannot be told."""
    removed: int | None = None
    """Members of before that are none any more; None when that cannot be told."""
    size: int | None = None
    """Bytes of the set."""
    sha256: str = ""
    """Of the set, in hex."""
    revision: int | None = None
    """That was published with the members; None when none was, or they wait."""
    failure_reason: str = ""
    """For programs."""
    failure_message: str = ""
    """For people."""


@dataclass(frozen=True, kw_only=True)
class Evaluation(EvaluationOutcome):
    """One as the store has it."""

    number: int
    """Of the event in the log that it was started by."""
    segment: str
    """The key."""
    item_id: int
    """Of the store's own: another segment that takes over the key is not meant."""
    method: str
    """What was asked for: `EvaluateSegment`, `PopulateFromQuery` and so on."""
    dry_run: bool
    """The members stay as they are, whatever comes of it."""
    trigger: str
    """`hand` or `schedule`."""
    actor: str
    """Who started it."""
    started_at: datetime
    beat_at: datetime
    """When it was heard of last."""
    ended_at: datetime | None
    cancel_requested: bool
    version: int
    """Grows with every change but beats: the number of the event about it."""

    @property
    def name(self) -> str:
        """For example `evaluations/17`."""
        return name_of_evaluation(self.number)


def name_of_evaluation(number: int) -> str:
    """For example `evaluations/17`."""
    return f"evaluations/{number}"


def evaluation_of(row: Mapping[Any, Any]) -> Evaluation:
    """Reads a row of the table."""
    values = {field.name: row[field.name] for field in fields(Evaluation)}
    return Evaluation(**values | {"state": EvaluationState(values["state"])})


def evaluation_hash(evaluation: Evaluation) -> str:
    """Stands for a row, but for what a beat changes: beats leave no event."""
    values = vars(evaluation) | {"beat_at": None}
    if evaluation.ended_at is None:
        values["rows"] = None
    return row_hash(evaluations, values)


def summary_of_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """What the log says of it: what was asked for, and what became of it."""
    return {
        "segment": evaluation.segment,
        "method": evaluation.method,
        "trigger": evaluation.trigger,
        "dry_run": evaluation.dry_run,
        "state": str(evaluation.state),
        "cancel_requested": evaluation.cancel_requested,
        "rows": 0 if evaluation.ended_at is None else evaluation.rows,
        "count": evaluation.count,
        "added": evaluation.added,
        "removed": evaluation.removed,
        "size": evaluation.size,
        "sha256": evaluation.sha256,
        "revision": evaluation.revision,
        "failure_reason": evaluation.failure_reason,
        "failure_message": evaluation.failure_message,
    }
