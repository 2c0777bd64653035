"""A stream of changes that is good, hangs, lies, or ends."""

import threading
import time

import pytest

from servers.hostile import STREAM, answer, dripping, head, raw, silent
from servers.waiting import wait_until
from turnout.serving.backoff import Backoff
from turnout.serving.connection import Connections, Credentials
from turnout.serving.events import Heard, read_events
from turnout.serving.fetched import RefreshFailed
from turnout.serving.watch import Watch

SEAL = "ab" * 32
EVENT = f'id: x\nevent: snapshot\ndata: {{"revision": 3, "seal": "{SEAL}"}}\n\n'.encode()


class Listening:
    def __init__(self):
        self.heard, self.alive, self.lost = [], 0, []

    def hear(self, heard):
        self.heard.append(heard)

    def still(self):
        self.alive += 1

    def lose(self, failure):
        self.lost.append(failure)

    def kinds(self):
        return [failure and failure.kind for failure in self.lost]


@pytest.fixture
def listening():
    return Listening()


@pytest.fixture
def follow(server, listening):
    watches = []

    def follow(script):
        server.events = script
        watch = Watch(
            Connections(server.url, Credentials(token="t")),
            silence_s=0.4,
            first_s=0.3,
            backoff=Backoff(first_s=0.02, longest_s=0.05),
        )
        watches.append(watch)
        watch.start(listening)
        return watch

    yield follow
    for watch in watches:
        watch.stop()


def lines(content):
    rest = list(content.splitlines(keepends=True))
    return lambda _most: rest.pop(0) if rest else b""


def test_events_are_read_and_remarks_are_signs_of_life():
    content = b": hello\n\n" + EVENT + b": alive\r\n\r\n" + EVENT.replace(b"3", b"4")
    assert list(read_events(lines(content))) == [None, Heard(3, SEAL), None, Heard(4, SEAL)]


def test_events_of_other_kinds_are_passed_over():
    assert list(read_events(lines(b"event: other\ndata: x\n\nretry: 5\n\n"))) == []


def test_a_remark_within_an_event_does_not_end_it():
    content = EVENT.replace(b"data:", b": alive\ndata:")
    assert list(read_events(lines(content))) == [None, Heard(3, SEAL)]


@pytest.mark.parametrize(
    "content",
    [
        b"<html>\n",
        b"\xff\xfe\n",
        b"data: " + b"x" * 10_000 + b"\n",
        b"data: x\n" * 100,
        b"no end of line",
        b"event: snapshot\ndata: [1]\n\n",
        b"event: snapshot\ndata: {}\n\n",
        b"event: snapshot\n\n",
        b'event: snapshot\ndata: {"revision": true, "seal": "a"}\n\n',
        b'event: snapshot\ndata: {"revision": "3", "seal": "a"}\n\n',
        b'event: snapshot\ndata: {"revision": 3, "seal": 1}\n\n',
        b"event: snapshot\ndata: " + b"[" * 8000 + b"\n\n",
    ],
)
def test_what_is_no_event_ends_the_reading(content):
    with pytest.raises(RefreshFailed) as caught:
        list(read_events(lines(content)))
    assert caught.value.kind == "garbled"


def test_what_is_current_is_heard_as_it_comes(listening, follow):
    gate = threading.Event()

    def script(connected, _head):
        connected.sendall(STREAM + b": alive\n\n" + EVENT)
        gate.wait(10)
        connected.sendall(EVENT.replace(b"3", b"4"))
        connected.recv(1)

    watch = follow(script)
    wait_until(lambda: listening.heard == [(3, SEAL)], "the first event")
    assert watch.is_live
    began = time.monotonic()
    gate.set()
    wait_until(lambda: listening.heard[-1] == (4, SEAL), "the second event")
    assert time.monotonic() - began < 1
    assert listening.alive == 1


def test_the_stream_is_asked_for_with_the_token(server, listening, follow):
    follow(silent(STREAM + EVENT))
    wait_until(lambda: listening.heard, "an event")
    (asked,) = server.asked
    assert asked.startswith("GET /v1/snapshot/events HTTP/1.1\r\n")
    assert "Authorization: Bearer t\r\n" in asked
    assert "Accept: text/event-stream\r\n" in asked


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (silent(), "timeout"),
        (silent(STREAM), "timeout"),
        (silent(STREAM + EVENT), "timeout"),
        (dripping(STREAM + b"x" * 10_000, 0.03), "timeout"),
        (raw(b""), "incomplete"),
        (raw(STREAM), "incomplete"),
        (raw(STREAM + EVENT), "incomplete"),
        (raw(STREAM + b"garbage\n"), "garbled"),
        (answer(200, b"<html>", Content_Type="text/html"), "garbled"),
        (answer(404), "missing"),
        (answer(401), "denied"),
        (answer(500), "status"),
        (answer(302, Location="/"), "redirected"),
        (raw(head(Content_Type="text/event-stream", Transfer_Encoding="chunked") + b"zz\r\n"),
         "incomplete"),
    ],
)  # fmt: skip
def test_a_stream_that_is_none_is_lost_and_tried_again(server, listening, follow, script, kind):
    watch = follow(script)
    wait_until(lambda: len(listening.lost) > 1, "two failures")
    assert set(listening.kinds()) == {kind}
    server.events = silent(STREAM + EVENT)
    wait_until(lambda: watch.is_live, "a good stream")


def test_a_silent_stream_is_dropped_and_a_living_one_kept(listening, follow):
    def script(connected, _head):
        connected.sendall(STREAM + EVENT)
        for _ in range(8):
            time.sleep(0.15)
            connected.sendall(b": alive\n\n")
        connected.recv(1)

    follow(script)
    wait_until(lambda: listening.alive == 8, "eight signs of life")
    assert listening.lost == []
    wait_until(lambda: listening.kinds() == ["timeout"], "the end of a silent stream")
