"""Answers come out whole and right, however they are cut into packets."""

import pytest

from turnout.client.http import ReplyReader, Unreadable, read_head, request_head

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/proto\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: a/b; charset=x\r\n\r\n"
    b"3;name=value\r\nhel\r\n002\r\nlo\r\n0\r\n\r\n"
)
TRAILERS = CHUNKED.removesuffix(b"\r\n") + b"Checksum: 1\r\nMore: 2\r\n\r\n"
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN


@pytest.mark.parametrize("reply", [PLAIN, CHUNKED, TRAILERS, CONTINUED])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_an_answer_survives_any_packets(reply, size):
    reader = ReplyReader()
    for again in range(3):
        packets = [reply[at : at + size] for at in range(0, len(reply), size)]
        answers = [reader.feed(packet) for packet in packets]
        assert answers[:-1] == [None] * (len(packets) - 1), again
        assert answers[-1].body == b"hello"
        assert answers[-1].status == 200
        assert answers[-1].keep_alive
        assert not reader.started


def test_an_empty_body_is_an_answer():
    reply = ReplyReader().feed(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert reply.body == b""


def test_a_body_may_end_with_the_connection():
    reader = ReplyReader()
    assert reader.feed(b"HTTP/1.0 200 OK\r\n\r\nhel") is None
    assert reader.feed(b"lo") is None
    reply = reader.feed_end()
    assert reply.body == b"hello"
    assert not reply.keep_alive


@pytest.mark.parametrize("cut", range(1, len(PLAIN)))
def test_a_cut_answer_is_no_answer(cut):
    reader = ReplyReader()
    assert reader.feed(PLAIN[:cut]) is None
    with pytest.raises(Unreadable, match="closed before the end"):
        reader.feed_end()


@pytest.mark.parametrize("cut", range(1, len(CHUNKED)))
def test_a_cut_chunked_answer_is_no_answer(cut):
    reader = ReplyReader()
    assert reader.feed(CHUNKED[:cut]) is None
    with pytest.raises(Unreadable, match="closed before the end"):
        reader.feed_end()


def test_bytes_behind_an_answer_end_the_connection():
    assert not ReplyReader().feed(PLAIN + b"x").keep_alive
    assert not ReplyReader().feed(CHUNKED + b"x").keep_alive


def test_a_server_may_close_after_an_answer():
    reply = ReplyReader().feed(PLAIN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert reply.body == b"hello"
    assert not reply.keep_alive


@pytest.mark.parametrize(
    "noise",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_answer_is_refused(noise):
    with pytest.raises(Unreadable):
        ReplyReader().feed(noise)


def test_a_head_is_read_whatever_its_case():
    head = read_head(b"HTTP/1.1 404 Not Found\r\nCONTENT-TYPE: Application/JSON;charset=utf-8")
    assert head.status == 404
    assert head.content_type == "application/json"
    assert head.length is None


def test_a_request_names_its_deadline():
    head = request_head("Decide", "localhost", 0.25).decode()
    assert head.startswith(
        "POST /turnout.v1.DecisionService/Decide HTTP/1.1\r\nHost: localhost\r\n"
    )
    assert "Connect-Timeout-Ms: 250\r\n" in head
    assert "Connect-Timeout-Ms" not in request_head("Decide", "localhost", None).decode()
