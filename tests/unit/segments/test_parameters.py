"""Named parameters in the text of a query."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine.default import DefaultDialect

from turnout.segments.failures import BadQuery
from turnout.segments.parameters import check_names, names_in, numbered


def test_names_become_numbers_and_keep_their_width():
    sql = "SELECT a::int\nFROM t WHERE a > :days AND b = :event AND c < :days"
    found = numbered(sql, {"days": 3, "event": "x"})
    assert found.sql == "SELECT a::int\nFROM t WHERE a > $1    AND b = $2     AND c < $1   "
    assert (found.values, found.names) == ([3, "x"], ["days", "event"])


def test_colons_of_other_kinds_are_left_alone():
    sql = r"SELECT a::date, b[2:3], '12:30', c->'\:x' FROM t"
    assert names_in(sql) == []
    assert numbered(sql, {}).sql == "SELECT a::date, b[2:3], '12:30', c->':x' FROM t"


@settings(max_examples=1000)
@given(st.text(alphabet=":\\ab_1 '[]{}.é", max_size=24))
def test_parameters_are_those_of_sqlalchemy(sql):
    compiled = text(sql).compile(dialect=DefaultDialect(paramstyle="numeric_dollar"))
    assert names_in(sql) == list(compiled.positiontup or [])
    ours = numbered(sql, dict.fromkeys(names_in(sql)))
    assert ours.sql.replace(" ", "") == str(compiled).replace(" ", "")


@pytest.mark.parametrize(
    ("sql", "given", "field", "told"),
    [
        ("a = :days", {}, "parameters.days", "`:days` has no value"),
        ("a = :days", {"day": 1}, "parameters.days", "did you mean `day`?"),
        ("a = 1", {"days": 1}, "parameters.days", "the query has no parameter `:days`"),
        ("{'a':1}", {}, "sql", "write `\\:1` for a colon"),
    ],
)
def test_missing_and_unused_ones_are_told_by_name(sql, given, field, told):
    with pytest.raises(BadQuery) as caught:
        check_names(sql, given)
    assert caught.value.field == field
    assert told in caught.value.message
