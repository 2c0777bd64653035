"""Members of dynamic segments: live at once, alone, and back again by a rollback."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from item_bodies import flag
from sqlalchemy import text

from turnout.engine import MemberSetBuilder
from turnout.releases.errors import MembersGone, NeedsSecondPerson
from turnout.releases.finding import found_by
from turnout.releases.members import KEEP_OF_MEMBERS
from turnout.releases.releases import Releases
from turnout.releases.sealed import content_of
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.store import Act, Membership
from turnout.store.membership import redis_kind

KEY = bytes(range(16))
BEGUN = datetime(2026, 3, 1, 9, tzinfo=UTC)
DYNAMIC = {"kind": "dynamic", "query": "buyers", "max_age": "2 days"}


@pytest.fixture
def evaluated(room, tmp_path):
    """`evaluated("s", "u-1", ...)` does what an evaluation does at its end."""
    room.create("query", "buyers", {"sql": "select :days", "parameters": {"days": 3}})
    room.create("segment", "s", DYNAMIC, "active")
    room.create("flag", "f", flag(rules=[{"when": {"segment": "s"}, "serve": "on"}]), "enabled")
    times = iter(range(1000))

    def evaluate(key, *ids, actor="turnout", body=None):
        path = tmp_path / "fresh.set"
        builder = MemberSetBuilder(KEY)
        builder.add(ids)
        made = builder.finish(path)
        found = Membership(
            sha256=made.sha256, size=made.size, count=made.count, kind=made.kind,
            evaluated_at=BEGUN + timedelta(hours=next(times)), hash_key=KEY, evaluation=1,
            found_by=found_by(body or room.body("segment", key)),
        )  # fmt: skip
        with room.store.write(Act(actor, "EvaluateSegment")) as tx:
            tx.artifacts.add(f"{made.sha256}.set", path)
            published = room.releases.publish_members_in(tx, key, found)
            tx.memberships.replace(key, found)
        return published, found

    return evaluate


def content(room, revision):
    return pb.Content.FromString(content_of(room.sealed(revision)))


def segment(room, revision, key="s"):
    return next(one for one in content(room, revision).segments if one.key == key)


def members(room, revision):
    return segment(room, revision).members.set.sha256.hex()


def newest(room, key="s"):
    with room.store.read() as tx:
        return tx.memberships.of(key)


def test_members_before_anything_is_published_wait(room, evaluated):
    published, found = evaluated("s", "u-1")
    assert published is None
    assert members(room, room.publish().revision) == found.sha256


def test_members_are_live_at_once(room, evaluated):
    first = room.publish()
    assert segment(room, 1).HasField("unevaluated")
    published, found = evaluated("s", "u-1", "u-2")
    assert room.releases.current() == published
    assert (published.revision, published.members_of) == (2, first.revision)
    assert (published.publisher, published.comment) == ("turnout", "2 members of segment `s`")
    assert published.changed == ["segments/s"]
    named = segment(room, 2).members.set
    assert (named.sha256.hex(), named.size, named.count) == (found.sha256, found.size, 2)
    assert named.evaluated_at.ToDatetime(UTC) == found.evaluated_at
    assert named.max_age.seconds == 2 * 86_400
    with room.store.read() as tx:
        assert tx.snapshots.sets(2) == [found.sha256]


def test_the_content_is_what_publishing_would_write(room, evaluated):
    room.publish()
    published, _ = evaluated("s", "u-1")
    raw = content_of(room.sealed(2))
    assert hashlib.sha256(raw).hexdigest() == published.id
    assert room.releases._compile(room.releases._state()).compiled.content == raw
    assert room.publish() == published
    assert room.releases.plan().changes == ()


def test_the_same_members_again_are_younger(room, evaluated):
    room.publish()
    one, _ = evaluated("s", "u-1")
    other, found = evaluated("s", "u-1")
    assert one.revision < other.revision
    assert segment(room, other.revision).members.set.evaluated_at.ToDatetime(UTC) == (
        found.evaluated_at
    )


def test_what_waits_goes_on_waiting(room, evaluated):
    room.publish()
    room.change("flag", "f", body=flag(default="on"))
    plan = room.releases.plan()
    evaluated("s", "u-1")
    assert [one for one in content(room, 2).flags if one.key == "f"] == [
        one for one in content(room, 1).flags if one.key == "f"
    ]
    after = room.releases.plan()
    assert [one.name for one in after.changes] == ["flags/f"]
    assert after.plan_id == plan.plan_id
    assert room.publish(plan=plan.plan_id).changed == ["flags/f"]
    assert members(room, 3) == newest(room).sha256


@pytest.mark.parametrize("changed", [{"parameters": {"days": 9}}, {"unit": "company"}])
def test_members_that_were_found_by_what_waits_come_with_it(room, evaluated, changed):
    room.publish()
    evaluated("s", "u-1")
    room.change("segment", "s", body=DYNAMIC | changed)
    published, found = evaluated("s", "u-2")
    assert published is None
    assert room.releases.current().revision == 2
    assert members(room, room.publish().revision) == found.sha256


@pytest.mark.parametrize("changed", [{"query": "sellers"}, {"parameters": {"days": 9}}])
def test_members_of_an_edit_that_was_taken_back_are_never_live(room, evaluated, changed):
    room.create("query", "sellers", {"sql": "select :days", "parameters": {"days": 3}})
    room.publish()
    _, good = evaluated("s", "u-1")
    room.change("segment", "s", body=DYNAMIC | changed)
    evaluated("s", "u-2")
    room.change("segment", "s", body=DYNAMIC)
    room.change("flag", "f", body=flag(default="on"))
    assert [one.name for one in room.releases.plan().changes] == ["flags/f"]
    published = room.publish()
    assert published.changed == ["flags/f"]
    assert segment(room, published.revision) == segment(room, 2)
    assert members(room, published.revision) == good.sha256


def test_an_edit_that_was_taken_back_before_anything_was_live_knows_nobody(room, evaluated):
    room.publish()
    room.change("segment", "s", body=DYNAMIC | {"parameters": {"days": 9}})
    evaluated("s", "u-2")
    room.change("segment", "s", body=DYNAMIC)
    room.change("flag", "f", body=flag(default="on"))
    assert segment(room, room.publish().revision).HasField("unevaluated")


@pytest.mark.parametrize("changed", [{"parameters": {"days": 9}}, {"unit": "company"}])
def test_nobody_knows_who_is_in_until_what_was_edited_was_evaluated(room, evaluated, changed):
    room.publish()
    evaluated("s", "u-1")
    room.change("segment", "s", body=DYNAMIC | changed)
    assert segment(room, room.publish().revision).HasField("unevaluated")
    published, found = evaluated("s", "c-1")
    assert members(room, published.revision) == found.sha256


def test_an_edit_that_was_published_before_any_members_takes_them_at_once(room, evaluated):
    room.publish()
    room.change("segment", "s", body=DYNAMIC | {"parameters": {"days": 9}})
    assert [one.name for one in room.releases.plan().changes] == ["segments/s"]
    assert room.publish().changed == ["segments/s"]
    assert room.releases.plan().changes == ()
    assert evaluated("s", "u-1")[0].revision == 3


def test_a_segment_of_the_same_name_has_no_members_of_the_one_before(room, evaluated):
    room.publish()
    evaluated("s", "u-1")
    room.remove("flag", "f")
    room.remove("segment", "s")
    room.create("segment", "s", DYNAMIC, "active")
    room.change("segment", "s", body=DYNAMIC | {"parameters": {"days": 9}})
    evaluated("s", "u-2")
    room.change("segment", "s", body=DYNAMIC)
    assert segment(room, room.publish().revision).HasField("unevaluated")


def test_members_of_a_snapshot_that_is_damaged_are_not_taken(room, evaluated, caplog):
    room.publish()
    evaluated("s", "u-1")
    room.change("segment", "s", body=DYNAMIC | {"parameters": {"days": 9}})
    evaluated("s", "u-2")
    with room.store.write(Act("x", "Damage")) as tx:
        tx.audit._connection.execute(text("UPDATE snapshot_contents SET sealed = x'00'"))
    room.change("segment", "s", body=DYNAMIC)
    releases = Releases(room.store)
    assert releases._state().sets.memberships == {}
    assert "not found in the snapshot" in caplog.text


def test_an_edit_for_people_holds_up_no_members(room, evaluated):
    room.publish()
    room.change("segment", "s", body=DYNAMIC | {"description": "who bought"})
    assert evaluated("s", "u-1")[0].revision == 2


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_members_of_what_is_not_in_use_are_in_no_snapshot(room, evaluated, status):
    room.remove("flag", "f")
    room.change("segment", "s", status=status)
    room.publish()
    assert evaluated("s", "u-1")[0] is None


def test_a_paused_segment_takes_members(room, evaluated):
    room.change("segment", "s", status="paused")
    room.publish()
    assert evaluated("s", "u-1")[0].revision == 2


def test_a_segment_that_was_something_else_takes_no_members(room, evaluated):
    room.remove("flag", "f")
    room.remove("segment", "s")
    room.create("segment", "s", {"kind": "static"}, "active")
    room.publish()
    room.remove("segment", "s")
    room.create("segment", "s", DYNAMIC, "active")
    assert evaluated("s", "u-1")[0] is None


def test_no_second_person_is_needed_for_members(room, evaluated):
    room.releases._second_person = True
    room.publish()
    assert evaluated("s", "u-1", actor="anna")[0].publisher == "anna"


def test_a_rollback_brings_rules_back_and_keeps_the_newest_members(room, evaluated):
    room.publish()
    evaluated("s", "u-1")
    room.change("flag", "f", body=flag(default="on"))
    room.publish()
    _, found = evaluated("s", "u-2")
    back = room.rollback(2)
    assert (back.rollback_of, back.members_of) == (2, 0)
    assert back.changed == ["flags/f"]
    assert content(room, back.revision).flags == content(room, 2).flags
    assert members(room, back.revision) == found.sha256
    assert newest(room) == found


def test_a_rollback_over_members_alone_brings_them_back(room, evaluated):
    room.publish()
    _, good = evaluated("s", "u-1")
    evaluated("s", "u-2")
    evaluated("s", "u-3")
    back = room.rollback(2, "the query was wrong")
    assert (back.rollback_of, back.members_of) == (2, 1)
    assert back.changed == ["segments/s"]
    assert content(room, back.revision) == content(room, 2)
    assert newest(room) == good
    assert room.publish() == back


def in_redis(room, name, key="s"):
    """Makes a set in Redis the newest members of a segment."""
    by = found_by(room.body("segment", key))
    found = Membership(name, 0, 7, redis_kind(4), BEGUN, KEY, 1, by)
    with room.store.write(Act("turnout", "EvaluateSegment")) as tx:
        tx.memberships.replace(key, found)
        return room.releases.publish_members_in(tx, key, found)


def test_members_in_redis_are_live_at_once_and_stay_when_rules_come_back(room, evaluated):
    room.publish()
    evaluated("s", "u-1")
    in_redis(room, "ab" * 32)
    room.change("flag", "f", body=flag(default="on"))
    room.publish()
    live = in_redis(room, "cd" * 32)
    named = segment(room, live.revision).members
    assert (named.in_redis.name.hex(), named.in_redis.shards) == ("cd" * 32, 4)
    assert not named.HasField("set")
    back = room.rollback(3)
    assert content(room, back.revision).flags == content(room, 3).flags
    assert segment(room, back.revision).members == named


@pytest.mark.usefixtures("evaluated")
def test_members_that_were_replaced_in_redis_do_not_come_back(room):
    room.publish()
    in_redis(room, "ab" * 32)
    in_redis(room, "cd" * 32)
    with pytest.raises(MembersGone):
        room.rollback(2)
    assert newest(room).sha256 == "cd" * 32


def test_a_rollback_before_the_first_members_knows_nobody_again(room, evaluated):
    room.publish()
    evaluated("s", "u-1")
    back = room.rollback(1)
    assert segment(room, back.revision).HasField("unevaluated")
    assert newest(room) is None
    assert room.publish() == back


@pytest.mark.parametrize(
    "changed", [{"query": "sellers"}, {"parameters": {"days": 9}}, {"unit": "company"}]
)
def test_a_rollback_over_another_query_brings_the_members_of_then(room, evaluated, changed):
    room.create("query", "sellers", {"sql": "select :days", "parameters": {"days": 3}})
    room.publish()
    _, good = evaluated("s", "u-1")
    room.change("segment", "s", body=DYNAMIC | changed)
    evaluated("s", "c-2")
    room.publish()
    _, wrong = evaluated("s", "c-3")
    back = room.rollback(2)
    assert (back.rollback_of, back.members_of) == (2, 0)
    assert back.changed == ["segments/s"]
    assert members(room, back.revision) == good.sha256
    assert newest(room) == wrong
    # What the store says waits, and so do its members.
    assert evaluated("s", "c-4")[0] is None


def test_a_rollback_keeps_the_newest_members_that_are_live_while_others_wait(room, evaluated):
    room.publish()
    evaluated("s", "u-1")
    room.change("flag", "f", body=flag(default="on"))
    room.publish()
    _, live = evaluated("s", "u-2")
    room.change("segment", "s", body=DYNAMIC | {"parameters": {"days": 9}})
    evaluated("s", "u-3")
    assert members(room, room.rollback(2).revision) == live.sha256


def test_a_rollback_over_a_query_alone_is_one(room, evaluated):
    room.publish()
    room.change("segment", "s", body=DYNAMIC | {"parameters": {"days": 9}})
    room.publish()
    back = room.rollback(1)
    assert (back.revision, back.rollback_of, back.changed) == (3, 1, ["segments/s"])
    assert evaluated("s", "u-1")[0] is None
    assert room.rollback(1) == back
    room.change("segment", "s", body=DYNAMIC)
    assert evaluated("s", "u-1")[0].revision == 4


def test_members_of_then_that_are_gone_do_not_come_back(room, evaluated, monkeypatch):
    room.publish()
    evaluated("s", "u-1")
    room.change("segment", "s", body=DYNAMIC | {"parameters": {"days": 9}})
    evaluated("s", "u-2")
    room.publish()
    monkeypatch.setattr("turnout.store.artifacts.Artifacts.has", lambda _self, _name: False)
    with pytest.raises(MembersGone, match="segment `s`"):
        room.rollback(2)
    assert room.releases.current().revision == 3


def test_going_back_to_members_leaves_those_of_an_edit_that_waits(room, evaluated):
    room.publish()
    _, good = evaluated("s", "u-1")
    evaluated("s", "u-2")
    edited = DYNAMIC | {"parameters": {"days": 9}}
    room.change("segment", "s", body=edited)
    _, waits = evaluated("s", "u-3")
    assert members(room, room.rollback(2).revision) == good.sha256
    assert newest(room) == waits
    assert members(room, room.publish().revision) == waits.sha256


def test_rules_that_come_back_bring_no_members_of_another_segment(room, evaluated):
    room.publish()
    _, old = evaluated("s", "u-1")
    room.remove("flag", "f")
    room.remove("segment", "s")
    room.create("segment", "s", {**DYNAMIC, "unit": "company"}, "active")
    room.publish()
    evaluated("s", "c-1")
    assert members(room, room.rollback(2).revision) == old.sha256


def test_members_that_are_gone_do_not_come_back(room, evaluated, monkeypatch):
    room.publish()
    evaluated("s", "u-1")
    evaluated("s", "u-2")
    monkeypatch.setattr("turnout.store.artifacts.Artifacts.has", lambda _self, _name: False)
    with pytest.raises(MembersGone, match="segment `s`"):
        room.rollback(2)
    assert room.releases.current().revision == 3


def test_going_back_to_members_brings_no_rules_of_one_person_alone(room, evaluated):
    room.publish(actor="anna")
    evaluated("s", "u-1")
    room.change("flag", "f", body=flag(default="on"))
    room.releases._second_person = True
    room.publish(actor="bert")
    with pytest.raises(NeedsSecondPerson):
        room.rollback(2, actor="anna")
    assert room.rollback(2, actor="bert").rollback_of == 2


def test_old_snapshots_of_members_alone_go(room, evaluated):
    room.publish()
    for at in range(KEEP_OF_MEMBERS + 5):
        evaluated("s", f"u-{at}")
    with room.store.read() as tx:
        kept = tx.snapshots.page(limit=1000)
        assert tx.audit.verify().intact
    assert sum(1 for one in kept if one.members_of) == KEEP_OF_MEMBERS + 1
    assert kept[-1].revision == 1
