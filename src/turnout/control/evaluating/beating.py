"""Says of the runs of this process that they are alive, and ends those that nobody hears of."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from turnout.control.credentials import ITSELF
from turnout.control.evaluating.folders import Folders
from turnout.control.evaluating.run import ENDED, Run
from turnout.releases.rounds import Rounds
from turnout.store import (
    LEASE,
    Act,
    EvaluationEnded,
    EvaluationOutcome,
    EvaluationState,
    NotFound,
    Store,
    Unavailable,
)

BEAT_S = 2.0
"""Between two signs of life."""
_LOOK_S = 10.0
"""Between two looks at the runs of others."""
_ACT = Act(ITSELF, "InterruptEvaluation")

_log = logging.getLogger("turnout.control")


class Beating:
    """A thread that beats for runs.

    Args:
        store: Where runs are.
        runs: Gives those of this process.
        left: Folders of runs that an earlier process of this place left.
    """

    def __init__(
        self, store: Store, runs: Callable[[], Sequence[Run]], left: Sequence[Path]
    ) -> None:
        self._store, self._runs = store, runs
        self._left = list(left)
        self._rounds = Rounds()
        self._look_at = 0.0
        self._thread = threading.Thread(target=self._keep, name="beats", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._rounds.end()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self) -> None:
        """Has it beat now. Safe from any thread."""
        self._rounds.ask()

    def _keep(self) -> None:
        while self._rounds.wait(BEAT_S):
            for run in self._runs():
                # Each by itself: the lease of one does not run out for another.
                with _going_on():
                    self._beat(run)
            with _going_on():
                self._end_left()
            with _going_on():
                self._end_silent()

    def _beat(self, run: Run) -> None:
        if not self._store.beat(run.number, run.rows):
            run.stop()

    def _end_left(self) -> None:
        """Ends runs that ran here when the process was killed, without waiting for the lease."""
        while self._left:
            folder = self._left[0]
            if number := Folders.number_of(folder):
                self._interrupt(number, folder)
            shutil.rmtree(folder, ignore_errors=True)
            self._left.pop(0)

    def _interrupt(self, number: int, folder: Path) -> None:
        outcome = EvaluationOutcome(
            state=EvaluationState.FAILED,
            failure_reason=ENDED,
            failure_message="the control plane was killed while it ran: run it again",
        )
        try:
            with self._store.write(_ACT) as tx:
                if Folders.is_of(folder, tx.evaluations.get(number)):
                    tx.evaluations.finish(number, outcome)
        except (NotFound, EvaluationEnded):
            return  # it is known already, or nothing was ever written of it

    def _end_silent(self) -> None:
        """Ends runs of control planes that are not heard of any more."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + _LOOK_S
        before = datetime.now(UTC) - LEASE
        with self._store.read() as tx:
            silent = [one for one in tx.evaluations.running() if one.beat_at < before]
        if silent:
            with self._store.write(_ACT) as tx:
                tx.evaluations.interrupt(before)


@contextmanager
def _going_on() -> Iterator[None]:
    """Tells of what fails, which is tried again in the next round."""
    try:
        yield
    except Unavailable as error:
        _log.warning("runs cannot be looked after, trying again: %s", error)
    except Exception:  # noqa: BLE001 - a bug must not end it
        _log.exception("this is a bug of turnout; runs are looked after again")
