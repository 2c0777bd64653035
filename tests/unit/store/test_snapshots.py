"""Snapshots: revisions without gaps, what went into them, and what is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from turnout.store import Conflict, Damaged, Invalid, NotFound, Published, PublishedVersion


@pytest.fixture
def publish(store, act, moment):
    def publish(comment="", **fields):
        with store.write(act) as tx:
            revision = tx.snapshots.next_revision()
            at = moment + timedelta(days=revision)
            published = Published(
                revision, f"id-{revision}", "seal", at, "anna", comment, size_bytes=4, **fields
            )
            sealed = bytes([0, 255, revision, 10])
            tx.snapshots.add(published, sealed, {"n": revision}, {"flags/a": (7, "etag")})
        return published

    return publish


def test_the_newest_is_current(store, publish):
    with store.read() as tx:
        assert tx.snapshots.current() is None
        assert tx.snapshots.next_revision() == 1
    first = publish("first", changed=["flags/a", "segments/b"])
    second = publish(rollback_of=1)
    with store.read() as tx:
        assert tx.snapshots.current() == second
        assert tx.snapshots.get(1) == first
        assert tx.snapshots.page() == [second, first]
        assert tx.snapshots.page(before=2) == tx.snapshots.page(before=2, limit=1) == [first]
        assert tx.snapshots.page(limit=1) == [second]


def test_its_content_comes_back_as_it_was(store, publish):
    publish()
    with store.read() as tx:
        assert tx.snapshots.sealed(1) == b"\0\xff\1\n"
        assert tx.snapshots.history(1) == {"n": 1}
        assert tx.snapshots.versions(1) == {"flags/a": PublishedVersion(7, "etag")}


def test_its_content_is_kept_compressed(store, act, moment):
    sealed = b"sealed" * 10_000
    with store.write(act) as tx:
        tx.snapshots.add(Published(1, "id", "seal", moment, "anna"), sealed, {}, {})
    with store._database.reading() as connection, connection.begin():
        [kept] = connection.execute(text("SELECT sealed FROM snapshot_contents")).scalars()
    assert len(kept) < len(sealed) / 10
    with store.read() as tx:
        assert tx.snapshots.sealed(1) == sealed


def test_content_that_is_not_as_it_was_written_is_told_as_damaged(store, publish):
    publish()
    with store._database.writing() as connection, connection.begin():
        connection.execute(text("UPDATE snapshot_contents SET history = :x"), {"x": b"x"})
    with pytest.raises(Damaged, match="snapshot `1` is damaged"), store.read() as tx:
        tx.snapshots.history(1)


def test_one_that_is_not_there_is_not_found(store, publish):
    publish()
    with store.read() as tx:
        snapshots = tx.snapshots
        for read in (snapshots.get, snapshots.sealed, snapshots.history, snapshots.versions):
            with pytest.raises(NotFound, match="there is no snapshot `2`"):
                read(2)


def test_only_the_next_revision_is_taken(store, act, publish):
    published = publish()
    with pytest.raises(Conflict) as conflict, store.write(act) as tx:
        tx.snapshots.add(published, b"", {}, {})
    assert conflict.value.etag == "1"


def test_a_comment_that_cannot_be_kept_is_refused(publish):
    with pytest.raises(Invalid) as refused:
        publish("a\0b")
    assert refused.value.field == "comment"


def test_the_log_tells_of_each(store, publish):
    publish("why", changed=["flags/a"])
    with store.read() as tx:
        [event] = tx.audit.page(resource="snapshots/1")
    assert (event.before, event.after["comment"], event.after["changed_count"]) == (None, "why", 1)


def test_the_newest_stay_and_revisions_go_on(store, act, publish):
    for _ in range(5):
        publish()
    with store.write(act) as tx:
        assert tx.snapshots.prune(2) == [1, 2, 3]
        assert tx.snapshots.prune(2) == []
        assert [snapshot.revision for snapshot in tx.snapshots.page()] == [5, 4]
        with pytest.raises(NotFound):
            tx.snapshots.sealed(3)
        assert tx.snapshots.sealed(4)
        assert tx.snapshots.prune(0) == [4]
        assert tx.snapshots.current().revision == 5
        assert [event.after for event in tx.audit.page(limit=4)] == [None] * 4
    assert publish().revision == 6


def test_young_ones_stay_however_many(store, act, publish, moment):
    for _ in range(4):
        publish()
    with store.write(act) as tx:
        assert tx.snapshots.prune(1, published_before=moment + timedelta(days=3)) == [1, 2]


def test_old_snapshots_of_members_alone_are_removed_alone(store, act, moment):
    kept = {1: 0, 2: 1, 3: 1, 4: 0, 5: 4, 6: 4, 7: 4}
    for revision, members_of in kept.items():
        with store.write(act) as tx:
            given = Published(revision, "id", "seal", moment, "anna", members_of=members_of)
            tx.snapshots.add(given, b"", {}, {})
    with store.write(act) as tx:
        assert tx.snapshots.prune_members(2) == [3, 2]
        assert tx.snapshots.prune_members(0) == [6, 5]
        assert tx.snapshots.prune_members(0) == []
    with store.read() as tx:
        left = tx.snapshots.page()
        assert tx.audit.verify().intact
    assert [(one.revision, one.members_of, one.rules_of) for one in left] == [
        (7, 4, 4),
        (4, 0, 4),
        (1, 0, 1),
    ]
