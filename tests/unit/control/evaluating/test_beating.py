"""Runs that nobody hears of any more are ended: at once where they ran, by others after a while."""

from datetime import UTC, datetime, timedelta

import pytest

from servers.waiting import wait_until
from turnout.control.evaluating import beating
from turnout.control.evaluating.beating import Beating
from turnout.control.evaluating.folders import Folders
from turnout.control.evaluating.run import Run
from turnout.store import Act, Store, Unavailable


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path}/store.db")
    with opened.write(Act("anna", "Make")) as tx:
        tx.items.create("segment", "s", {"kind": "dynamic"}, "active")
    yield opened
    opened.close()


@pytest.fixture
def beat(store, monkeypatch):
    """Beats for runs in a thread of its own until the end of the test."""
    monkeypatch.setattr(beating, "BEAT_S", 0.05)
    monkeypatch.setattr(beating, "_LOOK_S", 0.05)
    begun = []

    def begin(runs=(), left=()):
        begun.append(Beating(store, lambda: list(runs), left))
        begun[-1].start()

    yield begin
    for one in begun:
        one.stop()


def start(store, at=None):
    with store.write(Act("anna", "EvaluateSegment", at=at)) as tx:
        return tx.evaluations.start("s")


def now(store, evaluation):
    with store.read() as tx:
        return tx.evaluations.get(evaluation.number)


def test_runs_of_this_process_give_signs_of_life(store, beat):
    evaluation = start(store)
    run = Run(evaluation)
    run.rows = 7
    beat([run])
    wait_until(lambda: now(store, evaluation).beat_at > evaluation.beat_at, "it beats")
    assert now(store, evaluation).rows == 7
    assert run.progress(8)


def test_one_that_was_cancelled_elsewhere_is_stopped(store, beat):
    evaluation = start(store)
    run = Run(evaluation)
    beat([run])
    with store.write(Act("ben", "CancelOperation")) as tx:
        tx.evaluations.cancel(evaluation.number)
    wait_until(lambda: not run.progress(0), "it is told")


def test_what_a_killed_process_left_is_ended_at_once(store, beat, tmp_path):
    evaluation = start(store)
    folders = Folders(tmp_path / "runs")
    with folders.of(evaluation) as folder:
        (folder / "fresh.set").write_bytes(b"half")
        kept = folder.rename(tmp_path / "kept")
    kept.rename(folder)
    beat(left=folders.left())
    wait_until(lambda: now(store, evaluation).ended_at is not None, "it is ended")
    assert now(store, evaluation).failure_reason == "INTERRUPTED"
    wait_until(lambda: folders.left() == [], "its files are gone")


def test_what_is_left_of_another_store_ends_nothing_of_this_one(store, beat, tmp_path):
    evaluation = start(store)
    folder = tmp_path / "runs" / f"{evaluation.number}-17.000000"
    folder.mkdir(parents=True)
    for name in ("999999-1.000000", "nonsense"):
        (folder.parent / name).mkdir()
    beat(left=Folders(folder.parent).left())
    wait_until(lambda: list(folder.parent.iterdir()) == [], "the folders are gone")
    assert now(store, evaluation).ended_at is None


def test_one_of_a_process_that_is_not_heard_of_ends_when_its_lease_is_over(store, beat):
    evaluation = start(store, datetime.now(UTC) - timedelta(seconds=31))
    beat()
    wait_until(lambda: now(store, evaluation).ended_at is not None, "it is ended")
    assert now(store, evaluation).failure_reason == "INTERRUPTED"


def test_a_bug_ends_nothing(store, beat, caplog):
    evaluation = start(store)

    class Broken:
        number = evaluation.number
        tries = 0

        @property
        def rows(self):
            Broken.tries += 1
            if Broken.tries == 1:
                raise RuntimeError("no")
            return 3

    beat([Broken()])
    wait_until(lambda: now(store, evaluation).rows == 3, "it is tried again")
    assert "this is a bug of turnout" in caplog.text


@pytest.mark.parametrize("failure", [RuntimeError("no"), Unavailable("gone")])
def test_one_that_fails_takes_nothing_from_the_others(store, beat, failure):
    class Broken:
        number = 1

        @property
        def rows(self):
            raise failure

    silent = start(store, datetime.now(UTC) - timedelta(seconds=31))
    with store.write(Act("anna", "Make")) as tx:
        tx.items.create("segment", "t", {"kind": "dynamic"}, "active")
        evaluation = tx.evaluations.start("t")
    run = Run(evaluation)
    run.rows = 7
    beat([Broken(), run])
    wait_until(lambda: now(store, evaluation).rows == 7, "the other one beats")
    wait_until(lambda: now(store, silent).ended_at is not None, "the silent one is ended")
