"""From a query as its document has it to a statement."""

import pytest

from turnout.segments.failures import BadQuery
from turnout.segments.query import Statement, statement_of


def test_a_query_has_defaults():
    assert statement_of({"sql": "SELECT 1 AS unit_id"}) == Statement(
        "SELECT 1 AS unit_id", {}, "unit_id", 20_000_000, 600.0
    )


def test_a_segment_gives_values_in_place_of_those_of_the_query():
    query = {
        "sql": "SELECT id FROM t WHERE a > :days AND b = :plan",
        "id_column": "id",
        "parameters": {"days": 30, "plan": None},
        "limit": 5,
        "timeout": "90 seconds",
    }
    statement = statement_of(query, {"plan": "pro"})
    assert statement.parameters == {"days": 30, "plan": "pro"}
    assert (statement.id_column, statement.limit, statement.timeout_s) == ("id", 5, 90.0)


@pytest.mark.parametrize(
    ("query", "overrides", "field", "told"),
    [
        ({}, {}, "sql", "either `sql` or a `template`"),
        ({"sql": "x", "template": "active"}, {}, "sql", "either `sql` or a `template`"),
        ({"sql": " "}, {}, "sql", "must be text that is not empty"),
        ({"sql": "SELECT :a"}, {}, "parameters.a", "`:a` has no value"),
        ({"sql": "SELECT 1", "parameters": {"a": 1}}, {}, "parameters.a", "no parameter `:a`"),
        ({"sql": "SELECT 1"}, {"a": 1}, "parameters.a", "the query has no parameter `a`"),
        ({"sql": "SELECT :a", "parameters": {"a": None}}, {}, "parameters.a", "has no value"),
        ({"sql": "SELECT :a", "parameters": {"a": [1]}}, {}, "parameters.a", "not a list"),
        ({"sql": "x", "limit": 0}, {}, "limit", "from 1 to 1,000,000,000, not the number `0`"),
        ({"sql": "x", "limit": True}, {}, "limit", "not `true`"),
        ({"sql": "x", "timeout": "soon"}, {}, "timeout", "`soon` is no span of time"),
        ({"sql": "x", "id_column": ""}, {}, "id_column", "the name of a column"),
        ({"template": "activ"}, {}, "template", "did you mean `active`?"),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_field(query, overrides, field, told):
    with pytest.raises(BadQuery) as caught:
        statement_of(query, overrides)
    assert caught.value.field == field
    assert told in caught.value.message
