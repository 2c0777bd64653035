"""Which member set is the newest of a segment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from turnout.store import Act, NotFound


@pytest.fixture
def segment(store, moment):
    with store.write(Act("anna", "CreateSegment", at=moment)) as tx:
        return tx.items.create("segment", "buyers", {"kind": "dynamic"}, "active")


@pytest.mark.usefixtures("segment")
def test_the_newest_is_given_as_it_was_written(store, evaluated):
    with store.read() as tx:
        assert tx.memberships.of("buyers") is None
        assert tx.memberships.of("nobody") is None
        assert tx.memberships.all() == {}
    first = evaluated("buyers", b"first")
    second = evaluated("buyers", b"second", count=4)
    assert first != second
    with store.read() as tx:
        assert tx.memberships.of("buyers") == second
        assert tx.memberships.all() == {"buyers": second}


def test_the_count_of_the_segment_is_that_of_the_set_and_its_version_stays(
    store, act, segment, evaluated
):
    evaluated("buyers", count=4)
    with store.write(act) as tx:
        found = tx.items.get("segment", "buyers")
        assert found == replace(segment, member_count=4)
        assert tx.items.page("segment") == [found]
        paused = tx.items.change(found, status="paused")
        assert paused.member_count == 4
    evaluated("buyers", b"later", count=5)
    with store.read() as tx:
        assert tx.items.get("segment", "buyers") == replace(paused, member_count=5)
        assert tx.audit.verify().intact


def test_a_set_that_was_made_of_members_by_hand_does_not_count_them(store, act, evaluated):
    with store.write(act) as tx:
        tx.items.create("segment", "vips", {"kind": "static"}, "active")
        tx.members.add("vips", ["u-1", "u-2"])
    evaluated("vips", count=1, by_hand=True)
    with store.read() as tx:
        assert tx.items.get("segment", "vips").member_count == 2
        assert tx.memberships.of("vips").evaluated_at is None


@pytest.mark.usefixtures("segment")
def test_the_log_tells_of_each_and_not_the_key_of_the_hashes(store, evaluated, moment):
    first = evaluated("buyers", b"first")
    evaluated("buyers", b"first")  # the same again
    second = evaluated("buyers", b"second", at=moment + timedelta(minutes=1))
    with store.read() as tx:
        later, former = tx.audit.page(resource="segments/buyers/members")
        assert len(tx.audit.page()) == 3
        assert tx.audit.verify().intact
    assert former.before is None
    assert (former.after["sha256"], former.after["count"]) == (first.sha256, 3)
    assert later.before == former.after
    assert later.after["sha256"] == second.sha256
    assert later.after["evaluation"] == 7
    assert first.hash_key.hex() not in str(later)


@pytest.mark.usefixtures("segment")
def test_it_is_replaced_only_by_what_is_there_and_of_a_segment(store, act, evaluated):
    made = evaluated("buyers")
    with store.write(act) as tx:
        with pytest.raises(NotFound, match="there is no segment `nobody`"):
            tx.memberships.replace("nobody", made)
        with pytest.raises(NotFound, match="there is no artifact"):
            tx.memberships.replace("buyers", replace(made, sha256="a" * 64))
        tx.items.create("flag", "other", {}, "enabled")
        with pytest.raises(NotFound, match="there is no segment `other`"):
            tx.memberships.replace("other", made)


def test_it_goes_with_its_segment(store, act, segment, evaluated):
    evaluated("buyers")
    with store.write(act) as tx:
        tx.items.remove(segment)
        assert tx.memberships.of("buyers") is None
        assert tx.memberships.all() == {}
        tx.items.create("segment", "buyers", {"kind": "dynamic"}, "active")
        assert tx.memberships.of("buyers") is None
        event = tx.audit.page(resource="segments/buyers/members")[0]
        assert event.after is None
    with store.read() as tx:
        assert tx.audit.verify().intact


@pytest.mark.usefixtures("segment")
def test_former_sets_that_nothing_names_go_an_hour_later(store, evaluated, moment, publish_sets):
    unpublished = evaluated("buyers", b"1")
    published = evaluated("buyers", b"2")
    publish_sets([published.sha256], at=moment)
    evaluated("buyers", b"3", at=moment + timedelta(minutes=59))
    with store.read() as tx:
        assert tx.artifacts.has(f"{unpublished.sha256}.set")
    newest = evaluated("buyers", b"4", at=moment + timedelta(minutes=61))
    with store.read() as tx:
        assert not tx.artifacts.has(f"{unpublished.sha256}.set")
        assert tx.artifacts.has(f"{published.sha256}.set")
        assert tx.artifacts.has(f"{newest.sha256}.set")
