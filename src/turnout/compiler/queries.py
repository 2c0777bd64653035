"""Queries: they find the members of segments, and are no part of a snapshot."""

from turnout.compiler.durations import read_duration
from turnout.compiler.scope import CompiledItem, QueryShape, Scope
from turnout.documents.models import QueryDocument

MOST_ROWS = 1_000_000_000
"""A `limit` may be as high."""
LONGEST_S = 86_400
"""A `timeout` may be as long: a day."""


def compile_query(scope: Scope, key: str, document: QueryDocument) -> CompiledItem:
    """Checks one query; what is wrong goes to the scope."""
    if document.sql is None and document.template is None:
        scope.refuse((), "a query needs `sql` or `template`: it asks for nothing")
    elif document.sql is not None and document.template is not None:
        text = "`template` has no place beside `sql`: write one of them"
        scope.refuse(("template",), text, at_key=True)
    elif document.sql is not None and not document.sql.strip():
        scope.refuse(("sql",), "`sql` is empty")
    if not 1 <= document.limit <= MOST_ROWS:
        scope.refuse(("limit",), f"`limit` is between 1 and {MOST_ROWS:,}, not `{document.limit}`")
    try:
        if read_duration(document.timeout) > LONGEST_S:
            scope.refuse(("timeout",), "`timeout` is at most one day")
    except ValueError as error:
        scope.refuse(("timeout",), str(error))
    named = frozenset(document.parameters) if document.template is None else None
    required = frozenset(name for name, value in document.parameters.items() if value is None)
    return CompiledItem(QueryShape(key, named, required), scope)
