"""What is asked and what is answered: the same types for `Engine` and `Client`.

A leaf: it imports nothing of turnout. The results are named tuples, so that they
are frozen and the native module builds one in a tenth of a microsecond.
"""

# ruff: noqa: N818 - an exception is named for its situation, as the codes on the wire are.

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, NoReturn, Self, TypeAlias

AttributeValue: TypeAlias = (
    "str | int | float | bool | datetime | list[AttributeValue]"
    " | tuple[AttributeValue, ...] | dict[str, AttributeValue] | None"
)
"""What an attribute may be. A `datetime` has a zone; an `int` fits in 64 bits; `None` is UNSET."""


class Reason(StrEnum):
    """Why a decision is what it is; the list is closed."""

    UNSPECIFIED = "UNSPECIFIED"
    NOT_RUNNING = "NOT_RUNNING"
    KILLED = "KILLED"
    NO_UNIT = "NO_UNIT"
    FORCED = "FORCED"
    PAUSED = "PAUSED"
    PREREQUISITE = "PREREQUISITE"
    HOLDOUT = "HOLDOUT"
    CONCLUDED = "CONCLUDED"
    BLOCKED_EPOCH = "BLOCKED_EPOCH"
    STICKY = "STICKY"
    REASSIGNED = "REASSIGNED"
    STICKY_UNKNOWN = "STICKY_UNKNOWN"
    LEFT_TARGET = "LEFT_TARGET"
    ENROLMENT_STOPPED = "ENROLMENT_STOPPED"
    NOT_IN_AUDIENCE = "NOT_IN_AUDIENCE"
    UNKNOWN_ATTRIBUTE = "UNKNOWN_ATTRIBUTE"
    NOT_IN_LAYER = "NOT_IN_LAYER"
    NOT_IN_TRAFFIC = "NOT_IN_TRAFFIC"
    ASSIGNED = "ASSIGNED"
    VARIANT_REMOVED = "VARIANT_REMOVED"
    FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
    DISABLED = "DISABLED"
    TARGETING_MATCH = "TARGETING_MATCH"
    SPLIT = "SPLIT"
    STATIC = "STATIC"
    DEFAULT = "DEFAULT"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    QUARANTINED = "QUARANTINED"
    ERROR = "ERROR"


REASONS: tuple[Reason, ...] = tuple(Reason)
"""By the number that `turnout.v1.Reason` gives it."""


class Note(StrEnum):
    """What stands beside a reason."""

    UNSPECIFIED = "UNSPECIFIED"
    SEGMENT_ARCHIVED = "SEGMENT_ARCHIVED"
    TZ_FALLBACK = "TZ_FALLBACK"
    CYCLE = "CYCLE"


NOTES: tuple[Note, ...] = tuple(Note)
"""By the number that `turnout.v1.Note` gives it."""


class SegmentState(StrEnum):
    """Whether a context is in a segment."""

    UNSPECIFIED = "UNSPECIFIED"
    TRUE = "TRUE"
    FALSE = "FALSE"
    UNKNOWN = "UNKNOWN"


SEGMENT_STATES: tuple[SegmentState, ...] = tuple(SegmentState)
"""By the number that `turnout.v1.SegmentState` gives it."""

STEP_KINDS = (
    "UNSPECIFIED", "RULE", "AUDIENCE", "SEGMENT", "ALL", "ANY", "NOT", "CONDITION", "SLOT",
    "PREREQUISITE", "HOLDOUT", "LAYER", "TRAFFIC", "VARIANTS", "RECORDS",
)  # fmt: skip
"""By the number that `turnout.v1.StepKind` gives it."""

ATTRIBUTE_STATES = ("", "SET", "UNSET", "UNKNOWN")
"""By the number that `turnout.v1.AttributeState` gives it."""


class StickyAssignment(NamedTuple):
    """A stored assignment of a unit to a variant of an experiment."""

    experiment: str
    """The experiment's key."""
    epoch: int
    """The experiment's epoch when it was assigned."""
    unit_kind: str
    """For example `user`."""
    unit_id: str
    """Byte-exact."""
    variant: str
    """The variant's name."""
    assigned_at: datetime
    """In UTC; a ttl counts from here."""
    snapshot_id: str = ""
    """The snapshot that assigned it."""


class _ContextFields(NamedTuple):
    unit_id: str | None
    attributes: Mapping[str, Any] | None
    units: Mapping[str, str] | None
    unknown: Iterable[str]
    partial: bool
    sticky_assignments: Iterable[StickyAssignment]
    events_reached: bool


class Context(_ContextFields):
    """What one request knows about whom it decides for.

    Args:
        unit_id: The id of the default unit kind, `user`; byte-exact, an empty one counts as
            missing.
        attributes: Attributes by name: `None`, `str`, `int` (64 bits), `float`, `bool`, an aware
            `datetime`, lists, tuples and dicts of them. Absent, or `None`, means UNSET.
        units: Ids of other unit kinds, by kind.
        unknown: Attributes and unit kinds that could not be known: UNKNOWN, not UNSET.
        partial: All attributes and units that are absent could not be known.
        sticky_assignments: Assignments that the caller keeps, as decisions told it to in
            `assignments_to_persist`; of two of the same epoch the later one counts. Where the
            server has a store, they count only where that has none.
        events_reached: The source of events was reached: a fact about behaviour that is absent
            has no events. Otherwise it could not be known.

    The mappings are borrowed, not copied, and read when a decision is asked for.
    """

    __slots__ = ()

    def __new__(
        cls,
        unit_id: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        *,
        units: Mapping[str, str] | None = None,
        unknown: Iterable[str] = (),
        partial: bool = False,
        sticky_assignments: Iterable[StickyAssignment] = (),
        events_reached: bool = False,
    ) -> Self:
        """Builds a context; its parts are checked when a decision is asked for."""
        return tuple.__new__(
            cls,
            (unit_id, attributes, units, unknown, partial, sticky_assignments, events_reached),
        )

    def __reduce__(self) -> tuple[object, ...]:
        """What pickle and copy build it from again."""
        return type(self)._make, (tuple(self),)


class SnapshotRef(NamedTuple):
    """The snapshot that answered."""

    id: str
    """SHA-256 of the canonical content, 64 lower-case hex digits."""
    revision: int
    """One more at each new id."""
    age: float
    """Seconds since the source was last known to agree with this snapshot."""
    stale: bool
    """The source has not been reached for longer than the operator's limit."""


class Decision(NamedTuple):
    """The answer for one flag or experiment."""

    key: str
    """As asked."""
    variant: str | None
    """The chosen variant's name; `None` when the caller's default applies."""
    value: Any
    """What the variant carries; the caller's default when there is no variant."""
    reason: Reason
    """Why."""
    rule: str | None
    """The name of the rule that decided, or `rules[N]` counted from 0."""
    experiment: str | None
    """The experiment that decided, by itself or for the flag."""
    experiment_variant: str | None
    """The experiment's variant, when an experiment decided for a flag."""
    enrolled: bool
    """The unit takes part in the experiment."""
    error_code: str | None
    """Set when the reason is an error, for example `QUARANTINED`."""
    degraded: bool
    """Something that could not be known was passed over on the way."""
    unknown_attributes: tuple[str, ...]
    """The attributes, segments or unit kinds that could not be known, sorted."""
    notes: tuple[Note, ...]
    """What stands beside the reason."""
    assignments_to_persist: tuple[StickyAssignment, ...]
    """What a caller that keeps assignments should store, in the place of what it has of the same
    epoch; empty where the server has a store."""
    snapshot: SnapshotRef
    """What answered."""


class SegmentCheck(NamedTuple):
    """The answer for one segment."""

    key: str
    """As asked."""
    state: SegmentState
    """Whether the context is in the segment."""
    reason: str
    """For example `MATCH`, `NOT_MEMBER`, `EVERYONE`, `UNKNOWN_ATTRIBUTE`."""
    unknown_attributes: tuple[str, ...]
    """What could not be known, sorted, when it matters for the state."""
    notes: tuple[Note, ...]
    """What stands beside the reason."""
    member_age: timedelta | None
    """Since the query was begun that gave the segment's members, whatever the state; `None` of
    every other segment."""
    snapshot: SnapshotRef
    """What answered."""


class ExplainedStep(NamedTuple):
    """One thing that was looked at on the way to an answer."""

    kind: str
    """For example `RULE`, `CONDITION`, `SEGMENT`; the names of `turnout.v1.StepKind`."""
    name: str
    """Of what is looked at: a rule's name, a key, or an attribute."""
    outcome: SegmentState
    """TRUE, FALSE or UNKNOWN."""
    operator: str
    """As documents write it, for example `is_not`; empty for a step that compares nothing."""
    operand: str
    """What is compared with, as text for people; many operands are cut short."""
    state: str
    """Of the attribute: `SET`, `UNSET` or `UNKNOWN`; empty for a step that looks at none."""
    value: Any
    """The value seen; None unless it is set and may be shown."""
    masked: bool
    """The schema marks the attribute `sensitive`: its value and operand are left out."""
    unit_kind: str
    """Whose slot was computed; empty when none was."""
    unit_id: str
    """Whose slot was computed; empty when none was."""
    slot: int | None
    """0 to 999,999."""
    bucket: float | None
    """The unit's number by the algorithm of another system, in place of a slot."""
    member_count: int | None
    """How many members a segment lists, or its member set has."""
    member_age: timedelta | None
    """Since the query was begun that gave them."""
    steps: tuple["ExplainedStep", ...]
    """What the step looked at itself, in its order."""


class Explanation(NamedTuple):
    """An answer with the way to it."""

    answer: Decision | SegmentCheck
    """What `decide` or `check_segment` gives."""
    steps: tuple[ExplainedStep, ...]
    """What was looked at, in its order."""


class MatchingSegments(tuple[str, ...]):  # noqa: SLOT001 - a tuple cannot have named slots
    """The keys of the segments that a context is in, sorted.

    What is neither here nor in `unknown_keys` is FALSE.

    Attributes:
        unknown_keys: The keys of the segments for which it could not be known, sorted.
        snapshot: What answered.
    """

    unknown_keys: tuple[str, ...]
    snapshot: SnapshotRef

    def __new__(
        cls, keys: Iterable[str], unknown_keys: Iterable[str], snapshot: SnapshotRef
    ) -> Self:
        """Builds it from keys that are sorted already."""
        matching = super().__new__(cls, keys)
        matching.__dict__.update(unknown_keys=tuple(unknown_keys), snapshot=snapshot)
        return matching

    def __getnewargs__(self) -> tuple[tuple[str, ...], tuple[str, ...], SnapshotRef]:
        """What pickle and copy build it from again."""
        return tuple(self), self.unknown_keys, self.snapshot

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuses: a result is frozen."""
        raise AttributeError(f"cannot assign to `{name}`: a result is frozen")


class ItemFailure(NamedTuple):
    """Why one item of a batch has no answer."""

    key: str
    """As asked."""
    code: str
    """The canonical code, for example `NOT_FOUND`."""
    reason: str
    """`FLAG_NOT_FOUND`, `SEGMENT_NOT_FOUND` or `TYPE_MISMATCH`."""
    message: str
    """For people."""


class SnapshotProblem(NamedTuple):
    """One thing that is wrong in the documents behind a snapshot."""

    kind: str
    """`flag`, `experiment`, `segment`, `attribute`, `workspace` or `file`."""
    key: str
    """The item's key; empty for a file."""
    file: str
    """Where it was read."""
    line: int
    """From 1."""
    column: int
    """From 1."""
    message: str
    """For people."""
    serving_last_good: bool
    """The item is answered from its last good version."""


class SnapshotStatus(NamedTuple):
    """What is served."""

    snapshot: SnapshotRef
    """Its reference."""
    published_at: datetime | None
    """In UTC."""
    published_by: str
    """Who or what made it current."""
    flags: int
    """How many flags it holds."""
    experiments: int
    """How many experiments it holds."""
    segments: int
    """How many segments it holds."""
    problems: tuple[SnapshotProblem, ...]
    """Items that do not compile, or could not be read."""
    layers: int = 0
    """How many layers it holds."""
    holdouts: int = 0
    """How many holdouts it holds."""


class SnapshotChange(NamedTuple):
    """A snapshot became current."""

    snapshot: SnapshotRef
    """Its reference."""
    changed_keys: tuple[str, ...]
    """Flags, experiments and segments whose definition changed; empty in the first one."""


class TurnoutError(Exception):
    """A call that has no answer.

    Attributes:
        code: The canonical code, for example `NOT_FOUND`.
        reason: Machine-readable, for example `FLAG_NOT_FOUND`; empty when there is none.
        metadata: Every dynamic part of the message by name.
    """

    code: str = "UNKNOWN"
    reason: str = ""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        reason: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        if reason is not None:
            self.reason = reason
        self.metadata: dict[str, str] = dict(metadata or {})


class NotFound(TurnoutError, LookupError):
    """No item of that key."""

    code = "NOT_FOUND"


class FlagNotFound(NotFound):
    """No flag or experiment of that key."""

    reason = "FLAG_NOT_FOUND"


class SegmentNotFound(NotFound):
    """No segment of that key."""

    reason = "SEGMENT_NOT_FOUND"


class InvalidArgument(TurnoutError, ValueError):
    """The call itself is wrong: the message names the field."""

    code = "INVALID_ARGUMENT"


class TypeMismatch(InvalidArgument):
    """The flag's values are not of the type that was asked for."""

    reason = "TYPE_MISMATCH"


class FailedPrecondition(TurnoutError):
    """The server has not reached `min_revision`."""

    code = "FAILED_PRECONDITION"


class ResourceExhausted(TurnoutError):
    """A limit of the server."""

    code = "RESOURCE_EXHAUSTED"


class Unavailable(TurnoutError):
    """No server there, or it has no snapshot yet."""

    code = "UNAVAILABLE"


class DeadlineExceeded(TurnoutError):
    """No answer within the timeout."""

    code = "DEADLINE_EXCEEDED"


class Unimplemented(TurnoutError):
    """The server does not offer this."""

    code = "UNIMPLEMENTED"


class SnapshotRefused(TurnoutError, ValueError):
    """The bytes are no snapshot, or a damaged one, or one of a newer semantics version."""

    code = "DATA_LOSS"
    reason = "SNAPSHOT_REFUSED"


class BindError(OSError):
    """A data plane cannot listen or start; the message names the address."""
