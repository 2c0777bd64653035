"""Writes what is current to a place that sidecars read, on a thread of its own.

Member sets go there before the snapshot that names them; they are immutable, and none is removed.
One that is not to be had holds the snapshot up only where a segment would lose its members.

The place is looked at before each writing, and is written only if it is still what was seen then:
of several control planes on one database, none puts an older snapshot over a newer one. Whatever
fails is tried again, and publishing does not wait for it.
"""

import logging
import threading
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from turnout.engine import member_segments
from turnout.releases.current_snapshot import Current, Feed
from turnout.releases.file_place import FilePlace
from turnout.releases.rounds import Rounds
from turnout.serving.backoff import Backoff
from turnout.serving.failures import Failures
from turnout.serving.fetched import Overtaken, Place, RefreshFailed
from turnout.serving.gathered import Gathered, sets_of
from turnout.serving.member_folder import MemberFolder, NamedSet, set_name, target_of
from turnout.serving.object_place import ObjectPlace
from turnout.serving.sealed import Sealed, read_sealed
from turnout.snapshot.seal import MAGIC, NotSealed, open_seal
from turnout.telemetry import fields

_LOOK_S = 60.0
_MOST_BYTES = 1 << 30

_log = logging.getLogger("turnout.control")


def place_of(url: str) -> Place:
    """The place that a URL names: `file:///folder/name`, or an object as in `s3://bucket/key`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FilePlace(Path(unquote(parts.path)), most_bytes=_MOST_BYTES)
    return ObjectPlace(url, most_bytes=_MOST_BYTES)


class Deposit:
    """Keeps a place at the current snapshot.

    Args:
        feed: What is current.
        place: Where it is written.
        members: Where the member sets are that it names; others change it.
        look_s: How often to look whether it is there still.
        backoff: The pauses after failures.
        end_s: How long a writing under way may take at the end.
    """

    def __init__(
        self,
        feed: Feed,
        place: Place,
        members: MemberFolder,
        *,
        look_s: float = _LOOK_S,
        backoff: Backoff | None = None,
        end_s: float = 10.0,
    ) -> None:
        self._feed = feed
        self._place = place
        self._members = members
        self._sets_of = ""
        self._look_s = look_s
        self._backoff = backoff or Backoff()
        self._end_s = end_s
        self._doing = f"cannot keep the snapshot at `{place.place}`, publishing goes on"
        self._failures = Failures(_count_nowhere)
        self._there: Sealed | None = None
        self._etag: str | None = None
        self._later = ""
        self._rounds = Rounds()
        self._thread = threading.Thread(target=self._run, name="deposit", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._unsubscribe = self._feed.subscribe(self._rounds.ask)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread after what is under way."""
        self._unsubscribe()
        self._rounds.end()
        self._thread.join(self._end_s)

    def told(self) -> dict[str, Any]:
        """What operators are told: which revision is there, and what failed since the start."""
        there, current = self._there, self._feed.current()
        return {
            "revision": there.revision if there else 0,
            "is_current": bool(there and current and there.seal == current.seal),
            "failures": self._failures.counted(),
        }

    def look(self) -> None:
        """Looks at what is there once, and writes what is current if that is later.

        Raises:
            Overtaken: Somebody else has written between the two.
            RefreshFailed: It came to nothing.
        """
        current = self._feed.current()
        if current is None:
            return
        self._read()
        is_wanted = self._is_wanted(current)
        sets: Gathered | None = None
        if self._sets_of != current.seal and (is_wanted or self._is_there(current)):
            sets = self._put_sets(current)
            if not sets.lacking:
                self._sets_of = current.seal
            elif is_wanted and sets.loses(self._look_there()):
                raise _lacks(sets)
        if is_wanted:
            self._etag = self._place.replace(current.sealed, self._etag)
            self._there = Sealed(current.seal, current.id, current.revision)
            _log.info(
                "wrote the snapshot",
                extra=fields(to=self._place.place, id=current.id[:12], revision=current.revision),
            )
        if sets and sets.lacking:
            raise _lacks(sets)

    def _is_there(self, current: Current) -> bool:
        return self._there is not None and self._there.seal == current.seal

    def _put_sets(self, current: Current) -> Gathered:
        """Writes the sets that are not there, and what leads to them from others."""
        segments = member_segments(current.sealed)
        try:
            return Gathered(segments, self._put(sets_of(segments)))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RefreshFailed(
                "state_folder", f"cannot read a member set `{error.filename}`: {reason}"
            ) from error

    def _put(self, sets: Collection[NamedSet]) -> frozenset[str]:
        """Gives those that are neither there nor here."""
        lacking = self._lacking_there(sets)
        for one in sets:
            if one.sha256 in lacking and not self._members.missing([one]):
                path = self._members.path_of(one.sha256)
                self._place.put_beside(path.name, path)
                lacking -= {one.sha256}
        sha256s = {one.sha256 for one in sets}
        for path in self._members.deltas():
            is_wanted = target_of(path) in sha256s
            if is_wanted and not self._place.has_beside(path.name, path.stat().st_size):
                self._place.put_beside(path.name, path)
        return lacking

    def _lacking_there(self, sets: Iterable[NamedSet]) -> frozenset[str]:
        return frozenset(
            one.sha256 for one in sets if not self._place.has_beside(set_name(one.sha256), one.size)
        )

    def _look_there(self) -> Gathered:
        """What whoever reads there has now."""
        fetched = self._place.fetch(None) if self._there else None
        segments = member_segments(fetched.sealed) if fetched else {}
        return Gathered(segments, self._lacking_there(sets_of(segments)))

    def _read(self) -> None:
        try:
            fetched = self._place.fetch(self._etag)
        except RefreshFailed as failure:
            if failure.kind != "missing":
                raise
            self._there, self._etag = None, None
            return
        if fetched is None:
            return
        if fetched.etag is None:
            raise RefreshFailed("garbled", "it gives no ETag: nothing can be replaced safely there")
        self._there = _read_there(fetched.sealed)
        self._etag = fetched.etag

    def _is_wanted(self, current: Current) -> bool:
        """Whether what is current goes where something else is."""
        there = self._there
        if there is None or there.revision < current.revision:
            return True
        if there.seal == current.seal:
            return False
        advice = "if that is of another store, name another place or remove what is there"
        if there.revision == current.revision:
            raise RefreshFailed("refused", f"it holds another revision {there.revision}: {advice}")
        # Another control plane may have heard of a publication first. Not for a minute, though.
        was, self._later = self._later, current.seal
        if was == current.seal:
            raise RefreshFailed(
                "behind",
                f"it holds revision {there.revision}, and {current.revision} is current: {advice}",
            )
        return False

    def _run(self) -> None:
        pause_s = 0.0
        while self._rounds.wait(pause_s):
            pause_s = self._pause_s()

    def _pause_s(self) -> float:
        """Looks, and gives how long there is nothing to do."""
        try:
            self.look()
        except Overtaken:
            return self._backoff.pause_s()
        except RefreshFailed as failure:
            self._failures.add(self._doing, failure)
            return self._backoff.pause_s()
        except Exception as error:  # noqa: BLE001 - a bug must not end the thread
            _log.exception("this is a bug of turnout; publishing goes on")
            self._failures.add(self._doing, RefreshFailed("bug", type(error).__name__))
            return self._look_s
        self._backoff.reset()
        if failed := self._failures.clear(self._doing):
            _log.info("keeps the snapshot again", extra=fields(failed=failed))
        return self._look_s


def _read_there(sealed: bytes) -> Sealed | None:
    """What tells it from others; None when it is nothing to keep: a damaged snapshot.

    Raises:
        RefreshFailed: It is something else, which is not ours to replace.
    """
    if sealed and not sealed.startswith(MAGIC):
        raise RefreshFailed(
            "refused",
            "it holds something that is no snapshot of this version of turnout, which stays: name"
            " another place, or remove it",
        )
    try:
        open_seal(sealed)
        return read_sealed(sealed)
    except NotSealed:
        return None


def _lacks(sets: Gathered) -> RefreshFailed:
    first = min(sets.lacking)
    return RefreshFailed("members", f"member set `{first[:12]}`: it is not here yet")


def _count_nowhere(_kind: str, _times: int) -> None:
    """A control plane alone has no metrics: `told` says what was counted."""
