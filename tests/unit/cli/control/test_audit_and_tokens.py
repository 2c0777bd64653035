"""`audit` and `token`: who did what, and who may."""

from datetime import UTC, datetime

import pytest
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from turnout.cli.exit_codes import ExitCode
from turnout.control.v1 import audit_pb2, token_pb2

AT = Timestamp()
AT.FromDatetime(datetime(2026, 11, 22, 12, 30, tzinfo=UTC))


def struct(**fields):
    made = Struct()
    made.update(fields)
    return made


EVENT = audit_pb2.AuditEvent(
    name="auditEvents/2",
    time=AT,
    actor="anna",
    method="UpdateFlag",
    resource="flags/x",
    peer="127.0.0.1:5",
    before=struct(default="off"),
    after=struct(default="on"),
    hash="ab",
)
TOKEN = token_pb2.Token(
    name="tokens/ci", role=token_pb2.ROLE_EDITOR, create_time=AT, expire_time=AT, tags=["web"]
)


@pytest.fixture
def log(plane):
    plane.answers["ListAuditEvents"] = audit_pb2.ListAuditEventsResponse(audit_events=[EVENT])
    return plane


def test_the_log_is_listed(run, log):
    done = run("audit", "--filter", 'actor = "anna"', "--limit", "5")
    head, row = done.out.splitlines()
    assert head.split() == ["number", "time", "actor", "method", "resource", "from"]
    assert row.split() == [
        "2", "2026-11-22", "12:30:00Z", "anna", "UpdateFlag", "flags/x", "127.0.0.1:5",
    ]  # fmt: skip
    (request,) = log.requests("ListAuditEvents")
    assert (request.filter, request.page_size) == ('actor = "anna"', 5)
    (told,) = run("audit", "-o", "json").json
    assert (told["before"], told["after"]) == ({"default": "off"}, {"default": "on"})
    assert run("audit", "--changes").out.splitlines()[1] == '    default: "off" → "on"'


@pytest.mark.usefixtures("log")
def test_errors_of_the_list_are_told_as_those_of_any_command(run):
    done = run("audit", "--token-file", "/none")
    assert done.code == ExitCode.USAGE
    assert done.err.startswith("error: cannot use `/none`")


def test_a_log_that_is_whole_is_said_to_be(run, plane):
    plane.answers["VerifyAuditEvents"] = audit_pb2.VerifyAuditEventsResponse(
        intact=True, event_count=1234
    )
    assert run("audit", "verify").out == "intact: 1,234 events\n"
    assert run("audit", "verify", "-o", "json").json == {"intact": True, "event_count": 1234}


def test_a_log_that_was_tampered_with_ends_with_1(run, plane):
    plane.answers["VerifyAuditEvents"] = audit_pb2.VerifyAuditEventsResponse(
        event_count=9, first_broken="auditEvents/4", message="its hash is another one"
    )
    done = run("audit", "verify")
    assert done.code == ExitCode.PROBLEMS
    assert done.err == "tampered with: auditEvents/4: its hash is another one\n"
    told = run("audit", "verify", "-o", "json")
    assert told.code == ExitCode.PROBLEMS
    assert told.json["first_broken"] == "auditEvents/4"


def test_options_before_verify_are_not_dropped_in_silence(run, plane):
    done = run("audit", "--filter", "x", "verify")
    assert done.code == ExitCode.USAGE
    assert "behind `verify`" in done.err
    assert not plane.asked


def test_the_secret_is_alone_on_standard_output(run, plane):
    plane.answers["CreateToken"] = token_pb2.CreateTokenResponse(token=TOKEN, secret="s3cret")
    options = ["--prefix", "web-", "--tag", "web", "--expires", "2027-01-31T12:00:00+01:00"]
    done = run("token", "create", "ci", "--role", "editor", *options)
    assert done.out == "s3cret\n"
    assert done.err.startswith("token `ci`: editor, until 2026-11-22 12:30:00Z")
    (request,) = plane.requests("CreateToken")
    assert request.token_id == "ci"
    assert request.token.role == token_pb2.ROLE_EDITOR
    assert list(request.token.key_prefixes) == ["web-"]
    assert list(request.token.tags) == ["web"]
    assert request.token.expire_time.ToJsonString() == "2027-01-31T11:00:00Z"
    told = run("token", "create", "ci", "--role", "editor", "-o", "json").json
    assert told["secret"] == "s3cret"
    assert told["token"]["role"] == "editor"
    assert not plane.requests("CreateToken")[1].token.HasField("expire_time")


def test_a_token_without_a_role_or_with_a_bad_instant_is_wrong_usage(run, plane):
    assert run("token", "create", "ci").code == ExitCode.USAGE
    assert run("token", "create", "ci", "--role", "boss").code == ExitCode.USAGE
    done = run("token", "create", "ci", "--role", "editor", "--expires", "tomorrow")
    assert done.code == ExitCode.USAGE
    assert "`--expires tomorrow` is no instant" in done.err
    assert not plane.asked


def test_tokens_are_listed_and_revoked(run, plane):
    plane.answers["ListTokens"] = token_pb2.ListTokensResponse(tokens=[TOKEN])
    plane.answers["RevokeToken"] = TOKEN
    done = run("token", "list", "--expired")
    assert done.out.splitlines()[1].split()[:2] == ["ci", "editor"]
    assert plane.requests("ListTokens")[0].show_expired
    (told,) = run("token", "list", "-o", "json").json
    assert told["revoke_time"] is None
    assert run("token", "revoke", "ci").code == ExitCode.USAGE  # nobody can be asked
    revoked = run("token", "revoke", "tokens/ci", "--yes")
    assert revoked.out == "token `ci` is worthless from now on\n"
    run("token", "revoke", "ci", "--yes", "-o", "json")
    assert {one.name for one in plane.requests("RevokeToken")} == {"tokens/ci"}
