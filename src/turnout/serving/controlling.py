"""The role `control`: a parent that decides nothing, and keeps the worker going.

Standard library only: the serving process imports this.
"""

import contextlib
import logging
import os
import select

from turnout.serving.launch import ControlLaunch, WorkerLaunch, to_json
from turnout.serving.signals import Signals
from turnout.serving.supervisor import Supervisor, worker_command
from turnout.telemetry import fields

_TICK_S = 0.1
_GRACE_S = 2.0

_log = logging.getLogger("turnout.server")


def run_control_plane(launch: WorkerLaunch, signals: Signals) -> bool:
    """Keeps a worker with a control plane going until a signal ends it.

    Returns:
        Whether it could start: not where an address is taken, for example.
    """
    supervisor = Supervisor(worker_command(to_json(launch)))
    _say(launch)
    while not signals.ends and not supervisor.is_hopeless:
        supervisor.start_if_due()
        worker = supervisor.fileno()
        watched = [signals.reading] if worker is None else [signals.reading, worker]
        readable, _, _ = select.select(watched, [], [], _TICK_S)
        if signals.reading in readable:
            signals.clear()
        if signals.take_reread():
            supervisor.ask_to_read()
        if worker in readable:
            supervisor.events()  # which snapshot is current: nobody decides by it here
    _log.info("ends: calls in flight are finished first")
    supervisor.stop(worker_grace_s(launch))
    _log.info("ended")
    return not supervisor.is_hopeless


def worker_grace_s(launch: WorkerLaunch) -> float:
    """How long a worker gets to end: that of a control plane finishes its calls."""
    control = launch["control"]
    return _GRACE_S + (control["grace_s"] if control else 0.0)


def told_of_control_plane(control: ControlLaunch) -> dict[str, str]:
    """What people are told of it at start."""
    told = {
        "store": control["store"],
        "control": control["listen"],
        "snapshots": control["snapshots_listen"],
        "health": control["admin_listen"] and f"http://{control['admin_listen']}/readyz",
        "deposit": control["snapshots_to"],
    }
    return {name: value for name, value in told.items() if value}


def _say(launch: WorkerLaunch) -> None:
    told = told_of_control_plane(launch["control"]) if launch["control"] else {}
    if launch["log_format"] == "json":
        _log.info("keeps a control plane", extra=fields(**told))
        return
    lines = [f"  {name:<10} {value}" for name, value in told.items()]
    # Nobody may be reading: that is no reason not to serve.
    with contextlib.suppress(OSError):
        os.write(1, "\n".join(["turnout keeps a control plane", *lines, ""]).encode())
