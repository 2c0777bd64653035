"""What is to be done at a time, and parts of a transaction that are taken back."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from servers.waiting import wait_until
from turnout.store import Act, Invalid, NewScheduledChange, NotFound, ScheduleState


@pytest.fixture
def new(moment):
    def new(item="flags/f", *, minutes=0, **fields):
        given = {
            "item": item, "item_id": 7, "due_at": moment + timedelta(minutes=minutes),
            "action": {"verb": "Enable"}, "publish": True, "step": "", "comment": "",
            "key_prefixes": [], "tags": [],
        }  # fmt: skip
        return NewScheduledChange(**given | fields)

    return new


@pytest.fixture
def add(store, act, new):
    def add(*given, **fields):
        with store.write(act) as tx:
            return tx.schedules.add(new(*given, **fields))

    return add


def numbers(changes):
    return [one.number for one in changes]


def test_one_comes_back_as_it_was_scheduled(store, add):
    made = add(step="half", comment="for the sale", action={"b": 1, "a": [True]}, tags=["t"])
    with store.read() as tx:
        assert tx.schedules.get(made.number) == made
        assert list(tx.schedules.get(made.number).action) == ["b", "a"]
        (event,) = tx.audit.page(resource=made.name)
        with pytest.raises(NotFound, match="there is no scheduled change `99`"):
            tx.schedules.get(99)
    assert (made.name, made.creator, made.state) == ("scheduledChanges/1", "anna", "pending")
    assert (event.actor, event.before, event.after["step"]) == ("anna", None, "half")


def test_they_come_in_pages_by_time(store, act, add):
    late, soon, other, same = (
        add(item, minutes=at)
        for item, at in (("flags/f", 9), ("flags/f", 1), ("flags/g", 5), ("flags/f", 1))
    )
    with store.write(act) as tx:
        assert numbers(tx.schedules.page()) == numbers([soon, same, other, late])
        after = soon.due_at, soon.number
        assert numbers(tx.schedules.page(after=after, limit=2)) == numbers([same, other])
        assert numbers(tx.schedules.page(item="flags/g")) == numbers([other])
        assert tx.schedules.page(creator="ben") == []
        assert tx.schedules.next() == soon
        tx.schedules.cancel(soon)
        assert tx.schedules.next() == same
        assert numbers(tx.schedules.waiting_for("flags/f")) == numbers([same, late])
        assert tx.schedules.waiting_count() == 3
        assert len(tx.schedules.page(show_ended=True)) == 4


def test_it_goes_from_one_state_to_the_next(store, act, add):
    one, other, third = add(), add(publish=False), add()
    with store.write(act) as tx:
        applied = tx.schedules.apply(one)
        assert (applied.state, applied.applied_at, applied.ended_at) == ("applied", tx.now, None)
        assert tx.schedules.waiting_for(one.item) == [other, third]
        done = tx.schedules.finish(applied, 4)
        assert (done.state, done.revision, done.ended_at) == (ScheduleState.DONE, 4, tx.now)
        assert tx.schedules.apply(other).state == "done"
        approved = tx.schedules.approve(third)
        failed = tx.schedules.fail(approved, "WHY", "because")
        assert (failed.state, failed.approver, failed.applied_at) == ("failed", "anna", None)
    with store.read() as tx:
        assert tx.schedules.get(third.number) == failed
        assert tx.schedules.next() is None
        assert tx.schedules.newest_version() == failed.version
        assert tx.audit.verify().intact


def test_text_that_cannot_be_kept_is_refused(store, act, new):
    for fields in ({"step": "\0"}, {"comment": "\ud800"}):
        with pytest.raises(Invalid), store.write(act) as tx:
            tx.schedules.add(new(**fields))


def test_a_row_that_was_tampered_with_is_found(store, act, add):
    change = add()
    with store.write(act) as tx:
        tx.audit._connection.exec_driver_sql("UPDATE scheduled_changes SET creator = 'eve'")
        tx.audit._connection.exec_driver_sql("UPDATE scheduled_changes SET due_at = due_at + 1")
    with store.read() as tx:
        verdict = tx.audit.verify()
    assert not verdict.intact
    assert change.name in verdict.message


def test_a_part_that_fails_is_taken_back_and_the_rest_stays(store, act, new):
    with store.write(act) as tx:
        before = tx.items.create("flag", "before", {})
        with suppress(LookupError), tx.part():
            tx.items.change(before, body={"description": "x"})
            with tx.part():
                tx.items.create("flag", "inside", {})
            raise LookupError
        assert tx.items.find("flag", "inside") is None
        assert tx.items.get("flag", "before") == before
        with tx.part():
            tx.items.create("flag", "kept", {})
        after = tx.schedules.add(new())
    assert after.number == 3
    with store.read() as tx:
        assert [item.key for item in tx.items.all()] == ["before", "kept"]
        assert tx.audit.verify().intact


def test_those_who_wait_hear_of_what_is_scheduled(store, add):
    heard = []
    watch = store.watch_schedules()
    thread = threading.Thread(target=lambda: heard.extend(watch.revisions()))
    thread.start()
    wait_until(lambda: heard == [0], "it looks at once")
    change = add()
    wait_until(lambda: heard == [0, change.number], "it hears")
    with store.write(Act("ben", "Cancel")) as tx:
        tx.schedules.cancel(change)
    wait_until(lambda: len(heard) == 3, "it hears of the end")
    watch.close()
    thread.join()
