"""Ready queries: what they find, in DuckDB and in PostgreSQL, and what they refuse."""

from datetime import datetime, timedelta

import duckdb
import psycopg
import pytest

from turnout.segments.evaluating import unit_ids
from turnout.segments.failures import BadQuery
from turnout.segments.query import statement_of
from turnout.segments.templates import templates

NOW = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - as the column has it
EVENTS = [  # who, what, days ago
    ("new", "visit", 2),
    ("steady", "visit", 1),
    ("steady", "visit", 5),
    ("steady", "buy", 5),
    ("steady", "visit", 80),
    ("gone", "visit", 31),
    ("gone", "buy", 90),
    ("edge", "visit", 30),
    ("later", "visit", -1),
    (None, "visit", 1),
]
TABLE = "CREATE TABLE events (user_id varchar, event varchar, occurred_at {type})"
CASES = [
    ("active", {}, {"new", "steady", "edge"}),
    ("active", {"days": 1}, {"steady"}),
    ("did_at_least", {"event": "visit", "times": 2}, {"steady"}),
    ("did_at_least", {"event": "buy"}, {"steady"}),
    ("first_seen", {}, {"new", "edge"}),
    ("lapsed", {}, {"gone"}),
    ("did_but_not", {"event": "visit", "but_not": "buy"}, {"new", "edge"}),
]


BOTH = pytest.mark.parametrize("type_", ["timestamp", "timestamp with time zone"])


@pytest.fixture
def in_duckdb(tmp_path, type_):
    from turnout.segments.duckdb_runner import DuckdbRunner  # noqa: PLC0415

    with duckdb.connect(tmp_path / "shop.duckdb") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        _fill(connection, type_, "?")
        connection.execute(f"COPY events TO '{tmp_path}/events.parquet'")
    runner = DuckdbRunner(folders=[tmp_path], attach={"shop": tmp_path / "shop.duckdb"})
    return runner, "shop.events"


@pytest.fixture
def in_postgresql(postgres, monkeypatch, type_):
    from turnout.segments.credentials import Reference  # noqa: PLC0415
    from turnout.segments.postgresql_runner import PostgresqlRunner  # noqa: PLC0415

    url = postgres.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        _fill(connection, type_, "%s")
    # Another zone than the one in which moments without an offset are meant.
    monkeypatch.setenv("TURNOUT_TEST_QUERIES", f"{url}?options=-ctimezone%3DAsia/Tokyo")
    yield PostgresqlRunner(Reference(env="TURNOUT_TEST_QUERIES")), "public.events"
    postgres.drop(url)


def _fill(connection, type_, mark):
    connection.execute(TABLE.format(type=type_))
    for who, what, days in EVENTS:
        values = (who, what, str(NOW - timedelta(days=days)))
        connection.execute(f"INSERT INTO events VALUES ({mark}, {mark}, {mark})", values)


@BOTH
@pytest.mark.parametrize("kind", ["in_duckdb", "in_postgresql"])
def test_each_finds_whom_it_says(request, kind, type_):  # noqa: ARG001 - of the database
    runner, table = request.getfixturevalue(kind)
    for name, given, expected in CASES:
        parameters = {"table": table, "now": "2026-03-01T12:00:00", **given}
        statement = statement_of({"template": name, "parameters": parameters})
        assert {one for ids in unit_ids(runner, statement) for one in ids} == expected, name


@BOTH
@pytest.mark.parametrize("kind", ["in_duckdb", "in_postgresql"])
def test_without_a_moment_days_are_counted_from_now(request, kind, type_):  # noqa: ARG001 - of the database
    runner, table = request.getfixturevalue(kind)
    query = {"template": "lapsed", "parameters": {"table": table, "days": 1}}
    ids = {one for ids in unit_ids(runner, statement_of(query)) for one in ids}
    assert ids == {"new", "steady", "gone", "edge", "later"}


@BOTH
def test_a_file_is_a_table_too(tmp_path, in_duckdb, type_):  # noqa: ARG001 - of the database
    runner, _ = in_duckdb
    parameters = {"table": f"'{tmp_path}/*.parquet'", "now": "2026-03-01T12:00:00Z"}
    query = {"template": "active", "parameters": parameters, "id_column": 'odd "name'}
    ids = {one for ids in unit_ids(runner, statement_of(query)) for one in ids}
    assert ids == {"new", "steady", "edge"}


def test_every_template_says_what_it_is_and_what_it_takes():
    for name, template in templates().items():
        assert template.name == name
        assert template.about
        assert all(one.about or one.default is not None for one in template.parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "field", "told"),
    [
        ("active", {}, "table", "`active` needs `table`: the events"),
        ("active", {"table": "t", "dais": 3}, "dais", "did you mean `days`?"),
        ("active", {"table": "t; DROP TABLE t"}, "table", "is the name of a table"),
        ("active", {"table": "a.b.c.d"}, "table", "is the name of a table"),
        ("active", {"table": "'a' || 'b'"}, "table", "is the name of a table"),
        ("active", {"table": "t", "unit": "a, b"}, "unit", "is the name of a column"),
        ("active", {"table": "t", "unit": "a.b"}, "unit", "is the name of a column"),
        ("active", {"table": "t", "unit": 'a"b'}, "unit", "is the name of a column"),
        ("active", {"table": "t", "days": 0}, "days", "from 1 to 36,500, not the number `0`"),
        ("active", {"table": "t", "days": 1.5}, "days", "not the number `1.5`"),
        ("active", {"table": "t", "days": True}, "days", "not `true`"),
        ("active", {"table": "t", "now": "noon"}, "now", "such as `2026-03-01T00:00:00Z`"),
        ("did_at_least", {"table": "t"}, "event", "`did_at_least` needs `event`"),
        ("did_at_least", {"table": "t", "event": 3}, "event", "is text, not the number `3`"),
    ],
)
def test_what_does_not_fit_is_told_by_its_name(name, parameters, field, told):
    with pytest.raises(BadQuery) as caught:
        statement_of({"template": name, "parameters": parameters})
    assert caught.value.field == f"parameters.{field}"
    assert told in caught.value.message
