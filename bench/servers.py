"""Starts the servers that are measured, each pinned to one core, and ends them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SERVER_CORE = "0"
LOAD_CORE = "1" if (os.cpu_count() or 1) > 1 else "0"
PATIENCE_S = 60.0
"""A server under callgrind starts fifty times slower."""


class ServerError(RuntimeError):
    """A server ended, or did not answer in time; the message has what it wrote."""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    tcp: str
    """`HOST:PORT`."""
    unix: Path
    """The Unix socket; not there when the server has none."""

    @property
    def pid(self) -> int:
        """The process, which `taskset` and `valgrind` become rather than start."""
        return self.process.pid


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    folder: Path,
    tcp: str,
    unix: Path,
    core: str | None = SERVER_CORE,
    callgrind: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> Iterator[Server]:
    """Starts `command`, waits until `tcp` takes connections, and ends it on the way out.

    Args:
        command: the server and its arguments.
        folder: for what it writes.
        tcp: the address that it will listen on.
        unix: the Unix socket that it will listen on, if any.
        core: the core that it is pinned to; None pins it to none.
        callgrind: the file for callgrind's counts; None runs without callgrind.
        environment: variables beside the present ones.
        stdin: as of `subprocess.Popen`.

    Raises:
        ServerError: it ended or did not listen within a minute.
    """
    words = ["taskset", "-c", core] if core is not None else []
    if callgrind is not None:
        words += ["valgrind", "--tool=callgrind", f"--callgrind-out-file={callgrind}"]
    log = folder / f"{Path(command[0]).name}-{tcp.rpartition(':')[2]}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*words, *command],
            stdin=stdin,
            stdout=written,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
    try:
        _wait_until_listening(process, tcp, log)
        yield Server(process, tcp, unix)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks a process that was started here to stop, and insists after ten seconds."""
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def floor_h2(
    binary: Path, reply: Path, folder: Path, callgrind: Path | None = None
) -> Iterator[Server]:
    """The bare-h2 floor with a framed constant reply, on TCP and a Unix socket."""
    port = free_port()
    tcp, unix = f"127.0.0.1:{port}", folder / f"floor-{port}.sock"
    command = [str(binary), str(reply), "--tcp", tcp, "--unix", str(unix)]
    with running(command, folder=folder, tcp=tcp, unix=unix, callgrind=callgrind) as server:
        yield server


@contextlib.contextmanager
def floor_grpcio(reply: Path, method: str, folder: Path) -> Iterator[Server]:
    """The grpcio floor with a constant reply (not framed), on TCP."""
    tcp = f"127.0.0.1:{free_port()}"
    script = Path(__file__).parent / "floors" / "grpcio" / "server.py"
    command = [sys.executable, str(script), str(reply), tcp, method]
    with running(command, folder=folder, tcp=tcp, unix=folder / "none") as server:
        yield server


def _wait_until_listening(process: subprocess.Popen[bytes], tcp: str, log: Path) -> None:
    host, _, port = tcp.rpartition(":")
    patience = time.monotonic() + PATIENCE_S
    while time.monotonic() < patience:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.02)
    raise ServerError(f"no server on `{tcp}`; it wrote: {log.read_text(errors='replace')[-2000:]}")
