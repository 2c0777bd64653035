"""What is asked of a database: a query of a document, with the values that a segment gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from turnout.compiler.durations import read_duration
from turnout.documents.problem import clip, describe
from turnout.segments.failures import BadQuery
from turnout.segments.parameters import Scalar, check_names
from turnout.segments.templates import template

DEFAULT_ID_COLUMN = "unit_id"
DEFAULT_LIMIT = 20_000_000
DEFAULT_TIMEOUT = "10 minutes"
MOST_ROWS = 1_000_000_000
_MOST_TEXT = 256 * 1024


@dataclass(frozen=True)
class Statement:
    """One query with everything that it needs but a connection."""

    sql: str
    """With `:name` for each parameter."""
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    id_column: str = DEFAULT_ID_COLUMN
    """Exactly as the result calls it."""
    limit: int = DEFAULT_LIMIT
    """With more rows than these none are taken."""
    timeout_s: float = 600.0
    """From the first word to the database until its last row."""


def statement_of(
    query: Mapping[str, Any], overrides: Mapping[str, Scalar] | None = None
) -> Statement:
    """Makes a statement of a query as its document has it.

    Args:
        query: `sql` or `template`, `id_column`, `parameters`, `limit` and `timeout`.
        overrides: Values for parameters in place of those of the query.

    Raises:
        BadQuery: Something is missing, unused or of no use.
    """
    values = _values(query, overrides or {})
    sql, values = _text(query, values)
    check_names(sql, values)
    for name, value in values.items():
        if value is None and query.get("template") is None:
            raise BadQuery(f"parameters.{name}", f"`:{name}` has no value")
    return Statement(sql, values, _id_column(query), _limit(query), _seconds(query.get("timeout")))


def _values(query: Mapping[str, Any], overrides: Mapping[str, Scalar]) -> dict[str, Scalar]:
    written = query.get("parameters") or {}
    # A template says itself which parameters it has.
    unknown = overrides.keys() - written.keys()
    if unknown and query.get("template") is None:
        name = min(unknown)
        raise BadQuery(f"parameters.{name}", f"the query has no parameter `{name}`")
    values = {**written, **overrides}
    for name, value in values.items():
        if value is not None and not isinstance(value, str | int | float):
            message = f"`{name}` must be text, a number, `true` or `false`, not {describe(value)}"
            raise BadQuery(f"parameters.{name}", message)
    return values


def _text(query: Mapping[str, Any], values: dict[str, Scalar]) -> tuple[str, dict[str, Scalar]]:
    sql, name = query.get("sql"), query.get("template")
    if (sql is None) == (name is None):
        raise BadQuery("sql", "a query has either `sql` or a `template`")
    if name is not None:
        column = _id_column(query)
        return template(str(name)).statement(values, column)
    if not isinstance(sql, str) or not sql.strip():
        raise BadQuery("sql", "`sql` must be text that is not empty")
    if len(sql) > _MOST_TEXT or "\0" in sql:
        raise BadQuery("sql", f"`sql` has at most {_MOST_TEXT:,} characters, none of them NUL")
    return sql, values


def _id_column(query: Mapping[str, Any]) -> str:
    column = query.get("id_column", DEFAULT_ID_COLUMN)
    if not isinstance(column, str) or not column or "\0" in column:
        raise BadQuery("id_column", f"`id_column` must be the name of a column, not {column!r}")
    return column


def _limit(query: Mapping[str, Any]) -> int:
    limit = query.get("limit", DEFAULT_LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_ROWS:
        raise BadQuery(
            "limit", f"`limit` is a whole number from 1 to {MOST_ROWS:,}, not {describe(limit)}"
        )
    return limit


def _seconds(timeout: object) -> float:
    if isinstance(timeout, int | float) and not isinstance(timeout, bool) and timeout > 0:
        return float(timeout)
    try:
        return float(read_duration(str(timeout or DEFAULT_TIMEOUT)))
    except ValueError as error:
        raise BadQuery("timeout", clip(str(error))) from None
