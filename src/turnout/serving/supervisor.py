"""Keeps one worker process running and reads what it says.

The worker ends when its standard input closes, so that it never outlives the server, however the
server ends. Standard library only: the serving process imports this.
"""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from turnout.telemetry import fields

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 10.0
# A worker that ran this long was well: the next pause is short again.
_WELL_AFTER_S = 30.0
_READ_BYTES = 65_536
_LONGEST_LINE = 1 << 20

CANNOT_START = 4
"""What a worker ends with that cannot do as it was told: an address is taken, for example."""

_log = logging.getLogger("turnout.server")


class Supervisor:
    """Starts a worker, starts it again when it ends, and gives its events.

    Args:
        command: The program and its arguments.
        clock: Seconds, monotonic.
    """

    def __init__(self, command: list[str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._command = command
        self._clock = clock
        self._child: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._pause_s = _FIRST_PAUSE_S
        self._started_at = 0.0
        self._due_at = 0.0
        self.restarts = 0
        self.is_hopeless = False
        """The first worker could not start: another one would fare no better. Later ones might."""

    @property
    def pid(self) -> int | None:
        """The worker's process id; None between two of them."""
        return self._child.pid if self._child else None

    def fileno(self) -> int | None:
        """What to wait on for events; None while no worker runs."""
        return self._child.stdout.fileno() if self._child and self._child.stdout else None

    def start_if_due(self) -> None:
        """Starts the worker if none runs and the pause after the last one is over."""
        if self._child or self.is_hopeless or self._clock() < self._due_at:
            return
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own command
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as error:
            self._wait_before_next(f"cannot start the worker: {error}")
            return
        self._started_at = self._clock()
        _log.debug("worker started", extra=fields(pid=self._child.pid))

    def events(self) -> list[dict[str, Any]]:
        """Reads what the worker said since, without waiting for more than one read.

        Call it when `fileno()` is readable. Notices the end of the worker.
        """
        fd = self.fileno()
        if fd is None:
            return []
        chunk = os.read(fd, _READ_BYTES)
        if not chunk or len(self._buffer) > _LONGEST_LINE:
            self._reap()
            return []
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        return [event for line in lines if (event := _parse(line)) is not None]

    def ask_to_read(self) -> None:
        """Tells the worker to read its source now."""
        if self._child and self._child.stdin:
            try:
                self._child.stdin.write(b"read\n")
                self._child.stdin.flush()
            except OSError:
                _log.debug("the worker ended before it could be asked")

    def stop(self, wait_s: float) -> None:
        """Ends the worker: asks by closing its input, and kills it after `wait_s` seconds."""
        child, self._child = self._child, None
        if child is None:
            return
        _close_pipes(child)
        try:
            child.wait(wait_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _reap(self) -> None:
        child, self._child, self._buffer = self._child, None, b""
        if child is None:
            return
        _close_pipes(child)
        child.kill()  # it closed its output: whatever it still does, nobody would hear of it
        code = child.wait()
        self.is_hopeless = code == CANNOT_START and not self.restarts
        if self.is_hopeless:
            return
        if self._clock() - self._started_at >= _WELL_AFTER_S:
            self._pause_s = _FIRST_PAUSE_S
        self._wait_before_next(f"the worker ended {_describe(code)}: decisions go on")

    def _wait_before_next(self, message: str) -> None:
        self.restarts += 1
        _log.warning("%s", message, extra=fields(restart_in_s=self._pause_s))
        self._due_at = self._clock() + self._pause_s
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)


def worker_command(settings: str) -> list[str]:
    """The command of the worker of this installation, with its settings as JSON."""
    return [sys.executable, "-P", "-m", "turnout.worker", settings]


def _describe(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:  # a full pipe to a process that is gone
                _log.debug("a pipe of the worker was broken")


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        _log.warning("the worker said something that is no event: %r", line[:200])
        return None
    return event
