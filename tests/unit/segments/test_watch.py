"""Work on a thread of its own, by a database that is made up."""

import threading
import time
from contextlib import closing, contextmanager

import pytest

from turnout.segments import watch
from turnout.segments.failures import QueryFailed, Reason
from turnout.segments.query import Statement


class MadeUp:
    """A runner of batches; `steps` are batches, seconds to wait, or an error."""

    def __init__(self, *steps, deaf=False):
        self._steps = steps
        self._deaf = deaf
        self._told = threading.Event()
        self.interrupts = 0
        self.closed = threading.Event()

    @contextmanager
    def open(self, _):
        try:
            yield self
        finally:
            self.closed.set()

    def batches(self):
        for step in self._steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, list):
                yield step
            elif self._told.wait(step):
                raise QueryFailed(Reason.FAILED, "interrupted")

    def interrupt(self):
        self.interrupts += 1
        if not self._deaf:
            self._told.set()


def taken(runner, timeout_s=5.0, progress=lambda _: True, pause_s=0.0):
    statement = Statement("SELECT 1", timeout_s=timeout_s)
    found = []
    with closing(watch.batches(runner, statement, progress)) as batches:
        for batch in batches:
            time.sleep(pause_s)
            found.append(batch)
    return found


def test_batches_come_in_order_and_the_connection_is_closed():
    runner = MadeUp(["a"], 0.2, ["b", None])
    assert taken(runner) == [["a"], ["b", None]]
    assert runner.closed.is_set()
    assert runner.interrupts == 0


def test_an_error_comes_behind_what_came_before_it():
    runner = MadeUp(["a"], QueryFailed(Reason.FAILED, "so it is"))
    found = []
    with (
        pytest.raises(QueryFailed, match="so it is"),
        closing(watch.batches(runner, Statement("SELECT 1"), lambda _: True)) as batches,
    ):
        found.extend(batches)
    assert found == [["a"]]


def test_whoever_takes_rows_slowly_is_not_the_query():
    runner = MadeUp(*[["a"]] * 5)
    assert len(taken(runner, timeout_s=0.2, pause_s=0.1)) == 5


def test_a_query_that_waits_is_interrupted_and_told_by_why_it_was():
    for more, reason in (
        ({"timeout_s": 0.2}, "TIMEOUT"),
        ({"progress": lambda _: False}, "CANCEL"),
    ):
        runner = MadeUp(60.0)
        with pytest.raises(QueryFailed) as caught:
            taken(runner, **more)
        assert caught.value.reason.startswith(reason)
        assert runner.closed.wait(1)


def test_a_database_that_does_not_hear_is_left_to_itself(monkeypatch):
    monkeypatch.setattr(watch, "_PATIENCE_S", 0.3)
    runner = MadeUp(1.5, deaf=True)
    began = time.monotonic()
    with pytest.raises(QueryFailed, match="took longer than"):
        taken(runner, timeout_s=0.1)
    assert time.monotonic() - began < 1.2
    assert runner.interrupts > 1
    assert not runner.closed.is_set()
    assert runner.closed.wait(5)


def test_a_query_waits_for_whoever_takes_its_rows():
    given = []

    class Counted(MadeUp):
        def batches(self):
            for batch in super().batches():
                given.append(batch)
                yield batch

    with closing(
        watch.batches(Counted(*[["a"]] * 100), Statement("SELECT 1"), lambda _: True)
    ) as batches:
        next(batches)
        time.sleep(0.3)
        assert len(given) < 20
    assert len(given) < 20
