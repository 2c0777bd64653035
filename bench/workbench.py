"""What the figures share: programs, snapshots, request files, a scratch folder."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from functools import cached_property
from typing import TYPE_CHECKING

import grpc

from bench import catalogue, messages, servers, shapes
from bench.in_engine import time_members
from turnout.v1.decision_pb2 import DecideResponse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from google.protobuf.message import Message
    from rich.console import Console

    from bench.builds import Builds
    from bench.in_engine import MemberTimes
    from bench.servers import Server

BATCH = 50
ALL = 300
MEMBERS = 10_000_000


class Workbench:
    """Everything that a figure needs to measure.

    Args:
        builds: the built programs.
        folder: for sockets, snapshots and counts; short, as a socket's path must be.
        console: for progress.
    """

    def __init__(self, builds: Builds, folder: Path, console: Console) -> None:
        self.builds = builds
        self.folder = folder
        self.console = console

    @cached_property
    def large(self) -> Path:
        """The sealed snapshot of the large catalogue."""
        return self._sealed("large", catalogue.documents())

    def large_documents(self, name: str) -> Path:
        """A folder of its own with the documents of the large catalogue."""
        folder = self.folder / name
        catalogue.write(folder, catalogue.documents())
        return folder

    @cached_property
    def large_changed(self) -> Path:
        """The same with one flag changed: another id."""
        files = catalogue.documents()
        changed = files["flags-00.yaml"]["flags"][catalogue.measured_keys(2)[1]]
        changed["rules"][0]["split"] = {"classic": "40%", "compact": "60%"}
        return self._sealed("large-changed", files)

    @cached_property
    def small(self) -> Path:
        """The sealed snapshot of 10 flags, the measured one among them."""
        return self._sealed("small", catalogue.documents(catalogue.SMALL))

    @cached_property
    def such(self) -> Path:
        """The sealed snapshot of 300 flags of the measured shape and nothing else."""
        return self._sealed("such", catalogue.such_flags(ALL))

    @cached_property
    def members(self) -> MemberTimes:
        """Sets of ten million members, built and asked once for all figures about them."""
        return time_members(self, MEMBERS)

    @cached_property
    def shapes(self) -> tuple[Path, Path]:
        """The sealed snapshot of a flag for each shape of a rule, and the cases to decide."""
        cases = self.folder / "shapes.json"
        cases.write_text(json.dumps(shapes.cases()), encoding="utf-8")
        return self._sealed("shapes", shapes.documents()), cases

    @cached_property
    def decide(self) -> Path:
        """The framed measured request."""
        return self._body("decide", messages.decide())

    @cached_property
    def explain(self) -> Path:
        """The framed measured request, explained."""
        return self._body("explain", messages.explain())

    @cached_property
    def batch(self) -> Path:
        """A framed batch of 50 keys of the measured shape."""
        return self._body("batch", messages.batch_decide(catalogue.measured_keys(BATCH)))

    @cached_property
    def all(self) -> Path:
        """A framed request for everything."""
        return self._body("all", messages.decide_all())

    @cached_property
    def reply(self) -> Path:
        """Our framed reply to the measured request, which the floors repeat."""
        with self.turnout(self.large) as server:
            return self._body("reply", check_split(server))

    @cached_property
    def reply_message(self) -> Path:
        """The same, not framed."""
        path = self.folder / "reply.message"
        path.write_bytes(self.reply.read_bytes()[5:])
        return path

    @contextlib.contextmanager
    def turnout(self, *snapshots: Path, callgrind: Path | None = None) -> Iterator[Server]:
        """The data plane as it is shipped, in a lean Python process; one thread, metrics on.

        It serves the first snapshot and takes the lines `swap` and `stats`.
        """
        port = servers.free_port()
        tcp, unix = f"127.0.0.1:{port}", self.folder / f"turnout-{port}.sock"
        command = [sys.executable, "-m", "bench.plane", tcp, str(unix), *map(str, snapshots)]
        with servers.running(
            command,
            folder=self.folder,
            tcp=tcp,
            unix=unix,
            callgrind=callgrind,
            variables=self.environment,
            dialogue=True,
        ) as server:
            # It answers when the snapshot is loaded.
            server.ask_line("stats")
            yield server

    @contextlib.contextmanager
    def plane(self) -> Iterator[Server]:
        """The data plane on the large catalogue, with a changed one to swap in."""
        with self.turnout(self.large, self.large_changed) as server:
            check_split(server)
            yield server

    @contextlib.contextmanager
    def serve(self, documents: Path, state: Path, *, wait: bool = True) -> Iterator[Server]:
        """`turnout serve` with its worker, on any core, with default settings."""
        with self._deciding([str(documents)], state, wait=wait) as server:
            yield server

    @contextlib.contextmanager
    def sidecar_of(self, url: str, state: Path) -> Iterator[Server]:
        """`turnout serve --role sidecar`, on any core, with default settings."""
        with self._deciding(["--role", "sidecar", "--from", url], state) as server:
            yield server

    @contextlib.contextmanager
    def server_of(self, state: Path, words: list[str], *, listens: str) -> Iterator[Server]:
        """`turnout serve` with any arguments, on any core, once it listens there."""
        command = self._serve_command(state)
        with servers.running(
            [*command, *words],
            folder=self.folder,
            tcp=listens,
            unix=self.folder / "none",
            core=None,
            variables=self.environment,
        ) as server:
            yield server

    @contextlib.contextmanager
    def _deciding(self, words: list[str], state: Path, *, wait: bool = True) -> Iterator[Server]:
        port = servers.free_port()
        tcp, unix = f"127.0.0.1:{port}", self.folder / f"serve-{port}.sock"
        command = [*self._serve_command(state), *words]
        command += ["--listen", tcp, "--unix-socket", str(unix)]
        with servers.running(
            command,
            folder=self.folder,
            tcp=tcp,
            unix=unix,
            core=None,
            variables=self.environment,
            wait=wait,
        ) as server:
            yield server

    def _serve_command(self, state: Path) -> list[str]:
        command = [sys.executable, "-P", "-m", "turnout.cli", "serve", "--admin-listen", "none"]
        return [*command, "--state-dir", str(state), "--log-level", "WARNING"]

    @cached_property
    def filled_store(self) -> Path:
        """A store of 5,000 flags and 5,000 segments, published once; to be copied."""
        path = self.folder / "filled.db"
        self.say("filling a store …")
        self.python("bench.control_plane", str(path))
        return path

    @contextlib.contextmanager
    def floor(self, callgrind: Path | None = None) -> Iterator[Server]:
        """The bare-h2 floor with our reply."""
        with servers.floor_h2(self.builds.floor_h2, self.reply, self.folder, callgrind) as server:
            yield server

    def python(self, module: str, *arguments: str, core: str = servers.LOAD_CORE) -> str:
        """Runs a module of the benchmarks on the release build, and gives what it printed."""
        done = subprocess.run(
            ["taskset", "-c", core, sys.executable, "-m", module, *arguments],
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode != 0:
            raise RuntimeError(f"`{module}` failed: {done.stderr[-3000:]}")
        return done.stdout

    @cached_property
    def environment(self) -> dict[str, str]:
        """With PYTHONPATH for the release build before anything else."""
        return servers.environment(self.builds.site)

    def say(self, text: str) -> None:
        """Shows a step."""
        self.console.print(f"[dim]  {text}[/]")

    def _body(self, name: str, message: Message) -> Path:
        path = self.folder / f"{name}.grpc"
        path.write_bytes(messages.frame(message))
        return path

    def _sealed(self, name: str, files: dict[str, catalogue.Document]) -> Path:
        folder, path = self.folder / name, self.folder / f"{name}.snapshot"
        catalogue.write(folder, files)
        self.python("bench.seal", str(folder), str(path))
        return path


def check_split(server: Server) -> DecideResponse:
    """Makes sure that a server decides the measured request, for h2load does not look.

    Raises:
        RuntimeError: its answer is not a split of the measured flag.
    """
    response = DecideResponse.FromString(ask(server, messages.DECIDE, messages.decide()))
    if response.decision.reason != messages.SPLIT:
        raise RuntimeError(f"the measured flag was not split: {response}")
    return response


def ask(server: Server, method: str, request: Message) -> bytes:
    """Sends one request with grpcio and gives the reply's bytes."""
    with grpc.insecure_channel(server.tcp) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        reply: bytes = call(request.SerializeToString(), timeout=10)
        return reply
