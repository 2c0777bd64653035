"""A database of users that answers as a test tells it to."""

import threading
from contextlib import contextmanager

from turnout.segments.failures import QueryFailed, UnknownConnection

SOON_S = 20


class FakeDatabase:
    """A runner of queries: gives `ids` in batches, or fails after them; may be held up."""

    def __init__(self):
        self.ids = []
        self.failure = None
        self.asked = []
        self.batch = 1000
        self._free = threading.Event()
        self._free.set()
        self._reached = threading.Event()

    def hold(self):
        """Makes queries stop behind their first batch."""
        self._free.clear()
        self._reached.clear()

    def wait_until_held(self):
        assert self._reached.wait(SOON_S), "no query came"

    def go_on(self):
        """Lets all of them go on."""
        self._free.set()

    @contextmanager
    def open(self, statement):
        self.asked.append(statement)
        yield _Rows(self, list(self.ids), self.failure)

    def stop_here(self, ended):
        self._reached.set()
        while not self._free.is_set() and not ended.is_set():
            self._free.wait(0.02)


class _Rows:
    def __init__(self, database, ids, failure):
        self._database, self._ids, self._failure = database, ids, failure
        self._ended = threading.Event()

    def batches(self):
        size = self._database.batch
        for start in range(0, len(self._ids), size):
            yield self._ids[start : start + size]
            self._database.stop_here(self._ended)
            if self._ended.is_set():
                raise QueryFailed("CANCELLED", "interrupted")
        if not self._ids:
            self._database.stop_here(self._ended)
        if self._failure is not None:
            raise self._failure

    def interrupt(self):
        self._ended.set()


class FakeConnections:
    """One connection, `fake`."""

    def __init__(self, database):
        self._database = database

    def runner(self, name):
        if name != "fake":
            raise UnknownConnection(name, ["fake"])
        return self._database
