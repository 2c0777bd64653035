"""What the log says of runs is what became of them, also where nobody was told of a commit."""

from contextlib import contextmanager

import pytest

from servers.waiting import wait_until
from turnout.control.evaluating import means as means_of
from turnout.control.evaluating.evaluator import Evaluator
from turnout.control.evaluating.means import Means, persistently
from turnout.control.evaluating.run import NotTaken
from turnout.store import Act, EvaluationOutcome, EvaluationState, Store, Unavailable

ACT = Act("anna", "EvaluateSegment")


class Silent:
    """A store whose connection breaks with the next commit, which is there."""

    def __init__(self, store):
        self._store = store
        self.breaks = False

    def __getattr__(self, name):
        return getattr(self._store, name)

    @contextmanager
    def write(self, act):
        with self._store.write(act) as tx:
            yield tx
        if self.breaks:
            self.breaks = False
            raise Unavailable("gone", outcome_unknown=True)


class Work:
    """Succeeds, or comes to nothing; before it says so it does what a test says."""

    def __init__(self, store, before=lambda _: None, failure=None, tries_again=True):
        self._store, self._before, self._failure = store, before, failure
        self._tries_again = tries_again

    def do(self, run, folder):  # noqa: ARG002 - as of all
        self._before(run)
        if self._failure:
            raise self._failure
        (persistently if self._tries_again else _once)(lambda: self._finish(run))

    def _finish(self, run):
        with self._store.write(ACT) as tx:
            outcome = EvaluationOutcome(state=EvaluationState.SUCCEEDED, count=3)
            tx.evaluations.finish(run.number, outcome)


def _once(write):
    write()


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(means_of, "_RETRY_S", 0)
    opened = Store.open(f"sqlite:///{tmp_path}/store.db")
    with opened.write(Act("anna", "Make")) as tx:
        tx.items.create("segment", "s", {"kind": "dynamic"}, "active")
    yield Silent(opened)
    opened.close()


@pytest.fixture
def carry_out(store, tmp_path, caplog):
    """Carries work out, and gives its state and what the log says."""
    caplog.set_level("INFO", "turnout.control")

    def carry_out(work):
        with store.write(ACT) as tx:
            evaluation = tx.evaluations.start("s")
        with Evaluator(Means(store, None, None), tmp_path / "runs") as evaluator:
            evaluator.begin(evaluation, work, ACT)
            wait_until(lambda: not evaluator._under_way(), "it is over")
        with store.read() as tx:
            return tx.evaluations.get(evaluation.number).state, caplog.text

    return carry_out


def breaking(store):
    def before(_):
        store.breaks = True

    return before


@pytest.mark.parametrize("tries_again", [True, False])
def test_one_whose_commit_nobody_was_told_of_is_done(store, carry_out, tries_again):
    state, log = carry_out(Work(store, breaking(store), tries_again=tries_again))
    assert state is EvaluationState.SUCCEEDED
    assert "a run is done: the store has what it wrote last" in log
    assert "the members stay" not in log


def test_one_that_comes_to_nothing_says_so(store, carry_out):
    state, log = carry_out(Work(store, failure=NotTaken("STALE", "it was changed")))
    assert state is EvaluationState.FAILED
    assert log.count("the members stay: it was changed") == 1


def test_one_that_comes_to_nothing_and_is_not_told_that_it_is_written_says_so(store, carry_out):
    failure = NotTaken("STALE", "it was changed")
    state, log = carry_out(Work(store, breaking(store), failure))
    assert state is EvaluationState.FAILED
    assert log.count("the members stay: it was changed") == 1


def test_one_that_others_ended_changes_nothing(store, carry_out):
    def end(run):
        with store.write(ACT) as tx:
            outcome = EvaluationOutcome(
                state=EvaluationState.FAILED, failure_message="its lease ran out"
            )
            tx.evaluations.finish(run.number, outcome)

    state, log = carry_out(Work(store, end))
    assert state is EvaluationState.FAILED
    assert "the members stay: its lease ran out" in log
