"""Queries by a PostgreSQL server, each in a transaction that only reads.

Rows cross in chunks of one portal: several times as fast as COPY row by row or a cursor, with the
parameters bound, and with plans for all rows, parallel ones too.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from operator import itemgetter
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.string import TextLoader

from turnout.segments import id_column
from turnout.segments.credentials import Hidden, Reference
from turnout.segments.failures import QueryFailed, Reason
from turnout.segments.parameters import Numbered, numbered, refuse_quoted
from turnout.segments.query import Statement
from turnout.segments.runner import Rows

_CONNECT_S = 10
_AT_ONCE = 10_000
_LONGEST_MS = 2**31 - 1
"""What the setting of PostgreSQL holds: 24 days."""
_TEXTS = frozenset({"text", "varchar", "name", "int2", "int4", "int8", "uuid", "unknown"})
_MIXED = frozenset({"json", "jsonb"})
_LOST = ("08", "57P")
"""Of SQLSTATE: of the connection, and of a server that ends."""


class PostgresqlRunner:
    """Runs each query on a connection of its own.

    Args:
        url: Where `postgresql://…` stands.
    """

    def __init__(self, url: Reference) -> None:
        self._url = url

    @contextmanager
    def open(self, statement: Statement) -> Iterator[Rows]:
        """See `Runner.open`."""
        hidden = Hidden()
        connection = _connect(self._url.read(), hidden)
        try:
            yield _PostgresqlRows(connection, statement, hidden)
        finally:
            connection.close()


def _connect(url: str, hidden: Hidden) -> psycopg.Connection[Any]:
    try:
        places = conninfo_to_dict(url)
    except psycopg.Error:
        # It may quote the password.
        raise QueryFailed(
            Reason.CONNECTION_LOST, "the URL of the connection cannot be read: `postgresql://…`"
        ) from None
    hidden.add(str(places.get("password") or ""))
    hidden.add(url)
    places.setdefault("connect_timeout", _CONNECT_S)
    places.setdefault("application_name", "turnout")
    places["client_encoding"] = "utf8"
    try:
        return psycopg.connect(make_conninfo("", **places), autocommit=True)
    except psycopg.Error as error:
        text = hidden.out_of(" ".join(str(error).split()))
        raise QueryFailed(Reason.CONNECTION_LOST, f"no connection: {text}") from None


class _PostgresqlRows:
    def __init__(
        self, connection: psycopg.Connection[Any], statement: Statement, hidden: Hidden
    ) -> None:
        self._connection = connection
        self._hidden = hidden
        self._statement = statement
        self._query = numbered(statement.sql, statement.parameters)

    def _begin(self, timeout_s: float) -> None:
        execute = self._connection.execute
        execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # A query of its own, after which nobody can make the transaction write.
        execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('TimeZone', 'UTC', true)",
            [str(min(max(1, int(timeout_s * 1000)), _LONGEST_MS))],
        )

    def _prepare(self, wanted: str) -> int:
        """Has the server say what the statement gives, before it does anything."""
        connection, query = self._connection, self._query
        transformer = Transformer(connection)
        transformer.dump_sequence(query.values, [PyFormat.AUTO] * len(query.values))
        refuse_quoted(self._statement.sql, self._can_parse)
        types = transformer.types or ()
        self._checked(connection.pgconn.prepare(b"", query.sql.encode(), types))
        described = self._checked(connection.pgconn.describe_prepared(b""))
        if described.nfields == 0:
            message = "the query gives no rows: write one `SELECT`"
            raise QueryFailed(Reason.NOT_READ_ONLY, message)
        names = [(described.fname(at) or b"").decode() for at in range(described.nfields)]
        place = id_column.find(names, wanted)
        self._check_type(wanted, described.ftype(place))
        for at in range(described.nfields):
            # As they come: ids are texts to us, and of other columns there may be odd values.
            connection.adapters.register_loader(described.ftype(at), TextLoader)
        return place

    def _can_parse(self, sql: str) -> bool:
        """Within a savepoint: an error would end the transaction."""
        self._connection.execute("SAVEPOINT parsing")
        prepared = self._connection.pgconn.prepare(b"", sql.encode())
        self._connection.execute("ROLLBACK TO SAVEPOINT parsing")
        wrong = prepared.error_field(pq.DiagnosticField.SQLSTATE) or b""
        return wrong != b"42601"

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)
        return result

    def _check_type(self, column: str, oid: int) -> None:
        known = psycopg.adapters.types.get(oid)
        name = known.name if known is not None else f"number {oid}"
        if name not in _TEXTS:
            raise id_column.refused(column, name, mixed=name in _MIXED)

    def batches(self) -> Iterator[list[str | None]]:
        """See `Rows.batches`."""
        query = self._query
        try:
            self._begin(self._statement.timeout_s)
            place = self._prepare(self._statement.id_column)
            cursor = psycopg.RawCursor(self._connection, row_factory=lambda _: itemgetter(place))
            size = _AT_ONCE if psycopg.capabilities.has_stream_chunked() else 1
            ids = cursor.stream(query.sql, query.values, size=size)
            while batch := list(islice(ids, _AT_ONCE)):
                yield batch
        except psycopg.Error as error:
            raise failed(error, query, self._hidden) from None

    def interrupt(self) -> None:
        """See `Rows.interrupt`."""
        # It may be closed by now, or gone.
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=_CONNECT_S)


def failed(error: psycopg.Error, query: Numbered, hidden: Hidden) -> QueryFailed:
    """What an error of PostgreSQL means for a query."""
    state, told = error.sqlstate or "", error.diag.message_primary or str(error)
    text = _named(" ".join(told.split()), query)
    position = error.diag.statement_position
    if position and position.isdigit():
        line, column = _place(query.sql, int(position))
        text += f" in line {line}, column {column}"
    return QueryFailed(_reason(state, error), hidden.out_of(text))


def _named(text: str, query: Numbered) -> str:
    """Writes parameters as the query does."""
    names = dict(enumerate(query.names, 1))
    return re.sub(r"\$(\d{1,5})", lambda found: f":{names.get(int(found[1]), found[1])}", text)


def _reason(state: str, error: psycopg.Error) -> Reason:
    if state == "25006":
        return Reason.NOT_READ_ONLY
    if state == "57014":
        return Reason.TIMEOUT
    if state.startswith("42") and state != "42501":
        return Reason.SYNTAX
    if state.startswith(_LOST) or (not state and isinstance(error, psycopg.OperationalError)):
        return Reason.CONNECTION_LOST
    return Reason.FAILED


def _place(sql: str, position: int) -> tuple[int, int]:
    """Line and column, from 1, of a position, from 1."""
    before = sql[: position - 1]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
