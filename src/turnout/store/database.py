"""What a database must be able to do to hold a store; one module an implementation."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection

from turnout.store.staged import Staging


class Database(Protocol):
    """A database."""

    place: str
    """Its URL without a password, for messages."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Gives a connection whose transaction sees one moment and writes nothing."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Gives a connection whose transaction may write."""

    def staging(self) -> AbstractContextManager[Staging]:
        """Gives what puts ids aside, and then writes."""

    def migrating(self) -> AbstractContextManager[Connection]:
        """Gives a connection inside a transaction that nobody else migrates in."""

    def announcing(self, connection: Connection) -> AbstractContextManager[None]:
        """Goes around a commit that makes another snapshot current, and wakes who listens."""

    def listening(self) -> AbstractContextManager[Callable[[], bool]]:
        """Listens to `announcing`, of other processes too.

        Gives what waits a quarter of a second at most and says whether anything was announced.
        """

    def claiming(self, name: str) -> AbstractContextManager[Callable[[], bool] | None]:
        """Tries to hold a lock of that name until the end, against all other processes.

        Gives what says whether it is still held; None when another one has it.
        """

    def close(self) -> None:
        """Closes every connection that is not in use."""
