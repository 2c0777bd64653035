"""What a control plane can do now, for those who tell of it: health, readiness, metrics."""

import threading
from collections.abc import Callable

from turnout.releases.current_snapshot import Feed


class Standing:
    """Is told how things are, and tells of changes. Safe from any thread.

    Args:
        feed: Of the snapshots that are handed out; None when none are.
    """

    def __init__(self, feed: Feed | None = None) -> None:
        self._feed = feed
        self._store_answers = False
        self._ends = False
        self._was_ready = False
        self._subscribers: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def store_answers(self) -> bool:
        """Whether the store answered when it was looked at last."""
        return self._store_answers

    @property
    def is_draining(self) -> bool:
        """Whether it is ending."""
        return self._ends

    @property
    def is_ready(self) -> bool:
        """Whether it can do some of its work: write and publish, or hand out a snapshot.

        That the store is gone is no reason to take from sidecars what they could still have.
        """
        return not self._ends and (self._store_answers or self._hands_out)

    @property
    def was_ready(self) -> bool:
        """Whether it ever was."""
        return self._was_ready or self.is_ready

    def looked(self, answers: bool) -> None:
        """Takes up whether the store answered."""
        with self._lock:
            is_new = answers != self._store_answers
            self._store_answers = answers
            self._was_ready = self._was_ready or self.is_ready
        if is_new:
            self._tell()

    def end(self) -> None:
        """Takes up that it is ending."""
        self._ends = True
        self._tell()

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Calls `changed` after each change, on any thread; gives what ends that."""
        with self._lock:
            self._subscribers.append(changed)

        def leave() -> None:
            with self._lock:
                self._subscribers.remove(changed)

        return leave

    @property
    def _hands_out(self) -> bool:
        return self._feed is not None and self._feed.current() is not None

    def _tell(self) -> None:
        with self._lock:
            subscribers = list(self._subscribers)
        for changed in subscribers:
            changed()
