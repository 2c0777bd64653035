"""A1: instructions of a Decide over gRPC, over those of the bare-h2 floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import load, messages
from bench.callgrind import Counts, instructions_per_call
from bench.figure import Number

if TYPE_CHECKING:
    from pathlib import Path

    from bench.servers import Server
    from bench.workbench import Workbench

TITLE = "Decide ÷ the bare-h2 floor, instructions"
COUNTED = "callgrind, two request counts, the difference divided"


def measure(bench: Workbench) -> list[Number]:
    """One call at a time, which repeats; and 64 at a time, as under load."""
    ours = decide_instructions(bench, bench.large).all
    floor = instructions_per_call(
        bench.floor,
        lambda server, count: one_by_one(bench, server, bench.decide, count),
        bench.folder,
    ).all
    ours_loaded = instructions_per_call(
        lambda counts: bench.turnout(bench.large, counts),
        lambda server, count: load.send(server.tcp, messages.DECIDE, bench.decide, count),
        bench.folder,
    ).all
    floor_loaded = instructions_per_call(
        bench.floor,
        lambda server, count: load.send(server.tcp, messages.DECIDE, bench.decide, count),
        bench.folder,
    ).all
    same = "same request and reply bytes, LTO, one SHA-256 a call in both"
    return [
        Number(
            "Decide ÷ bare-h2 floor, one call at a time",
            ours / floor,
            "<= 1.35",
            "ratio",
            f"{COUNTED}; {same}",
        ),
        Number("Decide, one call at a time", ours, None, "instructions", COUNTED),
        Number("bare-h2 floor, one call at a time", floor, None, "instructions", COUNTED),
        Number(
            "Decide ÷ bare-h2 floor, 8 connections x 8 streams",
            ours_loaded / floor_loaded,
            "<= 1.35",
            "ratio",
            f"{COUNTED}; h2load; {same}",
        ),
        Number("Decide, 8 x 8", ours_loaded, None, "instructions", f"{COUNTED}; h2load"),
        Number("bare-h2 floor, 8 x 8", floor_loaded, None, "instructions", f"{COUNTED}; h2load"),
    ]


def decide_instructions(bench: Workbench, snapshot: Path) -> Counts:
    """Instructions of one Decide, one call at a time."""
    return instructions_per_call(
        lambda counts: bench.turnout(snapshot, counts),
        lambda server, count: one_by_one(bench, server, bench.decide, count),
        bench.folder,
    )


def one_by_one(
    bench: Workbench, server: Server, body: Path, count: int, path: str = messages.DECIDE
) -> None:
    """Sends that many calls one after the other."""
    load.sequential(bench.builds.load, server.tcp, path, body, count)
