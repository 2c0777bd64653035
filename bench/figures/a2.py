"""A2: calls a second, over those of a grpcio server with a constant reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import load, messages, servers
from bench.figure import Number, interleave, ratios, spread

if TYPE_CHECKING:
    from bench.servers import Server
    from bench.workbench import Workbench

TITLE = "calls a second ÷ grpcio"
ROUNDS = 7


def measure(bench: Workbench) -> list[Number]:
    """h2load with 8 connections x 8 streams; server and load on a core each."""

    def rate(server: Server) -> float:
        return load.calls_per_second(server.tcp, messages.DECIDE, bench.decide)

    with (
        bench.plane() as ours,
        bench.floor() as floor,
        servers.floor_grpcio(bench.reply_message, messages.DECIDE, bench.folder) as grpcio,
    ):
        taken = interleave(
            ROUNDS,
            {
                "ours": lambda: rate(ours),
                "floor": lambda: rate(floor),
                "grpcio": lambda: rate(grpcio),
            },
        )
    over_grpcio = ratios(taken["ours"], taken["grpcio"])
    over_floor = ratios(taken["ours"], taken["floor"])
    numbers = [
        Number(
            "calls a second ÷ grpcio with a constant reply",
            over_grpcio.median,
            ">= 12",
            "ratio",
            f"h2load 8 x 8, 1 s slices; {over_grpcio}",
        ),
        Number(
            "calls a second ÷ bare-h2 floor",
            over_floor.median,
            None,
            "ratio",
            f"h2load 8 x 8, 1 s slices; {over_floor}",
        ),
    ]
    names = {"ours": "Decide", "floor": "bare-h2 floor", "grpcio": "grpcio floor, 8 threads"}
    for key, name in names.items():
        rounds = spread(taken[key])
        numbers.append(Number(name, rounds.median, None, "calls/s", str(rounds)))
    return numbers
