"""A store of each kind, empty, for each test."""

from datetime import UTC, datetime

import pytest

from turnout.store import Act, Store


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/store.db"


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
