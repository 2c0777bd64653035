"""What the system tells the serving process, as flags and one readable pipe.

Standard library only: the serving process imports this.
"""

import contextlib
import os
import signal
from types import FrameType


class Signals:
    """Turns signals into a readable pipe, so that the main thread waits on one thing.

    Installs the handlers of the process; make it once, on the main thread.

    Attributes:
        reading: The file descriptor to wait on.
        ends: How often the process was told to end.
    """

    def __init__(self) -> None:
        self.reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self.ends = 0
        self._reread = False
        self._has_terminal = _is_terminal()
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGHUP, self._hang_up)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.ends += 1

    def _hang_up(self, _number: int, _frame: FrameType | None) -> None:
        """A wish to read again; when the terminal was closed, the end, as everybody expects."""
        if self._has_terminal and not _is_terminal():
            self.ends += 1
        else:
            self._reread = True

    def take_reread(self) -> bool:
        """Whether a reading was asked for since the last call."""
        asked, self._reread = self._reread, False
        return asked

    def clear(self) -> None:
        """Empties the pipe."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.reading, 4096)


def _is_terminal() -> bool:
    """Whether logs go to a terminal that is still there."""
    return os.isatty(2)
