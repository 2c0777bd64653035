"""A member set from a server that answers in every wrong way there is."""

import pytest

from servers.hostile import answer, dripping, head, ranged, raw, silent
from turnout.serving.connection import Connections, Credentials
from turnout.serving.fetched import RefreshFailed
from turnout.serving.http_origin import HttpOrigin

NAME = "a.set"
CONTENT = bytes(range(256)) * 4000  # some pieces
SIZE = len(CONTENT)


@pytest.fixture
def to(tmp_path):
    return tmp_path / "part"


@pytest.fixture
def fetch(server, to):
    connections = Connections(server.url, Credentials(token="secret"))
    origin = HttpOrigin(connections, most_bytes=1, silence_s=0.3, whole_s=0.8)

    def fetch(most_bytes=SIZE):
        origin.fetch_beside(NAME, to, most_bytes)
        return to.read_bytes()

    return fetch


def failure(fetch, *arguments):
    with pytest.raises(RefreshFailed) as caught:
        fetch(*arguments)
    return caught.value


@pytest.mark.parametrize(
    "script",
    [
        ranged(CONTENT),
        raw(head() + CONTENT),
        raw(head(Transfer_Encoding="chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(CONTENT), CONTENT)),
    ],
)
def test_it_is_fetched_beside_the_snapshot_with_the_same_token(server, fetch, script):
    server.members[NAME] = script
    assert fetch() == CONTENT
    assert server.asked[0].startswith(f"GET /v1/members/{NAME} ")
    assert "Authorization: Bearer secret\r\n" in server.asked[0]
    assert "Range" not in server.asked[0]


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (answer(500), "status"),
        (answer(401), "denied"),
        (answer(404), "missing"),
        (answer(204), "status"),
        (answer(206, b"x", Content_Range="bytes 0-0/1"), "status"),
        (answer(302, Location="/v1/members/a.set"), "redirected"),
        (answer(200, b"half", length=8), "incomplete"),
        (raw(b""), "incomplete"),
        (raw(head(Transfer_Encoding="chunked") + b"5\r\nab"), "incomplete"),
        (raw(b"\x00\x01garbage\r\n\r\n"), "garbled"),
        (answer(200, b"zip", Content_Encoding="gzip"), "garbled"),
        (answer(200, b"x", length=10**15), "too_large"),
        (raw(head() + b"x" * (len(CONTENT) + 1)), "too_large"),
        (silent(), "timeout"),
        (silent(head(200, 8) + b"half"), "timeout"),
    ],
)
def test_what_is_not_whole_and_in_time_is_a_failure_of_its_kind(server, fetch, script, kind):
    server.members[NAME] = script
    assert failure(fetch).kind == kind


def test_who_drips_is_cut_off(server, fetch):
    server.members[NAME] = dripping(head(200, 100) + b"x" * 100)
    assert failure(fetch, 100).kind == "timeout"


def test_what_is_missing_is_named_as_what_it_is(fetch):
    assert failure(fetch).message == "there is no such member set (404)"


def test_what_was_cut_off_is_gone_on_with(server, fetch, to):
    server.members[NAME] = answer(200, CONTENT[:300_000], length=len(CONTENT))
    assert failure(fetch).kind == "incomplete"
    assert to.read_bytes() == CONTENT[:300_000]
    server.members[NAME] = answer(500)
    failure(fetch)
    server.members[NAME] = ranged(CONTENT)
    assert fetch() == CONTENT
    assert "Range: bytes=300000-\r\n" in server.asked[-1]


def test_what_came_before_a_silence_is_kept(server, fetch, to):
    server.members[NAME] = silent(head(200, SIZE) + CONTENT[:500])
    assert failure(fetch).kind == "timeout"
    assert to.read_bytes() == CONTENT[:500]


def test_a_server_that_knows_no_parts_sends_the_whole(server, fetch, to):
    to.write_bytes(b"something")
    server.members[NAME] = answer(200, CONTENT)
    assert fetch() == CONTENT


def test_another_part_than_was_asked_for_is_not_taken(server, fetch, to):
    to.write_bytes(CONTENT[:10])
    server.members[NAME] = answer(206, CONTENT[5:], Content_Range="bytes 5-9/10")
    assert failure(fetch).kind == "garbled"
    assert to.read_bytes() == CONTENT[:10]


def test_a_part_that_is_longer_than_the_whole_is_begun_again(server, fetch, to):
    to.write_bytes(CONTENT[:500])
    server.members[NAME] = ranged(CONTENT[:400])
    assert "416" in failure(fetch).message
    assert fetch() == CONTENT[:400]
