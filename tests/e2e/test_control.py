"""From an RPC to a decision: one server with a store of its own and both planes."""

import contextlib
import json
import os
import random
import re
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from servers.bucket import SECRET, Bucket
from servers.processes import is_alive
from servers.waiting import SOON_S, wait_until
from turnout.control.v1 import (
    flag_pb2,
    flag_pb2_grpc,
    release_pb2,
    release_pb2_grpc,
    schedule_pb2,
    schedule_pb2_grpc,
)
from turnout.serving.sealed import read_sealed
from turnout.v1.value_pb2 import Value


@contextlib.contextmanager
def control(server):
    """Stubs of flags and releases, once the control plane is there."""
    # Else it tries ever less often, and the last time long before the end of the wait.
    trying = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
    with grpc.insecure_channel(f"127.0.0.1:{server.control_port}", trying) as channel:
        grpc.channel_ready_future(channel).result(SOON_S)
        yield flag_pb2_grpc.FlagServiceStub(channel), release_pb2_grpc.ReleaseServiceStub(channel)


def flag(default="off"):
    variants = [
        flag_pb2.FlagVariant(name="on", value=Value(boolean=True)),
        flag_pb2.FlagVariant(name="off", value=Value(boolean=False)),
    ]
    return flag_pb2.Flag(
        variants=variants, default_variant=default, status=flag_pb2.FLAG_STATUS_ENABLED
    )


def create(flags, key, default="off"):
    return flags.CreateFlag(
        flag_pb2.CreateFlagRequest(flag=flag(default), flag_id=key), timeout=SOON_S
    )


def set_default(flags, key, default):
    changed = flag_pb2.Flag(name=f"flags/{key}", default_variant=default)
    return flags.UpdateFlag(flag_pb2.UpdateFlagRequest(flag=changed), timeout=SOON_S)


def publish(releases):
    return releases.Publish(release_pb2.PublishRequest(comment="test"), timeout=SOON_S)


def test_a_published_flag_is_decided_and_a_rollback_takes_it_back(controlled):
    server = controlled().start()
    with control(server) as (flags, releases):
        create(flags, "a")
        assert server.tried("a") is None
        first = publish(releases)
        assert server.wait_for_variant("off").snapshot.id == first.id
        set_default(flags, "a", "on")
        time.sleep(0.3)
        assert server.decide("a").variant == "off"
        second = publish(releases)
        assert (second.revision, second.changed) == (2, ["flags/a"])
        assert server.wait_for_variant("on").snapshot.revision == 2
        back = releases.Rollback(release_pb2.RollbackRequest(name=first.name), timeout=SOON_S)
        assert (back.revision, back.id) == (3, first.id)
        decision = server.wait_for_variant("off")
        assert decision.snapshot.revision == 3
        assert not decision.snapshot.stale
    assert server.stop() == 0


@pytest.mark.parametrize("role", ["all", "control"])
def test_a_port_of_the_control_plane_that_is_taken_ends_the_server(controlled, role):
    server = controlled("--role", role)
    with socket.create_server(("127.0.0.1", server.control_port)):
        server.start()
        assert server.child.wait(SOON_S) == 4
    assert "another program has it" in server.log


def test_it_says_where_everything_is(controlled):
    server = controlled().start()
    wait_until(lambda: "turnout serves" in server.log, "the first lines")
    assert f"control    127.0.0.1:{server.control_port}" in server.log
    assert f"store      sqlite:///{server.state}/store.db" in server.log
    assert "none yet: nothing was published" in server.log


def test_what_was_published_is_served_at_once_after_a_restart(controlled):
    server = controlled().start()
    with control(server) as (flags, releases):
        create(flags, "a")
        published = publish(releases)
        server.wait_for_decision()
    server.stop()
    server.start()
    assert server.wait_for_decision().snapshot.id == published.id


def test_decisions_go_on_without_the_store(controlled):
    server = controlled("--rescan", "0.2").start()
    with control(server) as (flags, releases):
        create(flags, "a")
        publish(releases)
        server.wait_for_decision()
    store = server.state / "store.db"
    away = store.with_name("away.db")
    server.stop()
    store.rename(away)
    store.mkdir()  # neither a database nor a place for one
    server.start()
    assert server.wait_for_decision().variant == "off"
    wait_until(lambda: "decisions go on" in server.log, "the log")
    worker = server.wait_for_worker()
    assert is_alive(worker)
    store.rmdir()
    away.rename(store)
    with control(server) as (flags, releases):
        set_default(flags, "a", "on")
        publish(releases)
        assert server.wait_for_variant("on").snapshot.revision == 2


def test_nothing_acknowledged_is_lost_when_the_worker_is_killed(controlled):
    """kill -9 at random moments of writes and publications; decisions never fail."""
    server = controlled().start()
    seed = random.randrange(1 << 30)
    chance = random.Random(seed)
    acknowledged = {"flags": [], "revision": 0}
    ended = threading.Event()

    def write():
        number = 0
        while not ended.is_set():
            with contextlib.suppress(grpc.RpcError, grpc.FutureTimeoutError), control(server) as (
                flags, releases,
            ):  # fmt: skip
                while not ended.is_set():
                    number += 1
                    create(flags, f"f{number}")
                    acknowledged["flags"].append(f"f{number}")
                    acknowledged["revision"] = publish(releases).revision

    with control(server) as (flags, releases):
        create(flags, "a")
        publish(releases)
    server.wait_for_decision()
    writing = threading.Thread(target=write)
    writing.start()
    killed = 0
    last = 0
    try:
        for _ in range(6):
            before = len(acknowledged["flags"])
            wait_until(lambda before=before: len(acknowledged["flags"]) > before, "a write")
            until = time.monotonic() + chance.uniform(0, 1)
            while time.monotonic() < until:
                decision = server.decide("a")
                assert decision.snapshot.revision >= last, seed
                last = decision.snapshot.revision
            worker = server.wait_for_worker(other_than=killed)
            known = acknowledged["revision"]
            os.kill(worker, signal.SIGKILL)
            killed = worker
            wait_until(lambda known=known: server.decide("a").snapshot.revision >= known, "it")
    finally:
        ended.set()
        writing.join()
    with control(server) as (flags, releases):
        publish(releases)
        current = releases.GetSnapshot(release_pb2.GetSnapshotRequest(name="snapshots/current"))
        assert current.revision >= acknowledged["revision"], seed
        for key in acknowledged["flags"]:
            flags.GetFlag(flag_pb2.GetFlagRequest(name=f"flags/{key}"), timeout=SOON_S)
        newest = acknowledged["flags"][-1]
        server.wait_for_decision(newest)


def test_a_control_plane_alone_answers_no_decisions(controlled):
    server = controlled("--role", "control").start()
    with control(server) as (flags, releases):
        create(flags, "a")
        publish(releases)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 1)
    assert f"health     http://127.0.0.1:{server.admin_port}/readyz" in server.log
    assert [get(server, f"/{page}")[0] for page in ("healthz", "startupz", "readyz")] == [200] * 3
    assert metric(server, "turnout_snapshot_revision") == 1
    assert metric(server, "turnout_store_reachable") == 1
    assert server.stop() == 0


def get(server, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.admin_port}{path}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def metric(server, name):
    return float(re.search(rf"^{name} (\S+)$", get(server, "/metrics")[1], re.MULTILINE)[1])


def health_of(server, name=""):
    with grpc.insecure_channel(f"127.0.0.1:{server.control_port}") as channel:
        request = health_pb2.HealthCheckRequest(service=name)
        answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=SOON_S)
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def test_health_says_that_the_database_is_gone_and_that_it_is_back(own_postgres, controlled):
    url = own_postgres.new_database()
    server = controlled("--role", "control", "--store", url, "--rescan", "3600").start()
    service = "turnout.control.v1.FlagService"
    with control(server) as (flags, releases):
        create(flags, "a")
        publish(releases)
        wait_until(lambda: metric(server, "turnout_snapshot_revision") == 1, "it is handed out")
        assert health_of(server, service) == "SERVING"
        own_postgres.kill()
        wait_until(lambda: health_of(server, service) == "NOT_SERVING", "health says so")
        # Sidecars are still handed what was published.
        assert health_of(server) == "SERVING"
        status, told = get(server, "/readyz")
        assert (status, json.loads(told)["store"]) == (200, "unreachable")
        assert metric(server, "turnout_store_reachable") == 0
        own_postgres.start()
        wait_until(lambda: health_of(server, service) == "SERVING", "it is back")
        assert metric(server, "turnout_store_reachable") == 1


def test_the_first_token_is_shown_once_and_needed(controlled):
    server = controlled("--authentication").start()
    with control(server) as (flags, _):
        with pytest.raises(grpc.RpcError) as refused:
            create(flags, "a")
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        shown = wait_until(lambda: re.search(r"turnout_admin_[0-9a-f]{64}", server.log), "a token")
        bearer = (("authorization", f"Bearer {shown[0]}"),)
        request = flag_pb2.CreateFlagRequest(flag=flag(), flag_id="a")
        assert flags.CreateFlag(request, metadata=bearer, timeout=SOON_S).name == "flags/a"
    server.stop()
    server.start()
    with control(server) as (flags, _):
        assert flags.GetFlag(flag_pb2.GetFlagRequest(name="flags/a"), metadata=bearer)
    assert server.log.count(shown[0]) == 1


def test_the_author_may_not_publish_where_two_are_required(controlled):
    server = controlled("--require-second-person").start()
    with control(server) as (flags, releases):
        create(flags, "a")
        with pytest.raises(grpc.RpcError) as refused:
            publish(releases)
        assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_control_planes_on_one_database_follow_each_other(own_postgres, controlled, tmp_path):
    url = own_postgres.new_database()
    writer = controlled("--role", "control", "--store", url).start()
    (tmp_path / "other").mkdir()
    # Nothing is found by looking in this time: it is woken.
    other = controlled("--store", url, "--rescan", "3600", folder=tmp_path / "other").start()
    with control(other) as _, control(writer) as (flags, releases):
        create(flags, "a")
        publish(releases)
        assert other.wait_for_decision().variant == "off"
        set_default(flags, "a", "on")
        published = publish(releases)
        assert other.wait_for_variant("on").snapshot.revision == published.revision
        own_postgres.kill()
        assert other.decide().variant == "on"
        with pytest.raises(grpc.RpcError) as gone:
            set_default(flags, "a", "off")
        assert gone.value.code() is grpc.StatusCode.UNAVAILABLE
        own_postgres.start()
        wait_until(lambda: _tried(lambda: set_default(flags, "a", "off")), "a write")
        publish(releases)
        other.wait_for_variant("off")


def _tried(call):
    try:
        return call()
    except grpc.RpcError:
        return None


def test_old_snapshots_go_as_the_settings_say(controlled, monkeypatch):
    monkeypatch.setenv("TURNOUT_KEEP_SNAPSHOTS", "2")
    monkeypatch.setenv("TURNOUT_KEEP_SNAPSHOTS_DAYS", "0")
    server = controlled("--role", "control").start()
    with control(server) as (flags, releases):
        for key in ("a", "b", "c"):
            create(flags, key)
            publish(releases)
        kept = releases.ListSnapshots(release_pb2.ListSnapshotsRequest(), timeout=SOON_S)
        assert [one.revision for one in kept.snapshots] == [3, 2]


def test_a_sidecar_decides_by_what_is_published(controlled, make_server, tmp_path):
    server = controlled("--role", "control").start()
    (tmp_path / "sidecar").mkdir()
    sidecar = make_server(tmp_path / "sidecar", documents=None)
    origin = f"http://127.0.0.1:{server.snapshots_port}"
    sidecar.source = ["--role", "sidecar", "--from", origin, "--poll", "1"]
    with control(server) as (flags, releases):
        create(flags, "a")
        publish(releases)
        sidecar.start()
        assert sidecar.wait_for_decision().variant == "off"
        set_default(flags, "a", "on")
        publish(releases)
        sidecar.wait_for_variant("on")
        releases.Rollback(release_pb2.RollbackRequest(name="snapshots/1"), timeout=SOON_S)
        assert sidecar.wait_for_variant("off").snapshot.revision == 3


@pytest.mark.parametrize("role", ["control", "all"])
def test_a_sidecar_decides_by_an_object_that_the_control_plane_writes(
    controlled, make_server, tmp_path, monkeypatch, role
):
    bucket = Bucket()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    url = "s3://shop/current.snapshot"
    server = controlled("--role", role, "--snapshots-to", url).start()
    (tmp_path / "sidecar").mkdir()
    sidecar = make_server(tmp_path / "sidecar", documents=None)
    sidecar.source = ["--role", "sidecar", "--from", url, "--poll", "0.5"]
    sidecar.start()
    with contextlib.closing(bucket), control(server) as (flags, releases):
        create(flags, "a")
        first = publish(releases)
        assert sidecar.wait_for_decision().snapshot.id == first.id
        bucket.refuses = 503
        set_default(flags, "a", "on")
        second = publish(releases)
        wait_until(lambda: health(server)["snapshots_to"]["failures"].get("status"), "a failure")
        assert sidecar.decide().variant == "off"
        bucket.refuses = 0
        assert sidecar.wait_for_variant("on").snapshot.revision == second.revision
        wait_until(lambda: deposited(server) == (2, True), "that it is told")
        server.kill_all()
        written = bucket.count("PUT")
        del bucket.objects["/shop/current.snapshot"]
        server.start()
        wait_until(lambda: bucket.objects, "it is written again")
        assert bucket.count("PUT") == written + 1
        assert not sidecar.decide().snapshot.stale
        assert SECRET not in server.log + sidecar.log
        assert sidecar.stop() == server.stop() == 0


def test_two_control_planes_on_one_database_write_one_object(
    own_postgres, controlled, tmp_path, monkeypatch
):
    bucket = Bucket()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    options = ("--role", "control", "--store", own_postgres.new_database())
    options += ("--snapshots-to", "s3://shop/current.snapshot")
    (tmp_path / "other").mkdir()
    one = controlled(*options).start()
    with contextlib.closing(bucket), control(one) as (flags, releases):
        other = controlled(*options, folder=tmp_path / "other").start()
        wait_until(lambda: _tried(lambda: health_of(other) == "SERVING"), "the other one")
        create(flags, "a")
        for default in ("on", "off", "on", "off"):
            set_default(flags, "a", default)
            last = publish(releases)
        for server in (one, other):
            wait_until(lambda s=server: deposited(s) == (last.revision, True), "it is there")
        revisions = [read_sealed(body).revision for body in bucket.written]
        assert revisions == sorted(set(revisions))


def deposited(server):
    """Which revision is where it writes to, and whether that is what it knows as current."""
    told = health(server)["snapshots_to"]
    return told["revision"], told["is_current"]


def health(server):
    """What a control plane says of itself where snapshots are handed out."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.snapshots_port}/healthz") as answer:
        return json.load(answer)


def test_what_is_scheduled_is_decided_also_when_it_was_missed(controlled):
    server = controlled().start()
    with control(server) as (flags, releases):
        create(flags, "a")
        publish(releases)
        server.wait_for_variant("off")
        schedule(server, "SCHEDULED_VERB_DISABLE", seconds=1.5)
        wait_until(lambda: server.decide("a").reason == "DISABLED", "it is disabled")
        missed = schedule(server, "SCHEDULED_VERB_ENABLE", seconds=2)
    server.kill_all()
    time.sleep(max(0, missed.change_time.seconds + 1 - time.time()))
    server.start()
    assert server.wait_for_variant("off").snapshot.revision == 3
    assert server.stop() == 0


def schedule(server, verb, *, seconds):
    """Schedules a verb for the flag `a`."""
    change = schedule_pb2.ScheduledChange(item="flags/a", move={"verb": verb})
    change.change_time.FromNanoseconds(time.time_ns() + int(seconds * 1e9))
    request = schedule_pb2.CreateScheduledChangeRequest(scheduled_change=change)
    with grpc.insecure_channel(f"127.0.0.1:{server.control_port}") as channel:
        stub = schedule_pb2_grpc.ScheduleServiceStub(channel)
        return stub.CreateScheduledChange(request, timeout=SOON_S)
