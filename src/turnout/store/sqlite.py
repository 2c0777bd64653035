"""SQLite: the store of one machine, in one file."""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event

from turnout.store.errors import Unavailable
from turnout.store.leadership import always
from turnout.store.outages import telling
from turnout.store.sqlite_staging import staging_on
from turnout.store.staged import Staging
from turnout.store.watch import LOOK_S

BUSY_S = 10.0
"""How long a writer waits for others before it gives up."""

_BULK_BUSY_S = 600.0
"""How long one that staged waits, whom nobody waits for; others may write as much as it does."""

_WRITES = "turnout_writes"
_PRAGMAS = (
    f"busy_timeout={BUSY_S * 1000:.0f}",
    "synchronous=FULL",  # what was acknowledged survives a loss of power
    "foreign_keys=ON",
    "cache_size=-16384",
    "journal_size_limit=67108864",  # after millions of members were written
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
        self._listeners: set[threading.Event] = set()
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
        with self._turn(BUSY_S), self._engine.connect() as connection:
            yield connection.execution_options(**{_WRITES: True})

    @contextmanager
    def staging(self) -> Iterator[Staging]:
        """See `Database`."""
        with (
            self._engine.connect() as connection,
            staging_on(connection, self._staged_turn) as staging,
        ):
            yield staging

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """See `Database`."""
        self._make_file()
        with self.writing() as connection, connection.begin():
            yield connection

    @contextmanager
    def announcing(self, connection: Connection) -> Iterator[None]:  # noqa: ARG002 - the commit is heard
        """See `Database`."""
        yield
        for listener in list(self._listeners):
            listener.set()

    @contextmanager
    def listening(self) -> Iterator[Callable[[], bool]]:
        """See `Database`. Other processes are heard by the counter of changes to the file."""
        listener = threading.Event()
        self._listeners.add(listener)
        try:
            with telling(self.place), self._engine.connect() as connection:
                yield _Ear(listener, connection)
        finally:
            self._listeners.discard(listener)

    def claiming(self, name: str) -> AbstractContextManager[Callable[[], bool] | None]:  # noqa: ARG002 - all alike
        """See `Database`. The store of one machine has one server: it leads."""
        return always()

    def close(self) -> None:
        """See `Database`."""
        self._engine.dispose()

    @contextmanager
    def _turn(self, patience_s: float) -> Iterator[None]:
        # SQLite lets writers sleep and try again; threads of one process wait in turn instead.
        if not self._writer.acquire(timeout=patience_s):
            raise Unavailable(f"the store `{self.place}` is busy: others write for too long")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _staged_turn(self, connection: Connection) -> Iterator[None]:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - it has just staged
        driver.execute(f"PRAGMA busy_timeout={_BULK_BUSY_S * 1000:.0f}")
        connection.execution_options(**{_WRITES: True})
        with self._turn(_BULK_BUSY_S):
            yield

    def _make_file(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Only a file that is made here: to close another would drop this process's locks.
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            message = f"the store `{self.place}` cannot be opened: {reason}"
            raise Unavailable(message) from error


class _Ear:
    """Hears of changes: of this process by an event, of others by the counter of the file."""

    def __init__(self, listener: threading.Event, connection: Connection) -> None:
        self._listener = listener
        self._connection = connection
        self._seen = self._counter()

    def __call__(self) -> bool:
        if self._listener.wait(LOOK_S):
            self._listener.clear()
            return True
        before, self._seen = self._seen, self._counter()
        return self._seen != before

    def _counter(self) -> object:
        counter = self._connection.exec_driver_sql("PRAGMA data_version").scalar()
        # No transaction stays open: it would see the file as it was at its begin.
        self._connection.rollback()
        return counter


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # `_begun` begins, not the module at the first write
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection)


def _write_ahead(connection: sqlite3.Connection) -> None:
    # Where several switch a new file at once, SQLite lets all but one fail without waiting
    # (`busy_timeout` would be a deadlock): they try again, and find it switched.
    last = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - spreads load
        else:
            return


def _begun(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
