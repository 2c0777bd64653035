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
    """One call at a time, which repeats best; and 64 at a time, as under load."""

    def loaded(server: Server, count: int) -> None:
        load.send(server.tcp, messages.DECIDE, bench.decide, count)

    def in_turn(server: Server, count: int) -> None:
        one_by_one(bench, server, bench.decide, count)

    numbers = []
    for how_many, call in (("one call at a time", in_turn), ("8 connections x 8 streams", loaded)):
        ours = instructions_per_call(
            lambda counts: bench.turnout(bench.large, callgrind=counts), call, bench.folder
        )
        floor = instructions_per_call(bench.floor, call, bench.folder)
        numbers += _numbers(how_many, ours, floor)
    return numbers


def _numbers(how_many: str, ours: Counts, floor: Counts) -> list[Number]:
    without = (ours.all - ours.sha256) / (floor.all - floor.sha256)
    return [
        Number(
            f"Decide ÷ bare-h2 floor, {how_many}",
            ours.all / floor.all,
            "<= 1.35",
            "ratio",
            f"{COUNTED}; same request and reply bytes, LTO, one SHA-256 a call in both",
        ),
        Number(
            f"Decide ÷ bare-h2 floor without the hash of either, {how_many}",
            without,
            None,
            "ratio",
            f"{COUNTED}; less {ours.sha256:,.0f} of ours and {floor.sha256:,.0f} of the floor",
        ),
        Number(f"Decide, {how_many}", ours.all, None, "instructions", COUNTED),
        Number(f"bare-h2 floor, {how_many}", floor.all, None, "instructions", COUNTED),
    ]


def decide_instructions(bench: Workbench, snapshot: Path) -> Counts:
    """Instructions of one Decide, one call at a time."""
    return instructions_per_call(
        lambda counts: bench.turnout(snapshot, callgrind=counts),
        lambda server, count: one_by_one(bench, server, bench.decide, count),
        bench.folder,
    )


def one_by_one(
    bench: Workbench, server: Server, body: Path, count: int, path: str = messages.DECIDE
) -> None:
    """Sends that many calls one after the other."""
    load.sequential(bench.builds.load, server.tcp, path, body, count)
