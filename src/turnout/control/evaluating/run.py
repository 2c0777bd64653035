"""One run while it is under way in this process."""

import threading
from pathlib import Path
from typing import Final, Protocol

from turnout.store import Evaluation

CANCELLED: Final = "CANCELLED"
"""Somebody does not want it any more."""
ENDED: Final = "INTERRUPTED"
"""The control plane ends before it does."""


class NotTaken(Exception):  # noqa: N818 - named for its situation
    """What came of a run is not taken: the members are as they were.

    Args:
        reason: For programs.
        message: For people.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Stopped(NotTaken):
    """It was told to stop, and why."""


_WORDS = {
    CANCELLED: "it was cancelled",
    ENDED: "the control plane ended while it ran: run it again",
}


class Run:
    """One run while it is under way. Threads may share it.

    Args:
        evaluation: As the store has it.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.rows = 0
        """That came so far."""
        self._stopped = threading.Event()
        self._why = CANCELLED

    @property
    def number(self) -> int:
        """Of the run."""
        return self.evaluation.number

    def stop(self, why: str = CANCELLED) -> None:
        """Makes it stop soon; the first who says so says why."""
        if not self._stopped.is_set():
            self._why = why
            self._stopped.set()

    def progress(self, rows: int) -> bool:
        """Notes how many rows came; False: it is to stop."""
        self.rows = rows
        return not self._stopped.is_set()

    def check(self) -> None:
        """Lets it go on.

        Raises:
            Stopped: It is to stop.
        """
        if self._stopped.is_set():
            raise Stopped(self._why, _WORDS[self._why])


class Work(Protocol):
    """What a run does."""

    def do(self, run: Run, folder: Path) -> None:
        """Does it, and notes in the store that it is done, in the transaction that does it.

        Args:
            run: Is told of progress, and tells when to stop.
            folder: For its files alone; gone after it.

        Raises:
            NotTaken: It came to nothing.
        """
