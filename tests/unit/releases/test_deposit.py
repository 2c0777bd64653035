"""What is current is kept where the operator wants it, whatever becomes of the place."""

import logging
import threading
from pathlib import Path

import pytest
from item_bodies import flag
from obstore.store import MemoryStore

from servers.bucket import SECRET, Bucket
from servers.waiting import SOON_S, wait_until
from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.releases.deposit import Deposit, place_of
from turnout.releases.releases import Releases
from turnout.serving.backoff import Backoff
from turnout.serving.fetched import Fetched, Overtaken, RefreshFailed
from turnout.serving.member_folder import MemberFolder
from turnout.serving.object_place import ObjectPlace
from turnout.snapshot.seal import MAGIC
from turnout.store import Act, Store

PATH = "/shop/current.snapshot"
NO_SETS = MemberFolder(Path("/nowhere"))


@pytest.fixture
def bucket(monkeypatch):
    bucket = Bucket()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    yield bucket
    bucket.close()


@pytest.fixture
def feed():
    return CurrentSnapshot()


@pytest.fixture
def revisions(room):
    """Three sealed snapshots of one store, by their revision."""
    room.publish()
    for by in ("on", "off"):
        room.change("flag", "new-checkout", body=flag(default=by))
        room.publish()
    return {one: room.sealed(one) for one in (1, 2, 3)}


@pytest.fixture
def of_another_store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/other.db")
    with store.write(Act("anna", "Create")) as tx:
        tx.items.create("flag", "other", flag(), "enabled")
    Releases(store).publish(Act("anna", "Publish"), "", "")
    with store.read() as tx:
        sealed = tx.snapshots.sealed(1)
    store.close()
    return sealed


def deposit_at(feed, url="s3://shop/current.snapshot", **given):
    backoff = Backoff(first_s=0.01, longest_s=0.05)
    return Deposit(feed, place_of(url), NO_SETS, **{"look_s": 60.0, "backoff": backoff} | given)


@pytest.fixture
def deposit(bucket, feed):
    assert not bucket.objects
    return deposit_at(feed)


@pytest.fixture
def running():
    """Starts deposits, which are stopped with the test."""
    started = []

    def running(deposit):
        deposit.start()
        started.append(deposit)
        return deposit

    yield running
    for one in started:
        one.stop()


def refusal(deposit):
    with pytest.raises(RefreshFailed) as caught:
        deposit.look()
    return caught.value


def test_before_the_first_publication_nothing_is_asked(deposit, bucket):
    deposit.look()
    assert bucket.asked == []


def test_what_is_current_is_written_once(deposit, bucket, feed, revisions):
    for revision in (1, 2):
        feed.put(revisions[revision])
        deposit.look()
        deposit.look()
        assert bucket.objects == {PATH: revisions[revision]}
    assert bucket.count("PUT") == 2
    told = deposit.told()
    assert (told["revision"], told["is_current"], told["failures"]) == (2, True, {})


def test_after_a_restart_only_what_is_not_current_is_written(bucket, feed, revisions):
    feed.put(revisions[2])
    deposit_at(feed).look()
    deposit_at(feed).look()
    assert bucket.count("PUT") == 1
    bucket.objects[PATH] = revisions[1]
    deposit_at(feed).look()
    assert bucket.objects == {PATH: revisions[2]}


def test_what_was_removed_or_damaged_is_written_again(deposit, bucket, feed, revisions):
    feed.put(revisions[2])
    deposit.look()
    bucket.objects.clear()
    deposit.look()
    assert bucket.objects == {PATH: revisions[2]}
    for damaged in (b"", MAGIC, revisions[2][:-1]):
        bucket.objects[PATH] = damaged
        deposit.look()
        assert bucket.objects == {PATH: revisions[2]}


def test_of_two_the_later_one_stays(bucket, feed, revisions):
    behind, ahead = CurrentSnapshot(), feed
    behind.put(revisions[2])
    ahead.put(revisions[3])
    slow, quick = deposit_at(behind), deposit_at(ahead)
    bucket.objects[PATH] = revisions[1]
    bucket.between = quick.look
    with pytest.raises(Overtaken):
        slow.look()
    slow.look()
    assert bucket.objects == {PATH: revisions[3]}
    assert bucket.count("PUT") == 2
    assert refusal(slow).kind == "behind"
    behind.put(revisions[3])
    slow.look()
    assert bucket.count("PUT") == 2


def test_two_at_once_write_the_first_one_once(bucket, feed, revisions):
    feed.put(revisions[1])
    one, other = deposit_at(feed), deposit_at(feed)
    bucket.between = other.look
    with pytest.raises(Overtaken):
        one.look()
    one.look()
    assert bucket.objects == {PATH: revisions[1]}
    assert one.told()["is_current"]


def test_what_is_not_ours_stays(deposit, bucket, feed, revisions, of_another_store):
    feed.put(revisions[1])
    for there in (b"a letter to grandmother", of_another_store):
        bucket.objects[PATH] = there
        for _ in range(2):
            failed = refusal(deposit)
            assert failed.kind == "refused"
            assert "name another place" in failed.message
        assert bucket.objects == {PATH: there}


def test_a_file_is_kept_too(feed, tmp_path, revisions):
    path = tmp_path / "a b.snapshot"
    deposit = deposit_at(feed, path.as_uri())
    for revision in (1, 2):
        feed.put(revisions[revision])
        deposit.look()
        deposit.look()
        assert path.read_bytes() == revisions[revision]
    path.write_bytes(revisions[3])
    deposit.look()
    assert path.read_bytes() == revisions[3]


def test_without_an_etag_nothing_is_replaced(feed, revisions):
    class Untagged:
        place = "s3://shop/k"

        def fetch(self, _etag):
            return Fetched(revisions[1], None)

    feed.put(revisions[2])
    assert "no ETag" in refusal(Deposit(feed, Untagged(), NO_SETS)).message


def test_it_follows_and_a_failure_is_said_once_and_gone_over(
    bucket, feed, revisions, running, caplog
):
    caplog.set_level(logging.INFO)
    bucket.refuses = 503
    deposit = running(deposit_at(feed))
    feed.put(revisions[1])
    wait_until(lambda: deposit.told()["failures"].get("status", 0) > 3, "several tries")
    assert caplog.text.count("cannot keep the snapshot at `s3://shop/current.snapshot`") == 1
    assert not deposit.told()["is_current"]
    bucket.refuses = 403
    wait_until(lambda: "denied" in deposit.told()["failures"], "another failure")
    bucket.refuses = 0
    wait_until(lambda: deposit.told()["is_current"], "the first revision")
    wait_until(lambda: "keeps the snapshot again" in caplog.text, "that it is over")
    feed.put(revisions[2])
    wait_until(lambda: bucket.objects == {PATH: revisions[2]}, "the second revision")
    assert SECRET not in caplog.text


def test_what_is_there_is_looked_at_without_a_change(bucket, feed, revisions, running):
    feed.put(revisions[1])
    running(deposit_at(feed, look_s=0.05))
    wait_until(lambda: bucket.objects, "the first revision")
    bucket.objects.clear()
    wait_until(lambda: bucket.objects == {PATH: revisions[1]}, "it is there again")


def test_a_bug_ends_nothing(feed, revisions, running, caplog):
    class Odd(ObjectPlace):
        fail = True

        def fetch(self, etag):
            if self.fail:
                raise ZeroDivisionError("by zero")
            return super().fetch(etag)

    place = Odd("s3://shop/k", most_bytes=1 << 20, store=MemoryStore())
    deposit = running(Deposit(feed, place, NO_SETS, look_s=0.05))
    feed.put(revisions[1])
    wait_until(lambda: deposit.told()["failures"].get("bug"), "a bug")
    place.fail = False
    wait_until(lambda: deposit.told()["is_current"], "it goes on")
    assert "this is a bug of turnout" in caplog.text


def test_publishing_does_not_wait_for_it(bucket, feed, revisions, running):
    reached, released = threading.Event(), threading.Event()

    def stall():
        reached.set()
        released.wait(SOON_S)

    bucket.between = stall
    running(deposit_at(feed))
    feed.put(revisions[1])
    assert reached.wait(SOON_S)
    feed.put(revisions[2])
    feed.put(revisions[3])
    assert bucket.objects == {}
    released.set()
    wait_until(lambda: bucket.objects == {PATH: revisions[3]}, "the last one")
