"""Carries out runs in threads, so many at a time; the others wait for their turn."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from turnout.control.errors import failure_of
from turnout.control.evaluating.beating import Beating
from turnout.control.evaluating.folders import Folders
from turnout.control.evaluating.means import Means, persistently
from turnout.control.evaluating.run import CANCELLED, ENDED, NotTaken, Run, Stopped, Work
from turnout.segments.failures import QueryFailed
from turnout.store import (
    Act,
    Evaluation,
    EvaluationEnded,
    EvaluationOutcome,
    EvaluationState,
    StoreError,
    Unavailable,
)
from turnout.telemetry import fields

_log = logging.getLogger("turnout.control")


class Evaluator:
    """Carries out runs.

    Args:
        means: What runs work with.
        folder: For their files; no other process uses it.
        at_once: How many run at a time.
    """

    def __init__(self, means: Means, folder: Path, at_once: int = 2) -> None:
        self.means = means
        self._folders = Folders(folder)
        self._lock = threading.Lock()
        self._runs: dict[int, Run] = {}
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="evaluation")
        self._beating = Beating(means.store, self._under_way, self._folders.left())

    def start(self) -> None:
        """Begins to look after runs; those that were under way here when it was killed end."""
        self._beating.start()

    def stop(self) -> None:
        """Ends all runs, which change nothing, and says so of each."""
        for run in self._under_way():
            run.stop(ENDED)
        self._pool.shutdown()
        self._beating.stop()

    def __enter__(self) -> Self:
        """Starts it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it."""
        self.stop()

    def begin(self, evaluation: Evaluation, work: Work, act: Act) -> None:
        """Carries out a run that was started in the store, as soon as there is room.

        Args:
            evaluation: It runs, as the store has it.
            work: What to do.
            act: On whose behalf.
        """
        run = Run(evaluation)
        with self._lock:
            self._runs[run.number] = run
        self._pool.submit(self._carry_out, run, work, act)

    def stop_run(self, number: int) -> None:
        """Has a run stop at once that was cancelled in the store, if it is under way here."""
        with self._lock:
            run = self._runs.get(number)
        if run is not None:
            run.stop(CANCELLED)

    def rows(self, number: int) -> int:
        """How many rows came so far to a run of this process; 0 for others."""
        with self._lock:
            run = self._runs.get(number)
        return run.rows if run is not None else 0

    def _under_way(self) -> list[Run]:
        with self._lock:
            return list(self._runs.values())

    def _carry_out(self, run: Run, work: Work, act: Act) -> None:
        try:
            with self._folders.of(run.evaluation) as folder:
                outcome = self._outcome(run, work, folder)
                if outcome is not None:
                    self._end(run, outcome, act)
        except Exception:  # noqa: BLE001 - nobody waits for what a thread raises
            _log.exception("this is a bug of turnout: a run was not ended")
        finally:
            with self._lock:
                self._runs.pop(run.number, None)

    def _outcome(self, run: Run, work: Work, folder: Path) -> EvaluationOutcome | None:
        """How a run came to nothing; None when it came to something, and said so itself."""
        try:
            run.check()
            work.do(run, folder)
        except NotTaken as error:
            return _nothing(run, error.reason, error.message)
        except QueryFailed as error:
            try:
                run.check()
            except Stopped as stopped:
                return _nothing(run, stopped.reason, stopped.message)
            return _nothing(run, str(error.reason), error.message)
        except EvaluationEnded:
            self._tell_ended(run)
        except Exception as error:  # noqa: BLE001 - it is told, whatever it is
            failure = failure_of(error)
            return _nothing(run, failure.reason, failure.message)
        return None

    def _end(self, run: Run, outcome: EvaluationOutcome, act: Act) -> None:
        def write() -> None:
            with self.means.store.write(act) as tx:
                tx.evaluations.finish(run.number, outcome)

        try:
            persistently(write)
        except EvaluationEnded:
            self._tell_ended(run)
        except Unavailable as error:
            _log.warning("how a run ended cannot be written: its lease runs out: %s", error)
        else:
            _tell_nothing(run, outcome)

    def _tell_ended(self, run: Run) -> None:
        """Says what became of one that was over already.

        Others ended it, or a transaction of its own did whose outcome nobody was told.
        """
        try:
            with self.means.store.read() as tx:
                known = tx.evaluations.get(run.number)
        except StoreError as error:
            _log.warning("what became of a run that is over cannot be read: %s", error)
            return
        if known.state is EvaluationState.SUCCEEDED:  # which nobody else says of it
            extra = fields(segment=f"segments/{known.segment}", evaluation=run.number)
            _log.info("a run is done: the store has what it wrote last", extra=extra)
            return
        _tell_nothing(run, known)


def _tell_nothing(run: Run, outcome: EvaluationOutcome) -> None:
    extra = fields(
        segment=f"segments/{run.evaluation.segment}", evaluation=run.number,
        reason=outcome.failure_reason,
    )  # fmt: skip
    _log.warning("the members stay: %s", outcome.failure_message or "cancelled", extra=extra)


def _nothing(run: Run, reason: str, message: str) -> EvaluationOutcome:
    if reason == CANCELLED:
        return EvaluationOutcome(state=EvaluationState.CANCELLED, rows=run.rows)
    return EvaluationOutcome(
        state=EvaluationState.FAILED, rows=run.rows, failure_reason=reason, failure_message=message
    )
