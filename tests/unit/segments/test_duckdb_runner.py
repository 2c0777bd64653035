"""DuckDB: what it may read, and that it changes nothing."""

import duckdb
import pytest
from segments_statements import asking

from turnout.segments.duckdb_runner import DuckdbRunner
from turnout.segments.evaluating import Target, evaluate, unit_ids
from turnout.segments.failures import QueryFailed, Reason

KEY = bytes(16)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "ids.csv").write_text("id,kind\nu-1,a\nu-2,b\n")
    (folder / "ids.json").write_text('{"id": "u-3"}\n')
    duckdb.sql("SELECT 'u-' || range AS id, range AS n FROM range(300000)").write_parquet(
        str(folder / "ids.parquet")
    )
    (tmp_path / "secret.csv").write_text("id\nsecret\n")
    return folder


@pytest.fixture
def runner(folder):
    return DuckdbRunner(folders=[folder], threads=2)


def found(runner, sql, **more):
    return [one for ids in unit_ids(runner, asking(sql, **more)) for one in ids]


def failure(runner, sql, **more):
    with pytest.raises(QueryFailed) as caught:
        found(runner, sql, **more)
    return caught.value.reason, caught.value.message


def test_files_of_its_folders_are_tables(runner, folder):
    assert found(runner, f"SELECT id FROM '{folder}/ids.csv'") == ["u-1", "u-2"]
    assert found(runner, f"SELECT id FROM read_json('{folder}/*.json')") == ["u-3"]
    assert len(found(runner, f"SELECT id FROM '{folder}/ids.parquet'")) == 300_000


@pytest.mark.parametrize(
    "source",
    [
        "read_csv('{folder}/../secret.csv')",
        "read_text('/etc/hostname')",
        "glob('/etc/*')",
        "read_csv('http://127.0.0.1:1/ids.csv')",
        "read_csv('s3://bucket/ids.csv')",
        "sqlite_scan('{folder}/x.db', 'x')",
    ],
)
def test_nothing_else_is_read(runner, folder, source):
    reason, message = failure(runner, f"SELECT 1 AS id FROM {source.format(folder=folder)}")
    assert reason in {Reason.FAILED, Reason.SYNTAX}
    assert "secret\n" not in message


def test_without_folders_no_file_is_read(folder):
    reason, message = failure(DuckdbRunner(), f"SELECT id FROM read_csv('{folder}/ids.csv')")
    assert reason is Reason.FAILED
    assert message.startswith("permission error: ")


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1 AS id) TO '{folder}/out.csv'",
        "WITH a AS (COPY (SELECT 1) TO '{folder}/out.csv') SELECT 1 AS id FROM a",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/out.duckdb' AS x",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET threads = 1",
        "CALL force_checkpoint()",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/out.csv'",
        "SELECT 1 AS id; SELECT 2 AS id",
        "CREATE TEMP TABLE x AS SELECT 1 AS id",
    ],
)
def test_whatever_is_more_than_reading_is_refused(runner, folder, sql):
    before = sorted(folder.iterdir())
    reason, message = failure(runner, sql.format(folder=folder))
    assert reason is Reason.NOT_READ_ONLY
    assert "write one `SELECT`" in message
    assert sorted(folder.iterdir()) == before


def test_what_writes_with_parameters_is_refused_before_it_runs(runner, folder):
    sql = f"WITH a AS (COPY (SELECT :x AS x) TO '{folder}/out.csv') SELECT 1 AS id FROM a"
    assert failure(runner, sql, parameters={"x": 1})[0] is Reason.NOT_READ_ONLY
    assert not (folder / "out.csv").exists()


def test_an_attached_database_is_not_changed(folder):
    path = folder / "crm.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE units AS SELECT 'u-1' AS id")
        connection.execute("CREATE SEQUENCE numbers")
    before = path.read_bytes()
    runner = DuckdbRunner(attach={"crm": path})
    assert found(runner, "SELECT id FROM crm.units") == ["u-1"]
    failure(runner, "SELECT nextval('crm.numbers') AS id")
    assert path.read_bytes() == before


def test_a_database_that_is_not_there_is_told(tmp_path):
    reason, message = failure(DuckdbRunner(attach={"crm": tmp_path / "none"}), "SELECT 1 AS id")
    assert reason is Reason.CONNECTION_LOST
    assert "none" in message


def test_what_does_not_fit_into_memory_is_put_aside_and_removed(tmp_path):
    runner = DuckdbRunner(memory_limit="100MB", threads=2, spill=tmp_path)
    seen = []

    def progress(_):
        seen.extend(path.name for path in tmp_path.glob("turnout-duckdb-*/*"))
        return True

    sql = "SELECT 'a long text before ' || range AS id FROM range(5000000) ORDER BY hash(range)"
    statement = asking(sql, limit=10_000_000)
    assert sum(len(ids) for ids in unit_ids(runner, statement, progress)) == 5_000_000
    assert seen
    assert list(tmp_path.iterdir()) == []


def test_variables_of_python_are_no_tables(runner):
    ids = duckdb.sql("SELECT 1 AS id").fetchall()
    assert failure(runner, "SELECT id FROM ids")[0] is Reason.SYNTAX
    assert ids


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("JSON", Reason.MIXED_TYPES),
        ("UNION(number INTEGER, name VARCHAR)", Reason.MIXED_TYPES),
        ("VARIANT", Reason.MIXED_TYPES),
        ("DECIMAL(10,0)", Reason.BAD_ID),
        ("TIMESTAMP", Reason.BAD_ID),
        ("BLOB", Reason.BAD_ID),
        ("INTEGER[]", Reason.BAD_ID),
    ],
)
def test_types_that_are_no_ids_are_told_by_their_name(runner, type_, reason):
    told, message = failure(runner, f"SELECT CAST(NULL AS {type_}) AS id")
    assert told is reason
    assert "cast them" in message


def test_wide_integers_and_names_of_a_list_are_ids(runner):
    sql = "SELECT CAST(id AS HUGEINT) AS id FROM (VALUES (1), (170141183460469231731)) AS t(id)"
    assert found(runner, sql) == ["1", "170141183460469231731"]
    sql = "SELECT CAST(id AS ENUM('a', 'b')) AS id FROM (VALUES ('b'), ('a')) AS t(id)"
    assert found(runner, sql) == ["b", "a"]


def test_a_column_that_is_always_null_is_told_so(runner):
    assert failure(runner, "SELECT NULL AS id")[0] is Reason.NULL_ID


def test_columns_that_only_differ_in_case_are_two(runner):
    sql = "SELECT 'a' AS id, 'b' AS \"ID\""
    assert found(runner, sql) == ["a"]
    assert found(runner, sql, column="ID") == ["b"]


def test_a_row_that_fails_behind_millions_fails_all(runner, tmp_path):
    sql = "SELECT CASE WHEN range = 2000000 THEN error('row of no use') ELSE range END AS id"
    target = Target(tmp_path / "x.set", KEY)
    with pytest.raises(QueryFailed) as caught:
        evaluate(runner, asking(f"{sql} FROM range(3000000)", limit=9_000_000), target)
    assert caught.value.reason is Reason.FAILED
    assert "row of no use" in caught.value.message
    assert not target.path.exists()


def test_an_error_shows_the_line_and_its_place(runner):
    reason, message = failure(runner, "SELECT id\nFROM nothing\nWHERE")
    assert reason is Reason.SYNTAX
    assert message.startswith("parser error: syntax error")
    assert "LINE 3" in message


def test_integers_of_a_file_become_a_set_of_integers(runner, folder, tmp_path):
    sql = f"SELECT n AS id FROM '{folder}/ids.parquet'"
    assert evaluate(runner, asking(sql), Target(tmp_path / "x.set", KEY)).kind == "integers"


@pytest.mark.parametrize(
    "source",
    ["/etc/passwd.csv", "ids.csv", "{folder}/none.parquet", "{folder}/*.parquett"],
)
def test_a_file_that_is_not_found_is_told_with_where_files_may_be(runner, folder, source):
    _, message = failure(runner, f"SELECT id FROM '{source.format(folder=folder)}'")
    where = f"a path is absolute, and inside the folders of the connection: `{folder}`"
    assert message.splitlines()[1:] == [where]
    nothing = DuckdbRunner()
    assert "may read no files" in failure(nothing, "SELECT id FROM '/x.csv'")[1]


def test_no_table_of_duckdb_is_recommended_and_no_line_is_empty(runner):
    _, message = failure(runner, "SELECT id FROM usrs")
    assert message.splitlines()[0] == "catalog error: Table with name usrs does not exist!"
    assert "Did you mean" not in message
    assert "a path is" not in message
    assert all(map(str.strip, message.splitlines()))
