"""The snapshot that is current, for those who hand it on."""

import threading
from collections.abc import Callable
from typing import NamedTuple, Protocol

from turnout.serving.sealed import read_sealed
from turnout.snapshot.seal import open_seal


class Current(NamedTuple):
    """A sealed snapshot, and what tells it from others."""

    sealed: bytes
    seal: str
    """Hex of the checksum of `sealed`."""
    id: str
    revision: int


class Feed(Protocol):
    """Gives the current snapshot and tells of changes. Safe from any thread."""

    def current(self) -> Current | None:
        """What is current; None before anything was published. Does not block."""

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Calls `changed` after each change, on any thread; gives what ends that."""


class CurrentSnapshot:
    """A feed that is told what is current."""

    def __init__(self) -> None:
        self._current: Current | None = None
        self._subscribers: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def current(self) -> Current | None:
        """What was put last."""
        return self._current

    def put(self, sealed: bytes) -> None:
        """Makes a sealed snapshot current, and tells of it if it is another.

        Raises:
            NotSealed: It is no whole sealed snapshot: what was current stays.
        """
        open_seal(sealed)
        read = read_sealed(sealed)
        with self._lock:
            if self._current and self._current.seal == read.seal:
                return
            self._current = Current(sealed, read.seal, read.id, read.revision)
            subscribers = list(self._subscribers)
        for changed in subscribers:
            changed()

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Calls `changed` after each change; gives what ends that."""
        with self._lock:
            self._subscribers.append(changed)

        def end() -> None:
            with self._lock:
                self._subscribers.remove(changed)

        return end
