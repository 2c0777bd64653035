"""The serving process: the data plane, and the supervision of the worker.

One composition root; nothing imports it. It stays lean: no compiler, no RPC library, no settings
library of Python. Python's part is start-up, signals, the worker's lines and loading; requests
are answered on Rust threads that never wait for it.
"""

import contextlib
import logging
import os
import select
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from turnout.engine import Addresses, DataPlane, named_member_sets
from turnout.results import InvalidArgument
from turnout.serving.controlling import run_control_plane, told_of_control_plane, worker_grace_s
from turnout.serving.launch import (
    MEMBERS_VARIABLE,
    STICKY_VARIABLE,
    TOKEN_VARIABLE,
    OriginLaunch,
    ServerLaunch,
    server_from_json,
    to_json,
)
from turnout.serving.loader import Announcement, Loader
from turnout.serving.member_folder import MemberFolder
from turnout.serving.signals import Signals
from turnout.serving.state_folder import (
    MEMBERS_FOLDER,
    SNAPSHOT_FILE,
    SOURCE_FILE,
    STICKY_FILE,
    StateFolderInUse,
    hold,
)
from turnout.serving.supervisor import Supervisor, worker_command
from turnout.telemetry import configure, fields

_TICK_S = 0.1
_EXIT_OK = 0
_EXIT_USAGE = 2
_EXIT_CANNOT_START = 4

_log = logging.getLogger("turnout.server")


def main() -> int:
    """Serves until told to end; the settings are the first argument, as JSON.

    Returns:
        The exit code: 0 after a drain, 2 when the address of Redis is none, 4 when an address, also
        of the control plane, or the state folder cannot be had.
    """
    launch = server_from_json(sys.argv[1])
    worker = launch["worker"]
    configure("server", log_format=worker["log_format"], level=worker["log_level"])
    signals = Signals()
    if not launch["decides"]:
        return _keep_control_plane(launch, signals)
    try:
        plane = _data_plane(launch)
        state_dir = _make_state_dir(launch)
        addresses = plane.start()
        # After the addresses: who starts the same server twice is told of them first.
        lock = _hold(state_dir)
    except OSError as error:
        sys.stderr.write(f"error: {error}\n")
        return _EXIT_CANNOT_START
    except InvalidArgument as error:
        sys.stderr.write(f"error: {error}\n")
        return _EXIT_USAGE
    with lock:
        if launch["origin"]:
            return _Sidecar(launch, launch["origin"], plane, addresses, signals).run()
        return _Supervising(launch, plane, addresses, signals).run()


def _keep_control_plane(launch: ServerLaunch, signals: Signals) -> int:
    """Only keeps the worker going: nothing is decided here."""
    try:
        lock = _hold(_make_state_dir(launch))
    except OSError as error:
        sys.stderr.write(f"error: {error}\n")
        return _EXIT_CANNOT_START
    with lock:
        could_start = run_control_plane(launch["worker"], signals)
    return _EXIT_OK if could_start else _EXIT_CANNOT_START


def _make_state_dir(launch: ServerLaunch) -> Path:
    state_dir = Path(launch["worker"]["state_dir"])
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(state_dir, error) from error
    return state_dir


def _hold(state_dir: Path) -> TextIO:
    try:
        return hold(state_dir, "server")
    except StateFolderInUse:
        raise
    except OSError as error:
        raise _unusable(state_dir, error) from error


def _unusable(state_dir: Path, error: OSError) -> OSError:
    reason = (error.strerror or str(error)).lower()
    return OSError(f"cannot use the state folder `{state_dir}`: {reason}")


def _data_plane(launch: ServerLaunch) -> DataPlane:
    limits, sticky = launch["limits"], launch["sticky"]
    # Neither the worker nor anything else that is started has use for it.
    address = os.environ.pop(STICKY_VARIABLE, None)
    file = Path(launch["worker"]["state_dir"]) / STICKY_FILE
    return DataPlane(
        grpc_address=launch["listen"],
        unix_socket=launch["unix_socket"],
        admin_address=launch["admin_listen"],
        threads=launch["threads"],
        stale_after_s=launch["stale_after_s"],
        ready_max_age_s=launch["ready_max_age_s"],
        max_request_bytes=limits["request_bytes"],
        max_batch_keys=limits["batch_keys"],
        max_attributes=limits["attributes"],
        max_list_length=limits["list_length"],
        max_string_bytes=limits["string_bytes"],
        max_depth=limits["depth"],
        sticky_file=file if sticky["store"] == "embedded" else None,
        sticky_redis=address if sticky["store"] == "redis" else None,
        sticky_budget_s=sticky["budget_s"],
        sticky_most=sticky["most"],
        sticky_keep_s=sticky["keep_s"],
        members_redis=os.environ.get(MEMBERS_VARIABLE) or None,
        members_budget_s=launch["members_budget_s"],
    )


class _Server:
    """Serves until a signal ends it; where snapshots come from is its subclasses' part."""

    _none_yet = ""

    def __init__(
        self, launch: ServerLaunch, plane: DataPlane, addresses: Addresses, signals: Signals
    ) -> None:
        self._launch = launch
        self._plane = plane
        self._addresses = addresses
        self._signals = signals
        self._state_dir = Path(launch["worker"]["state_dir"])

    def run(self) -> int:
        """Serves; gives the exit code."""
        settled = self._start()
        while not settled.wait(_TICK_S) and not self._signals.ends:
            pass
        self._say_what_is_served()
        while not self._signals.ends and not self._cannot_go_on:
            self._wait()
        self._end()
        return _EXIT_CANNOT_START if self._cannot_go_on else _EXIT_OK

    @property
    def _cannot_go_on(self) -> bool:
        """Whether what was asked for cannot be done at all."""
        return False

    def _start(self) -> threading.Event:
        """Begins to load snapshots; gives what is set when the last good one was."""
        raise NotImplementedError

    def _wait(self) -> None:
        """Waits for a signal, for something to do, or a tick."""
        raise NotImplementedError

    def _stop(self) -> None:
        """Loads no more."""
        raise NotImplementedError

    def _told_of_the_source(self) -> dict[str, str]:
        raise NotImplementedError

    def _say_what_is_served(self) -> None:
        """Tells people at start where to ask, and which snapshot answers."""
        worker, status = self._launch["worker"], self._plane.status()
        if status is None:
            served = self._none_yet
        else:
            snapshot, count = status.snapshot, len(status.problems)
            served = f"{snapshot.id[:12]}, revision {snapshot.revision}, last known good"
            if count:
                served += f", {count} problem" if count == 1 else f", {count} problems"
        told = {
            **self._told_of_the_source(),
            "decisions": self._addresses.grpc,
            "socket": self._addresses.unix and f"unix:{self._addresses.unix}",
            "health": self._addresses.admin and f"http://{self._addresses.admin}/readyz",
            "sticky": self._where_assignments_are(),
            "snapshot": served,
        }
        if worker["log_format"] == "json":
            _log.info("serves", extra=fields(**told))
            return
        lines = [f"  {name:<10} {value}" for name, value in told.items() if value]
        # Nobody may be reading: that is no reason not to serve.
        with contextlib.suppress(OSError):
            os.write(1, "\n".join(["turnout serves", *lines, ""]).encode())

    def _where_assignments_are(self) -> str | None:
        store = self._launch["sticky"]["store"]
        if store == "embedded":
            return str(Path(self._launch["worker"]["state_dir"]) / STICKY_FILE)
        return None if store == "none" else store

    def _end(self) -> None:
        """Drains within the grace time; a second signal ends it at once."""
        _log.info("ends: calls in flight are finished first")
        drained: list[bool] = []
        ends = self._signals.ends
        drain = threading.Thread(
            target=lambda: drained.append(self._plane.drain(self._launch["grace_s"])), daemon=True
        )
        drain.start()
        self._stop()
        while drain.is_alive() and self._signals.ends == ends:
            drain.join(_TICK_S)
        if drained == [True]:
            _log.info("ended")
        else:
            _log.warning(
                "ended with calls in flight cut off", extra=fields(grace_s=self._launch["grace_s"])
            )


class _Supervising(_Server):
    """Ties the data plane, the loader and the worker together."""

    def __init__(
        self, launch: ServerLaunch, plane: DataPlane, addresses: Addresses, signals: Signals
    ) -> None:
        super().__init__(launch, plane, addresses, signals)
        self._control = launch["worker"]["control"]
        compiled = "none yet: the documents are being compiled"
        self._none_yet = "none yet: nothing was published" if self._control else compiled
        self._source_kind = "store" if self._control else "documents"
        members = MemberFolder(self._state_dir / MEMBERS_FOLDER)
        self._loader = Loader(
            plane, members.path, lambda sealed: members.lacking(named_member_sets(sealed))
        )
        self._supervisor = Supervisor(worker_command(to_json(launch["worker"])))

    def _start(self) -> threading.Event:
        self._plane.refresh_failed(self._source_kind, 0)
        self._loader.start()
        if not self._is_of_this_source(self._state_dir):
            self._loader.settled.set()
        else:
            self._loader.announce(Announcement(self._state_dir / SNAPSHOT_FILE, confirmed=False))
        return self._loader.settled

    @property
    def _cannot_go_on(self) -> bool:
        return self._supervisor.is_hopeless

    def _stop(self) -> None:
        self._loader.stop()
        self._supervisor.stop(worker_grace_s(self._launch["worker"]))

    def _told_of_the_source(self) -> dict[str, str]:
        if self._control is None:
            return {"documents": self._launch["worker"]["documents"]}
        return told_of_control_plane(self._control)

    def _is_of_this_source(self, state_dir: Path) -> bool:
        """Whether what was kept is of the documents or the store that this server serves."""
        try:
            kept = (state_dir / SOURCE_FILE).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return True
        ours = self._control["store"] if self._control else self._launch["worker"]["documents"]
        if kept != ours:
            _log.warning(
                "the snapshot in `%s` is of `%s`, not of `%s`: it is not served",
                state_dir,
                kept,
                ours,
            )
        return kept == ours

    def _wait(self) -> None:
        self._supervisor.start_if_due()
        worker = self._supervisor.fileno()
        watched = [self._signals.reading] if worker is None else [self._signals.reading, worker]
        readable, _, _ = select.select(watched, [], [], _TICK_S)
        if self._signals.reading in readable:
            self._signals.clear()
        if self._signals.take_reread():
            _log.info("told to read the %s again", self._source_kind)
            self._supervisor.ask_to_read()
        if worker in readable:
            for event in self._supervisor.events():
                self._follow(event)

    def _follow(self, event: dict[str, Any]) -> None:
        match event.get("event"):
            case "published" | "confirmed":
                self._loader.announce(
                    Announcement(
                        Path(event["path"]),
                        confirmed=True,
                        seal=event["seal"],
                        id=event["id"],
                        revision=event["revision"],
                        problems=event["problems"],
                    )
                )
                if failure := event.get("failure"):
                    self._failed(failure)
            case "failed":
                self._failed(event.get("message"))
            case other:
                _log.warning("the worker said something unknown: %r", other)

    def _failed(self, message: object) -> None:
        self._plane.refresh_failed(self._source_kind)
        _log.debug("the worker could not publish: %s", message)


class _Sidecar(_Server):
    """Follows snapshots that somebody else publishes; there is no worker."""

    _none_yet = "none yet: it is being fetched"

    def __init__(
        self,
        launch: ServerLaunch,
        origin: OriginLaunch,
        plane: DataPlane,
        addresses: Addresses,
        signals: Signals,
    ) -> None:
        if not origin["url"].startswith("https:"):
            # `http.client` takes TLS along where it can: 4 MB that such an origin has no use for.
            sys.modules["ssl"] = None  # type: ignore[assignment]
        # Deferred: nobody else fetches anything, and what fetches is a third of the memory.
        from turnout.serving.sidecar import refresh_of  # noqa: PLC0415

        super().__init__(launch, plane, addresses, signals)
        token = os.environ.pop(TOKEN_VARIABLE, "")
        self._refresh = refresh_of(origin, plane, self._state_dir, token=token)

    def _start(self) -> threading.Event:
        self._refresh.start()
        return self._refresh.settled

    def _wait(self) -> None:
        readable, _, _ = select.select([self._signals.reading], [], [], _TICK_S)
        if readable:
            self._signals.clear()
        if self._signals.take_reread():
            _log.info("told to ask for the snapshot again")
            self._refresh.ask()

    def _stop(self) -> None:
        self._refresh.stop()

    def _told_of_the_source(self) -> dict[str, str]:
        return {"snapshots": self._refresh.place}


if __name__ == "__main__":
    sys.exit(main())
