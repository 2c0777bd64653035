"""Decisions that go by members in Redis: degraded without it, and never beyond the budget."""

import signal
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime

import pytest

from servers.redis import RedisServer, skip_without
from servers.waiting import wait_until
from turnout import Client, Context
from turnout.compiler import compile_documents
from turnout.control.evaluating.redis_sets import FreshSet
from turnout.documents import read_mapping
from turnout.engine import DataPlane
from turnout.store import Membership
from turnout.store.membership import redis_kind

BUDGET_S = 0.3
SETS = 70


@pytest.fixture
def redis(tmp_path):
    skip_without()
    server = RedisServer(tmp_path / "redis")
    yield server
    server.kill()


def documents():
    segments = {f"s{at}": {"kind": "dynamic", "query": "q"} for at in range(SETS)}
    rules = [{"when": {"segment": f"s{at}"}, "serve": "on"} for at in range(SETS)]
    switch = {"variants": {"on": True, "off": False}, "default": "off"}
    flags = {
        "one": {**switch, "rules": rules[:1]},
        "many": {**switch, "rules": rules},
        "other": switch,
        "not-in": {
            **switch,
            "rules": [{"when": {"not": {"segment": "s0"}}, "serve": "on"}],
        },
    }
    return {"queries": {"q": {"sql": "select 1 as unit_id"}}, "segments": segments, "flags": flags}


def written(redis, at):
    """A set with `u-<at>` and `all`."""
    fresh = FreshSet(redis.url, 100_000)
    fresh.add([f"u-{at}", "all"])
    fresh.keep()
    kind = redis_kind(fresh.shards)
    return Membership(fresh.name.hex(), 0, fresh.count, kind, datetime.now(UTC), bytes(16), 1)


def sealed(redis):
    given = {f"s{at}": written(redis, at) for at in range(SETS)}
    compiled = compile_documents(read_mapping(documents()), memberships=given)
    return compiled.seal(published_by="test")


@pytest.fixture
def serve(tmp_path):
    ends = []

    def begin(snapshot, **given):
        socket = tmp_path / f"{len(ends)}.sock"
        plane = DataPlane(unix_socket=socket, admin_address="127.0.0.1:0", **given)
        addresses = plane.start()
        plane.load(snapshot)
        client = Client(f"unix:{socket}")
        ends.extend((lambda: plane.drain(1.0), client.close))
        return plane, client, addresses

    yield begin
    for end in reversed(ends):
        end()


def test_a_decision_is_one_round_trip_and_others_none(redis, serve):
    plane, client, _ = serve(sealed(redis), members_redis=redis.url, members_budget_s=2.0)
    assert client.decide("one", Context("u-0")).variant == "on"
    assert client.decide("not-in", Context("u-0")).variant == "off"
    stranger = client.decide("one", Context("u-1"))
    assert (stranger.variant, stranger.degraded) == ("off", False)
    asked = plane.stats()["member_lookups"]
    assert asked == 3
    client.decide("other", Context("u-0"))
    assert plane.stats()["member_lookups"] == asked, "it goes by no such segment"
    assert plane.stats()["decisions"] == 4, "each counts once, however often it is evaluated"


def test_one_call_looks_up_64_at_most(redis, serve):
    plane, client, _ = serve(sealed(redis), members_redis=redis.url, members_budget_s=2.0)
    found = client.decide("many", Context("u-3"))
    assert (found.variant, plane.stats()["member_lookups"]) == ("on", 64)
    beyond = client.decide("many", Context("u-69"))
    assert (beyond.variant, beyond.degraded) == ("off", True)
    assert beyond.unknown_attributes == tuple(f"s{at}" for at in range(64, 70))


def test_without_redis_decisions_are_degraded_within_the_budget(redis, serve):
    snapshot = sealed(redis)
    plane, client, addresses = serve(
        snapshot, members_redis=redis.url, members_budget_s=BUDGET_S, sticky_redis=redis.url
    )
    assert client.decide("one", Context("u-0")).variant == "on"
    redis.child.send_signal(signal.SIGSTOP)
    for key in ("one", "not-in"):
        began = time.monotonic()
        decision = client.decide(key, Context("u-0"))
        assert time.monotonic() - began < BUDGET_S * 4
        assert (decision.variant, decision.degraded) == ("off", True)
        assert decision.unknown_attributes == ("s0",)
    redis.child.send_signal(signal.SIGCONT)
    wait_until(lambda: client.decide("one", Context("u-0")).variant == "on", "it is back")
    redis.kill()
    wait_until(lambda: client.decide("one", Context("u-0")).degraded, "it is gone")
    redis.start()
    wait_until(lambda: plane.stats()["member_lookup_failures"] > 2, "they are counted")
    empty = client.decide("not-in", Context("u-0"))
    assert (empty.variant, empty.degraded) == ("off", True), "an empty redis is no empty set"
    with urllib.request.urlopen(f"http://{addresses.admin}/metrics") as answer:
        text = answer.read().decode()
    assert "turnout_member_lookups_total" in text
    assert "turnout_member_lookup_failures_total" in text


def test_a_server_that_knows_no_redis_cannot_say(redis, serve):
    _, client, _ = serve(sealed(redis))
    decision = client.decide("one", Context("u-0"))
    assert (decision.variant, decision.degraded) == ("off", True)


WRITES = """
import sys
from turnout.control.evaluating.redis_sets import FreshSet
fresh = FreshSet(sys.argv[1], 200_000)
for start in range(10_000_000):
    fresh.add([f"u-{start * 1000 + at}" for at in range(1000)])
    if start == 20:
        print("writing", flush=True)
"""


def test_what_a_killed_writer_leaves_goes_by_itself(redis):
    command = [sys.executable, "-c", WRITES, redis.url]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "writing\n"
    child.kill()
    child.wait()
    child.stdout.close()
    keys = redis.ask("KEYS", "turnout:members:*").split()
    assert len(keys) == 4
    assert all(0 < int(redis.ask("TTL", key)) <= 3600 for key in keys)
