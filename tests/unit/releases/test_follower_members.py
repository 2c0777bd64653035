"""The member sets of a snapshot are in the folder before anybody hears of it."""

import os
import sqlite3
import time

import pytest

from servers.member_sets import Made, publish
from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.releases.follower import Follower
from turnout.sources.last_known_good import StateFolder

PLACE = "sqlite:////somewhere/store.db"
FIRST = Made.users(0, 1000)
SECOND = Made.users(5, 1003, after=FIRST)
THIRD = Made.users(9, 1009, after=SECOND)
OTHER = Made.users(0, 50)


@pytest.fixture
def state(tmp_path):
    return StateFolder(tmp_path / "state")


@pytest.fixture
def feed():
    return CurrentSnapshot()


@pytest.fixture
def follower(state, feed):
    return Follower(state, PLACE, feed)


def names(state):
    return {one.name for one in state.members_path.glob("*")}


def age(state):
    """Makes what is there look as if it had not been named for a while."""
    long_ago = time.time() - 3600
    for path in state.members_path.glob("*"):
        os.utime(path, (long_ago, long_ago))


def damage(store, how):
    with sqlite3.connect(store.place.removeprefix("sqlite:///")) as connection:
        connection.execute(how)
    connection.close()


def lose(store, made, tables=("artifact_chunks", "artifacts")):
    for table in tables:
        damage(store, f"DELETE FROM {table} WHERE name = '{made.name}'")


def test_sets_are_there_before_it_is_announced(store, follower, state, feed):
    publish(store, vips=FIRST, staff=OTHER)
    seen = []
    feed.subscribe(lambda: seen.append(names(state)))
    assert follower.look(store)["event"] == "published"
    assert seen == [{FIRST.name, OTHER.name}]
    assert (state.members_path / FIRST.name).read_bytes() == FIRST.content
    assert follower.look(store)["event"] == "confirmed"


def test_deltas_come_along_and_old_sets_go_after_a_while(store, follower, state):
    publish(store, vips=FIRST)
    follower.look(store)
    publish(store, vips=SECOND, deltas=[(FIRST, SECOND)])
    age(state)
    follower.look(store)
    # Who serves the one before still has its set.
    assert names(state) == {FIRST.name, SECOND.name, FIRST.delta_name(SECOND)}
    delta = (state.members_path / FIRST.delta_name(SECOND)).read_bytes()
    assert delta == FIRST.delta_to(SECOND)
    publish(store, vips=THIRD, deltas=[(SECOND, THIRD)])
    follower.look(store)
    assert FIRST.name in names(state)
    age(state)
    publish(store, vips=THIRD, staff=OTHER)
    follower.look(store)
    assert names(state) == {THIRD.name, OTHER.name, SECOND.delta_name(THIRD)}


def test_a_restart_goes_on_where_it_was(store, follower, state):
    publish(store, vips=FIRST)
    follower.look(store)
    (state.members_path / f"{SECOND.sha256}.part").write_bytes(b"half")
    again = Follower(state, PLACE, CurrentSnapshot())
    assert names(state) == {FIRST.name}
    assert again.look(store)["event"] == "confirmed"
    publish(store, vips=SECOND, deltas=[(FIRST, SECOND)])
    again.look(store)
    assert FIRST.delta_name(SECOND) in names(state)


def test_sets_that_were_lost_come_again(store, follower, state):
    publish(store, vips=FIRST)
    follower.look(store)
    (state.members_path / FIRST.name).unlink()
    assert follower.look(store)["event"] == "confirmed"
    assert (state.members_path / FIRST.name).read_bytes() == FIRST.content


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("DELETE FROM artifacts", "does not hold it"),
        ("UPDATE artifact_chunks SET content = x'00'", "damaged"),
        ("DELETE FROM artifact_chunks", "damaged"),
    ],
)
def test_a_snapshot_whose_set_cannot_be_had_is_not_announced(
    store, follower, state, feed, how, said
):
    first = publish(store, vips=FIRST)
    follower.look(store)
    publish(store, vips=SECOND)
    damage(store, how)
    event = follower.look(store)
    assert event["event"] == "failed"
    assert said in event["message"]
    assert feed.current().sealed == first == state.snapshot_path.read_bytes()
    assert FIRST.name in names(state)
    assert SECOND.name not in names(state)


@pytest.mark.parametrize("tables", [("artifact_chunks", "artifacts"), ("artifact_chunks",)])
def test_a_set_that_is_lost_does_not_hold_up_what_nobody_loses_members_by(
    store, state, feed, tables, caplog
):
    publish(store, vips=FIRST, staff=OTHER)
    lose(store, FIRST, tables)
    follower = Follower(state, PLACE, feed)  # a fresh control plane
    event = follower.look(store)
    assert (event["event"], event["revision"]) == ("published", 1)
    assert f"member set `{FIRST.sha256[:12]}`" in event["failure"]
    assert OTHER.name in names(state)
    # A flag may be switched off by it.
    second = publish(store, vips=FIRST, staff=OTHER, more=OTHER)
    lose(store, FIRST, tables)
    event = follower.look(store)
    assert (event["event"], event["revision"]) == ("published", 2)
    assert feed.current().sealed == second == state.snapshot_path.read_bytes()
    event = follower.look(store)
    assert (event["event"], "failure" in event) == ("confirmed", True)
    assert len([one for one in caplog.records if one.levelname == "ERROR"]) == 1
    # It is asked for until it comes.
    lose(store, FIRST)
    publish(store, vips=FIRST, staff=OTHER, more=OTHER)
    assert "failure" not in follower.look(store)
    assert FIRST.name in names(state)


def test_a_kept_snapshot_gets_the_set_that_it_lacked(store, follower, state):
    publish(store, vips=FIRST)
    part = state.members_path / f"{FIRST.sha256}.part"
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")
    assert "no space left on device" in follower.look(store)["failure"]
    event = follower.look(store)
    assert (event["event"], "failure" in event) == ("confirmed", False)
    assert FIRST.name in names(state)


def test_of_revisions_that_were_not_announced_no_sets_pile_up(store, follower, state):
    publish(store, vips=FIRST)
    follower.look(store)
    for made in (OTHER, THIRD):
        publish(store, vips=SECOND, staff=made)
        lose(store, SECOND)
        age(state)
        assert follower.look(store)["event"] == "failed"
    sets = {one for one in names(state) if one.endswith(".set")}
    assert sets == {FIRST.name, THIRD.name}


def test_a_full_disk_keeps_what_was(store, follower, state, feed):
    first = publish(store, vips=FIRST)
    follower.look(store)
    publish(store, vips=SECOND)
    part = state.members_path / f"{SECOND.sha256}.part"
    part.symlink_to("/dev/full")
    event = follower.look(store)
    assert "no space left on device" in event["message"]
    assert feed.current().sealed == first
    assert follower.look(store)["event"] == "published"
    assert SECOND.name in names(state)


def test_a_state_folder_that_was_cleared_has_its_sets_again(store, follower, state):
    publish(store, vips=FIRST)
    follower.look(store)
    state.snapshot_path.unlink()
    (state.members_path / FIRST.name).unlink()
    state.members_path.rmdir()
    assert follower.look(store)["event"] == "published"
    assert names(state) == {FIRST.name}
