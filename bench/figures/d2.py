"""D2: lookups among ten million members, loading such a set, and memory while one is swapped."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bench.figure import Number, spread
from bench.in_engine import members_folder, swap_members

if TYPE_CHECKING:
    from bench.workbench import Workbench

TITLE = "lookup, load and swap of 10,000,000 members"
ASKED = "random text ids, half of them members, 2,097,152 a round"


def measure(bench: Workbench) -> list[Number]:
    """All on the set of random text ids, mapped from its file."""
    times = bench.members
    dependent, independent = spread(times.dependent_ns), spread(times.independent_ns)
    one_by_one = spread(times.one_by_one_ns)
    load = spread([taken * 1e3 for taken in times.load_s])
    return [
        Number("a dependent lookup", dependent.median, "<= 250", "ns", f"{ASKED}; {dependent}"),
        Number(
            "an independent lookup",
            independent.median,
            "<= 200",
            "ns",
            f"{ASKED}, known ahead, as for the segments of a list; {independent}",
        ),
        Number(
            "a lookup in a loop, one by one",
            one_by_one.median,
            None,
            "ns",
            f"{ASKED}; {one_by_one}",
        ),
        Number(
            "load, checksum included",
            load.median,
            "<= 50",
            "ms",
            f"from the path to a set that answers, page cache warm; {load}",
        ),
        _swap(bench),
    ]


def _swap(bench: Workbench) -> Number:
    before = members_folder(bench) / "hashed.set"
    after = before.with_name("after.set")
    shutil.copy(before, after)
    swap = swap_members(bench, before, after)
    return Number(
        "memory while a set is swapped ÷ both sets",
        swap.peak_bytes / swap.sets_bytes,
        "<= 1.1",
        "ratio",
        f"most resident memory of a process that loads, asks and swaps: {swap.peak_bytes:,} bytes",
    )
