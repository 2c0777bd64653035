"""Evaluations at their times: no overlap, no catch-up, once among several control planes."""

from datetime import UTC, datetime, timedelta

import pytest
from evaluating import begin, history, make_dynamic, make_query, users, wait
from making import move

from servers.queried import FakeConnections
from servers.waiting import wait_until
from turnout.control.evaluating.timed import TimedEvaluations
from turnout.control.scheduling.timekeeper import Timekeeper
from turnout.control.v1 import segment_pb2, workspace_pb2
from turnout.store import NotFound

START = datetime(2030, 1, 1, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class Shifted:
    """The real clock, ahead."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


def keep_time(monkeypatch, clock):
    """Makes the log of the store go by a clock."""

    class Kept(datetime):
        @classmethod
        def now(cls, tz=None):
            assert tz is UTC
            return clock()

    for module in ("audit", "store"):
        monkeypatch.setattr(f"turnout.store.{module}.datetime", Kept)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def timed(plane, clock, monkeypatch):
    """What is timed on the plane, in this thread, by the clock of the store too."""
    keep_time(monkeypatch, clock)
    return TimedEvaluations(plane.evaluator, clock)


@pytest.fixture
def segment(plane, database):
    make_query(plane)
    database.ids = users(3)
    return make_dynamic(plane, schedule="*/5 * * * *")


def update(plane, **fields):
    given = segment_pb2.Segment(name="segments/s", **fields)
    return plane.segments.UpdateSegment(segment_pb2.UpdateSegmentRequest(segment=given))


def is_alive(plane, moment):
    with plane.store.read() as tx:
        return all(one.beat_at >= moment for one in tx.evaluations.running())


def ended(plane, count):
    wait_until(
        lambda: len([one for one in history(plane) if one.HasField("end_time")]) == count,
        f"{count} evaluations have ended",
    )


def at(hour, minute):
    return datetime(2030, 1, 1, hour, minute, tzinfo=UTC)


@pytest.mark.usefixtures("segment")
def test_times_begin_after_it_began(timed):
    assert timed.due_at() == at(12, 5)


@pytest.mark.usefixtures("segment")
def test_it_is_evaluated_when_it_is_due_and_then_next_time(timed, clock, plane):
    assert timed.due_at() == at(12, 5)
    timed.do()
    assert history(plane) == []
    clock.now = at(12, 5)
    timed.do()
    ended(plane, 1)
    (found,) = history(plane)
    assert (found.scheduled, found.actor, found.member_count) == (True, "turnout", 3)
    assert timed.due_at() == at(12, 10)


@pytest.mark.usefixtures("segment")
def test_what_was_missed_is_not_caught_up_with(timed, clock, plane, caplog):
    timed.due_at()
    clock.now = at(14, 1)
    timed.do()
    assert history(plane) == []
    assert "a scheduled evaluation is skipped: its time is over" in caplog.text
    assert timed.due_at() == at(14, 5)


@pytest.mark.parametrize("verb", ["PauseSegment", "ArchiveSegment"])
def test_one_that_is_not_active_is_left_out_and_comes_back(timed, plane, segment, verb):
    move(plane.segments, verb, segment.name)
    assert timed.due_at() is None
    if verb == "ArchiveSegment":
        move(plane.segments, "RestoreSegment", segment.name)
    assert timed.due_at() is None
    move(plane.segments, "ActivateSegment", segment.name)
    assert timed.due_at() == at(12, 5)


def test_a_draft_and_one_without_a_schedule_have_no_times(timed, plane):
    make_query(plane)
    make_dynamic(plane, "a", schedule="* * * * *", status="SEGMENT_STATUS_DRAFT")
    make_dynamic(plane, "b")
    assert timed.due_at() is None


@pytest.mark.usefixtures("segment")
def test_changes_are_heard(timed, clock, plane):
    assert timed.due_at() == at(12, 5)
    update(plane, schedule="0 * * * *")
    assert timed.due_at() == at(13, 0)
    update(plane, schedule="FREQ=HOURLY;BYMINUTE=30", zone="Asia/Kolkata")
    assert timed.due_at() == at(13, 0)
    clock.now = at(13, 1)
    update(plane, description="which changes no time")
    assert timed.due_at() == at(13, 0)


@pytest.mark.usefixtures("segment")
def test_the_zone_is_that_of_the_workspace_unless_it_says_one(timed, plane):
    update(plane, schedule="0 3 * * *")
    assert timed.due_at() == at(3, 0) + timedelta(days=1)
    make_dynamic(plane, "utc", schedule="30 2 * * *", zone="UTC")
    changed = workspace_pb2.Workspace(timezone="Asia/Tokyo")
    request = workspace_pb2.UpdateWorkspaceRequest(
        workspace=changed, update_mask={"paths": ["timezone"]}
    )
    plane.workspace.UpdateWorkspace(request)
    assert timed.due_at() == at(18, 0)


@pytest.mark.usefixtures("segment")
def test_jitter_is_the_same_each_time(timed, clock, plane):
    update(plane, jitter="4 minutes")
    first = timed.due_at()
    assert at(12, 5) <= first < at(12, 9) or first < at(12, 4)
    clock.now = first
    timed.do()
    ended(plane, 1)
    assert timed.due_at() == first + 5 * MINUTE


def test_a_removed_one_is_forgotten(timed, plane, segment):
    assert timed.due_at()
    move(plane.segments, "ArchiveSegment", segment.name)
    plane.segments.DeleteSegment(segment_pb2.DeleteSegmentRequest(name=segment.name))
    assert timed.due_at() is None


@pytest.mark.usefixtures("segment")
def test_one_that_runs_is_not_overlapped(timed, clock, plane, database, caplog):
    timed.due_at()
    database.hold()
    operation = begin(plane)
    database.wait_until_held()
    clock.now = at(12, 5)
    wait_until(lambda: is_alive(plane, at(12, 5)), "it gives a sign of life")
    timed.do()
    assert "skipped: `operations/" in caplog.text
    assert timed.due_at() == at(12, 10)
    database.go_on()
    wait(plane, operation)
    assert len(history(plane)) == 1


@pytest.mark.usefixtures("segment")
def test_a_dry_run_at_that_time_takes_the_place_of_nothing(timed, clock, plane):
    timed.due_at()
    clock.now = at(12, 5)
    for count in (1, 2):
        wait(plane, begin(plane, dry_run=True))
        assert len(history(plane)) == count
    timed.do()
    ended(plane, 3)
    assert [(one.scheduled, one.dry_run) for one in history(plane)] == [
        (True, False), (False, True), (False, True),
    ]  # fmt: skip


@pytest.mark.usefixtures("segment")
def test_one_by_hand_at_that_time_is_enough_and_told(timed, clock, plane, caplog):
    timed.due_at()
    clock.now = at(12, 5)
    operation = begin(plane)
    wait(plane, operation)
    timed.do()
    assert len(history(plane)) == 1
    assert f"skipped: `{operation.name}` began at that time" in caplog.text


def test_one_that_is_paused_while_it_runs_keeps_its_members(timed, clock, plane, database, segment):
    timed.due_at()
    database.hold()
    clock.now = at(12, 5)
    timed.do()
    database.wait_until_held()
    move(plane.segments, "PauseSegment", segment.name)
    database.go_on()
    ended(plane, 1)
    assert history(plane)[0].failure_reason == "STALE"


@pytest.mark.usefixtures("plane", "segment")
def test_a_query_that_is_gone_is_told_and_tried_next_time(timed, clock, caplog, monkeypatch):
    timed.due_at()
    clock.now = at(12, 5)
    monkeypatch.setattr("turnout.control.evaluating.timed.start_evaluation", _nothing_there)
    timed.do()
    assert "skipped: there is no query `q`" in caplog.text
    assert timed.due_at() == at(12, 10)


def _nothing_there(*_, **__):
    raise NotFound("query", "q")


def test_two_control_planes_evaluate_once(start, url, database, tmp_path, monkeypatch):
    connections = FakeConnections(database)
    planes = [
        start(url, connections=connections, runs=tmp_path / name) for name in ("one", "other")
    ]
    make_query(planes[0])
    database.ids = users(3)
    make_dynamic(planes[0], schedule="* * * * *")
    clock = Shifted()
    keep_time(monkeypatch, clock)
    timed = [TimedEvaluations(one.evaluator, clock) for one in planes]
    due = {one.due_at() for one in timed}
    assert len(due) == 1
    clock.ahead = due.pop() - datetime.now(UTC)
    keepers = [
        Timekeeper(plane.store, plane.released, plane.identities, also=[work], now=clock)
        for plane, work in zip(planes, timed, strict=True)
    ]
    for keeper in keepers:
        keeper.start()
    ended(planes[0], 1)
    wait_until(lambda: all(work.due_at() > clock() for work in timed), "both know that it is done")
    for keeper in keepers:
        keeper.stop()
    assert len(history(planes[1])) == 1
