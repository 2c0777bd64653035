"""A3: what a larger catalogue costs: 1,000 flags over 10."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.figure import Number, ratios
from bench.figures.a1 import COUNTED, decide_instructions
from bench.in_engine import time_engine

if TYPE_CHECKING:
    from bench.workbench import Workbench

TITLE = "Decide at 1,000 flags ÷ at 10 flags"


def measure(bench: Workbench) -> list[Number]:
    """Instructions of the whole call, and time in the engine."""
    large = decide_instructions(bench, bench.large).all
    small = decide_instructions(bench, bench.small).all
    times = time_engine(bench, [bench.large, bench.small])
    whole = ratios(times.decide[0], times.decide[1])
    return [
        Number(
            "Decide at 1,000 flags ÷ at 10 flags, instructions",
            large / small,
            "<= 1.03",
            "ratio",
            f"{COUNTED}; one call at a time over gRPC",
        ),
        Number("Decide at 10 flags", small, None, "instructions", COUNTED),
        Number(
            "decision at 1,000 flags ÷ at 10 flags, time in the engine",
            whole.median,
            "<= 1.3",
            "ratio",
            f"key, id and attributes in, decision out; {whole}",
        ),
    ]
