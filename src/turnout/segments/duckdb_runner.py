"""Queries by DuckDB in this process, over files that it may read and nothing else.

Results cross into a member set as Arrow, without a Python object for any row.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from turnout.engine import IdBatch, IdBatches
from turnout.segments import id_column
from turnout.segments.duckdb_messages import failed, told
from turnout.segments.failures import QueryFailed, Reason
from turnout.segments.parameters import Numbered, Scalar, numbered, refuse_quoted
from turnout.segments.query import Statement
from turnout.segments.runner import Rows

_IDS = frozenset(
    {
        "varchar", "uuid", "tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint",
        "uinteger", "ubigint",
    }
)  # fmt: skip
_CAST = frozenset({"hugeint", "uhugeint", "enum", "null"})
"""Types that hold ids once they are texts."""
_MIXED = frozenset({"union", "variant"})


class DuckdbRunner:
    """Runs each query in a database of its own, in memory.

    Args:
        folders: What may be read, with the folders in them.
        attach: Database files by the name that queries know them by; only read.
        memory_limit: As in `4GB`; None for what DuckDB takes.
        threads: None for one a core.
        spill: The folder for what does not fit into memory; None for that of temporary files. What
            a killed process left there nobody removes.
    """

    def __init__(
        self,
        *,
        folders: Sequence[Path] = (),
        attach: Mapping[str, Path] | None = None,
        memory_limit: str | None = None,
        threads: int | None = None,
        spill: Path | None = None,
    ) -> None:
        self._spill = spill
        self._folders = [f"{folder}/" for folder in folders]
        self._attach = dict(attach or {})
        self._settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            # Sets have no order, and keeping one costs memory.
            "preserve_insertion_order": False,
        }
        if memory_limit is not None:
            self._settings["memory_limit"] = memory_limit
        if threads is not None:
            self._settings["threads"] = threads

    @contextmanager
    def open(self, statement: Statement) -> Iterator[Rows]:
        """See `Runner.open`."""
        with tempfile.TemporaryDirectory(prefix="turnout-duckdb-", dir=self._spill) as folder:
            connection = self._connect(folder)
            try:
                yield _DuckdbRows(connection, statement, self._folders)
            finally:
                connection.close()

    def _connect(self, spill: str) -> duckdb.DuckDBPyConnection:
        settings = {**self._settings, "temp_directory": spill}
        try:
            connection = duckdb.connect(":memory:", config=settings)
        except duckdb.Error as error:
            raise failed(error, Reason.CONNECTION_LOST) from None
        try:
            # What is compared without a zone means the same everywhere.
            connection.execute("SET TimeZone = 'UTC'")
            for name, path in self._attach.items():
                connection.execute(f'ATTACH {_text(str(path))} AS "{name}" (READ_ONLY)')
            listed = ", ".join(map(_text, self._folders))
            connection.execute(f"SET allowed_directories = [{listed}]")
            # In this order: nothing can be allowed once these are set.
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            connection.close()
            raise failed(error, Reason.CONNECTION_LOST) from None
        return connection


class _DuckdbRows:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        statement: Statement,
        folders: Sequence[str],
    ) -> None:
        self._connection, self._folders = connection, folders
        self._column = statement.id_column
        self._limit = statement.limit
        self._sql = statement.sql
        self._query = numbered(statement.sql, statement.parameters)

    def _bound(self, query: Numbered) -> duckdb.DuckDBPyRelation:
        try:
            return self._connection.sql(query.sql, params=query.values or None)
        except duckdb.Error as error:
            raise failed(error, folders=self._folders) from None

    def _narrowed(self, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Only the ids, as a type that the engine takes, and one more than the limit."""
        place = id_column.find(relation.columns, self._column)
        type_ = relation.types[place]
        # JSON is text to DuckDB, and a number or a text in quotes to a reader.
        mixed = type_.id in _MIXED or str(type_) == "JSON"
        if mixed or type_.id not in _IDS | _CAST:
            raise id_column.refused(self._column, str(type_), mixed=mixed)
        # By its place: to DuckDB `id` and `ID` are one name.
        chosen = f"CAST(#{place + 1} AS VARCHAR)" if type_.id in _CAST else f"#{place + 1}"
        return relation.project(chosen).limit(self._limit + 1)

    def batches(self) -> Iterator[IdBatch]:
        """See `Rows.batches`."""
        _check(self._connection, self._query, self._sql)
        relation = self._narrowed(self._bound(self._query))
        try:
            yield from IdBatches(relation)
        except duckdb.Error as error:
            raise failed(error, folders=self._folders) from None
        except ValueError as error:
            # Of the stream: "the source failed with 5: Conversion Error: …"
            text = str(error).partition(": ")[2] or str(error)
            raise QueryFailed(Reason.FAILED, told(text, self._folders)) from None

    def interrupt(self) -> None:
        """See `Rows.interrupt`."""
        # It may be closed by now, as its thread ended by itself.
        with suppress(duckdb.ConnectionException):
            self._connection.interrupt()


def _check(connection: duckdb.DuckDBPyConnection, query: Numbered, written: str) -> None:
    """Refuses what is not one statement that only reads, by what DuckDB itself says of it."""
    try:
        statements = connection.extract_statements(query.sql)
    except duckdb.Error as error:
        raise failed(error) from None
    if len(statements) != 1:
        message = f"the query has {len(statements)} statements: write one `SELECT`"
        raise QueryFailed(Reason.NOT_READ_ONLY if statements else Reason.SYNTAX, message)
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name
        message = f"the query is of the kind `{kind}`: write one `SELECT`"
        raise QueryFailed(Reason.NOT_READ_ONLY, message)
    refuse_quoted(written, lambda sql: _can_parse(connection, sql))
    # What writes from within a WITH is a SELECT by its kind, but nothing that can be described:
    # only the description is refused, or the two for different reasons.
    described, explained = (_refusal(connection, verb, query) for verb in ("DESCRIBE", "EXPLAIN"))
    if described is not explained:
        raise QueryFailed(Reason.NOT_READ_ONLY, "the query writes: write one `SELECT` that reads")


def _can_parse(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    try:
        connection.extract_statements(sql)
    except duckdb.Error:
        return False
    return True


def _refusal(
    connection: duckdb.DuckDBPyConnection, verb: str, query: Numbered
) -> type[duckdb.Error] | None:
    """Why DuckDB does not tell about a query, which is not run; None when it does."""
    values: list[Scalar] | None = query.values or None
    try:
        connection.execute(f"{verb} {query.sql}", values).fetchall()
    except duckdb.InterruptException as error:
        raise failed(error) from None
    except duckdb.Error as error:
        return type(error)
    return None


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
