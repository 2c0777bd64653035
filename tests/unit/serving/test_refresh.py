"""A sidecar keeps what it has, whatever its source does, counts it, and recovers by itself."""

import logging
import os
import time

import pytest

from servers.hostile import (
    STREAM,
    answer,
    dripping,
    event,
    head,
    raw,
    silent,
    snapshot,
)
from servers.ports import free_port
from servers.waiting import wait_until
from turnout.serving.backoff import Backoff
from turnout.serving.connection import Connections, Credentials
from turnout.serving.fetched import RefreshFailed
from turnout.serving.file_origin import FileOrigin
from turnout.serving.http_origin import HttpOrigin
from turnout.serving.kept import KeptSnapshot
from turnout.serving.refresh import Refresh
from turnout.serving.sealed import read_sealed
from turnout.serving.watch import Watch

MOST = 1 << 16


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def make(server, served, state, gathering):
    """Makes refreshes of the hostile server; ended with the test."""
    made = []

    def make(*, watch=False, poll_s=0.05, url=server.url):
        connections = Connections(url, Credentials())
        backoff = {"first_s": 0.02, "longest_s": 0.05}
        news = Watch(connections, silence_s=0.4, first_s=0.4, backoff=Backoff(**backoff))
        origin = HttpOrigin(connections, most_bytes=MOST, silence_s=1.0, whole_s=1.5)
        refresh = Refresh(
            origin,
            served,
            KeptSnapshot(state, connections.place),
            gathering(origin),
            poll_s=poll_s,
            news=news if watch else None,
            backoff=Backoff(**backoff),
        )
        made.append(refresh)
        return refresh

    yield make
    for refresh in made:
        refresh.stop()


def bad_answers(seal):
    """By name: what a server must not make a sidecar serve, and how it is counted."""
    good = seal(6, default="off")
    changed = bytearray(good)
    changed[-1] ^= 1
    return {
        "slow": (dripping(head(200, len(good)) + good), "timeout"),
        "half": (answer(200, good[:99], length=len(good)), "incomplete"),
        "half, with the length of the half": (answer(200, good[:99]), "damaged"),
        "twice": (answer(200, good + good), "damaged"),
        "a wrong checksum": (answer(200, bytes(changed)), "damaged"),
        "older": (snapshot(seal(4, default="off")), "older_revision"),
        "another of the same revision": (snapshot(seal(5, default="off")), "older_revision"),
        "500": (answer(500), "status"),
        "401": (answer(401), "denied"),
        "404": (answer(404), "missing"),
        "nothing": (raw(b""), "incomplete"),
        "silence": (silent(), "timeout"),
        "no body": (answer(200), "damaged"),
        "a page": (answer(200, b"<html>sign in</html>"), "damaged"),
        "a redirect": (answer(302, Location="/v1/snapshot"), "redirected"),
        "too much": (answer(200, b"x" * (MOST + 1)), "too_large"),
        "garbage": (raw(os.urandom(1000)), "garbled"),
        "half a head": (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "damaged"),
    }


NAMES = list(bad_answers(lambda *_, **__: b"any"))


@pytest.fixture
def bad(request, seal):
    return bad_answers(seal)[request.param]


@pytest.mark.parametrize("bad", NAMES, indirect=True)
def test_a_bad_answer_changes_nothing_is_counted_and_is_recovered_from(
    server, served, make, seal, bad, state, caplog
):
    script, kind = bad
    server.snapshot = snapshot(seal(5), etag='"5"')
    refresh = make()
    refresh.start()
    served.wait_for(5)

    def kept():
        path = state / "last-known-good.snapshot"
        return path.exists() and path.read_bytes()

    wait_until(lambda: kept() == seal(5), "the last good snapshot")
    server.snapshot = script
    with caplog.at_level(logging.INFO):
        wait_until(lambda: refresh.failures.counted().get(kind, 0) >= 2, kind)
    confirmed = served.confirmed
    assert set(refresh.failures.counted()) == set(served.failed) == {kind}
    assert served.loaded == [(5, True)]
    assert kept() == seal(5)
    said = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == 1
    # What failed was not committed: the question is still for another than revision 5.
    assert 'If-None-Match: "5"' in server.asked[-1]
    server.snapshot = snapshot(seal(7, default="off"), etag='"7"')
    served.wait_for(7)
    wait_until(lambda: served.confirmed > confirmed, "a confirmation")
    wait_until(lambda: kept() == seal(7, default="off"), "the new last good snapshot")


@pytest.mark.parametrize(
    "bad",
    # Nothing is older than nothing.
    [name for name in NAMES if name not in {"older", "another of the same revision"}],
    indirect=True,
)
def test_without_a_snapshot_a_bad_answer_leaves_none(server, served, make, seal, bad):
    script, kind = bad
    server.snapshot = script
    refresh = make()
    refresh.start()
    wait_until(lambda: refresh.failures.counted().get(kind, 0) >= 2, kind)
    assert (served.loaded, served.confirmed) == ([], 0)
    server.snapshot = snapshot(seal(1))
    served.wait_for(1)


def test_what_did_not_change_is_confirmed_and_not_loaded_again(server, served, make, seal):
    server.snapshot = snapshot(seal(1))
    make().start()
    wait_until(lambda: served.confirmed > 3, "confirmations")
    assert served.loaded == [(1, True)]


def test_a_server_without_etags_is_asked_for_all_and_nothing_is_loaded_twice(
    server, served, make, seal
):
    server.snapshot = answer(200, seal(1))
    make().start()
    wait_until(lambda: served.confirmed > 3, "confirmations")
    assert served.loaded == [(1, True)]
    assert not any("If-None-Match" in asked for asked in server.asked)


def test_equal_content_published_again_is_loaded(server, served, make, seal):
    server.snapshot = snapshot(seal(1))
    make().start()
    served.wait_for(1)
    server.snapshot = snapshot(seal(1, by="another"), etag='"2"')
    wait_until(lambda: len(served.loaded) == 2, "the second one")
    server.snapshot = snapshot(seal(2), etag='"3"')
    served.wait_for(2)


def test_what_the_engine_refuses_keeps_what_is_served_and_is_said(
    server, served, make, seal, caplog
):
    newer = seal(2, default="off")
    served.refuses = {read_sealed(newer).seal}
    server.snapshot = snapshot(seal(1), etag='"1"')
    refresh = make()
    refresh.start()
    served.wait_for(1)
    server.snapshot = snapshot(newer, etag='"2"')
    wait_until(lambda: refresh.failures.counted().get("refused", 0) >= 2, "two refusals")
    assert served.loaded == [(1, True)]
    assert "semantics version" in caplog.text
    assert not any('"2"' in asked for asked in server.asked)
    assert read_sealed((refresh._kept.path).read_bytes()).revision == 1
    served.refuses = set()
    served.wait_for(2)


def test_a_failure_is_said_once_and_its_end_too(server, make, seal, caplog):
    server.snapshot = answer(500)
    refresh = make()
    with caplog.at_level(logging.INFO):
        refresh.start()
        wait_until(lambda: refresh.failures.counted().get("status", 0) > 3, "four failures")
        server.snapshot = answer(401)
        wait_until(lambda: refresh.failures.counted().get("denied", 0) > 3, "four more")
        server.snapshot = snapshot(seal(1))
        wait_until(lambda: "refreshes again" in caplog.text, "the end")
    assert caplog.text.count("500") == 1
    assert caplog.text.count("401") == 1


def test_nobody_there_is_asked_again_and_again(served, make):
    refresh = make(url=f"http://127.0.0.1:{free_port()}/v1/snapshot")
    refresh.start()
    wait_until(lambda: refresh.failures.counted().get("unreachable", 0) > 2, "failures")
    assert served.loaded == []


def test_pauses_after_failures_grow_and_differ():
    backoff = Backoff(first_s=1, longest_s=8)
    for most in (1, 2, 4, 8, 8, 8):
        assert most / 2 <= backoff.pause_s() <= most
    backoff.reset()
    assert backoff.pause_s() <= 1
    assert len({Backoff().pause_s() for _ in range(20)}) > 1


def test_a_change_that_is_heard_of_is_fetched_at_once(server, served, make, seal):
    first, second = seal(1), seal(2, default="off")
    server.snapshot = snapshot(first, etag='"1"')
    server.events = silent(STREAM + event(read_sealed(first)))
    refresh = make(watch=True, poll_s=60)
    refresh.start()
    served.wait_for(1)
    wait_until(lambda: served.confirmed, "what is heard confirms")

    server.snapshot = snapshot(second, etag='"2"')
    server.events = silent(STREAM + event(read_sealed(second)))
    began = time.monotonic()
    server.drop()
    served.wait_for(2)
    assert time.monotonic() - began < 5


def test_signs_of_life_confirm_only_what_is_current(server, served, make, seal):
    first, second = seal(1), seal(2, default="off")
    server.snapshot = snapshot(first)

    def alive(named):
        def script(connected, _head):
            connected.sendall(STREAM + event(read_sealed(named)))
            while True:
                connected.sendall(b": alive\n\n")
                time.sleep(0.02)

        return script

    server.events = alive(first)
    refresh = make(watch=True, poll_s=60)
    refresh.start()
    wait_until(lambda: served.confirmed > 5, "confirmations")
    # Now it tells of a revision that it does not give.
    server.events = alive(second)
    server.drop()
    wait_until(lambda: refresh.failures.counted().get("behind", 0) >= 2, "two failures")
    confirmed = served.confirmed
    time.sleep(0.3)
    assert served.confirmed == confirmed
    server.snapshot = snapshot(second, etag='"2"')
    served.wait_for(2)


def test_garbage_events_cost_nothing_but_the_stream(server, served, make, seal):
    server.events = raw(STREAM + b"event: snapshot\ndata: nonsense\n\n")
    server.snapshot = snapshot(seal(1), etag='"1"')
    refresh = make(watch=True)
    refresh.start()
    served.wait_for(1)
    wait_until(lambda: refresh.failures.counted().get("garbled", 0) > 1, "failures")
    server.snapshot = snapshot(seal(2), etag='"2"')
    served.wait_for(2)


def test_a_hanging_stream_does_not_keep_it_from_asking(server, served, make, seal):
    server.events = silent(STREAM)
    server.snapshot = snapshot(seal(1), etag='"1"')
    make(watch=True).start()
    served.wait_for(1)
    server.snapshot = snapshot(seal(2), etag='"2"')
    served.wait_for(2)


def test_events_of_what_is_not_given_do_not_run_the_server_down(server, make, seal):
    def flood(connected, _head):
        connected.sendall(STREAM)
        for number in range(10_000):
            told = read_sealed(seal(1))._replace(seal=f"{number:064x}")
            connected.sendall(event(told))

    server.snapshot = answer(500)
    server.events = flood
    refresh = make(watch=True, poll_s=60)
    refresh.start()
    time.sleep(0.5)
    assert len(server.heads()) < 60


def test_after_a_restart_without_its_source_the_last_good_one_is_served(
    server, served, make, seal, state
):
    server.snapshot = snapshot(seal(5))
    first = make()
    first.start()
    wait_until((state / "last-known-good.snapshot").exists, "the file")
    first.stop()
    server.snapshot = answer(500)
    a_minute_ago = time.time() - 60
    time.sleep(0.2)
    os.utime(state / "last-known-good.snapshot", (a_minute_ago, a_minute_ago))
    served.loaded.clear()
    served.ages.clear()
    second = make()
    second.start()
    assert second.settled.wait(5)
    assert served.loaded == [(5, False)]
    assert 59 < served.ages[0] < 90
    # The floor of revisions was kept, too.
    server.snapshot = snapshot(seal(4, default="off"))
    wait_until(lambda: second.failures.counted().get("older_revision"), "a refusal")
    server.snapshot = snapshot(seal(5), etag='"again"')
    confirmed = served.confirmed
    wait_until(lambda: served.confirmed > confirmed, "a confirmation")
    assert served.loaded == [(5, False)]


def test_a_damaged_last_good_one_is_not_served(server, served, make, seal, state, caplog):
    (state / "last-known-good.snapshot").write_bytes(seal(5)[:-1])
    server.snapshot = answer(500)
    refresh = make()
    refresh.start()
    assert refresh.settled.wait(5)
    assert served.loaded == []
    assert "is refused" in caplog.text
    server.snapshot = snapshot(seal(1))
    served.wait_for(1)


def test_what_another_source_left_is_not_served_and_is_replaced(
    server, served, make, seal, state, caplog
):
    (state / "last-known-good.snapshot").write_bytes(seal(9))
    (state / "source").write_text("/some/documents")
    server.snapshot = answer(500)
    refresh = make()
    refresh.start()
    assert refresh.settled.wait(5)
    assert served.loaded == []
    assert "/some/documents" in caplog.text
    server.snapshot = snapshot(seal(1))
    served.wait_for(1)
    wait_until(lambda: (state / "source").read_text() == server.url, "the source")
    wait_until((state / "last-known-good.snapshot").exists, "the file")
    assert (state / "last-known-good.snapshot").read_bytes() == seal(1)


def test_a_state_folder_that_cannot_be_written_costs_only_the_restart(
    server, served, make, seal, state
):
    (state / "last-known-good.snapshot.new").mkdir()
    server.snapshot = snapshot(seal(1))
    refresh = make()
    refresh.start()
    served.wait_for(1)
    wait_until(lambda: refresh.failures.counted().get("state_folder", 0) > 1, "failures")
    assert served.confirmed
    (state / "last-known-good.snapshot.new").rmdir()
    wait_until((state / "last-known-good.snapshot").exists, "the file")


def test_an_origin_that_has_nothing_yet_is_asked_as_ever(server, served, state, seal, gathering):
    server.snapshot = answer(404)
    connections = Connections(server.url, Credentials())
    origin = HttpOrigin(connections, most_bytes=MOST)
    refresh = Refresh(
        origin,
        served,
        KeptSnapshot(state, connections.place),
        gathering(origin),
        poll_s=0.05,
        backoff=Backoff(first_s=60.0, longest_s=60.0),
    )
    refresh.start()
    try:
        wait_until(lambda: refresh.failures.counted().get("missing", 0) > 1, "failures")
        server.snapshot = snapshot(seal(1))
        served.wait_for(1)
    finally:
        refresh.stop()


def test_a_file_is_followed(served, state, tmp_path, seal, gathering):
    path = tmp_path / "current.snapshot"
    origin = FileOrigin(path, most_bytes=MOST)
    refresh = Refresh(
        origin, served, KeptSnapshot(state, origin.place), gathering(origin), poll_s=0.02
    )
    refresh.start()
    try:
        wait_until(lambda: refresh.failures.counted().get("missing"), "a failure")
        path.write_bytes(seal(1))
        served.wait_for(1)
        (tmp_path / "new").write_bytes(seal(2, default="off"))
        (tmp_path / "new").rename(path)
        served.wait_for(2)
        path.unlink()
        wait_until(lambda: refresh.failures.counted()["missing"] > 1, "a failure")
        path.write_bytes(b"x" * (MOST + 1))
        wait_until(lambda: refresh.failures.counted().get("too_large"), "a failure")
    finally:
        refresh.stop()
    assert [revision for revision, _ in served.loaded] == [1, 2]


def test_a_bug_is_said_and_does_not_end_it(served, state, caplog, gathering):
    class Buggy:
        place = "buggy"
        asked = 0

        def fetch(self, etag):
            self.asked += 1
            if self.asked < 3:
                raise KeyError(etag)
            raise RefreshFailed("status", "well")

    buggy = Buggy()
    kept = KeptSnapshot(state, "buggy")
    refresh = Refresh(buggy, served, kept, gathering(buggy), backoff=Backoff(first_s=0.01))
    refresh.start()
    wait_until(lambda: refresh.failures.counted().get("status"), "it goes on")
    refresh.stop()
    assert refresh.failures.counted()["bug"] == 2
    assert "this is a bug" in caplog.text
