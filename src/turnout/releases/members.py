"""Snapshots that differ from another in the members of segments alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from turnout.compiler.durations import read_duration
from turnout.compiler.dynamic import take_members
from turnout.documents.names import item_name
from turnout.releases.baseline import Baseline
from turnout.releases.errors import MembersGone
from turnout.releases.finding import found_by
from turnout.releases.live_sets import LiveSet
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.store import Membership, Transaction
from turnout.store.artifact_name import set_name
from turnout.store.membership import membership_name

KEEP_OF_MEMBERS = 50
"""Snapshots of members alone that stay: of each the sets stay, too."""
_LOOKED_THROUGH = 1000
"""Events of a segment's members."""

_ASLEEP = (pb.SEGMENT_STATUS_DRAFT, pb.SEGMENT_STATUS_ARCHIVED)


def is_published(tx: Transaction, baseline: Baseline, key: str, found: Membership) -> bool:
    """Whether members were found as the segment that was published finds them.

    Args:
        tx: Where the segment is.
        baseline: The items that were published.
        key: Of the segment.
        found: Its members.
    """
    if not _is_the_same(tx, baseline, key):
        return False
    return found.found_by == found_by(baseline.raws[item_name("segment", key)])


def with_members(content: bytes, baseline: Baseline, key: str, found: Membership) -> bytes | None:
    """The content with other members of one dynamic segment, canonical as before.

    Args:
        content: A serialised `turnout.snapshot.v1.Content`.
        baseline: The items behind it.
        key: Of the segment.
        found: Its members.

    Returns:
        None when it holds no such segment, or one that decides nothing by its members.
    """
    read = pb.Content.FromString(content)
    segment = next((one for one in read.segments if one.key == key), None)
    if segment is None or segment.status in _ASLEEP or not _is_dynamic(segment):
        return None
    take_members(segment, found, _max_age_s(baseline, key))
    return read.SerializeToString(deterministic=True)


def with_newest_members(
    content: bytes, baseline: Baseline, tx: Transaction, live: Mapping[str, LiveSet]
) -> bytes:
    """The content of an earlier snapshot with the newest members of its dynamic segments.

    Members are those that were found as the segment of then finds them. It keeps the members of
    then where there are none: it has another query or other parameters now, is of other units, was
    removed, or another one has its key.

    Args:
        content: Of the earlier snapshot.
        baseline: The items behind it.
        tx: Where the newest sets are.
        live: The sets of the current snapshot, by segment.

    Raises:
        MembersGone: A set of then would be needed that is kept no longer.
    """
    read = pb.Content.FromString(content)
    for segment in read.segments:
        newest = _newest(tx, baseline, segment.key, live) if _is_dynamic(segment) else None
        if newest is not None:
            take_members(segment, newest, _max_age_s(baseline, segment.key))
        elif _has_set(segment):
            _require(tx, segment)
    return read.SerializeToString(deterministic=True)


def _newest(
    tx: Transaction, baseline: Baseline, key: str, live: Mapping[str, LiveSet]
) -> Membership | LiveSet | None:
    if not _is_the_same(tx, baseline, key):
        return None
    by = found_by(baseline.raws[item_name("segment", key)])
    known = (tx.memberships.of(key), live.get(key))
    return next((one for one in known if one is not None and one.found_by == by), None)


def restore_members(
    tx: Transaction, wanted: bytes, current: bytes, baseline: Baseline
) -> list[str]:
    """Makes the members that an earlier snapshot names the newest ones again.

    Newest ones that were found by an edit which waits stay: they come with it.

    Args:
        tx: One that writes.
        wanted: The content of the earlier snapshot; it has the rules of the current one.
        current: The content of the current one.
        baseline: The items behind both.

    Returns:
        The names of the segments whose members are others now.

    Raises:
        MembersGone: A set that it names is kept no longer.
    """
    now = {one.key: one.SerializeToString(deterministic=True) for one in _dynamic(current)}
    changed = []
    for segment in _dynamic(wanted):
        if now.get(segment.key) != segment.SerializeToString(deterministic=True):
            _restore(tx, segment, baseline)
            changed.append(item_name("segment", segment.key))
    return changed


def named_sets(content: bytes) -> list[str]:
    """The SHA-256 of every member set that a content names, in hex."""
    segments = pb.Content.FromString(content).segments
    return sorted({one.members.set.sha256.hex() for one in segments if _has_set(one)})


def _restore(tx: Transaction, segment: pb.Segment, baseline: Baseline) -> None:
    key, newest = segment.key, tx.memberships.of(segment.key)
    if _has_set(segment):
        _require(tx, segment)
    if segment.members.HasField("in_redis"):
        # What was replaced in Redis goes soon.
        if newest is None or segment.members.in_redis.name.hex() != newest.sha256:
            raise MembersGone(key)
        return
    if newest is None or not _is_the_same(tx, baseline, key):
        return
    by = found_by(baseline.raws[item_name("segment", key)])
    if newest.found_by not in (by, None):
        return
    if _has_set(segment):
        tx.memberships.replace(key, _as_it_was(tx, key, newest, segment.members.set, by))
    else:
        tx.memberships.remove(key)


def _require(tx: Transaction, segment: pb.Segment) -> None:
    if not tx.artifacts.has(set_name(segment.members.set.sha256.hex())):
        raise MembersGone(segment.key)


def _as_it_was(
    tx: Transaction, key: str, newest: Membership, then: pb.MemberSet, by: str
) -> Membership:
    sha256 = then.sha256.hex()
    told = _told(tx, key, sha256)
    began = then.evaluated_at.ToDatetime(tzinfo=tx.now.tzinfo)
    return Membership(
        sha256=sha256, size=then.size, count=then.count, kind=str(told.get("kind", newest.kind)),
        evaluated_at=began if then.HasField("evaluated_at") else None,
        hash_key=newest.hash_key, evaluation=int(told.get("evaluation", 0)),
        found_by=by,
    )  # fmt: skip


def _told(tx: Transaction, key: str, sha256: str) -> Mapping[str, Any]:
    """What the log says of a set that was the newest of a segment before."""
    events = tx.audit.page(resource=membership_name(key), limit=_LOOKED_THROUGH)
    told = (event.after for event in events if event.after is not None)
    return next((one for one in told if one.get("sha256") == sha256), {})


def _dynamic(content: bytes) -> Iterator[pb.Segment]:
    return filter(_is_dynamic, pb.Content.FromString(content).segments)


def _is_dynamic(segment: pb.Segment) -> bool:
    """Whether its members are those that an evaluation gave, or will give."""
    if segment.HasField("unevaluated") or segment.members.HasField("in_redis"):
        return True
    return _has_set(segment) and segment.members.set.HasField("evaluated_at")


def _has_set(segment: pb.Segment) -> bool:
    return segment.HasField("members") and segment.members.HasField("set")


def _is_the_same(tx: Transaction, baseline: Baseline, key: str) -> bool:
    """Whether the segment in the store is the one of then, and not a later one of its name."""
    name, item = item_name("segment", key), tx.items.find("segment", key)
    if item is None or name not in baseline.raws:
        return False
    # The number of an item is that of the event which made it.
    return item.id <= baseline.versions[name].version


def _max_age_s(baseline: Baseline, key: str) -> int | None:
    written = baseline.raws.get(item_name("segment", key), {}).get("max_age")
    return None if written is None else read_duration(written)
