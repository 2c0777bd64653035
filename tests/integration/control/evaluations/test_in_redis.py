"""Members in Redis: written by evaluations, looked up by decisions, never guessed."""

import signal

import pytest
from evaluating import (
    begin,
    cancel,
    evaluate,
    history,
    make_dynamic,
    make_query,
    make_static,
    outcome,
    users,
    wait,
)

from servers.queried import FakeConnections
from servers.redis import RedisCluster, RedisServer, skip_without
from servers.waiting import wait_until
from turnout import Client, Context
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.control.v1 import release_pb2, segment_pb2
from turnout.engine import DataPlane
from turnout.segments.failures import QueryFailed

BUDGET_S = 0.5


@pytest.fixture(params=["one", "cluster"])
def redis(request, tmp_path):
    skip_without()
    server = (RedisServer if request.param == "one" else RedisCluster)(tmp_path / "redis")
    yield server
    server.kill()


def nodes(redis):
    return getattr(redis, "nodes", [redis])


def keys(redis):
    """The keys of members and how many seconds each has left; -1: it stays."""
    found = {}
    for node in nodes(redis):
        for key in node.ask("KEYS", "turnout:members:*").split():
            found[key] = int(node.ask("TTL", key))
    return found


@pytest.fixture
def plane(tmp_path, start, database, redis):
    plane = start(
        f"sqlite:///{tmp_path}/store.db",
        connections=FakeConnections(database),
        members_redis=redis.url,
    )
    make_query(plane, limit=200_000)
    make_dynamic(plane, lookup="MEMBER_LOOKUP_REDIS")
    return plane


@pytest.fixture
def deciding(tmp_path, redis):
    """A data plane and a client of it."""
    socket = tmp_path / "d.sock"
    serving = DataPlane(unix_socket=socket, members_redis=redis.url, members_budget_s=BUDGET_S)
    serving.start()
    client = Client(f"unix:{socket}")
    yield serving, client
    client.close()
    serving.drain(1.0)


def publish(plane, serving):
    plane.releases.Publish(release_pb2.PublishRequest())
    load(plane, serving)


def load(plane, serving):
    with plane.store.read() as tx:
        current = tx.snapshots.current()
        serving.load(tx.snapshots.sealed(current.revision))


def check(client, unit_id):
    found = client.check_segment("s", Context(unit_id))
    return found.state, found.reason


def test_what_an_evaluation_found_is_looked_up(plane, database, redis, deciding):
    serving, client = deciding
    database.ids = [*users(2500), "user-3", "Käse", " user-1"]
    found = evaluate(plane)
    assert (found.row_count, found.member_count) == (2503, 2502)
    assert not found.HasField("added_count")
    publish(plane, serving)
    for unit_id in ["user-0", "user-2499", "Käse", " user-1"]:
        assert check(client, unit_id) == ("TRUE", "MEMBER")
    for unit_id in ["user-2500", "USER-1", "user-1 "]:
        assert check(client, unit_id) == ("FALSE", "NOT_MEMBER")
    assert set(keys(redis).values()) == {-1}
    old = set(keys(redis))
    database.ids = users(2000, 1000)
    assert evaluate(plane).member_count == 2000
    assert check(client, "user-1") == ("TRUE", "MEMBER"), "a server that is behind goes on"
    load(plane, serving)
    assert check(client, "user-1") == ("FALSE", "NOT_MEMBER")
    assert check(client, "user-2999") == ("TRUE", "MEMBER")
    left = keys(redis)
    assert all(0 < left[key] <= 3600 for key in old)
    assert {left[key] for key in set(left) - old} == {-1}


def test_a_redis_that_is_gone_leaves_it_unknown_until_it_is_back(plane, database, redis, deciding):
    serving, client = deciding
    database.ids = users(10)
    evaluate(plane)
    publish(plane, serving)
    assert check(client, "user-1") == ("TRUE", "MEMBER")
    for node in nodes(redis):
        node.child.send_signal(signal.SIGSTOP)
    assert check(client, "user-1") == ("UNKNOWN", "MEMBERS_UNREACHABLE")
    for node in nodes(redis):
        node.child.send_signal(signal.SIGCONT)
    wait_until(lambda: check(client, "user-1") == ("TRUE", "MEMBER"), "redis is back")
    assert serving.stats()["member_lookup_failures"] > 0
    for node in nodes(redis):
        node.ask("FLUSHALL")
    assert check(client, "user-1") == ("UNKNOWN", "MEMBERS_UNREACHABLE"), "not FALSE"


def test_what_fails_or_is_cancelled_leaves_nothing_and_changes_nothing(plane, database, redis):
    database.ids = users(3000)
    evaluate(plane)
    before = keys(redis)
    database.failure = QueryFailed("TIMEOUT", "too long")
    assert evaluate(plane) == "TIMEOUT"
    database.failure = None
    database.ids = users(10)
    assert evaluate(plane) == "SHRINKS"
    database.ids = users(3000)
    database.hold()
    operation = begin(plane)
    database.wait_until_held()
    cancel(plane, operation)
    database.go_on()
    assert outcome(wait(plane, operation)) == "CANCELLED"
    assert keys(redis) == before
    assert len(history(plane)) == 4


def test_a_dry_run_counts_without_redis(plane, database, redis):
    database.ids = users(20)
    assert evaluate(plane, dry_run=True).member_count == 20
    assert keys(redis) == {}


def test_what_is_in_redis_is_not_listed_and_not_subtracted(plane, database, refused):
    database.ids = users(20)
    evaluate(plane)
    make_static(plane, "other", users(3))
    with refused("FAILED_PRECONDITION", "IN_REDIS"):
        plane.segments.SubtractSegment(
            pb.SubtractSegmentRequest(name="segments/other", subtrahend="segments/s")
        )
    with refused("FAILED_PRECONDITION", "NOT_LISTABLE"):
        list(plane.segments.ExportMembers(pb.ExportMembersRequest(name="segments/s")))


def test_members_move_to_memory_and_back(plane, database, redis):
    database.ids = users(20)
    evaluate(plane)
    change(plane, "MEMBER_LOOKUP_MEMORY")
    assert evaluate(plane).member_count == 20
    assert all(left > 0 for left in keys(redis).values())
    change(plane, "MEMBER_LOOKUP_REDIS")
    assert evaluate(plane).member_count == 20
    assert -1 in keys(redis).values()


def change(plane, lookup):
    segment = plane.segments.GetSegment(segment_pb2.GetSegmentRequest(name="segments/s"))
    segment.lookup = lookup
    plane.segments.UpdateSegment(
        segment_pb2.UpdateSegmentRequest(segment=segment, update_mask={"paths": ["lookup"]})
    )


def test_without_a_redis_it_says_so(start, database, tmp_path):
    plane = start(f"sqlite:///{tmp_path}/store.db", connections=FakeConnections(database))
    make_query(plane)
    make_dynamic(plane, lookup="MEMBER_LOOKUP_REDIS")
    database.ids = users(3)
    assert evaluate(plane) == "NO_REDIS"
