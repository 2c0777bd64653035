"""What is killed, broken or gone costs no decision and no good snapshot."""

import os
import random
import shutil
import signal
import threading
import time

from servers.processes import is_alive
from servers.waiting import wait_until
from turnout.client import Client
from turnout.results import Context


def test_killing_the_worker_costs_no_decision(server):
    server.start()
    server.wait_for_decision()
    failures, decided, ended = [], [0], threading.Event()

    def ask():
        with Client(f"unix:{server.socket}", timeout=5) as client:
            while not ended.is_set():
                try:
                    assert client.decide("b", Context("u-1")).variant == "off"
                except Exception as error:  # noqa: BLE001 - any is one too many
                    failures.append(error)
                decided[0] += 1

    asking = threading.Thread(target=ask)
    asking.start()
    worker = 0
    for _ in range(3):
        worker = server.wait_for_worker(other_than=worker)
        os.kill(worker, signal.SIGKILL)
    server.wait_for_worker(other_than=worker)
    server.replace("a.yaml", server.flag("a", default="on"))
    server.wait_for_variant("on")
    ended.set()
    asking.join(10)
    assert failures == []
    assert decided[0] > 100


def test_a_killed_server_leaves_no_worker(server):
    server.start()
    server.wait_for_decision()
    worker = server.wait_for_worker()
    os.kill(server.pid, signal.SIGKILL)
    server.child.wait(10)
    wait_until(lambda: not is_alive(worker), "the end of the worker")


def test_last_known_good_is_served_when_the_folder_is_gone(server):
    server.start()
    first = server.wait_for_decision().snapshot
    server.stop()
    shutil.rmtree(server.documents)
    server.start()
    decision = server.wait_for_decision()
    assert decision.variant == "off"
    assert (decision.snapshot.id, decision.snapshot.revision) == (first.id, 1)
    assert decision.snapshot.stale
    wait_until(lambda: "cannot read the documents" in server.log, "the log")
    server.documents.mkdir()
    server.replace("a.yaml", server.flag("a", default="on"))
    fresh = server.wait_for_variant("on").snapshot
    assert fresh.revision == 2
    assert not fresh.stale


def test_a_folder_that_goes_away_changes_nothing_but_the_age(server):
    server.start("--rescan", "0.2")
    first = server.wait_for_decision().snapshot
    server.documents.rename(server.documents.with_name("away"))
    wait_until(lambda: "cannot read the documents" in server.log, "the log")
    time.sleep(1)
    away = server.decide().snapshot
    assert away.id == first.id
    assert away.age > 0.8
    server.documents.with_name("away").rename(server.documents)
    wait_until(lambda: server.decide().snapshot.age < 0.5, "a young age")


def test_a_damaged_last_known_good_is_refused_and_said(server):
    server.start()
    server.wait_for_decision()
    server.stop()
    kept = server.state / "last-known-good.snapshot"
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    server.start()
    assert server.wait_for_decision().variant == "off"
    assert "is refused" in server.log
    assert server.decide().snapshot.revision == 1  # it is the same content


def test_the_snapshot_of_other_documents_is_not_served(server, make_server, tmp_path):
    server.start()
    server.wait_for_decision()
    server.stop()
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.yaml").write_text(server.flag("x"))
    second = make_server(documents=other).start()
    decision = second.wait_for_decision("x")
    assert decision.snapshot.revision == 2
    assert second.tried("a") is None


def test_kill_nine_of_all_while_documents_are_edited(server):
    """After each restart a good snapshot is served at once, and revisions never fall."""
    seed = random.randrange(1 << 30)
    chance = random.Random(seed)
    ended = threading.Event()
    last = {"revision": 0}

    def edit():
        number = 0
        while not ended.wait(0.1):
            number += 1
            server.replace("a.yaml", server.flag("a", default=("on", "off")[number % 2]))
            server.replace("c.yaml", server.flag(f"c{number}"))

    server.start()
    server.wait_for_decision()
    editing = threading.Thread(target=edit)
    editing.start()
    try:
        for turn in range(10):
            time.sleep(chance.uniform(0.05, 0.7))
            server.kill_all()
            server.start()
            decision = server.wait_for_decision("b")
            note = f"turn {turn} of seed {seed}"
            assert decision.variant == "off", note
            assert decision.snapshot.revision >= last["revision"], note
            last["revision"] = decision.snapshot.revision
            assert "is refused" not in server.log, note
            assert not server.status().problems, note
    finally:
        ended.set()
        editing.join(10)
    server.replace("a.yaml", server.flag("a", default="on"))
    server.wait_for_variant("on")
