"""The member sets that the current snapshot names, for segments whose newest set waits."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from turnout.documents.names import item_name
from turnout.releases.finding import found_by
from turnout.releases.sealed import content_of, read_published
from turnout.snapshot.seal import NotSealed
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.store import Damaged, NotFound, Published, Transaction

_log = logging.getLogger("turnout.control")


@dataclass(frozen=True)
class LiveSet:
    """The set of a dynamic segment that decides now."""

    sha256: str
    size: int
    count: int
    evaluated_at: datetime | None
    found_by: str
    version: int
    """Of the segment, as it was published."""
    shards: int = 0
    """Of a set in Redis, whose name `sha256` is."""


class LiveSets:
    """Reads them once a snapshot. Not for two threads."""

    def __init__(self) -> None:
        self._read: tuple[str, Mapping[str, LiveSet]] = ("", {})

    def of(self, tx: Transaction, key: str) -> LiveSet | None:
        """Gives the set that decides now, if what is written finds its members as it was found.

        Args:
            tx: Where the snapshot is.
            key: Of a dynamic segment.
        """
        current, item = tx.snapshots.current(), tx.items.find("segment", key)
        if current is None or item is None:
            return None
        if self._read[0] != current.seal:
            self._read = current.seal, live_sets(tx, current)
        live = self._read[1].get(key)
        # The number of an item is that of the event which made it: a later one is another segment.
        if live is None or item.id > live.version or live.found_by != found_by(item.body):
            return None
        return live


def live_sets(tx: Transaction, current: Published | None) -> Mapping[str, LiveSet]:
    """The sets of dynamic segments in a snapshot, by segment; none of one that is damaged."""
    if current is None:
        return {}
    try:
        segments = pb.Content.FromString(content_of(read_published(tx, current))).segments
        raws = tx.snapshots.history(current.revision).get("items", {})
        versions = tx.snapshots.versions(current.revision)
    except (Damaged, NotFound, NotSealed) as error:
        _log.warning("members that are live are not found in the snapshot: %s", error)
        return {}
    return {
        one.key: _live(one.members, raws[name], versions[name].version)
        for one in segments
        if _is_evaluated(one.members) and (name := item_name("segment", one.key)) in raws
    }


def _is_evaluated(members: pb.Members) -> bool:
    return members.set.HasField("evaluated_at") or members.HasField("in_redis")


def _live(members: pb.Members, raw: Mapping[str, Any], version: int) -> LiveSet:
    if members.HasField("in_redis"):
        there = members.in_redis
        return LiveSet(
            sha256=there.name.hex(), size=0, count=there.count,
            evaluated_at=there.evaluated_at.ToDatetime(tzinfo=UTC), found_by=found_by(raw),
            version=version, shards=there.shards,
        )  # fmt: skip
    found = members.set
    return LiveSet(
        sha256=found.sha256.hex(), size=found.size, count=found.count,
        evaluated_at=found.evaluated_at.ToDatetime(tzinfo=UTC), found_by=found_by(raw),
        version=version,
    )  # fmt: skip
