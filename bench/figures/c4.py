"""C4: the tail of an open load on a sidecar while its control plane publishes, over without."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bench import control_plane, load, messages, servers
from bench.figure import Number, ratios, spread

if TYPE_CHECKING:
    from bench.control_plane import Planes
    from bench.workbench import Workbench

TITLE = "p99 of a sidecar while its control plane publishes once a second"
SLICES = 20
SLICE_S = 1.0


def measure(bench: Workbench) -> list[Number]:
    """Slices in which a change is published and slices without, at a quarter of the maximum."""
    calm: list[float] = []
    publishing: list[float] = []
    with control_plane.planes(bench, "c4") as planes:
        # As on machines of their own: what the control plane does takes no core from decisions.
        servers.pin(planes.sidecar.pid, servers.SERVER_CORE)
        servers.pin(planes.control.pid, servers.LOAD_CORE, idle=True)
        address = planes.sidecar.tcp
        most = max(load.calls_per_second(address, messages.DECIDE, bench.decide, 2) for _ in "12")
        rate = most / 4
        _slice(bench, address, rate)
        for index in range(SLICES):
            for publishes in (False, True) if index % 2 else (True, False):
                if publishes:
                    publishing.append(_while_publishing(bench, planes, rate, 30 + index))
                else:
                    calm.append(_slice(bench, address, rate))
    how = (
        f"medians; open loop at {rate:,.0f} calls/s, latency from the scheduled instant, {SLICES}"
        f" + {SLICES} slices of {SLICE_S:g} s; {control_plane.WHAT}, its control plane on the core"
        " of the load, where it runs when that waits"
    )
    ratio = spread(publishing).median / spread(calm).median
    what = "p99 with a publish each second ÷ without"
    return [
        Number(what, ratio, "<= 1.5", "ratio", f"{how}; {ratios(publishing, calm)}"),
        Number("p99 with publishes", spread(publishing).median, None, "µs", how),
        Number("p99 without", spread(calm).median, None, "µs", how),
    ]


def _while_publishing(bench: Workbench, planes: Planes, rate: float, percent: int) -> float:
    def publish() -> None:
        control_plane.change_share(planes.flags, percent)
        planes.publish()

    publisher = threading.Thread(target=publish)
    publisher.start()
    p99 = _slice(bench, planes.sidecar.tcp, rate)
    publisher.join()
    return p99


def _slice(bench: Workbench, address: str, rate: float) -> float:
    """The p99 of one slice of the open load, in µs."""
    latencies = load.open_loop(
        bench.builds.load, address, messages.DECIDE, bench.decide, rate=rate, seconds=SLICE_S
    )
    return latencies["p99"] / 1e3
