"""Our types to messages and back, shared by both clients."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from turnout import results
from turnout.client.failures import CODES
from turnout.v1 import decision_pb2, value_pb2

MAX_DEPTH = 32
"""Lists and dicts of an attribute, one inside the other."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXPECTED_TYPES: dict[object, decision_pb2.ValueType] = {
    bool: decision_pb2.VALUE_TYPE_BOOLEAN,
    str: decision_pb2.VALUE_TYPE_STRING,
    int: decision_pb2.VALUE_TYPE_INTEGER,
    float: decision_pb2.VALUE_TYPE_DOUBLE,
    dict: decision_pb2.VALUE_TYPE_OBJECT,
}


def expected_type(kind: type | None) -> decision_pb2.ValueType:
    """The number of a type that a caller expects.

    Raises:
        InvalidArgument: It is not `bool`, `str`, `int`, `float` or `dict`.
    """
    if kind is None:
        return decision_pb2.VALUE_TYPE_UNSPECIFIED
    try:
        return _EXPECTED_TYPES[kind]
    except (KeyError, TypeError):
        raise results.InvalidArgument(
            f"expected type `{kind!r}` is not `bool`, `str`, `int`, `float` or `dict`"
        ) from None


def fill_context(message: decision_pb2.Context, context: results.Context) -> None:
    """Writes a context into its message.

    Raises:
        InvalidArgument: A part of it cannot be said; the message names it.
    """
    if not isinstance(context, results.Context):
        raise results.InvalidArgument(
            f"`context` is a `{type(context).__name__}`: give a turnout.Context"
        )
    unit_id, attributes, units, unknown, partial, assignments, events_reached = context
    try:
        if unit_id:
            message.targeting_key = unit_id
        if units:
            message.units.update(units)
        if unknown:
            message.unknown_attributes.extend(_names(unknown))
        if partial:
            message.partial = True
        if events_reached:
            message.events_reached = True
    except (TypeError, ValueError, AttributeError) as error:
        raise results.InvalidArgument(_wrong_part(context, error)) from error
    if attributes:
        _fill_attributes(message.attributes, attributes)
    if assignments:
        _fill_assignments(message, assignments)


def _fill_assignments(
    message: decision_pb2.Context, assignments: Iterable[results.StickyAssignment]
) -> None:
    for index, assignment in enumerate(_records(assignments)):
        where = f"`sticky_assignments[{index}]`"
        if not isinstance(assignment, results.StickyAssignment):
            raise results.InvalidArgument(
                f"{where} is a `{type(assignment).__name__}`: give a turnout.StickyAssignment"
            )
        target = message.sticky_assignments.add()
        for name, value in zip(assignment._fields, assignment, strict=True):
            try:
                _fill_field(target, name, value)
            except (results.InvalidArgument, TypeError, ValueError) as error:
                why = f"is `{value!r:.80}`" if isinstance(error, TypeError) else error
                raise results.InvalidArgument(f"{where} has an `{name}` that {why}") from None


def _fill_field(target: decision_pb2.StickyAssignment, name: str, value: object) -> None:
    if name != "assigned_at":
        setattr(target, name, value)
    elif isinstance(value, datetime):
        fill_instant(target.assigned_at, value)
    else:
        raise results.InvalidArgument(f"is a `{type(value).__name__}`: give an aware datetime")


def _records(assignments: Iterable[results.StickyAssignment]) -> Iterable[object]:
    # One alone is a tuple too, and its fields are no records.
    if isinstance(assignments, results.StickyAssignment) or not isinstance(assignments, Iterable):
        raise results.InvalidArgument(
            f"`sticky_assignments` is a `{type(assignments).__name__}`: give a list of them"
        )
    return assignments


def _wrong_part(context: results.Context, error: Exception) -> str:
    unit_id, units = context.unit_id, context.units
    if unit_id is not None and not _is_text(unit_id):
        return f"`unit_id` is `{unit_id!r:.80}`: give text"
    for kind, one in units.items() if isinstance(units, Mapping) else ():
        if not _is_text(kind) or not _is_text(one):
            return f"`units` has `{kind!r:.80}: {one!r:.80}`: give text for both"
    return f"context cannot be sent: {error}"


def _is_text(value: object) -> bool:
    """Whether it is text that UTF-8 can hold."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def _names(unknown: Iterable[str]) -> Iterable[str]:
    if isinstance(unknown, str):
        raise TypeError(f"`unknown` is the text `{unknown}`: write a list of names")
    return unknown


def _fill_attributes(
    fields: Mapping[str, value_pb2.Value], attributes: Mapping[str, object]
) -> None:
    name = value = None
    try:
        for name, value in attributes.items():
            target = fields[name]
            kind = type(value)
            if kind is str:
                target.string = value  # type: ignore[assignment]
            elif kind is int:
                target.integer = value  # type: ignore[assignment]
            else:
                _fill_value(target, value, 0)
    except results.InvalidArgument as error:
        raise results.InvalidArgument(f"attribute `{name}` {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        why = "does not fit in 64 bits" if type(value) is int else f"cannot be sent: {error}"
        raise results.InvalidArgument(f"attribute `{name}` {why}") from error


def _fill_value(target: value_pb2.Value, value: object, depth: int) -> None:
    if value is None:
        target.null = value_pb2.NULL_VALUE_UNSPECIFIED
    elif isinstance(value, bool):
        target.boolean = value
    elif isinstance(value, str):
        target.string = value
    elif isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 63:
            raise results.InvalidArgument(f"is `{value}`, which does not fit in 64 bits")
        target.integer = value
    elif isinstance(value, float):
        target.double = value
    elif isinstance(value, datetime):
        fill_instant(target.timestamp, value)
    else:
        _fill_nested(target, value, depth + 1)


def _fill_nested(target: value_pb2.Value, value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise results.InvalidArgument(f"is nested deeper than {MAX_DEPTH}")
    if isinstance(value, list | tuple):
        target.list.SetInParent()
        for element in value:
            _fill_value(target.list.values.add(), element, depth)
    elif isinstance(value, dict):
        target.object.SetInParent()
        for name, element in value.items():
            _fill_value(target.object.fields.add(name=name).value, element, depth)
    else:
        raise results.InvalidArgument(
            f"is a `{type(value).__name__}`: give None, str, int, float, bool, an aware datetime, "
            "list, tuple or dict"
        )


def fill_instant(target: Timestamp, instant: datetime) -> None:
    """Writes an aware datetime into a timestamp.

    Raises:
        InvalidArgument: The datetime has no zone.
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise results.InvalidArgument(
            f"is `{instant.isoformat()}` without a zone: give an aware datetime"
        )
    since: timedelta = instant - _EPOCH
    target.seconds = since.days * 86_400 + since.seconds
    target.nanos = since.microseconds * 1000
    target.SetInParent()


def fill_now(target: Timestamp, now: datetime) -> None:
    """Writes the `now` of a request.

    Raises:
        InvalidArgument: It is no datetime, or has no zone.
    """
    if not isinstance(now, datetime):
        raise results.InvalidArgument(f"`now` is a `{type(now).__name__}`: give an aware datetime")
    try:
        fill_instant(target, now)
    except results.InvalidArgument as error:
        raise results.InvalidArgument(f"`now` {error}") from None


def snapshot_ref(message: decision_pb2.SnapshotReference) -> results.SnapshotRef:
    """Reads a snapshot reference."""
    age = message.age
    return results.SnapshotRef(
        message.id, message.revision, age.seconds + age.nanos / 1e9, message.stale
    )


def decision(
    message: decision_pb2.Decision, snapshot: results.SnapshotRef, default: object
) -> results.Decision:
    """Reads a decision; `default` is its value when there is no variant."""
    has_variant = message.HasField("variant")
    return results.Decision(
        message.key,
        message.variant if has_variant else None,
        value(message.value) if has_variant else default,
        results.REASONS[message.reason],
        message.rule or None,
        message.experiment or None,
        message.experiment_variant or None,
        message.enrolled,
        message.error_code or None,
        message.degraded,
        tuple(message.unknown_attributes),
        _notes(message.notes),
        tuple(map(_assignment, message.assignments_to_persist)),
        snapshot,
    )


def _assignment(message: decision_pb2.StickyAssignment) -> results.StickyAssignment:
    return results.StickyAssignment(
        message.experiment,
        message.epoch,
        message.unit_kind,
        message.unit_id,
        message.variant,
        instant(message.assigned_at),
        message.snapshot_id,
    )


def segment_check(
    message: decision_pb2.SegmentCheck, snapshot: results.SnapshotRef
) -> results.SegmentCheck:
    """Reads a segment check."""
    return results.SegmentCheck(
        message.key,
        results.SEGMENT_STATES[message.state],
        message.reason,
        tuple(message.unknown_attributes),
        _notes(message.notes),
        _member_age(message),
        snapshot,
    )


def _member_age(
    message: decision_pb2.SegmentCheck | decision_pb2.ExplainedStep,
) -> timedelta | None:
    """Reads an age; digits below a microsecond are cut."""
    if not message.HasField("member_age"):
        return None
    age = message.member_age
    return timedelta(seconds=age.seconds, microseconds=age.nanos // 1000)


def explained_step(message: decision_pb2.ExplainedStep) -> results.ExplainedStep:
    """Reads a step of an explanation, and those that it holds."""
    return results.ExplainedStep(
        results.STEP_KINDS[message.kind],
        message.name,
        results.SEGMENT_STATES[message.outcome],
        message.operator,
        message.operand,
        results.ATTRIBUTE_STATES[message.state],
        value(message.value),
        message.masked,
        message.unit_kind,
        message.unit_id,
        message.slot if message.HasField("slot") else None,
        message.bucket if message.HasField("bucket") else None,
        message.member_count if message.HasField("member_count") else None,
        _member_age(message),
        tuple(map(explained_step, message.steps)),
    )


def item_failure(message: decision_pb2.ItemError) -> results.ItemFailure:
    """Reads why an item of a batch has no answer."""
    code = CODES[message.code] if 0 <= message.code < len(CODES) else "UNKNOWN"
    return results.ItemFailure(message.key, code, message.reason, message.message)


def _notes(numbers: Iterable[int]) -> tuple[results.Note, ...]:
    return tuple(results.NOTES[number] for number in numbers)


def value(message: value_pb2.Value) -> object:
    """Reads a value; lists and dicts are new ones, which the caller may change."""
    kind = message.WhichOneof("kind")
    return None if kind is None else _READERS[kind](message)


_READERS: dict[str, Callable[[Any], object]] = {
    "null": lambda message: None,  # noqa: ARG005 - one shape for all
    "string": lambda message: message.string,
    "integer": lambda message: message.integer,
    "double": lambda message: message.double,
    "boolean": lambda message: message.boolean,
    "timestamp": lambda message: instant(message.timestamp),
    "list": lambda message: [value(element) for element in message.list.values],
    "object": lambda message: {field.name: value(field.value) for field in message.object.fields},
}


def instant(message: Timestamp) -> datetime:
    """Reads a timestamp, in UTC; digits below a microsecond are cut."""
    return _EPOCH + timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)
