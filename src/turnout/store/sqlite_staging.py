"""Puts unit ids aside in temporary tables of SQLite, which are in files of their own."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, RootTransaction

_Turn = Callable[[Connection], AbstractContextManager[None]]

_MAKE = (
    "CREATE TEMP TABLE given_ids (unit_id TEXT NOT NULL)",
    "CREATE TEMP TABLE staged_ids (unit_id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID",
    "CREATE TEMP TABLE present_ids (unit_id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID",
)


@contextmanager
def staging_on(connection: Connection, turn: _Turn) -> Iterator["SqliteStaging"]:
    """Gives what puts ids aside on a connection, which is not to be used again.

    Args:
        connection: Outside a transaction.
        turn: Waits until no other thread writes; makes the connection one that writes.
    """
    begun = connection.begin()
    try:
        for statement in _MAKE:
            connection.exec_driver_sql(statement)
        yield SqliteStaging(connection, begun, turn)
    finally:
        begun.close()
        # Temporary files keep their size for as long as a connection is open.
        connection.invalidate()


class SqliteStaging:
    """See `Staging`. Others write meanwhile: the file of the store is not touched.

    Args:
        connection: Where the temporary tables are.
        begun: The transaction that they were made in.
        turn: See `staging_on`.
    """

    def __init__(self, connection: Connection, begun: RootTransaction, turn: _Turn) -> None:
        self.connection = connection
        self._begun = begun
        self._turn = turn

    def add(self, unit_ids: Sequence[str]) -> None:
        """See `Staging`."""
        # A list as one parameter takes a third of the time of a row after the other.
        listed = "INSERT INTO given_ids SELECT value FROM json_each(?)"
        self.connection.exec_driver_sql(listed, (json.dumps(unit_ids),))

    def settle(self) -> int:
        """See `Staging`."""
        once = "INSERT OR IGNORE INTO staged_ids SELECT unit_id FROM given_ids ORDER BY unit_id"
        count = self.connection.exec_driver_sql(once).rowcount
        self.connection.exec_driver_sql("DROP TABLE given_ids")
        return count

    @contextmanager
    def writing(self) -> Iterator[RootTransaction]:
        """See `Staging`."""
        # It saw the file as it was at its begin, and could not write behind what came since.
        self._begun.commit()
        with self._turn(self.connection), self.connection.begin() as begun:
            yield begun
