"""Sidecars fetch with the tokens of the control plane, also while its database is gone."""

import asyncio
import shutil
import ssl
from datetime import UTC, datetime

import aiohttp
import pytest

from servers.certificates import Authority
from turnout.compiler import compile_documents
from turnout.control.credentials import make_first_token
from turnout.control.settings import ControlSettings, Tls
from turnout.control.snapshot_door import SnapshotDoor
from turnout.control.tls_files import CannotListen
from turnout.documents import read_mapping
from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.store import Act, Store, Unavailable

HERE = "127.0.0.1:0"


@pytest.fixture
def feed():
    feed = CurrentSnapshot()
    feed.put(compile_documents(read_mapping({"segments": {"all": {"kind": "everyone"}}})).seal(7))
    return feed


@pytest.fixture
def own_store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/door.db")
    yield store
    store.close()


def first_token(store):
    shown = []
    make_first_token(store, datetime.now(UTC), shown.append)
    return shown[0]


async def ask(door, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{door.address}/v1/snapshot", headers=headers) as answer,
    ):
        return answer.status, answer.headers.get("turnout-revision")


def test_on_loopback_whoever_asks_is_answered(feed):
    async def talk():
        async with SnapshotDoor(feed, HERE, ControlSettings()) as door:
            return await ask(door)

    assert asyncio.run(talk()) == (200, "7")


def test_with_authentication_a_good_token_is_needed(feed, own_store):
    token = first_token(own_store)

    async def talk():
        async with SnapshotDoor(feed, HERE, ControlSettings(authentication=True)) as door:
            before = await ask(door, token)
            door.open(own_store)
            return before, await ask(door), await ask(door, token + "x"), await ask(door, token)

    before, none, wrong, good = asyncio.run(talk())
    assert before == (503, None)
    assert none == wrong == (401, None)
    assert good == (200, "7")


def test_a_token_that_was_revoked_is_good_no_longer(feed, own_store):
    token = first_token(own_store)

    async def talk():
        async with SnapshotDoor(feed, HERE, ControlSettings(authentication=True)) as door:
            door.open(own_store)
            first = await ask(door, token)
            with own_store.write(Act("anna", "RevokeToken")) as tx:
                tx.tokens.revoke("admin")
            return first, await ask(door, token)

    assert asyncio.run(talk()) == ((200, "7"), (401, None))


def test_who_was_known_is_answered_while_the_store_is_gone(feed, own_store, monkeypatch):
    token = first_token(own_store)

    def gone():
        raise Unavailable("gone")

    async def talk():
        async with SnapshotDoor(feed, HERE, ControlSettings(authentication=True)) as door:
            door.open(own_store)
            await ask(door, token)
            monkeypatch.setattr(own_store, "read", gone)
            return await ask(door, token), await ask(door, token + "x")

    assert asyncio.run(talk()) == ((200, "7"), (503, None))


def test_an_address_that_is_taken_is_told(feed):
    async def talk():
        plain = ControlSettings()
        async with SnapshotDoor(feed, HERE, plain) as one, SnapshotDoor(feed, one.address, plain):
            pass

    with pytest.raises(CannotListen, match="cannot listen on"):
        asyncio.run(talk())


def test_a_certificate_that_is_not_there_is_told(feed, tmp_path):
    settings = ControlSettings(tls=Tls(tmp_path / "cert.pem", tmp_path / "key.pem"))

    async def talk():
        async with SnapshotDoor(feed, HERE, settings):
            pass

    with pytest.raises(CannotListen, match=r"cannot read `.*cert\.pem`"):
        asyncio.run(talk())


def test_an_authority_that_was_replaced_is_trusted_no_more(feed, tmp_path):
    first, second = (Authority(tmp_path / name) for name in ("first", "second"))
    own = first.sign("plane", "IP:127.0.0.1")
    trusted = tmp_path / "trusted.crt"
    trusted.write_bytes(first.certificate.read_bytes())
    tls = Tls(own.certificate, own.key, client_authority=trusted)

    async def status(door, certified):
        context = ssl.create_default_context(cafile=first.certificate)
        context.load_cert_chain(certified.certificate, certified.key)
        url = f"https://{door.address}/v1/snapshot"
        try:
            async with aiohttp.ClientSession() as session, session.get(url, ssl=context) as answer:
                return answer.status
        except (aiohttp.ClientError, ConnectionError):
            return None

    async def talk():
        async with SnapshotDoor(feed, HERE, ControlSettings(tls=tls)) as door:
            old, new = first.sign("old"), second.sign("new")
            before = await status(door, old), await status(door, new)
            shutil.move(second.certificate, trusted)
            return before, (await status(door, old), await status(door, new))

    assert asyncio.run(talk()) == ((200, None), (None, 200))
