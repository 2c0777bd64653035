"""`turnout.releases.rounds`."""

import threading
import time

from turnout.releases.rounds import Rounds


def test_the_first_begins_at_once_and_the_next_when_it_is_time():
    rounds = Rounds()
    began = time.monotonic()
    assert rounds.wait(60)
    assert rounds.wait(0.05)
    assert 0.05 <= time.monotonic() - began < 10


def test_what_is_asked_during_a_round_is_not_lost():
    rounds = Rounds()
    assert rounds.wait()
    rounds.ask()
    assert rounds.wait(60)


def test_an_end_during_a_round_is_not_lost():
    rounds = Rounds()
    assert rounds.wait()
    rounds.ask()
    rounds.end()
    assert rounds.are_over
    assert not rounds.wait(60)
    assert not rounds.wait(60)


def test_who_waits_is_woken():
    rounds = Rounds()
    assert rounds.wait()
    threading.Timer(0.05, rounds.ask).start()
    assert rounds.wait(60)
    threading.Timer(0.05, rounds.end).start()
    assert not rounds.wait(60)
