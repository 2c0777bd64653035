"""A7: the median latency over the Unix socket, over the bare-h2 floor's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import load, messages
from bench.figure import Number, interleave, ratios, spread

if TYPE_CHECKING:
    from bench.workbench import Workbench

TITLE = "p50 over the Unix socket ÷ the bare-h2 floor"
ROUNDS = 9
CALLS = 20_000


def measure(bench: Workbench) -> list[Number]:
    """One connection, one call at a time."""

    def p50(target: str) -> float:
        body, binary = bench.decide, bench.builds.load
        return load.sequential(binary, target, messages.DECIDE, body, CALLS)["p50"] / 1e3

    with bench.plane() as ours, bench.floor() as floor:
        taken = interleave(
            ROUNDS,
            {
                "ours": lambda: p50(f"unix:{ours.unix}"),
                "floor": lambda: p50(f"unix:{floor.unix}"),
                "ours, TCP": lambda: p50(ours.tcp),
                "floor, TCP": lambda: p50(floor.tcp),
            },
        )
    over = ratios(taken["ours"], taken["floor"])
    tcp = ratios(taken["ours, TCP"], taken["floor, TCP"])
    how = f"1 x 1, {CALLS:,} calls a round"
    return [
        Number(
            "p50 over the Unix socket ÷ bare-h2 floor",
            over.median,
            "<= 1.10",
            "ratio",
            f"{how}; {over}",
        ),
        Number("p50 over TCP ÷ bare-h2 floor", tcp.median, None, "ratio", f"{how}; {tcp}"),
        *(
            Number(f"p50, {name}", spread(rounds).median, None, "µs", f"{how}; {spread(rounds)}")
            for name, rounds in taken.items()
        ),
    ]
