"""Brings the member sets that a snapshot names beside it, before it is served.

Standard library only: the serving process imports this.
"""

import logging
from collections.abc import Callable, Sequence

from turnout.serving.fetched import Origin, RefreshFailed
from turnout.serving.gathered import Gathered, Segments, sets_of
from turnout.serving.member_folder import (
    Fetch,
    MemberFolder,
    NamedSet,
    alike,
    delta_name,
    set_name,
)
from turnout.telemetry import fields

# What fails for one set like this would fail for the next one too.
_OF_ALL = {"unreachable", "timeout", "tls", "denied", "credentials", "state_folder"}

_log = logging.getLogger("turnout.server")


class Gathering:
    """Keeps the sets of snapshots in a folder.

    Args:
        folder: Where they are.
        origin: Where they come from.
        segments: Which sets the segments of a sealed snapshot name; raises ValueError for what is
            none.
        most_bytes: A larger set is refused.
    """

    def __init__(
        self,
        folder: MemberFolder,
        origin: Origin,
        *,
        segments: Callable[[bytes], Segments],
        most_bytes: int,
    ) -> None:
        self.folder = folder
        self._origin = origin
        self._segments = segments
        self._most_bytes = most_bytes

    def look(self, sealed: bytes) -> Gathered:
        """Looks which sets are there, and fetches none.

        Raises:
            ValueError: It is no snapshot, or a damaged one.
        """
        segments = self._segments(sealed)
        return Gathered(segments, self.folder.lacking(sets_of(segments)))

    def gather(self, sealed: bytes, served: Gathered) -> Gathered:
        """Fetches the sets that are not there; what came stays, whatever becomes of the others.

        Args:
            sealed: The snapshot; its checksum need not have been looked at.
            served: What there is of the one that is served.

        Raises:
            ValueError: It is no snapshot, or a damaged one.
        """
        segments = self._segments(sealed)
        named = sets_of(segments)
        missing = self.folder.missing(named)
        other = served.lacking.union(one.sha256 for one in named)
        replaced = [one for one in sets_of(served.segments) if one.sha256 not in other]
        failures: list[RefreshFailed] = []
        for one in missing:
            try:
                self._bring(one, replaced)
            except RefreshFailed as failure:
                failures.append(_of(one, failure))
                if failure.kind in _OF_ALL:
                    break
        return Gathered(segments, self.folder.lacking(missing), failures[0] if failures else None)

    def _bring(self, named: NamedSet, replaced: Sequence[NamedSet]) -> None:
        if named.size > self._most_bytes:
            raise RefreshFailed(
                "too_large",
                f"it has {named.size} bytes, and at most {self._most_bytes} are fetched",
            )
        # As a rule a set that is named no more is the one before it, of the same segment.
        if any(self._is_made_of(old, named) for old in alike(named, replaced)):
            return
        self.folder.receive(named, self._fetch(set_name(named.sha256)))

    def _is_made_of(self, old: NamedSet, named: NamedSet) -> bool:
        fetch = self._fetch(delta_name(old.sha256, named.sha256))
        try:
            self.folder.receive_delta(named, old.sha256, fetch)
        except RefreshFailed as failure:
            if failure.kind in _OF_ALL:
                raise
            if failure.kind != "missing":
                _log.warning("a member set is fetched whole: %s", failure.message)
            return False
        _log.debug("a member set was made of another", extra=fields(sha256=named.sha256[:12]))
        return True

    def _fetch(self, name: str) -> Fetch:
        return lambda to, most_bytes: self._origin.fetch_beside(name, to, most_bytes)


def _of(named: NamedSet, failure: RefreshFailed) -> RefreshFailed:
    return RefreshFailed("members", f"member set `{named.sha256[:12]}`: {failure.message}")
