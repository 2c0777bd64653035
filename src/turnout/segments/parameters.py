"""Named parameters of a query: `:name`, bound as values and never written into the text."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from turnout.compiler.query_parameters import PARAMETER, names_in
from turnout.documents.names import nearest
from turnout.segments.failures import BadQuery, QueryFailed, Reason

Scalar = str | int | float | bool | None

_NOWHERE = ")]"
"""What cannot stand where a value can: it closes what was not opened."""
_ESCAPED = re.compile(r"\\(:\w*)(?![:\w])")


@dataclass(frozen=True)
class Numbered:
    """A query with `$1`, `$2` and so on, as DuckDB and PostgreSQL read them, or another mark."""

    sql: str
    """Every line and, where a name is not shorter than its number, every column as written."""
    values: list[Scalar]
    """By number, from `$1` on."""
    names: list[str]
    """By number, too."""


def check_names(sql: str, given: Iterable[str]) -> None:
    """Holds what a query asks for against what it is given.

    Raises:
        BadQuery: One of them is missing, unused, or none that a name can be.
    """
    names, given = names_in(sql), set(given)
    for name in names:
        if name[0].isdigit():
            raise BadQuery("sql", f"`:{name}` is no parameter: write `\\:{name}` for a colon")
        if name not in given:
            raise BadQuery(
                f"parameters.{name}", f"`:{name}` has no value{nearest(name, given - set(names))}"
            )
    for name in sorted(given - set(names)):
        raise BadQuery(
            f"parameters.{name}", f"the query has no parameter `:{name}`{nearest(name, names)}"
        )


def numbered(sql: str, values: Mapping[str, Scalar], mark: str = "$") -> Numbered:
    """Writes a query with numbers, behind a mark, for names; every name has a value."""
    names = names_in(sql)
    numbers = {name: f"{mark}{number}" for number, name in enumerate(names, 1)}
    # As wide as before, so that columns in the errors of a database are those of the query.
    text = PARAMETER.sub(lambda found: numbers[found[1]].ljust(len(found[0])), sql)
    return Numbered(unescaped(text), [values[name] for name in names], names)


def unescaped(sql: str) -> str:
    """Writes `:` for an escaped colon."""
    return _ESCAPED.sub(r"\1", sql)


def refuse_quoted(sql: str, can_parse: Callable[[str], bool]) -> None:
    """Refuses a query where a parameter stands in a text or a comment.

    There it would be a number in a text. Which places these are the database knows: it still reads
    a query that has nonsense in them.

    Args:
        sql: A query that can be parsed.
        can_parse: Whether the database reads a text; nothing is run.

    Raises:
        QueryFailed: SYNTAX, with the name.
    """
    for found in PARAMETER.finditer(sql):
        rest = PARAMETER.sub("NULL", sql[found.end() :])
        before = PARAMETER.sub("NULL", sql[: found.start()])
        if can_parse(unescaped(before + _NOWHERE + rest)):
            name = found[1]
            message = (
                f"`:{name}` stands in a text or a comment: write `\\:{name}` for a colon there"
            )
            raise QueryFailed(Reason.SYNTAX, message)
