"""C2: a full compile and publish of a large store, and a page of its items."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from bench import control_plane
from bench.figure import Number, spread
from turnout.control.v1 import flag_pb2

if TYPE_CHECKING:
    from bench.control_plane import Planes
    from bench.workbench import Workbench

TITLE = "full compile and publish, and a list page"
PUBLISHES = 3
PAGES = 50
PAGE = 100


def measure(bench: Workbench) -> list[Number]:
    """The publish in a fresh process, which has read and compiled nothing yet."""
    publishes = spread([_publish(bench, index) for index in range(PUBLISHES)])
    with control_plane.planes(bench, "c2") as planes:
        pages = spread(_pages(planes))
    return [
        Number(
            "read, compile and publish all of a store",
            publishes.median,
            "<= 6",
            "s",
            f"{control_plane.WHAT}; by RPC in a fresh process; {publishes}",
        ),
        Number(
            f"a list page of {PAGE} flags",
            pages.median * 1e3,
            "<= 20",
            "ms",
            f"{control_plane.WHAT}; by RPC, page after page; in s: {pages}",
        ),
    ]


def _publish(bench: Workbench, index: int) -> float:
    store = shutil.copy(bench.filled_store, bench.folder / f"c2-{index}.db")
    return float(bench.python("bench.control_plane", str(store), "publish"))


def _pages(planes: Planes) -> list[float]:
    taken: list[float] = []
    token = ""
    while len(taken) < PAGES:
        began = time.perf_counter()
        page = planes.flags.ListFlags(
            flag_pb2.ListFlagsRequest(page_size=PAGE, page_token=token), timeout=10
        )
        taken.append(time.perf_counter() - began)
        token = page.next_page_token
    return taken
