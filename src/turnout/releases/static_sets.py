"""Which set each segment has, and those of static segments with too many members for a snapshot."""

import hashlib
import logging
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from turnout.engine import MemberSet, MemberSetBuilder
from turnout.releases.finding import found_by
from turnout.releases.live_sets import LiveSet
from turnout.releases.succession import Succession
from turnout.store import Act, Membership, NotFound, Store, Transaction
from turnout.telemetry import fields

if TYPE_CHECKING:
    from turnout.releases.shelf import Shelved

INLINE_MOST: Final = 10_000
"""A static segment with more members has them in a set, beside the snapshot."""

BUILDING: Final = Act("turnout", "BuildMemberSet")
"""Who builds sets, whoever publishes: they say what the rows say, and nobody chose that."""

_log = logging.getLogger("turnout.control")


@dataclass(frozen=True)
class Unbuilt:
    """Stands for a set that is not built yet, to find out what publishing would change."""

    sha256: str
    count: int
    size: int = 0
    evaluated_at: datetime | None = None
    shards: int = 0


class Sets(NamedTuple):
    """Which sets the segments of a state have."""

    memberships: Mapping[str, Membership | LiveSet | Unbuilt]
    """By the key of the segment."""
    unbuilt: Mapping[str, int]
    """The static segments whose set is yet to be built, with their versions."""


def waiting(segments: Iterable["Shelved"], kept: Mapping[str, Membership]) -> list[str]:
    """Finds the dynamic segments whose newest set was found by something else than they say.

    Args:
        segments: Static and dynamic ones.
        kept: The newest set of each segment.

    Returns:
        Their keys.
    """
    return [
        one.written.key
        for one in segments
        if one.raw.get("kind") == "dynamic"
        and (newest := kept.get(one.written.key)) is not None
        and newest.found_by != found_by(one.raw)
    ]


def sets_of(
    segments: Iterable["Shelved"],
    kept: Mapping[str, Membership],
    live: Mapping[str, LiveSet | None],
) -> Sets:
    """Finds the set of every segment that has one.

    Args:
        segments: Static and dynamic ones.
        kept: The newest set of each segment.
        live: The sets that segments have instead whose newest one is not of what they say; None:
            nobody knows who is in.
    """
    found: dict[str, Membership | LiveSet | Unbuilt] = {}
    unbuilt: dict[str, int] = {}
    for one in segments:
        key, version, newest = one.written.key, one.version.version, kept.get(one.written.key)
        if one.raw.get("kind") == "dynamic":
            if (own := live.get(key, newest)) is not None:
                found[key] = own
        elif one.member_count > INLINE_MOST:
            if newest is None or newest.evaluation != version:
                unbuilt[key] = version
                found[key] = Unbuilt(_stand_in(key, version), one.member_count)
            else:
                found[key] = newest
    return Sets(found, unbuilt)


def build_set(store: Store, key: str, version: int) -> None:
    """Builds the set of a static segment and keeps it, unless somebody changes it meanwhile.

    The rows are read before anything is written, and what is written is short or in parts, so that
    no writer waits for it.

    Args:
        store: Where the rows are, and where it is kept.
        key: Of the segment.
        version: Of the segment; the set is kept as that of this version.
    """
    with tempfile.TemporaryDirectory(prefix="turnout-set-") as folder:
        with store.read() as tx:
            built = _build(tx, key, version, Path(folder))
        if built is not None:
            for name, path in built.files.items():
                store.add_artifact(name, path)
            with store.write(BUILDING) as tx:
                _keep(tx, built)


def build_set_in(tx: Transaction, key: str, version: int) -> Membership:
    """Builds a set in a transaction that writes: nobody can change the segment meanwhile.

    Raises:
        NotFound: There is no such segment in this version.
    """
    with tempfile.TemporaryDirectory(prefix="turnout-set-") as folder:
        built = _build(tx, key, version, Path(folder))
        if built is None:
            raise NotFound("segment", key)
        for name, path in built.files.items():
            tx.artifacts.add(name, path)
        _keep(tx, built)
        return built.membership


class _Built(NamedTuple):
    key: str
    version: int
    membership: Membership
    files: Mapping[str, Path]
    """The artifacts, by their names."""


def _build(tx: Transaction, key: str, version: int, folder: Path) -> _Built | None:
    if not _is_at(tx, key, version):
        return None
    succession = Succession.of(tx, key, folder)
    former = None if succession.former is None else MemberSet.open(succession.former)
    builder = MemberSetBuilder(succession.hash_key, succeeding=former)
    for batch in tx.members.batches(key):
        builder.add(batch)
    fresh = folder / "fresh.set"
    made = builder.finish(fresh)
    membership = Membership(
        sha256=made.sha256, size=made.size, count=made.count, kind=made.kind,
        evaluated_at=None, hash_key=succession.hash_key, evaluation=version,
    )  # fmt: skip
    files = succession.files(fresh)
    return _Built(key, version, membership, files)


def _keep(tx: Transaction, built: _Built) -> None:
    if not _is_at(tx, built.key, built.version):
        return
    tx.memberships.replace(built.key, built.membership)
    count = built.membership.count
    _log.info("built a member set", extra=fields(segment=built.key, members=count))


def _is_at(tx: Transaction, key: str, version: int) -> bool:
    item = tx.items.find("segment", key)
    return item is not None and item.version == version


def _stand_in(key: str, version: int) -> str:
    """In the place of a SHA-256: another one for every version."""
    return hashlib.sha256(f"{key} {version}".encode()).hexdigest()
