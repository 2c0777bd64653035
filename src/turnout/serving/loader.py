"""Brings snapshots from the state folder into the data plane, on a thread of its own.

Only the newest announcement matters: what is announced while a load is under way is loaded after
it, once. Standard library only: the serving process imports this.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from turnout.snapshot.seal import seal_of
from turnout.telemetry import fields

_NICER_BY = 10

_log = logging.getLogger("turnout.server")


class SnapshotHolder(Protocol):
    """What of a data plane is needed here."""

    def load(
        self,
        sealed: bytes,
        *,
        confirmed: bool = True,
        age_s: float = 0.0,
        members: Path | None = None,
    ) -> None:
        """Makes a sealed snapshot current; raises ValueError and keeps the old one if not.

        The member sets that it names are in the folder `members`; without its set a segment is
        UNKNOWN.
        """

    def give_back(self) -> None:
        """Gives memory that is free back to the system; to be called once a load left nothing."""

    def confirm(self) -> None:
        """Says that the source was just seen to agree with the current snapshot."""

    def refresh_failed(self, kind: str, times: int = 1) -> None:
        """Counts refreshes that came to nothing; 0 makes the kind known to the metrics."""


class Announcement(NamedTuple):
    """A snapshot file to serve."""

    path: Path
    confirmed: bool
    """The source was just seen to agree with it; not so for one found at start."""
    seal: str = ""
    """Of the file; empty when nobody has looked."""
    id: str = ""
    revision: int = 0
    problems: int = 0


class Loader:
    """Loads the newest snapshot file that was announced.

    Args:
        holder: Where it is loaded.
        members: The folder of the member sets; whoever announces a snapshot has put its sets there.
        lacking: Which sets of a sealed snapshot are not there all the same; raises ValueError for
            what is none.
    """

    def __init__(
        self,
        holder: SnapshotHolder,
        members: Path,
        lacking: Callable[[bytes], frozenset[str]],
    ) -> None:
        self._holder = holder
        self._members = members
        self._look = lacking
        self._lacking: frozenset[str] = frozenset()
        self._wake = threading.Condition()
        self._announced: Announcement | None = None
        self._ended = False
        self._loaded: str | None = None
        self._refused: str | None = None
        self.settled = threading.Event()
        """Set once the first announcement has been loaded or refused."""

    def start(self) -> None:
        """Starts the thread."""
        threading.Thread(target=self._run, name="loader", daemon=True).start()

    def stop(self) -> None:
        """Ends the thread after the load that is under way."""
        with self._wake:
            self._ended = True
            self._wake.notify()

    def announce(self, announcement: Announcement) -> None:
        """Says what the source gives now."""
        with self._wake:
            self._announced = announcement
            self._wake.notify()

    def load(self, announced: Announcement) -> bool:
        """Loads the file if it is another one than the one served.

        Returns:
            Whether the file is what is served now.
        """
        if announced.confirmed and announced.seal == self._loaded and not self._lacking:
            self._holder.confirm()
            return True
        try:
            sealed = announced.path.read_bytes()
            age_s = 0.0 if announced.confirmed else _age_s(announced.path)
        except FileNotFoundError:
            return False
        except OSError as error:
            _log.error("cannot read the snapshot `%s`: %s", announced.path, error)
            return False
        seal = seal_of(sealed)
        if seal != self._loaded or self._has_more(sealed):
            return self._swap(sealed, seal, announced, age_s)
        if announced.confirmed:
            self._holder.confirm()
        return True

    def _swap(self, sealed: bytes, seal: str, announced: Announcement, age_s: float) -> bool:
        try:
            self._holder.load(
                sealed, confirmed=announced.confirmed, age_s=age_s, members=self._members
            )
        except ValueError as error:
            if self._refused != seal:
                _log.error(
                    "the snapshot `%s` is refused, what was served stays: %s",
                    announced.path,
                    error,
                )
            self._refused = seal
            return False
        self._loaded = seal
        self._lacking = self._look(sealed)
        if announced.id:
            _log.info(
                "serves a new snapshot",
                extra=fields(
                    id=announced.id[:12],
                    revision=announced.revision,
                    problems=announced.problems,
                ),
            )
        return True

    def _has_more(self, sealed: bytes) -> bool:
        """Whether sets have come that were lacking when it was loaded."""
        return bool(self._lacking) and self._look(sealed) != self._lacking

    def _run(self) -> None:
        while (announced := self._next()) is not None:
            before = self._loaded, self._refused
            self.load(announced)
            self.settled.set()
            step_back()
            if (self._loaded, self._refused) != before:
                self._holder.give_back()

    def _next(self) -> Announcement | None:
        with self._wake:
            self._wake.wait_for(lambda: self._announced or self._ended)
            announced, self._announced = self._announced, None
            return None if self._ended else announced


def _age_s(path: Path) -> float:
    """Seconds since the worker last saw the source agree: it moves the file's time then."""
    return max(time.time() - path.stat().st_mtime, 0.0)


def step_back() -> None:
    """Lets others go before this thread, which alone is meant: Linux gives each its own priority.

    The first snapshot is loaded before: until then nobody is answered. It is not made idle: beside
    programs that take every core an idle thread gets a three-hundredth of one, and what was
    published would be decided by a minute later.
    """
    thread, process = threading.get_native_id(), os.getpid()
    try:
        # As one of a batch it takes the core from nobody when it wakes.
        os.sched_setscheduler(thread, os.SCHED_BATCH, os.sched_param(0))
        niceness = os.getpriority(os.PRIO_PROCESS, process) + _NICER_BY
        os.setpriority(os.PRIO_PROCESS, thread, niceness)
    except OSError as error:
        _log.debug("the loader keeps its priority: %s", error)
