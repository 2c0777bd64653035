"""The state folder follows the store, whoever published, and whatever becomes of either."""

import shutil
import sqlite3
import zlib

import pytest
from item_bodies import flag

from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.releases.follower import Follower
from turnout.sources.last_known_good import StateFolder
from turnout.store import Damaged, Unavailable

PLACE = "sqlite:////somewhere/store.db"


class Odd:
    """A store with a bug."""

    def read(self):
        raise ZeroDivisionError("by zero")


class Gone:
    """A store whose database is gone."""

    def read(self):
        raise Unavailable("the store `x` is unavailable: gone")


@pytest.fixture
def state(tmp_path):
    return StateFolder(tmp_path / "state")


@pytest.fixture
def feed():
    return CurrentSnapshot()


@pytest.fixture
def follower(state, feed):
    return Follower(state, PLACE, feed)


def test_before_the_first_publication_there_is_nothing(room, follower, feed):
    assert follower.look(room.store) is None
    assert feed.current() is None


def test_what_is_current_is_kept_and_told(room, follower, state, feed):
    published = room.publish()
    assert follower.look(room.store) == {
        "event": "published",
        "path": str(state.snapshot_path),
        "seal": published.seal,
        "id": published.id,
        "revision": 1,
        "problems": 0,
    }
    assert state.snapshot_path.read_bytes() == room.sealed(1) == feed.current().sealed
    assert follower.look(room.store)["event"] == "confirmed"


def test_a_rollback_is_another_file_with_the_same_content(room, follower, state):
    first = room.publish()
    room.change("flag", "new-checkout", body=flag())
    room.publish()
    follower.look(room.store)
    room.rollback(1)
    event = follower.look(room.store)
    assert (event["event"], event["revision"], event["id"]) == ("published", 3, first.id)
    assert state.read_snapshot().header.revision == 3


def test_the_last_good_one_is_handed_out_while_the_store_is_gone(room, follower, state, caplog):
    room.publish()
    follower.look(room.store)
    feed = CurrentSnapshot()
    again = Follower(state, PLACE, feed)
    assert feed.current().revision == 1
    for _ in range(3):
        assert again.look(Gone())["event"] == "failed"
    assert len([one for one in caplog.records if one.levelname == "ERROR"]) == 1
    assert again.look(room.store)["event"] == "confirmed"


def test_the_snapshot_of_another_store_is_not_handed_out(room, follower, state):
    room.publish()
    follower.look(room.store)
    feed = CurrentSnapshot()
    other = Follower(state, "postgresql://elsewhere/db", feed)
    assert feed.current() is None
    assert other.look(room.store)["event"] == "published"
    assert state.read_source() == "postgresql://elsewhere/db"


def test_a_state_folder_that_was_cleared_is_written_again(room, follower, state):
    room.publish()
    follower.look(room.store)
    shutil.rmtree(state.snapshot_path.parent)
    assert follower.look(room.store)["event"] == "published"
    assert state.read_source() == PLACE


def test_a_damaged_file_is_refused_and_replaced(room, follower, state, caplog):
    room.publish()
    follower.look(room.store)
    state.snapshot_path.write_bytes(state.snapshot_path.read_bytes()[:-1])
    again = Follower(state, PLACE, CurrentSnapshot())
    assert "is refused" in caplog.text
    assert again.look(room.store)["event"] == "published"
    assert state.read_snapshot().header.revision == 1


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (lambda sealed: zlib.compress(sealed[:-1] + b"?"), "checksum"),
        (lambda sealed: zlib.compress(sealed)[:-1], "snapshot `2` is damaged in the database"),
    ],
)
def test_a_snapshot_that_was_changed_in_the_store_is_never_served(
    room, follower, state, damaged, said
):
    room.publish()
    follower.look(room.store)
    room.create("flag", "more", flag(), "enabled")
    room.publish()
    _replace(room, 2, damaged(room.sealed(2)))
    event = follower.look(room.store)
    assert event["event"] == "failed"
    assert said in event["message"]
    assert state.read_snapshot().header.revision == 1


def test_a_whole_snapshot_that_was_not_published_is_never_served(room, follower, state):
    room.publish()
    first = room.sealed(1)
    room.create("flag", "more", flag(), "enabled")
    room.publish()
    _replace(room, 2, zlib.compress(first))
    event = follower.look(room.store)
    assert event["message"] == "snapshot `2` is damaged in the database: restore it from a backup"
    assert state.read_snapshot() is None
    with pytest.raises(Damaged):
        room.releases.plan()
    room.create("flag", "third", flag(), "enabled")
    room.publish()
    with pytest.raises(Damaged):
        room.rollback(2)


def test_a_bug_is_told_and_ends_nothing(room, follower, caplog):
    event = follower.look(Odd())
    assert event["message"] == "ZeroDivisionError while reading the store: by zero"
    assert "this is a bug of turnout" in caplog.text
    room.publish()
    assert follower.look(room.store)["event"] == "published"


def _replace(room, revision, kept):
    path = room.store.place.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        query = "UPDATE snapshot_contents SET sealed = ? WHERE revision = ?"
        connection.execute(query, (kept, revision))
    connection.close()
