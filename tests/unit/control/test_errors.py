"""Errors become statuses in one place, small enough for headers."""

import base64
from urllib.parse import quote

import grpc
import pytest
from google.rpc import error_details_pb2

from turnout.control.errors import failure_of, status_of
from turnout.control.failures import FailedPrecondition, InvalidDocument, Silent, Violation
from turnout.releases.errors import NeedsSecondPerson, PlanOutdated
from turnout.store import (
    AlreadyExists,
    Conflict,
    Damaged,
    Invalid,
    InvalidRequestId,
    NewerStore,
    NotFound,
    Unavailable,
)

CODES = grpc.StatusCode


@pytest.mark.parametrize(
    ("error", "code", "reason", "parts"),
    [
        (NotFound("audit event", "7"), CODES.NOT_FOUND, "AUDIT_EVENT_NOT_FOUND",
         {"kind": "audit event", "key": "7"}),
        (AlreadyExists("flag", "f", by="experiment"), CODES.ALREADY_EXISTS, "KEY_TAKEN",
         {"kind": "flag", "key": "f", "taken_by": "experiment"}),
        (Conflict("flag", "f", "7"), CODES.ABORTED, "ETAG_MISMATCH",
         {"kind": "flag", "key": "f", "etag": "7"}),
        (Invalid("unit_ids", "no text"), CODES.INVALID_ARGUMENT, "BAD_VALUE",
         {"field": "unit_ids"}),
        (InvalidRequestId("id"), CODES.INVALID_ARGUMENT, "REQUEST_ID_REUSED",
         {"field": "request_id"}),
        (Unavailable("gone"), CODES.UNAVAILABLE, "STORE_UNAVAILABLE", {}),
        (Unavailable("gone", outcome_unknown=True), CODES.UNAVAILABLE, "OUTCOME_UNKNOWN", {}),
        (NewerStore("newer"), CODES.UNAVAILABLE, "STORE_UNAVAILABLE", {}),
        (Damaged("snapshot", "7"), CODES.DATA_LOSS, "DAMAGED", {"kind": "snapshot", "key": "7"}),
        (Silent(60.0), CODES.DEADLINE_EXCEEDED, "SILENT", {"seconds": "60"}),
        (PlanOutdated(), CODES.ABORTED, "PLAN_OUTDATED", {}),
        (NeedsSecondPerson("anna", ["flags/f"]), CODES.PERMISSION_DENIED,
         "NEEDS_SECOND_PERSON", {"actor": "anna"}),
    ],
)  # fmt: skip
def test_each_error_has_its_status_and_reason(error, code, reason, parts):
    failure = failure_of(error)
    assert (failure.code, failure.reason, dict(failure.parts)) == (code, reason, parts)
    assert failure.message
    assert failure.retry == (code is CODES.UNAVAILABLE)


@pytest.mark.parametrize("outcome_unknown", [False, True])
def test_where_the_database_is_goes_to_the_log_alone(caplog, outcome_unknown):
    said = "the store `postgresql://anna@db.internal/t` is unavailable: refused"
    failure = failure_of(Unavailable(said, outcome_unknown=outcome_unknown))
    assert "db.internal" not in str(status_of(failure))
    assert said in caplog.text


def details(status, kind):
    found = [kind() for _ in range(1)]
    assert any(packed.Unpack(found[0]) for packed in status.details)
    return found[0]


@pytest.mark.parametrize("message", ["x" * 10_000, "ü" * 10_000, "\u65e5" * 10_000])
def test_details_fit_into_headers(message):
    violations = [Violation(f"flag.rules[{at}].serve", message) for at in range(50)]
    for error in (
        InvalidDocument("flags/f", violations),
        FailedPrecondition("IN_USE", message, violations, name=message),
    ):
        status = status_of(failure_of(error))
        sent = len(base64.b64encode(status.SerializeToString())) + len(quote(status.message))
        assert sent < 7500


def test_as_many_violations_are_told_as_there_is_room():
    violations = [Violation(f"flag.rules[{at}].serve", "unknown variant") for at in range(500)]
    status = status_of(failure_of(InvalidDocument("flags/f", violations)))
    told = details(status, error_details_pb2.BadRequest).field_violations
    assert 20 < len(told) < 100
    info = details(status, error_details_pb2.ErrorInfo)
    assert info.metadata["problem_count"] == "500"
    assert status.message == "unknown variant (and 499 more)"
