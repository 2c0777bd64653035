"""One question to a server that answers in every wrong way there is."""

import pytest

from servers.hostile import answer, dripping, head, raw, silent, snapshot
from servers.ports import free_port
from turnout.serving.connection import Connections, Credentials
from turnout.serving.fetched import RefreshFailed
from turnout.serving.http_origin import HttpOrigin

MOST = 4096


def origin_of(url, **credentials):
    connections = Connections(url, Credentials(**credentials))
    return HttpOrigin(connections, most_bytes=MOST, silence_s=0.3, whole_s=0.8)


@pytest.fixture
def origin(server):
    return origin_of(server.url)


def failure(origin, etag=None):
    with pytest.raises(RefreshFailed) as caught:
        origin.fetch(etag)
    return caught.value


def test_a_whole_answer_is_given_with_its_etag(server, origin):
    server.snapshot = snapshot(b"body", etag='"1"')
    assert origin.fetch(None) == (b"body", '"1"')
    assert origin.fetch('"0"') == (b"body", '"1"')
    assert origin.fetch('"1"') is None
    assert "If-None-Match" not in server.asked[0]


def test_a_chunked_answer_and_one_that_ends_with_its_connection_are_read(server, origin):
    chunked = head(Transfer_Encoding="chunked") + b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
    server.snapshot = raw(chunked)
    assert origin.fetch(None) == (b"abcde", None)
    server.snapshot = raw(head() + b"all")
    assert origin.fetch(None) == (b"all", None)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (answer(500), "status"),
        (answer(503, b"soon"), "status"),
        (answer(204), "status"),
        (answer(304), "redirected"),
        (answer(401), "denied"),
        (answer(403), "denied"),
        (answer(404), "missing"),
        (answer(301, Location="/v1/snapshot"), "redirected"),
        (answer(307, Location="http://192.0.2.1/"), "redirected"),
        (answer(200, b"half", length=8), "incomplete"),
        (answer(200, b"", length=8), "incomplete"),
        (raw(b""), "incomplete"),
        (raw(head(Transfer_Encoding="chunked") + b"5\r\nab"), "incomplete"),
        (raw(head(Transfer_Encoding="chunked") + b"nonsense\r\n"), "incomplete"),
        (raw(b"\x00\x01garbage\r\n\r\n"), "garbled"),
        (raw(b"HTTP/1.1 two hundred\r\n\r\n"), "garbled"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000 + b"\r\n"), "garbled"),
        (raw(b"HTTP/1.1 200 OK\r\na: " + b"b" * 100_000), "garbled"),
        (answer(200, b"zip", Content_Encoding="gzip"), "garbled"),
        (answer(200, b"x" * (MOST + 1)), "too_large"),
        (answer(200, b"x", length=10**15), "too_large"),
        (raw(head() + b"x" * (MOST + 1)), "too_large"),
        (silent(), "timeout"),
        (silent(head(200, 8) + b"half"), "timeout"),
        (dripping(head(200, 100) + b"x" * 100), "timeout"),
        (dripping(head(200) + b"x" * 100), "timeout"),
    ],
)
def test_what_is_not_whole_and_in_time_is_a_failure_of_its_kind(server, origin, script, kind):
    server.snapshot = script
    assert failure(origin).kind == kind


def test_nobody_there_is_unreachable():
    failed = failure(origin_of(f"http://127.0.0.1:{free_port()}/v1/snapshot"))
    assert (failed.kind, failed.message) == ("unreachable", "connection refused")
    assert failure(origin_of("http://no-such-host.invalid/")).kind == "unreachable"


def test_redirects_are_not_followed(server, origin):
    server.snapshot = answer(302, Location=server.url)
    failure(origin)
    assert len(server.asked) == 1


def test_the_token_is_sent_and_its_file_is_read_each_time(server, tmp_path):
    server.snapshot = snapshot(b"body")
    origin_of(server.url, token="first").fetch(None)
    assert "Authorization: Bearer first\r\n" in server.asked[-1]
    file = tmp_path / "token"
    origin = origin_of(server.url, token="first", token_file=str(file))
    for token in ("second", "third"):
        file.write_text(f"{token}\n")
        origin.fetch(None)
        assert f"Authorization: Bearer {token}\r\n" in server.asked[-1]
    file.unlink()
    assert failure(origin).kind == "credentials"


def test_a_token_that_no_header_can_carry_is_not_sent_nor_told(server, tmp_path):
    file = tmp_path / "token"
    file.write_text("sec\r\nret: x")
    failed = failure(origin_of(server.url, token_file=str(file)))
    assert failed.kind == "credentials"
    assert "sec" not in failed.message
    assert server.asked == []


def test_the_place_holds_no_signature():
    origin = origin_of("https://store.example/bucket/current?signature=secret")
    assert origin.place == "https://store.example/bucket/current"


def test_certificates_that_are_not_there_are_named():
    origin = origin_of("https://127.0.0.1:1/", ca="/nowhere.pem")
    failed = failure(origin)
    assert (failed.kind, "no such file" in failed.message) == ("credentials", True)
