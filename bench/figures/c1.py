"""C1: from the publish of one change to a sidecar that decides by it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench import catalogue, control_plane
from bench.figure import Number, spread
from turnout import Client, Context, TurnoutError

if TYPE_CHECKING:
    from bench.control_plane import Planes
    from bench.workbench import Workbench

TITLE = "publish of one change, to a separate sidecar that decides by it"
PUBLISHES = 15
POLL_S = 0.001
PATIENCE_S = 30.0


def measure(bench: Workbench) -> list[Number]:
    """By the watch stream, with default settings."""
    with control_plane.planes(bench, "c1") as planes:
        client = Client(f"unix:{planes.sidecar.unix}")
        _wait_for(client, "")
        taken = [_publish(planes, client, percent) for percent in range(30, 30 + PUBLISHES)]
        client.close()
    calls, after = spread([call for call, _ in taken]), spread([wait for _, wait in taken])
    how = f"{control_plane.WHAT}; seen by a client that asks each ms"
    return [
        Number(
            "from the return of Publish to deciding by it, in a sidecar",
            after.median * 1e3,
            "<= 100",
            "ms",
            f"{how}; in s: {after}",
        ),
        Number("the call of Publish", calls.median, "<= 1", "s", f"{how}; {calls}"),
    ]


def _publish(planes: Planes, client: Client, percent: int) -> tuple[float, float]:
    """Seconds of the call, and from its return to the first answer by what was published."""
    control_plane.change_share(planes.flags, percent)
    time.sleep(0.5)
    began = time.perf_counter()
    published = planes.publish()
    returned = time.perf_counter()
    _wait_for(client, published.id)
    return returned - began, time.perf_counter() - returned


def _wait_for(client: Client, wanted: str) -> None:
    """Asks until a snapshot answers: that one, or any without a name."""
    patience = time.perf_counter() + PATIENCE_S
    context = Context(catalogue.UNIT_ID, catalogue.ATTRIBUTES)
    while True:
        try:
            found = client.decide(catalogue.MEASURED_FLAG, context).snapshot.id
        except TurnoutError:
            found = None
        if found == wanted or (found and not wanted):
            return
        if time.perf_counter() > patience:
            raise RuntimeError(f"the sidecar does not decide by `{wanted or 'any snapshot'}`")
        time.sleep(POLL_S)
