"""What is killed: control planes, sidecars and PostgreSQL, as real processes."""

import contextlib
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from faults.history import Outage
from servers.ports import free_port
from servers.postgres import PostgresServer
from servers.processes import children_of, is_alive, kill_all
from servers.waiting import wait_until
from turnout.client import Client
from turnout.results import Context, TurnoutError


class Serving:
    """One `turnout serve`.

    Args:
        name: For people.
        folder: For its state and its log.
        options: Its arguments.
    """

    def __init__(self, name: str, folder: Path, *options: str):
        folder.mkdir()
        self.name = name
        self.state = folder / "state"
        self.log_path = folder / "log"
        self._command = [
            sys.executable, "-m", "turnout.cli", "serve", "--state-dir", str(self.state),
            "--grace", "2", *options,
        ]  # fmt: skip
        self._children = set()
        self.child = None

    def start(self):
        """Starts it, unless it runs."""
        if self.child is None or self.child.poll() is not None:
            with self.log_path.open("ab") as log:
                ends = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
                self.child = subprocess.Popen(self._command, **ends)

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def workers(self):
        found = children_of(self.child.pid)
        self._children.update(found)
        return found

    def close(self):
        """Ends it and whoever it left."""
        if self.child is None:
            return
        self.workers()
        kill_all([self.child.pid] if self.child.poll() is None else [])
        self.child.wait(20)
        # A worker that was left alone ends by itself.
        wait_until(lambda: not any(map(is_alive, self._children)), f"the end of {self.name}")


class Plane(Serving):
    """A `turnout serve --role control`: what keeps it going, and a worker that does it all."""

    ways = ("parent", "worker", "both")

    def __init__(self, name: str, folder: Path, store: str, *options: str):
        self.address = f"127.0.0.1:{free_port()}"
        self.snapshots = f"127.0.0.1:{free_port()}"
        listen = ["--control-listen", self.address, "--snapshots-listen", self.snapshots]
        listen += ["--admin-listen", "none"]
        super().__init__(name, folder, "--role", "control", "--store", store, *listen, *options)

    def kill(self, way):
        """kill -9 of the parent (its worker sees it), of the worker (it is started again), or both.

        A worker that was left alone may still answer what came before.
        """
        workers, parent = self.workers(), self.child
        kill_all([] if way == "worker" else [parent.pid])
        kill_all([] if way == "parent" else workers)
        if way != "worker":
            parent.wait(20)


class Sidecar(Serving):
    """A `turnout serve --role sidecar`; says when it was killed until it answered again."""

    ways = ("all",)

    def __init__(self, name: str, folder: Path, source: str, history):
        self.address = f"127.0.0.1:{free_port()}"
        self._admin = f"127.0.0.1:{free_port()}"
        self._history = history
        self._outage = None
        super().__init__(
            name, folder, "--role", "sidecar", "--from", f"http://{source}", "--poll", "1",
            "--listen", self.address, "--unix-socket", "none", "--admin-listen", self._admin,
        )  # fmt: skip

    @property
    def kept(self) -> Path:
        """Its last good snapshot."""
        return self.state / "last-known-good.snapshot"

    def kill(self, way):  # noqa: ARG002 - there is one
        self.count_complaints()
        self._outage = Outage(self.name, time.monotonic())
        self._history.outages.append(self._outage)
        self.child.kill()
        self.child.wait(20)

    def start(self):
        """Starts it and waits for a first answer; it needs neither a plane nor a database."""
        super().start()
        wait_until(self._answers, f"{self.name} answers\n{self.log}")
        if self._outage is not None:
            self._outage.ended = time.monotonic()

    def _answers(self):
        with contextlib.suppress(TurnoutError), Client(self.address, timeout=5) as client:
            return client.decide("mark-0", Context("u-1"))
        return None

    def count_complaints(self):
        """Adds up what it counts of itself; a new process begins with 0."""
        with urllib.request.urlopen(f"http://{self._admin}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        counted = re.findall(r'turnout_refresh_failures_total{kind="(\w+)"} (\d+)', text)
        self._history.complaints.update({kind: int(count) for kind, count in counted})


class Database(PostgresServer):
    """A PostgreSQL."""

    name = "postgres"
    ways = ("all", "postmaster", "backend")

    def kill(self, way):
        """kill -9 of the postmaster, with its children or alone, or of one that answers clients.

        Of the last, PostgreSQL itself ends all the others and recovers.
        """
        children = children_of(self.child.pid)
        if way == "backend":
            kill_all(self._clients()[:1])
            return
        kill_all([self.child.pid, *(children if way == "all" else ())])
        self.child.wait(20)
        wait_until(lambda: not any(map(is_alive, children)), "the end of postgres")

    def start(self):
        """Starts it, unless it runs."""
        if self.child is None or self.child.poll() is not None:
            super().start()
        else:
            wait_until(self._answers, "postgres answers again")

    def _clients(self):
        asked = (
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'turnout' ORDER BY random()"
        )
        return [pid for (pid,) in self.ask(asked)]
