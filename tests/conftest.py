"""Puts this folder on the path, so that tests of all kinds share modules, and starts Redis."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from servers.redis import RedisServer, skip_without


@pytest.fixture
def redis(tmp_path):
    """A Redis of the test's own."""
    skip_without()
    server = RedisServer(tmp_path / "redis")
    yield server
    server.kill()
