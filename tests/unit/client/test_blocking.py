"""The client against odd servers: split packets, closed connections, silence, nonsense."""

import base64
import json
import os
import socket
import threading
import time

import pytest

from turnout.client import Client
from turnout.results import (
    Context,
    DeadlineExceeded,
    FlagNotFound,
    InvalidArgument,
    Reason,
    ResourceExhausted,
    TurnoutError,
    TypeMismatch,
    Unavailable,
    Unimplemented,
)
from turnout.v1 import decision_pb2


def close(connection):
    connection.shutdown(socket.SHUT_RDWR)


def test_a_decision_reads_as_it_was_sent(fake, say):
    fake.play([say.answer(say.decided())])
    client = Client(fake.address)
    decision = client.decide("f", Context("u-1", {"plan": "pro", "age": 3}))
    assert (decision.key, decision.variant, decision.value) == ("f", "on", "on")
    assert decision.reason is Reason.SPLIT
    assert decision.rule is None
    assert decision.snapshot == ("ab" * 32, 7, 1.5, False)
    head, _, body = fake.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /turnout.v1.DecisionService/Decide HTTP/1.1\r\nHost: localhost\r")
    assert b"Connect-Protocol-Version: 1\r\n" in head
    assert b"Connect-Timeout-Ms: 5000\r\n" in head
    request = decision_pb2.DecideRequest.FromString(body)
    assert request.key == "f"
    assert request.context.targeting_key == "u-1"
    assert request.context.attributes["plan"].string == "pro"
    assert request.context.attributes["age"].integer == 3


def test_a_connection_is_kept(fake, say):
    fake.play([say.answer(say.decided(str(n))) for n in range(5)])
    client = Client(fake.address)
    assert [client.decide("f").variant for _ in range(5)] == list("01234")


def test_chunked_and_split_answers_are_read(fake, say):
    def dribble(connection):
        for byte in say.chunked(say.decided("slow")):
            connection.sendall(bytes([byte]))

    fake.play([say.chunked(say.decided("a")), dribble, say.answer(say.decided("b"))])
    client = Client(fake.address)
    assert [client.decide("f").variant for _ in range(3)] == ["a", "slow", "b"]


def test_a_closed_idle_connection_is_opened_again(fake, say):
    fake.play([say.answer(say.decided("a"))], [say.answer(say.decided("b"))])
    client = Client(fake.address)
    assert client.decide("f").variant == "a"
    time.sleep(0.05)  # the fake closes after its script
    assert client.decide("f").variant == "b"


def test_a_new_connection_that_closes_is_not_tried_again(fake):
    fake.play([close], [close])
    with pytest.raises(Unavailable, match="without an answer"):
        Client(fake.address).decide("f")
    assert len(fake.requests) == 1


def test_a_kept_connection_is_tried_again_once(fake, say):
    fake.play([say.answer(say.decided()), close], [close])
    client = Client(fake.address)
    client.decide("f")
    with pytest.raises(Unavailable, match="without an answer"):
        client.decide("f")
    assert len(fake.requests) == 3


def test_an_answer_that_was_begun_is_not_asked_for_again(fake, say):
    def half(connection):
        connection.sendall(say.answer(say.decided())[:40])
        close(connection)

    fake.play([say.answer(say.decided()), half], [say.answer(say.decided("again"))])
    client = Client(fake.address)
    client.decide("f")
    with pytest.raises(TurnoutError, match="before the end"):
        client.decide("f")
    assert client.decide("f").variant == "again"


def test_a_server_that_says_close_is_left(fake, say):
    fake.play(
        [say.answer(say.decided("a"), more="Connection: close\r\n")],
        [say.answer(say.decided("b"))],
    )
    client = Client(fake.address)
    assert [client.decide("f").variant for _ in range(2)] == ["a", "b"]


def test_silence_ends_with_the_deadline(fake, say):
    fake.play([lambda _: time.sleep(0.4)], [say.answer(say.decided("fresh"))])
    client = Client(fake.address, timeout=0.1)
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"within 0.1 s"):
        client.decide("f")
    assert time.monotonic() - started < 0.35
    # The late answer is not taken for the next call's.
    assert client.decide("f", timeout=2).variant == "fresh"


def test_a_dribbling_server_does_not_move_the_deadline(fake):
    def dribble(connection):
        for byte in b"HTTP/1.1 200 OK\r\n" * 40:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return
            time.sleep(0.01)

    fake.play([dribble])
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        Client(fake.address, timeout=0.2).decide("f")
    assert time.monotonic() - started < 1


def error_info(reason, **metadata):
    def field(number, payload):
        return bytes([number << 3 | 2, len(payload)]) + payload

    entries = b"".join(
        field(3, field(1, key.encode()) + field(2, value.encode()))
        for key, value in metadata.items()
    )
    message = field(1, reason.encode()) + field(2, b"turnout") + entries
    value = base64.b64encode(message).decode().rstrip("=")
    return {"type": "google.rpc.ErrorInfo", "value": value}


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        ("not_found", "FLAG_NOT_FOUND", FlagNotFound),
        ("invalid_argument", "TYPE_MISMATCH", TypeMismatch),
        ("invalid_argument", "BAD_VALUE", InvalidArgument),
        ("resource_exhausted", "", ResourceExhausted),
        ("unavailable", "NO_SNAPSHOT", Unavailable),
        ("unimplemented", "", Unimplemented),
        ("internal", "BUG", TurnoutError),
    ],
)
def test_an_error_keeps_its_parts(fake, say, code, reason, kind):
    details = [{"type": "x.y", "value": "AA"}, error_info(reason, key="f", id="7")]
    body = json.dumps({"code": code, "message": "no `f`", "details": details}).encode()
    fake.play(
        [
            say.answer(body, status="404 Not Found", kind="application/json"),
            say.answer(say.decided()),
        ]
    )
    client = Client(fake.address)
    with pytest.raises(kind, match="no `f`") as raised:
        client.decide("f")
    assert raised.value.code == code.upper()
    assert raised.value.reason == reason
    assert raised.value.metadata == {"key": "f", "id": "7"}
    assert client.decide("f").variant == "on"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "UNIMPLEMENTED"), (415, "INTERNAL"), (503, "UNAVAILABLE"), (431, "RESOURCE_EXHAUSTED")],
)
def test_a_status_without_an_error_is_named(fake, say, status, code):
    fake.play([say.answer(b"<html>", status=f"{status} Oops", kind="text/html")])
    with pytest.raises(TurnoutError, match=f"HTTP status {status}") as raised:
        Client(fake.address).decide("f")
    assert raised.value.code == code


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b'{"message": 1}'])
def test_a_broken_error_is_still_one(fake, say, body):
    fake.play([say.answer(body, status="500 Oops", kind="application/json")])
    with pytest.raises(TurnoutError, match="HTTP status 500"):
        Client(fake.address).decide("f")


def test_a_broken_message_is_named(fake, say):
    fake.play([say.answer(b"\xff\xff\xff")])
    with pytest.raises(TurnoutError, match="cannot read the answer") as raised:
        Client(fake.address).decide("f")
    assert raised.value.code == "INTERNAL"


def test_another_server_is_told_apart(fake):
    fake.play([b"SSH-2.0-OpenSSH_9\r\n\r\n"])
    with pytest.raises(TurnoutError, match="is it a turnout data plane"):
        Client(fake.address).decide("f")


def test_no_server_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match=r"no server at `unix:.*nothing.sock`"):
        Client(f"unix:{tmp_path / 'nothing.sock'}").decide("f")


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_is_more_than_zero(timeout):
    with pytest.raises(InvalidArgument, match="timeout"):
        Client("localhost:1", timeout=timeout)


def test_each_thread_has_its_connection(fake, say):
    fake.play(*[[say.answer(say.decided(str(n)))] for n in range(3)])
    client = Client(fake.address)
    seen = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: seen.append(client.decide("f").variant))
        thread.start()
        thread.join()
    assert seen == ["0", "1", "2"]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the fake has a thread
def test_a_forked_child_opens_its_own_connection(fake, say):
    fake.play(
        [say.answer(say.decided("parent")), say.answer(say.decided("parent again"))],
        [say.answer(say.decided("child"))],
    )
    client = Client(fake.address)
    assert client.decide("f").variant == "parent"
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        try:
            os.write(write, client.decide("f").variant.encode())
        finally:
            os._exit(0)
    assert client.decide("f").variant == "parent again"
    os.close(write)
    # The fake serves one connection at a time: the parent's ends here.
    client.close()
    os.waitpid(child, 0)
    assert os.read(read, 100) == b"child"
    os.close(read)
