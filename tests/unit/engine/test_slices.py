"""Threads that answer requests come before those that have more to do."""

import os
import platform
import re
from pathlib import Path

import pytest

from turnout.engine import DataPlane

KERNEL = tuple(int(part) for part in re.findall(r"\d+", platform.release())[:2])
TASKS = Path("/proc/self/task")


def slices():
    """The slice of each thread of this process, in nanoseconds, by its name."""
    found = {}
    for task in TASKS.iterdir():
        told = re.search(r"se\.slice\s*:\s*(\d+)", (task / "sched").read_text())
        if told:
            found[(task / "comm").read_text().strip(), task.name] = int(told[1])
    return found


@pytest.mark.skipif(
    KERNEL < (6, 12) or not (TASKS / str(os.getpid()) / "sched").exists(),
    reason="this kernel gives threads no slices of their own, or does not tell of them",
)
def test_request_threads_have_short_slices_and_others_keep_theirs():
    before = slices()
    plane = DataPlane(grpc_address="127.0.0.1:0", threads=2)
    plane.start()
    try:
        after = slices()
        started = {name: own for name, own in after.items() if name not in before}
        assert len(started) >= 2
        assert set(started.values()) == {100_000}
        kept = {name: own for name, own in after.items() if name in before}
        assert kept == {name: own for name, own in before.items() if name in after}
    finally:
        plane.drain(1.0)
