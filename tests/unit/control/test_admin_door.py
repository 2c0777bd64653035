"""What a control plane tells of itself: health, readiness, metrics."""

import asyncio
import re

import aiohttp
import pytest

from turnout.compiler import compile_documents
from turnout.control.admin_door import CONTENT, AdminDoor
from turnout.control.settings import ControlSettings
from turnout.control.snapshot_door import SnapshotDoor
from turnout.control.standing import Standing
from turnout.control.tally import Tally
from turnout.control.tls_files import CannotListen
from turnout.documents import read_mapping
from turnout.releases.current_snapshot import CurrentSnapshot

HERE = "127.0.0.1:0"


@pytest.fixture
def feed():
    return CurrentSnapshot()


def put(feed, revision=7):
    feed.put(compile_documents(read_mapping({})).seal(revision))


async def ask(door, path, method="GET", **headers):
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://{door.address}{path}", headers=headers) as answer,
    ):
        return answer.status, answer.content_type, await answer.read()


def told(feed, standing, *paths):
    """The status of each page."""

    async def talk():
        async with AdminDoor(HERE, standing, Tally(), feed) as door:
            return [(await ask(door, path))[0] for path in paths]

    return asyncio.run(talk())


def test_it_is_ready_once_the_store_answers_and_not_while_it_ends(feed):
    standing = Standing()
    assert told(feed, standing, "/healthz", "/startupz", "/readyz") == [200, 503, 503]
    standing.looked(answers=True)
    assert told(feed, standing, "/healthz", "/startupz", "/readyz") == [200, 200, 200]
    standing.looked(answers=False)
    assert told(feed, standing, "/healthz", "/startupz", "/readyz") == [200, 200, 503]
    standing.looked(answers=True)
    standing.end()
    assert told(feed, standing, "/healthz", "/startupz", "/readyz") == [200, 200, 503]


def test_a_snapshot_to_hand_out_is_enough_where_it_is_handed_out(feed):
    put(feed)
    assert told(feed, Standing(feed), "/readyz", "/startupz") == [200, 200]
    assert told(feed, Standing(), "/readyz", "/startupz") == [503, 503]


def test_changes_are_told_once(feed):
    standing, heard = Standing(feed), []
    leave = standing.subscribe(lambda: heard.append(standing.store_answers))
    for answers in (True, True, False, False, True):
        standing.looked(answers)
    assert heard == [True, False, True]
    leave()
    standing.looked(answers=False)
    assert len(heard) == 3


def test_an_address_that_is_taken_is_told_in_words(feed):
    async def talk():
        async with (
            AdminDoor(HERE, Standing(), Tally(), feed) as one,
            AdminDoor(one.address, Standing(), Tally(), feed),
        ):
            pass

    with pytest.raises(CannotListen, match=r"cannot listen on `127.0.0.1:\d+`: address already"):
        asyncio.run(talk())


def test_the_metrics_are_what_was_counted(feed):
    put(feed)
    tally = Tally()
    standing = Standing(feed)
    standing.looked(answers=True)

    async def talk():
        async with (
            SnapshotDoor(feed, HERE, ControlSettings(), tally) as door,
            AdminDoor(HERE, standing, tally, feed) as admin,
            aiohttp.ClientSession() as session,
        ):
            seal = feed.current().seal
            await ask(door, "/v1/snapshot")
            await ask(door, "/v1/snapshot", method="HEAD")
            await ask(door, "/v1/snapshot", **{"If-None-Match": f'"{seal}"'})
            async with session.get(f"http://{door.address}/v1/snapshot/events") as stream:
                await stream.content.readline()
                return await ask(admin, "/metrics")

    status, kind, body = asyncio.run(talk())
    assert (status, kind) == (200, CONTENT.partition(";")[0])
    found = dict(re.findall(r"^(turnout_\w+) (\d+)$", body.decode(), re.MULTILINE))
    assert found == {
        "turnout_snapshot_revision": "7",
        "turnout_store_reachable": "1",
        "turnout_draining": "0",
        "turnout_unauthenticated_total": "0",
        "turnout_snapshots_sent_total": "1",
        "turnout_snapshots_unchanged_total": "1",
        "turnout_member_sets_sent_total": "0",
        "turnout_snapshot_watchers": "1",
    }
    assert body.decode().endswith("\n# EOF\n")


def test_the_metrics_tell_of_what_is_written_elsewhere_where_it_is(feed):
    deposit = {"revision": 6, "is_current": False, "failures": {"status": 2, "timeout": 1}}
    tally = Tally(deposit=lambda: deposit)
    lines = AdminDoor("", Standing(), tally, feed).exposition().splitlines()
    assert {
        "turnout_deposit_revision 6",
        "turnout_deposit_current 0",
        "turnout_deposit_failures_total 3",
    } < set(lines)
    assert "deposit" not in AdminDoor("", Standing(), Tally(), feed).exposition()


def test_requests_without_a_good_token_are_counted(feed):
    tally = Tally()

    class Nobody:
        def read(self):
            raise AssertionError("nothing is asked for a token that is none")

    async def talk():
        async with SnapshotDoor(feed, HERE, ControlSettings(authentication=True), tally) as door:
            door.open(Nobody())
            return [(await ask(door, "/v1/snapshot"))[0] for _ in range(2)]

    assert asyncio.run(talk()) == [401, 401]
    assert tally.unauthenticated == 2
