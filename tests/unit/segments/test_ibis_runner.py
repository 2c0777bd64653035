"""Databases by Ibis: parameters as literals, statements by their kind, secrets out of errors."""

import pytest
from segments_statements import asking

from turnout.segments.credentials import Reference
from turnout.segments.evaluating import unit_ids
from turnout.segments.failures import QueryFailed, Reason
from turnout.segments.ibis_runner import IbisRunner

pytest.importorskip("ibis")
# Of Ibis and pandas, which it goes through for SQLite.
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")


def found(runner, sql, **more):
    return [one for ids in unit_ids(runner, asking(sql, **more)) for one in ids]


@pytest.mark.parametrize("value", ["'", "\\", "'; DROP TABLE units; --", "\n", ":who", "%s", "é"])
def test_no_text_leaves_its_quotes(of_ibis, value):
    sql = "SELECT CAST(:who AS varchar) AS id"
    assert found(of_ibis, sql, parameters={"who": value}) == [value]


def test_literals_have_the_types_of_their_values(of_ibis):
    sql = "SELECT id FROM crm.units WHERE number = :n AND score < :s AND even = :e"
    assert found(of_ibis, sql, parameters={"n": 2, "s": 1.5, "e": True}) == ["u-2"]


def test_a_backend_that_cannot_be_reached_is_told_without_its_secrets(monkeypatch):
    monkeypatch.setenv("TURNOUT_TEST_PATH", "/nowhere/hunter-22/x.db")
    arguments = {"database": Reference(env="TURNOUT_TEST_PATH")}
    with pytest.raises(QueryFailed) as caught:
        found(IbisRunner("sqlite", arguments), "SELECT 1 AS id")
    assert caught.value.reason is Reason.CONNECTION_LOST
    assert "hunter-22" not in caught.value.message


def test_a_backend_that_is_not_installed_is_told():
    with pytest.raises(QueryFailed) as caught:
        found(IbisRunner("clickhouse", {"host": "127.0.0.1"}), "SELECT 1 AS id")
    assert caught.value.reason is Reason.CONNECTION_LOST


def test_a_statement_that_cannot_be_read_is_told_by_its_place(of_ibis):
    with pytest.raises(QueryFailed) as caught:
        found(of_ibis, "SELECT id\nFROM (crm.units")
    assert caught.value.reason is Reason.SYNTAX
    assert "in line 2" in caught.value.message
