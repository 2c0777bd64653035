"""What A4 and A11 have in common: a decision among many, over a call for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.callgrind import instructions_of
from bench.figure import Number
from bench.figures.a1 import COUNTED, decide_instructions

if TYPE_CHECKING:
    from bench.workbench import Workbench

TARGET = "<= 0.06"


def shares(bench: Workbench, what: str, each: float) -> list[Number]:
    """The ratio as counted, and with the hash of both sides taken off.

    Callgrind does not see the CPU's SHA instructions: each split counts a SHA-256 in software,
    twenty times what it costs. The hash of a decision is measured apart and taken off.

    Args:
        bench: the workbench.
        what: the name of one decision among many.
        each: its instructions.
    """
    single = decide_instructions(bench, bench.large)
    sha256 = instructions_of(
        lambda count: [str(bench.builds.floor_sha256), str(count)], bench.folder
    )
    return [
        Number(f"{what} ÷ a single Decide, as counted", each / single, TARGET, "ratio", COUNTED),
        Number(
            f"{what} ÷ a single Decide, without the hash of either",
            (each - sha256) / (single - sha256),
            TARGET,
            "ratio",
            f"{COUNTED}; one software SHA-256 taken off each decision:"
            " callgrind does not see the CPU's SHA instructions",
        ),
        Number(what, each, None, "instructions", COUNTED),
        Number("a single Decide", single, None, "instructions", COUNTED),
        Number("one SHA-256 of 40 bytes in software", sha256, None, "instructions", COUNTED),
    ]
