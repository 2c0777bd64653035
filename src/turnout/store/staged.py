"""Unit ids that were put aside before a transaction that writes, so that it holds up nobody."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Column, Connection, MetaData, RootTransaction, Table, select

from turnout.store.columns import Name
from turnout.store.mixed import mixed
from turnout.store.unit_ids import check_unit_ids

AT_ONCE = 50_000
"""Ids that go into a statement, or come out of one."""

_temporary = MetaData()

given_ids = Table("given_ids", _temporary, Column("unit_id", Name))
"""As they came. Only the connection that stages sees this and the next."""

staged_ids = Table("staged_ids", _temporary, Column("unit_id", Name))
"""Each once."""

present_ids = Table("present_ids", _temporary, Column("unit_id", Name))
"""Those of them that are members; empty at first."""


class Staging(Protocol):
    """A connection that puts ids aside; one module an implementation."""

    connection: Connection

    def add(self, unit_ids: Sequence[str]) -> None:
        """Puts good ids into `given_ids`."""

    def settle(self) -> int:
        """Fills `staged_ids` from `given_ids`, sorted; gives how many there are."""

    def writing(self) -> AbstractContextManager[RootTransaction]:
        """Waits for others who write and begins a transaction, in which `staged_ids` is there."""


@dataclass(frozen=True)
class Staged:
    """Ids that were put aside."""

    connection: Connection
    """That they were put aside on."""
    given: int
    """Those that came, each as often as it did."""
    count: int
    """Each counted once."""
    mixture: int
    """See `mixed`."""


def stage(staging: Staging, batches: Iterable[Sequence[str]]) -> Staged:
    """Puts ids aside.

    Args:
        staging: Of the database.
        batches: Of any size; they are read once, and never all in memory.

    Raises:
        Invalid: An id cannot be kept.
    """
    given = mixture = 0
    for batch in _pieces(batches):
        check_unit_ids(batch, given)
        staging.add(batch)
        given += len(batch)
        mixture ^= mixed(batch)
    count = staging.settle()
    if count < given:
        mixture = mixed(_ids(staging.connection))
    return Staged(staging.connection, given, count, mixture)


def _ids(connection: Connection) -> Iterator[str]:
    query = select(staged_ids.c.unit_id).execution_options(yield_per=AT_ONCE)
    yield from connection.execute(query).scalars()


def _pieces(batches: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    for batch in batches:
        for at in range(0, len(batch), AT_ONCE):
            yield batch[at : at + AT_ONCE]
