"""Files that snapshots name: member sets, and what changes one into the next."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from turnout.store.artifact_name import is_set, set_in
from turnout.store.audit import Audit
from turnout.store.errors import Damaged, Invalid, NotFound
from turnout.store.tables import artifact_chunks, artifacts, memberships, snapshot_sets

PIECE = 1024 * 1024
"""Bytes of a piece, of the last one fewer: never is a whole file in memory."""

UNNAMED_FOR = timedelta(hours=1)
"""How long one stays that nothing names: what wrote it may be about to name it."""

_COLUMNS = artifacts.c
IS_WHOLE = _COLUMNS.sha256 != ""
"""All pieces are there: others are still written, or were left by who was killed."""


class Artifacts:
    """Reads and writes artifacts. They leave no event: what names them does, by their SHA-256.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit

    def add(self, name: str, path: Path) -> None:
        """Keeps a file; one of the same name that is there already stays, and is young again.

        Everybody who writes waits for it: for what may be large there is `Store.add_artifact`.

        Args:
            name: `<sha256>.set`, or `<sha256 of one set>..<sha256 of the next>.delta`.
            path: Of the file.

        Raises:
            Invalid: The name is none, or the file is not what its name says.
            OSError: The file cannot be read.
        """
        member_set = require_name(name)
        if self.has(name):
            young = update(artifacts).where(_COLUMNS.name == name)
            self._connection.execute(young.values(created_at=self._audit.now))
            return
        # Who writes half of it already finds it whole.
        self._connection.execute(delete(artifacts).where(_COLUMNS.name == name))
        row = {"name": name, "member_set": member_set, "size": 0, "sha256": ""}
        self._connection.execute(insert(artifacts).values(row | {"created_at": self._audit.now}))
        size, sha256 = self._write(name, path)
        if is_set(name) and member_set != sha256:
            raise Invalid("name", f"`{path}` is not what its name says: its SHA-256 is `{sha256}`")
        whole = update(artifacts).where(_COLUMNS.name == name)
        self._connection.execute(whole.values(size=size, sha256=sha256))

    def has(self, name: str) -> bool:
        """Whether it is there."""
        query = select(_COLUMNS.name).where(_COLUMNS.name == name, IS_WHOLE)
        return self._connection.execute(query).first() is not None

    def size(self, name: str) -> int:
        """Gives its size in bytes.

        Raises:
            NotFound: There is none.
        """
        size: int | None = self._connection.execute(
            select(_COLUMNS.size).where(_COLUMNS.name == name, IS_WHOLE)
        ).scalar()
        if size is None:
            raise NotFound("artifact", name)
        return size

    def pieces(self, name: str) -> Iterator[bytes]:
        """Gives its bytes in order, a MiB at a time; who keeps them checks their SHA-256.

        Raises:
            NotFound: There is none; when the first is asked for.
            Damaged: There are not as many bytes as were written; behind the last.
        """
        left = self.size(name)
        query = select(artifact_chunks.c.content).where(artifact_chunks.c.name == name)
        at = 0
        while piece := self._connection.execute(query.where(artifact_chunks.c.at == at)).scalar():
            yield bytes(piece)
            left, at = left - len(piece), at + 1
        if left:
            raise Damaged("artifact", name)

    def remove_unnamed(self, before: datetime) -> list[str]:
        """Removes those that neither a snapshot nor a membership names; gives their names.

        A delta goes with the set that it leads to. One of which only a part was written goes, too.

        Args:
            before: Only those that were written before this moment.
        """
        wanted = _COLUMNS.member_set
        by_snapshot = select(snapshot_sets.c.sha256).where(snapshot_sets.c.sha256 == wanted)
        by_segment = select(memberships.c.sha256).where(memberships.c.sha256 == wanted)
        is_named = by_snapshot.exists() | by_segment.exists()
        is_old = _COLUMNS.created_at < before
        query = select(_COLUMNS.name).where(is_old, ~is_named | ~IS_WHOLE)
        gone = list(self._connection.execute(query.order_by(_COLUMNS.name)).scalars())
        for name in gone:
            # Asked again: who is about to name it may have made it young since.
            self._connection.execute(delete(artifacts).where(_COLUMNS.name == name, is_old))
        return gone

    def _write(self, name: str, path: Path) -> tuple[int, str]:
        size, hashed = 0, hashlib.sha256()
        with path.open("rb") as file:
            for at, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
                hashed.update(piece)
                size += len(piece)
                row = {"name": name, "at": at, "content": piece}
                self._connection.execute(insert(artifact_chunks).values(row))
        return size, hashed.hexdigest()


def require_name(name: str) -> str:
    """Gives the SHA-256 of the set that an artifact is, or leads to.

    Raises:
        Invalid: It is not the name of one.
    """
    member_set = set_in(name)
    if member_set is None:
        raise Invalid("name", f"`{name}` is not the name of a member set or of a delta")
    return member_set
