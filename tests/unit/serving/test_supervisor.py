"""The supervisor, with small real processes in the worker's place."""

import os
import select
import signal
import sys
import time
from pathlib import Path

import pytest

from turnout.serving.supervisor import CANNOT_START, Supervisor


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def read_once(supervisor: Supervisor) -> list[dict]:
    fd = supervisor.fileno()
    assert fd is not None
    readable, _, _ = select.select([fd], [], [], 10)
    assert readable
    return supervisor.events()


def wait_for_events(supervisor: Supervisor) -> list[dict]:
    events = []
    while not events:
        events = read_once(supervisor)
    return events


def wait_for_end(supervisor: Supervisor) -> None:
    while supervisor.fileno() is not None:
        read_once(supervisor)


SAYS_AND_WAITS = (
    'import sys; print(\'{"event": "confirmed"}\', flush=True);'
    '[print(\'{"event": "asked"}\', flush=True) for line in sys.stdin]'
)


@pytest.fixture
def start():
    started = []

    def start(code, clock=time.monotonic):
        supervisor = Supervisor(python(code), clock=clock)
        supervisor.start_if_due()
        started.append(supervisor)
        return supervisor

    yield start
    for supervisor in started:
        supervisor.stop(5)


def test_events_are_read_line_by_line(start):
    supervisor = start(SAYS_AND_WAITS)
    assert wait_for_events(supervisor) == [{"event": "confirmed"}]


def test_a_line_in_two_pieces_is_one_event(start):
    supervisor = start(
        "import sys, time; sys.stdout.write('{\"event\":'); sys.stdout.flush(); time.sleep(0.2);"
        "sys.stdout.write('\"x\"}\\n'); sys.stdout.flush(); sys.stdin.read()"
    )
    assert read_once(supervisor) == []
    assert wait_for_events(supervisor) == [{"event": "x"}]


def test_a_line_that_is_no_event_is_passed_over(start):
    supervisor = start("import sys; print('nonsense\\n[1]\\n{}', flush=True); sys.stdin.read()")
    assert wait_for_events(supervisor) == [{}]


def test_asking_reaches_the_worker(start):
    supervisor = start(SAYS_AND_WAITS)
    wait_for_events(supervisor)
    supervisor.ask_to_read()
    assert wait_for_events(supervisor) == [{"event": "asked"}]


def test_asking_without_a_worker_does_nothing():
    Supervisor(python("")).ask_to_read()


def test_a_killed_worker_is_started_again_after_a_pause(start):
    clock = Clock()
    supervisor = start(SAYS_AND_WAITS, clock)
    first = supervisor.pid
    wait_for_events(supervisor)
    os.kill(first, signal.SIGKILL)
    wait_for_end(supervisor)
    supervisor.start_if_due()
    assert supervisor.pid is None
    clock.now += 0.11
    supervisor.start_if_due()
    assert supervisor.pid not in (None, first)
    assert wait_for_events(supervisor) == [{"event": "confirmed"}]


def test_a_first_worker_that_cannot_start_is_not_started_again(start):
    clock = Clock()
    supervisor = start(f"raise SystemExit({CANNOT_START})", clock)
    wait_for_end(supervisor)
    assert supervisor.is_hopeless
    clock.now += 60
    supervisor.start_if_due()
    assert supervisor.pid is None


def test_a_later_worker_that_cannot_start_is_tried_again(start, tmp_path):
    clock = Clock()
    code = "raise SystemExit({CANNOT_START} if p.exists() else p.touch())"
    code = f"import pathlib; p = pathlib.Path({str(tmp_path / 'ran')!r}); {code}"
    supervisor = start(code.replace("{CANNOT_START}", str(CANNOT_START)), clock)
    for _ in range(2):
        wait_for_end(supervisor)
        assert not supervisor.is_hopeless
        clock.now += 60
        supervisor.start_if_due()
        assert supervisor.pid is not None


def test_pauses_grow_to_a_limit_and_are_short_again_after_a_good_run(start):
    clock = Clock()
    supervisor = start("", clock)

    def pause() -> float:
        wait_for_end(supervisor)
        ended = clock.now
        while supervisor.pid is None:
            clock.now += 0.05
            supervisor.start_if_due()
        return clock.now - ended

    pauses = [pause() for _ in range(9)]
    assert pauses[0] == pytest.approx(0.1, abs=0.06)
    assert pauses[3] == pytest.approx(0.8, abs=0.06)
    assert pauses[8] == pytest.approx(10, abs=0.06)
    clock.now += 31
    assert pause() == pytest.approx(0.1, abs=0.06)
    assert supervisor.restarts == 10


def test_a_program_that_is_not_there_is_tried_again_later():
    clock = Clock()
    supervisor = Supervisor(["/nowhere/turnout-worker"], clock=clock)
    supervisor.start_if_due()
    assert supervisor.pid is None
    assert supervisor.restarts == 1


def test_stop_ends_a_worker_that_heeds_its_input_and_kills_one_that_does_not(start):
    heeds = start("import sys; sys.stdin.read()")
    ignores = start("import time; time.sleep(60)")
    pids = [heeds.pid, ignores.pid]
    began = time.monotonic()
    heeds.stop(5)
    ignores.stop(0.2)
    assert time.monotonic() - began < 5
    for pid in pids:
        assert not Path(f"/proc/{pid}").exists()
