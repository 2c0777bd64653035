"""Loads a server: h2load for calls a second, our own client for latencies and counts."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

from bench.servers import LOAD_CORE

if TYPE_CHECKING:
    from pathlib import Path

CONNECTIONS = 8
STREAMS = 8


class LoadError(RuntimeError):
    """A load client reported calls that failed; the message has what it wrote."""


def calls_per_second(target: str, path: str, body: Path, seconds: int = 1) -> float:
    """The rate that h2load reaches with 8 connections of 8 streams, after a short warm-up.

    Args:
        target: `HOST:PORT`.
        path: the RPC's.
        body: a file with one gRPC frame.
        seconds: how long the measured part lasts.
    """
    text = _h2load(target, path, body, ["-D", str(seconds), "--warm-up-time", "200ms"])
    found = re.search(r"finished in .*?, ([\d.]+) req/s", text)
    if found is None:
        raise LoadError(f"h2load printed no rate: {text[-2000:]}")
    return float(found[1])


def send(target: str, path: str, body: Path, count: int) -> None:
    """Sends exactly `count` calls over 8 connections of 8 streams."""
    _h2load(target, path, body, ["-n", str(count)])


def sequential(binary: Path, target: str, path: str, body: Path, count: int) -> dict[str, float]:
    """One call at a time on one connection; latencies in nanoseconds: `p50`, `p99`, `max` and more.

    Args:
        binary: `bench-load`.
        target: `HOST:PORT` or `unix:SOCKET`.
        path: the RPC's.
        body: a file with one gRPC frame.
        count: how many calls.
    """
    return _bench_load(binary, "sequential", target, path, str(body), str(count))


def open_loop(
    binary: Path, target: str, path: str, body: Path, *, rate: float, seconds: float
) -> dict[str, float]:
    """Calls on a fixed schedule over 8 connections; latencies as `sequential` gives them."""
    words = [target, path, str(body), str(rate), str(seconds), str(CONNECTIONS)]
    return _bench_load(binary, "open", *words)


def _bench_load(binary: Path, *words: str) -> dict[str, float]:
    command = ["taskset", "-c", LOAD_CORE, str(binary), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise LoadError(f"`{' '.join(command)}` failed: {done.stderr[-2000:]}")
    measured: dict[str, Any] = json.loads(done.stdout)
    if measured["failed"]:
        raise LoadError(f"{measured['failed']} of the calls failed: {done.stderr}{done.stdout}")
    return {name: float(value) for name, value in measured.items()}


def _h2load(target: str, path: str, body: Path, amount: list[str]) -> str:
    command = ["taskset", "-c", LOAD_CORE, "h2load", *amount, "-t", "1"]
    command += ["-c", str(CONNECTIONS), "-m", str(STREAMS), "-d", str(body)]
    command += ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    command += [f"http://{target}{path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    failed = re.search(r"(\d+) failed, (\d+) errored", done.stdout)
    if done.returncode != 0 or failed is None or failed.groups() != ("0", "0"):
        raise LoadError(f"h2load failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
