"""A connection of each kind to a database with the same table, `crm.units`."""

import sqlite3
import sys
import uuid
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import psycopg
import pytest

from turnout.segments.credentials import Reference
from turnout.segments.duckdb_runner import DuckdbRunner
from turnout.segments.ibis_runner import IbisRunner
from turnout.segments.postgresql_runner import PostgresqlRunner

sys.path.insert(0, str(Path(__file__).parent))

ROWS = [(f"u-{i}", i, str(uuid.UUID(int=i)), i / 2, i % 2 == 0) for i in range(1, 101)]
TABLE = "units (id varchar, number bigint, ref uuid, score double precision, even boolean)"


def fill(connection, schema, mark):
    execute = connection.execute
    if schema:
        execute("CREATE SCHEMA crm")
    execute(f"CREATE TABLE {schema}{TABLE}")
    marks = ", ".join([mark] * 5)
    for row in ROWS:
        execute(f"INSERT INTO {schema}units VALUES ({marks})", row)


@pytest.fixture(scope="module")
def postgres_url(postgres):
    url = postgres.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection, "crm.", "%s")
    yield url
    postgres.drop(url)


@pytest.fixture(scope="module")
def duckdb_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("duckdb") / "crm.duckdb"
    with duckdb.connect(path) as connection:
        fill(connection, "", "?")
    return path


@pytest.fixture(scope="module")
def sqlite_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "crm.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        fill(connection, "", "?")
    return path


@pytest.fixture
def of_duckdb(duckdb_file, tmp_path):
    folder = tmp_path / "readable"
    folder.mkdir()
    return DuckdbRunner(folders=[folder], attach={"crm": duckdb_file}, threads=2)


@pytest.fixture
def of_postgresql(request, monkeypatch):
    monkeypatch.setenv("TURNOUT_TEST_QUERIES", request.getfixturevalue("postgres_url"))
    return PostgresqlRunner(Reference(env="TURNOUT_TEST_QUERIES"))


class WithoutSchema:
    """A runner for a database that has no schemas.

    Of those that Ibis knows, SQLite is there without a server. It is asked for by its own name.
    """

    def __init__(self, runner):
        self._runner = runner

    def open(self, statement):
        return self._runner.open(replace(statement, sql=statement.sql.replace("crm.", "")))


@pytest.fixture
def of_ibis(sqlite_file):
    pytest.importorskip("ibis")
    return WithoutSchema(IbisRunner("sqlite", {"database": str(sqlite_file)}))


@pytest.fixture(params=["duckdb", "postgresql", "ibis"])
def runner(request):
    return request.getfixturevalue(f"of_{request.param}")
