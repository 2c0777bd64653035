"""Real Redis servers on free ports, ended with the test."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from servers import ports
from servers.waiting import wait_until


def installed() -> bool:
    """Whether there is a Redis; CI installs one, and a test that cannot run there fails."""
    there = shutil.which("redis-server") is not None
    assert there or "TURNOUT_TEST_REDIS" not in os.environ, "redis-server is not installed"
    return there


def skip_without() -> None:
    if not installed():
        pytest.skip("redis-server is not installed")


def _free_port() -> int:
    """A port that is free, and 10,000 above it too: a node of a cluster listens on both."""
    while True:
        port = ports.free_port()
        if port < 50_000:
            return port
        with socket.socket() as other:
            port -= 25_000
            if other.connect_ex(("127.0.0.1", port)) != 0:
                return port


class RedisServer:
    """One `redis-server`."""

    def __init__(self, folder: Path, *options: str):
        self.port = _free_port()
        folder.mkdir()
        self._command = [
            "redis-server",
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
            *options,
        ]
        self.child = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it, also again after it was killed."""
        self.child = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(lambda: self.tried("PING") == "PONG", "redis-server answers")

    def tried(self, *words: str) -> str:
        command = ["redis-cli", "-p", str(self.port), *words]
        # A dump is bytes: in this encoding any of them are text.
        done = subprocess.run(command, capture_output=True, encoding="latin-1", check=False)
        return done.stdout.strip()

    def ask(self, *words: str) -> str:
        answer = self.tried(*words)
        assert "ERR" not in answer, answer
        return answer

    def stop(self) -> None:
        """Lets it stand still: connections stay open, and nothing is answered."""
        self.child.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.child.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait(10)


class RedisCluster:
    """Three masters that share the slots."""

    def __init__(self, folder: Path):
        folder.mkdir()
        options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
        self.nodes = [RedisServer(folder / str(at), *options) for at in range(3)]
        for at, node in enumerate(self.nodes):
            first, last = at * 16_384 // 3, (at + 1) * 16_384 // 3 - 1
            node.ask("CLUSTER", "ADDSLOTSRANGE", str(first), str(last))
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", str(at + 1))
            node.ask("CLUSTER", "MEET", "127.0.0.1", str(self.nodes[0].port))
        for node in self.nodes:
            wait_until(lambda node=node: self._is_up(node), "the cluster is up")

    @staticmethod
    def _is_up(node: RedisServer) -> bool:
        told = node.tried("CLUSTER", "INFO")
        return "cluster_state:ok" in told and "cluster_known_nodes:3" in told

    @property
    def url(self) -> str:
        nodes = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:2])
        return f"redis-cluster://{nodes}"

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()

    def go_on(self) -> None:
        for node in self.nodes:
            node.go_on()

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()
