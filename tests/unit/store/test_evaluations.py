"""Evaluations: one of a segment at a time, leases that run out, and what the log tells."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from turnout.store import (
    INTERRUPTED,
    LEASE,
    Act,
    EvaluationEnded,
    EvaluationOutcome,
    EvaluationRunning,
    EvaluationState,
    NotFound,
    Store,
)
from turnout.store.tables import evaluations

START = """
import sys, time
from turnout.store import Act, Store
store = Store.open(sys.argv[1])
with store.write(Act("ben", "Evaluate")) as tx:
    started = tx.evaluations.start("buyers", trigger="schedule")
print(started.number, flush=True)
time.sleep(60)
"""

SECOND = timedelta(seconds=1)


@pytest.fixture
def at(store, moment):
    """A transaction so long after the moment."""

    def at(later=timedelta(), actor="anna"):
        return store.write(Act(actor, "Evaluate", at=moment + later))

    return at


@pytest.fixture
def started(at):
    with at() as tx:
        for key in ("buyers", "others"):
            tx.items.create("segment", key, {"kind": "dynamic"}, "active")
        return tx.evaluations.start("buyers", trigger="hand")


def succeeded(**fields):
    return EvaluationOutcome(state=EvaluationState.SUCCEEDED, **fields)


def test_one_runs_until_it_is_finished(store, at, started, moment):
    assert (started.state, started.actor, started.trigger) == ("running", "anna", "hand")
    assert started.started_at == started.beat_at == moment
    outcome = succeeded(rows=12, count=10, added=4, removed=None, size=99, sha256="ab")
    with at(SECOND) as tx:
        assert tx.evaluations.running() == [started]
        finished = tx.evaluations.finish(started.number, outcome)
    with store.read() as tx:
        assert tx.evaluations.get(started.number) == finished
        assert tx.evaluations.running() == []
    assert {name: getattr(finished, name) for name in vars(outcome)} == vars(outcome)
    assert finished.ended_at == moment + SECOND


def test_a_second_one_of_the_segment_is_refused_and_one_of_another_is_not(at, started):
    with at(LEASE) as tx:
        with pytest.raises(EvaluationRunning, match=f"evaluations/{started.number}`") as refused:
            tx.evaluations.start("buyers", method="PopulateFromQuery")
        assert (refused.value.key, refused.value.number) == ("buyers", started.number)
        populated = tx.evaluations.start("others", method="PopulateFromQuery")
        assert (populated.method, started.method) == ("PopulateFromQuery", "EvaluateSegment")
        tx.evaluations.finish(started.number, succeeded())
        assert tx.evaluations.start("buyers", trigger="schedule").number > started.number


def test_of_many_that_start_at_once_one_wins(url, store, at, started):
    with at() as tx:
        tx.evaluations.finish(started.number, succeeded())
    other = Store.open(url)

    def start(turn):
        try:
            with (store, other)[turn % 2].write(Act(f"actor-{turn}", "Evaluate")) as tx:
                return tx.evaluations.start("buyers", trigger="hand")
        except EvaluationRunning as running:
            return running

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(start, range(8)))
    other.close()
    (winner,) = (one for one in found if not isinstance(one, EvaluationRunning))
    losers = [one for one in found if isinstance(one, EvaluationRunning)]
    assert [one.number for one in losers] == [winner.number] * 7


def test_the_database_itself_lets_two_of_a_segment_never_run(at, started):
    again = dict(vars(started)) | {"number": 99, "state": "running"}
    with pytest.raises(Exception, match=r"(?i)unique"), at() as tx:
        tx.audit._connection.execute(evaluations.insert(), [again])


def test_a_beat_keeps_the_lease_tells_the_rows_and_leaves_no_event(store, at, started):
    with at(LEASE) as tx:
        events = len(tx.audit.page())
        assert tx.evaluations.beat(started.number, 500)
        assert len(tx.audit.page()) == events
    with at(2 * LEASE) as tx:
        assert tx.evaluations.interrupt(tx.now - LEASE) == []
        assert tx.evaluations.get(started.number).rows == 500
        with pytest.raises(EvaluationRunning):
            tx.evaluations.start("buyers", trigger="hand")
    with store.read() as tx:
        assert tx.audit.verify().intact


def test_a_beat_outside_of_a_transaction_is_one_too(store, at, started):
    assert store.beat(started.number, 500)
    with at() as tx:
        assert tx.evaluations.get(started.number).rows == 500
        assert tx.evaluations.get(started.number).beat_at > started.beat_at
        tx.evaluations.cancel(started.number)
    assert not store.beat(started.number, 501)
    with at() as tx:
        tx.evaluations.finish(started.number, succeeded(rows=502))
    assert not store.beat(started.number, 503)
    with store.read() as tx:
        assert tx.evaluations.get(started.number).rows == 502
        assert tx.audit.verify().intact


def test_one_whose_lease_ran_out_is_ended_by_the_next(store, at, started):
    with at(LEASE + SECOND, "ben") as tx:
        following = tx.evaluations.start("buyers", trigger="schedule", dry_run=True)
        over = tx.evaluations.get(started.number)
        assert (over.state, over.failure_reason) == ("failed", INTERRUPTED)
        assert (over.actor, over.ended_at) == ("anna", tx.now)
        assert tx.evaluations.running() == [following]
    assert following.dry_run
    with at(LEASE + 2 * SECOND) as tx:
        assert not tx.evaluations.beat(started.number, 9)
        with pytest.raises(EvaluationEnded, match="INTERRUPTED"):
            tx.evaluations.finish(started.number, succeeded())
        assert tx.evaluations.get(started.number) == over
    with store.read() as tx:
        assert tx.audit.verify().intact


def test_whoever_looks_ends_those_that_are_silent(at, started):
    with at(LEASE) as tx:
        talking = tx.evaluations.start("others", trigger="hand")
    with at(LEASE + SECOND) as tx:
        (over,) = tx.evaluations.interrupt(tx.now - LEASE)
        assert (over.number, over.state) == (started.number, "failed")
        assert tx.evaluations.interrupt(tx.now - LEASE) == []
        assert tx.evaluations.running() == [talking]


def test_a_killed_process_leaves_one_that_the_next_ends_and_the_next_run_is_clean(
    url, store, at, started
):
    with at() as tx:
        tx.evaluations.finish(started.number, succeeded())
    child = subprocess.Popen([sys.executable, "-c", START, url], stdout=subprocess.PIPE, text=True)
    number = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=10)
    with store.write(Act("anna", "Evaluate")) as tx:
        with pytest.raises(EvaluationRunning):
            tx.evaluations.start("buyers", trigger="hand")
        now = tx.now
    with store.write(Act("anna", "Evaluate", at=now + LEASE + SECOND)) as tx:
        following = tx.evaluations.start("buyers", trigger="hand")
        assert tx.evaluations.get(number).failure_reason == INTERRUPTED
        assert tx.evaluations.beat(following.number)
        tx.evaluations.finish(following.number, succeeded(count=1))
    with store.read() as tx:
        assert tx.audit.verify().intact


def test_anybody_may_ask_one_to_stop_and_it_hears_at_its_next_beat(at, started):
    with at(SECOND, "ben") as tx:
        asked = tx.evaluations.cancel(started.number)
        assert (asked.cancel_requested, asked.state) == (True, "running")
        assert tx.evaluations.cancel(started.number) == asked
        assert len(tx.audit.page(resource=started.name)) == 2
    with at(2 * SECOND) as tx:
        assert not tx.evaluations.beat(started.number, 3)
        with pytest.raises(EvaluationRunning):
            tx.evaluations.start("buyers", trigger="hand")
        outcome = EvaluationOutcome(state=EvaluationState.CANCELLED, failure_reason="CANCELLED")
        ended = tx.evaluations.finish(started.number, outcome)
        assert tx.evaluations.cancel(started.number) == ended
        assert tx.evaluations.start("buyers", trigger="hand")


def test_they_come_in_pages_the_newest_first(at, started):
    with at() as tx:
        tx.evaluations.finish(started.number, succeeded())
        other = tx.evaluations.start("others", trigger="hand")
        again = tx.evaluations.start("buyers", trigger="hand")
        numbers = [one.number for one in tx.evaluations.page()]
        assert numbers == [again.number, other.number, started.number]
        assert [one.number for one in tx.evaluations.page(limit=1)] == numbers[:1]
        assert [one.number for one in tx.evaluations.page(before=again.number)] == numbers[1:]
        found = tx.evaluations.page("buyers", before=again.number)
        assert [one.number for one in found] == [started.number]


def test_the_log_tells_who_started_cancelled_and_ended_one(store, at, started):
    with at(SECOND, "ben") as tx:
        tx.evaluations.cancel(started.number)
    outcome = EvaluationOutcome(
        state=EvaluationState.FAILED,
        rows=4,
        failure_reason="SYNTAX",
        failure_message="near\0\ud800",
    )
    with at(2 * SECOND, "turnout") as tx:
        tx.evaluations.beat(started.number, 3)
        tx.evaluations.finish(started.number, outcome)
    with store.read() as tx:
        ended, cancelled, begun = tx.audit.page(resource=started.name)
        assert tx.audit.verify().intact
    assert [one.actor for one in (begun, cancelled, ended)] == ["anna", "ben", "turnout"]
    assert begun.before is None
    assert (begun.after["state"], begun.after["trigger"]) == ("running", "hand")
    assert (cancelled.after["state"], cancelled.after["cancel_requested"]) == ("running", True)
    assert ended.after["failure_message"] == "near ?"
    assert (ended.after["state"], ended.after["rows"]) == ("failed", 4)


@pytest.mark.usefixtures("started")
def test_what_is_not_there_is_not_found(at):
    with at() as tx:
        with pytest.raises(NotFound, match="there is no segment `nobody`"):
            tx.evaluations.start("nobody", trigger="hand")
        for ask in (tx.evaluations.get, tx.evaluations.cancel):
            with pytest.raises(NotFound, match="there is no evaluation `99`"):
                ask(99)
        assert not tx.evaluations.beat(99)
