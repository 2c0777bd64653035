"""The one place that turns an answer that is not OK into an exception."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from turnout import results
from turnout.client.address import Address
from turnout.client.http import Reply, Unreadable

CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
"""The canonical codes by number."""

_BY_REASON: dict[str, type[results.TurnoutError]] = {
    "FLAG_NOT_FOUND": results.FlagNotFound,
    "SEGMENT_NOT_FOUND": results.SegmentNotFound,
    "TYPE_MISMATCH": results.TypeMismatch,
}
_BY_CODE: dict[str, type[results.TurnoutError]] = {
    kind.code: kind
    for kind in (
        results.NotFound,
        results.InvalidArgument,
        results.FailedPrecondition,
        results.ResourceExhausted,
        results.Unavailable,
        results.DeadlineExceeded,
        results.Unimplemented,
    )
}
# What the Connect protocol says an answer without a Connect error means.
_BY_STATUS = {
    400: "INTERNAL",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    413: "RESOURCE_EXHAUSTED",
    415: "INTERNAL",
    429: "UNAVAILABLE",
    431: "RESOURCE_EXHAUSTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "UNAVAILABLE",
}


def from_reply(reply: Reply) -> results.TurnoutError:
    """The exception for an answer whose status is not 200."""
    try:
        error = json.loads(reply.body) if reply.content_type == "application/json" else None
    except ValueError:
        error = None
    if isinstance(error, dict) and "code" in error:
        return from_error(error)
    code = _BY_STATUS.get(reply.status, "UNKNOWN")
    message = f"server answered HTTP status {reply.status}: is it a turnout data plane"
    return _BY_CODE.get(code, results.TurnoutError)(message, code=code)


def from_error(error: Mapping[str, Any]) -> results.TurnoutError:
    """The exception for an `error` object of the Connect protocol."""
    code = str(error.get("code", "unknown")).upper()
    if code == "CANCELED":
        code = "CANCELLED"
    message = str(error.get("message") or code.lower())
    reason, metadata = _error_info(error.get("details"))
    kind = _BY_REASON.get(reason) or _BY_CODE.get(code, results.TurnoutError)
    return kind(message, code=code, reason=reason, metadata=metadata)


def unreadable(address: Address, error: Unreadable) -> results.TurnoutError:
    """The exception for an answer that is no HTTP, or was cut."""
    return results.TurnoutError(
        f"unreadable answer from `{address}`: {error}: is it a turnout data plane",
        code="INTERNAL",
        reason="UNREADABLE_ANSWER",
    )


def _error_info(details: object) -> tuple[str, dict[str, str]]:
    """The reason and the metadata of the `google.rpc.ErrorInfo` among the details."""
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and str(detail.get("type")).endswith("google.rpc.ErrorInfo"):
            encoded = str(detail.get("value", ""))
            try:
                return _read_error_info(base64.b64decode(encoded + "=" * (-len(encoded) % 4)))
            except (binascii.Error, DecodeError, UnicodeDecodeError):
                return "", {}
    return "", {}


def _read_error_info(message: bytes) -> tuple[str, dict[str, str]]:
    """Reads `{1: reason, 2: domain, 3: map<string, string> metadata}` without its generated code.

    The code is part of googleapis-common-protos, which would be a second dependency.
    """
    reason = ""
    metadata: dict[str, str] = {}
    for number, field in _fields(message):
        if number == 1:
            reason = field.decode()
        elif number == 3:
            entry = {part: text.decode() for part, text in _fields(field)}
            metadata[entry.get(1, "")] = entry.get(2, "")
    return reason, metadata


def _fields(message: bytes) -> list[tuple[int, bytes]]:
    unknown: Iterable[Any] = UnknownFieldSet(Empty.FromString(message))  # type: ignore[assignment]  # the stub lacks __iter__
    return [(field.field_number, field.data) for field in unknown if field.wire_type == 2]
