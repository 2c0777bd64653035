"""A4: a decision of a BatchDecide of 50 keys, over a single Decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import messages
from bench.callgrind import instructions_per_call
from bench.figures.a1 import one_by_one
from bench.figures.many import shares
from bench.workbench import BATCH

if TYPE_CHECKING:
    from bench.figure import Number
    from bench.workbench import Workbench

TITLE = "BatchDecide of 50 keys, a decision ÷ a single Decide"


def measure(bench: Workbench) -> list[Number]:
    """Instructions a decision of the batch; each of its flags splits."""
    whole = instructions_per_call(
        lambda counts: bench.turnout(bench.large, callgrind=counts),
        lambda server, count: one_by_one(bench, server, bench.batch, count, messages.BATCH_DECIDE),
        bench.folder,
        few=50,
        many=250,
    )
    return shares(bench, f"BatchDecide of {BATCH} keys, a decision", BATCH, whole)
