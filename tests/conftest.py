"""Puts this folder on the path, so that tests of all kinds share modules, and starts databases."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from servers.postgres import PostgresServer
from servers.postgres import skip_without as skip_without_postgres
from servers.redis import RedisServer, skip_without


@pytest.fixture
def redis(tmp_path):
    """A Redis of the test's own."""
    skip_without()
    server = RedisServer(tmp_path / "redis")
    yield server
    server.kill()


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL for tests that leave it running; each makes a database of its own."""
    skip_without_postgres()
    server = PostgresServer("fsync=off")
    yield server
    server.close()


@pytest.fixture
def own_postgres():
    """A PostgreSQL of the test's own, which may end it."""
    skip_without_postgres()
    server = PostgresServer()
    yield server
    server.close()
