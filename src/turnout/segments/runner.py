"""What runs queries: one interface, a module for each kind of database."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from turnout.engine import IdBatch
from turnout.segments.query import Statement

Batch = IdBatch | Sequence[str | None]
"""The ids of some thousand rows: as Arrow, or as texts where a row without an id has None."""


class Rows(Protocol):
    """A query on a connection; only `interrupt` may be called on another thread."""

    def batches(self) -> Iterator[Batch]:
        """Runs it, once, and gives the ids of all rows: up to the limit, and some behind it.

        Raises:
            QueryFailed: It does not only read, has no ids, or the database gave up.
        """

    def interrupt(self) -> None:
        """Ends the query wherever it is, from any thread; `batches` raises then.

        What has ended already is not disturbed.
        """


class Runner(Protocol):
    """Runs queries on one connection."""

    def open(self, statement: Statement) -> AbstractContextManager[Rows]:
        """Connects.

        Raises:
            QueryFailed: There is no connection.
        """
