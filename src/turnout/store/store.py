"""The store: opens a database, and gives transactions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, RootTransaction, make_url
from sqlalchemy.exc import ArgumentError

from turnout.store.act import Act
from turnout.store.artifact_writing import write_artifact
from turnout.store.database import Database
from turnout.store.evaluations import beat
from turnout.store.leadership import Leadership
from turnout.store.migration import migrate
from turnout.store.outages import telling
from turnout.store.postgres import PostgresDatabase
from turnout.store.sqlite import SqliteDatabase
from turnout.store.staged import Staged, stage
from turnout.store.transaction import Transaction
from turnout.store.watch import Watch


class Store:
    """Everything that people write and release. Threads may share it.

    Args:
        database: Where it is kept; its tables are there.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str) -> "Store":
        """Opens the store at a URL; makes or changes its tables first, if need be.

        Args:
            url: `sqlite:////absolute/path` or `postgresql://user@host/database`.

        Raises:
            ValueError: The URL is of another kind.
            Unavailable: The database cannot be reached, read or written.
            NewerStore: A newer version of turnout has changed the tables.
        """
        database = _database(url)
        try:
            with telling(database.place), database.migrating() as connection:
                migrate(connection)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @property
    def place(self) -> str:
        """The URL without a password."""
        return self._database.place

    def close(self) -> None:
        """Closes the connections that are not in use."""
        self._database.close()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Gives a transaction that sees the store at one moment and cannot write.

        Raises:
            Unavailable: The database is gone.
        """
        with (
            telling(self.place),
            self._database.reading() as connection,
            connection.begin(),
        ):
            yield Transaction(connection)

    @contextmanager
    def write(self, act: Act, *, validate_only: bool = False) -> Iterator[Transaction]:
        """Gives a transaction that writes: all of it happens at its end, or nothing at an error.

        Writers come one after the other, so what is read in it stays true until its end. A thread
        must not open a second one inside.

        Args:
            act: Who writes.
            validate_only: Takes everything back at the end.

        Raises:
            Unavailable: The database is gone, or others write for too long.
        """
        with (
            telling(self.place),
            self._database.writing() as connection,
            connection.begin() as begun,
        ):
            transaction = Transaction(connection, act)
            yield transaction
            self._finish(transaction, connection, begun, validate_only=validate_only)

    @contextmanager
    def write_with(
        self, act: Act, batches: Iterable[Sequence[str]], *, validate_only: bool = False
    ) -> Iterator[tuple[Transaction, Staged]]:
        """Puts unit ids aside, however many, and then gives a transaction that writes; see `write`.

        While the ids come, others write. What `Transaction.members` does with them it does to all
        or, at an error, to none.

        Args:
            act: Who writes.
            batches: Unit ids in lists of any size, which are read once. An error of theirs passes
                as it is, and nothing is written.
            validate_only: Takes everything back at the end.

        Raises:
            Invalid: An id is empty, too long or no text; the message says which.
            Unavailable: The database is gone, or others write for too long.
        """
        with telling(self.place), self._database.staging() as staging:
            staged = stage(staging, batches)
            with staging.writing() as begun:
                transaction = Transaction(staging.connection, act)
                yield transaction, staged
                self._finish(transaction, staging.connection, begun, validate_only=validate_only)

    def beat(self, evaluation: int, rows: int = 0) -> bool:
        """Notes that an evaluation still runs; False: it has to stop. See `Evaluations.beat`.

        It does not queue for the log as `write` does: where a database can, it waits for nobody,
        so that no lease runs out while others write millions of members.

        Args:
            evaluation: The number of it.
            rows: That the query has given so far.

        Raises:
            Unavailable: The database is gone, or others write for too long.
        """
        with self._changing() as connection:
            return beat(connection, datetime.now(UTC), evaluation, rows)

    def add_artifact(self, name: str, path: Path) -> None:
        """Keeps a file, however large; see `Artifacts.add`.

        Others write meanwhile: it leaves no event, so that it does not queue for the log, and is
        written in many short transactions. Nobody sees it before all of it is there. What a killed
        process left goes with other artifacts that nothing names.

        Args:
            name: See `Artifacts.add`.
            path: Of the file.

        Raises:
            Invalid: The name is none, or the file is not what its name says.
            OSError: The file cannot be read.
            Unavailable: The database is gone, or others write for too long.
        """
        write_artifact(self._changing, name, path)

    def watch(self, looked: Callable[[bool], None] = lambda _: None) -> Watch:
        """Gives what follows the current revision, for a thread of its own.

        Args:
            looked: Is told of each look whether the database answered.
        """
        return Watch(self._database, "published", self._newest, looked)

    def watch_schedules(self) -> Watch:
        """Gives what follows what is to be done at times, for a thread of its own.

        It is said by scheduled changes, by segments and by the zone of the workspace.
        """
        return Watch(self._database, "scheduled", self._newest_schedule)

    def leadership(self, name: str) -> Leadership:
        """Gives the lock that makes one of several control planes the leader for some work."""
        return Leadership(lambda: self._database.claiming(f"leader.{name}"))

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """Begins a transaction that leaves no event, and does not queue for the log."""
        with (
            telling(self.place),
            self._database.writing() as connection,
            connection.begin(),
        ):
            yield connection

    def _finish(
        self,
        transaction: Transaction,
        connection: Connection,
        begun: RootTransaction,
        *,
        validate_only: bool,
    ) -> None:
        if validate_only:
            begun.rollback()
            return
        transaction.audit.finish()
        has_news = transaction.has_news
        announcing = self._database.announcing(connection) if has_news else nullcontext()
        with announcing, telling(self.place, committing=True):
            begun.commit()

    def _newest(self) -> int:
        with self.read() as transaction:
            return transaction.snapshots.newest()

    def _newest_schedule(self) -> int:
        with self.read() as transaction:
            return max(
                transaction.schedules.newest_version(),
                transaction.items.newest_version(),
                transaction.workspace.get().version,
            )


def _database(url: str) -> Database:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _no_store(url) from None
    if parsed.drivername == "sqlite":
        return SqliteDatabase(parsed)
    if parsed.drivername in {"postgresql", "postgres"}:
        return PostgresDatabase(parsed)
    raise _no_store(str(parsed))


def _no_store(url: str) -> ValueError:
    return ValueError(
        f"`{url}` is no store: a URL `sqlite:////folder/file.db` or "
        "`postgresql://user@host/database` is needed"
    )
