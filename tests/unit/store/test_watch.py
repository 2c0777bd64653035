"""Following what is current: at once within a process, soon from another, and after outages."""

import queue
import threading
import time

import pytest

from servers.waiting import wait_until
from turnout.store import Act, Published, Store

SOON_S = 5.0


def publish(store):
    with store.write(Act("anna", "Publish")) as tx:
        revision = tx.snapshots.next_revision()
        tx.snapshots.add(Published(revision, "id", "seal", tx.now, "anna"), b"sealed", {}, {})
    return revision


class Follower:
    def __init__(self, store, *looked):
        self.watch = store.watch(*looked)
        self.seen = queue.Queue()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        for revision in self.watch.revisions():
            self.seen.put(revision)

    def close(self):
        self.watch.close()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def follow():
    followers = []

    def follow(store, *looked):
        followers.append(Follower(store, *looked))
        return followers[-1].seen

    yield follow
    for follower in followers:
        follower.close()


def test_it_begins_with_what_is_current(store, follow):
    assert follow(store).get(timeout=SOON_S) == 0
    publish(store)
    assert follow(store).get(timeout=SOON_S) == 1


def test_what_this_process_publishes_is_heard_at_once(store, follow):
    seen = follow(store)
    seen.get(timeout=SOON_S)
    waited = []
    for revision in range(1, 6):
        publish(store)
        done = time.monotonic()
        assert seen.get(timeout=SOON_S) == revision
        waited.append(time.monotonic() - done)
    assert min(waited) < 0.1


def test_what_another_process_publishes_is_heard(store, url, follow):
    seen = follow(store)
    seen.get(timeout=SOON_S)
    other = Store.open(url)
    for revision in (1, 2):
        assert publish(other) == revision
        assert seen.get(timeout=SOON_S) == revision
    other.close()


def test_other_writes_and_what_was_taken_back_are_no_news(store, act, follow):
    seen = follow(store)
    seen.get(timeout=SOON_S)
    with store.write(act) as tx:
        tx.items.create("flag", "a", {}, "enabled")
    with store.write(act, validate_only=True) as tx:
        tx.snapshots.add(Published(1, "id", "seal", tx.now, "anna"), b"", {}, {})
    with pytest.raises(queue.Empty):
        seen.get(timeout=0.6)


def test_several_may_follow(store, follow):
    followers = [follow(store) for _ in range(3)]
    publish(store)
    for seen in followers:
        wait_until(lambda seen=seen: seen.get(timeout=SOON_S) == 1, "revision 1 is heard")


def test_a_database_that_went_away_and_came_back_is_followed_again(own_postgres, follow, caplog):
    store = Store.open(own_postgres.url())
    looks = []
    seen = follow(store, looks.append)
    assert seen.get(timeout=SOON_S) == 0
    assert set(looks) == {True}
    own_postgres.kill()
    wait_until(lambda: "cannot follow what is published" in caplog.text, "the outage is logged")
    assert looks[-1] is False
    own_postgres.start()
    publish(store)
    assert seen.get(timeout=20) == 1
    assert looks[-1] is True
    publish(store)
    assert seen.get(timeout=SOON_S) == 2
    store.close()
