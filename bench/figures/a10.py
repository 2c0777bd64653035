"""A10: the Python client over the Unix socket, over a grpcio stub."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.figure import Number, ratios, spread

if TYPE_CHECKING:
    from bench.workbench import Workbench

TITLE = "Client.decide ÷ a grpcio stub, p50 over the Unix socket"


def measure(bench: Workbench) -> list[Number]:
    """Same server, same socket; a call at a time."""
    with bench.plane() as server:
        taken: dict[str, list[float]] = json.loads(
            bench.python("bench.over_socket", str(server.unix))
        )
    numbers = []
    for what, below, target in (
        ("Client.decide ÷ grpcio stub, p50", "grpcio, request ready", "<= 0.35"),
        ("Client.decide ÷ grpcio stub that builds its request, p50", "grpcio", "<= 0.35"),
    ):
        over = ratios(taken["client"], taken[below])
        how = f"context in, decision out; 3,000 calls a round; {over}"
        numbers.append(Number(what, over.median, target, "ratio", how))
    for name, rounds in taken.items():
        seen = spread(rounds)
        numbers.append(Number(f"p50, {name}", seen.median, None, "µs", str(seen)))
    return numbers
