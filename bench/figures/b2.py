"""B2: an explanation over a plain decision, and a read of the embedded store of assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import messages
from bench.callgrind import instructions_per_call
from bench.figure import Number, ratios, spread
from bench.figures.a1 import COUNTED, decide_instructions, one_by_one
from bench.in_engine import time_engine, time_records

if TYPE_CHECKING:
    from bench.servers import Server
    from bench.workbench import Workbench

TITLE = "Explain ÷ Decide, and a sticky read among 1,000,000 records"
RECORDS = 1_000_000


def measure(bench: Workbench) -> list[Number]:
    """Explanations over gRPC and in the engine; reads in Rust."""

    def explain(server: Server, count: int) -> None:
        one_by_one(bench, server, bench.explain, count, messages.EXPLAIN)

    explained = instructions_per_call(
        lambda counts: bench.turnout(bench.large, callgrind=counts), explain, bench.folder
    )
    plain = decide_instructions(bench, bench.large)
    times = time_engine(bench, [bench.large])
    within = ratios(times.explain[0], times.evaluate[0])
    read = spread([taken / 1e3 for taken in time_records(bench, RECORDS)])
    how = f"evaluation of a filled context; {within}"
    return [
        Number("Explain ÷ Decide over gRPC", explained.all / plain.all, "<= 4", "ratio", COUNTED),
        Number("Explain over gRPC", explained.all, None, "instructions", COUNTED),
        Number("explain ÷ decide in the engine", within.median, "<= 4", "ratio", how),
        Number(
            f"a read of the embedded store among {RECORDS:,} records",
            read.median,
            "<= 4",
            "µs",
            f"any record, in Rust; {read}",
        ),
    ]
