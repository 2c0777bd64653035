"""Queries: they find the members of segments, and are no part of a snapshot."""

import re

from turnout.compiler.durations import read_duration
from turnout.compiler.query_parameters import TEMPLATES, names_in
from turnout.compiler.scope import CompiledItem, QueryShape, Scope
from turnout.documents.models import QueryDocument
from turnout.documents.names import PARAMETER_PATTERN, nearest
from turnout.documents.problem import clip

MOST_ROWS = 1_000_000_000
"""A `limit` may be as high."""
LONGEST_S = 86_400
"""A `timeout` may be as long: a day."""

_NAME = re.compile(PARAMETER_PATTERN)


def compile_query(scope: Scope, key: str, document: QueryDocument) -> CompiledItem:
    """Checks one query; what is wrong goes to the scope."""
    if not 1 <= document.limit <= MOST_ROWS:
        scope.refuse(("limit",), f"`limit` is between 1 and {MOST_ROWS:,}, not `{document.limit}`")
    try:
        if read_duration(document.timeout) > LONGEST_S:
            scope.refuse(("timeout",), "`timeout` is at most one day")
    except ValueError as error:
        scope.refuse(("timeout",), str(error))
    return CompiledItem(_compile_asked(scope, key, document), scope)


def _compile_asked(scope: Scope, key: str, document: QueryDocument) -> QueryShape:
    """What is asked, and which parameters it names."""
    if document.sql is not None and document.template is not None:
        text = "`template` has no place beside `sql`: write one of them"
        scope.refuse(("template",), text, at_key=True)
    elif document.sql is not None:
        return _compile_sql(scope, key, document, document.sql)
    elif document.template is not None:
        return _compile_template(scope, key, document, document.template)
    else:
        scope.refuse((), "a query needs `sql` or `template`: it asks for nothing")
    return QueryShape(key, None, frozenset())


def _compile_sql(scope: Scope, key: str, document: QueryDocument, sql: str) -> QueryShape:
    if not sql.strip():
        scope.refuse(("sql",), "`sql` is empty")
    names, given = names_in(sql), document.parameters
    for name in names:
        if not _NAME.fullmatch(name):
            text = f"`:{clip(name)}` is no parameter: write `\\:{clip(name)}` for a colon"
            scope.refuse(("sql",), text)
        elif name not in given:
            hint = nearest(name, given.keys() - set(names)) or ", `null` where segments give it"
            scope.refuse(("sql",), f"`:{name}` is not among the `parameters`: add it{hint}")
    _refuse_unnamed(scope, document, frozenset(names), "the query")
    required = frozenset(name for name, value in given.items() if value is None)
    return QueryShape(key, frozenset(given), required)


def _compile_template(scope: Scope, key: str, document: QueryDocument, template: str) -> QueryShape:
    shape = TEMPLATES.get(template)
    if shape is None:
        listed = ", ".join(f"`{name}`" for name in TEMPLATES)
        hint = nearest(template, TEMPLATES) or f": there are {listed}"
        scope.refuse(("template",), f"unknown template `{template}`{hint}")
        return QueryShape(key, None, frozenset())
    _refuse_unnamed(scope, document, shape.names, f"template `{template}`")
    said = {name for name, value in document.parameters.items() if value is not None}
    return QueryShape(key, shape.names, shape.required - said)


def _refuse_unnamed(
    scope: Scope, document: QueryDocument, names: frozenset[str], whose: str
) -> None:
    for name in document.parameters:
        if name not in names:
            listed = ", ".join(f"`{one}`" for one in sorted(names)[:10])
            has = f": it has {listed}" if names else ": it has none"
            text = f"{whose} has no parameter `{name}`{nearest(name, names) or has}"
            scope.refuse(("parameters", name), text, at_key=True)
