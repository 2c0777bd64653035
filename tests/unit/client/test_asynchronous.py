"""The asyncio twin against odd servers."""

import asyncio
import json
import socket
import struct
import time

import pytest

from turnout.client import AsyncClient
from turnout.results import Context, DeadlineExceeded, Reason, TurnoutError, Unavailable
from turnout.v1 import decision_pb2


def close(connection):
    connection.shutdown(socket.SHUT_RDWR)


def run(coroutine):
    return asyncio.run(coroutine)


def test_a_decision_reads_as_it_was_sent(fake, say):
    fake.play([say.answer(say.decided("a")), say.chunked(say.decided("b"))])

    async def ask():
        async with AsyncClient(fake.address) as client:
            return [await client.decide("f", Context("u-1", {"plan": "pro"})) for _ in range(2)]

    first, second = run(ask())
    assert (first.variant, second.variant) == ("a", "b")
    assert first.reason is Reason.SPLIT
    body = fake.requests[0].partition(b"\r\n\r\n")[2]
    request = decision_pb2.DecideRequest.FromString(body)
    assert request.context.attributes["plan"].string == "pro"


def test_a_closed_idle_connection_is_opened_again(fake, say):
    fake.play([say.answer(say.decided("a"))], [say.answer(say.decided("b"))])

    async def ask():
        async with AsyncClient(fake.address) as client:
            first = await client.decide("f")
            await asyncio.sleep(0.05)
            return first, await client.decide("f")

    assert [decision.variant for decision in run(ask())] == ["a", "b"]


def test_a_new_connection_that_closes_is_not_tried_again(fake):
    fake.play([close], [close])

    async def ask():
        async with AsyncClient(fake.address) as client:
            await client.decide("f")

    with pytest.raises(Unavailable, match="without an answer"):
        run(ask())
    assert len(fake.requests) == 1


def test_silence_ends_with_the_deadline(fake):
    fake.play([lambda _: time.sleep(0.4)])

    async def ask():
        async with AsyncClient(fake.address, timeout=0.1) as client:
            await client.decide("f")

    with pytest.raises(DeadlineExceeded, match=r"within 0.1 s"):
        run(ask())


def test_a_client_outlives_its_loop(fake, say):
    fake.play([say.answer(say.decided("a"))], [say.answer(say.decided("b"))])
    client = AsyncClient(fake.address)

    async def ask():
        decision = await client.decide("f")
        await client.aclose()
        return decision

    assert [run(ask()).variant for _ in range(2)] == ["a", "b"]


def test_no_server_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match="no server at"):
        run(AsyncClient(f"unix:{tmp_path / 'nothing.sock'}").decide("f"))


def envelope(message, flags=0):
    return struct.pack(">BI", flags, len(message)) + message


def change(revision, *keys):
    message = decision_pb2.WatchResponse(changed_keys=keys)
    message.snapshot.revision = revision
    return envelope(message.SerializeToString())


def watched(address):
    async def ask():
        seen = []
        try:
            async for each in AsyncClient(address).watch():
                seen.append(each)  # noqa: PERF401 - what came before an error is kept
        except TurnoutError as error:
            return seen, error
        return seen, None

    return run(ask())


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_changes_are_watched_until_the_server_ends(fake, say, size):
    error = {"error": {"code": "unavailable", "message": "draining"}}
    stream = change(1) + change(2, "f", "g") + envelope(json.dumps(error).encode(), 2)
    fake.play([say.chunked(stream, size=size, kind="application/connect+proto")])
    seen, error = watched(fake.address)
    assert [(each.snapshot.revision, each.changed_keys) for each in seen] == [
        (1, ()),
        (2, ("f", "g")),
    ]
    assert isinstance(error, Unavailable)
    assert str(error) == "draining"
    head, _, body = fake.requests[0].partition(b"\r\n\r\n")
    assert b"Content-Type: application/connect+proto\r\n" in head
    assert b"Timeout" not in head
    assert body == b"\0\0\0\0\0"


def test_a_stream_may_end_well(fake, say):
    fake.play([say.chunked(change(1) + envelope(b"{}", 2), kind="application/connect+proto")])
    seen, error = watched(fake.address)
    assert len(seen) == 1
    assert error is None


def test_a_cut_stream_is_unavailable(fake, say):
    fake.play([say.chunked(change(1), kind="application/connect+proto")[:-5]])
    seen, error = watched(fake.address)
    assert len(seen) == 1
    assert isinstance(error, Unavailable)


def test_a_refused_stream_says_why(fake, say):
    body = json.dumps({"code": "unimplemented", "message": "no `Watch`"}).encode()
    fake.play([say.answer(body, status="404 Not Found", kind="application/json")])
    seen, error = watched(fake.address)
    assert not seen
    assert error.code == "UNIMPLEMENTED"
