"""How the options of a context are read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from turnout.cli.arguments import read_now, read_value
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed
from turnout.cli.question import Question


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3", 3),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ('["a", 1]', ["a", 1]),
        ('{"a": 1}', {"a": 1}),
        ('"1.10"', "1.10"),
        ("1.10.1", "1.10.1"),
        ("pro", "pro"),
        ("", ""),
        ("True", "True"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("007", "007"),
        ("2026-01-31", "2026-01-31"),
        ("[broken", "[broken"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_a_value_is_json_where_it_is_some_else_text(written, value):
    found = read_value(written)
    assert found == value
    assert type(found) is type(value)


def test_a_context_is_read_from_its_options():
    context = Question(
        unit="u-1",
        unit_of=["account=a=b"],
        attr=["plan=pro", "n=3"],
        unknown=["state"],
        partial=True,
    ).context()
    assert context.unit_id == "u-1"
    assert context.units == {"account": "a=b"}
    assert context.attributes == {"plan": "pro", "n": 3}
    assert context.unknown == ("state",)
    assert context.partial


def test_nothing_given_is_an_empty_context():
    context = Question().context()
    assert (context.unit_id, dict(context.attributes), dict(context.units)) == (None, {}, {})


@pytest.mark.parametrize("written", ["plan", "=pro", ""])
def test_an_attribute_without_a_name_is_wrong_usage(written):
    with pytest.raises(Failed, match="NAME=VALUE") as failed:
        Question(attr=[written]).context()
    assert failed.value.code is ExitCode.USAGE


def test_an_attribute_given_twice_is_wrong_usage():
    with pytest.raises(Failed, match="given twice"):
        Question(attr=["a=1", "a=2"]).context()


def test_an_instant_has_a_zone():
    assert read_now("2026-01-31T12:00:00Z") == datetime(2026, 1, 31, 12, tzinfo=UTC)
    there = timezone(timedelta(hours=2))
    assert read_now("2026-01-31T12:00+02:00") == datetime(2026, 1, 31, 12, tzinfo=there)
    assert read_now(None) is None
    for written in ("2026-01-31T12:00:00", "2026-01-31T12:00", "yesterday"):
        with pytest.raises(Failed, match="Z"):
            read_now(written)
    with pytest.raises(Failed, match="write `2026-01-31T00:00:00Z` for UTC"):
        read_now("2026-01-31")


@pytest.mark.parametrize(
    ("given", "environment", "told"),
    [
        ({"threads": -1}, {}, "`--threads -1` must be greater than or equal to 0"),
        ({"log_format": "xml"}, {}, "`--log-format xml` must be `text` or `json`"),
        ({}, {"STALE_AFTER": "abc"}, "`TURNOUT_STALE_AFTER=abc` must be a valid number"),
        ({}, {"MAX_DEPTH": "100"}, "`TURNOUT_MAX_DEPTH=100` must be less than or equal to 64"),
        ({}, {"LISTEN": "here"}, "`TURNOUT_LISTEN`: `here` is no address: write HOST:PORT"),
        ({"listen": "here"}, {}, "`--listen`: `here` is no address: write HOST:PORT"),
        ({"listen": "none", "unix_socket": "none"}, {}, "nothing would answer"),
    ],
)
def test_a_bad_setting_is_named_as_it_was_given(run, monkeypatch, given, environment, told):
    for name, value in environment.items():
        monkeypatch.setenv(f"TURNOUT_{name}", value)
    options = [part for name, value in given.items() for part in (_option(name), value)]
    done = run("serve", "documents", *options)
    assert done.code == ExitCode.USAGE
    assert done.err.startswith(f"error: {told}")


def _option(name):
    return f"--{name.replace('_', '-')}"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--control-listen", "0.0.0.0:8015"],
            "`--control-listen 0.0.0.0:8015` would carry tokens",
        ),
        (
            ["--store", "mysql://root:secret@db/t"],
            "`--store`: the store is `sqlite:////folder/file",
        ),
        (["documents", "--role", "control"], "a server has documents or a store"),
        (["--role", "sidecar"], "a sidecar needs a place of snapshots: add `--from URL`"),
        (["--role", "sidecar", "--from", "here"], "`--from`: it is no place of snapshots"),
        (["--role", "boss"], "`--role boss` must be `all`, `control` or `sidecar`"),
    ],
)
def test_what_a_role_needs_is_said(run, options, told):
    done = run("serve", *options)
    assert done.code == ExitCode.USAGE
    assert done.err.startswith(f"error: {told}")


def test_roles_that_are_no_json_are_told_so(run, monkeypatch):
    monkeypatch.setenv("TURNOUT_CLIENT_ROLES", '{"ci"')
    done = run("serve")
    assert done.code == ExitCode.USAGE
    assert done.err.startswith("error: `TURNOUT_CLIENT_ROLES` is a JSON object")
