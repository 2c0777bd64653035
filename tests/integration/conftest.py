"""Puts this folder on the path, and starts the stores that tests share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from servers.redis import RedisCluster, RedisServer, skip_without


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory):
    """A Redis for tests that leave it as it is; each has units of its own."""
    skip_without()
    server = RedisServer(tmp_path_factory.mktemp("shared") / "redis")
    yield server
    server.kill()


@pytest.fixture(scope="session")
def shared_cluster(tmp_path_factory):
    """A cluster for tests that leave it as it is."""
    skip_without()
    cluster = RedisCluster(tmp_path_factory.mktemp("shared") / "cluster")
    yield cluster
    cluster.kill()
