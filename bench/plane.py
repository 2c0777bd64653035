"""A serving process for the figures that swap snapshots: the real data plane and loader.

`python -m bench.plane TCP UNIX SNAPSHOT…`. It serves the first snapshot and follows lines of its
input: `swap SECONDS` swaps the snapshots in turn that often (0: no more), `stats` prints one
JSON line of counters, and the end of its input ends it.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from itertools import cycle
from pathlib import Path

from turnout.engine import DataPlane
from turnout.serving.loader import Announcement, Loader

SETTLE_S = 30.0
INPUT = 0


def main(tcp: str, unix: str, *snapshots: str) -> None:
    """Serves until its input ends."""
    plane = DataPlane(grpc_address=tcp, unix_socket=unix, admin_address=None, threads=1)
    plane.start()
    loader = Loader(plane, Path("members"), lambda _: frozenset())
    loader.start()
    turns = cycle(Announcement(Path(path), confirmed=True) for path in snapshots)
    loader.announce(next(turns))
    loader.settled.wait(SETTLE_S)
    interval, due, unread = 0.0, 0.0, b""
    while True:
        wait = max(0.0, due - time.monotonic()) if interval else None
        if not select.select([INPUT], [], [], wait)[0]:
            loader.announce(next(turns))
            due += interval
            continue
        # Not by `sys.stdin`: it would read lines ahead that `select` cannot see.
        if not (given := os.read(INPUT, 4096)):
            break
        *lines, unread = (unread + given).split(b"\n")
        for line in lines:
            words = line.split()
            if words[0] == b"swap":
                interval = float(words[1])
                # The first swap comes in the middle of a slice of one interval.
                due = time.monotonic() + interval / 2
            else:
                print(json.dumps(plane.stats()), flush=True)
    loader.stop()
    plane.drain(1.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
