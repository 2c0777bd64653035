"""A ready query with holes for the names of tables and columns, and for values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from turnout.documents.names import nearest
from turnout.documents.problem import describe
from turnout.segments.failures import BadQuery
from turnout.segments.parameters import Scalar

Kind = Literal["table", "column", "text", "days", "count", "moment"]

_NOW_SQL = "COALESCE(CAST(:now AS timestamp with time zone), CURRENT_TIMESTAMP)"
# To a moment without a zone: the sessions of all connections are in UTC.
_SINCE = f"CAST({_NOW_SQL} - CAST(:days AS integer) * INTERVAL '1 day' AS timestamp)"
_UNTIL = f"CAST({_NOW_SQL} AS timestamp)"

_PART = r'(?:[A-Za-z_][A-Za-z0-9_$]{0,62}|"[^"\0\n]{1,63}")'
_COLUMN = re.compile(_PART)
_TABLE = re.compile(rf"{_PART}(?:\.{_PART}){{0,2}}|'[^'\0\n\\]{{1,1000}}'")
_MOST = {"days": 36_500, "count": 1_000_000_000}


@dataclass(frozen=True)
class TemplateParameter:
    """What a template asks for."""

    name: str
    kind: Kind
    default: Scalar = None
    """What it is when nobody says; None without one."""
    about: str = ""

    @property
    def is_name(self) -> bool:
        """It stands in the text of the query, and is held against what a name may be."""
        return self.kind in {"table", "column"}

    @property
    def required(self) -> bool:
        """Somebody has to say it."""
        return self.default is None and self.kind != "moment"


@dataclass(frozen=True)
class Template:
    """A query with holes for names, `{table}`, and parameters for values, `:days`."""

    name: str
    about: str
    sql: str
    parameters: tuple[TemplateParameter, ...]

    def statement(
        self, given: Mapping[str, Scalar], id_column: str
    ) -> tuple[str, dict[str, Scalar]]:
        """Fills the holes.

        Args:
            given: Names and values; what is left out is as the template has it.
            id_column: What the result calls the ids.

        Returns:
            The text of the query, and the values of its parameters.

        Raises:
            BadQuery: Something is missing, not known, or not what it has to be.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given.keys() - known.keys():
            near = nearest(name, known) or f": it has {', '.join(f'`{one}`' for one in known)}"
            raise BadQuery(f"parameters.{name}", f"`{self.name}` has no parameter `{name}`{near}")
        read = {name: _read(self, one, given.get(name)) for name, one in known.items()}
        names = {name: str(read[name]) for name, one in known.items() if one.is_name}
        quoted = '"' + id_column.replace('"', '""') + '"'
        sql = self.sql.format(**names, id=quoted, since=_SINCE, until=_UNTIL)
        return sql, {name: read[name] for name, one in known.items() if not one.is_name}


def _read(of: Template, parameter: TemplateParameter, given: Scalar) -> Scalar:
    value = parameter.default if given is None else given
    field, name = f"parameters.{parameter.name}", f"`{parameter.name}`"
    if value is None and parameter.required:
        raise BadQuery(field, f"`{of.name}` needs {name}: {parameter.about}")
    match parameter.kind:
        case "table" | "column":
            _check_identifier(field, parameter, value)
        case "days" | "count":
            most = _MOST[parameter.kind]
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
                message = f"{name} is a whole number from 1 to {most:,}, not {describe(value)}"
                raise BadQuery(field, message)
        case "text":
            if not isinstance(value, str):
                raise BadQuery(field, f"{name} is text, not {describe(value)}")
        case "moment":
            _check_moment(field, name, value)
    return value


def _check_identifier(field: str, parameter: TemplateParameter, value: Scalar) -> None:
    pattern = _TABLE if parameter.kind == "table" else _COLUMN
    if isinstance(value, str) and pattern.fullmatch(value):
        return
    form = 'a letter, then letters, digits and `_`, or anything in `"`'
    if parameter.kind == "table":
        form = f"{form}, with a schema and a `.` before it or not, or a file in `'`"
    message = f"`{parameter.name}` is the name of a {parameter.kind}, {form}: not {describe(value)}"
    raise BadQuery(field, message)


def _check_moment(field: str, name: str, value: Scalar) -> None:
    try:
        if value is not None:
            datetime.fromisoformat(str(value))
    except ValueError:
        message = f"{name} is a moment such as `2026-03-01T00:00:00Z`, not {describe(value)}"
        raise BadQuery(field, message) from None
