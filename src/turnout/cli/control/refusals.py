"""Turns what a control plane answers instead of an answer into what people can act on."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from turnout.cli.control.connection import TOKEN_VARIABLE
from turnout.cli.control.hints import hint, in_words_of_commands
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed

_CODES = {
    grpc.StatusCode.NOT_FOUND: ExitCode.NOT_FOUND,
    grpc.StatusCode.UNAVAILABLE: ExitCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED: ExitCode.DEADLINE,
    grpc.StatusCode.UNAUTHENTICATED: ExitCode.DENIED,
    grpc.StatusCode.PERMISSION_DENIED: ExitCode.DENIED,
    grpc.StatusCode.ABORTED: ExitCode.CONFLICT,
}
_BY_REASON = {"HAS_PROBLEMS": ExitCode.PROBLEMS}
_DETAILS = "grpc-status-details-bin"
_TLS_WORDS = ("handshake", "ssl", "tls", "certificate")


class Violation(NamedTuple):
    """One field that is wrong, or what stands in the way."""

    field: str
    """Of the request, or an item: `flags/new-checkout`."""
    message: str

    @property
    def item_and_field(self) -> tuple[str, str]:
        """The parts of `flags/new-checkout rules[0].when`; the field may be empty."""
        item, _, field = self.field.partition(" ")
        return item, field


class Refused(Failed):
    """The control plane said no, or nothing.

    Args:
        message: For people.
        code: What the process ends with.
        status: The canonical code, for example `NOT_FOUND`.
        reason: Machine-readable; empty for none.
        metadata: Every dynamic part of the message by name.
        violations: The fields that are wrong.
    """

    def __init__(
        self,
        message: str,
        code: ExitCode,
        status: str,
        *,
        reason: str = "",
        metadata: dict[str, str] | None = None,
        violations: Iterable[Violation] = (),
    ) -> None:
        self.violations = tuple(violations)
        self.status, self.reason, self.metadata = status, reason, metadata or {}
        self.told = message
        parts: dict[str, object] = {"code": status, "reason": reason, "metadata": self.metadata}
        parts["violations"] = [one._asdict() for one in self.violations]
        if reason == "FORBIDDEN_MOVE":
            message = in_words_of_commands(message, self.metadata)
        more = [*lines(message, self.violations), *self.left_out]
        more += filter(None, [hint(message, reason, self.metadata)])
        whole = "\n  ".join([message, *more])
        super().__init__(whole, code, (), parts)

    @property
    def left_out(self) -> list[str]:
        """Says how many more fields are wrong: an answer has no room for very many."""
        count = self.metadata.get("problem_count", "")
        more = int(count) - len(self.violations) if count.isdigit() else 0
        return [f"and {more} more"] if more > 0 else []


def refusal(error: grpc.RpcError, address: str, *, has_token: bool) -> Refused:
    """What to raise for an error of a call.

    Args:
        error: Of grpc.
        address: Of the control plane.
        has_token: The call carried one.
    """
    call: Any = error
    status, text = call.code(), call.details() or ""
    details = _Details(_details(call))
    message = text
    if status is grpc.StatusCode.UNAVAILABLE and not details.reason:
        message = _nobody(address, text)
    elif status is grpc.StatusCode.DEADLINE_EXCEEDED and not details.reason:
        message = f"the control plane at `{address}` did not answer in time: raise `--timeout`"
    elif status is grpc.StatusCode.UNIMPLEMENTED and not details.reason:
        message = f"`{address}` is no control plane, or an older one: {text.lower()}"
    elif status is grpc.StatusCode.UNAUTHENTICATED and not has_token:
        message += f": set {TOKEN_VARIABLE} or give `--token-file`"
    return Refused(
        message or f"the control plane answered {status.name}",
        _BY_REASON.get(details.reason) or _CODES.get(status, ExitCode.REFUSED),
        status.name,
        reason=details.reason,
        metadata=details.metadata,
        violations=details.violations,
    )


def exit_code_of(code: int) -> ExitCode:
    """What the process ends with for a canonical code, for example 4 of DEADLINE_EXCEEDED."""
    found = next((one for one in grpc.StatusCode if one.value[0] == code), None)
    return _CODES.get(found, ExitCode.REFUSED) if found is not None else ExitCode.REFUSED


def _nobody(address: str, text: str) -> str:
    if any(word in text.lower() for word in _TLS_WORDS):
        return f"`{address}` is not trusted, or does not trust us: {text}"
    return f"no control plane at `{address}`: start one with `turnout serve`"


class _Details:
    """What came with a status.

    Args:
        status: None when nothing came.
    """

    def __init__(self, status: Any) -> None:  # noqa: ANN401 - a Status, whose types are not published
        self.reason = ""
        self.metadata: dict[str, str] = {}
        self.violations: list[Violation] = []
        info, wrong = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        standing = error_details_pb2.PreconditionFailure()
        for detail in status.details if status is not None else ():
            if detail.Unpack(info):
                self.reason, self.metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(wrong):
                self.violations += (
                    Violation(one.field, one.description) for one in wrong.field_violations
                )
            elif detail.Unpack(standing):
                self.violations += (
                    Violation(one.subject, one.description) for one in standing.violations
                )


def _details(call: Any) -> Any:  # noqa: ANN401 - grpc's own, and a Status
    for name, content in call.trailing_metadata() or ():
        if name == _DETAILS:
            try:
                return status_pb2.Status.FromString(content)
            except DecodeError:
                return None
    return None


def lines(message: str, violations: Iterable[Violation]) -> list[str]:
    """The fields that are wrong, a line each, unless the message says it already."""
    told = [one for one in violations if one.message not in message]
    return [f"{one.field}: {one.message}" if one.field else one.message for one in told]
