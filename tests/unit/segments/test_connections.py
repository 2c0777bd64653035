"""Connections as an operator declares them, and what is never told of them."""

import textwrap

import pytest

from turnout.segments.connections import Connections
from turnout.segments.credentials import Hidden, Reference
from turnout.segments.failures import BadConnections, QueryFailed, Reason, UnknownConnection
from turnout.segments.query import Statement

SECRET = "hunter-22"


@pytest.fixture
def load(tmp_path):
    def load(text, *, section="connections:\n", **more):
        path = tmp_path / "connections.yaml"
        path.write_text(section + textwrap.indent(text, " " * 2 * bool(section)), encoding="utf-8")
        return Connections.load(path, **more)

    return load


def test_without_a_file_there_is_duckdb_where_it_may_read(tmp_path):
    assert Connections.load(None).kinds == {}
    connections = Connections.load(None, [tmp_path])
    assert connections.kinds == {"duckdb": "duckdb"}
    assert connections.runner("duckdb")


def test_connections_of_each_kind_are_read(load):
    connections = load(
        """
events: {kind: duckdb, folders: [data], attach: {crm: crm.duckdb}, memory_limit: 4GB, threads: 4}
main: {kind: postgresql, url: {env: MAIN_URL}}
clicks:
  kind: clickhouse
  arguments: {host: ch.internal, port: 9000, secure: true, password: {file: /run/secrets/ch}}
""",
        folders=["/data"],
    )
    assert connections.kinds == {
        "clicks": "clickhouse",
        "duckdb": "duckdb",
        "events": "duckdb",
        "main": "postgresql",
    }
    for name in connections.kinds:
        assert connections.runner(name)
    assert "ch.internal" not in repr(connections)


def test_an_unknown_connection_is_told_with_those_that_there_are(load):
    with pytest.raises(UnknownConnection, match="no connection `x`: there are `main`"):
        load("main: {kind: postgresql, url: {env: X}}").runner("x")
    with pytest.raises(UnknownConnection, match="none is declared"):
        Connections.load(None).runner("x")


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("- a", "2:3", "`connections` is a mapping from names, not a list"),
        ("a: {", "3:1", "not YAML"),
        ("a: {kind: duckdb}\na: {kind: duckdb}", "3:3", "`a` is written twice"),
        ("a: 5", "2:6", "a mapping with a `kind`, not the number `5`"),
        ("a: {}", "2:6", "`kind` is missing: one of `duckdb`"),
        ("a: {kind: postgres}", "2:13", "did you mean `postgresql`?"),
        ("a b: {kind: duckdb}", "2:3", "`a b` is no name"),
        ("a: {kind: duckdb, folder: [x]}", "2:21", "unknown field `folder`, did you mean"),
        ("a:\n  kind: duckdb\n  folders: x", "4:14", "`folders` must be a list"),
        ("a: {kind: duckdb, threads: 0}", "2:30", "`threads` cannot be read"),
        ("a: {kind: duckdb, memory_limit: much}", "2:35", "`memory_limit` cannot be read"),
        ("a: {kind: duckdb, attach: {x y: z}}", "2:30", "`x y` cannot be read"),
        ("a: {kind: postgresql}", "2:6", "`url` is missing"),
        ("a: {kind: postgresql, url: {env: A, file: B}}", "2:30", "write `{env: NAME}`"),
        ("a: {kind: trino, arguments: {auth: [1]}}", "2:38", "must be text, a number"),
    ],
)
def test_mistakes_are_told_at_their_place(load, tmp_path, text, place, told):
    with pytest.raises(BadConnections) as caught:
        load(text)
    line = str(caught.value).splitlines()[0]
    assert line.startswith(f"{tmp_path}/connections.yaml:{place}: ")
    assert told in line


def test_connections_stand_under_one_name(load, tmp_path):
    with pytest.raises(BadConnections) as caught:
        load("main: {kind: postgresql, url: {env: X}}", section="")
    assert str(caught.value) == (
        f"{tmp_path}/connections.yaml:1:1: unknown field `main`: there is `connections`"
    )
    assert load("", section="").kinds == {}


@pytest.mark.parametrize(
    "text",
    [
        f"a: {{kind: postgresql, url: 'postgresql://u:{SECRET}@h/d'}}",
        f"a: {{kind: clickhouse, arguments: {{password: {SECRET}}}}}",
        f"a: {{kind: snowflake, arguments: {{private_key_pwd_token: {SECRET}}}}}",
        f"a: {{kind: postgresql, url: {{env: [{SECRET}]}}}}",
        f"a: {{kind: duckdb, threads: {SECRET}}}",
    ],
)
def test_a_password_in_the_file_is_refused_and_not_repeated(load, text):
    with pytest.raises(BadConnections) as caught:
        load(text)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__cause__)


def test_all_mistakes_are_told_at_once(load):
    with pytest.raises(BadConnections) as caught:
        load("a: {kind: x}\nb: {kind: postgresql}")
    assert len(str(caught.value).splitlines()) == 2


def test_folders_of_the_command_line_and_a_duckdb_of_the_file_do_not_mix(load):
    with pytest.raises(BadConnections, match="write its folders there too"):
        load("duckdb: {kind: duckdb}", folders=["/data"])


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadConnections, match="cannot be read: no such file"):
        Connections.load(tmp_path / "none.yaml")


def test_a_reference_is_read_each_time(tmp_path, monkeypatch):
    monkeypatch.setenv("MAIN_URL", "one")
    assert Reference(env="MAIN_URL").read() == "one"
    path = tmp_path / "secret"
    reference = Reference(file=path)
    for value in ("two", "three"):
        path.write_text(f"{value}\n")
        assert reference.read() == value
    assert "three" not in repr(reference)


def test_a_value_that_is_not_there_is_told_by_where_it_should_be(tmp_path):
    for reference, told in (
        (Reference(env="NOT_THERE"), "environment variable `NOT_THERE` cannot be read: not set"),
        (Reference(file=tmp_path / "none"), "none` cannot be read: no such file"),
    ):
        with pytest.raises(QueryFailed, match=told) as caught:
            reference.read()
        assert caught.value.reason is Reason.CONNECTION_LOST


def test_values_that_were_read_stand_in_no_text():
    hidden = Hidden()
    hidden.add(SECRET)
    hidden.add(f"postgresql://u:{SECRET}@h/d")
    told = hidden.out_of(f"cannot reach postgresql://u:{SECRET}@h/d with {SECRET}")
    assert told == "cannot reach ••• with •••"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://nobody:{SECRET}@127.0.0.1:1/none?connect_timeout=2",
        f"postgresql://nobody:{SECRET}@[half/none",
        f"host=127.0.0.1 port=1 password={SECRET} {SECRET}",
        f"postgresql://u@127.0.0.1:1/d?password={SECRET}",
    ],
)
def test_no_connection_tells_no_password(load, monkeypatch, url):
    monkeypatch.setenv("MAIN_URL", url)
    runner = load("main: {kind: postgresql, url: {env: MAIN_URL}}").runner("main")
    with pytest.raises(QueryFailed) as caught, runner.open(Statement("SELECT 1 AS id")):
        pytest.fail("connected")
    assert caught.value.reason is Reason.CONNECTION_LOST
    error = caught.value
    while error is not None:
        assert SECRET not in f"{error} {error!r}"
        error = error.__cause__
