"""The worker process: keeps the last good snapshot what its source says, and says so.

One composition root; nothing imports it. The source is a folder of documents, which it compiles,
or a store, whose control plane it is. It speaks JSON lines on standard output to the server that
started it, takes `read` on standard input as a wish to look now, and ends when its standard input
closes. Its logs go to standard error.
"""

# ruff: noqa: PLC0415 - of two ways, only what is taken is imported

import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from turnout.serving.launch import (
    MEMBERS_VARIABLE,
    STORE_VARIABLE,
    ControlLaunch,
    WorkerLaunch,
    worker_from_json,
)
from turnout.serving.state_folder import StateFolderInUse
from turnout.serving.supervisor import CANNOT_START
from turnout.sources.last_known_good import StateFolder
from turnout.telemetry import configure, fields

_LOCK_WAIT_S = 10.0

Tell = Callable[[dict[str, Any]], None]

_log = logging.getLogger("turnout.worker")


class Work(Protocol):
    """What a worker does until it is told to end."""

    def run(self) -> int:
        """Works; gives the exit code."""

    def look(self) -> None:
        """Looks at the source now. Safe from any thread."""

    def end(self) -> None:
        """Ends soon. Safe from any thread."""


def main() -> int:
    """Runs until standard input closes; the settings are the first argument, as JSON."""
    launch = worker_from_json(sys.argv[1])
    configure("worker", log_format=launch["log_format"], level=launch["log_level"])
    # The terminal sends these to the whole group; the server says what the worker should do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.nice(launch["niceness"])
    tell = _take_stdout()
    try:
        state = StateFolder(Path(launch["state_dir"]))
        lock = state.lock(_LOCK_WAIT_S)
    except StateFolderInUse as error:
        _log.error("%s", error)
        return 1
    except OSError as error:
        _log.error("cannot use the state folder: %s", error)
        return 1
    with lock:
        control = launch["control"]
        work = (
            _Controlling(launch, control, state, tell)
            if control
            else _Compiling(launch, state, tell)
        )
        _follow_stdin(work)
        return work.run()


class _Compiling:
    """Documents: what is read is compiled, and kept."""

    def __init__(self, launch: WorkerLaunch, state: StateFolder, tell: Tell) -> None:
        from turnout.releases.publisher import Publisher
        from turnout.sources.folder import FolderSource

        self._source = FolderSource(
            Path(launch["documents"]),
            debounce_ms=launch["debounce_ms"],
            rescan_s=launch["rescan_s"],
        )
        self._publisher = Publisher(self._source, state)
        self._tell = tell

    def run(self) -> int:
        for reason in self._source.changes():
            event = self._publisher.publish()
            _log.debug("read", extra=fields(reason=reason, outcome=event["event"]))
            self._tell(event)
        return 0

    def look(self) -> None:
        self._source.ask()

    def end(self) -> None:
        # What is half written is a temporary file, and stays one.
        os._exit(0)


class _Controlling:
    """A store: its control plane."""

    def __init__(
        self, launch: WorkerLaunch, control: ControlLaunch, state: StateFolder, tell: Tell
    ) -> None:
        from turnout.control.plane import ControlPlane, PlaneSettings
        from turnout.control.settings import EvaluatingSettings

        settings = PlaneSettings(
            store=os.environ.pop(STORE_VARIABLE, "") or control["store"],
            place=control["store"],
            control=_control_settings(control),
            has_rpcs=control["listen"] is not None,
            snapshots_listen=control["snapshots_listen"] or "",
            admin_listen=control["admin_listen"] or "",
            snapshots_to=control["snapshots_to"],
            evaluating=EvaluatingSettings(
                connections=Path(control["connections"]) if control["connections"] else None,
                query_folders=tuple(map(Path, control["query_folders"])),
                at_once=control["evaluations"],
                members_redis=os.environ.pop(MEMBERS_VARIABLE, ""),
            ),
            look_s=launch["rescan_s"],
            require_second_person=control["require_second_person"],
            keep_newest=control["keep_snapshots"],
            keep_for=timedelta(seconds=control["keep_snapshots_s"]),
        )
        self._plane = ControlPlane(settings, state, tell, _show_token)

    def run(self) -> int:
        import asyncio

        from turnout.control.tls_files import CannotListen
        from turnout.segments.failures import BadConnections
        from turnout.store import NewerStore

        try:
            asyncio.run(self._plane.run())
        except (BadConnections, CannotListen, NewerStore) as error:
            _log.error("the control plane cannot start: %s", error)
            # With a newer store what was kept is still to be decided by.
            return 1 if isinstance(error, NewerStore) else CANNOT_START
        return 0

    def look(self) -> None:
        self._plane.look()

    def end(self) -> None:
        self._plane.end()


def _control_settings(control: ControlLaunch) -> Any:  # noqa: ANN401 - of a room that is imported late
    from turnout.control.settings import ControlSettings, Tls

    authority = control["tls_client_ca"]
    tls = Tls(
        certificate=Path(control["tls_cert"]),
        key=Path(control["tls_key"]),
        client_authority=Path(authority) if authority else None,
    )
    return ControlSettings(
        listen=control["listen"] or "",
        authentication=control["authentication"],
        tls=tls if control["tls_cert"] else None,
        certificates=control["client_roles"],
        grace_s=control["grace_s"],
    )


def _show_token(secret: str) -> None:
    """Shows a secret once, to who started the server; no log has it."""
    sys.stderr.write(f"the first token of an admin, shown only now: {secret}\n")
    sys.stderr.flush()


def _take_stdout() -> Tell:
    """Keeps standard output for events: what a library may print goes to standard error."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(event: dict[str, Any]) -> None:
        # A server that is gone closes standard input too: that is where it is noticed.
        with contextlib.suppress(BrokenPipeError):
            events.write(json.dumps(event) + "\n")
            events.flush()

    return tell


def _follow_stdin(work: Work) -> None:
    def follow() -> None:
        for line in sys.stdin:
            if line.strip() == "read":
                work.look()
        # The server is gone.
        work.end()

    threading.Thread(target=follow, name="stdin", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
