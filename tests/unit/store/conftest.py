"""A store of each kind, empty, for each test."""

import hashlib
from datetime import UTC, datetime

import pytest

from turnout.store import Act, Membership, Published, Store


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    server = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
def store(url):
    store = Store.open(url)
    yield store
    store.close()


@pytest.fixture
def act():
    return Act("anna", "TestWrite", "127.0.0.1:1")


@pytest.fixture
def moment():
    return datetime(2026, 3, 1, 9, 30, 0, 123_456, tzinfo=UTC)


@pytest.fixture
def member_set(tmp_path):
    """Makes a file that counts as a member set: gives its SHA-256, its name and its path."""

    def member_set(content):
        sha256 = hashlib.sha256(content).hexdigest()
        path = tmp_path / f"{sha256}.set"
        path.write_bytes(content)
        return sha256, path.name, path

    return member_set


@pytest.fixture
def publish_sets(store):
    """Publishes a snapshot that names sets."""

    def publish_sets(sets, *, at):
        with store.write(Act("anna", "Publish", at=at)) as tx:
            published = Published(tx.snapshots.next_revision(), "id", "seal", at, "anna")
            tx.snapshots.add(published, b"sealed", {}, {}, sets=sets)

    return publish_sets


@pytest.fixture
def evaluated(store, member_set, moment):
    """Keeps a set and makes it the newest of a segment; gives the membership."""

    def evaluated(key, content=b"set", *, count=3, at=moment, by_hand=False):
        sha256, name, path = member_set(content)
        when = None if by_hand else at
        made = Membership(sha256, len(content), count, "hashed", when, b"k" * 16, 7)
        with store.write(Act("anna", "Evaluate", at=at)) as tx:
            tx.artifacts.add(name, path)
            tx.memberships.replace(key, made)
        return made

    return evaluated
