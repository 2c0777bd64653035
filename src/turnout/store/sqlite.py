"""SQLite: the store of one machine, in one file."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event

from turnout.store.errors import Unavailable

BUSY_S = 10.0
"""How long a writer waits for others before it gives up."""

_WRITES = "turnout_writes"
_PRAGMAS = (
    f"busy_timeout={BUSY_S * 1000:.0f}",
    "journal_mode=WAL",
    "synchronous=FULL",  # what was acknowledged survives a loss of power
    "foreign_keys=ON",
    "cache_size=-16384",
)


class SqliteDatabase:
    """One file; several processes may open it, and one of them writes at a time.

    Args:
        url: `sqlite:////absolute/path`. The file and its folder are made for their owner only.
    """

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:":
            raise ValueError(f"`{url}` names no file: write `sqlite:////folder/file.db`")
        self.place = str(url)
        self._path = Path(url.database)
        self._writer = threading.Lock()
        self._engine = create_engine(url, pool_size=8, max_overflow=8, pool_timeout=BUSY_S)
        event.listen(self._engine, "connect", _connected)
        event.listen(self._engine, "begin", _begun)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Database`."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Database`."""
        # SQLite lets writers sleep and try again; threads of one process wait in turn instead.
        if not self._writer.acquire(timeout=BUSY_S):
            raise Unavailable(f"the store `{self.place}` is busy: others write for too long")
        try:
            with self._engine.connect() as connection:
                yield connection.execution_options(**{_WRITES: True})
        finally:
            self._writer.release()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """See `Database`."""
        self._make_file()
        with self.writing() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """See `Database`."""
        self._engine.dispose()

    def _make_file(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            message = f"the store `{self.place}` cannot be opened: {reason}"
            raise Unavailable(message) from error


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # `_begun` begins, not the module at the first write
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
