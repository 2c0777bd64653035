"""The requests that the figures send, and gRPC's framing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.catalogue import ATTRIBUTES, MEASURED_FLAG, UNIT_ID
from turnout.v1 import decision_pb2, reason_pb2, value_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.protobuf.message import Message

SERVICE = "/turnout.v1.DecisionService"
DECIDE = f"{SERVICE}/Decide"
BATCH_DECIDE = f"{SERVICE}/BatchDecide"
SPLIT = reason_pb2.REASON_SPLIT
DECIDE_ALL = f"{SERVICE}/DecideAll"
EXPLAIN = f"{SERVICE}/Explain"


def frame(message: Message) -> bytes:
    """One gRPC frame: not compressed, the length in four bytes, the message."""
    body = message.SerializeToString(deterministic=True)
    return b"\0" + len(body).to_bytes(4, "big") + body


def context() -> decision_pb2.Context:
    """The measured context: a unit id and four attributes."""
    return decision_pb2.Context(
        targeting_key=UNIT_ID,
        attributes={name: _value(value) for name, value in ATTRIBUTES.items()},
    )


def decide() -> decision_pb2.DecideRequest:
    """The measured request."""
    return decision_pb2.DecideRequest(key=MEASURED_FLAG, context=context())


def explain() -> decision_pb2.ExplainRequest:
    """The measured request, explained."""
    return decision_pb2.ExplainRequest(key=MEASURED_FLAG, context=context())


def batch_decide(keys: Sequence[str]) -> decision_pb2.BatchDecideRequest:
    """Many keys with the measured context."""
    return decision_pb2.BatchDecideRequest(keys=keys, context=context())


def decide_all() -> decision_pb2.DecideAllRequest:
    """Everything for the measured context."""
    return decision_pb2.DecideAllRequest(context=context())


def _value(value: str | int) -> value_pb2.Value:
    if isinstance(value, str):
        return value_pb2.Value(string=value)
    return value_pb2.Value(integer=value)
