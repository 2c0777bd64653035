"""Time is kept: nothing is missed, and nothing done twice, by two control planes neither."""

import time
from datetime import timedelta

import pytest
from making import make_experiment, make_flag, move
from scheduling import HOUR, events, experiment, revisions, schedule, state, verb

from servers.waiting import wait_until
from turnout.control.scheduling.due import Due
from turnout.control.scheduling.timekeeper import Timekeeper
from turnout.control.v1 import audit_pb2
from turnout.store import Unavailable


def test_it_wakes_when_anything_is_scheduled_and_when_it_is_due(plane, clock):
    make_flag(plane)
    with Timekeeper(plane.store, plane.released, plane.identities, now=clock) as keeper:
        change = schedule(plane, "flags/f", timedelta(seconds=1) / HOUR, move=verb("ENABLE"))
        wait_until(lambda: state(plane, change) == "DONE", "it is done")
        later = schedule(plane, "flags/f", 5, move=verb("DISABLE"))
        clock.ahead = 6 * HOUR
        keeper.look()
        wait_until(lambda: state(plane, later) == "DONE", "the clock went on")


def test_what_was_missed_is_done_at_the_start(plane, clock):
    make_flag(plane)
    change = schedule(plane, "flags/f", move=verb("ENABLE"))
    clock.ahead = 2 * HOUR
    with Timekeeper(plane.store, plane.released, plane.identities, now=clock):
        wait_until(lambda: state(plane, change) == "DONE", "it is done")


def test_it_sleeps_until_something_is_due(plane, clock):
    make_flag(plane)
    schedule(plane, "flags/f", move=verb("ENABLE"))
    looks = []
    keeper = Timekeeper(plane.store, plane.released, plane.identities, now=clock)
    find = keeper._due.next
    keeper._due.next = lambda: looks.append(1) or find()
    with keeper:
        wait_until(lambda: looks, "it looks")
        time.sleep(1.5)
    assert len(looks) <= 3


def test_a_store_that_is_gone_ends_nothing(plane, clock, caplog):
    make_flag(plane)
    change = schedule(plane, "flags/f", move=verb("ENABLE"))
    clock.ahead = 2 * HOUR
    keeper = Timekeeper(plane.store, plane.released, plane.identities, now=clock)
    carry_out, tries = keeper._due.carry_out, []

    def once_gone(found):
        tries.append(found)
        if len(tries) == 1:
            raise Unavailable("gone")
        carry_out(found)

    keeper._due.carry_out = once_gone
    with keeper:
        wait_until(lambda: state(plane, change) == "DONE", "it is done after all")
    assert "what is scheduled waits, trying again: gone" in caplog.text


def test_what_was_changed_and_not_published_is_published_later(plane, due, monkeypatch):
    make_flag(plane)
    change = schedule(plane, "flags/f", move=verb("ENABLE"))

    def killed(*_):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(plane.released, "prepare", killed)
        with pytest.raises(SystemExit):
            due(1)
    assert (state(plane, change), revisions(plane)) == ("APPLIED", [])
    due(1)
    assert (state(plane, change), revisions(plane)) == ("DONE", [1])
    told = events(plane, 'method = CarryOutScheduledChange AND resource = "flags/f"')
    assert len(told) == 1


def test_two_control_planes_do_each_exactly_once(start, postgres, clock):
    url = postgres.new_database()
    planes = [start(url), start(url)]
    make_experiment(planes[0])
    move(planes[0].experiments, "StartExperiment", "experiments/e")
    keepers = [Timekeeper(one.store, one.released, one.identities, now=clock) for one in planes]
    for keeper in keepers:
        keeper.start()
    # Each of these shows how often it was done.
    changes = [
        schedule(planes[at % 2], "experiments/e", 1 + at / 10, move=verb("BUMP_EPOCH"))
        for at in range(8)
    ]
    clock.ahead = 3 * HOUR
    for keeper in keepers:
        keeper.look()
    wait_until(
        lambda: all(state(planes[0], one) == "DONE" for one in changes), "all of them are done"
    )
    for keeper in keepers:
        keeper.stop()
    assert experiment(planes[1]).epoch == 9
    assert len(revisions(planes[0])) == 8
    carried = events(planes[0], 'method = CarryOutScheduledChange AND resource = "experiments/e"')
    assert [one.after["epoch"] for one in carried] == [9, 8, 7, 6, 5, 4, 3, 2]
    verdict = planes[1].audit.VerifyAuditEvents(audit_pb2.VerifyAuditEventsRequest())
    assert verdict.intact


def test_two_that_both_believe_to_lead_do_it_once(start, postgres, clock):
    url = postgres.new_database()
    planes = [start(url), start(url)]
    make_experiment(planes[0])
    change = schedule(planes[0], "experiments/e", move=verb("BUMP_EPOCH"))
    clock.ahead = 2 * HOUR
    works = [Due(one.store, one.released, one.identities, clock) for one in planes]
    seen = [work.next() for work in works]
    for work, found in zip(works, seen, strict=True):
        work.carry_out(found)
    assert experiment(planes[0]).epoch == 2
    assert (state(planes[1], change), revisions(planes[1])) == ("DONE", [1])
