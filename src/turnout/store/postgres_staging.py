"""Puts unit ids aside in temporary tables of PostgreSQL, by COPY."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, RootTransaction

from turnout.store.errors import Unavailable

_SETTINGS = {
    # Ten million ids are sorted and written by one statement each.
    "statement_timeout": "1h",
    # Until it has the head of the log nobody waits for it: it may wait for another like it.
    "lock_timeout": "10min",
    # Where the ids come from may be slow.
    "idle_in_transaction_session_timeout": "10min",
    "work_mem": "64MB",
}
# A process that died must not hold up others until its statement is through; from version 14.
_LOOKS_FOR_CLIENT = {"client_connection_check_interval": "5s"}
_TABLES = ("given_ids", "staged_ids", "present_ids")
# COPY reads these as something else, and NUL, which no id has, stands between two ids.
_ESCAPES = (
    (b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"), (b"\0", b"\n"),
)  # fmt: skip


@contextmanager
def staging_on(connection: Connection, place: str) -> Iterator["PostgresStaging"]:
    """Gives what puts ids aside on a connection.

    Args:
        connection: Outside a transaction.
        place: Of the database, for messages.
    """
    with connection.begin() as begun:
        allow_long(connection)
        for table in _TABLES:
            connection.exec_driver_sql(
                f'CREATE TEMP TABLE {table} (unit_id text COLLATE "C" NOT NULL) ON COMMIT DROP'
            )
        yield PostgresStaging(connection, begun, place)


class PostgresStaging:
    """See `Staging`. All of it is one transaction, which takes no lock before `writing`.

    Args:
        connection: Where the temporary tables are.
        begun: Its transaction.
        place: Of the database, for messages.
    """

    def __init__(self, connection: Connection, begun: RootTransaction, place: str) -> None:
        self.connection = connection
        self._begun = begun
        self._place = place

    def add(self, unit_ids: Sequence[str]) -> None:
        """See `Staging`."""
        rows = "\0".join(unit_ids).encode()
        for byte, escaped in _ESCAPES:
            rows = rows.replace(byte, escaped)
        driver = self.connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a transaction has begun on it
        dbapi = self.connection.dialect.loaded_dbapi
        try:
            with (
                driver.cursor() as cursor,
                cursor.copy("COPY given_ids FROM STDIN (FORMAT text, ENCODING 'UTF8')") as copy,
            ):
                copy.write(rows + b"\n")
        except (dbapi.OperationalError, dbapi.InterfaceError, dbapi.InternalError) as gone:
            self.connection.invalidate()
            raise Unavailable(f"the store `{self._place}` is unavailable: {gone}") from gone

    def settle(self) -> int:
        """See `Staging`."""
        once = "INSERT INTO staged_ids SELECT DISTINCT unit_id FROM given_ids ORDER BY unit_id"
        # Nobody has counted them yet, and a plan for few would first hash and then sort: twice the
        # time of sorting alone.
        self._run("SET LOCAL enable_hashagg = off")
        count = self._run(once)
        self._run("SET LOCAL enable_hashagg TO DEFAULT")
        self._run("DROP TABLE given_ids")
        self._run("ANALYZE staged_ids")
        return count

    @contextmanager
    def writing(self) -> Iterator[RootTransaction]:
        """See `Staging`."""
        yield self._begun

    def _run(self, statement: str) -> int:
        return self.connection.exec_driver_sql(statement).rowcount


def allow_long(connection: Connection) -> None:
    """Lets the transaction of a connection take longer than others may; of SQLite all may."""
    if connection.dialect.name != "postgresql":
        return
    version = connection.dialect.server_version_info or ()
    settings = _SETTINGS | (_LOOKS_FOR_CLIENT if version >= (14,) else {})
    for name, value in settings.items():
        connection.exec_driver_sql(f"SET LOCAL {name} = '{value}'")
