"""The life of items, releases, the log and tokens, by commands to a real control plane."""

import sqlite3
from contextlib import closing

import pytest

from turnout.cli.exit_codes import ExitCode

DOCUMENTS = """\
segments:
  staff: {kind: static, members: [u-1]}
  pro: {match: {attribute: plan, is: pro}}
flags:
  checkout:
    variants: {on: true, off: false}
    default: off
    rules: [{name: staff, when: {segment: staff}, serve: on}]
experiments:
  button:
    variants: {control: {weight: 50%, value: 1}, green: {weight: 50%, value: 2}}
"""


@pytest.fixture
def applied(run, plane, tmp_path):
    file = tmp_path / "documents.yaml"
    file.write_text(DOCUMENTS)
    done = run("apply", file, "--yes", "--publish")
    assert done.code == ExitCode.OK, done.err
    return plane


@pytest.mark.usefixtures("applied")
def test_an_experiment_runs_from_start_to_archive(run):
    for command, standing in (
        ("start", "running"),
        ("stop-enrolment", "enrolment stopped"),
        ("resume-enrolment", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("kill", "running, killed"),
        ("revive", "running"),
        ("bump-epoch", "running, in epoch 2"),
        ("conclude", "concluded, in epoch 2"),
        ("archive", "archived, in epoch 2"),
        ("restore", "concluded, in epoch 2"),
    ):
        done = run("experiment", command, "button")
        assert done.out.startswith(f"experiment `button` in the store: {standing};"), done
    done = run("experiment", "conclude", "button", "--winner", "green")
    assert "won by green" in done.out


@pytest.mark.usefixtures("applied")
def test_a_move_that_is_not_allowed_says_which_are(run):
    done = run("flag", "enable", "checkout")
    assert done.code == ExitCode.REFUSED
    assert done.err == (
        "error: flag `checkout` is enabled, which does not allow `enable`: it allows `disable`\n"
    )
    assert run("segment", "archive", "staff").code == ExitCode.REFUSED
    assert run("segment", "archive", "staff", "--force").code == ExitCode.OK


@pytest.mark.usefixtures("applied")
def test_an_old_etag_is_a_conflict(run):
    etag = run("flag", "get", "checkout", "-o", "json").json["etag"]
    assert run("flag", "disable", "checkout", "--etag", etag).code == ExitCode.OK
    assert run("flag", "enable", "checkout", "--etag", etag).code == ExitCode.CONFLICT


@pytest.mark.usefixtures("applied")
def test_members_come_and_go(run):
    assert run("segment", "members", "add", "staff", "u-2", "u-1").out.startswith("added 1,")
    assert run("segment", "members", "remove", "staff", "u-1").out.startswith("removed 1,")
    assert run("segment", "members", "list", "staff").out == "u-2\n"
    assert run("segment", "members", "list", "pro").code == ExitCode.REFUSED


@pytest.mark.usefixtures("applied")
def test_items_are_listed_by_filter(run):
    assert [one["key"] for one in run("segment", "get", "-o", "json").json] == ["pro", "staff"]
    found = run("segment", "get", "--filter", "status = ACTIVE AND pr", "-o", "json").json
    assert [one["key"] for one in found] == ["pro"]
    done = run("flag", "get", "--filter", "statux = ENABLED")
    assert done.code == ExitCode.REFUSED
    assert "did you mean `status`" in done.err


@pytest.mark.usefixtures("applied")
def test_back_to_an_earlier_revision(run):
    run("flag", "disable", "checkout")
    assert run("publish", "--yes", "--comment", "off").code == ExitCode.OK
    done = run("rollback", "1", "--yes", "--comment", "on again")
    assert done.out.startswith("changes   flags/checkout\npublished revision 3 ")
    revisions = run("snapshots", "-o", "json").json
    assert [one["revision"] for one in revisions] == [3, 2, 1]
    assert revisions[0]["id"] == revisions[2]["id"]
    assert run("rollback", "99", "--yes").code == ExitCode.NOT_FOUND


@pytest.mark.usefixtures("applied")
def test_a_log_that_was_tampered_with_is_found(run, tmp_path):
    assert run("audit", "verify").code == ExitCode.OK
    (event,) = run("audit", "--filter", 'method = "Publish"', "-o", "json").json
    assert event["resource"] == "snapshots/1"
    with closing(sqlite3.connect(tmp_path / "store.db")) as store, store:
        store.execute("update audit_events set actor = 'nobody' where number = 1")
    done = run("audit", "verify")
    assert done.code == ExitCode.PROBLEMS
    assert done.err.startswith("tampered with: auditEvents/1: ")


def test_the_role_of_a_token_is_heeded(run, start, monkeypatch):
    server = start(authentication=True)
    denied = run("flag", "get")
    assert denied.code == ExitCode.DENIED
    assert "set TURNOUT_TOKEN or give `--token-file`" in denied.err
    monkeypatch.setenv("TURNOUT_TOKEN", server.first_token)
    secret = run("token", "create", "reader", "--role", "viewer").out.strip()
    monkeypatch.setenv("TURNOUT_TOKEN", secret)
    assert run("flag", "get").code == ExitCode.OK
    assert run("publish", "--yes").code == ExitCode.DENIED
    monkeypatch.setenv("TURNOUT_TOKEN", server.first_token)
    assert run("token", "revoke", "reader", "--yes").code == ExitCode.OK
    monkeypatch.setenv("TURNOUT_TOKEN", secret)
    assert run("flag", "get").code == ExitCode.DENIED
