"""Notices what is new in the store, whoever wrote it: a snapshot, or what is scheduled."""

import logging
import time
from collections.abc import Callable, Iterator
from threading import Event

from turnout.store.database import Database
from turnout.store.errors import Unavailable

LOOK_S = 0.25
"""How long a listener waits before it looks whether it was closed."""

_SURELY_S = 5.0
_RETRY_S = 1.0

_log = logging.getLogger("turnout.store")


class Watch:
    """Follows a number that grows: the revision that is current, or the version of something.

    Args:
        database: Of the store.
        what: Is followed; for the log.
        newest: Reads the number as it is now; 0 when there is none.
        looked: Is told of each look whether the database answered.
    """

    def __init__(
        self,
        database: Database,
        what: str,
        newest: Callable[[], int],
        looked: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._what = what
        self._newest = newest
        self._looked = looked
        self._closed = Event()

    def revisions(self) -> Iterator[int]:
        """Yields the number at once, 0 for none, and each time that it is another one.

        It may leave out those that were there for a moment only. While the database is gone it
        waits and tries again. Ends soon after `close`.
        """
        last, warned = -1, False
        while not self._closed.is_set():
            try:
                for newest in self._while_heard():
                    warned = False
                    self._looked(True)
                    if newest != last:
                        last = newest
                        yield newest
            except Unavailable as error:
                self._looked(False)
                if not warned:
                    _log.warning("cannot follow what is %s, trying again: %s", self._what, error)
                warned = True
                self._closed.wait(_RETRY_S)

    def close(self) -> None:
        """Ends `revisions` soon."""
        self._closed.set()

    def _while_heard(self) -> Iterator[int]:
        # Listening begins before the first look: nothing is published unheard between the two.
        with self._database.listening() as heard:
            looked = time.monotonic()
            yield self._newest()
            while not self._closed.is_set():
                if heard() or time.monotonic() - looked >= _SURELY_S:
                    looked = time.monotonic()
                    yield self._newest()
