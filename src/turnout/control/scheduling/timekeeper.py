"""Waits for what is scheduled, and has it done when it is due."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol, Self

from turnout.control.identity import Identities
from turnout.control.scheduling.due import Due
from turnout.releases.releases import Releases
from turnout.releases.rounds import Rounds
from turnout.store import Store, Unavailable

_WORK = "schedule"
_RETRY_S = 1.0
"""Between two tries when the store is gone or when another one does the work."""
_LONGEST_S = 60.0
"""How long to believe that the clock goes on as it did."""

_log = logging.getLogger("turnout.control")


class Timed(Protocol):
    """What is done at times."""

    def due_at(self) -> datetime | None:
        """Gives when something is to be done first; None when nothing is.

        Raises:
            Unavailable: The store is gone.
        """

    def do(self) -> None:
        """Does what is due.

        Raises:
            Unavailable: The store is gone; it is still due.
        """


class Timekeeper:
    """Carries out what is scheduled, in threads of its own.

    Several may run on one store: one of them leads when something is due. It sleeps until then,
    and wakes when anything is scheduled, by whomever.

    Args:
        store: Where it is scheduled.
        releases: What publishes it.
        identities: Knows who may still.
        also: What else is done at times.
        now: The clock; aware.
    """

    def __init__(
        self,
        store: Store,
        releases: Releases,
        identities: Identities,
        *,
        also: Sequence[Timed] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._due = Due(store, releases, identities, now)
        self._timed: Sequence[Timed] = (self._due, *also)
        self._now = now
        self._leadership = store.leadership(_WORK)
        self._watch = store.watch_schedules()
        self._rounds = Rounds()
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (("schedule", self._keep), ("schedule-watch", self._hear))
        ]

    def start(self) -> None:
        """Begins; what was missed is carried out at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends after what is being carried out."""
        self._rounds.end()
        self._watch.close()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def look(self) -> None:
        """Has it look at the clock again. Safe from any thread."""
        self._rounds.ask()

    def __enter__(self) -> Self:
        """Starts it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it."""
        self.stop()

    def _hear(self) -> None:
        for _ in self._watch.revisions():
            self._rounds.ask()

    def _keep(self) -> None:
        wait_s = 0.0
        while self._rounds.wait(wait_s):
            wait_s = self._wait_s()

    def _wait_s(self) -> float:
        """Does what is due, and gives how long there is nothing to do."""
        try:
            return self._round()
        except Unavailable as error:
            _log.warning("what is scheduled waits, trying again: %s", error)
        except Exception:  # noqa: BLE001 - a bug must not end the timekeeper
            _log.exception("this is a bug of turnout; what is scheduled is tried again")
            return _LONGEST_S
        return _RETRY_S

    def _round(self) -> float:
        left = self._left_s()
        if left > 0:
            return left
        if not self._leadership.is_held():
            return _RETRY_S
        try:
            while not self._rounds.are_over and (left := self._left_s()) <= 0:
                for timed in self._timed:
                    timed.do()
        finally:
            self._leadership.release()
        return left

    def _left_s(self) -> float:
        """How long there is nothing to do."""
        coming = [due_at for timed in self._timed if (due_at := timed.due_at()) is not None]
        if not coming:
            return _LONGEST_S
        return min((min(coming) - self._now()).total_seconds(), _LONGEST_S)
