"""Shows what is scheduled."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.json_format import MessageToDict

from turnout.cli.control.releasing import instant_text
from turnout.cli.output import print_fields, print_json, print_table
from turnout.control.v1 import schedule_pb2

Change = Any
"""A ScheduledChange of `turnout.control.v1`."""

_HEAD = ("number", "when", "item", "what", "state", "by", "step", "why")
_STATE = "SCHEDULED_CHANGE_STATE_"
_VERB = "SCHEDULED_VERB_"
_TIMES = ("change_time", "create_time", "apply_time", "end_time")


def print_scheduled(changes: Iterable[Change], *, as_json: bool) -> None:
    """Writes one row a change."""
    if as_json:
        print_json([scheduled_object(one) for one in changes])
    else:
        print_table(_HEAD, map(_row, changes))


def show_scheduled(change: Change, *, as_json: bool) -> None:
    """Writes everything about one."""
    if as_json:
        print_json(scheduled_object(change))
        return
    print_fields(
        {
            "number": _number(change),
            "item": change.item,
            "what": _what(change),
            "when": instant_text(change.change_time),
            "publishes": not change.skip_publish,
            "step": change.step,
            "comment": change.comment,
            "state": _state(change),
            "by": change.creator,
            "approved by": change.approver,
            "changed": instant_text(change.apply_time),
            "ended": instant_text(change.end_time),
            "snapshot": change.snapshot,
            "reason": change.failure_reason,
            "message": change.failure_message,
        }
    )


def scheduled_object(change: Change) -> dict[str, object]:
    """One for programs."""
    times = {
        name: getattr(change, name).ToJsonString() if change.HasField(name) else None
        for name in _TIMES
    }
    chosen = change.WhichOneof("action")
    action = getattr(change, chosen)
    shown = action if isinstance(action, str) else _action(action)
    return {
        "name": change.name,
        "item": change.item,
        "action": {chosen: shown},
        "state": _state(change),
        "skip_publish": change.skip_publish,
        "step": change.step,
        "comment": change.comment,
        "creator": change.creator,
        "approver": change.approver,
        **times,
        "snapshot": change.snapshot or None,
        "failure_reason": change.failure_reason,
        "failure_message": change.failure_message,
    }


def _action(action: Any) -> dict[str, object]:  # noqa: ANN401 - a message
    return MessageToDict(action, preserving_proto_field_name=True)


def _row(change: Change) -> tuple[object, ...]:
    when = instant_text(change.change_time)
    why = change.failure_message or change.comment
    who = f"{change.creator}, {change.approver}" if change.approver else change.creator
    number, what = _number(change), _what(change)
    return number, when, change.item, what, _state(change), who, change.step, why


def _number(change: Change) -> str:
    return str(change.name).removeprefix("scheduledChanges/")


def _state(change: Change) -> str:
    name = schedule_pb2.ScheduledChangeState.Name(change.state)
    return name.removeprefix(_STATE).lower()


def _what(change: Change) -> str:
    chosen = change.WhichOneof("action")
    if chosen == "traffic":
        return f"traffic {change.traffic}"
    if chosen == "weights":
        return f"weights {_shares(change.weights.weights)}"
    if chosen == "split":
        return f"split of {change.split.rule}: {_shares(change.split.split)}"
    parameters = _action(change.move)
    verb = str(parameters.pop("verb")).removeprefix(_VERB).replace("_", "-").lower()
    return " ".join([verb, *(_parameter(name, value) for name, value in parameters.items())])


def _parameter(name: str, value: object) -> str:
    if value is True:
        return name
    # A word of an enum says what it is a word of.
    prefix = f"{name.upper()}_"
    text = str(value)
    return f"{name}={text.removeprefix(prefix).lower() if text.startswith(prefix) else text}"


def _shares(shares: Iterable[Any]) -> str:
    return ", ".join(f"{one.variant}={one.share}" for one in shares)
