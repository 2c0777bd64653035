"""What is there of the member sets of a snapshot, and whether another one answers worse.

Standard library only: the serving process imports this.
"""

from collections.abc import Mapping
from typing import NamedTuple

from turnout.serving.fetched import RefreshFailed
from turnout.serving.member_folder import NamedSet

Segments = Mapping[str, NamedSet | None]
"""The set that each segment with members names, by its key; None: they are in the snapshot."""


def sets_of(segments: Segments) -> list[NamedSet]:
    """The sets that are named, each once, sorted by their SHA-256."""
    by_name = {one.sha256: one for one in segments.values() if one}
    return [by_name[sha256] for sha256 in sorted(by_name)]


class Gathered(NamedTuple):
    """What is there of the sets of a snapshot."""

    segments: Segments
    lacking: frozenset[str]
    """The SHA-256 of the sets that are not there."""
    failure: RefreshFailed | None = None
    """Why the first of them is not; None when all are there, or nobody tried."""

    @property
    def sha256s(self) -> set[str]:
        """Of all sets that are named."""
        return {one.sha256 for one in self.segments.values() if one}

    def loses(self, served: "Gathered") -> bool:
        """Whether a segment has its members by what is served, and not by this."""
        return any(served.has(key) for key in self.segments if not self.has(key))

    def has(self, segment: str) -> bool:
        """Whether it is a segment with members, and they are there."""
        if segment not in self.segments:
            return False
        named = self.segments[segment]
        return named is None or named.sha256 not in self.lacking


NOTHING = Gathered({}, frozenset())
"""Without a snapshot."""
