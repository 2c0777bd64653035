"""A real `turnout serve` on free ports, in a folder of its own."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from servers.ports import free_port
from servers.processes import children_of, is_alive, kill_all
from servers.waiting import wait_until
from turnout.client import Client
from turnout.results import Context, TurnoutError

FLAG = """\
flags:
  {key}:
    variants: {{on: true, off: false}}
    default: {default}
    rules:
      - {{name: staff, when: {{attribute: plan, is: staff}}, serve: on}}
"""


class Server:
    """One `turnout serve` and what a test does with it."""

    def __init__(self, folder: Path, documents: Path):
        self.documents = documents
        self.state = folder / "state"
        self.socket = folder / "t.sock"
        self.port = free_port()
        self.admin_port = free_port()
        self.log_path = folder / "log"
        self.child = None
        self.source = [str(documents)]

    @staticmethod
    def flag(key: str, *, default: str = "off") -> str:
        """A document with one flag."""
        return FLAG.format(key=key, default=default)

    def replace(self, name: str, text: str) -> None:
        """Writes a document as careful editors do: a new file, renamed onto the old one."""
        temporary = self.documents / f"{name}~"
        temporary.write_text(text)
        temporary.rename(self.documents / name)

    @property
    def command(self) -> list[str]:
        return [
            sys.executable,
            *("-m", "turnout.cli", "serve", *self.source),
            *self.doors,
            *("--admin-listen", f"127.0.0.1:{self.admin_port}"),
            *("--state-dir", str(self.state)),
            *("--grace", "5"),
        ]

    @property
    def doors(self) -> list[str]:
        """Where decisions are answered."""
        return ["--listen", f"127.0.0.1:{self.port}", "--unix-socket", str(self.socket)]

    def start(self, *options: str) -> "Server":
        with self.log_path.open("ab") as log:
            self.child = subprocess.Popen(
                [*self.command, *options], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        return self

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def client(self) -> Client:
        return Client(f"unix:{self.socket}", timeout=5)

    def decide(self, key: str = "a", **attributes):
        with self.client() as client:
            return client.decide(key, Context("u-1", attributes))

    def tried(self, key: str = "a", **attributes):
        """A decision, or None while there is none."""
        assert self.child.poll() is None, f"the server ended: {self.log}"
        with contextlib.suppress(TurnoutError):
            return self.decide(key, **attributes)
        return None

    def wait_for_decision(self, key: str = "a"):
        return wait_until(lambda: self.tried(key), f"a decision of `{key}`\n{self.log}")

    def wait_for_variant(self, variant: str, key: str = "a"):
        def has_it():
            decision = self.tried(key)
            return decision is not None and decision.variant == variant and decision

        return wait_until(has_it, f"variant `{variant}` of `{key}`")

    def status(self):
        with self.client() as client:
            return client.snapshot_status()

    def workers(self) -> list[int]:
        """The process ids of the children of the serving process."""
        return [pid for pid in children_of(self.pid) if is_alive(pid)]

    def wait_for_worker(self, *, other_than: int = 0) -> int:
        def another():
            return next((pid for pid in self.workers() if pid != other_than), None)

        return wait_until(another, "a worker")

    def kill_all(self) -> None:
        """kill -9 of the server and of its worker, as a power cut would."""
        pids = [self.pid, *self.workers()]
        kill_all(pids)
        self.child.wait(10)
        wait_until(lambda: not any(map(is_alive, pids)), "the end of all")

    def stop(self) -> int:
        if self.child.poll() is None:
            self.child.terminate()
        return self.child.wait(15)


class Sidecar(Server):
    """One `turnout serve --role sidecar`."""

    def __init__(self, folder: Path, url: str):
        super().__init__(folder, folder)
        self.url = url

    @property
    def command(self) -> list[str]:
        command = super().command
        at = command.index(str(self.documents))
        return [*command[:at], "--role", "sidecar", "--from", self.url, *command[at + 1 :]]


class ControlledServer(Server):
    """A `turnout serve` without documents."""

    def __init__(self, folder, *options):
        super().__init__(folder, None)
        self.control_port = free_port()
        self.snapshots_port = free_port()
        self.source = [
            *("--control-listen", f"127.0.0.1:{self.control_port}"),
            *("--snapshots-listen", f"127.0.0.1:{self.snapshots_port}"),
            *options,
        ]

    @property
    def doors(self) -> list[str]:
        return [] if "control" in self.source else super().doors


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.yaml").write_text(Server.flag("a"))
    (folder / "b.yaml").write_text(Server.flag("b"))
    return folder


@pytest.fixture
def make_server(tmp_path):
    """Makes servers that are ended with the test, whatever becomes of it."""
    made = []

    def make_server(folder: Path = tmp_path, *, documents: Path) -> Server:
        made.append(Server(folder, documents))
        return made[-1]

    yield make_server
    _end(made)


@pytest.fixture
def make_sidecar(tmp_path):
    """Makes sidecars that are ended with the test, whatever becomes of it."""
    made = []

    def make_sidecar(url: str, folder: Path = tmp_path) -> Sidecar:
        made.append(Sidecar(folder, url))
        return made[-1]

    yield make_sidecar
    _end(made)


def _end(made: list[Server]) -> None:
    for server in made:
        if server.child and server.child.poll() is None:
            server.kill_all()


@pytest.fixture
def server(make_server, documents):
    return make_server(documents=documents)


@pytest.fixture
def controlled(tmp_path):
    """Makes servers with a store; they are ended with the test, whatever becomes of it."""
    made = []

    def controlled(*options, folder=tmp_path):
        made.append(ControlledServer(folder, *options))
        return made[-1]

    yield controlled
    _end(made)
