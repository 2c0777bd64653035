"""Member sets as they travel: from a store or a server to the answers of real processes."""

import contextlib
import itertools
import os
import re
import signal
import sqlite3
import threading
import time
import urllib.request

import pytest

from servers.distribution import DistributionServer
from servers.hostile import HostileServer, dripping, head, ranged, snapshot
from servers.member_sets import Made, naming, publish
from servers.waiting import wait_until
from turnout.releases.releases import Releases
from turnout.releases.static_sets import INLINE_MOST
from turnout.results import Context, SegmentState, TurnoutError
from turnout.store import Act, Store

FIRST = Made.users(0, 1000)
SECOND = Made.users(5, 1003, after=FIRST)
LARGE = Made.users(0, 50_000)


@pytest.fixture
def origin(tmp_path):
    """Hands out snapshots, and the sets that were put into its folder."""
    folder = tmp_path / "handed-out"
    folder.mkdir()
    server = DistributionServer(members=folder)
    server.members = folder
    yield server
    server.stop()


@pytest.fixture
def hostile():
    server = HostileServer()
    yield server
    server.close()


def put(origin, revision, *deltas, **sets):
    for made in sets.values():
        (origin.members / made.name).write_bytes(made.content)
    for old, new in deltas:
        (origin.members / old.delta_name(new)).write_bytes(old.delta_to(new))
    sealed = naming(sets).seal(revision=revision)
    origin.put(sealed)
    return sealed


def state_of(server, unit, key="vips"):
    with server.client() as client:
        return client.check_segment(key, Context(unit)).state


def is_in(server, unit, key="vips"):
    return state_of(server, unit, key) is SegmentState.TRUE


def wait_for_member(server, unit):
    server.wait_for_decision("in-vips")
    wait_until(lambda: is_in(server, unit), f"{unit} is a member\n{server.log}")


def wait_for_membership(server, unit, state):
    def has_it():
        with contextlib.suppress(TurnoutError):
            return state_of(server, unit) is state

    wait_until(has_it, f"{unit} is {state}\n{server.log}")


def metric(server, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.admin_port}/metrics") as answer:
        return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)[1])


def sets_in(server):
    return {one.name for one in (server.state / "members").glob("*")}


def test_a_sidecar_answers_by_the_sets_of_its_snapshot(origin, make_sidecar):
    put(origin, 1, vips=FIRST)
    sidecar = make_sidecar(origin.url).start("--poll", "60")
    wait_for_member(sidecar, "u-0")
    assert is_in(sidecar, "u-999")
    assert not is_in(sidecar, "u-1000")
    with sidecar.client() as client:
        assert client.decide("in-vips", Context("u-1")).variant == "on"
        assert client.decide("in-vips", Context("u-x")).variant == "off"
    put(origin, 2, (FIRST, SECOND), vips=SECOND)
    wait_for_member(sidecar, "u-1002")
    assert not is_in(sidecar, "u-0")
    wait_until(lambda: sets_in(sidecar) == {SECOND.name}, "only the new set")
    assert metric(sidecar, "turnout_member_sets_missing") == 0
    assert metric(sidecar, "turnout_members") == SECOND.count


def test_killed_and_started_without_its_source_it_answers_by_the_last_good_sets(
    origin, make_sidecar
):
    sealed = put(origin, 1, vips=FIRST)
    sidecar = make_sidecar(origin.url).start()
    wait_for_member(sidecar, "u-1")
    kept = sidecar.state / "last-known-good.snapshot"
    wait_until(lambda: kept.exists() and kept.read_bytes() == sealed, "the last good snapshot")
    sidecar.kill_all()
    origin.stop()
    sidecar.start()
    wait_for_member(sidecar, "u-1")
    assert not is_in(sidecar, "u-1000")
    assert sidecar.decide("a").snapshot.stale


def test_killed_while_it_receives_a_set_it_goes_on_by_the_old_one_and_with_what_came(
    hostile, make_sidecar
):
    hostile.members[FIRST.name] = ranged(FIRST.content)
    hostile.snapshot = snapshot(naming({"vips": FIRST}).seal(revision=1), etag='"1"')
    sidecar = make_sidecar(hostile.url).start("--poll", "0.1")
    wait_for_member(sidecar, "u-1")
    kept = sidecar.state / "last-known-good.snapshot"
    wait_until(kept.exists, "the last good snapshot")
    half = LARGE.content[: LARGE.size // 2]
    slowly = dripping(LARGE.content[len(half) :], 0.01)
    hostile.members[LARGE.name] = lambda connected, asked: (
        connected.sendall(head(200, LARGE.size) + half),
        slowly(connected, asked),
    )
    hostile.snapshot = snapshot(naming({"vips": LARGE}).seal(revision=2), etag='"2"')
    part = sidecar.state / "members" / f"{LARGE.sha256}.part"
    wait_until(lambda: part.exists() and part.stat().st_size >= len(half), "half a set")
    sidecar.kill_all()
    sidecar.start("--poll", "0.1")
    wait_for_member(sidecar, "u-1")
    assert not is_in(sidecar, "u-1000")
    hostile.members[LARGE.name] = ranged(LARGE.content)
    hostile.drop()
    wait_for_member(sidecar, "u-49999")
    wait_until(lambda: sets_in(sidecar) == {LARGE.name}, "only the new set")
    assert any("Range: bytes=" in one for one in hostile.asked)


def test_decisions_go_on_while_a_set_cannot_be_had(hostile, make_sidecar):
    hostile.members[FIRST.name] = ranged(FIRST.content)
    hostile.snapshot = snapshot(naming({"vips": FIRST}).seal(revision=1), etag='"1"')
    sidecar = make_sidecar(hostile.url).start("--poll", "0.1")
    wait_for_member(sidecar, "u-1")
    hostile.snapshot = snapshot(naming({"vips": SECOND}).seal(revision=2), etag='"2"')
    failures = 'turnout_refresh_failures_total{kind="members"}'
    wait_until(lambda: metric(sidecar, re.escape(failures)) > 2, "failures")
    assert is_in(sidecar, "u-1")
    assert sidecar.decide("a").snapshot.revision == 1
    hostile.members[SECOND.name] = ranged(SECOND.content)
    wait_for_member(sidecar, "u-1002")


def test_a_first_start_without_a_set_answers_all_else(hostile, make_sidecar):
    hostile.members[FIRST.name] = ranged(FIRST.content)
    sets = {"vips": SECOND, "staff": FIRST}
    hostile.snapshot = snapshot(naming(sets).seal(revision=1), etag='"1"')
    sidecar = make_sidecar(hostile.url).start("--poll", "0.1")
    sidecar.wait_for_decision("a")
    assert is_in(sidecar, "u-1", "staff")
    assert state_of(sidecar, "u-1") is SegmentState.UNKNOWN
    assert metric(sidecar, "turnout_member_sets_missing") == 1
    hostile.members[SECOND.name] = ranged(SECOND.content)
    wait_for_member(sidecar, "u-1002")
    assert metric(sidecar, "turnout_member_sets_missing") == 0


@pytest.fixture
def store_of():
    """Opens the stores of servers that run; closed with the test."""
    opened = []

    def store_of(server):
        wait_until((server.state / "store.db").exists, "the store")
        opened.append(Store.open(f"sqlite:///{server.state}/store.db"))
        return opened[-1]

    yield store_of
    for store in opened:
        store.close()


def test_from_a_store_through_a_control_plane_to_a_sidecar(
    controlled, make_sidecar, store_of, tmp_path
):
    (tmp_path / "one").mkdir()
    server = controlled().start()
    store = store_of(server)
    publish(store, vips=FIRST)
    wait_for_member(server, "u-1")
    url = f"http://127.0.0.1:{server.snapshots_port}"
    sidecar = make_sidecar(url, tmp_path / "one").start()
    wait_for_member(sidecar, "u-1")
    publish(store, vips=SECOND, deltas=[(FIRST, SECOND)])
    for one in (server, sidecar):
        wait_for_member(one, "u-1002")
        assert not is_in(one, "u-0")
    # A worker that is killed costs no member.
    worker = server.wait_for_worker()
    os.kill(worker, signal.SIGKILL)
    for one in (server, sidecar):
        assert is_in(one, "u-1002")
    server.wait_for_worker(other_than=worker)
    publish(store, vips=FIRST)
    for one in (server, sidecar):
        wait_for_member(one, "u-0")


def test_a_large_list_that_is_published_reaches_a_sidecar(
    controlled, make_sidecar, store_of, tmp_path
):
    (tmp_path / "one").mkdir()
    server = controlled().start()
    store = store_of(server)
    releases = Releases(store)
    with store.write(Act("anna", "Create")) as tx:
        tx.items.create("segment", "vips", {"kind": "static"}, "active")
        tx.members.add("vips", [f"u-{one}" for one in range(INLINE_MOST + 1000)])
    releases.publish(Act("bert", "Publish"), "", "")
    sidecar = make_sidecar(f"http://127.0.0.1:{server.snapshots_port}", tmp_path / "one").start()
    for one in (server, sidecar):
        wait_for_membership(one, "u-10999", SegmentState.TRUE)
        assert not is_in(one, "u-11000")
    with store.write(Act("anna", "Change")) as tx:
        tx.members.add("vips", ["u-11000"])
        tx.members.remove("vips", ["u-0"])
    releases.publish(Act("bert", "Publish"), "", "")
    for one in (server, sidecar):
        wait_for_membership(one, "u-11000", SegmentState.TRUE)
        assert not is_in(one, "u-0")
    assert metric(sidecar, "turnout_members") == INLINE_MOST + 1000
    # It came as what had changed.
    assert any(name.endswith(".delta") for name in sets_in(server))


def test_what_is_written_elsewhere_brings_its_sets(controlled, make_sidecar, store_of, tmp_path):
    for name in ("out", "one"):
        (tmp_path / name).mkdir()
    place = (tmp_path / "out" / "current.snapshot").as_uri()
    server = controlled("--snapshots-to", place).start()
    store = store_of(server)
    publish(store, vips=FIRST)
    sidecar = make_sidecar(place, tmp_path / "one").start()
    wait_for_member(sidecar, "u-1")
    publish(store, vips=SECOND, deltas=[(FIRST, SECOND)])
    wait_for_member(sidecar, "u-1002")
    assert (tmp_path / "out" / "members" / FIRST.delta_name(SECOND)).exists()


def test_a_set_that_the_store_lost_holds_up_no_release_and_is_served_once_it_is_there(
    controlled, make_sidecar, store_of, tmp_path
):
    (tmp_path / "one").mkdir()
    server = controlled().start()
    store = store_of(server)
    publish(store, staff=FIRST)
    server.wait_for_decision("in-staff")
    server.kill_all()
    publish(store, staff=FIRST, vips=SECOND)
    with contextlib.closing(sqlite3.connect(server.state / "store.db")) as connection, connection:
        for table in ("artifact_chunks", "artifacts"):
            connection.execute(f"DELETE FROM {table} WHERE name = '{SECOND.name}'")
    server.start()
    sidecar = make_sidecar(f"http://127.0.0.1:{server.snapshots_port}", tmp_path / "one").start()
    for one in (server, sidecar):
        wait_for_membership(one, "u-1002", SegmentState.UNKNOWN)
        assert is_in(one, "u-1", "staff")
    name = 'turnout_refresh_failures_total{kind="store"}'
    wait_until(lambda: metric(server, re.escape(name)), "failures")
    (tmp_path / "set").write_bytes(SECOND.content)
    with store.write(Act("anna", "Restore")) as tx:
        tx.artifacts.add(SECOND.name, tmp_path / "set")
    for one in (server, sidecar):
        wait_for_membership(one, "u-1002", SegmentState.TRUE)


def test_a_server_that_is_killed_answers_by_its_sets_again(controlled, store_of):
    server = controlled().start()
    publish(store_of(server), vips=FIRST)
    wait_for_member(server, "u-1")
    server.kill_all()
    server.start()
    wait_for_member(server, "u-1")


def test_a_set_that_was_removed_while_it_was_off_comes_again(controlled, store_of):
    server = controlled().start()
    publish(store_of(server), vips=FIRST)
    wait_for_member(server, "u-1")
    server.kill_all()
    (server.state / "members" / FIRST.name).unlink()
    server.start()
    wait_for_member(server, "u-1")
    assert metric(server, "turnout_member_sets_missing") == 0


KILLS = int(os.environ.get("TURNOUT_TEST_KILLS", "5"))


class Changing:
    """Sets that change many times a second: old ones are gone, deltas lead from each to the next.

    A set has whom the one before has, but for one who left and one who came.
    """

    def __init__(self, origin):
        self._origin = origin
        self._sets = [FIRST]
        for at in range(1, 6):
            self._sets.append(Made.users(at, 1000 + at, after=self._sets[-1]))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        put(origin, 1, vips=self._sets[1])

    def start(self):
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._thread.join()

    def checked(self, client):
        """The revision that answered; 0 when it became another while it was asked."""
        known = client.check_segment("vips", Context("u-500"))
        revision = known.snapshot.revision
        at = revision % len(self._sets)
        came, left = (
            client.check_segment("vips", Context(unit)) for unit in (f"u-{999 + at}", f"u-{at - 1}")
        )
        assert known.state is SegmentState.TRUE
        if not came.snapshot.revision == left.snapshot.revision == revision:
            return 0
        assert (came.state, left.state) == (SegmentState.TRUE, SegmentState.FALSE)
        return revision

    def _run(self):
        for revision in itertools.count(2):
            if self._ended.wait(0.07):
                return
            at = revision % len(self._sets)
            now, before = self._sets[at], self._sets[at - 1]
            put(self._origin, revision, *([(before, now)] if at else []), vips=now)
            for path in self._origin.members.iterdir():
                if now.sha256 not in path.name and before.sha256 not in path.name:
                    path.unlink()


def test_killed_at_any_moment_it_never_answers_by_another_set_than_its_snapshot_names(
    origin, make_sidecar
):
    changing, seen = Changing(origin), [0]
    sidecar = make_sidecar(origin.url).start("--poll", "0.2")
    # What is served first has its set: nobody takes it away so soon.
    sidecar.wait_for_decision("in-vips")
    changing.start()
    try:
        for kill in range(KILLS):
            sidecar.wait_for_decision("in-vips")
            until = time.monotonic() + 0.3 + 0.37 * (kill % 3)
            with sidecar.client() as client:
                while time.monotonic() < until:
                    seen.append(changing.checked(client) or seen[-1])
            sidecar.kill_all()
            sidecar.start("--poll", "0.2")
    finally:
        changing.stop()
    assert seen == sorted(seen)
    assert len(set(seen)) > KILLS
