"""A server of the shop example, as a reader of the documents starts it."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from servers.ports import free_port
from servers.waiting import wait_until
from turnout import Client, Unavailable

ROOT = Path(__file__).parents[2]
TURNOUT = Path(sys.executable).parent / "turnout"


class ShopServer(NamedTuple):
    """Where the shop is served."""

    runtime_dir: Path
    address: str
    admin: str


@pytest.fixture(scope="session")
def shop_server(tmp_path_factory):
    runtime_dir = tmp_path_factory.mktemp("run")
    address, admin = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    environment = os.environ | {
        "XDG_RUNTIME_DIR": str(runtime_dir),
        "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state")),
    }
    command = [TURNOUT, "serve", "examples/shop", "--listen", address, "--admin-listen", admin]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_until_ready(server, Client(address))
        yield ShopServer(runtime_dir, address, admin)
    finally:
        server.terminate()
        server.wait(15)


def wait_until_ready(server, client):
    def status():
        assert server.poll() is None, "the server ended"
        with contextlib.suppress(Unavailable):
            return client.snapshot_status()

    wait_until(status, "the server is ready")
