"""Counts what went wrong with refreshes, and says each thing once.

Standard library only: the serving process imports this.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import get_args

from turnout.serving.fetched import FailureKind, RefreshFailed
from turnout.telemetry import fields

_log = logging.getLogger("turnout.server")


class Failures:
    """What failed since the start, by kind; safe from several threads.

    Args:
        count: Told the kind of each, and how many, for the metrics; at first of every kind none.
    """

    def __init__(self, count: Callable[[str, int], None]) -> None:
        self._count = count
        self._counted: Counter[str] = Counter()
        self._said: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()
        for kind in get_args(FailureKind):
            count(kind, 0)

    def counted(self) -> dict[str, int]:
        """How many there were of each kind."""
        with self._lock:
            return dict(self._counted)

    def add(self, doing: str, failure: RefreshFailed) -> None:
        """Counts one, and says it unless it is the same again."""
        with self._lock:
            self._counted[failure.kind] += 1
            message, times = self._said.get(doing, ("", 0))
            self._said[doing] = (failure.message, times + 1)
        self._count(failure.kind, 1)
        if failure.message != message:
            _log.warning("%s: %s", doing, failure.message, extra=fields(kind=failure.kind))

    def clear(self, doing: str) -> int:
        """It went well: what fails next is said again. Gives how often it had failed."""
        with self._lock:
            return self._said.pop(doing, ("", 0))[1]
