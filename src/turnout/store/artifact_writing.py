"""Writes artifacts a few MiB at a time, so that no other writer waits for a large file."""

import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Insert, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from turnout.store import artifacts as kept
from turnout.store.artifact_name import is_set, set_in
from turnout.store.errors import Invalid
from turnout.store.tables import artifact_chunks, artifacts

Begin = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction that writes, without the head of the log."""

AT_ONCE = 4
"""Pieces of a transaction."""
LEASE = timedelta(seconds=30)
"""How long a writer may be silent before another one takes its file over."""
_LOOK_S = 0.25
_PAUSE_S = 0.01
"""Between two transactions: others who wait for the lock of a file come in."""

_COLUMNS = artifacts.c
_log = logging.getLogger("turnout.store")


def write_artifact(begin: Begin, name: str, path: Path) -> None:
    """Keeps a file; see `Artifacts.add`. Nobody sees it before all of it is there.

    One that another process is writing is waited for, and begun anew where that one was killed.

    Args:
        begin: Begins a transaction.
        name: See `Artifacts.add`.
        path: Of the file.

    Raises:
        Invalid: The name is none, or the file is not what its name says.
        OSError: The file cannot be read.
    """
    sha256 = _checked(name, path)
    while True:
        with begin() as connection:
            begun = _begin(connection, name)
            is_there = begun is None and _is_there(connection, name)
        if is_there or (begun is not None and _fill(begin, name, path, begun, sha256)):
            return
        time.sleep(_LOOK_S)


def _checked(name: str, path: Path) -> str:
    """Gives the SHA-256 of a file."""
    kept.require_name(name)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if is_set(name) and set_in(name) != sha256:
        raise Invalid("name", f"`{path}` is not what its name says: its SHA-256 is `{sha256}`")
    return sha256


def _is_there(connection: Connection, name: str) -> bool:
    """Whether a file is there already; it is young again then."""
    young = update(artifacts).where(_COLUMNS.name == name, kept.IS_WHOLE)
    return connection.execute(young.values(created_at=datetime.now(UTC))).rowcount > 0


def _begin(connection: Connection, name: str) -> datetime | None:
    """Begins a file, and says since when; None: it is there, or another one writes it."""
    now, of_it = datetime.now(UTC), _COLUMNS.name == name
    left = delete(artifacts).where(of_it, ~kept.IS_WHOLE, _COLUMNS.created_at < now - LEASE)
    if connection.execute(left).rowcount:
        _log.warning("a file that was written half is written anew: %s", name)
    row = {"name": name, "member_set": set_in(name), "size": 0, "sha256": "", "created_at": now}
    connection.execute(_insert(connection).values(row))
    return now if _mark(connection, name, now, created_at=now) else None


def _insert(connection: Connection) -> Insert:
    """An insert that does nothing where the row is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(artifacts).on_conflict_do_nothing()
    return sqlite.insert(artifacts).on_conflict_do_nothing()


def _fill(begin: Begin, name: str, path: Path, begun: datetime, sha256: str) -> bool:
    """Writes the pieces; False: another writer took it over."""
    at, beat = 0, begun
    with path.open("rb") as file:
        while pieces := list(islice(iter(lambda: file.read(kept.PIECE), b""), AT_ONCE)):
            rows = [{"name": name, "at": at + n, "content": one} for n, one in enumerate(pieces)]
            with begin() as connection:
                after = datetime.now(UTC)
                if not _mark(connection, name, beat, created_at=after):
                    return False
                connection.execute(insert(artifact_chunks), rows)
            at, beat = at + len(pieces), after
            time.sleep(_PAUSE_S)
        size = file.tell()
    with begin() as connection:
        done = {"created_at": datetime.now(UTC), "size": size, "sha256": sha256}
        return _mark(connection, name, beat, **done)


def _mark(connection: Connection, name: str, beat: datetime, **values: object) -> bool:
    """Changes the row of a file that this writer still has: nobody else wrote the last beat."""
    own = update(artifacts).where(
        _COLUMNS.name == name, ~kept.IS_WHOLE, _COLUMNS.created_at == beat
    )
    return connection.execute(own.values(values)).rowcount > 0
