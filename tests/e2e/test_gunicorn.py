"""A prefork server whose workers inherit the engine, or the client, from their master."""

import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from servers.waiting import wait_until
from turnout import Context, Engine
from turnout.compiler import compile_documents
from turnout.documents import read_mapping
from turnout.engine import DataPlane

DOCUMENTS = {
    "flags": {
        "f": {
            "variants": {"a": 1, "b": 2},
            "default": "a",
            "rules": [{"split": {"a": "50%", "b": "50%"}}],
        }
    }
}
WORKERS = 4
USERS = [f"user-{n}" for n in range(400)]
SOON_S = 15.0


def get(path, query):
    """One request on a connection of its own, so that every worker gets its share."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(f"GET /?{query} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while packet := connection.recv(65536):
            answer += packet
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0], answer
    worker, variant = body.decode().split()
    return int(worker), variant


@pytest.fixture
def prefork(tmp_path):
    """Starts gunicorn with four workers over the application; gives the socket and the master."""
    path = tmp_path / "web.sock"
    masters = []

    def start(**environment):
        options = ["--preload", "--workers", str(WORKERS), "--bind", f"unix:{path}"]
        options += ["--chdir", str(Path(__file__).parent), "--no-control-socket"]
        master = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, "prefork_app"],
            env={**os.environ, **environment},
            stderr=subprocess.PIPE,
        )
        masters.append(master)

        def is_there():
            assert master.poll() is None, master.stderr.read().decode()
            return path.exists()

        wait_until(is_there, "the socket")
        return path, master

    yield start
    for master in masters:
        master.terminate()
        master.wait(SOON_S)
        master.stderr.close()


def answers(path):
    """Who answered what; asks on until every worker has answered."""
    seen, until = {}, time.monotonic() + SOON_S
    with ThreadPoolExecutor(8) as pool:
        while len({worker for worker, _ in seen.values()}) < WORKERS:
            assert time.monotonic() < until, set(seen.values())
            answered = zip(USERS, pool.map(lambda user: get(path, user), USERS), strict=True)
            for user, answer in answered:
                seen[user, answer[0]] = answer
    return seen


def check(seen, master):
    expected = Engine.from_documents(DOCUMENTS)
    for (user, _), (worker, variant) in seen.items():
        assert worker != master.pid
        assert variant == expected.decide("f", Context(user)).variant, user
    assert {variant for _, variant in seen.values()} == {"a", "b"}


def test_workers_decide_with_the_engine_of_their_master(prefork):
    path, master = prefork(TURNOUT_TEST_DOCUMENTS=json.dumps(DOCUMENTS))
    check(answers(path), master)


def test_workers_ask_with_the_client_of_their_master(prefork, tmp_path):
    plane = DataPlane(unix_socket=tmp_path / "turnout.sock")
    plane.start()
    plane.load(compile_documents(read_mapping(DOCUMENTS)).seal())
    path, master = prefork(TURNOUT_TEST_ADDRESS=f"unix:{tmp_path / 'turnout.sock'}")
    check(answers(path), master)
    assert plane.stats()["connections"] >= WORKERS
    path.unlink()
    plane.drain(1.0)
