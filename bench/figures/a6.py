"""A6: the tail of an open load while snapshots are swapped, over without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench import load, messages
from bench.figure import Number, ratios, spread

if TYPE_CHECKING:
    from bench.servers import Server
    from bench.workbench import Workbench

TITLE = "p99 while the catalogue is swapped each second"
SLICES = 50
SLICE_S = 1.0
SWAP_EVERY_S = 1


def measure(bench: Workbench) -> list[Number]:
    """Slices with a swap in the middle and slices without, at a quarter of the maximum."""
    with bench.plane() as server:
        most = max(
            load.calls_per_second(server.tcp, messages.DECIDE, bench.decide, 2) for _ in "12"
        )
        rate = most / 4
        slice_of(bench, server, rate, swapping=False)
        calm: list[dict[str, float]] = []
        swapped: list[dict[str, float]] = []
        for index in range(SLICES):
            order = (False, True) if index % 2 else (True, False)
            for swapping in order:
                latencies = slice_of(bench, server, rate, swapping=swapping)
                (swapped if swapping else calm).append(latencies)
        stats = json.loads(server.ask_line("stats"))
    how = (
        f"open loop at {rate:,.0f} calls/s, latency from the scheduled instant,"
        f" {SLICES} + {SLICES} slices of {SLICE_S:g} s, {stats['loads'] - 1} swaps"
    )
    numbers = []
    for name in ("p50", "p99", "p999"):
        with_, without = ([taken[name] / 1e3 for taken in side] for side in (swapped, calm))
        seen = ratios(with_, without)
        medians = spread(with_).median / spread(without).median
        target = "<= 1.5" if name == "p99" else None
        what = f"{name} with a swap each second ÷ without"
        numbers.append(Number(what, medians, target, "ratio", f"medians; {how}; {seen}"))
        numbers.append(Number(f"{name} with swaps", spread(with_).median, None, "µs", how))
        numbers.append(Number(f"{name} without", spread(without).median, None, "µs", how))
    longest = stats["swap_longest_ns"] / 1e3
    what = "longest time of a request thread in a swap"
    numbers.append(Number(what, longest, "<= 50", "µs", f"measured inside; {how}"))
    return numbers


def slice_of(bench: Workbench, server: Server, rate: float, *, swapping: bool) -> dict[str, float]:
    """One slice of the open load."""
    server.tell(f"swap {SWAP_EVERY_S if swapping else 0}")
    latencies = load.open_loop(
        bench.builds.load, server.tcp, messages.DECIDE, bench.decide, rate=rate, seconds=SLICE_S
    )
    server.tell("swap 0")
    return latencies
