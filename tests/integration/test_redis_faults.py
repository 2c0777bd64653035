"""Redis, when it is not well: decisions in time, degraded, nothing wrong written."""

import threading
import time
import urllib.request

import pytest
from doors import ServerDoor, sealed

from servers.waiting import wait_until
from turnout import Client, Context

EXPERIMENTS = {
    "experiments": {
        "button": {
            "status": "running",
            "variants": {
                "control": {"weight": "0%", "value": 1},
                "green": {"weight": "100%", "value": 2},
            },
        }
    },
    "flags": {"plain": {"variants": {"on": True, "off": False}, "default": "on"}},
}
KEY = "turnout:sticky:{user:u-1}:button"
BUDGET_S = 0.2
# What a busy machine takes on top.
IN_TIME_S = 1.5


@pytest.fixture
def door(redis, tmp_path):
    door = ServerDoor(tmp_path, sticky_redis=redis.url, sticky_budget_s=BUDGET_S)
    door.load(sealed(EXPERIMENTS))
    yield door
    door.close()


def decide(door, unit="u-1"):
    """A decision, and that it came in time."""
    started = time.monotonic()
    decision = door.decide(Context(unit))
    assert time.monotonic() - started < IN_TIME_S
    assert (decision.variant, decision.enrolled) == ("green", True), "the hash's variant"
    return decision


def is_well(door, unit="u-1"):
    return not decide(door, unit).degraded


def is_degraded(decision):
    # What could not be asked is the server's, not an attribute of the caller's.
    return (decision.reason, decision.degraded, decision.unknown_attributes) == (
        "ASSIGNED",
        True,
        (),
    )


def test_it_is_killed_and_comes_back(door, redis):
    assert decide(door).reason == "ASSIGNED"
    assert decide(door).reason == "STICKY"
    redis.kill()
    wait_until(lambda: is_degraded(decide(door)), "the loss is noticed")
    redis.start()
    wait_until(lambda: is_well(door), "it is found again")
    assert decide(door).reason == "STICKY"


def test_it_is_not_there_at_the_start(tmp_path, redis):
    redis.kill()
    door = ServerDoor(tmp_path, sticky_redis=redis.url, sticky_budget_s=BUDGET_S)
    door.load(sealed(EXPERIMENTS))
    assert is_degraded(decide(door))
    redis.start()
    wait_until(lambda: is_well(door), "it is found")
    door.close()


def test_it_stands_still_and_holds_up_nobody_else(door, redis):
    assert decide(door).reason == "ASSIGNED"
    redis.stop()
    waiting = threading.Thread(target=decide, args=(door,))
    waiting.start()
    with Client(f"unix:{door.addresses.unix}") as client:
        # On the same thread of the server: it waits for no store.
        started = time.monotonic()
        for _ in range(20):
            assert client.decide("plain", Context("u-1")).variant == "on"
        assert time.monotonic() - started < BUDGET_S
    waiting.join()
    wait_until(lambda: is_degraded(decide(door)), "it costs a budget")

    def costs_nothing():
        started = time.monotonic()
        return is_degraded(decide(door)) and time.monotonic() - started < BUDGET_S / 4

    wait_until(costs_nothing, "after a while nobody waits for it")
    redis.go_on()
    wait_until(lambda: is_well(door), "it answers again")
    assert decide(door).reason == "STICKY"


def test_the_deadline_of_a_call_comes_first(redis, tmp_path):
    door = ServerDoor(tmp_path, sticky_redis=redis.url, sticky_budget_s=30.0)
    door.load(sealed(EXPERIMENTS))
    assert decide(door).reason == "ASSIGNED"
    redis.stop()
    started = time.monotonic()
    decision = door.client.decide("button", Context("u-1"), timeout=0.5)
    assert time.monotonic() - started < 0.5
    assert is_degraded(decision)
    redis.go_on()
    door.close()


def test_it_is_full(door, redis):
    assert decide(door, "u-1").reason == "ASSIGNED"
    redis.ask("CONFIG", "SET", "maxmemory", "1")
    assert decide(door, "u-1").reason == "STICKY", "what is there is read"
    assert is_degraded(decide(door, "u-2"))
    redis.ask("CONFIG", "SET", "maxmemory", "0")
    assert redis.ask("DBSIZE") == "1"
    assert is_well(door, "u-2")


def test_it_is_flushed(door, redis):
    assert decide(door).reason == "ASSIGNED"
    redis.ask("FLUSHALL")
    again = decide(door)
    assert (again.reason, again.degraded) == ("ASSIGNED", False)
    assert redis.ask("DBSIZE") == "1"


@pytest.mark.parametrize(
    "garbage",
    [
        ("HSET", KEY, "1", "garbage"),
        ("HSET", KEY, "one", "{}"),
        ("HSET", KEY, "1", '{"variant":"control"}'),
        ("SET", KEY, "text"),
    ],
    ids=["value", "epoch", "half", "type"],
)
def test_somebody_wrote_garbage(door, redis, garbage):
    assert decide(door).reason == "ASSIGNED"
    redis.ask("DEL", KEY)
    redis.ask(*garbage)
    before = redis.ask("DUMP", KEY)
    assert is_degraded(decide(door))
    assert redis.ask("DUMP", KEY) == before, "nothing is written over it"
    assert door.plane.stats()["sticky_garbage"] >= 1
    redis.ask("DEL", KEY)
    assert decide(door).reason == "ASSIGNED"


def test_replicas_with_other_weights_keep_one_record(redis, tmp_path):
    """The one that writes first wins, and the other one says what was kept."""
    first, second = (
        ServerDoor(tmp_path, sticky_redis=redis.url, sticky_budget_s=2.0) for _ in range(2)
    )
    first.load(sealed(EXPERIMENTS))
    weights = {"control": {"weight": "100%", "value": 1}, "green": {"weight": "0%", "value": 2}}
    button = EXPERIMENTS["experiments"]["button"] | {"variants": weights}
    second.load(sealed({"experiments": {"button": button}}))
    for number in range(50):
        at_once, answers = threading.Barrier(2), []

        def ask(door, unit=f"both-{number}", at_once=at_once, answers=answers):
            at_once.wait()
            answers.append(door.decide(Context(unit)))

        threads = [threading.Thread(target=ask, args=(door,)) for door in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({answer.variant for answer in answers}) == 1, answers
        assert sorted(answer.reason for answer in answers) == ["ASSIGNED", "STICKY"]
    first.close()
    second.close()


def test_metrics_count_it(door, redis):
    decide(door)
    decide(door)
    redis.kill()
    wait_until(lambda: is_degraded(decide(door)), "the loss is noticed")
    address = f"http://{door.addresses.admin}/metrics"
    with urllib.request.urlopen(address, timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    counted = dict(line.rsplit(" ", 1) for line in lines if line.startswith("turnout_sticky_"))
    assert int(counted["turnout_sticky_reads_total"]) >= 3
    assert int(counted["turnout_sticky_writes_total"]) == 1
    assert int(counted["turnout_sticky_read_failures_total"]) >= 1
