"""Control planes with a database that gives what a test says, when it says so."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from servers.queried import FakeConnections, FakeDatabase


@pytest.fixture
def database():
    """What queries of the connection `fake` ask."""
    fake = FakeDatabase()
    yield fake
    fake.go_on()


@pytest.fixture(params=["sqlite", "postgres"])
def each_store(request, tmp_path):
    """The URL of a fresh store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return request.getfixturevalue("url")


@pytest.fixture
def plane(each_store, start, database):
    """A control plane over each kind of store."""
    return start(each_store, connections=FakeConnections(database))


@pytest.fixture
def url(postgres):
    """Of a fresh database."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)
