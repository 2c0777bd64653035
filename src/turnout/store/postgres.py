"""PostgreSQL: the store that several control planes share."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, create_engine, func, select, text

from turnout.store.errors import StoreError

_POOL_WAIT_S = 10.0
_LIFETIME_S = 1800
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
        self.place = url.render_as_string(hide_password=True)
        self._engine = create_engine(
            _complete(url), pool_size=8, max_overflow=8, pool_timeout=_POOL_WAIT_S,
            pool_recycle=_LIFETIME_S, pool_pre_ping=True,
        )  # fmt: skip

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
    def migrating(self) -> Iterator[Connection]:
        """See `Database`."""
        with self.writing() as connection, connection.begin():
            _refuse_encoding(connection)
            connection.execute(select(func.pg_advisory_xact_lock(lock_number("migration"))))
            yield connection

    def close(self) -> None:
        """See `Database`."""
        self._engine.dispose()


def lock_number(name: str) -> int:
    """The number of an advisory lock: PostgreSQL knows them by 64 bits."""
    digest = hashlib.sha256(f"turnout.{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


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
