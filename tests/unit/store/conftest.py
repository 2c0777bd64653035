"""A store of each kind, empty, for each test."""

from datetime import UTC, datetime

import pytest

from turnout.store import Act, Store


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
