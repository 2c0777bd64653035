"""What is written and released: items, their history and who did what, in transactions."""

from turnout.store.act import Act
from turnout.store.audit_chain import Verdict
from turnout.store.audit_event import AuditEvent
from turnout.store.errors import (
    AlreadyExists,
    Conflict,
    Damaged,
    EvaluationEnded,
    EvaluationRunning,
    Invalid,
    InvalidRequestId,
    NewerStore,
    NotFound,
    StoreError,
    Unavailable,
)
from turnout.store.evaluation import (
    INTERRUPTED,
    LEASE,
    Evaluation,
    EvaluationOutcome,
    EvaluationState,
)
from turnout.store.item import Item, NewItem
from turnout.store.leadership import Leadership
from turnout.store.members import MemberCounts
from turnout.store.membership import Membership
from turnout.store.published import Published, PublishedVersion
from turnout.store.scheduled_change import NewScheduledChange, ScheduledChange, ScheduleState
from turnout.store.staged import Staged
from turnout.store.store import Store
from turnout.store.token import Token
from turnout.store.transaction import Transaction
from turnout.store.unit_ids import MOST_ID_BYTES, check_unit_ids, fault_of
from turnout.store.watch import Watch
from turnout.store.workspace_row import WorkspaceRow

__all__ = [
    "INTERRUPTED",
    "LEASE",
    "MOST_ID_BYTES",
    "Act",
    "AlreadyExists",
    "AuditEvent",
    "Conflict",
    "Damaged",
    "Evaluation",
    "EvaluationEnded",
    "EvaluationOutcome",
    "EvaluationRunning",
    "EvaluationState",
    "Invalid",
    "InvalidRequestId",
    "Item",
    "Leadership",
    "MemberCounts",
    "Membership",
    "NewItem",
    "NewScheduledChange",
    "NewerStore",
    "NotFound",
    "Published",
    "PublishedVersion",
    "ScheduleState",
    "ScheduledChange",
    "Staged",
    "Store",
    "StoreError",
    "Token",
    "Transaction",
    "Unavailable",
    "Verdict",
    "Watch",
    "WorkspaceRow",
    "check_unit_ids",
    "fault_of",
]
