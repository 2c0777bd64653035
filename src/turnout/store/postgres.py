"""PostgreSQL: the store that several control planes share."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import URL, Connection, NullPool, create_engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from turnout.store.errors import StoreError, Unavailable
from turnout.store.outages import telling
from turnout.store.postgres_staging import staging_on
from turnout.store.staged import Staging
from turnout.store.watch import LOOK_S

_POOL_WAIT_S = 10.0
_LIFETIME_S = 1800
_CHANNEL = "turnout_published"
_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",  # how long a writer waits for others
    "idle_in_transaction_session_timeout": "60s",  # a machine that vanished must not hold them up
}
_CONNECTION = {
    "application_name": "turnout",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}


class PostgresDatabase:
    """One database.

    Args:
        url: `postgresql://user:password@host/database`, with the parameters of libpq. What it
            says of time limits counts before ours; its `options` come after ours.
    """

    def __init__(self, url: URL) -> None:
        self.place = _place(url)
        self._engine = create_engine(
            _complete(url), pool_size=8, max_overflow=8, pool_timeout=_POOL_WAIT_S,
            pool_recycle=_LIFETIME_S, pool_pre_ping=True,
        )  # fmt: skip
        # Connections that listen or hold a lock are nobody else's.
        self._sessions = create_engine(
            _complete(url), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Database`."""
        with self._engine.connect() as connection:
            yield connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Database`. Writers queue for the head of the log and then see what is committed."""
        with self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="READ COMMITTED")

    @contextmanager
    def staging(self) -> Iterator[Staging]:
        """See `Database`."""
        with self.writing() as connection, staging_on(connection, self.place) as staging:
            yield staging

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """See `Database`."""
        with self.writing() as connection, connection.begin():
            _refuse_encoding(connection)
            connection.execute(select(func.pg_advisory_xact_lock(lock_number("migration"))))
            yield connection

    @contextmanager
    def announcing(self, connection: Connection) -> Iterator[None]:
        """See `Database`. What is announced in a transaction is heard when it is committed."""
        connection.execute(select(func.pg_notify(_CHANNEL, "")))
        yield

    @contextmanager
    def listening(self) -> Iterator[Callable[[], bool]]:
        """See `Database`."""
        with telling(self.place), self._sessions.connect() as connection:
            connection.exec_driver_sql(f"LISTEN {_CHANNEL}")
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101 - it has just listened

            def heard() -> bool:
                try:
                    return any(True for _ in driver.notifies(timeout=LOOK_S, stop_after=1))
                except self._sessions.dialect.loaded_dbapi.OperationalError as error:
                    connection.invalidate()
                    message = f"the store `{self.place}` is unavailable: {error}"
                    raise Unavailable(message) from error

            yield heard

    @contextmanager
    def claiming(self, name: str) -> Iterator[Callable[[], bool] | None]:
        """See `Database`. The lock lives as long as the connection."""
        with telling(self.place), self._sessions.connect() as connection:
            number = lock_number(name)
            if not connection.execute(select(func.pg_try_advisory_lock(number))).scalar():
                yield None
                return

            def is_held() -> bool:
                with telling(self.place):
                    return connection.execute(text("SELECT 1")).scalar() == 1

            try:
                yield is_held
            finally:
                # The server notices only later that a connection was closed.
                with suppress(SQLAlchemyError):
                    connection.execute(select(func.pg_advisory_unlock(number)))

    def close(self) -> None:
        """See `Database`."""
        self._sessions.dispose()
        self._engine.dispose()


def lock_number(name: str) -> int:
    """The number of an advisory lock: PostgreSQL knows them by 64 bits."""
    digest = hashlib.sha256(f"turnout.{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _place(url: URL) -> str:
    """The URL as people and logs may see it: libpq takes passwords among the parameters, too."""
    shown = {name: value for name, value in url.query.items() if "password" not in name}
    return url.set(query=shown).render_as_string(hide_password=True)


def _complete(url: URL) -> URL:
    given = {name: value for name, value in url.query.items() if name != "options"}
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    own = url.query.get("options", "")
    options = " ".join([options, *([own] if isinstance(own, str) else own)]).strip()
    url = url.set(drivername="postgresql+psycopg")
    return url.set(query={**_CONNECTION, **given, "options": options})


def _refuse_encoding(connection: Connection) -> None:
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise StoreError(
            f"the database keeps text as `{encoding}`, which has not every character: "
            "make one with `ENCODING 'UTF8'`"
        )
