"""Work on a thread of its own, which whoever wants it watches, and may end."""

import time
from collections.abc import Callable, Generator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread

from turnout.segments.failures import QueryFailed, Reason
from turnout.segments.query import Statement
from turnout.segments.runner import Batch, Rows, Runner

Progress = Callable[[int], bool]
"""Is told how many rows came until now, some times a second; False ends the query."""

_TICK_S = 0.1
_AHEAD = 8
"""Batches that may wait to be taken."""
_PATIENCE_S = 10.0
"""How long an interrupted query may take to end before it is left to itself."""


def batches(runner: Runner, statement: Statement, progress: Progress) -> Generator[Batch]:
    """Gives the batches of a query while it goes on.

    Args:
        runner: Of the connection.
        statement: The query.
        progress: Called on the thread that takes the batches, also while there are none yet.

    Raises:
        QueryFailed: The query failed, took too long, or was not wanted any more.
    """
    work = _Work(runner, statement)
    ends, told, rows = time.monotonic() + statement.timeout_s, 0.0, 0
    try:
        while True:
            now = time.monotonic()
            if now - told >= _TICK_S:
                told = now
                if not progress(rows):
                    raise QueryFailed(Reason.CANCELLED, "the query was cancelled")
            # Of the query: whoever takes its rows may be slower.
            if now > ends and not work.is_over:
                raise _timeout(statement)
            batch = work.next(max(0.0, min(_TICK_S, ends - now)))
            if batch is None:
                if work.is_done:
                    break
                continue
            rows += len(batch)
            yield batch
        work.finish(statement)
    finally:
        work.end()


class _Work:
    """A query on its thread.

    Args:
        runner: Of the connection.
        statement: The query.
    """

    def __init__(self, runner: Runner, statement: Statement) -> None:
        self._runner = runner
        self._statement = statement
        self._batches: Queue[Batch] = Queue(_AHEAD)
        self._rows: Rows | None = None
        self._error: BaseException | None = None
        self._unwanted = Event()
        self._done = Event()
        # A daemon: a database that does not let go must not hold the process either.
        self._thread = Thread(target=self._run, name="turnout-query", daemon=True)
        self._thread.start()

    def next(self, patience_s: float) -> Batch | None:
        """Gives a batch as soon as there is one; None when there is none in time."""
        try:
            # Whoever is done has put all there is.
            return self._batches.get(timeout=0 if self.is_over else patience_s)
        except Empty:
            return None

    @property
    def is_over(self) -> bool:
        """The query has ended; batches of it may be there still."""
        return self._done.is_set()

    @property
    def is_done(self) -> bool:
        """Nothing comes any more."""
        return self.is_over and self._batches.empty()

    def finish(self, statement: Statement) -> None:
        """Raises what the query raised."""
        if self._error is None:
            return
        if isinstance(self._error, QueryFailed) and self._error.reason is Reason.TIMEOUT:
            raise _timeout(statement)
        raise self._error

    def end(self) -> None:
        """Ends the query if it is not over."""
        self._unwanted.set()
        ends = time.monotonic() + _PATIENCE_S
        # Again and again: it may not have begun when it is told first.
        while not self._done.is_set() and time.monotonic() < ends:
            if self._rows is not None:
                self._rows.interrupt()
            self._done.wait(_TICK_S)

    def _run(self) -> None:
        try:
            with self._runner.open(self._statement) as rows:
                self._rows = rows
                for batch in rows.batches():
                    if not self._put(batch):
                        break
        except BaseException as error:  # noqa: BLE001 - raised where it is wanted
            self._error = error
        finally:
            self._done.set()

    def _put(self, batch: Batch) -> bool:
        while not self._unwanted.is_set():
            with suppress(Full):
                self._batches.put(batch, timeout=_TICK_S)
                return True
        return False


def _timeout(statement: Statement) -> QueryFailed:
    return QueryFailed(
        Reason.TIMEOUT, f"the query took longer than {statement.timeout_s:g} s and was ended"
    )
