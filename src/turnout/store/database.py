"""What a database must be able to do to hold a store; one module an implementation."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Database(Protocol):
    """A database."""

    place: str
    """Its URL without a password, for messages."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Gives a connection whose transaction sees one moment and writes nothing."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Gives a connection whose transaction may write."""

    def migrating(self) -> AbstractContextManager[Connection]:
        """Gives a connection inside a transaction that nobody else migrates in."""

    def close(self) -> None:
        """Closes every connection that is not in use."""
