"""Static segments with many members: in a set beside the snapshot, built once a version."""

import pytest

from turnout.engine import MemberSet
from turnout.releases import static_sets
from turnout.releases.sealed import content_of
from turnout.releases.static_sets import INLINE_MOST
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.store import Act

MANY = [f"u-{at}" for at in range(INLINE_MOST + 1)]


@pytest.fixture
def listed(room):
    """A static segment `vips` with more members than a snapshot holds."""
    room.create("segment", "vips", {"kind": "static"}, "active")
    add(room, MANY)
    return room


def add(room, ids):
    with room.store.write(Act("anna", "AddMembers")) as tx:
        tx.members.add("vips", ids)


def remove(room, ids):
    with room.store.write(Act("anna", "RemoveMembers")) as tx:
        tx.members.remove("vips", ids)


def vips(room, revision):
    with room.store.read() as tx:
        read = pb.Content.FromString(content_of(tx.snapshots.sealed(revision)))
    return next(one for one in read.segments if one.key == "vips").members


def artifact(room, name, folder):
    path = folder / name
    with room.store.read() as tx:
        path.write_bytes(b"".join(tx.artifacts.pieces(name)))
    return path


def test_many_members_are_in_a_set(listed, tmp_path):
    found = vips(listed, listed.publish().revision)
    assert list(found.unit_ids) == []
    assert found.set.count == len(MANY)
    assert not found.set.HasField("evaluated_at")
    sha256 = found.set.sha256.hex()
    made = MemberSet.open(artifact(listed, f"{sha256}.set", tmp_path))
    assert (made.sha256, made.size, len(made)) == (sha256, found.set.size, len(MANY))
    assert all(made.contains(one) for one in MANY)
    assert not made.contains("u-x")
    with listed.store.read() as tx:
        assert tx.snapshots.sets(1) == [sha256]


def test_as_many_as_a_snapshot_holds_are_in_it(listed):
    remove(listed, MANY[:1])
    found = vips(listed, listed.publish().revision)
    assert len(found.unit_ids) == INLINE_MOST
    assert not found.HasField("set")


def test_a_set_is_built_once_a_version(listed, monkeypatch):
    built = []
    build = static_sets._build
    monkeypatch.setattr(static_sets, "_build", lambda *given: built.append(1) or build(*given))
    listed.publish()
    listed.create("segment", "other", {"kind": "everyone"}, "active")
    listed.publish()
    assert built == [1]
    add(listed, ["u-new"])
    listed.publish()
    assert built == [1, 1]


def test_a_plan_builds_and_writes_nothing(listed):
    with listed.store.read() as tx:
        head = tx.audit.page(limit=1)[0].number
    plan = listed.releases.plan()
    assert "segments/vips" in [one.name for one in plan.changes]
    with listed.store.read() as tx:
        assert tx.audit.page(limit=1)[0].number == head
    assert listed.publish(plan=plan.plan_id).revision == 1


def test_a_plan_tells_how_many_there_are(listed):
    listed.publish()
    add(listed, ["u-new", "u-newer"])
    [change] = listed.releases.plan().changes
    assert change.name == "segments/vips"
    assert change.differences == [f"members: {len(MANY):,} → {len(MANY) + 2:,}"]


def test_a_successor_has_the_same_key_and_comes_as_a_delta(listed, tmp_path):
    one = vips(listed, listed.publish().revision).set.sha256.hex()
    add(listed, ["u-new"])
    other = vips(listed, listed.publish().revision).set.sha256.hex()
    before = MemberSet.open(artifact(listed, f"{one}.set", tmp_path))
    delta = artifact(listed, f"{one}..{other}.delta", tmp_path)
    assert before.apply_delta(delta, tmp_path / "made.set") == other


def test_the_same_members_again_are_the_same_set(listed):
    first = listed.publish()
    add(listed, ["u-new"])
    second = listed.publish()
    remove(listed, ["u-new"])
    assert vips(listed, second.revision) != vips(listed, first.revision)
    assert vips(listed, listed.publish().revision) == vips(listed, first.revision)


def test_who_publishes_did_not_write_the_set(listed):
    listed.releases._second_person = True
    listed.publish(actor="bert")
    with listed.store.read() as tx:
        [event] = tx.audit.page(resource="segments/vips/members")
    assert (event.actor, event.method) == ("turnout", "BuildMemberSet")


def test_a_set_that_nobody_built_before_is_built_with_the_release(listed):
    with listed.store.write(Act("bert", "Publish")) as tx:
        published = listed.releases.publish_in(tx)
    assert vips(listed, published.revision).set.count == len(MANY)
    assert listed.publish() == published


def test_members_that_change_while_a_set_is_built_are_in_the_next_one(listed, monkeypatch):
    build, late = static_sets._build, ["u-late"]

    def slow(tx, *given):
        built = build(tx, *given)
        if late:
            add(listed, [late.pop()])
        return built

    monkeypatch.setattr(static_sets, "_build", slow)
    listed.releases.prepare()
    with listed.store.read() as tx:
        assert tx.memberships.of("vips") is None
    assert vips(listed, listed.publish().revision).set.count == len(MANY) + 1


def test_a_rollback_brings_static_members_back_as_they_were(listed):
    first = listed.publish()
    add(listed, ["u-new"])
    listed.publish()
    assert vips(listed, listed.rollback(1).revision) == vips(listed, first.revision)


def test_a_list_that_became_short_stands_in_the_snapshot_again(listed):
    listed.publish()
    remove(listed, MANY[:9000])
    assert len(vips(listed, listed.publish().revision).unit_ids) == len(MANY) - 9000
