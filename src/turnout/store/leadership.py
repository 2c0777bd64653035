"""One of several control planes does the timed work."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock

from turnout.store.errors import Unavailable


class Leadership:
    """A lock that one process holds for as long as it lives.

    A leader that was cut off from the database may believe for a moment longer that it is one. So
    what it does must look in its own transaction whether it is still to be done.

    Args:
        claim: Tries to take the lock: gives what says whether it is still held, or None when
            another has it; leaving gives the lock back.
    """

    def __init__(
        self, claim: Callable[[], AbstractContextManager[Callable[[], bool] | None]]
    ) -> None:
        self._claim = claim
        self._lock = Lock()
        self._held = ExitStack()
        self._is_still_held: Callable[[], bool] | None = None

    def is_held(self) -> bool:
        """Whether this process leads; tries to, if it does not. False when the database is gone."""
        with self._lock:
            try:
                if self._is_still_held is not None and self._is_still_held():
                    return True
                self._release()
                self._is_still_held = self._held.enter_context(self._claim())
            except Unavailable:
                self._release()
            return self._is_still_held is not None

    def release(self) -> None:
        """Lets another one lead."""
        with self._lock:
            self._release()

    def _release(self) -> None:
        self._is_still_held = None
        self._held.close()


@contextmanager
def always() -> Iterator[Callable[[], bool]]:
    """The claim where there is nobody else."""
    yield lambda: True
