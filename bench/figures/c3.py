"""C3: the resident memory of a sidecar with a large store's snapshot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench import control_plane
from bench.figure import Number
from bench.servers import resident_mb

if TYPE_CHECKING:
    from bench.workbench import Workbench

TITLE = "resident memory of a sidecar"
SWAPS = 10
SETTLE_S = 1.5


def measure(bench: Workbench) -> list[Number]:
    """After its first snapshot, and after it has swapped some."""
    with control_plane.planes(bench, "c3") as planes:
        time.sleep(SETTLE_S)
        first = resident_mb(planes.sidecar.process.pid)
        for percent in range(30, 30 + SWAPS):
            control_plane.change_share(planes.flags, percent)
            planes.publish()
            time.sleep(SETTLE_S)
        later = resident_mb(planes.sidecar.process.pid)
    how = f"VmRSS of `--role sidecar` alone; {control_plane.WHAT}"
    return [
        Number("sidecar, after its first snapshot", first, "<= 45", "MB", how),
        Number(f"sidecar, after {SWAPS} more", later, "<= 45", "MB", how),
    ]
