"""Queries by whatever Ibis speaks to: ClickHouse, Trino, Spark, BigQuery, Snowflake.

Ibis binds no parameters: each is put into the parsed statement as a literal of its type, which
the generator of the dialect writes, never into the text. That nothing is written is up to the role
of the connection, too: of the statement only its kind is known here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from turnout.engine import IdBatch, IdBatches
from turnout.segments import id_column
from turnout.segments.credentials import Hidden, Reference
from turnout.segments.failures import QueryFailed, Reason
from turnout.segments.parameters import numbered, refuse_quoted
from turnout.segments.query import Statement
from turnout.segments.runner import Rows

if TYPE_CHECKING:
    from ibis.backends.sql import SQLBackend
    from ibis.expr.types import Column, Table

_AT_ONCE = 100_000


class IbisRunner:
    """Runs each query on a connection of its own.

    Args:
        backend: As Ibis calls it, for example `clickhouse`.
        arguments: Of its `connect`; references are read when it connects.
    """

    def __init__(
        self, backend: str, arguments: Mapping[str, bool | float | str | Reference]
    ) -> None:
        self._backend = backend
        self._arguments = dict(arguments)

    @contextmanager
    def open(self, statement: Statement) -> Iterator[Rows]:
        """See `Runner.open`."""
        hidden = Hidden()
        connection = self._connect(hidden)
        try:
            yield _IbisRows(connection, statement, hidden)
        finally:
            with suppress(Exception):
                connection.disconnect()

    def _connect(self, hidden: Hidden) -> "SQLBackend":
        try:
            import ibis  # noqa: PLC0415 - an extra
            import pyarrow as pa  # noqa: F401, PLC0415
        except ImportError:
            message = "Ibis is not installed: `pip install turnout[warehouses]`"
            raise QueryFailed(Reason.CONNECTION_LOST, message) from None
        arguments = {
            name: hidden.add(value.read()) if isinstance(value, Reference) else value
            for name, value in self._arguments.items()
        }
        try:
            connection: SQLBackend = getattr(ibis, self._backend).connect(**arguments)
        except Exception as error:  # noqa: BLE001 - each backend has errors of its own
            text = hidden.out_of(_one_line(error))
            raise QueryFailed(Reason.CONNECTION_LOST, f"no connection: {text}") from None
        return connection


class _IbisRows:
    def __init__(self, connection: "SQLBackend", statement: Statement, hidden: Hidden) -> None:
        self._connection = connection
        self._hidden = hidden
        self._statement = statement

    def batches(self) -> Iterator[IdBatch]:
        """See `Rows.batches`."""
        statement = self._statement
        table = self._described(_bound(statement, self._connection.dialect))
        chosen = table.select(_ids(table, statement.id_column)).limit(statement.limit + 1)
        try:
            for batch in chosen.to_pyarrow_batches(chunk_size=_AT_ONCE):
                yield from IdBatches(batch)
        except Exception as error:  # noqa: BLE001 - each backend has errors of its own
            raise QueryFailed(Reason.FAILED, self._hidden.out_of(_one_line(error))) from None

    def _described(self, sql: str) -> "Table":
        try:
            table = self._connection.sql(sql, dialect=self._connection.dialect)
            table.schema()
        except Exception as error:  # noqa: BLE001 - each backend has errors of its own
            raise QueryFailed(Reason.SYNTAX, self._hidden.out_of(_one_line(error))) from None
        return table

    def interrupt(self) -> None:
        """Ends it where the backend can, else takes the connection away from under it."""
        native: Any = getattr(self._connection, "con", None)
        for name in ("interrupt", "cancel"):
            with suppress(Exception):
                getattr(native, name)()
                return
        with suppress(Exception):
            self._connection.disconnect()


def _ids(table: "Table", name: str) -> "Column":
    columns = list(table.columns)
    column = table[columns[id_column.find(columns, name)]]
    type_ = column.type()
    if type_.is_uuid() or type_.is_null():
        return column.cast("string").name(name)
    if not (type_.is_string() or type_.is_integer()):
        raise id_column.refused(name, str(type_), mixed=bool(type_.is_json()))
    return column


def _bound(statement: Statement, dialect: Any) -> str:  # noqa: ANN401 - of sqlglot
    """Reads one SELECT, and puts literals where its parameters are."""
    from sqlglot import exp  # noqa: PLC0415 - comes with Ibis

    # No name of a parameter is a word of the language then.
    query = numbered(statement.sql, statement.parameters, ":turnout_")
    parsed = _parsed(query.sql, dialect)
    if len(parsed) != 1:
        message = f"the query has {len(parsed)} statements: write one `SELECT`"
        raise QueryFailed(Reason.NOT_READ_ONLY if parsed else Reason.SYNTAX, message)
    root = parsed[0]
    writing = (exp.DML, exp.DDL, exp.Into, exp.Command)
    inner = [one for one in root.find_all(*writing) if not isinstance(one, exp.Query)]
    if not isinstance(root, exp.Query) or inner:
        raise QueryFailed(Reason.NOT_READ_ONLY, "the query writes: write one `SELECT` that reads")
    refuse_quoted(statement.sql, lambda text: _can_parse(text, dialect))
    values = {f"turnout_{number}": value for number, value in enumerate(query.values, 1)}

    def fill(node: Any) -> Any:  # noqa: ANN401 - of sqlglot
        known = isinstance(node, exp.Placeholder) and node.name in values
        return exp.convert(values[node.name]) if known else node

    if (named := root.named_selects).count(statement.id_column) > 1:
        # Ibis would take one of them.
        id_column.find(named, statement.id_column)
    return str(root.transform(fill).sql(dialect=dialect))


def _parsed(sql: str, dialect: Any) -> list[Any]:  # noqa: ANN401 - of sqlglot
    import sqlglot  # noqa: PLC0415 - comes with Ibis

    try:
        return [one for one in sqlglot.parse(sql, dialect=dialect) if one]
    except sqlglot.errors.SqlglotError as error:
        raise QueryFailed(Reason.SYNTAX, _syntax(error)) from None


def _can_parse(sql: str, dialect: Any) -> bool:  # noqa: ANN401 - of sqlglot
    with suppress(QueryFailed):
        return bool(_parsed(sql, dialect))
    return False


def _syntax(error: Exception) -> str:
    found = getattr(error, "errors", None) or [{}]
    first = found[0]
    if "description" not in first:
        return _one_line(error)
    return f"{first['description']} in line {first['line']}, column {first['col']}".lower()


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
