"""PostgreSQL: that nothing is written, and what is told when it goes away."""

import threading
import time

import psycopg
import pytest
from segments_statements import asking

from turnout.segments.credentials import Reference
from turnout.segments.evaluating import Target, evaluate, unit_ids
from turnout.segments.failures import QueryFailed, Reason
from turnout.segments.postgresql_runner import PostgresqlRunner

KEY = bytes(16)
MANY = "SELECT 'u-' || n AS id FROM generate_series(1, 20000000) AS s(n)"


@pytest.fixture
def runner(of_postgresql):
    return of_postgresql


@pytest.fixture
def ask(postgres_url):
    def ask(statement):
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return ask


def found(runner, sql, **more):
    return [one for ids in unit_ids(runner, asking(sql, **more)) for one in ids]


def failure(runner, sql, **more):
    with pytest.raises(QueryFailed) as caught:
        found(runner, sql, **more)
    return caught.value.reason, caught.value.message


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT nextval('numbers') AS id",
        "SELECT id INTO copied FROM crm.units",
        "SELECT id FROM crm.units FOR UPDATE",
        "SELECT set_config('transaction_read_only', 'off', true) AS id",
        "SELECT lo_create(0) AS id",
        "EXPLAIN (ANALYZE) DELETE FROM crm.units",
        "COPY crm.units TO PROGRAM 'touch /tmp/turnout-was-here'",
        "SET TRANSACTION READ WRITE",
        "COMMIT",
    ],
)
def test_whatever_writes_is_refused(runner, ask, sql):
    ask("CREATE SEQUENCE IF NOT EXISTS numbers")
    reason, _ = failure(runner, sql)
    # Some have another column; none has an effect.
    assert reason in {Reason.NOT_READ_ONLY, Reason.NO_ID_COLUMN, Reason.FAILED, Reason.BAD_ID}
    assert ask("SELECT last_value, is_called FROM numbers") == [(1, False)]
    assert ask("SELECT count(*) FROM crm.units") == [(100,)]
    assert ask("SELECT to_regclass('copied')") == [(None,)]
    assert ask("SELECT count(*) FROM pg_largeobject_metadata") == [(0,)]


def test_nothing_makes_the_transaction_write(runner, ask):
    ask(
        "CREATE OR REPLACE FUNCTION sneak() RETURNS text LANGUAGE plpgsql AS $$ BEGIN"
        " SET TRANSACTION READ WRITE; DELETE FROM crm.units; RETURN 'x'; END $$"
    )
    assert failure(runner, "SELECT sneak() AS id")[0] is not None
    assert ask("SELECT count(*) FROM crm.units") == [(100,)]


def test_an_error_says_line_and_column_as_written(runner):
    sql = "SELECT id\nFROM crm.units WHERE number < :most AND nothing = 1"
    reason, message = failure(runner, sql, parameters={"most": 5})
    assert reason is Reason.SYNTAX
    assert message == 'column "nothing" does not exist in line 2, column 41'


def test_mixed_types_are_refused(runner):
    reason, message = failure(runner, "SELECT '{\"a\": 1}'::jsonb AS id")
    assert (reason, "`jsonb`" in message) == (Reason.MIXED_TYPES, True)
    reason, message = failure(runner, "SELECT 1 AS id UNION ALL SELECT id FROM crm.units")
    assert reason is Reason.SYNTAX
    assert "integer and character varying cannot be matched" in message


def test_texts_that_are_filled_up_with_blanks_are_refused(runner):
    reason, message = failure(runner, "SELECT CAST('u-1' AS char(8)) AS id")
    assert reason is Reason.BAD_ID
    assert "`bpchar`" in message
    assert found(runner, "SELECT CAST(CAST('u-1' AS char(8)) AS text) AS id") == ["u-1"]


def test_odd_values_of_other_columns_do_no_harm(runner):
    sql = "SELECT id, 'infinity'::date AS a, '{1}'::int[] AS b, '1 day'::interval FROM crm.units"
    assert len(found(runner, sql)) == 100


def test_parameters_have_their_types(runner):
    sql = "SELECT id FROM crm.units WHERE number = :n AND score < :s AND even = :e AND id = :i"
    parameters = {"n": 2, "s": 1.5, "e": True, "i": "u-2"}
    assert found(runner, sql, parameters=parameters) == ["u-2"]


def test_a_server_that_ends_the_connection_mid_stream_leaves_nothing(runner, ask, tmp_path):
    target = Target(tmp_path / "members.set", KEY)
    ended = threading.Event()

    def progress(rows):
        if rows > 0 and not ended.is_set():
            ended.set()
            ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'turnout' AND query LIKE '%generate_series%'"
            )
        return True

    with pytest.raises(QueryFailed) as caught:
        evaluate(runner, asking(MANY, limit=30_000_000), target, progress)
    assert ended.is_set()
    assert caught.value.reason is Reason.CONNECTION_LOST
    assert list(tmp_path.iterdir()) == []
    # The next run is clean.
    clean = evaluate(runner, asking("SELECT id FROM crm.units"), target)
    assert clean.count == 100


def test_a_server_that_is_gone_is_told(own_postgres, monkeypatch):
    monkeypatch.setenv("TURNOUT_TEST_OWN", own_postgres.url())
    runner = PostgresqlRunner(Reference(env="TURNOUT_TEST_OWN"))
    assert found(runner, "SELECT 'a' AS id") == ["a"]
    own_postgres.kill()
    reason, message = failure(runner, "SELECT 'a' AS id")
    assert reason is Reason.CONNECTION_LOST
    assert "refused" in message


def test_a_timeout_may_be_longer_than_the_server_counts(runner):
    assert found(runner, "SELECT 'a' AS id", timeout_s=1e10) == ["a"]


@pytest.mark.parametrize("how", ["timeout", "cancel"])
def test_the_server_computes_no_longer(runner, ask, how):
    sql = "SELECT pg_sleep(100)::text AS id"
    began = time.monotonic()
    if how == "timeout":
        assert failure(runner, sql, timeout_s=0.5)[0] is Reason.TIMEOUT
    else:
        with pytest.raises(QueryFailed, match="cancelled"):
            list(unit_ids(runner, asking(sql), lambda _: time.monotonic() - began < 0.5))
    assert time.monotonic() - began < 5
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(100)::text%'"
    assert ask(f"{running} AND pid <> pg_backend_pid() AND state = 'active'") == [(0,)]
