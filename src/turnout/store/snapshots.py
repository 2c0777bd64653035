"""What was published: sealed snapshots, and what went into them."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from turnout.store import json_text
from turnout.store.artifact_name import set_name
from turnout.store.artifacts import UNNAMED_FOR, Artifacts
from turnout.store.audit import Audit
from turnout.store.errors import Conflict, Damaged, NotFound
from turnout.store.published import (
    Published,
    PublishedVersion,
    published_of,
    snapshot_hash,
    summary_of_published,
)
from turnout.store.tables import snapshot_contents, snapshot_sets, snapshots
from turnout.store.texts import check_text

_FAST = 1

Versions = Mapping[str, PublishedVersion]
"""By the name of an item, for example `flags/new-checkout`."""


class Snapshots:
    """Reads and writes snapshots; the one with the greatest revision is current.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit
        self._artifacts = Artifacts(connection, audit)
        self.has_new = False
        """Whether one was added in this transaction."""

    def newest(self) -> int:
        """Gives the current revision; 0 when nothing was published yet."""
        return self._connection.execute(select(func.max(snapshots.c.revision))).scalar() or 0

    def next_revision(self) -> int:
        """Gives the revision that `add` wants. In a transaction that writes nobody else has it."""
        return self.newest() + 1

    def add(
        self,
        published: Published,
        sealed: bytes,
        history: Mapping[str, Any],
        versions: Versions,
        sets: Collection[str] = (),
    ) -> None:
        """Keeps a snapshot, which is current from then on.

        Args:
            published: `revision` is `next_revision()`.
            sealed: The sealed snapshot.
            history: The compiler's.
            versions: Which version of each item went into it.
            sets: The SHA-256 of each member set that it names, in hex; they are artifacts already.

        Raises:
            Conflict: The revision is not the next one.
            NotFound: A set is no artifact.
            Invalid: The comment is no text that every database can keep.
        """
        check_text("comment", published.comment)
        due = self.next_revision()
        if published.revision != due:
            raise Conflict("snapshot", str(published.revision), str(due - 1))
        row = _row(published)
        content = {
            "revision": due,
            "sealed": zlib.compress(sealed, _FAST),
            "history": _packed(history),
            "versions": _packed(versions),
        }
        named = sorted(set(sets))
        for sha256 in named:
            self._artifacts.size(set_name(sha256))
        left = snapshot_hash(row, content, named)
        self._audit.record(_name(due), None, summary_of_published(published), left)
        self._connection.execute(insert(snapshots).values(row))
        self._connection.execute(insert(snapshot_contents).values(content))
        if named:
            rows = [{"revision": due, "sha256": sha256} for sha256 in named]
            self._connection.execute(insert(snapshot_sets), rows)
        self.has_new = True

    def current(self) -> Published | None:
        """Gives the newest one; None when nothing was published yet."""
        newest = self.page(limit=1)
        return newest[0] if newest else None

    def get(self, revision: int) -> Published:
        """Gives one.

        Raises:
            NotFound: There is none, or no longer.
        """
        query = select(snapshots).where(snapshots.c.revision == revision)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("snapshot", str(revision))
        return published_of(row)

    def page(self, *, before: int = 0, limit: int = 100) -> list[Published]:
        """Gives snapshots, the newest first.

        Args:
            before: Only those with a smaller revision; 0: from the newest.
            limit: At most so many.
        """
        query = select(snapshots).order_by(snapshots.c.revision.desc()).limit(limit)
        if before:
            query = query.where(snapshots.c.revision < before)
        return [published_of(row) for row in self._connection.execute(query)]

    def with_id(self, content_id: str) -> list[Published]:
        """Gives all snapshots of one content, the oldest first: those that went back to it too."""
        query = select(snapshots).where(snapshots.c.content_id == content_id)
        rows = self._connection.execute(query.order_by(snapshots.c.revision))
        return [published_of(row) for row in rows]

    def sealed(self, revision: int) -> bytes:
        """Gives the sealed snapshot.

        Raises:
            NotFound: There is none, or no longer.
            Damaged: It is not as it was written.
        """
        return self._content(revision, "sealed")

    def history(self, revision: int) -> dict[str, Any]:
        """Gives the compiler's history as it was then.

        Raises:
            NotFound: There is none, or no longer.
            Damaged: It is not as it was written.
        """
        return _unpacked(self._content(revision, "history"))

    def versions(self, revision: int) -> dict[str, PublishedVersion]:
        """Gives which version of each item went into a snapshot, by the item's name.

        Raises:
            NotFound: There is none, or no longer.
            Damaged: It is not as it was written.
        """
        versions = _unpacked(self._content(revision, "versions"))
        return {name: PublishedVersion(*version) for name, version in versions.items()}

    def sets(self, revision: int) -> list[str]:
        """Gives the SHA-256 of each member set that a snapshot names, in hex."""
        query = select(snapshot_sets.c.sha256).where(snapshot_sets.c.revision == revision)
        return list(self._connection.execute(query.order_by(snapshot_sets.c.sha256)).scalars())

    def prune(self, keep: int, *, published_before: datetime | None = None) -> list[int]:
        """Removes old snapshots, and the artifacts that nothing names without them.

        The current one stays whatever is asked. Gives their revisions.

        Args:
            keep: How many of the newest stay.
            published_before: Only those that are older than this moment.
        """
        first_kept = self.newest() - max(keep, 1) + 1
        query = select(snapshots).where(snapshots.c.revision < first_kept)
        if published_before is not None:
            query = query.where(snapshots.c.published_at < published_before)
        return self._remove([published_of(row) for row in self._connection.execute(query)])

    def prune_members(self, keep: int) -> list[int]:
        """Removes old snapshots that differ from another in members alone, as `prune` does.

        Args:
            keep: How many of the newest of them stay; the current one stays whatever is asked.
        """
        of_members = snapshots.c.members_of.is_not(None)
        query = select(snapshots).where(of_members, snapshots.c.revision < self.newest())
        found = self._connection.execute(query.order_by(snapshots.c.revision.desc()).offset(keep))
        return self._remove([published_of(row) for row in found])

    def _remove(self, gone: Sequence[Published]) -> list[int]:
        for published in gone:
            self._audit.record(_name(published.revision), summary_of_published(published), None)
            of_it = snapshots.c.revision == published.revision
            self._connection.execute(delete(snapshots).where(of_it))
        if gone:
            self._artifacts.remove_unnamed(self._audit.now - UNNAMED_FOR)
        return [published.revision for published in gone]

    def _content(self, revision: int, column: str) -> bytes:
        query = select(snapshot_contents.c[column])
        query = query.where(snapshot_contents.c.revision == revision)
        packed: bytes | None = self._connection.execute(query).scalar()
        if packed is None:
            raise NotFound("snapshot", str(revision))
        try:
            return zlib.decompress(packed)
        except zlib.error as error:
            raise Damaged("snapshot", str(revision)) from error


def _name(revision: int) -> str:
    return f"snapshots/{revision}"


def _row(published: Published) -> dict[str, Any]:
    fields = dict(vars(published))
    # NULL and not 0: it is no part of what the log has of a snapshot of before there were any.
    own = {"content_id": fields.pop("id"), "members_of": published.members_of or None}
    return fields | own


def _packed(value: Mapping[str, Any]) -> bytes:
    return zlib.compress(json_text.dump(value).encode(), _FAST)


def _unpacked(content: bytes) -> dict[str, Any]:
    value = json_text.load(content.decode())
    return value if isinstance(value, dict) else {}
