"""A gRPC stub's side of the conformance cases: contexts to messages, replies to plain values."""

from datetime import datetime
from typing import Any

from turnout import Context
from turnout.v1 import decision_pb2 as pb
from turnout.v1 import reason_pb2, value_pb2

SCALARS = {bool: "boolean", int: "integer", float: "double", str: "string"}


def context(given: Context) -> pb.Context:
    """The message of a context."""
    message = pb.Context(
        targeting_key=given.unit_id or "",
        units=dict(given.units or {}),
        unknown_attributes=list(given.unknown),
        partial=given.partial,
        events_reached=given.events_reached,
    )
    for name, item in (given.attributes or {}).items():
        message.attributes[name].CopyFrom(value(item))
    for kept in given.sticky_assignments:
        fields = kept._asdict()
        assigned_at = fields.pop("assigned_at")
        message.sticky_assignments.add(**fields).assigned_at.FromDatetime(assigned_at)
    return message


def value(given: Any) -> value_pb2.Value:
    """The message of a JSON value."""
    if given is None:
        return value_pb2.Value(null=value_pb2.NULL_VALUE_UNSPECIFIED)
    if isinstance(given, list):
        return value_pb2.Value(list=value_pb2.ListValue(values=[value(item) for item in given]))
    if isinstance(given, dict):
        fields = [value_pb2.ObjectValue.Field(name=n, value=value(v)) for n, v in given.items()]
        return value_pb2.Value(object=value_pb2.ObjectValue(fields=fields))
    if isinstance(given, datetime):
        found = value_pb2.Value()
        found.timestamp.FromDatetime(given)
        return found
    return value_pb2.Value(**{SCALARS[type(given)]: given})


def plain(message: value_pb2.Value) -> Any:
    """The JSON value of a message."""
    kind = message.WhichOneof("kind")
    if kind in (None, "null"):
        return None
    if kind == "list":
        return [plain(item) for item in message.list.values]
    if kind == "object":
        return {field.name: plain(field.value) for field in message.object.fields}
    return getattr(message, kind)


def decision(message: pb.Decision, expected: dict[str, Any]) -> dict[str, Any]:
    """A decision in the shape of a case's `expected`."""
    whole = {
        "variant": message.variant if message.HasField("variant") else None,
        "value": plain(message.value),
        "reason": reason_pb2.Reason.Name(message.reason).removeprefix("REASON_"),
        "rule": message.rule or None,
        "experiment": message.experiment or None,
        "experiment_variant": message.experiment_variant or None,
        "enrolled": message.enrolled,
        "error_code": message.error_code or None,
        "degraded": message.degraded,
        "unknown_attributes": list(message.unknown_attributes),
        "notes": _notes(message.notes),
    }
    if "assignments_to_persist" in expected:
        whole["assignments_to_persist"] = [_kept(one) for one in message.assignments_to_persist]
    return whole


def _kept(message: pb.StickyAssignment) -> dict[str, Any]:
    return {
        "experiment": message.experiment,
        "epoch": message.epoch,
        "unit_kind": message.unit_kind,
        "unit_id": message.unit_id,
        "variant": message.variant,
        "assigned_at": message.assigned_at.ToJsonString(),
    }


def segment_check(message: pb.SegmentCheck) -> dict[str, Any]:
    """A segment check in the shape of a case's `expected`."""
    return {
        "state": pb.SegmentState.Name(message.state).removeprefix("SEGMENT_STATE_"),
        "reason": message.reason,
        "unknown_attributes": list(message.unknown_attributes),
        "notes": _notes(message.notes),
        "member_age": message.member_age.seconds if message.HasField("member_age") else None,
    }


def _notes(numbers: Any) -> list[str]:
    return [reason_pb2.Note.Name(number).removeprefix("NOTE_") for number in numbers]
