"""One snapshot that was published, as the store lists it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from turnout.store.row_hash import row_hash
from turnout.store.tables import snapshot_contents, snapshots


class PublishedVersion(NamedTuple):
    """Which version of an item went into a snapshot."""

    version: int
    etag: str


@dataclass(frozen=True)
class Published:
    """What is known of a snapshot without its content."""

    revision: int
    """The store's counter, from 1 without gaps."""
    id: str
    """SHA-256 of its content, in hex."""
    seal: str
    """SHA-256 of the sealed bytes as they are in them, in hex: equal for equal files."""
    published_at: datetime
    publisher: str
    comment: str = ""
    rollback_of: int = 0
    """The revision whose content a rollback brought back, else 0."""
    size_bytes: int = 0
    """Of the sealed bytes."""
    changed: list[str] = field(default_factory=list)
    """Names of the items that changed with it, for example `flags/new-checkout`."""
    members_of: int = 0
    """The revision that it differs from in the members of segments alone, else 0."""

    @property
    def rules_of(self) -> int:
        """The revision with which its rules came: itself, unless members alone changed since."""
        return self.members_of or self.revision


def snapshot_hash(
    row: Mapping[str, Any], content: Mapping[str, Any], sets: Iterable[str] = ()
) -> str:
    """Stands for a snapshot with all of its bytes, as they are kept.

    Args:
        row: Of the snapshot.
        content: The row with its content.
        sets: The SHA-256 of each member set that it names.
    """
    # One without sets is as it was before there were any.
    named = "".join(sorted(sets))
    return row_hash(snapshots, row) + row_hash(snapshot_contents, content) + named


def published_of(row: Row[Any]) -> Published:
    """Reads a row of the table."""
    return Published(
        revision=row.revision,
        id=row.content_id,
        seal=row.seal,
        published_at=row.published_at,
        publisher=row.publisher,
        comment=row.comment,
        rollback_of=row.rollback_of,
        size_bytes=row.size_bytes,
        changed=row.changed,
        members_of=row.members_of or 0,
    )


def summary_of_published(published: Published) -> dict[str, Any]:
    """For the log: a first snapshot may have changed ten thousand items, so they are counted."""
    of_members = {"members_of": published.members_of} if published.members_of else {}
    return {
        "id": published.id,
        "seal": published.seal,
        "comment": published.comment,
        "rollback_of": published.rollback_of,
        "size_bytes": published.size_bytes,
        "changed_count": len(published.changed),
        **of_members,
    }
