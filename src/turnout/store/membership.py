"""The newest member set of a segment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from turnout.documents.names import item_name
from turnout.store import json_text

_IN_REDIS = "redis/"


@dataclass(frozen=True)
class Membership:
    """The newest member set of a segment."""

    sha256: str
    """Of its bytes, in hex; of a set in Redis the name, which looks alike."""
    size: int
    """In bytes."""
    count: int
    """Of its members."""
    kind: str
    """How it keeps them, for example `hashed`; `redis/16`: in Redis, in so many shards."""
    evaluated_at: datetime | None
    """When the query was begun; None: the members were written by hand."""
    hash_key: bytes
    """What its hashes are keyed with: the next set of the segment has the same."""
    evaluation: int
    """The number of the evaluation that it comes from, else 0."""
    found_by: str | None = None
    """Stands for what found it: another query, other parameters or another unit have another one.
    None: the members were written by hand, or it was not noted yet."""

    @property
    def shards(self) -> int:
        """Of a set in Redis; 0 of one that is an artifact."""
        return int(self.kind.removeprefix(_IN_REDIS)) if self.kind.startswith(_IN_REDIS) else 0


def redis_kind(shards: int) -> str:
    """The kind of a set that is in Redis, in so many shards."""
    return f"{_IN_REDIS}{shards}"


def membership_name(key: str) -> str:
    """As the log calls it, for example `segments/buyers/members`.

    Apart from the segment: an evaluation is live at once, and nobody changed the definition.
    """
    return f"{item_name('segment', key)}/members"


def summary_of_membership(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What the log says of it: not the key, but which key it is."""
    evaluated_at = row["evaluated_at"]
    return {
        "sha256": row["sha256"],
        "size": row["size"],
        "count": row["count"],
        "kind": row["kind"],
        "evaluated_at": None if evaluated_at is None else evaluated_at.isoformat(),
        "hash_key": json_text.fingerprint(row["hash_key"].hex())[:16],
        "evaluation": row["evaluation"],
        "found_by": row["found_by"],
    }
