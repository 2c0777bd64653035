"""Waits for answers; what takes longer than a second says what it is doing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc

from turnout.cli.output import console

_PATIENCE = 1.0  # seconds


@contextmanager
def waiting_for(what: str) -> Iterator["Waiting"]:
    """Waits for as many answers as it takes.

    Args:
        what: Is being done, for example `reading the flags`.
    """
    waiting = Waiting(what)
    try:
        yield waiting
    finally:
        waiting.end()


class Waiting:
    """A sign of life on standard error, if that is a terminal.

    Args:
        what: Is being done, for example `reading the flags`.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._status: Any = None
        self._impatient_at = time.monotonic() + _PATIENCE

    def answer(self, call: Any) -> Any:  # noqa: ANN401 - a future of grpc and its message
        """The answer of a call that is under way."""
        try:
            patience = max(0.0, self._impatient_at - time.monotonic())
            return call.result(timeout=patience)
        except grpc.FutureTimeoutError:
            self._show()
            return call.result()
        except KeyboardInterrupt:
            call.cancel()
            raise

    def end(self) -> None:
        """Takes the sign away."""
        if self._status is not None:
            self._status.stop()

    def _show(self) -> None:
        terminal = console(stderr=True)
        if self._status is None and terminal.is_terminal:
            self._status = terminal.status(f"{self._what} …")
            self._status.start()
