"""What every kind of connection promises."""

import threading
import time

import pytest
from segments_statements import asking

from turnout.engine import MemberSet
from turnout.segments.evaluating import Target, evaluate, preview, unit_ids
from turnout.segments.failures import QueryFailed, Reason

KEY = bytes(range(16))
ENDLESS = (
    "SELECT a.id FROM crm.units a, crm.units b, crm.units c, crm.units d, crm.units e"
    " WHERE CAST(a.number * b.number + c.number * d.number + e.number AS varchar) = 'x'"
)
# Of Ibis and pandas, which it goes through for SQLite.
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")


def found(runner, statement):
    return sorted(one for ids in unit_ids(runner, statement) for one in ids)


def failure(runner, statement, **more):
    with pytest.raises(QueryFailed) as caught:
        list(unit_ids(runner, statement, **more))
    return caught.value.reason, caught.value.message


def test_ids_come_byte_for_byte(runner):
    ids = ["u-1", " U-1 ", "é", "e\u0301", "0", "007"]
    sql = " UNION ALL ".join(f"SELECT '{one}' AS id" for one in ids)
    assert found(runner, asking(sql)) == sorted(ids)


@pytest.mark.parametrize(
    ("column", "ids"),
    [
        ("id", ["u-1", "u-2"]),
        ("number", ["1", "2"]),
        ("ref", ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"]),
    ],
)
def test_texts_integers_and_uuids_are_ids(runner, column, ids):
    sql = "SELECT score, id, number, ref FROM crm.units WHERE number <= 2;"
    assert found(runner, asking(sql, column)) == ids


@pytest.mark.parametrize("column", ["score", "even"])
def test_other_types_are_refused_with_what_to_do(runner, column):
    sql = "SELECT id, score, even FROM crm.units"
    reason, message = failure(runner, asking(sql, column))
    assert reason is Reason.BAD_ID
    assert message.startswith(f"the column `{column}` has the type `")
    assert message.endswith("ids are texts, whole numbers or UUIDs, cast them")


def test_a_set_is_written_with_its_counts(runner, tmp_path):
    sql = "SELECT id FROM crm.units UNION ALL SELECT id FROM crm.units WHERE even"
    target = Target(tmp_path / "members.set", KEY)
    evaluated = evaluate(runner, asking(sql), target)
    written = MemberSet.open(target.path)
    assert (evaluated.rows, evaluated.count, evaluated.duplicates) == (150, 100, 50)
    assert (evaluated.size, evaluated.sha256) == (written.size, written.sha256)
    assert (evaluated.added, evaluated.removed, evaluated.kind) == (None, None, "hashed")
    assert written.contains("u-100")
    assert not written.contains("u-101")


def test_a_set_is_compared_with_the_one_before(runner, tmp_path):
    first = Target(tmp_path / "first.set", KEY, exact=True)
    evaluate(runner, asking("SELECT id FROM crm.units WHERE number <= 60"), first)
    second = Target(tmp_path / "second.set", KEY, exact=True, former=first.path)
    evaluated = evaluate(runner, asking("SELECT id FROM crm.units WHERE number > 50"), second)
    assert (evaluated.count, evaluated.added, evaluated.removed) == (50, 40, 50)


def test_no_row_is_no_member(runner, tmp_path):
    target = Target(tmp_path / "members.set", KEY)
    assert (
        evaluate(runner, asking("SELECT id FROM crm.units WHERE even IS NULL"), target).count == 0
    )


def test_parameters_are_values_and_never_text(runner):
    sql = "SELECT id FROM crm.units WHERE number <= :most AND id <> :not AND id::text <> :not"
    parameters = {"most": 3, "not": "x' OR '1'='1"}
    assert found(runner, asking(sql, parameters=parameters)) == ["u-1", "u-2", "u-3"]
    parameters = {"most": 3, "not": "u-2"}
    assert found(runner, asking(sql, parameters=parameters)) == ["u-1", "u-3"]


def test_a_parameter_within_quotes_is_told(runner):
    statement = asking("SELECT id FROM crm.units WHERE id <> ':who'", parameters={"who": "x"})
    reason, message = failure(runner, statement)
    assert reason is Reason.SYNTAX
    assert "`:who` stands in a text or a comment: write `\\:who`" in message
    assert len(found(runner, asking(r"SELECT id FROM crm.units WHERE id <> '\:who'"))) == 100


def test_a_result_without_the_column_is_refused_with_what_it_has(runner):
    reason, message = failure(runner, asking("SELECT id, number FROM crm.units", "unit_id"))
    assert reason is Reason.NO_ID_COLUMN
    assert message.startswith("the result has no column `unit_id`")
    assert message.endswith("there are `id`, `number`")


def test_the_name_of_the_column_is_exact(runner):
    reason, message = failure(runner, asking('SELECT id AS "ID" FROM crm.units'))
    assert reason is Reason.NO_ID_COLUMN
    assert message.endswith(": there are `ID`")


def test_a_column_that_is_there_twice_is_refused(runner):
    reason, message = failure(runner, asking("SELECT id, ref AS id FROM crm.units"))
    assert reason is Reason.AMBIGUOUS_ID_COLUMN
    assert "`id`" in message


def test_rows_without_an_id_are_counted(runner, tmp_path):
    sql = "SELECT CASE WHEN number <= 3 THEN NULL ELSE id END AS id FROM crm.units"
    reason, message = failure(runner, asking(sql))
    assert reason is Reason.NULL_ID
    assert "3 of 100 rows have no `id`" in message
    target = Target(tmp_path / "members.set", KEY)
    with pytest.raises(QueryFailed, match="3 of 100 rows"):
        evaluate(runner, asking(sql), target)
    assert not target.path.exists()


def test_an_empty_id_is_refused(runner, tmp_path):
    sql = "SELECT CASE WHEN number = 7 THEN '' ELSE id END AS id FROM crm.units"
    assert failure(runner, asking(sql))[0] is Reason.BAD_ID
    target = Target(tmp_path / "members.set", KEY)
    with pytest.raises(QueryFailed, match="an id is an empty text"):
        evaluate(runner, asking(sql), target)
    assert list(tmp_path.glob("*.set")) == []


def test_ten_times_the_limit_is_refused_and_not_cut_off(runner, tmp_path):
    reason, message = failure(runner, asking("SELECT id FROM crm.units", limit=10))
    assert (reason, "more than 10 rows: none were taken" in message) == (Reason.TOO_MANY_ROWS, True)
    target = Target(tmp_path / "members.set", KEY)
    with pytest.raises(QueryFailed, match="more than 10 rows"):
        evaluate(runner, asking("SELECT id FROM crm.units", limit=10), target)
    assert not target.path.exists()
    assert len(found(runner, asking("SELECT id FROM crm.units", limit=100))) == 100


@pytest.mark.parametrize(
    "sql",
    [
        "SELEC id FROM crm.units",
        "SELECT id FROM crm.nothing",
        "SELECT nothing AS id FROM crm.units",
    ],
)
def test_what_the_database_cannot_read_is_told_by_it(runner, sql):
    reason, message = failure(runner, asking(sql))
    assert reason is Reason.SYNTAX
    # Of Ibis the place alone.
    assert any(word in message for word in ("SELEC", "nothing", "in line 1, column"))


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM crm.units",
        "INSERT INTO crm.units (id) VALUES ('x') RETURNING id",
        "UPDATE crm.units SET id = 'x' RETURNING id",
        "CREATE TABLE x AS SELECT id FROM crm.units",
        "DROP TABLE crm.units",
        "SELECT id FROM crm.units; DELETE FROM crm.units",
        "WITH gone AS (DELETE FROM crm.units RETURNING id) SELECT id FROM gone",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "BEGIN",
        "SET TimeZone = 'UTC'",
    ],
)
def test_whatever_writes_is_refused_and_leaves_nothing(runner, sql, tmp_path):
    (tmp_path / "readable").mkdir(exist_ok=True)
    reason, _ = failure(runner, asking(sql.format(folder=tmp_path / "readable")))
    assert reason in {Reason.NOT_READ_ONLY, Reason.SYNTAX}
    if "units" in sql or "COPY" in sql:
        assert reason is Reason.NOT_READ_ONLY or ";" in sql
    assert len(found(runner, asking("SELECT id FROM crm.units WHERE id <> 'x'"))) == 100
    assert list((tmp_path / "readable").iterdir()) == []


def test_an_empty_query_is_refused(runner):
    assert failure(runner, asking("-- nothing"))[0] in {Reason.SYNTAX, Reason.NOT_READ_ONLY}


def test_a_query_that_takes_too_long_is_ended(runner):
    began = time.monotonic()
    reason, message = failure(runner, asking(ENDLESS, timeout_s=1.0))
    assert (reason, message) == (
        Reason.TIMEOUT,
        "the query took longer than 1 s and was ended",
    )
    assert time.monotonic() - began < 8
    assert not busy()


def test_a_query_is_cancelled_while_the_database_computes(runner):
    told, threads = [], set()

    def progress(rows):
        told.append(rows)
        threads.add(threading.current_thread())
        return len(told) < 5

    began = time.monotonic()
    reason, _ = failure(runner, asking(ENDLESS), progress=progress)
    assert reason is Reason.CANCELLED
    assert told == [0] * 5
    assert threads == {threading.current_thread()}
    assert time.monotonic() - began < 8
    assert not busy()


def busy():
    """Whether the thread of a query is still there."""
    return any(thread.name == "turnout-query" for thread in threading.enumerate())


def test_whoever_stops_taking_ends_the_query(runner, request):
    sql = "SELECT a.id FROM crm.units a, crm.units b, crm.units c"
    if request.node.callspec.params["runner"] != "ibis":  # which has all rows of SQLite first
        sql += ", crm.units d"
    ids = unit_ids(runner, asking(sql, limit=1_000_000_000))
    assert next(ids)
    ids.close()
    assert not busy()


def test_progress_tells_how_many_rows_came(runner):
    told = []
    sql = "SELECT a.id FROM crm.units a, crm.units b, crm.units c"

    def progress(rows):
        time.sleep(0.15)  # so that it is asked again after the first batch
        told.append(rows)
        return True

    count = sum(len(ids) for ids in unit_ids(runner, asking(sql), progress))
    assert count == 1_000_000
    assert told == sorted(told)
    assert 0 < told[-1] <= count


def test_an_error_of_whoever_watches_ends_the_query_and_is_theirs(runner):
    def progress(_):
        raise LookupError("theirs")

    with pytest.raises(LookupError, match="theirs"):
        list(unit_ids(runner, asking(ENDLESS), progress))
    assert not busy()


def test_a_preview_counts_each_id_once_and_shows_some(runner):
    sql = "SELECT id FROM crm.units UNION ALL SELECT id FROM crm.units ORDER BY id"
    seen = preview(runner, asking(sql), sample=3)
    assert seen.count == 100
    assert len(set(seen.sample)) == 3
    assert preview(runner, asking("SELECT id FROM crm.units WHERE number = 5")).sample == ["u-5"]


def test_a_runner_runs_many_queries_at_once(runner):
    results = []

    def ask():
        results.append(len(found(runner, asking("SELECT id FROM crm.units"))))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [100] * 6
