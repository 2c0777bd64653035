"""A9: resident memory, and how it grows with calls and swaps."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import load, messages
from bench.figure import Number
from bench.servers import resident_mb

if TYPE_CHECKING:
    from bench.servers import Server
    from bench.workbench import Workbench

TITLE = "resident memory"
MILLION = 1_000_000
CALLS = 10 * MILLION
SWAPS = 1_000
SWAP_EVERY_S = 0.05
LONGEST_S = 240.0
SETTLE_S = 1.0


def measure(bench: Workbench) -> list[Number]:
    """`turnout serve` after 200,000 calls, and the growth of the data plane."""
    documents = bench.large_documents("resident")
    with bench.serve(documents, bench.folder / "resident-state") as server:
        time.sleep(5)
        load.send(server.tcp, messages.DECIDE, bench.decide, MILLION // 5)
        time.sleep(SETTLE_S)
        parent = server.resident_mb()
        worker = sum(resident_mb(child) for child in children(server.pid))
    how = "large catalogue, default settings, after 200,000 calls"
    return [
        Number("data-plane process", parent, "<= 45", "MB", how),
        Number("data-plane process and worker", parent + worker, "<= 130", "MB", how),
        *_growth(bench),
    ]


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def _growth(bench: Workbench) -> list[Number]:
    with bench.plane() as server:
        _load(bench, server, MILLION)
        began, before = time.monotonic(), _settled(server)
        swaps = _swaps(server)
        server.tell(f"swap {SWAP_EVERY_S}")
        calls = 0
        while time.monotonic() - began < LONGEST_S and (
            calls < CALLS or _swaps(server) - swaps < SWAPS
        ):
            if calls < CALLS:
                load.send(server.tcp, messages.DECIDE, bench.decide, MILLION)
                calls += MILLION
            else:
                time.sleep(0.5)
        after = _settled(server)
        swaps = _swaps(server) - swaps
    how = (
        f"{calls:,} calls and {swaps:,} swaps of the large catalogue after the first million"
        f" calls, in {time.monotonic() - began:,.0f} s; {before:.1f} to {after:.1f} MB"
    )
    return [Number("growth", after - before, "<= 5", "MB", how)]


def _load(bench: Workbench, server: Server, calls: int) -> None:
    """The first calls, with swaps under them, so that both programs were in memory once."""
    server.tell(f"swap {SWAP_EVERY_S}")
    load.send(server.tcp, messages.DECIDE, bench.decide, calls)


def _settled(server: Server) -> float:
    server.tell("swap 0")
    time.sleep(SETTLE_S)
    return server.resident_mb()


def _swaps(server: Server) -> int:
    swaps: int = json.loads(server.ask_line("stats"))["loads"]
    return swaps
