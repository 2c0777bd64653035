"""Tells a database that is gone from a bug."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from turnout.store.errors import StoreError, Unavailable

_OUTAGES = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)


@contextmanager
def telling(place: str, *, committing: bool = False) -> Iterator[None]:
    """Turns what a database raises into errors of the store; a bug passes as it is.

    Args:
        place: Which database, for the message; without a password.
        committing: Whether nobody can know what became of the write.

    Raises:
        Unavailable: The database is gone, busy, full, or cannot be written.
    """
    try:
        yield
    except exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None)
        if isinstance(cause, StoreError):
            raise cause from None
        if not _is_outage(error, cause):
            raise
        said = str(cause or error).strip().split("\n")[0]
        message = f"the store `{place}` is unavailable: {said}"
        raise Unavailable(message, outcome_unknown=committing) from error


def _is_outage(error: exc.SQLAlchemyError, cause: object) -> bool:
    if isinstance(cause, sqlite3.OperationalError):  # a statement that makes no sense is one too
        return cause.sqlite_errorcode != sqlite3.SQLITE_ERROR
    damaged = type(cause) is sqlite3.DatabaseError
    return damaged or isinstance(error, _OUTAGES)
