"""The worker process: reads documents, compiles them, keeps the outcome on disk, says so.

One composition root; nothing imports it. It speaks JSON lines on standard output to the server
that started it, takes `read` on standard input as a wish to read now, and ends when its standard
input closes. Its logs go to standard error.
"""

import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TextIO

from turnout.releases.publisher import Publisher
from turnout.serving.launch import WorkerLaunch, worker_from_json
from turnout.serving.state_folder import StateFolderInUse
from turnout.sources import Source
from turnout.sources.folder import FolderSource
from turnout.sources.last_known_good import StateFolder
from turnout.telemetry import configure, fields

_LOCK_WAIT_S = 10.0


def main() -> int:
    """Runs until standard input closes; the settings are the first argument, as JSON."""
    launch = worker_from_json(sys.argv[1])
    log = configure("worker", log_format=launch["log_format"], level=launch["log_level"])
    # The terminal sends these to the whole group; the server says what the worker should do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.nice(launch["niceness"])
    events = _take_stdout()
    source = FolderSource(
        Path(launch["documents"]), debounce_ms=launch["debounce_ms"], rescan_s=launch["rescan_s"]
    )
    _follow_stdin(source)
    return _run(launch, source, events, log)


def _run(launch: WorkerLaunch, source: Source, events: TextIO, log: logging.Logger) -> int:
    try:
        state = StateFolder(Path(launch["state_dir"]))
        lock = state.lock(_LOCK_WAIT_S)
    except StateFolderInUse as error:
        log.error("%s", error)  # noqa: TRY400 - expected: no traceback
        return 1
    except OSError as error:
        log.error("cannot use the state folder: %s", error)  # noqa: TRY400 - expected
        return 1
    with lock:
        publisher = Publisher(source, state)
        for reason in source.changes():
            event = publisher.publish()
            log.debug("read", extra=fields(reason=reason, outcome=event["event"]))
            events.write(json.dumps(event) + "\n")
            events.flush()
    return 0


def _take_stdout() -> TextIO:
    """Keeps standard output for events: what a library may print goes to standard error."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return events


def _follow_stdin(source: Source) -> None:
    def follow() -> None:
        for line in sys.stdin:
            if line.strip() == "read":
                source.ask()
        # The server is gone. What is half written is a temporary file, and stays one.
        os._exit(0)

    threading.Thread(target=follow, name="stdin", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
