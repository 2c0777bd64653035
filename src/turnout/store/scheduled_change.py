"""One change that is to be done at a time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row


class ScheduleState(StrEnum):
    """Where a scheduled change stands."""

    PENDING = "pending"
    APPLIED = "applied"
    """The item is changed, and about to be published."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class NewScheduledChange:
    """What is to be done."""

    item: str
    """For example `experiments/checkout`."""
    item_id: int
    """Of the store's own: another item that takes over the key is not meant."""
    due_at: datetime
    action: dict[str, Any]
    """What to do; the store does not read it."""
    publish: bool
    """Also makes it current."""
    step: str
    comment: str
    key_prefixes: list[str]
    """The limits of who scheduled it."""
    tags: list[str]


@dataclass(frozen=True, kw_only=True)
class ScheduledChange(NewScheduledChange):
    """One as the store has it."""

    number: int
    """Of the event in the log that it was scheduled by."""
    creator: str
    created_at: datetime
    state: ScheduleState
    approver: str
    """Who else lets it be published, else empty."""
    applied_at: datetime | None
    ended_at: datetime | None
    revision: int
    """Of the snapshot that it came into, else 0."""
    failure_reason: str
    failure_message: str
    version: int
    """Grows with every change: the number of the event about it."""

    @property
    def name(self) -> str:
        """For example `scheduledChanges/17`."""
        return name_of_scheduled(self.number)


def name_of_scheduled(number: int) -> str:
    """For example `scheduledChanges/17`."""
    return f"scheduledChanges/{number}"


def scheduled_of(row: Row[Any]) -> ScheduledChange:
    """Reads a row of the table."""
    fields = dict(row._mapping)
    return ScheduledChange(**fields | {"state": ScheduleState(fields["state"])})


def summary_of_scheduled(change: ScheduledChange) -> dict[str, Any]:
    """What the log says of it: what is to be done, and what became of it."""
    return {
        "item": change.item,
        "due_at": change.due_at.isoformat(),
        "action": change.action,
        "publish": change.publish,
        "step": change.step,
        "comment": change.comment,
        "key_prefixes": change.key_prefixes,
        "tags": change.tags,
        "state": str(change.state),
        "approver": change.approver,
        "revision": change.revision,
        "failure_reason": change.failure_reason,
        "failure_message": change.failure_message,
    }
