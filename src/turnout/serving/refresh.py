"""Keeps a data plane at the current snapshot of an origin, on a thread of its own.

It asks again and again, at once when a watch hears of a change, and commits an ETag only when the
snapshot behind it was fetched, checked, linked and swapped in. Whatever fails changes nothing but
the age and a counter. Standard library only: the serving process imports this.

The member sets that a snapshot names are brought before it is served. If one cannot be had, what is
served stays, unless no segment loses members by the new snapshot, for example because it is the
first: then all else is answered by it, a segment without its set is UNKNOWN, and the sets are asked
for again and again.
"""

import contextlib
import logging
import random
import threading
from collections.abc import Collection
from typing import Protocol

from turnout.serving.backoff import Backoff
from turnout.serving.events import Heard
from turnout.serving.failures import Failures
from turnout.serving.fetched import Fetched, Origin, RefreshFailed
from turnout.serving.gathered import NOTHING, Gathered
from turnout.serving.gathering import Gathering
from turnout.serving.kept import Found, KeptSnapshot
from turnout.serving.loader import SnapshotHolder, step_back
from turnout.serving.sealed import Sealed, read_sealed
from turnout.serving.watch import Listener
from turnout.snapshot.seal import NotSealed, open_seal
from turnout.telemetry import fields

_JITTER = 0.2
# While changes are heard of, asking is but a net below the stream.
_WATCHED_POLLS = 6.0

_log = logging.getLogger("turnout.server")


class News(Protocol):
    """What tells of changes, for example a `Watch`."""

    @property
    def is_live(self) -> bool:
        """Whether changes are heard of now."""

    def start(self, listener: Listener) -> None:
        """Begins to tell."""

    def stop(self) -> None:
        """Ends soon."""


class Refresh:
    """Follows an origin.

    Args:
        origin: Where snapshots come from.
        holder: Where they are served.
        kept: Where the last good one is kept.
        gathering: What brings the member sets that they name.
        poll_s: How often to ask, give or take a fifth.
        news: What tells of changes between; None: nothing does.
        backoff: The pauses after failures.
    """

    def __init__(
        self,
        origin: Origin,
        holder: SnapshotHolder,
        kept: KeptSnapshot,
        gathering: Gathering,
        *,
        poll_s: float = 10.0,
        news: News | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._origin = origin
        self.place = origin.place
        self._holder = holder
        self._kept = kept
        self._gathering = gathering
        self._poll_s = poll_s
        self._news = news
        self._backoff = backoff or Backoff()
        self._doing = f"cannot refresh from `{origin.place}`, what is served stays"
        self._watching = f"hears of no changes from `{origin.place}`, but asks for them"
        self._wake = threading.Condition()
        self._asked = False
        self._ended = threading.Event()
        self._served: Sealed | None = None
        self._sets = NOTHING
        self._etag: str | None = None
        self._heard: Heard | None = None
        self._unkept: bytes | None = None
        self.failures = Failures(holder.refresh_failed)
        self.settled = threading.Event()
        """Set once what was kept is served, or cannot be."""

    def start(self) -> None:
        """Starts the thread, and the news."""
        threading.Thread(target=self._run, name="refresh", daemon=True).start()

    def stop(self) -> None:
        """Ends the thread after what is under way."""
        self._ended.set()
        if self._news:
            self._news.stop()
        self.ask()

    def ask(self) -> None:
        """Makes it ask the origin soon."""
        with self._wake:
            self._asked = True
            self._wake.notify()

    def hear(self, heard: Heard) -> None:
        """The origin named its current snapshot."""
        self._heard = heard
        if self.failures.clear(self._watching):
            _log.info("hears of changes again")
        self.still()
        if self._served is None or heard.seal != self._served.seal:
            self.ask()

    def still(self) -> None:
        """The origin is there, and what it named last is current still."""
        heard, served = self._heard, self._served
        if heard and served and heard.seal == served.seal:
            self._holder.confirm()
            self._kept.confirm()

    def lose(self, failure: RefreshFailed | None) -> None:
        """Nothing is heard for a while."""
        self._heard = None
        if failure:
            self.failures.add(self._watching, failure)
        self.ask()

    def refresh(self) -> None:
        """Asks the origin once.

        Raises:
            RefreshFailed: It came to nothing: what was served stays. Or what is served lacks
                member sets that cannot be had.
        """
        fetched = self._origin.fetch(self._etag)
        lacking = self._take(fetched) if fetched else None
        if self._unkept:
            self._keep(self._unkept)
        heard, served = self._heard, self._served
        if heard and served and heard.revision > served.revision:
            raise RefreshFailed("behind", "it told of a later revision than it gives")
        self._holder.confirm()
        self._kept.confirm()
        if lacking:
            raise lacking

    def _take(self, fetched: Fetched) -> RefreshFailed | None:
        """Serves a snapshot; gives why member sets are lacking that it names."""
        try:
            sealed = read_sealed(fetched.sealed)
        except NotSealed as error:
            raise RefreshFailed("damaged", str(error)) from error
        is_new = self._served is None or sealed.seal != self._served.seal
        if is_new or self._sets.lacking:
            sets = self._gather(fetched.sealed, sealed)
            if is_new or sets.lacking != self._sets.lacking:
                self._swap(fetched.sealed, sealed, sets)
            if sets.failure:
                return sets.failure
        self._etag = fetched.etag
        return None

    def _gather(self, content: bytes, sealed: Sealed) -> Gathered:
        if older := self._older(sealed):
            raise _fault(content, RefreshFailed("older_revision", older))
        try:
            sets = self._gathering.gather(content, self._sets)
        except ValueError as error:
            raise _refused(content, error) from error
        if sets.failure and sets.loses(self._sets):
            if not self._unkept:
                # What came for revisions that were overtaken would fill the disk.
                self._clear(sets.sha256s)
            raise sets.failure
        return sets

    def _swap(self, content: bytes, sealed: Sealed, sets: Gathered) -> None:
        self._kept.stage(content)
        try:
            self._holder.load(content, confirmed=True, members=self._gathering.folder.path)
        except ValueError as error:
            self._kept.drop()
            raise _refused(content, error) from error
        self._served, self._sets = sealed, sets
        _log.info(
            "serves a new snapshot",
            extra=fields(
                id=sealed.id[:12], revision=sealed.revision, sets_lacking=len(sets.lacking) or None
            ),
        )
        self._unkept = content

    def _older(self, sealed: Sealed) -> str:
        """Why it does not come after what is served; empty when it does."""
        served = self._served
        if served is None or sealed.revision > served.revision:
            return ""
        if sealed.revision < served.revision:
            return f"it gives revision {sealed.revision}, and {served.revision} is served"
        if sealed.id != served.id:
            return f"it gives another revision {sealed.revision} than is served"
        return ""

    def _keep(self, content: bytes) -> None:
        keeping = f"cannot keep the snapshot `{self._kept.path}`"
        try:
            self._kept.write(content)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self.failures.add(keeping, RefreshFailed("state_folder", reason))
        else:
            self._unkept = None
            self.failures.clear(keeping)
            self._clear()

    def _clear(self, coming: Collection[str] = ()) -> None:
        """Removes the sets that nothing names which is served, kept or `coming`."""
        clearing = f"cannot remove old member sets from `{self._gathering.folder.path}`"
        try:
            self._gathering.folder.keep_only(self._sets.sha256s.union(coming))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self.failures.add(clearing, RefreshFailed("state_folder", reason))
        else:
            self.failures.clear(clearing)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # they cost room, and nothing else
            self._gathering.folder.clear_leftovers()
        self._serve_kept()
        self.settled.set()
        if self._news:
            self._news.start(self)
        given_back: Sealed | None = None
        while not self._ended.is_set():
            went_well = self._tried()
            if self._served:
                step_back()
            if self._served is not given_back:
                self._holder.give_back()
                given_back = self._served
            self._wait(went_well)

    def _serve_kept(self) -> None:
        """Serves what was kept, as stale, until the origin was seen."""
        other = self._kept.other_place()
        if other:
            _log.warning("the snapshot `%s` is of `%s`: it is not served", self._kept.path, other)
            return
        try:
            for found in self._kept.found():
                if self._serves(found):
                    return
        except OSError as error:
            self._warn_of_kept(error)

    def _serves(self, found: Found) -> bool:
        try:
            read = read_sealed(found.sealed)
            members = self._gathering.folder.path
            self._holder.load(found.sealed, confirmed=False, age_s=found.age_s, members=members)
            # After that: whoever asks does not wait until all of the sets were looked through.
            self._sets = self._gathering.look(found.sealed)
        except ValueError as error:
            self._warn_of_kept(error)
            return False
        self._served = read
        self._unkept = None if found.is_kept else found.sealed
        return True

    def _warn_of_kept(self, error: Exception) -> None:
        _log.warning("the last good snapshot `%s` is refused: %s", self._kept.path, error)

    def _tried(self) -> bool:
        """Whether the origin is to be asked as ever, and not less and less."""
        try:
            self.refresh()
        except RefreshFailed as failure:
            self.failures.add(self._doing, failure)
            if failure.kind != "missing":
                return False
            # It is there, and has nothing yet: the first snapshot comes within a poll too.
            self._backoff.reset()
            return True
        except Exception as error:  # noqa: BLE001 - a bug must not end the thread
            _log.exception("this is a bug of turnout; what was served stays")
            self.failures.add(self._doing, RefreshFailed("bug", type(error).__name__))
            return False
        self._backoff.reset()
        failed = self.failures.clear(self._doing)
        if failed:
            _log.info("refreshes again", extra=fields(failed=failed))
        return True

    def _wait(self, went_well: bool) -> None:
        """Waits until it is time to ask again, or there is a reason to."""
        if went_well:
            polls = _WATCHED_POLLS if self._news and self._news.is_live else 1.0
            pause = self._poll_s * polls * _jitter()
        else:
            # Also when asked: an origin that tells of what it does not give is not run down.
            pause = self._backoff.pause_s()
            self._ended.wait(min(pause, self._backoff.first_s))
        with self._wake:
            self._wake.wait_for(lambda: self._asked or self._ended.is_set(), pause)
            self._asked = False


def _refused(content: bytes, error: ValueError) -> RefreshFailed:
    return _fault(content, RefreshFailed("refused", f"the snapshot is refused: {error}"))


def _fault(content: bytes, otherwise: RefreshFailed) -> RefreshFailed:
    """What is wrong with bytes: if they are damaged it is that, whatever they say of themselves."""
    try:
        open_seal(content)
    except NotSealed as error:
        return RefreshFailed("damaged", str(error))
    return otherwise


def _jitter() -> float:
    """Many that were started together shall not ask together."""
    return random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load
