"""What sidecars are given over HTTP: a real server, and plain clients."""

import asyncio
import contextlib
import http.client
import json
import resource
import socket
import threading
import time

import pytest

from servers.distribution import DistributionServer
from servers.waiting import wait_until
from turnout.compiler import compile_documents
from turnout.documents import read_mapping
from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.releases.distribution import Traffic, Verdict
from turnout.serving.events import read_events
from turnout.serving.sealed import read_sealed
from turnout.snapshot.seal import NotSealed


def seal(revision, default="on"):
    flag = {"variants": {"on": True, "off": False}, "default": default}
    return compile_documents(read_mapping({"flags": {"a": flag}})).seal(revision=revision)


@pytest.fixture
def make():
    made = []

    def make(*args, **settings):
        made.append(DistributionServer(*args, **settings))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def server(make):
    return make(keep_alive_s=0.1)


def ask(server, path="/v1/snapshot", method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    with contextlib.closing(connection):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        with connection.getresponse() as response:
            return response.status, response.headers, response.read()


@contextlib.contextmanager
def stream(server, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/v1/snapshot/events", headers=headers)
        with connection.getresponse() as response:
            assert response.status == 200
            assert response.getheader("Content-Type") == "text/event-stream"
            yield response


def test_what_was_put_is_given_whole_with_its_name(server):
    sealed = seal(3)
    server.put(sealed)
    status, headers, body = ask(server)
    read = read_sealed(sealed)
    assert (status, body) == (200, sealed)
    assert headers["Content-Length"] == str(len(sealed))
    assert headers["ETag"] == f'"{read.seal}"'
    assert (headers["turnout-revision"], headers["turnout-id"]) == ("3", read.id)


def test_who_has_it_is_told_so_without_a_body(server):
    server.put(seal(1))
    tag = ask(server)[1]["ETag"]
    for told in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        status, headers, body = ask(server, If_None_Match=told)
        assert (status, body) == (304, b"")
        assert headers["ETag"] == tag
    assert ask(server, If_None_Match='"other"')[0] == 200
    server.put(seal(2))
    assert ask(server, If_None_Match=tag)[0] == 200


def test_a_head_is_answered_without_a_body(server):
    server.put(seal(1))
    status, headers, body = ask(server, method="HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(seal(1))))


def test_a_large_one_is_given_whole(server):
    # More than a chunk and than any buffer: the reader begins late.
    flags = {
        f"f{at}": {"variants": {"a": "x" * 4000, "b": "y"}, "default": "a"} for at in range(500)
    }
    sealed = compile_documents(read_mapping({"flags": flags})).seal(revision=1)
    assert len(sealed) > 1_500_000
    server.put(sealed)
    assert ask(server)[2] == sealed


def test_before_anything_was_published_there_is_nothing(server):
    status, _, body = ask(server)
    assert (status, json.loads(body)["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/v1/other", 404), ("POST", "/v1/snapshot", 405)],
)
def test_anything_else_is_refused_in_json(server, method, path, status):
    told, headers, body = ask(server, path, method)
    assert told == status
    assert headers["Content-Type"].startswith("application/json")
    assert set(json.loads(body)) == {"code", "message"}


def test_it_is_well(server):
    status, _, body = ask(server, "/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok"})


def test_it_says_what_became_of_what_is_written_elsewhere(make):
    _, _, body = ask(make(told=lambda: {"revision": 7}), "/healthz")
    assert json.loads(body) == {"status": "ok", "snapshots_to": {"revision": 7}}


def test_the_stream_names_what_is_current_at_once_and_each_change(server):
    server.put(seal(1))
    with stream(server) as response:
        events = (one for one in read_events(response.readline) if one)
        assert next(events) == (1, read_sealed(seal(1)).seal)
        for revision in (2, 3):
            server.put(seal(revision))
            began = time.monotonic()
            assert next(events).revision == revision
            assert time.monotonic() - began < 1


def test_the_stream_says_that_it_is_there(server):
    with stream(server) as response:
        events = read_events(response.readline)
        assert [next(events) for _ in range(4)] == [None] * 4
        server.put(seal(1))
        assert next(one for one in events if one).revision == 1


def test_what_was_put_again_is_no_news(server):
    server.put(seal(1))
    with stream(server) as response:
        events = read_events(response.readline)
        wait_until(lambda: next(events), "the first event")
        server.put(seal(1))
        assert [next(events) for _ in range(3)] == [None] * 3


def test_a_drain_ends_the_streams_in_good_order(server):
    with stream(server) as response:
        assert response.readline()
        server.stop()
        while response.readline():
            pass


def test_a_stream_ends_after_its_time(make):
    server = make(keep_alive_s=0.05, stream_life_s=0.3)
    with stream(server) as response:
        began = time.monotonic()
        while response.readline():
            pass
        assert 0.2 < time.monotonic() - began < 2


def by_token(allowed):
    async def judge(caller):
        if caller.token is None or caller.token not in {allowed, "editor"}:
            return Verdict.UNKNOWN
        return Verdict.ALLOWED if caller.token == allowed else Verdict.FORBIDDEN

    return judge


@pytest.mark.parametrize("path", ["/v1/snapshot", "/v1/snapshot/events"])
@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (None, 401, "UNAUTHENTICATED"),
        ("Bearer other", 401, "UNAUTHENTICATED"),
        ("Basic secret", 401, "UNAUTHENTICATED"),
        ("Bearer ", 401, "UNAUTHENTICATED"),
        ("Bearer editor", 403, "PERMISSION_DENIED"),
    ],
)
def test_who_may_not_read_is_refused_in_json(make, path, sent, status, code):
    server = make(by_token("secret"))
    server.put(seal(1))
    told, headers, body = ask(server, path, **({"Authorization": sent} if sent else {}))
    assert (told, json.loads(body)["code"]) == (status, code)
    assert ("WWW-Authenticate" in headers) == (status == 401)


def test_who_may_read_is_given_it(make):
    server = make(by_token("secret"))
    server.put(seal(1))
    assert ask(server, Authorization="Bearer secret")[0] == 200
    assert ask(server, "/healthz")[0] == 200
    with stream(server, Authorization="bearer secret") as response:
        assert next(one for one in read_events(response.readline) if one).revision == 1


def test_a_bug_of_the_judge_lets_nobody_in_and_tells_nothing(make):
    async def judge(caller):
        raise KeyError("secret", caller)

    server = make(judge)
    server.put(seal(1))
    status, _, body = ask(server)
    assert status == 500
    assert b"secret" not in body


def test_hundreds_of_watchers_hear_of_a_change(make):
    server = make(keep_alive_s=60)
    server.put(seal(1))
    count = min(500, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)
    with contextlib.ExitStack() as opened:
        watchers = []
        for _ in range(count):
            watcher = opened.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            watcher.sendall(b"GET /v1/snapshot/events HTTP/1.1\r\nHost: x\r\n\r\n")
            watchers.append(watcher.makefile("rb"))
        for watcher in watchers:
            assert b'"revision": 1' in until_event(watcher)
        server.put(seal(2))
        began = time.monotonic()
        for watcher in watchers:
            assert b'"revision": 2' in until_event(watcher)
        assert time.monotonic() - began < 5
        for watcher in watchers:
            watcher.close()


def until_event(watcher):
    return next(line for line in iter(watcher.readline, b"") if line.startswith(b"data:"))


def test_what_is_no_snapshot_is_not_put():
    feed = CurrentSnapshot()
    feed.put(seal(1))
    with pytest.raises(NotSealed):
        feed.put(seal(2)[:-1])
    assert feed.current().revision == 1


def test_who_no_longer_listens_is_not_told():
    feed, told = CurrentSnapshot(), []
    end = feed.subscribe(lambda: told.append(feed.current().revision))
    feed.put(seal(1))
    end()
    feed.put(seal(2))
    assert told == [1]


@pytest.mark.parametrize("path", ["/v1/snapshot", "/v1/snapshot/events"])
def test_who_has_gone_before_an_answer_is_no_error(make, path, caplog):
    asked, gone = threading.Event(), threading.Event()

    async def judge(_caller):
        asked.set()
        await asyncio.to_thread(gone.wait, 10)
        await asyncio.sleep(0.05)
        return Verdict.ALLOWED

    server = make(judge)
    server.put(seal(1))
    with socket.create_connection(("127.0.0.1", server.port)) as caller:
        caller.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        assert asked.wait(10)
    gone.set()
    server.stop()
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


NAME = "0" * 64 + ".set"
DELTA = "1" * 64 + ".." + "0" * 64 + ".delta"
CONTENT = bytes(range(256)) * 3000


@pytest.fixture
def with_sets(make, tmp_path):
    for name in (NAME, DELTA, "0" * 64 + ".part", "current.snapshot"):
        (tmp_path / name).write_bytes(CONTENT)
    traffic = Traffic()
    server = make(members=tmp_path, traffic=traffic)
    server.traffic = traffic
    return server


@pytest.mark.parametrize("name", [NAME, DELTA])
def test_a_member_set_is_given_whole_and_may_be_kept_for_ever(with_sets, name):
    status, headers, body = ask(with_sets, f"/v1/members/{name}")
    assert (status, body) == (200, CONTENT)
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["ETag"] == f'"{name}"'
    wait_until(lambda: with_sets.traffic.sets == 1, "that it is counted")
    again = ask(with_sets, f"/v1/members/{name}", If_None_Match=headers["ETag"])
    assert (again[0], again[2]) == (304, b"")


@pytest.mark.parametrize(
    ("wanted", "said", "part"),
    [
        ("bytes=0-", "bytes 0-767999/768000", CONTENT),
        ("bytes=300000-", "bytes 300000-767999/768000", CONTENT[300_000:]),
        ("bytes=5-9", "bytes 5-9/768000", CONTENT[5:10]),
        ("bytes=-10", "bytes 767990-767999/768000", CONTENT[-10:]),
        ("bytes=767999-9999999", "bytes 767999-767999/768000", CONTENT[-1:]),
    ],
)
def test_a_part_of_a_member_set_is_given(with_sets, wanted, said, part):
    status, headers, body = ask(with_sets, f"/v1/members/{NAME}", Range=wanted)
    assert (status, headers["Content-Range"]) == (206, said)
    assert body == part
    assert headers["Content-Length"] == str(len(part))


def test_a_part_that_is_not_there_is_refused_and_what_is_no_part_is_all(with_sets):
    status, headers, body = ask(with_sets, f"/v1/members/{NAME}", Range="bytes=768000-")
    assert (status, headers["Content-Range"]) == (416, "bytes */768000")
    assert json.loads(body)["code"] == "OUT_OF_RANGE"
    for odd in ("bytes=9-5", "lines=1-2", "bytes=0-1,5-6", "bytes=-"):
        assert ask(with_sets, f"/v1/members/{NAME}", Range=odd)[0] == 200


def test_the_head_of_a_member_set_has_its_length(with_sets):
    status, headers, body = ask(with_sets, f"/v1/members/{NAME}", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "768000", b"")
    assert with_sets.traffic.sets == 0


@pytest.mark.parametrize(
    "name",
    [
        "1" * 64 + ".set",
        "0" * 64 + ".part",
        "0" * 64,
        "A" * 64 + ".set",
        "current.snapshot",
        "..%2Fsecret",
        "%2e%2e%2f" + NAME,
        NAME + "%00",
        NAME + "%0A",
    ],
)
def test_no_other_file_is_given(with_sets, name):
    status, _, body = ask(with_sets, f"/v1/members/{name}")
    assert (status, json.loads(body)["code"]) == (404, "NOT_FOUND")


def test_without_a_folder_there_are_no_member_sets(server):
    assert ask(server, f"/v1/members/{NAME}")[0] == 404


def test_who_may_not_read_snapshots_may_not_read_their_members(make, tmp_path):
    (tmp_path / NAME).write_bytes(CONTENT)
    server = make(by_token("good"), members=tmp_path)
    assert ask(server, f"/v1/members/{NAME}")[0] == 401
    assert ask(server, f"/v1/members/{NAME}", Authorization="Bearer good")[0] == 200


def test_a_member_set_that_is_unlinked_is_sent_to_its_end(with_sets, tmp_path):
    connection = http.client.HTTPConnection("127.0.0.1", with_sets.port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", f"/v1/members/{NAME}")
        with connection.getresponse() as response:
            begun = response.read(1)
            (tmp_path / NAME).unlink()
            assert begun + response.read() == CONTENT
