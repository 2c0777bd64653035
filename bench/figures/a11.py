"""A11: a decision of a DecideAll of 300 flags, over a single Decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import messages
from bench.callgrind import instructions_per_call
from bench.figures.a1 import one_by_one
from bench.figures.many import shares
from bench.workbench import ALL

if TYPE_CHECKING:
    from bench.figure import Number
    from bench.workbench import Workbench

TITLE = "DecideAll of 300 flags, a flag ÷ a single Decide"


def measure(bench: Workbench) -> list[Number]:
    """Instructions a flag; each of them splits."""
    whole = instructions_per_call(
        lambda counts: bench.turnout(bench.such, callgrind=counts),
        lambda server, count: one_by_one(bench, server, bench.all, count, messages.DECIDE_ALL),
        bench.folder,
        few=20,
        many=100,
    )
    return shares(bench, f"DecideAll of {ALL} such flags, a flag", ALL, whole)
