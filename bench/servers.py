"""Starts the servers that are measured, each pinned to one core, and ends them."""

from __future__ import annotations

import contextlib
import os
import re
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

    def tell(self, line: str) -> None:
        """Writes a line to its input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def ask_line(self, line: str) -> str:
        """Writes a line to its input and reads one line of its output."""
        assert self.process.stdout is not None
        self.tell(line)
        return self.process.stdout.readline().decode()

    def resident_mb(self) -> float:
        """Its resident memory, in MB of 10^6 bytes."""
        return resident_mb(self.pid)


def resident_mb(pid: int) -> float:
    """The resident memory of a process, in MB of 10^6 bytes."""
    found = re.search(r"^VmRSS:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if found is None:
        raise ServerError(f"process {pid} has no resident memory any more")
    return int(found[1]) * 1024 / 1e6


def pin(pid: int, core: str, *, idle: bool = False) -> None:
    """Binds all threads of a running process and of its children to a core.

    Args:
        pid: The process.
        core: Its number.
        idle: They run only when nobody else wants the core.
    """
    for thread in Path(f"/proc/{pid}/task").iterdir():
        tid = int(thread.name)
        os.sched_setaffinity(tid, {int(core)})
        if idle:
            os.sched_setscheduler(tid, os.SCHED_IDLE, os.sched_param(0))
        for child in (thread / "children").read_text().split():
            pin(int(child), core, idle=idle)


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
    variables: Mapping[str, str] | None = None,
    dialogue: bool = False,
    wait: bool = True,
    says: str = "",
) -> Iterator[Server]:
    """Starts `command`, waits until `tcp` takes connections, and ends it on the way out.

    Args:
        command: the server and its arguments.
        folder: for what it writes.
        tcp: the address that it will listen on.
        unix: the Unix socket that it will listen on, if any.
        core: the core that it is pinned to; None pins it to none.
        callgrind: the file for callgrind's counts; None runs without callgrind.
        variables: the environment; None keeps the present one.
        dialogue: keep its input and output open, for `tell` and `ask_line`.
        wait: until it listens; False gives it as soon as it was started.
        says: what it writes when it can answer; listening alone may come before that.

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
            stdin=subprocess.PIPE if dialogue else subprocess.DEVNULL,
            stdout=subprocess.PIPE if dialogue else written,
            stderr=written,
            env=dict(variables) if variables is not None else None,
        )
    try:
        if wait:
            _wait_until_listening(process, tcp, log, says)
        yield Server(process, tcp, unix)
    finally:
        end(process)


def environment(site: Path) -> dict[str, str]:
    """The present environment, with `site` and the benchmarks first on PYTHONPATH.

    Python's hash is seeded, for start and end of the interpreter to count the same in two runs.
    """
    root = Path(__file__).parent.parent
    paths = os.pathsep.join([str(site), str(root)])
    return {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"}


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that was started here, and insists after ten seconds.

    One that reads lines ends with its input, always in the same way; a signal in the middle of
    that would make its count of instructions a matter of luck.
    """
    if process.stdin is not None:
        process.stdin.close()
    else:
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


def _wait_until_listening(process: subprocess.Popen[bytes], tcp: str, log: Path, says: str) -> None:
    host, _, port = tcp.rpartition(":")
    patience = time.monotonic() + PATIENCE_S
    while time.monotonic() < patience:
        if process.poll() is not None:
            break
        if says in log.read_text(errors="replace"):
            with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
                return
        time.sleep(0.02)
    raise ServerError(f"no server on `{tcp}`; it wrote: {log.read_text(errors='replace')[-2000:]}")
