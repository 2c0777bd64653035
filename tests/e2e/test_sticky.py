"""`turnout serve --sticky`: what a crash leaves, what is told, and what is kept secret."""

import itertools
import resource
import time
from pathlib import Path

import pytest

from servers.waiting import wait_until
from turnout import Context

EXPERIMENT = """\
experiments:
  button:
    status: running
    variants: {{control: {{weight: {control}%, value: 1}}, green: {{weight: {green}%, value: 2}}}}
"""
# What gathers and commits within 50 ms, and what a busy disk takes on top.
ON_DISK_S = 0.5


def experiment(*, green: int) -> str:
    return EXPERIMENT.format(control=100 - green, green=green)


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.yaml").write_text(experiment(green=100))
    return folder


def decide(server, unit):
    with server.client() as client:
        return client.decide("button", Context(unit))


def ready(server):
    wait_until(lambda: server.tried("button"), f"a decision\n{server.log}")


def wait_for_new_weights(server):
    def are_there():
        return decide(server, f"new-{time.monotonic()}").variant == "control"

    wait_until(are_there, "the new weights")


def test_what_was_committed_survives_kill_9(server):
    kept = []
    for round_ in range(4):
        # All of the slots belong to `green` in the first round, and to `control` from then on.
        server.start("--sticky", "embedded")
        ready(server)
        if round_ == 1:
            server.replace("a.yaml", experiment(green=0))
            wait_for_new_weights(server)
        for unit, variant in kept:
            assert decide(server, unit).variant == variant
            assert decide(server, unit).reason == "STICKY"
        fresh = [f"u-{round_}-{number}" for number in range(200)]
        with server.client() as client:
            told = [client.decide("button", Context(unit)).variant for unit in fresh]
        assert set(told) == {"control" if round_ else "green"}
        time.sleep(ON_DISK_S)
        kept = [*kept, *zip(fresh, told, strict=True)]
        # More is being written at the very moment of the crash.
        with server.client() as client:
            for number in range(50):
                client.decide("button", Context(f"late-{round_}-{number}"))
        server.kill_all()
    assert (server.state / "sticky.redb").stat().st_size > 0


def test_the_end_loses_nothing(server):
    server.start("--sticky", "embedded")
    ready(server)
    units = [f"u-{number}" for number in range(100)]
    for unit in units:
        decide(server, unit)
    assert server.stop() == 0
    (server.documents / "a.yaml").write_text(experiment(green=0))
    server.start("--sticky", "embedded")
    ready(server)
    wait_for_new_weights(server)
    assert {decide(server, unit).variant for unit in units} == {"green"}


def test_the_bound_is_kept(server, monkeypatch):
    monkeypatch.setenv("TURNOUT_STICKY_MOST", "50")
    server.start("--sticky", "embedded")
    ready(server)
    for number in range(200):
        decide(server, f"u-{number:03}")
    time.sleep(ON_DISK_S)
    server.replace("a.yaml", experiment(green=0))
    wait_for_new_weights(server)
    assert decide(server, "u-000").reason == "ASSIGNED"
    assert decide(server, "u-000").variant == "control"


def test_servers_share_a_redis_and_hide_its_password(make_server, documents, tmp_path, redis):
    redis.ask("CONFIG", "SET", "requirepass", "hush-hush")
    address = redis.url.replace("redis://", "redis://:hush-hush@")
    servers = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        servers.append(make_server(folder, documents=documents).start("--sticky", address))
    for server in servers:
        ready(server)
    assert not decide(servers[0], "u-1").degraded
    assert decide(servers[1], "u-1").reason == "STICKY"
    for server in servers:
        for pid in [server.pid, *server.workers()]:
            told = Path(f"/proc/{pid}/cmdline").read_text()
            assert "hush-hush" not in told
        for pid in server.workers():
            assert "hush-hush" not in Path(f"/proc/{pid}/environ").read_text()
        assert "hush-hush" not in server.log


@pytest.mark.parametrize(
    ("address", "code"),
    [("memcached://here", 2), ("redis://:hush-hush@a:notaport", 2)],
)
def test_what_is_no_store_is_refused_in_words(server, address, code):
    server.start("--sticky", address)
    assert server.child.wait(15) == code
    assert "redis://HOST:PORT" in server.log
    assert "Traceback" not in server.log
    assert "hush-hush" not in server.log


def test_a_damaged_file_is_named(server):
    server.state.mkdir()
    (server.state / "sticky.redb").write_bytes(b"no database")
    server.start("--sticky", "embedded")
    assert server.child.wait(15) == 4
    assert "sticky.redb" in server.log
    assert "move it away" in server.log


def test_a_full_disk_costs_memory_and_not_decisions(server):
    """What the file holds goes on to count; new records are refused until there is room."""
    server.start("--sticky", "embedded")
    ready(server)
    assert not decide(server, "before").degraded
    time.sleep(ON_DISK_S)
    size = (server.state / "sticky.redb").stat().st_size
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    long = "x" * 60_000
    numbers = itertools.count()
    wait_until(lambda: decide(server, f"{next(numbers)}-{long}").degraded, "it is full")
    full = decide(server, "new")
    assert (full.variant, full.reason, full.degraded) == ("green", "ASSIGNED", True)
    wait_until(lambda: decide(server, "before").reason == "STICKY", "what was there")
    assert not decide(server, "before").degraded
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    wait_until(lambda: not decide(server, "new").degraded, "there is room again")
    assert decide(server, "new").reason == "STICKY"
