"""What A4 and A11 have in common: a decision among many, over a call for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.callgrind import Counts
from bench.figure import Number
from bench.figures.a1 import COUNTED, decide_instructions

if TYPE_CHECKING:
    from bench.workbench import Workbench

TARGET = "<= 0.06"


def shares(bench: Workbench, what: str, decisions: int, whole: Counts) -> list[Number]:
    """The ratio as counted, and with the hash of both sides taken off.

    Callgrind does not see the CPU's SHA instructions: each split counts a SHA-256 in software,
    twenty times what it costs. What the hash counted in the same run is taken off.

    Args:
        bench: the workbench.
        what: the name of one decision among many.
        decisions: how many decisions the call takes.
        whole: the instructions of the call.
    """
    single = decide_instructions(bench, bench.large)
    each = Counts(whole.all / decisions, whole.sha256 / decisions)
    without = (each.all - each.sha256) / (single.all - single.sha256)
    return [
        Number(
            f"{what} ÷ a single Decide, as counted", each.all / single.all, TARGET, "ratio", COUNTED
        ),
        Number(
            f"{what} ÷ a single Decide, without the hash of either",
            without,
            TARGET,
            "ratio",
            f"{COUNTED}; less what the software SHA-256 counted in the same run"
            f" ({each.sha256:,.0f} of {each.all:,.0f}, {single.sha256:,.0f} of {single.all:,.0f}):"
            " callgrind does not see the CPU's SHA instructions",
        ),
        Number(what, each.all, None, "instructions", COUNTED),
        Number("a single Decide", single.all, None, "instructions", COUNTED),
    ]
